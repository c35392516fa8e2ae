"""A figure about fewer people than `minimum_group` is suppressed, whichever room it comes from."""

from collections.abc import Callable

import git_worlds
import polars as pl
import pull_request_worlds
import pytest
import ticket_worlds

from metrics.catalogue import PIPELINES

SIZE = {"people", "members"}
"""How large a team is may be said: it is why the rest is not."""

Compute = Callable[[int], dict[str, pl.DataFrame]]


def history(minimum_group: int) -> dict[str, pl.DataFrame]:
    """Two repositories of a team of six, with releases."""
    world = git_worlds.invent(1, repositories=2)
    everybody = {row["person_id"] for row in world.tables["people"]}
    world.tables["teams"] = [{"team": "crew"}]
    world.tables["team_scopes"] = [{"team": "crew", "kind": "repository", "pattern": "*"}]
    begin = world.as_of.replace(year=2000)
    world.tables["team_members"] = [{"team": "crew", "person_id": who, "valid_from": begin} for who in everybody]
    for number, row in enumerate(world.tables["repositories"]):
        row["name"] = row.get("name") or f"r{number}"
    return git_worlds.run(world.frames(), world.as_of, minimum_group=minimum_group)


def requests(minimum_group: int) -> dict[str, pl.DataFrame]:
    return pull_request_worlds.invent(1).computed(minimum_group=minimum_group)


def tickets(minimum_group: int) -> dict[str, pl.DataFrame]:
    return ticket_worlds.invent(1).computed(minimum_group=minimum_group)


def of_teams(tables: dict[str, pl.DataFrame]) -> dict[str, set[str]]:
    """The metrics, and the tables by scope, that say a number about a team."""
    found = {}
    for name, rows in tables.items():
        if not {"scope_kind", "scope"} <= set(rows.columns):
            continue
        teams = rows.filter(pl.col("scope_kind") == "team")
        if "metric" in rows.columns:
            valued = teams.filter(pl.col("value").is_not_null()) if "value" in rows.columns else teams
            found[name] = set(valued["metric"])
        elif numbers := [column for column, dtype in rows.schema.items() if dtype.is_numeric() and column not in SIZE]:
            found[name] = set(teams.filter(pl.any_horizontal(pl.col(numbers).is_not_null()))["scope"])
    return found


@pytest.mark.parametrize("compute", [history, requests, tickets], ids=lambda compute: compute.__name__)
def test_no_number_is_about_a_team_that_is_too_small(compute: Compute) -> None:
    shown, hidden = of_teams(compute(1)), of_teams(compute(1000))
    assert any(shown.values())
    assert {name: metrics for name, metrics in hidden.items() if metrics} == {}


def test_every_table_with_scopes_is_looked_at() -> None:
    scoped = {
        pipeline.feeds
        for pipeline in PIPELINES
        if pipeline.is_published and {"scope_kind", "scope"} <= set(pipeline.schema.column_names())
    }
    looked_at = {name for compute in (history, requests, tickets) for name in of_teams(compute(1))}
    assert scoped - looked_at <= {"delivery_scopes"}  # which repositories are a team's
