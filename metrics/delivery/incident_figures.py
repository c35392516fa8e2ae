"""How long service takes to be restored, by period."""

from datetime import datetime

import polars as pl

from metrics.delivery.scopes import in_scopes
from metrics.expressions import day
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, in_periods, percentile


@pipeline(Observations)
def incident_figures(
    incidents: pl.LazyFrame,
    delivery_scopes: pl.LazyFrame,
    delivery_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of how long service takes to be restored; an incident counts when it was resolved."""
    resolved = incidents.filter(pl.col("resolved_at").is_not_null()).select(
        "repo_id", "restore_seconds", day=day(pl.col("resolved_at"), zone)
    )
    items = in_periods(in_scopes(resolved, delivery_scopes), as_of=as_of, zone=zone)
    return percentile(delivery_calendar, items, "time_to_restore", "restore_seconds").sort(Observations.primary_key())


METRICS = (
    Metric(
        name="time_to_restore",
        title="Time to restore",
        unit="seconds",
        direction="lower",
        responsibility="problem_solving",
        definition="Median time from an incident's beginning to its resolution; null for fewer than 5.",
        table="incidents",
        inputs=("incidents", "tickets", "repositories"),
        exclusions="Incidents that last; negative times.",
        pitfalls="Tickets are often opened after and closed long after the incident itself.",
        source="DORA, until 2022",
    ),
)
