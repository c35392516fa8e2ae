"""SQL of the page about scope: sprints, growth, requirements, readiness, work without a ticket."""

from dashboards.queries.windows import NEWEST_WEEK, of_authors, recent
from dashboards.scope import Scope
from warehouse.ddl import literal

LISTED = 500
"""Rows that a list holds at most."""

KINDS = {
    "description": "Description",
    "acceptance_criteria": "Acceptance criteria",
    "estimate": "Estimate",
    "child_added": "Child added",
    "added_to_sprint": "Added to the sprint",
    "removed_from_sprint": "Taken out of the sprint",
}
"""What can change after the start, in words."""

NEEDS = {
    "assignee": "Somebody assigned",
    "estimate": "Estimate",
    "description": "Description",
    "parent": "Parent",
    "due_date": "Due date",
}
"""What a ticket may have to have before it is begun, in words."""

_SPRINTS = """
WITH items AS (
    SELECT t.* FROM metrics.sprint_tickets AS t JOIN metrics.ticket_flow AS f USING (ticket_id)
    {where}
)
SELECT
    s.sprint_id, s.board, s.name, s.started_at, s.ended_at, s.is_over,
    count(*) FILTER (is_planned) AS planned, count(*) FILTER (is_added) AS added,
    count(*) FILTER (is_removed) AS removed, count(*) FILTER (is_completed) AS completed,
    count(*) FILTER (is_planned AND is_completed) AS planned_completed,
    count(*) FILTER (is_planned AND NOT is_completed AND NOT is_removed) AS planned_left,
    count(*) FILTER (is_added AND is_completed) AS added_completed,
    count(*) FILTER (is_added AND NOT is_completed AND NOT is_removed) AS added_left,
    count(*) FILTER (is_reestimated) AS reestimated,
    CASE WHEN s.is_over THEN count(*) FILTER (is_carried_over) END AS carried_over,
    CASE WHEN s.is_over THEN count(*) FILTER (is_carried_over AND times_carried > 1) END AS carried_twice,
    sum(points_at_start) FILTER (is_planned) AS planned_points, sum(points_at_end) FILTER (is_added) AS added_points,
    sum(points_at_end) FILTER (is_completed) AS completed_points,
    CASE WHEN s.is_over THEN count(*) FILTER (is_planned AND is_completed)
        / nullif(count(*) FILTER (is_planned), 0) END AS planning_accuracy,
    CASE WHEN s.is_over THEN count(*) FILTER (is_completed AND (is_added OR is_incident))
        / nullif(count(*) FILTER (is_completed), 0) END AS unplanned_share
FROM items JOIN metrics.sprint_scope AS s USING (sprint_id)
WHERE {since}
GROUP BY s.sprint_id, s.board, s.name, s.started_at, s.ended_at, s.is_over
ORDER BY s.started_at DESC, s.sprint_id DESC
"""

_SPRINT_TICKETS = """
SELECT
    t.ticket_id, f.key AS label, f.title, f.url, f.status AS step, t.points_at_start, t.points_at_end, t.added_at,
    t.times_carried, t.is_reestimated,
    CASE
        WHEN t.is_removed THEN 'Taken out'
        WHEN t.is_completed THEN 'Finished'
        WHEN t.is_carried_over THEN 'Carried over'
        ELSE 'Open'
    END AS outcome,
    CASE WHEN t.is_planned THEN 'Planned' ELSE 'Added later' END AS came
FROM metrics.sprint_tickets AS t JOIN metrics.ticket_flow AS f USING (ticket_id)
{where}
ORDER BY t.is_planned, t.added_at, f.key
"""

_PARENTS = """
SELECT
    ticket_id, key AS label, title, url, project, type, state, due_on, started_at, children, children_done,
    children_at_start, children_added, growth, growth_reason, created_30d, finished_30d
FROM metrics.parent_scope
{where}
ORDER BY children_added > 0 DESC, growth DESC NULLS LAST, children_added DESC, ticket_id
"""

_CHANGES = """
SELECT
    c.ticket_id, f.key AS label, f.title, f.url, f.project, f.state, c.kind, c.changed_at, c.from_value, c.to_value,
    c.after_start_seconds
FROM metrics.scope_changes AS c JOIN metrics.ticket_flow AS f USING (ticket_id)
{where}
ORDER BY c.changed_at DESC, c.ticket_id, c.kind, c.cause
"""

_TREND = """
SELECT period, period_start, value, n
FROM metrics.observations
WHERE metric = {metric} AND period IN ('week', 'month') AND scope_kind = {kind} AND scope = {scope} AND {since}
ORDER BY period, period_start
"""

