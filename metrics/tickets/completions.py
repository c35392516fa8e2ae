"""Every time that a ticket was finished, and whether it stayed so.

A ticket that goes from one status of being over to another (resolved, then closed) was finished once, at the first.

Misread: a ticket that comes back is not always poor work; some teams reopen a ticket for the next piece of the same.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

SOON = timedelta(days=30)
"""What comes back within this time was not finished."""


class TicketCompletions(Table):
    """One row per ticket and time that it was finished."""

    ticket_id = col.key("Ticket")
    completed_at = col.key_instant("When its work was over")
    left_at = col.instant("When it was taken up again; null where it was not")
    reopened = col.flag("Whether it was taken up again within 30 days; null while these are not over")


@pipeline(TicketCompletions)
def ticket_completions(ticket_steps: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Every completion of every ticket."""
    is_same = (pl.col("ticket_id") == pl.col("ticket_id").shift(1)).fill_null(value=False)
    was_done = is_same & pl.col("is_done").shift(1).fill_null(value=False)
    left = pl.when(pl.col("ticket_id") == pl.col("ticket_id").shift(-1)).then(pl.col("completed_at").shift(-1))
    is_soon = pl.col("left_at") <= pl.col("completed_at") + SOON
    is_over = pl.col("completed_at") + SOON <= as_of
    return (
        ticket_steps.sort("ticket_id", "entered_at")
        # The ends of being done, and between two of them its beginning.
        .filter(pl.col("is_done") != was_done)
        .select("ticket_id", "is_done", completed_at="entered_at")
        .with_columns(left_at=left)
        .filter("is_done")
        .with_columns(
            reopened=pl.when(is_soon.fill_null(value=False))
            .then(pl.lit(value=True))
            .when(is_over)
            .then(pl.lit(value=False))
        )
        .select(TicketCompletions.column_names())
        .sort(TicketCompletions.primary_key())
    )
