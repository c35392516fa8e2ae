"""A repository in which most reviews that were asked for wait for one person.

Nobody is named: the list of pull requests says what to do, and who waits for whom is on each of them.
"""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import WINDOW, duration, named, still_open
from metrics.actions.wording import MOST_DAYS, counted, number, one_team, repository_name
from metrics.expressions import now, seconds_between
from metrics.registry import Rule, pipeline

MIN_OWED = 5
HALF = 0.5
TWO_HOURS = 0.25
FINE = 2
NAME = "reviewer_overloaded"


@pipeline(ActionCandidates)
def propose_reviewer_overloaded(
    pull_request_flow: pl.LazyFrame,
    owed_reviews: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """One action for every such repository."""
    humans = people.filter(pl.col("kind") == "human").select("person_id")
    owed = (
        owed_reviews.filter(pl.col("settled_at").is_null(), pl.col("requested_at") > as_of - WINDOW)
        .join(humans, on="person_id", how="semi")
        .group_by("pr_id", "person_id")
        .agg(pl.col("requested_at").min())
        .join(still_open(pull_request_flow).select("pr_id", "repo_id", "team", "number"), on="pr_id")
    )
    reviewers = (
        pull_request_remarks.filter("is_answer", pl.col("what") == "review", pl.col("at") > as_of - WINDOW)
        .join(pull_request_flow.select("pr_id", "repo_id"), on="pr_id")
        .group_by("repo_id")
        .agg(reviewers=pl.col("person_id").n_unique())
    )
    age = seconds_between(pl.col("requested_at"), now(as_of))
    n = pl.col("owed")
    return (
        owed.group_by("repo_id", "person_id")
        .agg(
            owed=pl.len(),
            team=one_team(),
            oldest=age.max(),
            numbers=named(pl.col("number").is_not_null(), age),
        )
        .with_columns(all_owed=n.sum().over("repo_id"))
        .sort("repo_id", "owed", "person_id", descending=[False, True, False])
        .unique("repo_id", keep="first", maintain_order=True)
        .join(reviewers, on="repo_id")
        .filter(n >= MIN_OWED, n >= HALF * pl.col("all_owed"), pl.col("reviewers") >= minimum_group)
        .pipe(
            candidates,
            "repo_id",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("repository"),
            item_id="repo_id",
            responsibility=pl.lit("allocation"),
            title=pl.format("One person owes {} open reviews in {}", number(n), repository_name()),
            why=pl.format(
                "Of {} that people were asked for in open pull requests in the last 90 days, {} wait for the same "
                "person, the oldest for {}: {}. {} reviewed here in that time.",
                counted(pl.col("all_owed"), "review"),
                number(n),
                duration(pl.col("oldest")),
                "numbers",
                counted(pl.col("reviewers"), "person", "people"),
            ),
            next_step=pl.lit(
                "Ask somebody else for half of them: who fits by the history of the files is suggested for each."
            ),
            actor_team="team",
            days_saved=((n - FINE) * TWO_HOURS).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit("two hours of waiting and finding back into it for each review beyond two, at most 5 days"),
            confidence=pl.lit(0.5),
        )
    )


RULE = Rule(
    name=NAME,
    title="Reviewer overloaded",
    responsibility="allocation",
    definition=(
        f"Repositories in which one person owes {MIN_OWED} reviews or more that were asked for in the last "
        f"{WINDOW.days} days, and at least half of all that people owe there; not where fewer people reviewed in that "
        "time than may be reported on."
    ),
    propose=propose_reviewer_overloaded,
)
