"""SQL of the page about the flow of tickets: what is stuck, cycle time, flow, time in status, what is blocked."""

from dashboards.queries.windows import NEWEST_WEEK, p50, p85, recent, sampled
from dashboards.scope import Scope
from warehouse.ddl import literal

LISTED = 500
"""Rows that a list holds at most."""

STATES = {"todo": "To do", "in_progress": "In progress", "done": "Done"}
"""What the states of a ticket are called."""

PROJECTS = """
SELECT project, count(*) FILTER (state = 'in_progress') AS in_progress, count(*) AS tickets
FROM metrics.ticket_flow WHERE project IS NOT NULL
GROUP BY project ORDER BY lower(project), project
"""
"""Every project that has tickets, and how many are in progress."""

WATCHED = {
    "Finished": ("tickets_finished", "count"),
    "Cycle time": ("ticket_cycle_time", "seconds"),
    "In progress": ("tickets_in_progress", "count"),
    "Created": ("tickets_created", "count"),
}
"""What process behaviour charts are offered of: metric and unit."""

DEFINITIONS = {
    "leadline": "Last start to end",
    "first_entry": "First start to end",
    "time_in_start": "Time in progress",
    "devlake": "Created to resolved (DevLake)",
    "jira_agile_metrics": "Days from start to end (jira-agile-metrics)",
}
"""Whose cycle time is measured how."""

CAUSES = {"flag": "Flagged", "status": "In a status of being blocked", "link": "Waiting for another ticket"}
"""Why tickets are blocked, in words."""

_IN_PROGRESS = """
SELECT
    f.ticket_id, f.key AS label, f.title, f.url, f.project, f.type, f.status AS step, s.position, p.name AS assignee,
    f.age_seconds, f.age_reason, f.status_seconds, f.pace_p50_seconds, f.pace_p85_seconds, f.sle_days, f.is_beyond_sle,
    f.is_behind_pace, f.is_blocked, f.blocked_since, b.by_keys, f.is_stalled, f.last_activity_at, f.open_pull_requests,
    CASE
        WHEN f.is_blocked AND b.by_keys IS NOT NULL THEN 'Owner of ' || b.by_keys || ': agree a day'
        WHEN f.is_blocked THEN 'Team: clear what blocks it'
        WHEN f.open_pull_requests > 0 THEN 'Reviewers: its pull request'
        WHEN f.assignee_id IS NULL THEN 'Team: decide who takes it'
        WHEN s.is_waiting THEN 'Team: pull it on'
        WHEN f.is_stalled THEN 'Assignee: go on or put back'
        ELSE 'Assignee: say what is left'
    END AS next_step
FROM metrics.ticket_flow AS f
LEFT JOIN people AS p ON p.person_id = f.assignee_id
LEFT JOIN metrics.ticket_statuses AS s ON s.project = f.project AND s.status = f.status
LEFT JOIN (
    SELECT k.ticket_id, string_agg(DISTINCT o.key, ', ' ORDER BY o.key) AS by_keys
    FROM metrics.ticket_blocks AS k JOIN metrics.ticket_flow AS o ON o.ticket_id = k.by
    WHERE k.is_blocked
    GROUP BY k.ticket_id
) AS b ON b.ticket_id = f.ticket_id
{where}
ORDER BY f.is_blocked DESC NULLS LAST, f.age_seconds / nullif(f.pace_p85_seconds, 0) DESC NULLS LAST,
    f.age_seconds DESC NULLS LAST, f.ticket_id
"""

_STATUSES = """
SELECT
    status AS step, status_category, position, is_waiting, is_blocked, n, p50_seconds, p85_seconds, share, pace_n,
    pace_p50_seconds AS p50, pace_p85_seconds AS p85, open_tickets
FROM metrics.ticket_statuses
WHERE project = {project}
ORDER BY position
"""

_LEVELS = """
SELECT project, type, n, days, days_reason, days_before, kept, kept_share, kept_reason
FROM metrics.ticket_service_levels
WHERE project IN (SELECT f.project FROM metrics.ticket_flow AS f {where})
ORDER BY lower(project), type <> 'all', n DESC, type
"""

_FINISHED = """
SELECT
    f.ticket_id, f.key AS label, f.title, f.url, f.project, f.type, f.done_at, f.cycle_seconds, f.cycle_reason,
    f.lead_seconds, f.lead_reason, f.active_seconds, f.waiting_seconds, f.blocked_seconds, f.flow_efficiency,
    f.sle_kept, f.reopened, f.returned, f.story_points, f.done_at >= {recent} AS is_recent
FROM metrics.ticket_flow AS f
{where}
{sampled}
ORDER BY f.done_at DESC, f.ticket_id
"""

_COMPARED = """
SELECT d.definition, {p50} AS p50, {p85} AS p85, count(d.seconds) AS n, count(*) AS of_all
FROM metrics.ticket_flow_definitions AS d JOIN metrics.ticket_flow AS f USING (ticket_id)
{where}
GROUP BY d.definition ORDER BY d.definition
"""

