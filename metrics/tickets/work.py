"""What became of the time between the start and the end of the work: worked on, waiting, blocked.

Waiting is the time in statuses of waiting, and all blocked time. Where a ticket is blocked for several reasons at once
the time counts once. Time in which it was taken for done before it was taken up again is neither.
"""

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

_STEP = ["ticket_id", "entered_at"]


class TicketWork(Intermediate):
    """One row per step of a ticket between the start and the end of its work."""

    ticket_id = col.key("Ticket")
    entered_at = col.key_instant("When it entered the status")
    left_at = col.instant("When it left, ended or, if neither, the time of the report")
    status = col.text("Status")
    seconds = col.real("How long it was in it")
    waiting_seconds = col.real("Of that, waiting or blocked")
    blocked_seconds = col.real("Of that, blocked")


@pipeline(TicketWork)
def ticket_work(ticket_steps: pl.LazyFrame, ticket_spans: pl.LazyFrame, ticket_blocks: pl.LazyFrame) -> pl.LazyFrame:
    """Every step of work with its time."""
    begun = ticket_spans.filter(pl.col("started_at").is_not_null()).select("ticket_id", "started_at", "until")
    steps = (
        ticket_steps.filter(~pl.col("is_done"))
        .join(begun, on="ticket_id")
        .filter(pl.col("entered_at") >= pl.col("started_at"), pl.col("entered_at") < pl.col("until"))
        # Put back without beginning anew: nobody works on it.
        .with_columns(is_waiting=pl.col("is_waiting") | pl.col("is_before"))
        .select(*_STEP, "status", "is_waiting", left_at=pl.min_horizontal("left_at", "until"))
    )
    blocked = _blocked(steps, ticket_blocks)
    seconds = seconds_between(pl.col("entered_at"), pl.col("left_at"))
    return (
        steps.join(blocked, on=_STEP, how="left")
        .with_columns(seconds=seconds, blocked_seconds=pl.col("blocked_seconds").fill_null(0.0))
        .with_columns(waiting_seconds=pl.when("is_waiting").then("seconds").otherwise("blocked_seconds"))
        .select(TicketWork.column_names())
        .sort(TicketWork.primary_key())
    )


def _blocked(steps: pl.LazyFrame, blocks: pl.LazyFrame) -> pl.LazyFrame:
    """The blocked seconds of every step that has any: the union of what overlaps it."""
    start, end = pl.col("start"), pl.col("end")
    is_same = (pl.col("ticket_id") == pl.col("ticket_id").shift(1)) & (
        pl.col("entered_at") == pl.col("entered_at").shift(1)
    )
    covered = pl.when(is_same.fill_null(value=False)).then(pl.col("reach").shift(1))
    return (
        steps.join(blocks.select("ticket_id", "blocked_at", "unblocked_at"), on="ticket_id")
        .select(
            *_STEP,
            start=pl.max_horizontal("entered_at", "blocked_at"),
            end=pl.min_horizontal("left_at", "unblocked_at"),
        )
        .filter(start < end)
        .sort(*_STEP, "start", "end")
        .with_columns(reach=end.cum_max().over(_STEP, order_by=["start", "end"]))
        .with_columns(covered=covered)
        .with_columns(start=pl.max_horizontal("start", "covered"))
        .with_columns(seconds=seconds_between(start, end).clip(0))
        .group_by(_STEP)
        .agg(blocked_seconds=pl.col("seconds").sum())
    )
