"""A pull request that is approved and lies there: the work is done, and nobody has it."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import (
    HALF_AN_HOUR,
    WINDOW,
    called,
    duration,
    reference,
    still_open,
)
from metrics.actions.wording import MOST_DAYS
from metrics.clock import WorkingHours, working_seconds
from metrics.expressions import now, seconds_between
from metrics.registry import Rule, pipeline

NAME = "approved_unmerged"


@pipeline(ActionCandidates)
def propose_approved_unmerged(
    pull_request_flow: pl.LazyFrame, *, as_of: datetime, working_hours: WorkingHours
) -> pl.LazyFrame:
    """One action for every such pull request."""
    since = pl.col("phase_since")
    waiting = seconds_between(since, now(as_of))
    return (
        still_open(pull_request_flow)
        .filter(
            pl.col("phase") == "merge",
            working_seconds(since, now(as_of), working_hours) > working_hours.day_seconds,
            # What nobody has touched for as long is no work in progress any more.
            pl.col("last_activity_at") > as_of - WINDOW,
        )
        .pipe(
            candidates,
            "repo_id",
            "team",
            "url",
            rule=pl.lit(NAME),
            item_kind=pl.lit("pull_request"),
            item_id="pr_id",
            responsibility=pl.lit("execution"),
            title=pl.format("{} is approved and not merged", reference()),
            why=pl.format(
                "{} has been approved and ready to merge for {}, and no reviewer objects; it was opened {} ago.",
                called(),
                duration(waiting),
                duration(seconds_between(pl.col("opened_at"), now(as_of))),
            ),
            next_step=pl.lit("Merge it, or write in it what it waits for."),
            actor_id="author_id",
            actor_team="team",
            days_saved=(waiting / 86_400 * HALF_AN_HOUR).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit(
                "half an hour of bringing it up to date again for each day that it was ready to merge, at most 5 days"
            ),
            confidence=pl.lit(0.8),
        )
    )


RULE = Rule(
    name=NAME,
    title="Approved but not merged",
    responsibility="execution",
    definition=(
        "Open pull requests by people that a person approved and that have been no drafts for more than one working "
        f"day since, to which no reviewer objects, and in which something happened in the last {WINDOW.days} days. For "
        "the author to do."
    ),
    propose=propose_approved_unmerged,
)