_DAYS = """
SELECT
    day, sum(arrivals) OVER (ORDER BY day)::BIGINT AS created,
    sum(departures) OVER (ORDER BY day)::BIGINT + in_progress AS begun,
    sum(departures) OVER (ORDER BY day)::BIGINT AS finished, in_progress
FROM metrics.ticket_days
WHERE scope_kind = {kind} AND scope = {scope}
QUALIFY {since}
ORDER BY day
"""

_CORRECTIONS = """
SELECT sum(corrections)::BIGINT AS corrections FROM metrics.cumulative_flow {where}
"""

_WEEKS = """
SELECT period_start AS week, metric, value
FROM metrics.observations
WHERE metric IN ('tickets_created', 'tickets_finished') AND period = 'week'
    AND scope_kind = {kind} AND scope = {scope} AND {since}
ORDER BY week, metric
"""

_BEHAVIOUR = """
SELECT period_start AS week, value, mean, lower, upper, signal, side, reason
FROM metrics.process_behaviour
WHERE metric = {metric} AND scope_kind = {kind} AND scope = {scope}
ORDER BY week
"""

_SELF_CHECK = """
SELECT n, in_progress, per_day, days, expected, residual, is_large, reason
FROM metrics.ticket_self_check
WHERE scope_kind = {kind} AND scope = {scope}
"""

_BLOCKS = """
SELECT
    b.ticket_id, f.key AS label, f.title, f.url, f.project, f.status AS step, p.name AS assignee, b.cause,
    o.key AS by_key, o.title AS by_title, o.status AS by_status, q.name AS by_assignee, b.blocked_at, b.unblocked_at,
    b.seconds, b.is_blocked
FROM metrics.ticket_blocks AS b
JOIN metrics.ticket_flow AS f USING (ticket_id)
LEFT JOIN metrics.ticket_flow AS o ON o.ticket_id = b.by
LEFT JOIN people AS p ON p.person_id = f.assignee_id
LEFT JOIN people AS q ON q.person_id = o.assignee_id
{where}
ORDER BY b.is_blocked DESC, b.seconds DESC, b.ticket_id, b.cause, b.by
"""


def in_progress(scope: Scope) -> str:
    """Every ticket in progress: how old it is, whether that is unusual, what holds it, who can move it."""
    return _IN_PROGRESS.format(where=_of(scope, "f.state = 'in_progress'"))


def statuses(project: str) -> str:
    """The statuses of a project in their order: time in them, and the age at which tickets leave them."""
    return _STATUSES.format(project=literal(project))


def levels(scope: Scope) -> str:
    """The service levels of the projects in which the chosen tickets are, and how they were kept."""
    return _LEVELS.format(where=_of(scope))


def finished(scope: Scope) -> str:
    """Tickets finished in the chosen period with their times, the last one first.

    All of the last 90 days, of those before a sample.
    """
    since = scope.since("f.done_at", NEWEST_WEEK)
    where = _of(scope, "f.state = 'done'", "f.done_at IS NOT NULL", since)
    return _FINISHED.format(recent=recent(), where=where, sampled=sampled("ticket_id", "is_recent"))


def compared(scope: Scope) -> str:
    """The cycle time of tickets finished in the last 90 days under every definition."""
    where = _of(scope, f"f.done_at >= {recent()}")
    return _COMPARED.format(p50=p50("d.seconds"), p85=p85("d.seconds"), where=where)


def days(scope: Scope) -> str:
    """How many tickets had been created, begun and finished by the end of each day of the chosen period."""
    kind, name = scope.observed
    since = scope.since("day", NEWEST_WEEK)
    return _DAYS.format(kind=literal(kind), scope=literal(name), since=since)


def corrections(scope: Scope) -> str:
    """How many tickets fell back in the chosen period, so that days before were rewritten."""
    since = scope.since("day", NEWEST_WEEK)
    where = scope.where(since, "status_category <> 'todo'", repository=None, team=None)
    return _CORRECTIONS.format(where=where)


def weeks(scope: Scope) -> str:
    """Tickets created and finished in each week of the chosen period."""
    kind, name = scope.observed
    return _WEEKS.format(kind=literal(kind), scope=literal(name), since=scope.since("period_start", NEWEST_WEEK))


def behaviour(scope: Scope, metric: str) -> str:
    """The process behaviour chart of a weekly figure."""
    kind, name = scope.observed
    return _BEHAVIOUR.format(metric=literal(metric), kind=literal(kind), scope=literal(name))


def self_check(scope: Scope) -> str:
    """Whether work in progress, throughput and cycle time agree."""
    kind, name = scope.observed
    return _SELF_CHECK.format(kind=literal(kind), scope=literal(name))


def blocks(scope: Scope) -> str:
    """Every time in the last 90 days that a ticket could not go on, those that last first."""
    return _BLOCKS.format(where=_of(scope, f"(b.is_blocked OR b.unblocked_at >= {recent()})"))


def _of(scope: Scope, *conditions: str) -> str:
    return scope.where(*conditions, repository=None, team="f.team", project="f.project")
