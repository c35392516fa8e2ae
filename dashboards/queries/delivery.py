"""SQL of the page about delivery: lead time, deployments, what waits, builds."""

from dashboards.queries.windows import NEWEST_WEEK, of_repositories, p50, p85, recent, sampled
from dashboards.scope import Scope
from warehouse.ddl import literal

PHASES = {
    "Coding": "coding_seconds",
    "Pickup": "pickup_seconds",
    "Review": "review_seconds",
    "Merge wait": "merge_wait_seconds",
    "Merge queue": "queue_wait_seconds",
    "Deploy wait": "deploy_wait_seconds",
}
"""The parts of lead time, in their order, and the column that holds each."""

UNKNOWN = "Not attributed"
"""The rest of the lead time: of pull requests whose phases are not all known."""

LISTED = 500
"""Rows that a list holds at most."""

_TREND = """
SELECT
    period, period_start,
    max(value) FILTER (metric = {metric}) AS p50,
    max(value) FILTER (metric = {metric_p85}) AS p85,
    max(n) FILTER (metric = {metric}) AS n
FROM metrics.observations
WHERE metric IN ({metric}, {metric_p85}) AND period IN ('week', 'month')
    AND scope_kind = {kind} AND scope = {scope} AND {since}
GROUP BY ALL ORDER BY period, period_start
"""

_CHANGES = """
SELECT
    pr_id, repo_id, number, title, url, deployed_at, lead_seconds, coding_seconds, pickup_seconds, review_seconds,
    merge_wait_seconds, queue_wait_seconds, deploy_wait_seconds, size_lines, deployed_at >= {recent} AS is_recent
FROM metrics.pull_request_flow
{where}
{sampled}
ORDER BY deployed_at DESC, pr_id
"""

_PHASES = """
WITH changes AS (SELECT * FROM metrics.pull_request_flow {where}),
known AS ({parts})
SELECT place, phase, seconds / nullif((SELECT sum(lead_seconds) FROM changes), 0) AS share, p50, p85, n,
    (SELECT count(*) FROM changes) AS changes
FROM known
UNION ALL
SELECT {last}, {unknown}, greatest(1 - (SELECT sum(seconds) FROM known) / sum(lead_seconds), 0), NULL, NULL, NULL,
    count(*)
FROM changes HAVING count(*) > 0
ORDER BY place
"""

_PART = """SELECT {place} AS place, {phase} AS phase, coalesce(sum({column}), 0) AS seconds,
    {p50} AS p50, {p85} AS p85, count({column}) AS n
FROM changes"""

_DEPLOYMENTS = """
SELECT
    deployment_id, repo_id, rung, environment, ref, sha, url, finished_at, is_first, is_rollback, failed, causes,
    failed_by, recovered_at, recovery_seconds, recovery_reason, is_rework, rework_rule, pull_requests, direct_commits,
    finished_at >= {recent} AS is_recent
FROM metrics.deployments LEFT JOIN (
    SELECT deployment_id, list(cause ORDER BY cause) AS causes FROM metrics.deployment_failures GROUP BY deployment_id
) USING (deployment_id)
{where}
{sampled}
ORDER BY finished_at DESC, deployment_id
"""

_FAIL_RATE = """
SELECT value, n, low, high
FROM metrics.observations JOIN metrics.ratio_intervals USING (metric, scope_kind, scope, period, period_start)
WHERE metric = 'change_fail_rate' AND period = 'rolling_90d' AND scope_kind = {kind} AND scope = {scope}
"""

_FOUND_BY = """
SELECT
    r.repo_id,
    any_value(d.rung) AS rung,
    count(d.deployment_id) FILTER (d.finished_at >= {recent}) AS deployments,
    count(d.deployment_id) FILTER (d.finished_at >= {recent} AND d.failed) AS failed,
    count(d.deployment_id) AS ever,
    max(d.finished_at) AS last_at,
    any_value(w.changes) AS waiting,
    any_value(w.longest) AS longest_wait_seconds
FROM repositories AS r LEFT JOIN metrics.deployments AS d USING (repo_id)
LEFT JOIN (
    SELECT repo_id, count(*) AS changes, max(waiting_seconds) AS longest FROM metrics.waiting_changes GROUP BY repo_id
) AS w USING (repo_id)
{where}
GROUP BY r.repo_id, r.name
ORDER BY ever = 0, lower(r.name), r.repo_id
"""

_WAITING = """
SELECT w.pr_id, w.repo_id, f.number, f.title, f.url, w.merged_at, w.waiting_seconds, f.size_lines
FROM metrics.waiting_changes AS w LEFT JOIN metrics.pull_request_flow AS f USING (pr_id)
{where}
ORDER BY w.waiting_seconds DESC, w.pr_id
"""

_USUAL_WAIT = """
SELECT {p50} AS p50, {p85} AS p85, count(deploy_wait_seconds) AS n
FROM metrics.pull_request_flow
{where}
"""

