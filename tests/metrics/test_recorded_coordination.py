"""Who talks with whom in a real repository, recorded from GitHub, against plain Python."""

from datetime import timedelta

import polars as pl
import pytest
from coordination_worlds import PIPELINES
from git_worlds import run
from oracles_coordination import Oracle
from pull_request_worlds import PullRequestWorld
from test_recorded_pull_requests import world as recorded

__all__ = ["recorded"]

TEAMS = {"first": 5, "second": 7}


@pytest.fixture(scope="module")
def company(recorded: PullRequestWorld) -> PullRequestWorld:
    """The people of the recording, at a time with many reviews, in two invented teams of those who speak most."""
    recorded.world.as_of -= timedelta(days=365)
    since = recorded.as_of - timedelta(days=90)
    reviews = pl.DataFrame(recorded.world.tables["reviews"])
    lately = reviews.filter(pl.col("submitted_at").is_between(since, recorded.as_of))
    busiest = lately["reviewer_id"].drop_nulls().value_counts().sort("count", "reviewer_id", descending=[True, False])
    named = iter(busiest["reviewer_id"])
    for team, size in TEAMS.items():
        for _, person in zip(range(size), named, strict=False):
            recorded.add("team_members", team=team, person_id=person, valid_from=since, valid_to=None)
    return recorded


def test_the_networks_of_real_reviews(company: PullRequestWorld) -> None:
    tables = run(company.frames(), company.as_of, PIPELINES, minimum_group=4)
    oracle = Oracle(company.world, 4, {})
    known = {row["person_id"] for row in company.world.tables["team_members"]}
    scope = pl.when(pl.col("scope_kind") == "all").then(pl.lit("*")).otherwise("scope").alias("scope")
    networks = tables["review_networks"].with_columns(scope)
    expected = oracle.review_networks(known)
    assert networks.height == len(expected) == 3
    for row in networks.iter_rows(named=True):
        for name, value in expected[row["scope"]].items():
            assert row[name] == (pytest.approx(value) if isinstance(value, float) else value), (row["scope"], name)
    talk = tables["communication_networks"].with_columns(scope)
    told = oracle.communication()
    assert {row["scope"]: (row["people"], row["brokers"], row["broker_ids"]) for row in talk.to_dicts()} == {
        name: (row["people"], row["brokers"], row["broker_ids"]) for name, row in told.items()
    }
    assert len(oracle.talks) > 50
