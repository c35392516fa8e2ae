"""SQL of the front page: actions, those that closed, activity, releases, knowledge in one picture."""

from dashboards.scope import Scope
from warehouse.ddl import literal

_ACTIONS = """
SELECT
    action_id, rule, r.title AS rule_title, r.definition AS rule_definition, a.responsibility, team,
    item_kind, item_id, url, a.title, why, next_step, actor_team,
    days_saved, basis, confidence, rank, first_seen_at,
    first_seen_at >= (SELECT max(started_at) FROM meta.runs)
        AND (SELECT count(*) FROM meta.runs WHERE status IN ('ok', 'partial')) > 1 AS is_new
FROM metrics.actions AS a LEFT JOIN meta.rule_catalogue AS r ON r.name = a.rule
{where}
ORDER BY team NULLS LAST, rank
"""

_CLOSED = """
SELECT h.action_id, r.title AS rule_title, h.team, h.title, h.url, h.how, h.days_saved, h.first_seen_at, h.closed_at
FROM metrics.action_history AS h LEFT JOIN meta.rule_catalogue AS r ON r.name = h.rule
{where}
ORDER BY h.closed_at DESC, h.action_id
"""

_SIGNALS = """
SELECT
    b.metric, coalesce(c.title, b.metric) AS title, coalesce(c.unit, 'count') AS unit, b.period_start AS week, b.value,
    b.mean, b.lower, b.upper, b.signal, b.side, b.reason
FROM metrics.process_behaviour AS b LEFT JOIN meta.metric_catalogue AS c ON c.name = b.metric
WHERE b.scope_kind = {kind} AND b.scope = {scope}
QUALIFY row_number() OVER (PARTITION BY b.metric ORDER BY b.period_start DESC) = 1
ORDER BY b.signal IS NULL, lower(title), b.metric
"""

_ABOUT = """(
    item_id = {repository} OR starts_with(item_id, {repository} || ':') OR starts_with(item_id, {repository} || '#')
    OR item_id IN (SELECT deployment_id FROM metrics.deployments WHERE repo_id = {repository})
)"""

_SERIES = """
SELECT period_start, value, n, coverage, unit, reason
FROM metrics.observations
WHERE metric = {metric} AND period = {period} AND scope_kind = {kind} AND scope = {scope}
ORDER BY period_start
"""

_BY_REPOSITORY = """
SELECT scope AS repo_id, arg_max(value, period_start) AS value
FROM metrics.observations
WHERE metric = {metric} AND period = {period} AND scope_kind = 'repository'
GROUP BY scope ORDER BY scope
"""

_TRUCK_PEOPLE = """
WITH counted AS (SELECT DISTINCT unnest(person_ids) AS person_id FROM metrics.truck_factor WHERE {where})
SELECT
    count(*) AS people,
    CASE WHEN (SELECT people <> 'off' FROM meta.privacy) THEN
        count(*) FILTER (person_id IN (SELECT person_id FROM metrics.contributors WHERE is_active))
    END AS active
FROM counted
"""

_ACTIVITY = """
SELECT period_start AS week, value::BIGINT AS commits, reason
FROM metrics.observations
WHERE metric = 'commits' AND period = 'week' AND scope_kind = {kind} AND scope = {scope} AND {since}
ORDER BY week
"""

_KNOWERS = """
SELECT
    CASE WHEN knowers >= 4 THEN '4 or more' ELSE coalesce(knowers, 0)::VARCHAR END AS knowers,
    count(*) AS files,
    count(*) FILTER (revisions_90d > 0) AS changing,
    sum(lines)::BIGINT AS lines
FROM metrics.files
{where}
GROUP BY 1 ORDER BY 1
"""

_RELEASES = """
SELECT
    repo_id, last_tag, last_released_at, days_since_last, commits_since_last, p50_days, p85_days, releases, is_overdue
FROM metrics.release_rhythm
{where}
ORDER BY days_since_last / nullif(p85_days, 0) DESC NULLS LAST, repo_id
"""

_OWNED = "repo_id IN (SELECT repo_id FROM metrics.files WHERE team = {team})"

_GAPS = """
SELECT tag, released_at, days_since_previous
FROM metrics.release_gaps
WHERE repo_id = {repo_id}
ORDER BY released_at DESC
"""


def gaps(repo_id: str) -> str:
    """The releases of a repository, the last one first."""
    return _GAPS.strip().format(repo_id=literal(repo_id))


def actions(scope: Scope) -> str:
    """The actions of the chosen team, about the chosen repository."""
    about = []
    if scope.repository:
        name = literal(scope.repository)
        about.append(_ABOUT.format(repository=name))
    return _ACTIONS.format(where=scope.where(*about, repository=None))


def closed(scope: Scope, *, days: int) -> str:
    """The actions of the chosen team that were closed in the last days before the last run."""
    lately = f"h.closed_at > (SELECT max(started_at) FROM meta.runs) - INTERVAL {days} DAY"  # noqa: S608 - a number
    return _CLOSED.format(where=scope.where(lately, repository=None, team="h.team"))


def series(metric: str, period: str, scope: Scope) -> str:
    """The observations of a metric for the chosen scope, by period."""
    kind, name = scope.observed
    return _SERIES.format(metric=literal(metric), period=literal(period), kind=literal(kind), scope=literal(name))


def signals(scope: Scope) -> str:
    """The last week of every weekly figure of the chosen scope, those out of the ordinary first."""
    kind, name = scope.observed
    return _SIGNALS.format(kind=literal(kind), scope=literal(name))


def by_repository(metric: str, period: str) -> str:
    """The last observation of a metric in each repository."""
    return _BY_REPOSITORY.format(metric=literal(metric), period=literal(period))


def truck_people(scope: Scope) -> str:
    """How many people the truck factor of the chosen scope counts, and how many are still active (null: hidden)."""
    kind, name = scope.observed
    everywhere = "scope_kind = 'repository'"
    of_one = f"scope_kind = {literal(kind)} AND scope = {literal(name)}"
    return _TRUCK_PEOPLE.format(where=everywhere if kind == "all" else of_one)


def activity(scope: Scope) -> str:
    """Commits of people by week, in the chosen scope: the series of the figure, over the chosen period."""
    kind, name = scope.observed
    newest = "SELECT max(period_start) FROM metrics.observations WHERE period = 'week'"
    since = scope.since("period_start", newest)
    return _ACTIVITY.format(kind=literal(kind), scope=literal(name), since=since)


def knowers(scope: Scope) -> str:
    """How many files are known by nobody, one, two, … active people."""
    return _KNOWERS.format(where=scope.where("is_counted"))


def releases(scope: Scope) -> str:
    """The rhythm of releases, the one most behind first; of a team those of repositories in which it owns code."""
    owned = [_OWNED.format(team=literal(scope.team))] if scope.team else []
    return _RELEASES.format(where=scope.where(*owned, team=None))
