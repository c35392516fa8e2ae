"""How runs of CI ended, and how long they took, by period."""

from datetime import datetime

import polars as pl

from metrics.delivery.scopes import in_scopes
from metrics.expressions import day
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, in_periods, percentile, share


@pipeline(Observations)
def ci_figures(
    ci_results: pl.LazyFrame,
    delivery_scopes: pl.LazyFrame,
    delivery_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of how runs of CI ended and how long they took; a run counts when it finished."""
    finished = ci_results.select("repo_id", "has_failed", "is_flaky", "seconds", day=day(pl.col("finished_at"), zone))
    items = in_periods(in_scopes(finished, delivery_scopes), as_of=as_of, zone=zone)
    figures = [
        share(delivery_calendar, items, "ci_failure_share", "has_failed"),
        share(delivery_calendar, items, "ci_flaky_share", "is_flaky"),
        percentile(delivery_calendar, items.filter(~pl.col("has_failed")), "ci_duration", "seconds"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


METRICS = (
    Metric(
        name="ci_failure_share",
        title="Failing runs",
        unit="share",
        direction="lower",
        responsibility="execution",
        definition="Runs of CI that failed, by their last attempt / runs that succeeded or failed.",
        table="ci_workflows",
        inputs=("ci_runs",),
        exclusions="Runs that were cancelled or skipped, or ended neither way.",
        pitfalls="A failing run on a branch did its work: it found something before the merge.",
        source="Continuous Integration, M. Fowler",
    ),
    Metric(
        name="ci_flaky_share",
        title="Flaky runs",
        unit="share",
        direction="lower",
        responsibility="execution",
        definition="Runs of CI that failed and succeeded when started again on the same commit / runs.",
        table="ci_workflows",
        inputs=("ci_runs",),
        exclusions="Runs that were cancelled or skipped, or ended neither way.",
        pitfalls="A failing run that nobody starts again is not known to be flaky; nor is an attempt not collected.",
        source="Flaky tests at Google and how we mitigate them, 2016",
    ),
    Metric(
        name="ci_duration",
        title="Time of a run",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition="Median time that the last attempt of a successful run took; null for fewer than 5.",
        table="ci_workflows",
        inputs=("ci_runs",),
        exclusions="Runs that failed; waiting for a machine.",
        pitfalls="Workflows of seconds and of hours are mixed: look at each of them.",
        source="Continuous Integration, M. Fowler",
    ),
)
