"""When work on a ticket began and ended.

Begun is the first entry into a status of work since the ticket last stood before it: what was put back begins anew,
unless `flow.reset_on_backlog` is off.
Ended is the last entry into a status of being over, for a ticket that still is. A ticket that is taken up again without
having been put back goes on from where it began.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import now
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col


class TicketSpans(Intermediate):
    """One row per ticket that was created by the time of the report."""

    ticket_id = col.key("Ticket")
    state = col.text("`todo`, `in_progress` or `done`")
    status = col.text("Status that it was in")
    status_since = col.instant("Since when; null where no history is known")
    first_started_at = col.instant("When work began the first time")
    started_at = col.instant("When work began, after the last time that it was put back")
    first_done_at = col.instant("When it was over the first time")
    done_at = col.instant("When it was over, for a ticket that still is; null where nobody knows when")
    returned_at = col.instant("When it was last put back before the start")
    until = col.instant("How far its story is told: its end, or the time of the report")
    has_history = col.flag("Whether all that happened to it is known")


@pipeline(TicketSpans)
def ticket_spans(tickets: pl.LazyFrame, ticket_steps: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Begin and end of every ticket."""
    at = pl.col("entered_at")
    marks = ticket_steps.group_by("ticket_id").agg(
        last_open=pl.when(~pl.col("is_done")).then(at).max(),
        last_reset=pl.when("is_reset").then(at).max(),
        first_started_at=pl.when("is_start").then(at).min(),
        first_done_at=pl.when("is_done").then(at).min(),
    )
    since_open = pl.col("last_open").is_null() | (at > pl.col("last_open"))
    since_reset = pl.col("last_reset").is_null() | (at > pl.col("last_reset"))
    is_back = pl.col("is_before") & (at > pl.col("first_started_at"))
    is_last = pl.col("left_at").is_null()
    spans = (
        ticket_steps.join(marks, on="ticket_id")
        .group_by("ticket_id")
        .agg(
            pl.col("first_started_at", "first_done_at").first(),
            started_at=pl.when(pl.col("is_start") & since_reset).then(at).min(),
            told_done_at=pl.when(pl.col("is_done") & since_open).then(at).min(),
            returned_at=pl.when(is_back).then(at).max(),
            told_status=pl.when(is_last).then("status").drop_nulls().first(),
            status_since=pl.when(is_last).then(at).max(),
        )
    )
    is_untold = pl.col("status_since").is_null()
    has_history = ~is_untold & pl.col("history_complete").fill_null(value=True)
    is_resolved = pl.col("resolved_at") <= as_of
    is_closed = is_untold & (pl.col("status_category") == "done")
    # Where the history has a hole, the tracker's own date is the better end.
    resolved = pl.when(is_resolved & (is_closed | (~has_history & pl.col("told_done_at").is_not_null()))).then(
        "resolved_at"
    )
    is_over = pl.col("done_at").is_not_null() | (is_closed & pl.col("resolved_at").is_null())
    begun = pl.col("started_at").is_not_null() | (is_untold & (pl.col("status_category") == "in_progress"))
    return (
        tickets.filter(pl.col("created_at") <= as_of)
        .select("ticket_id", "status", "status_category", "resolved_at", "history_complete")
        .join(spans, on="ticket_id", how="left")
        .with_columns(done_at=pl.coalesce(resolved, "told_done_at"))
        .with_columns(
            state=pl.when(is_over)
            .then(pl.lit("done"))
            .when(begun)
            .then(pl.lit("in_progress"))
            .otherwise(pl.lit("todo")),
            status=pl.coalesce("told_status", "status"),
            until=pl.coalesce("done_at", now(as_of)),
            has_history=has_history,
        )
        .select(TicketSpans.column_names())
        .sort("ticket_id")
    )
