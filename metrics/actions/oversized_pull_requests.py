"""A repository whose pull requests are often too large, by what its own large ones cost it in time."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import HALF_AN_HOUR, MIN_MERGED, WINDOW, duration, merged_lately, named
from metrics.actions.wording import MOST_DAYS, counted, number, one_team, percent, repository_name
from metrics.expressions import seconds_between
from metrics.registry import Rule, pipeline

LARGE = 1000
QUANTILE = 0.85
MIN_TIMED = 5
NAME = "oversized_pull_requests"


@pipeline(ActionCandidates)
def propose_oversized_pull_requests(pull_request_flow: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """One action for every such repository."""
    is_large = pl.col("size_lines") > LARGE
    took_large = pl.when(is_large).then("took")
    took_others = pl.when(~is_large).then("took")
    return (
        merged_lately(pull_request_flow, as_of)
        .filter(pl.col("size_lines").is_not_null())
        .with_columns(took=seconds_between(pl.col("ready_at"), pl.col("merged_at")))
        .with_columns(took=pl.when(pl.col("took") >= 0).then("took"))
        .group_by("repo_id")
        .agg(
            team=one_team(),
            merged=pl.len(),
            large=is_large.sum(),
            p85=pl.col("size_lines").quantile(QUANTILE, "linear"),
            timed=took_large.count(),
            timed_others=took_others.count(),
            took=took_large.median(),
            took_others=took_others.median(),
            numbers=named(is_large, pl.col("size_lines")),
        )
        .filter(
            pl.col("merged") >= MIN_MERGED,
            pl.col("p85") > LARGE,
            # That large ones take longer is what everybody says: only where it is so here is it worth a word.
            pl.col("timed") >= MIN_TIMED,
            pl.col("timed_others") >= MIN_TIMED,
            pl.col("took") > pl.col("took_others"),
        )
        .pipe(
            candidates,
            "repo_id",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("repository"),
            item_id="repo_id",
            responsibility=pl.lit("project_management"),
            title=pl.format("Large pull requests slow {} down", repository_name()),
            why=pl.format(
                "{} of the {} merged in the last 90 days ({}) have more than 1,000 lines; half of these took {} or "
                "more from ready to merged, half of the others {} or less. The largest are {}.",
                number(pl.col("large")),
                counted(pl.col("merged"), "pull request"),
                percent(pl.col("large") / pl.col("merged")),
                duration(pl.col("took")),
                duration(pl.col("took_others")),
                "numbers",
            ),
            next_step=pl.lit(
                "Look at the largest together: which part could have gone in first on its own? Agree to split before "
                "review what grows beyond 1,000 lines."
            ),
            actor_team="team",
            days_saved=((pl.col("took") - pl.col("took_others")) / 86_400 * pl.col("large") * HALF_AN_HOUR)
            .clip(0.1, MOST_DAYS)
            .round(1),
            basis=pl.lit(
                "half an hour for each day that a large one is open for longer than the others, for those of the next "
                "90 days, taken to be as many as in the last, at most 5 days"
            ),
            confidence=pl.lit(0.4),
        )
    )


RULE = Rule(
    name=NAME,
    title="Oversized pull requests",
    responsibility="project_management",
    definition=(
        f"Repositories with {MIN_MERGED} or more pull requests by people merged in the last {WINDOW.days} days, whose "
        f"85th percentile of size is over {LARGE:,} lines and whose pull requests of that size took longer from ready "
        f"to merged than the others, in the median of {MIN_TIMED} or more of each."
    ),
    propose=propose_oversized_pull_requests,
)
