"""How often, how fast and how safely is delivered, and what builds cost: the figures of every period."""

from datetime import datetime

import polars as pl

from metrics.delivery.production import IN_ORDER, LINE
from metrics.delivery.scopes import in_scopes
from metrics.expressions import day
from metrics.registry import Metric, pipeline
from metrics.summary.observations import PERIOD, SCOPE, Observations, in_periods, observe

P50_NEEDS, P85_NEEDS = 5, 10


@pipeline(Observations)
def deployment_figures(
    deployments: pl.LazyFrame,
    delivery_scopes: pl.LazyFrame,
    delivery_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of how often, how safely and how needlessly is deployed, from a scope's first deployment on."""
    gap = pl.col("finished_at").diff().over(LINE).dt.total_microseconds() / 86_400e6
    dated = deployments.sort(*LINE, *IN_ORDER).select(
        "repo_id", "failed", "is_rework", "recovery_seconds", day=day(pl.col("finished_at"), zone), days=gap
    )
    items = in_scopes(dated, delivery_scopes)
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
        _median(exposed, in_exposed, "days_between_deployments", "days", unit="days"),
        _share(since_first, in_period, "change_fail_rate", "failed"),
        _share(since_first, in_period, "deployment_rework_rate", "is_rework"),
        _median(since_first, failed, "failed_deployment_recovery_time", "recovery_seconds"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


@pipeline(Observations)
def lead_time_figures(
    change_lead_times: pl.LazyFrame,
    delivery_scopes: pl.LazyFrame,
    delivery_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of how long changes take to production; a change counts when it was deployed."""
    deployed = change_lead_times.filter(pl.col("deployed_at").is_not_null()).select(
        "repo_id", "lead_seconds", "production_seconds", day=day(pl.col("deployed_at"), zone)
    )
    items = in_periods(in_scopes(deployed, delivery_scopes), as_of=as_of, zone=zone)
    lead = pl.col("lead_seconds")
    figures = [
        _median(delivery_calendar, items, "change_lead_time", "lead_seconds"),
        observe(
            delivery_calendar,
            items,
            metric="change_lead_time_p85",
            unit="seconds",
            value=lead.quantile(0.85, "linear"),
            n=lead.count(),
            coverage=lead.count() / pl.len(),
            needed=P85_NEEDS,
        ),
        _median(delivery_calendar, items, "merge_to_production", "production_seconds"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


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
    return _median(delivery_calendar, items, "time_to_restore", "restore_seconds").sort(Observations.primary_key())


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
        _share(delivery_calendar, items, "ci_failure_share", "has_failed"),
        _share(delivery_calendar, items, "ci_flaky_share", "is_flaky"),
        _median(delivery_calendar, items.filter(~pl.col("has_failed")), "ci_duration", "seconds"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


def _median(
    calendar: pl.LazyFrame, items: pl.LazyFrame, metric: str, column: str, *, unit: str = "seconds"
) -> pl.LazyFrame:
    value = pl.col(column)
    return observe(
        calendar,
        items,
        metric=metric,
        unit=unit,
        value=value.median(),
        n=value.count(),
        coverage=value.count() / pl.len(),
        needed=P50_NEEDS,
    )


def _share(calendar: pl.LazyFrame, items: pl.LazyFrame, metric: str, column: str) -> pl.LazyFrame:
    return observe(calendar, items, metric=metric, unit="share", value=pl.col(column).mean())


_DEPLOYED = (
    "deployments",
    "deployment_statuses",
    "ci_runs",
    "releases",
    "tags",
    "pull_requests",
    "repositories",
    "commits",
)
_CHANGES = (*_DEPLOYED, "commit_parents", "pull_request_commits")
_FAILURES = (*_CHANGES, "incidents", "tickets")
_RUNG = "The rung on which deployments were found stands beside each: a tag, a release or a merge is only a promise."

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
        inputs=_DEPLOYED,
        exclusions="Pre-releases; deployments that never succeeded; time before the first deployment.",
        pitfalls=f"{_RUNG} Environments, repositories and release lines add up; rollbacks count.",
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
        inputs=_DEPLOYED,
        exclusions="Pre-releases; deployments that never succeeded; the first deployment.",
        pitfalls=f"{_RUNG} Several release lines at once make the gaps shorter than any one line's.",
        source="DORA 2024",
    ),
    Metric(
        name="change_lead_time",
        title="Change lead time",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Time from the first commit of a pull request written to the first production deployment that contains "
            "its merge, median; null for fewer than 5."
        ),
        table="change_lead_times",
        inputs=_CHANGES,
        exclusions=(
            "What is not deployed; what the first deployment of an environment held; merges that are not in the "
            "repository; pushes without a pull request (see `direct_commit_changes`)."
        ),
        pitfalls=(
            f"{_RUNG} Where merges are the deployments, lead time ends with the merge and says nothing of what comes "
            "after. Squashed and rebased commits can carry the date of a rewrite."
        ),
        source="DORA 2024",
    ),
    Metric(
        name="change_lead_time_p85",
        title="Change lead time, 85 %",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition="The change lead time that 85 % of deployed pull requests did not exceed; null for fewer than 10.",
        table="change_lead_times",
        inputs=_CHANGES,
        exclusions="As for the change lead time.",
        pitfalls=f"{_RUNG} A few branches that lay long decide it; look at the ones behind it.",
        source="DORA 2024",
    ),
    Metric(
        name="merge_to_production",
        title="Merged to production",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Time from the merge of a pull request to the first production deployment that contains it, median; null "
            "for fewer than 5."
        ),
        table="change_lead_times",
        inputs=_CHANGES,
        exclusions="As for the change lead time.",
        pitfalls=f"{_RUNG} 0 where merges are the deployments. What still waits is in `waiting_changes`, not here.",
        source="Part of DORA's change lead time",
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
        inputs=_FAILURES,
        exclusions="Incidents that name no repository; failed attempts to deploy, which never reached anybody.",
        pitfalls=(
            f"{_RUNG} Incidents that nobody writes down make it low. The last 7 days can still change. Few "
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
        inputs=_FAILURES,
        exclusions="What is not mended yet; negative times.",
        pitfalls="It holds the time until somebody noticed. Coverage tells how many are mended.",
        source="DORA 2024",
    ),
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
        inputs=(*_FAILURES, "pull_request_tickets"),
        exclusions="Work that no ticket, branch, label, title or revert tells of.",
        pitfalls=(
            f"{_RUNG} The same commit deployed again counts as a rollback. What each rule adds is in `rework_rules`."
        ),
        source="DORA 2024",
    ),
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
