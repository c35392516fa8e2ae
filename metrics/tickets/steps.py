"""The statuses that every ticket went through up to the time of the report, and what each of them means.

A step ends where the next one begins. What lies after the time of the report is not known yet.
"""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from metrics.tickets.statuses import StatusNames, is_before, is_blocked, is_done, is_reset, is_start, is_waiting
from warehouse.tables import columns as col


class TicketSteps(Intermediate):
    """One row per ticket and status that it was in, in their order."""

    ticket_id = col.key("Ticket")
    entered_at = col.key_instant("When it entered the status")
    left_at = col.instant("When it left; null for the one that it is in")
    status = col.text("Status")
    status_category = col.text("`todo`, `in_progress` or `done`")
    is_before = col.flag("Whether work has not begun, or was put back")
    is_reset = col.flag("Whether work begins anew after it")
    is_start = col.flag("Whether work begins with it")
    is_done = col.flag("Whether the work is over")
    is_waiting = col.flag("Whether nobody works on it")
    is_blocked = col.flag("Whether it cannot go on")


@pipeline(TicketSteps)
def ticket_steps(
    tickets: pl.LazyFrame,
    ticket_status_intervals: pl.LazyFrame,
    *,
    as_of: datetime,
    status_names: Mapping[str, StatusNames],
) -> pl.LazyFrame:
    """The steps of every ticket that was created by then."""
    known = tickets.filter(pl.col("created_at") <= as_of).select("ticket_id", "source", "type")
    # Few statuses have many steps: what a status means is found out once for each.
    place = ["source", "type", "status", "status_category"]
    entered = (
        ticket_status_intervals.filter(pl.col("entered_at") <= as_of)
        .select("ticket_id", "entered_at", "status", "status_category")
        .join(known, on="ticket_id")
    )
    meaning = (
        entered.select(place)
        .unique()
        .with_columns(
            is_before=is_before(status_names),
            is_reset=is_reset(status_names),
            is_start=is_start(status_names),
            is_done=is_done(status_names),
            is_waiting=is_waiting(status_names),
            is_blocked=is_blocked(status_names),
        )
    )
    is_last = pl.col("ticket_id") != pl.col("ticket_id").shift(-1)
    return (
        entered.join(meaning, on=place, nulls_equal=True)
        .sort("ticket_id", "entered_at")
        .with_columns(left_at=pl.when(~is_last).then(pl.col("entered_at").shift(-1)))
        .select(TicketSteps.column_names())
        .sort(TicketSteps.primary_key())
    )
