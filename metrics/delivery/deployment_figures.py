"""How often, how safely and how needlessly is deployed, by period."""

from datetime import datetime

import polars as pl

from metrics.delivery.figure_inputs import DEPLOYED, FAILURES, RUNG
from metrics.delivery.production import IN_ORDER, LINE
from metrics.delivery.scopes import in_parts, in_scopes
from metrics.expressions import day
from metrics.registry import Metric, pipeline
from metrics.summary.observations import PERIOD, SCOPE, Observations, in_periods, observe, percentile, share


@pipeline(Observations)
def deployment_figures(
    deployments: pl.LazyFrame,
    delivery_scopes: pl.LazyFrame,
    service_deployments: pl.LazyFrame,
    delivery_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of how often, how safely and how needlessly is deployed, from a scope's first deployment on."""
    told = ["repo_id", "failed", "is_rework", "recovery_seconds", "days"]
    dated = deployments.sort(*LINE, *IN_ORDER).with_columns(day=day(pl.col("finished_at"), zone))
    of_parts = in_parts(dated, service_deployments).sort("scope", *LINE, *IN_ORDER)
    items = pl.concat(
        [
            in_scopes(dated.with_columns(days=_gap(LINE)), delivery_scopes).select(*SCOPE, "day", *told),
            of_parts.with_columns(days=_gap(["scope", *LINE])).select(*SCOPE, "day", *told),
        ]
    )
    first = items.group_by(SCOPE).agg(first=pl.col("day").min())
    # Before the first deployment nobody knows whether there were none or whether they left no trace.
    since_first = delivery_calendar.join(first, on=SCOPE).filter(pl.col("period_end") > pl.col("first"))
    exposed = (
        since_first.with_columns(start=pl.max_horizontal("period_start", "first"))
        .with_columns(weeks=(pl.col("period_end") - pl.col("start")).dt.total_days() / 7)
        # The exposure begins with a deployment: less than a week of it would make one deployment look like many.
        .filter(pl.col("weeks") >= 1)
    )
    in_period = in_periods(items, as_of=as_of, zone=zone)
    in_exposed = in_period.join(exposed.select(*PERIOD, "weeks"), on=PERIOD)
    failed = in_period.filter("failed")
    figures = [
        observe(
            exposed,
            in_exposed,
            metric="deployment_frequency",
            unit="per week",
            value=pl.len() / pl.col("weeks").first(),
            empty=0,
        ),
        percentile(exposed, in_exposed, "days_between_deployments", "days", unit="days"),
        share(since_first, in_period, "change_fail_rate", "failed"),
        share(since_first, in_period, "deployment_rework_rate", "is_rework"),
        percentile(since_first, failed, "failed_deployment_recovery_time", "recovery_seconds"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


def _gap(line: list[str]) -> pl.Expr:
    """The days since the deployment before, on the same line."""
    return pl.col("finished_at").diff().over(line).dt.total_microseconds() / 86_400e6


METRICS = (
    Metric(
        name="deployment_frequency",
        title="Deployment frequency",
        unit="per week",
        direction="higher",
        responsibility="project_management",
        definition=(
            "Successful deployments to production / weeks of the period, from the first deployment on and for a week "
            "at least. Found on the best rung that a repository has any on: deployments of the platform, successful "
            "runs that deploy, releases, tags, merges of pull requests."
        ),
        table="deployments",
        inputs=DEPLOYED,
        exclusions="Pre-releases; deployments that never succeeded; time before the first deployment.",
        pitfalls=f"{RUNG} Environments, repositories and release lines add up; rollbacks count.",
        source="DORA 2024",
    ),
    Metric(
        name="days_between_deployments",
        title="Days between deployments",
        unit="days",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Median days from one deployment to the next of the same repository and environment or deploying workflow; "
            "null for fewer than 5."
        ),
        table="deployments",
        inputs=DEPLOYED,
        exclusions="Pre-releases; deployments that never succeeded; the first deployment.",
        pitfalls=f"{RUNG} Several release lines at once make the gaps shorter than any one line's.",
        source="DORA 2024",
    ),
    Metric(
        name="change_fail_rate",
        title="Change fail rate",
        unit="share",
        direction="lower",
        responsibility="execution",
        definition=(
            "Deployments that needed somebody at once / deployments: within 7 days and before the next one an "
            "incident began, it was rolled back, a change of it was reverted, or the next one brought a hotfix."
        ),
        table="deployments",
        inputs=FAILURES,
        exclusions="Incidents that name no repository; failed attempts to deploy, which never reached anybody.",
        pitfalls=(
            f"{RUNG} Incidents that nobody writes down make it low. The last 7 days can still change. Few "
            "deployments: read the interval in `ratio_intervals`."
        ),
        source="DORA 2024",
    ),
    Metric(
        name="failed_deployment_recovery_time",
        title="Failed deployment recovery time",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median time from a failed deployment to its recovery: all its incidents resolved, or the rollback, hotfix "
            "or revert deployed, whichever came first; null for fewer than 5. It counts in the period of the failed "
            "deployment."
        ),
        table="deployments",
        inputs=FAILURES,
        exclusions="What is not mended yet; negative times.",
        pitfalls="It holds the time until somebody noticed. Coverage tells how many are mended.",
        source="DORA 2024",
    ),
    Metric(
        name="deployment_rework_rate",
        title="Deployment rework rate",
        unit="share",
        direction="lower",
        responsibility="execution",
        definition=(
            "Unplanned deployments / deployments: rollbacks, and those that bring a revert of something deployed, a "
            "hotfix, or a change that closes an incident or bug opened after the deployment before."
        ),
        table="deployments",
        inputs=(*FAILURES, "pull_request_tickets"),
        exclusions="Work that no ticket, branch, label, title or revert tells of.",
        pitfalls=(
            f"{RUNG} The same commit deployed again counts as a rollback. What each rule adds is in `rework_rules`."
        ),
        source="DORA 2024",
    ),
)
