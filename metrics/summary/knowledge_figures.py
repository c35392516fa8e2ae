"""How safely the code is known, as of now: one figure for each repository, team and the whole.

Of a team they are about the files that it owns, whoever wrote them; who did is soon guessed of a team with hardly any
members, so that those of fewer than may be reported on are not shown.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import members_now, sizes
from metrics.nesting import with_teams_above
from metrics.registry import pipeline
from metrics.summary.observations import PERIOD, SCOPE, Observations, observe, rolling_start

FILE = ["repo_id", "path"]


@pipeline(Observations)
def knowledge_figures(  # noqa: PLR0917 - one parameter a table
    files: pl.LazyFrame,
    hotspots: pl.LazyFrame,
    truck_factor: pl.LazyFrame,
    service_files: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Observations of `files_at_risk`, `knowledge_loss`, `hotspots` and `truck_factor`."""
    counted = files.filter("is_counted").join(hotspots.select(*FILE, "is_hotspot"), on=FILE, how="left")
    items = _now(_by_scope(counted, service_files), as_of, zone)
    factors = _now(
        truck_factor.filter(pl.col("scope_kind") != "folder").rename({"truck_factor": "factor"}), as_of, zone
    )
    groups = sizes(with_teams_above(members_now(team_members, as_of), teams), minimum_group)
    measured = pl.col("lines").filter(pl.col("lost_share").is_not_null()).sum()
    figures = [
        _observe(items, groups, "files_at_risk", "share", pl.col("is_at_risk").mean()),
        _observe(
            items,
            groups,
            "knowledge_loss",
            "share",
            pl.when(measured > 0).then((pl.col("lost_share") * pl.col("lines")).sum() / measured),
            coverage=pl.when(pl.col("lines").sum() > 0).then(measured / pl.col("lines").sum()),
        ),
        _observe(items, groups, "hotspots", "count", pl.col("is_hotspot").sum()),
        _observe(
            factors,
            groups,
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
    groups: pl.LazyFrame,
    metric: str,
    unit: str,
    value: pl.Expr,
    *,
    n: pl.Expr | None = None,
    coverage: pl.Expr | None = None,
) -> pl.LazyFrame:
    periods = (
        items.select(PERIOD)
        .unique()
        .join(groups.select(scope_kind=pl.lit("team"), scope="team", shown="is_shown"), on=SCOPE, how="left")
        # A team that nobody is said to be in has too few members as well.
        .with_columns(is_suppressed=(pl.col("scope_kind") == "team") & ~pl.col("shown").fill_null(value=False))
        .drop("shown")
    )
    return observe(periods, items, metric=metric, unit=unit, value=value, n=n, coverage=coverage)
