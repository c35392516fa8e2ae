"""What each team finished, and what came to it, day by day: what forecasts are drawn from.

Misread: many finished on one day are more often a tidied tracker than a good day. Forecasts draw such a day as often as
it happened; the backtest shows what that does to them.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import day, today
from metrics.registry import pipeline
from metrics.timelines.tickets import WHOLE
from warehouse.tables import Table
from warehouse.tables import columns as col

_DAY = ["team", "day"]


class ThroughputDays(Table):
    """One row per team and day, from its first ticket to yesterday; days without a ticket are there too."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    day = col.key_day("Day in the reporting zone")
    finished = col.number("Tickets finished")
    created = col.number("Tickets created")


@pipeline(ThroughputDays)
def throughput_days(forecast_tickets: pl.LazyFrame, *, as_of: datetime, zone: str) -> pl.LazyFrame:
    """Every day of every team; teams with too few members to be reported on count in the whole only."""
    shown = forecast_tickets.filter(~pl.col("is_suppressed"))
    items = pl.concat([shown, forecast_tickets.with_columns(team=pl.lit(WHOLE))])
    counts = [
        items.filter(pl.col(at).is_not_null())
        .group_by("team", day=day(pl.col(at), zone))
        .agg(pl.len().cast(pl.Int64).alias(name))
        for name, at in (("finished", "done_at"), ("created", "created_at"))
    ]
    every = pl.concat([part.select(_DAY) for part in counts]).group_by("team").agg(first=pl.col("day").min())
    days = pl.date_ranges(pl.col("first"), today(as_of, zone), "1d", closed="left")
    return (
        every.select("team", day=days)
        .explode("day")
        .drop_nulls("day")
        .join(counts[0], on=_DAY, how="left")
        .join(counts[1], on=_DAY, how="left")
        .with_columns(pl.col("finished", "created").fill_null(0))
        .select(ThroughputDays.column_names())
        .sort(_DAY)
    )
