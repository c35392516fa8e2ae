"""A ticket that is about to be started and lacks what was agreed that a ticket needs."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.ticket_wording import HALF_A_DAY, near_sprints, of_tickets, titled
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
        .join(near_sprints(sprints, as_of), on="sprint_id")
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
