"""A ticket that is said to be in progress, and in which nothing happens."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.recent import WINDOW, duration
from metrics.actions.ticket_wording import HALF_A_DAY, of_tickets, titled
from metrics.expressions import now, seconds_between
from metrics.registry import Rule, pipeline

NAME = "ticket_stalled"


@pipeline(ActionCandidates)
def propose_ticket_stalled(ticket_flow: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """One action for every such ticket."""
    quiet = seconds_between(pl.col("last_activity_at"), now(as_of))
    served = pl.col("open_pull_requests") > 0
    return of_tickets(
        # One that is blocked waits for others, which another rule tells; one forgotten for long is no work any more.
        ticket_flow.filter(pl.col("is_stalled"), ~pl.col("is_blocked"), pl.col("last_activity_at") > as_of - WINDOW),
        rule=pl.lit(NAME),
        responsibility=pl.lit("execution"),
        title=pl.format("{} is in progress and nothing happens", "key"),
        why=pl.format(
            '{} has been "{}", and for {} nobody changed it, commented on it, or did anything in a pull request for '
            "it{}.",
            titled(),
            pl.col("status").fill_null("in progress"),
            duration(quiet),
            pl.when(served).then(pl.lit(", though one is open")).otherwise(pl.lit("")),
        ),
        next_step=pl.lit("Ask what it waits for: go on, flag it as blocked, or put it back so that the board is true."),
        days_saved=pl.lit(HALF_A_DAY),
        basis=pl.lit("half a day of taking up again what was half forgotten"),
        confidence=pl.lit(0.5),
    )


RULE = Rule(
    name=NAME,
    title="Ticket stalled",
    responsibility="execution",
    definition=(
        "Tickets in progress, not blocked, to which nothing has happened for 5 working days: no change, no comment, "
        "nothing in a pull request that serves them, nothing in their parts; but something in the last "
        f"{WINDOW.days} days. What programs do is no sign of life."
    ),
    propose=propose_ticket_stalled,
)