_REWORK = """
SELECT project, requirements, n, reopened_share, returned_share, cycle_p50_seconds, pull_requests, review_rounds_p50
FROM metrics.requirement_rework
WHERE project IN (SELECT f.project FROM metrics.ticket_flow AS f {where})
ORDER BY lower(project), project, requirements
"""

_LACKING = """
WITH items AS (
    SELECT r.ticket_id, r.missing FROM metrics.ticket_requirements AS r JOIN metrics.ticket_flow AS f USING (ticket_id)
    {where}
)
SELECT need, count(*) AS tickets, (SELECT count(*) FROM items) AS of_all
FROM (SELECT unnest(missing) AS need FROM items)
GROUP BY need ORDER BY tickets DESC, need
"""

_UNREADY = """
SELECT
    r.ticket_id, f.key AS label, f.title, f.url, f.project, f.type, f.status AS step, f.priority, r.missing,
    f.created_at, s.sprint, p.name AS assignee
FROM metrics.ticket_requirements AS r JOIN metrics.ticket_flow AS f USING (ticket_id)
LEFT JOIN people AS p ON p.person_id = f.assignee_id
LEFT JOIN metrics.ticket_statuses AS t ON t.project = f.project AND t.status = f.status
LEFT JOIN (
    SELECT x.ticket_id, min(y.name) AS sprint
    FROM metrics.sprint_tickets AS x JOIN metrics.sprint_scope AS y USING (sprint_id)
    WHERE NOT y.is_over AND NOT x.is_removed
    GROUP BY x.ticket_id
) AS s ON s.ticket_id = r.ticket_id
{where}
ORDER BY s.sprint IS NULL, t.position DESC NULLS LAST, f.created_at DESC, f.ticket_id
"""

_UNTRACKED = """
SELECT u.pr_id, u.repo_id, u.number, u.title, u.url, u.team, u.merged_at, u.size_lines
FROM metrics.untracked_work AS u JOIN metrics.pull_request_flow AS f USING (pr_id)
{where}
ORDER BY u.size_lines DESC NULLS LAST, u.merged_at DESC, u.pr_id
"""


def sprints(scope: Scope) -> str:
    """Every sprint of the chosen period with chosen tickets in it: what was planned, came, went and was finished."""
    return _SPRINTS.format(where=_of(scope), since=scope.since("s.started_at", NEWEST_WEEK))


def sprint_tickets(scope: Scope, sprint_id: str) -> str:
    """The tickets of a sprint: how each came into it, and what became of it there."""
    return _SPRINT_TICKETS.format(where=_of(scope, f"t.sprint_id = {literal(sprint_id)}"))


def parents(scope: Scope) -> str:
    """Parents that are worked on, or were in the chosen period, those that grew most first."""
    since = scope.since("started_at", NEWEST_WEEK)
    where = scope.where("started_at IS NOT NULL", f"(state <> 'done' OR {since})", repository=None)
    return _PARENTS.format(where=where)


def changes(scope: Scope) -> str:
    """What changed after the start in the last 90 days, the last change first."""
    return _CHANGES.format(where=_of(scope, f"c.changed_at >= {recent()}"))


def trend(metric: str, scope: Scope) -> str:
    """A share in the chosen scope, by week and by month."""
    kind, name = scope.observed
    since = scope.since("period_start", NEWEST_WEEK)
    return _TREND.format(metric=literal(metric), kind=literal(kind), scope=literal(name), since=since)


def rework(scope: Scope) -> str:
    """Finished tickets by project, and whether their requirements changed during the work: what became of them."""
    return _REWORK.format(where=_of(scope))


def lacking(scope: Scope) -> str:
    """What tickets begun in the last 90 days lacked at their start."""
    return _LACKING.format(where=_of(scope, "r.has_begun", f"r.judged_at >= {recent()}", "r.is_ready IS NOT NULL"))


def unready(scope: Scope) -> str:
    """Tickets that are still to be done and lack something: those of a running sprint first, then the next to come."""
    return _UNREADY.format(where=_of(scope, "NOT r.has_begun", "NOT r.is_ready"))


def untracked(scope: Scope) -> str:
    """Pull requests merged in the last 90 days that serve no ticket, the largest first."""
    of_team = of_authors(scope.team, author="f.author_id", at="f.opened_at")
    where = scope.where(f"u.merged_at >= {recent()}", *of_team, repository="u.repo_id", team=None)
    return _UNTRACKED.format(where=where)


def _of(scope: Scope, *conditions: str) -> str:
    return scope.where(*conditions, repository=None, team="f.team", project="f.project")