_REWORK = """
SELECT rule, sum(rework_deployments)::BIGINT AS deployments, sum(rework_deployments) / sum(deployments) AS share
FROM metrics.rework_rules
{where}
GROUP BY rule HAVING sum(rework_deployments) > 0 ORDER BY 2 DESC, rule
"""

_INCIDENTS = """
SELECT
    incident_id, repo_id, title, url, severity, opened_at, resolved_at, restore_seconds, restore_reason,
    found_by
FROM metrics.incidents
{where}
ORDER BY resolved_at IS NOT NULL, opened_at DESC, incident_id
LIMIT {listed}
"""

_BUILDS = """
SELECT
    repo_id, name, runs, failed_runs, failure_share, flaky_runs, flaky_share, p50_seconds, p50_seconds_before,
    slowdown_share, time_to_green_p50_seconds, waiting_minutes_per_pr, last_conclusion, failing_since, failing_streak,
    is_flaky, is_slow, is_broken, url
FROM metrics.ci_workflows
{where}
ORDER BY is_broken DESC NULLS LAST, failed_runs DESC NULLS LAST, runs DESC, repo_id, name
"""


def trend(metric: str, scope: Scope) -> str:
    """Median and 85th percentile of a metric in the chosen scope, by week and by month."""
    kind, name = scope.observed
    return _TREND.format(
        metric=literal(metric),
        metric_p85=literal(f"{metric}_p85"),
        kind=literal(kind),
        scope=literal(name),
        since=scope.since("period_start", NEWEST_WEEK),
    )


def changes(scope: Scope) -> str:
    """Deployed pull requests with a lead time in the chosen period, the last one first.

    All of the last 90 days, of those before a sample.
    """
    since = scope.since("deployed_at", NEWEST_WEEK)
    where = _of_repositories(scope, "lead_seconds IS NOT NULL", since)
    return _CHANGES.format(recent=recent(), where=where, sampled=sampled("pr_id", "is_recent"))


def phases(scope: Scope) -> str:
    """What the lead time of the last 90 days was made of: share, median and 85th percentile of each part."""
    where = _of_repositories(scope, "lead_seconds IS NOT NULL", f"deployed_at >= {recent()}")
    parts = [
        _PART.format(place=place, phase=literal(phase), column=column, p50=p50(column), p85=p85(column))
        for place, (phase, column) in enumerate(PHASES.items())
    ]
    return _PHASES.format(where=where, parts="\nUNION ALL\n".join(parts), last=len(PHASES), unknown=literal(UNKNOWN))


def deployments(scope: Scope) -> str:
    """Deployments of the chosen period, the last one first: all that failed, of the others a sample."""
    since = scope.since("finished_at", NEWEST_WEEK)
    where = _of_repositories(scope, since)
    return _DEPLOYMENTS.format(recent=recent(), where=where, sampled=sampled("deployment_id", "failed"))


def found_by(scope: Scope) -> str:
    """How the deployments of each repository are found, how many there are, and what waits."""
    of_team = of_repositories(scope.team, repository="r.repo_id")
    return _FOUND_BY.format(recent=recent(), where=scope.where(*of_team, repository="r.repo_id", team=None))


def waiting(scope: Scope) -> str:
    """Merged pull requests that no deployment contains yet, the one that waits longest first."""
    of_team = of_repositories(scope.team, repository="w.repo_id")
    return _WAITING.format(where=scope.where(*of_team, repository="w.repo_id", team=None))


def usual_wait(scope: Scope) -> str:
    """How long deployed pull requests of the last 90 days had waited."""
    where = _of_repositories(scope, f"deployed_at >= {recent()}")
    return _USUAL_WAIT.format(p50=p50("deploy_wait_seconds"), p85=p85("deploy_wait_seconds"), where=where)


def rework(scope: Scope) -> str:
    """Unplanned deployments of the last 90 days by the rule that found them; share: of all deployments."""
    return _REWORK.format(where=_of_repositories(scope, "span = '90d'", "rule <> 'any'"))


def fail_rate(scope: Scope) -> str:
    """The share of failed deployments of the last 90 days, and the interval that it lies in with 95 %."""
    kind, name = scope.observed
    return _FAIL_RATE.format(kind=literal(kind), scope=literal(name))


def incidents(scope: Scope) -> str:
    """Incidents of the chosen period, the open ones first."""
    since = scope.since("opened_at", NEWEST_WEEK)
    return _INCIDENTS.format(where=_of_repositories(scope, since), listed=LISTED)


def builds(scope: Scope) -> str:
    """Workflows of the last 90 days: those that fail now first, then those with the most failed runs."""
    return _BUILDS.format(where=_of_repositories(scope, "runs > 0"))


def _of_repositories(scope: Scope, *conditions: str) -> str:
    return scope.where(*conditions, *of_repositories(scope.team), team=None)
