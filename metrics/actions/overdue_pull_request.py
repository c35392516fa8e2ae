"""A pull request that is open for longer than most of its kind take, and in which nothing happens.

The next word is the author's where it is approved or where a reviewer spoke last, else a reviewer's. Only the author is
named as the one to act, as it is their own pull request; a reviewer is a suggestion in the text, named only where the
privacy setting is `leads`: who fits best is a figure about a person.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import (
    HALF_AN_HOUR,
    MIN_MERGED,
    WINDOW,
    called,
    duration,
    merged_lately,
    reference,
    still_open,
)
from metrics.actions.wording import MOST_DAYS, number
from metrics.expressions import now, seconds_between
from metrics.registry import Rule, pipeline

QUIET = timedelta(hours=24)
QUANTILE = 0.75
NAME = "overdue_pull_request"


@pipeline(ActionCandidates)
def propose_overdue_pull_request(
    pull_request_flow: pl.LazyFrame,
    suggested_reviewers: pl.LazyFrame,
    *,
    as_of: datetime,
    people: str,
) -> pl.LazyFrame:
    """One action for every such pull request."""
    age = seconds_between(pl.col("ready_at"), now(as_of))
    quiet = seconds_between(pl.col("last_activity_at"), now(as_of))
    usual = _usual(pull_request_flow, as_of)
    is_named = pl.col("name").is_not_null() & pl.lit(people == "leads")
    by_author, approved = pl.col("waits_for_author"), pl.col("approved")
    return (
        still_open(pull_request_flow)
        .join(usual.drop_nulls("size_class"), on=["repo_id", "size_class"], how="left")
        .join(
            usual.filter(pl.col("size_class").is_null()).drop("size_class"), on="repo_id", how="left", suffix="_of_all"
        )
        .with_columns(of_its_size=pl.col("p75").is_not_null())
        .with_columns(pl.coalesce("p75", "p75_of_all"), pl.coalesce("n", "n_of_all"))
        .filter(
            age > pl.col("p75"),
            pl.col("last_activity_at") <= as_of - QUIET,
            # What nobody has touched for as long is no work in progress any more.
            pl.col("last_activity_at") > as_of - WINDOW,
        )
        .join(suggested_reviewers.filter(pl.col("rank") == 1).select("pr_id", "name"), on="pr_id", how="left")
        .with_columns(waits_for_author=_waits_for_author())
        .pipe(
            candidates,
            "repo_id",
            "team",
            "url",
            rule=pl.lit(NAME),
            item_kind=pl.lit("pull_request"),
            item_id="pr_id",
            responsibility=pl.lit("execution"),
            title=pl.format(
                "{} is overdue and waits for {}",
                reference(),
                pl.when(by_author).then(pl.lit("its author")).otherwise(pl.lit("a review")),
            ),
            why=pl.format(
                "{} has been ready for {}; of the {} pull requests{} merged here in the last 90 days three in four "
                "took at most {}. Nothing has happened in it for {}, and {}.",
                called(),
                duration(age),
                number(pl.col("n")),
                pl.when("of_its_size").then(pl.format(" of its size ({})", "size_class")).otherwise(pl.lit("")),
                duration(pl.col("p75")),
                duration(quiet),
                pl.when(approved)
                .then(pl.lit("it is approved"))
                .when(by_author)
                .then(pl.lit("the last word is a reviewer's"))
                .when(pl.col("last_response_at").is_null())
                .then(pl.lit("nobody has answered it yet"))
                .otherwise(pl.lit("the last word is its author's")),
            ),
            next_step=pl.when(approved)
            .then(pl.lit("Merge it, or write in it what it waits for."))
            .when(by_author)
            .then(pl.lit("Answer what the reviewers said, or close it if it is not wanted any more."))
            .when(is_named)
            .then(pl.format("Ask {} for a review: the best fit by the history of its files.", "name"))
            .otherwise(pl.lit("Ask somebody who knows its files to review it.")),
            actor_id=pl.when(by_author).then("author_id"),
            actor_team="team",
            days_saved=(quiet / 86_400 * HALF_AN_HOUR).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit("half an hour of finding back into it for each day that it has been quiet, at most 5 days"),
            confidence=pl.lit(0.6),
        )
    )


def _usual(pull_request_flow: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """75th percentile of ready to merged by repository and size class, and (size class null) by repository."""
    merged = (
        merged_lately(pull_request_flow, as_of)
        .with_columns(took=seconds_between(pl.col("ready_at"), pl.col("merged_at")))
        .filter(pl.col("took") >= 0)
    )
    figures = {"n": pl.len(), "p75": pl.col("took").quantile(QUANTILE, "linear")}
    parts = [
        merged.drop_nulls("size_class").group_by("repo_id", "size_class").agg(**figures),
        merged.group_by("repo_id").agg(size_class=pl.lit(None, dtype=pl.String).first(), **figures),
    ]
    return pl.concat(parts).filter(pl.col("n") >= MIN_MERGED)


def _waits_for_author() -> pl.Expr:
    """Whether it is approved, or another person spoke after the author last committed or said something."""
    answered, spoken = pl.col("last_response_at"), pl.col("last_author_activity_at")
    unanswered = answered.is_not_null() & (spoken.is_null() | (spoken <= answered))
    return pl.col("approved") | unanswered


RULE = Rule(
    name=NAME,
    title="Pull request overdue",
    responsibility="execution",
    definition=(
        "Open pull requests by people, no drafts, that have been ready for longer than three in four of those merged "
        f"in the last {WINDOW.days} days took, of the same repository and size class (where they are fewer than "
        f"{MIN_MERGED}: of the same repository), without activity for 24 hours but not for {WINDOW.days} days. For the "
        "author to do where it is approved or a reviewer spoke last, else for a reviewer."
    ),
    propose=propose_overdue_pull_request,
)
