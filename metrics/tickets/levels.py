"""The service level that a project can expect: 85 of 100 tickets are finished within so many days.

The smallest number of days that was true of those finished in the last 90 days. Whether it was kept is told of the same
tickets against what the 90 days before would have promised: else it would be kept by its own making.

Misread: it is an expectation, not a promise to anyone; it says nothing about a ticket that is unlike the others.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import pipeline
from metrics.spans import first_reason
from warehouse.tables import Table
from warehouse.tables import columns as col

WINDOW = timedelta(days=90)
NEEDED = 10
SHARE = 0.85
ALL_TYPES = "all"
_DAY = 86_400


class TicketServiceLevels(Table):
    """One row per project and type of ticket, and one for all types of a project together."""

    project = col.key("Project")
    type = col.key("Type of ticket; `all` for all together")
    n = col.number("Tickets finished in the last 90 days whose cycle time is known")
    days = col.number("85 of 100 of these took at most so many days, begun ones counted whole")
    days_reason = col.text("Why it is null: `too_few_items` (fewer than 10)")
    days_before = col.number("The same of those finished in the 90 days before these")
    kept = col.number("Of the `n`, finished within `days_before`")
    kept_share = col.real("kept / n")
    kept_reason = col.text("Why it is null: `too_few_items`")


@pipeline(TicketServiceLevels)
def ticket_service_levels(tickets: pl.LazyFrame, ticket_spans: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The level of every project, and of every type of ticket in it."""
    described = tickets.select("ticket_id", "project", "type")
    of_types = finished(ticket_spans, as_of).join(described, on="ticket_id").drop_nulls("project")
    items = pl.concat([of_types.drop_nulls("type"), of_types.with_columns(type=pl.lit(ALL_TYPES))])
    is_late = pl.col("done_at") > as_of - WINDOW
    days, key = pl.col("elapsed_days"), ["project", "type"]
    levels = items.group_by(key).agg(
        n=is_late.sum(),
        n_before=(~is_late).sum(),
        days=level(days.filter(is_late)),
        days_before=level(days.filter(~is_late)),
    )
    kept = (
        items.filter(is_late)
        .join(levels, on=key)
        .group_by(key)
        .agg(kept=(days <= pl.col("days_before")).sum(), known=pl.col("days_before").count())
    )
    has_kept = (pl.col("n") >= NEEDED) & pl.col("days_before").is_not_null()
    return (
        levels.filter((pl.col("n") > 0) | (pl.col("n_before") > 0))
        .join(kept, on=key, how="left")
        .with_columns(kept=pl.when(has_kept).then("kept"))
        .with_columns(
            kept_share=pl.col("kept") / pl.col("n"),
            days_reason=first_reason({"too_few_items": pl.col("days").is_null()}),
            kept_reason=first_reason({"too_few_items": pl.col("kept").is_null()}),
        )
        .select(TicketServiceLevels.column_names())
        .sort(key)
    )


def finished(spans: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`ticket_id`, `done_at` and `elapsed_days` of what was finished in the last 180 days and whose start is known."""
    return spans.filter(
        pl.col("done_at") > as_of - 2 * WINDOW, pl.col("started_at").is_not_null(), pl.col("has_history")
    ).select("ticket_id", "done_at", elapsed_days=elapsed_days(pl.col("started_at"), pl.col("done_at")))


def elapsed_days(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Days from start to end, begun ones counted whole; at least 1."""
    return (seconds_between(start, end) / _DAY).ceil().clip(1).cast(pl.Int64)


def level(days: pl.Expr) -> pl.Expr:
    """The smallest observed value that 85 of 100 do not exceed; null for fewer than 10."""
    return pl.when(days.count() >= NEEDED).then(days.quantile(SHARE, "equiprobable")).cast(pl.Int64)
