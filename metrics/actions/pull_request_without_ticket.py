"""An open pull request that serves no ticket, where nearly all others do."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import MIN_MERGED, WINDOW, called, merged_lately, reference, still_open
from metrics.actions.wording import number, percent
from metrics.registry import Rule, pipeline

NAME = "pull_request_without_ticket"
USUAL = 0.8


@pipeline(ActionCandidates)
def propose_pull_request_without_ticket(
    pull_request_flow: pl.LazyFrame, pull_request_tickets: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """One action for every such pull request."""
    served = pull_request_tickets.select("pr_id").unique().with_columns(is_served=pl.lit(value=True))
    habits = (
        merged_lately(pull_request_flow, as_of)
        .join(served, on="pr_id", how="left")
        .group_by("repo_id")
        .agg(merged=pl.len(), share=pl.col("is_served").fill_null(value=False).mean())
        .filter(pl.col("merged") >= MIN_MERGED, pl.col("share") >= USUAL)
    )
    return (
        still_open(pull_request_flow)
        .filter(pl.col("last_activity_at") > as_of - WINDOW)
        .join(served, on="pr_id", how="anti")
        .join(habits, on="repo_id")
        .pipe(
            candidates,
            "repo_id",
            "team",
            "url",
            rule=pl.lit(NAME),
            item_kind=pl.lit("pull_request"),
            item_id="pr_id",
            responsibility=pl.lit("requirements"),
            title=pl.format("{} serves no ticket", reference()),
            why=pl.format(
                "{} names no ticket in its branch, title, text or commits; {} of the {} pull requests merged here in "
                "the last 90 days did.",
                called(),
                percent(pl.col("share")),
                number(pl.col("merged")),
            ),
            next_step=pl.lit("Write the key of its ticket into the title or the text, or open one if there is none."),
            actor_id="author_id",
            actor_team="team",
            days_saved=pl.lit(0.1),
            basis=pl.lit("a few minutes now in place of asking later what it was for"),
            confidence=pl.lit(0.5),
        )
    )


RULE = Rule(
    name=NAME,
    title="Pull request without a ticket",
    responsibility="requirements",
    definition=(
        "Open pull requests by people, no drafts, with activity in the last "
        f"{WINDOW.days} days, that serve no ticket, in repositories where {100 * USUAL:.0f} % or more of the "
        f"{MIN_MERGED} or more merged in the last {WINDOW.days} days do."
    ),
    propose=propose_pull_request_without_ticket,
)
