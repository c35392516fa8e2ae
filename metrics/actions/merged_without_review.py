"""A repository in which too much is merged that no other person has looked at."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import HALF_AN_HOUR, MIN_MERGED, WINDOW, merged_lately, named
from metrics.actions.wording import MOST_DAYS, counted, number, one_team, percent, repository_name
from metrics.registry import Rule, pipeline

MAX_SHARE = 0.1
NAME = "merged_without_review"


@pipeline(ActionCandidates)
def propose_merged_without_review(pull_request_flow: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """One action for every such repository."""
    unseen = pl.col("merged_without_review").fill_null(value=False)
    return (
        merged_lately(pull_request_flow, as_of)
        .group_by("repo_id")
        .agg(
            team=one_team(),
            merged=pl.len(),
            unseen=unseen.sum(),
            lines=pl.when(unseen).then("size_lines").sum(),
            numbers=named(unseen, pl.col("size_lines").fill_null(0)),
        )
        .filter(pl.col("merged") >= MIN_MERGED, pl.col("unseen") > MAX_SHARE * pl.col("merged"))
        .pipe(
            candidates,
            "repo_id",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("repository"),
            item_id="repo_id",
            responsibility=pl.lit("strategy"),
            title=pl.format(
                "{} of what is merged into {} was reviewed by nobody",
                percent(pl.col("unseen") / pl.col("merged")),
                repository_name(),
            ),
            why=pl.format(
                "Of the {} merged in the last 90 days no other person reviewed or commented on {} before the merge "
                "({} in all), the largest first: {}.",
                counted(pl.col("merged"), "pull request"),
                number(pl.col("unseen")),
                counted(pl.col("lines"), "line"),
                "numbers",
            ),
            next_step=pl.lit(
                "Agree in the team what may go in without a second pair of eyes, and require a review for the rest in "
                "the rules of the branch."
            ),
            actor_team="team",
            days_saved=(pl.col("unseen") * HALF_AN_HOUR).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit(
                "half an hour of searching later for each change that nobody looked at, of the next 90 days, taken to "
                "be as many as in the last, at most 5 days"
            ),
            confidence=pl.lit(0.4),
        )
    )


RULE = Rule(
    name=NAME,
    title="Merged without review",
    responsibility="strategy",
    definition=(
        f"Repositories with {MIN_MERGED} or more pull requests by people merged in the last {WINDOW.days} days, more "
        f"than {100 * MAX_SHARE:.0f} % of them with no review or comment by another person before the merge."
    ),
    propose=propose_merged_without_review,
)
