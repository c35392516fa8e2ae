"""A repository that used to release in a rhythm and has not for too long."""

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.wording import MOST_DAYS, counted, number, repository_name
from metrics.registry import Rule, pipeline

MIN_WAITING = 10
MAX_BEATS = 4
NAME = "release_overdue"


@pipeline(ActionCandidates)
def propose_release_overdue(release_rhythm: pl.LazyFrame, contributors: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every such repository."""
    busy = contributors.group_by("repo_id").agg(recent=pl.col("commits_90d").sum()).filter(pl.col("recent") > 0)
    return (
        release_rhythm.filter(
            pl.col("is_overdue"),
            pl.col("commits_since_last") >= MIN_WAITING,
            pl.col("days_since_last") <= MAX_BEATS * pl.col("p85_days"),
        )
        .join(busy, on="repo_id", how="semi")
        .pipe(
            candidates,
            "repo_id",
            rule=pl.lit(NAME),
            item_kind=pl.lit("repository"),
            item_id=pl.col("repo_id"),
            responsibility=pl.lit("project_management"),
            title=pl.format("{} has fallen out of its release rhythm", repository_name()),
            why=pl.format(
                "{} wait since {}, which is {} old; {} of the last {} gaps between releases were shorter, and the "
                "median gap is {}.",
                counted(pl.col("commits_since_last"), "commit"),
                "last_tag",
                _days("days_since_last"),
                number(pl.col("gaps_shorter")),
                number(pl.col("gaps_counted")),
                _days("p50_days"),
            ),
            next_step=pl.lit("Release what is there, or write down what it waits for and who can clear that."),
            days_saved=(pl.col("commits_since_last") / 200).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit("a day of searching in a larger release for every 200 commits that wait, at most 5 days"),
            confidence=pl.lit(0.5),
        )
    )


def _days(column: str) -> pl.Expr:
    return counted(pl.col(column).round(0), "day")


RULE = Rule(
    name=NAME,
    title="Release rhythm broken",
    responsibility="project_management",
    definition=(
        "Repositories whose last release is longer ago than the 85th percentile of their last 20 gaps (at least 10), "
        f"though not more than {MAX_BEATS} times that, with {MIN_WAITING} commits or more since and work in the last "
        "90 days."
    ),
    propose=propose_release_overdue,
)
