"""A ticket that is in progress for longer than most of its kind take."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.recent import WINDOW, duration
from metrics.actions.ticket_wording import HALF_A_DAY, of_tickets, titled
from metrics.actions.wording import MOST_DAYS, counted
from metrics.registry import Rule, pipeline

NAME = "ticket_beyond_sle"


@pipeline(ActionCandidates)
def propose_ticket_beyond_sle(ticket_flow: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """One action for every such ticket."""
    beyond = pl.col("age_seconds") / 86_400 - pl.col("sle_days")
    late = ticket_flow.filter(
        pl.col("is_beyond_sle"),
        # What nobody has touched for as long is no work in progress any more.
        pl.col("last_activity_at") > as_of - WINDOW,
    )
    return of_tickets(
        late,
        rule=pl.lit(NAME),
        responsibility=pl.lit("timelines"),
        title=pl.format("{} takes longer than expected", "key"),
        why=pl.format(
            "{} has been in progress for {}; 85 of 100 tickets finished here in the last 90 days took at most {}. "
            'It has been in "{}" for {}.',
            titled(),
            duration(pl.col("age_seconds")),
            counted(pl.col("sle_days"), "day"),
            pl.col("status").fill_null("its status"),
            duration(pl.col("status_seconds").fill_null(0)),
        ),
        next_step=pl.lit(
            "Say today what is left and who can help; cut off what can be a ticket of its own, or put it back."
        ),
        # The longer it is open, the more has to be remembered and caught up with.
        days_saved=(beyond * 0.1).clip(HALF_A_DAY, MOST_DAYS).round(1),
        basis=pl.lit("a tenth of each day beyond the service level, at least half a day, at most 5 days"),
        confidence=pl.lit(0.6),
    )


RULE = Rule(
    name=NAME,
    title="Ticket beyond its service level",
    responsibility="timelines",
    definition=(
        "Tickets in progress for more days than 85 of 100 of the same project and type took that were finished in the "
        f"last {WINDOW.days} days (where fewer than 10 of the type were: of the project), in which something happened "
        f"in the last {WINDOW.days} days."
    ),
    propose=propose_ticket_beyond_sle,
)
