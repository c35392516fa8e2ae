"""How often is deployed."""

from datetime import datetime

import polars as pl

from metrics.expressions import day
from metrics.registry import Metric, pipeline
from metrics.summary.observations import PERIOD, SCOPE, Observations, in_periods, observe

MEDIAN_NEEDS = 5


@pipeline(Observations)
def deployment_figures(
    deployments: pl.LazyFrame, calendar: pl.LazyFrame, *, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """Observations of `deployment_frequency` and `days_between_deployments`, from a scope's first deployment on."""
    gap = pl.col("finished_at").diff().over("repo_id").dt.total_microseconds() / 86_400e6
    dated = deployments.sort("repo_id", "finished_at", "deployment_id").select(
        "repo_id", day=day(pl.col("finished_at"), zone), days=gap
    )
    items = pl.concat(
        [
            dated.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all")),
            dated.with_columns(scope_kind=pl.lit("repository"), scope=pl.col("repo_id")),
        ]
    )
    first = items.group_by(SCOPE).agg(first=pl.col("day").min())
    # Before the first deployment nobody knows whether there were none or whether they left no trace.
    exposed = (
        calendar.join(first, on=SCOPE)
        .filter(pl.col("period_end") > pl.col("first"))
        .with_columns(start=pl.max_horizontal("period_start", "first"))
        .with_columns(weeks=(pl.col("period_end") - pl.col("start")).dt.total_days() / 7)
        # The exposure begins with a deployment: less than a week of it would make one deployment look like many.
        .filter(pl.col("weeks") >= 1)
    )
    in_period = in_periods(items, as_of=as_of, zone=zone).join(exposed.select(*PERIOD, "weeks"), on=PERIOD)
    figures = [
        observe(
            exposed,
            in_period,
            metric="deployment_frequency",
            unit="per week",
            value=pl.len() / pl.col("weeks").first(),
            empty=0,
        ),
        observe(
            exposed,
            in_period,
            metric="days_between_deployments",
            unit="days",
            value=pl.col("days").median(),
            n=pl.col("days").count(),
            coverage=pl.col("days").count() / pl.len(),
            needed=MEDIAN_NEEDS,
        ),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


METRICS = (
    Metric(
        name="deployment_frequency",
        title="Deployment frequency",
        unit="per week",
        direction="higher",
        responsibility="project_management",
        definition=(
            "Deployments / weeks of the period, from the first deployment on and for a week at least; here releases "
            "found by their tags, pre-releases left out, one a commit."
        ),
        table="deployments",
        inputs=("tags",),
        exclusions="Pre-releases; time before the first release.",
        pitfalls="A tag is a release, not necessarily a deployment. Several release lines add up.",
        source="DORA 2024",
    ),
    Metric(
        name="days_between_deployments",
        title="Days between deployments",
        unit="days",
        direction="lower",
        responsibility="project_management",
        definition="Median days from one deployment of a repository to its next; null for fewer than 5.",
        table="release_gaps",
        inputs=("tags",),
        exclusions="Pre-releases; the first release.",
        pitfalls="Several release lines at once make the gaps shorter than any one line's.",
        source="DORA 2024",
    ),
)
