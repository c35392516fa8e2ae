"""A ticket that is about to be started and lacks what was agreed that a ticket needs."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.ticket_wording import HALF_A_DAY, of_tickets, titled
from metrics.registry import Rule, pipeline

NAME = "unready_ticket"

_WORDS = {
    "assignee": "an assignee",
    "estimate": "an estimate",
    "description": "a description",
    "parent": "a parent",
    "due_date": "a due date",
}


@pipeline(ActionCandidates)
def propose_unready_ticket(
    ticket_flow: pl.LazyFrame,
    ticket_requirements: pl.LazyFrame,
    ticket_sprints: pl.LazyFrame,
    sprints: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """One action for every such ticket in a sprint that runs or comes next."""
    lacks = pl.col("missing").list.eval(pl.element().replace(_WORDS)).list.join(" and ")
    planned = (
        ticket_sprints.filter(
            pl.col("added_at") <= as_of, pl.col("removed_at").is_null() | (pl.col("removed_at") > as_of)
        )
        .join(_near(sprints, as_of), on="sprint_id")
        .group_by("ticket_id")
        .agg(sprint=pl.col("sprint").min())
    )
    unready = (
        ticket_flow.filter(pl.col("state") == "todo")
        .join(ticket_requirements.filter(~pl.col("is_ready")).select("ticket_id", "missing"), on="ticket_id")
        .join(planned, on="ticket_id")
        .filter(pl.col("missing").list.len() > 0)
    )
    return of_tickets(
        unready,
        rule=pl.lit(NAME),
        responsibility=pl.lit("requirements"),
        title=pl.format("{} is planned and not ready", "key"),
        why=pl.format(
            '{} is in {} and still "{}", and lacks {}.',
            titled(),
            pl.col("sprint").fill_null("a sprint"),
            pl.col("status").fill_null("to do"),
            lacks,
        ),
        next_step=pl.format("Give it {} before somebody begins, or take it out of the sprint.", lacks),
        days_saved=pl.lit(HALF_A_DAY),
        basis=pl.lit("half a day of asking and waiting after the start"),
        confidence=pl.lit(0.4),
    )


def _near(sprints: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`sprint_id` and `sprint`, the name, of those that run, and of the next one of every board."""
    state, begins = pl.col("state").fill_null(""), pl.coalesce("started_at", "ends_at")
    # One with an end beforehand begins and ends by itself; of the others the state tells.
    by_itself = pl.col("completed_at").is_not_null()
    is_over = pl.when(by_itself).then(pl.col("completed_at") <= as_of).otherwise(state == "closed")
    has_begun = (pl.col("started_at") <= as_of).fill_null(value=False)
    is_running = (state == "active") | (has_begun & (by_itself | (state != "future")))
    return (
        sprints.filter(~is_over)
        .with_columns(is_running=is_running)
        # Where those to come have no dates, their numbers tell.
        .sort("board", begins, pl.col("sprint_id").str.len_chars(), "sprint_id", nulls_last=True)
        .filter(pl.col("is_running") | (pl.int_range(pl.len()).over("board", "is_running") == 0))
        .select("sprint_id", sprint="name")
    )


RULE = Rule(
    name=NAME,
    title="Unready ticket about to start",
    responsibility="requirements",
    definition=(
        "Tickets to do in the sprints that run, or the next one of their board, that lack something that `[readiness] "
        "needs` asks for."
    ),
    propose=propose_unready_ticket,
)
