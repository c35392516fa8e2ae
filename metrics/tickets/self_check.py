"""Whether the figures of the flow agree with each other.

Over a long enough time the average number of tickets in progress equals what is finished a day times the average time
in progress (Little's law). A large gap means that the numbers tell of something else than work: tickets that are begun
and forgotten, or closed without ever having been started, or a board that was tidied in one go.

Misread: it says that something is wrong with the data or that much was left lying, not which of the two.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import day
from metrics.registry import pipeline
from metrics.spans import first_reason
from metrics.summary.observations import ROLLING_DAYS, SCOPE, rolling_start
from warehouse.tables import Table
from warehouse.tables import columns as col

NEEDED = 10
LARGE = 0.5
_DAY = 86_400


class TicketSelfCheck(Table):
    """One row per scope, over the last 90 days."""

    scope_kind = col.key("`all`, `project` or `team`")
    scope = col.key("`all`, name of the project, or name of the team")
    n = col.number("Tickets finished whose cycle time is known")
    in_progress = col.real("Average number of tickets in progress")
    per_day = col.real("Of these tickets, finished a day")
    days = col.real("Average time that they were in progress, in days")
    expected = col.real("per_day x days: how many should have been in progress")
    residual = col.real("(in_progress - expected) / expected")
    is_large = col.flag("Whether the two differ by more than half")
    reason = col.text("Why these two are null: `too_few_items` (fewer than 10)")


@pipeline(TicketSelfCheck)
def ticket_self_check(
    ticket_days: pl.LazyFrame, ticket_flow: pl.LazyFrame, ticket_scopes: pl.LazyFrame, *, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """The check of every scope."""
    start = rolling_start(as_of, zone)
    on_average = (
        ticket_days.filter(pl.col("day") >= start).group_by(SCOPE).agg(pl.col("in_progress").mean(), counted=pl.len())
    )
    finished = (
        ticket_flow.filter(pl.col("cycle_seconds").is_not_null(), day(pl.col("done_at"), zone) >= start)
        .join(ticket_scopes, on="ticket_id")
        .group_by(SCOPE)
        .agg(n=pl.len(), days=pl.col("cycle_seconds").mean() / _DAY)
    )
    reason = first_reason({"too_few_items": pl.col("n") < NEEDED})
    expected = pl.col("per_day") * pl.col("days")
    residual = pl.when(reason.is_null() & (expected > 0)).then((pl.col("in_progress") - expected) / expected)
    return (
        on_average.join(finished, on=SCOPE, how="left")
        .with_columns(pl.col("n").fill_null(0))
        .with_columns(per_day=pl.col("n") / pl.min_horizontal("counted", pl.lit(ROLLING_DAYS)), reason=reason)
        .with_columns(expected=expected, residual=residual)
        .with_columns(is_large=pl.col("residual").abs() > LARGE)
        .select(TicketSelfCheck.column_names())
        .sort(SCOPE)
    )
