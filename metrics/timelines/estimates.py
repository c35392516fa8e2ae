"""What estimates say of the time that work takes: whether more is longer, and by how much the time differs.

Of tickets finished in the last year that were begun and have an estimate. Correlation is Spearman's: 1 where every
larger estimate took longer, 0 where estimates say nothing. The ratio is the cycle time / the estimate, so days for a
point, or days for an estimated day; its percentiles hold everything that was finished, overruns too.

Misread: cycle time runs through nights, weekends and waiting; an estimate means work. What matters is how far apart the
percentiles are, not that the ratio is large.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import Metric, pipeline
from metrics.timelines.tickets import WHOLE
from warehouse.tables import Table
from warehouse.tables import columns as col

NEEDED = 10
RECENT = timedelta(days=365)
_DAY = 86_400


class EstimateRecord(Table):
    """One row per team and kind of estimate."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    kind = col.key("`story_points` or `time`")
    tickets = col.number("Tickets with such an estimate that were begun, and finished in the last year")
    correlation = col.real(
        "Spearman's correlation of estimate and cycle time; null for fewer than 10, or if all are equal"
    )
    ratio_p15 = col.real("Days of cycle time for a point or an estimated day, 15th percentile")
    ratio_p50 = col.real("… median")
    ratio_p85 = col.real("… 85th percentile")
    spread = col.real("ratio_p85 / ratio_p15: how many times as long one takes as another of the same estimate")
    reason = col.text("Why a figure is null: `too_few_items`, `all_equal`")


@pipeline(EstimateRecord)
def estimate_record(tickets: pl.LazyFrame, forecast_tickets: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The record of every team."""
    known = (
        forecast_tickets.filter(
            ~pl.col("is_suppressed"), pl.col("done_at") > as_of - RECENT, pl.col("done_at") >= pl.col("started_at")
        )
        .with_columns(days=seconds_between(pl.col("started_at"), pl.col("done_at")) / _DAY)
        .join(tickets.select("ticket_id", "story_points", "estimate_seconds"), on="ticket_id")
    )
    kinds = [
        known.select("ticket_id", "team", "days", kind=pl.lit("story_points"), estimate="story_points"),
        known.select("ticket_id", "team", "days", kind=pl.lit("time"), estimate=pl.col("estimate_seconds") / _DAY),
    ]
    estimated = pl.concat(kinds).filter(pl.col("estimate") > 0)
    ratio = pl.col("days") / pl.col("estimate")
    enough = pl.col("tickets") >= NEEDED
    figures = ("correlation", "ratio_p15", "ratio_p50", "ratio_p85", "spread")
    return (
        pl.concat([estimated, estimated.with_columns(team=pl.lit(WHOLE))])
        .group_by("team", "kind")
        .agg(
            tickets=pl.len().cast(pl.Int64),
            correlation=pl.corr("estimate", "days", method="spearman"),
            ratio_p15=ratio.quantile(0.15, "linear"),
            ratio_p50=ratio.median(),
            ratio_p85=ratio.quantile(0.85, "linear"),
        )
        .with_columns(
            correlation=pl.when(pl.col("correlation").is_finite()).then("correlation"),
            spread=pl.when(pl.col("ratio_p15") > 0).then(pl.col("ratio_p85") / pl.col("ratio_p15")),
        )
        .with_columns(pl.when(enough).then(pl.col(name)).alias(name) for name in figures)
        .with_columns(
            reason=pl.when(~enough)
            .then(pl.lit("too_few_items"))
            .when(pl.col("correlation").is_null())
            .then(pl.lit("all_equal"))
        )
        .select(EstimateRecord.column_names())
        .sort("team", "kind")
    )


METRICS = (
    Metric(
        name="estimate_correlation",
        title="What estimates say",
        unit="ratio",
        direction="higher",
        responsibility="timelines",
        definition=(
            "Spearman's correlation of the estimate (story points, or time) and the cycle time of tickets finished in "
            "the last year; null for fewer than 10."
        ),
        table="estimate_record",
        inputs=("tickets", "ticket_status_intervals", "team_scopes", "team_members"),
        exclusions="Tickets without an estimate, or that were never begun.",
        pitfalls=(
            "Cycle time holds waiting. A low value says that dates should not be made of estimates; it says nothing "
            "about the people who estimate."
        ),
        source="Spearman, The proof and measurement of association between two things, 1904",
    ),
)
