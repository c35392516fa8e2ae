"""What an observation is, and how one is taken.

A metric's pipeline gathers items, each with a scope and a day, puts them into periods, and says how the items of a
period become a figure. Periods come from the calendar, so that a week without items is there too: 0 for a count,
null with a reason for all else.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import today
from warehouse.tables import Table
from warehouse.tables import columns as col

SCOPE = ["scope_kind", "scope"]
PERIOD = [*SCOPE, "period", "period_start"]
ROLLING_DAYS = 90
MEDIAN_NEEDS, P85_NEEDS = 5, 10
"""Fewer measurable items have no median and no 85th percentile."""


class Observations(Table):
    """One row per metric, scope and period; only periods that are over, and a rolling one that ends now."""

    metric = col.key("Name of the metric in the catalogue")
    scope_kind = col.key("`all`, `team`, `project`, `service` or `repository`")
    scope = col.key("Name of the team, project or service, id of the repository, `all`")
    period = col.key("`week`, `month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    value = col.real("The figure; null with a reason")
    n = col.number("Items it was taken from")
    coverage = col.real("Measurable items / items in scope; null where there are no items")
    unit = col.text("Unit of the value")
    reason = col.text("Why the value is null: `no_items`, `too_few_items`, `group_too_small`, `not_counted`, …")


def rolling_start(as_of: datetime, zone: str) -> pl.Expr:
    """The first of the 90 days that end today."""
    return today(as_of, zone).dt.offset_by(f"-{ROLLING_DAYS - 1}d")


def in_periods(items: pl.LazyFrame, *, as_of: datetime, zone: str) -> pl.LazyFrame:
    """The items once for each period that their `day` lies in."""
    day = pl.col("day")
    start = rolling_start(as_of, zone)
    return pl.concat(
        [
            items.with_columns(period=pl.lit("week"), period_start=day.dt.truncate("1w")),
            items.with_columns(period=pl.lit("month"), period_start=day.dt.truncate("1mo")),
            items.filter(day >= start).with_columns(period=pl.lit("rolling_90d"), period_start=start),
        ]
    )


def observe(
    calendar: pl.LazyFrame,
    items: pl.LazyFrame,
    *,
    metric: str,
    unit: str,
    value: pl.Expr,
    n: pl.Expr | None = None,
    coverage: pl.Expr | None = None,
    needed: int = 1,
    too_few: str = "too_few_items",
    empty: float | None = None,
) -> pl.LazyFrame:
    """One observation for every period of the calendar.

    `value`, `n` and `coverage` are taken over the items of the period (all items, and 1, by default). Fewer than
    `needed` measurable items give null with the reason `too_few`; no items at all give `empty`. Periods of groups that
    are too small to be shown are null.
    """
    figures = items.group_by(PERIOD).agg(
        value=value.cast(pl.Float64),
        n=(pl.len() if n is None else n).cast(pl.Int64),
        coverage=(pl.lit(1.0) if coverage is None else coverage).cast(pl.Float64),
    )
    count = pl.col("n").fill_null(0)
    reason = (
        pl.when("is_suppressed")
        .then(pl.lit("group_too_small"))
        .when(pl.col("n").is_null())
        .then(pl.lit("no_items" if empty is None else None, dtype=pl.String))
        .when(count < needed)
        .then(pl.lit(too_few))
        .when(pl.col("value").is_null())
        .then(pl.lit("not_counted"))
    )
    return (
        calendar.join(figures, on=PERIOD, how="left")
        .with_columns(reason=reason)
        .with_columns(
            metric=pl.lit(metric),
            unit=pl.lit(unit),
            value=pl.when(pl.col("reason").is_null()).then(pl.coalesce("value", pl.lit(empty, dtype=pl.Float64))),
            n=pl.when(~pl.col("is_suppressed")).then(count),
            coverage=pl.when(~pl.col("is_suppressed")).then("coverage"),
        )
        .select(Observations.column_names())
        .sort("metric", *PERIOD)
    )


def percentile(
    calendar: pl.LazyFrame, items: pl.LazyFrame, metric: str, column: str, *, p85: bool = False, unit: str = "seconds"
) -> pl.LazyFrame:
    """Observations of the median, or the 85th percentile, of a column."""
    value = pl.col(column)
    return observe(
        calendar,
        items,
        metric=metric,
        unit=unit,
        value=value.quantile(0.85, "linear") if p85 else value.median(),
        n=value.count(),
        coverage=value.count() / pl.len(),
        needed=P85_NEEDS if p85 else MEDIAN_NEEDS,
    )


def share(calendar: pl.LazyFrame, items: pl.LazyFrame, metric: str, column: str) -> pl.LazyFrame:
    """Observations of how many of the items a flag holds for, of those of which it is known."""
    flag = pl.col(column)
    return observe(
        calendar,
        items,
        metric=metric,
        unit="share",
        value=flag.mean(),
        n=flag.count(),
        coverage=flag.count() / pl.len(),
    )
