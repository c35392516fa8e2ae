"""A repository in which an AI's review stands in for that of a person."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import HALF_AN_HOUR, MIN_MERGED, WINDOW, merged_lately, named
from metrics.actions.wording import MOST_DAYS, counted, number, one_team, percent, repository_name
from metrics.registry import Rule, pipeline

MIN_SHARE = 0.2
NAME = "reviewed_only_by_ai"


@pipeline(ActionCandidates)
def propose_reviewed_only_by_ai(pull_request_flow: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """One action for every such repository."""
    by_ai = pl.col("reviewed_by_ai_only").fill_null(value=False)
    return (
        merged_lately(pull_request_flow, as_of)
        .group_by("repo_id")
        .agg(
            team=one_team(),
            merged=pl.len(),
            by_ai=by_ai.sum(),
            numbers=named(by_ai, pl.col("size_lines").fill_null(0)),
        )
        .filter(pl.col("merged") >= MIN_MERGED, pl.col("by_ai") >= MIN_SHARE * pl.col("merged"))
        .pipe(
            candidates,
            "repo_id",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("repository"),
            item_id="repo_id",
            responsibility=pl.lit("strategy"),
            title=pl.format(
                "{} of what is merged into {} was reviewed by an AI only",
                percent(pl.col("by_ai") / pl.col("merged")),
                repository_name(),
            ),
            why=pl.format(
                "Of the {} merged in the last 90 days an AI reviewed {} on which no other person said a word, the "
                "largest first: {}.",
                counted(pl.col("merged"), "pull request"),
                number(pl.col("by_ai")),
                "numbers",
            ),
            next_step=pl.lit(
                "Agree in the team for which changes an AI's review is enough, and ask a person to look at the others."
            ),
            actor_team="team",
            days_saved=(pl.col("by_ai") * HALF_AN_HOUR).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit(
                "half an hour of searching later for each change that no other person looked at, of the next 90 days, "
                "taken to be as many as in the last, at most 5 days"
            ),
            # An AI has looked, so less is missed than where nobody did.
            confidence=pl.lit(0.3),
        )
    )


RULE = Rule(
    name=NAME,
    title="Reviewed only by AI",
    responsibility="strategy",
    definition=(
        f"Repositories with {MIN_MERGED} or more pull requests by people merged in the last {WINDOW.days} days, "
        f"{100 * MIN_SHARE:.0f} % or more of which an AI reviewed and no other person did."
    ),
    propose=propose_reviewed_only_by_ai,
)
