"""How safely the code is known, as of now: one figure for each repository, team and the whole.

These are about files, not about what a group of people did, so that small teams are shown too.
"""

from datetime import datetime

import polars as pl

from metrics.registry import pipeline
from metrics.summary.observations import PERIOD, Observations, observe, rolling_start

FILE = ["repo_id", "path"]


@pipeline(Observations)
def knowledge_figures(
    files: pl.LazyFrame,
    hotspots: pl.LazyFrame,
    truck_factor: pl.LazyFrame,
    service_files: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of `files_at_risk`, `knowledge_loss`, `hotspots` and `truck_factor`."""
    counted = files.filter("is_counted").join(hotspots.select(*FILE, "is_hotspot"), on=FILE, how="left")
    items = _now(_by_scope(counted, service_files), as_of, zone)
    factors = _now(
        truck_factor.filter(pl.col("scope_kind") != "folder").rename({"truck_factor": "factor"}), as_of, zone
    )
    measured = pl.col("lines").filter(pl.col("lost_share").is_not_null()).sum()
    figures = [
        _observe(items, "files_at_risk", "share", pl.col("is_at_risk").mean()),
        _observe(
            items,
            "knowledge_loss",
            "share",
            pl.when(measured > 0).then((pl.col("lost_share") * pl.col("lines")).sum() / measured),
            coverage=pl.when(pl.col("lines").sum() > 0).then(measured / pl.col("lines").sum()),
        ),
        _observe(items, "hotspots", "count", pl.col("is_hotspot").sum()),
        _observe(
            factors,
            "truck_factor",
            "people",
            pl.col("factor").first(),
            n=pl.col("files").first(),
            coverage=pl.col("authored_files").first() / pl.col("files").first(),
        ),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


def _by_scope(counted: pl.LazyFrame, service_files: pl.LazyFrame) -> pl.LazyFrame:
    of_services = counted.join(service_files, on=FILE).with_columns(
        scope_kind=pl.lit("service"), scope=pl.col("service")
    )
    return pl.concat(
        [
            counted.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all")),
            counted.with_columns(scope_kind=pl.lit("repository"), scope=pl.col("repo_id")),
            of_services.drop("service"),
            counted.drop_nulls("team").with_columns(scope_kind=pl.lit("team"), scope=pl.col("team")),
        ]
    )


def _now(items: pl.LazyFrame, as_of: datetime, zone: str) -> pl.LazyFrame:
    return items.with_columns(period=pl.lit("rolling_90d"), period_start=rolling_start(as_of, zone))


def _observe(
    items: pl.LazyFrame,
    metric: str,
    unit: str,
    value: pl.Expr,
    *,
    n: pl.Expr | None = None,
    coverage: pl.Expr | None = None,
) -> pl.LazyFrame:
    periods = items.select(PERIOD).unique().with_columns(is_suppressed=pl.lit(value=False))
    return observe(periods, items, metric=metric, unit=unit, value=value, n=n, coverage=coverage)
