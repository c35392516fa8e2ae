"""A ticket that cannot go on."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.recent import WINDOW, duration
from metrics.actions.ticket_wording import HALF_A_DAY, of_tickets, titled
from metrics.actions.wording import MOST_DAYS
from metrics.clock import WorkingHours, working_seconds
from metrics.expressions import now, seconds_between
from metrics.registry import Rule, pipeline

NAME = "ticket_blocked"
MIN_DAYS = 2
NAMED = 3


@pipeline(ActionCandidates)
def propose_ticket_blocked(
    ticket_flow: pl.LazyFrame, ticket_blocks: pl.LazyFrame, *, as_of: datetime, working_hours: WorkingHours
) -> pl.LazyFrame:
    """One action for every such ticket."""
    since = pl.col("blocked_since")
    waiting = seconds_between(since, now(as_of))
    causes = _causes(ticket_flow, ticket_blocks)
    blocked = ticket_flow.filter(
        "is_blocked",
        working_seconds(since, now(as_of), working_hours) > MIN_DAYS * working_hours.day_seconds,
        # A flag that nobody clears is forgotten with its ticket.
        pl.col("last_activity_at") > as_of - WINDOW,
    ).join(causes, on="ticket_id")
    return of_tickets(
        blocked,
        rule=pl.lit(NAME),
        responsibility=pl.lit("bridging"),
        title=pl.format("{} is blocked", "key"),
        why=pl.format("{} has not been able to go on for {}: it is {}.", titled(), duration(waiting), "causes"),
        next_step=pl.when(pl.col("keys") != "")
        .then(pl.format("Agree with those who have {} on a day, or find a way around it.", "keys"))
        .otherwise(pl.lit("Find out who can clear it and ask them today; take the flag off if it is no longer true.")),
        days_saved=(waiting / 86_400 * 0.1).clip(HALF_A_DAY, MOST_DAYS).round(1),
        basis=pl.lit("a tenth of each day that it has been blocked, at least half a day, at most 5 days"),
        confidence=pl.lit(0.7),
    )


def _causes(flow: pl.LazyFrame, blocks: pl.LazyFrame) -> pl.LazyFrame:
    """What blocks each ticket now, in words, and the keys of the tickets that do."""
    lasting = blocks.filter("is_blocked").join(flow.select(by="ticket_id", other="key"), on="by", how="left")
    is_link = pl.col("cause") == "link"
    keys = pl.col("other").filter(is_link).unique().sort()
    said = pl.concat_str(
        pl.when((pl.col("cause") == "flag").any()).then(pl.lit("flagged")),
        pl.when((pl.col("cause") == "status").any()).then(pl.lit("in a status of being blocked")),
        pl.when(is_link.any()).then(pl.format("waiting for {}", keys.head(NAMED).str.join(", "))),
        separator=" and ",
        ignore_nulls=True,
    )
    return lasting.group_by("ticket_id").agg(causes=said, keys=keys.head(NAMED).str.join(", "))


RULE = Rule(
    name=NAME,
    title="Ticket blocked",
    responsibility="bridging",
    definition=(
        f"Tickets in progress that have been flagged, in a status that means blocked, or blocked by an open ticket for "
        f"more than {MIN_DAYS} working days, in which something happened in the last {WINDOW.days} days."
    ),
    propose=propose_ticket_blocked,
)
