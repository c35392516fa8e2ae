"""SQL of the page about investment: kinds of work under three weights, by month, their tickets, bugs."""

from dashboards.queries.windows import NEWEST_WEEK, inside, recent
from dashboards.scope import Scope
from warehouse.ddl import literal

LISTED = 500
"""Rows that a list holds at most."""

WEIGHTS = {"items": "Tickets finished", "person_days": "Person-days", "activity": "Activity"}
"""What work is weighed by, in words."""

_MIX = """
SELECT
    category, items, items_share, person_days, person_days_share, activity, activity_share, spread, is_uncertain
FROM metrics.investment
WHERE period = 'rolling_90d' AND scope_kind = {kind} AND scope = {scope}
ORDER BY coalesce(items_share, person_days_share, activity_share) DESC, category
"""

_MONTHS = """
SELECT
    period_start, category, items, items_share, person_days, person_days_share, activity, activity_share, is_uncertain
FROM metrics.investment
WHERE period = 'month' AND scope_kind = {kind} AND scope = {scope} AND {since}
ORDER BY period_start, category
"""

_TICKETS = """
SELECT
    f.ticket_id, c.category, f.key AS label, f.title, f.url, f.project, f.type, f.team, f.status AS step, f.state,
    f.started_at, f.done_at, f.cycle_seconds
FROM metrics.ticket_categories AS c JOIN metrics.ticket_flow AS f USING (ticket_id)
{where}
ORDER BY f.done_at IS NOT NULL, f.done_at DESC, f.started_at, f.ticket_id
"""

_BUGS = """
SELECT period_start, metric, value
FROM metrics.observations
WHERE metric IN ('bugs_reported', 'bugs_finished') AND period = 'month'
    AND scope_kind = {kind} AND scope = {scope} AND {since}
ORDER BY period_start, metric
"""

_OPEN_BUGS = """
SELECT
    f.ticket_id, f.key AS label, f.title, f.url, f.project, f.team, f.priority, f.status AS step,
    epoch((SELECT known_at FROM meta.generation) - f.created_at) AS age_seconds, f.created_at
FROM metrics.ticket_categories AS c JOIN metrics.ticket_flow AS f USING (ticket_id)
{where}
ORDER BY f.created_at, f.ticket_id
"""


def mix(scope: Scope) -> str:
    """The kinds of work of the last 90 days, under each weight, those with most finished tickets first."""
    kind, name = observed(scope)
    return _MIX.format(kind=literal(kind), scope=literal(name))


def months(scope: Scope) -> str:
    """The kinds of work of every month of the chosen period."""
    kind, name = observed(scope)
    return _MONTHS.format(kind=literal(kind), scope=literal(name), since=scope.since("period_start", NEWEST_WEEK))


def tickets(scope: Scope, category: str | None) -> str:
    """Tickets in progress and those finished in the last 90 days, of one kind of work or of all."""
    is_near = f"(f.state = 'in_progress' OR f.done_at >= {recent()})"
    of_kind = [f"c.category = {literal(category)}"] if category else []
    return _TICKETS.format(where=_where(scope, is_near, *of_kind))


def bugs(scope: Scope) -> str:
    """Bugs reported and finished by month."""
    kind, name = scope.observed
    return _BUGS.format(kind=literal(kind), scope=literal(name), since=scope.since("period_start", NEWEST_WEEK))


def open_bugs(scope: Scope) -> str:
    """Bugs that are open, the oldest first."""
    is_open = ("c.category = 'bug'", "f.state <> 'done'")
    return _OPEN_BUGS.format(where=_where(scope, *is_open))


def _where(scope: Scope, *conditions: str) -> str:
    of_team = inside(scope.team, "f.team")
    return scope.where(*conditions, *of_team, repository=None, team=None, project="f.project")


def observed(scope: Scope) -> tuple[str, str]:
    """The scope that the mix is told of: a team, a service, or the whole; it knows no projects."""
    if scope.team:
        return "team", scope.team
    return ("service", scope.service) if scope.service else ("all", "all")
