"""SQL of the page about people: how load is spread, focus and hours, newcomers, the spread of knowledge."""

from dashboards.queries.windows import NEWEST_WEEK, inside
from dashboards.scope import Scope
from warehouse.ddl import literal

LISTED = 500
"""Rows that a list holds at most."""

MEASURES = {
    "tickets_in_progress": "Tickets in progress",
    "open_pull_requests": "Open pull requests",
    "owed_reviews": "Reviews owed",
    "reviews_given": "Reviews given in 90 days",
}
"""What lies on people, in words."""

COHORTS = 8
"""Quarters whose newcomers are drawn."""

_SPREAD = """
SELECT scope_kind, scope, measure, people, with_none, total, median, p85, most, top_share, reason
FROM metrics.team_load
{where}
ORDER BY scope_kind, lower(scope), measure
"""

_LOAD = """
SELECT p.name, l.tickets_in_progress, l.open_pull_requests, l.owed_reviews, l.reviews_given
FROM metrics.load AS l JOIN people AS p USING (person_id)
{where}
ORDER BY lower(p.name), l.person_id
"""

_NAMED = "p.name IS NOT NULL"
"""Whom the reader may know: a row without a name would still tell of somebody, whom its dates or numbers give away."""

_MEMBERS = """l.person_id IN (
    SELECT m.person_id FROM metrics.team_members AS m, meta.generation AS g
    WHERE {inside} AND m.valid_from <= g.known_at AND (m.valid_to IS NULL OR m.valid_to > g.known_at)
)"""

_TREND = """
SELECT o.period_start, o.value, o.n, o.coverage, o.reason, r.low, r.high
FROM metrics.observations AS o
LEFT JOIN metrics.ratio_intervals AS r USING (metric, scope_kind, scope, period, period_start)
WHERE o.metric = {metric} AND o.period = 'month' AND o.scope_kind = {kind} AND o.scope = {scope} AND {since}
ORDER BY o.period_start
"""

_ARRIVALS = """
WITH newcomers AS (SELECT person_id, cohort, first_activity_at, {reached} AS days FROM metrics.onboarding {where}),
recent AS (SELECT DISTINCT cohort FROM newcomers ORDER BY cohort DESC LIMIT {cohorts}),
sizes AS (SELECT cohort, count(*) AS people FROM newcomers GROUP BY cohort HAVING count(*) >= {least})
SELECT cohort, days, people, count(*) OVER (PARTITION BY cohort ORDER BY days) / people AS share
FROM newcomers JOIN recent USING (cohort) JOIN sizes USING (cohort)
WHERE days IS NOT NULL
ORDER BY cohort, days
"""

_COHORTS = """
SELECT
    cohort, people, reached_first, reached_third, reached_tenth, round(first_merge_days_p50, 1) AS first_merge_days_p50,
    round(third_merge_days_p50, 1) AS third_merge_days_p50, round(tenth_merge_days_p50, 1) AS tenth_merge_days_p50,
    pickup_p50_seconds, team_pickup_p50_seconds, rounds_p50, team_rounds_p50, reviewers_p50,
    top_reviewer_share_p50, first_review_days_p50, folders_90d_p50, reason
FROM metrics.onboarding_cohorts
WHERE scope_kind = {kind} AND scope = {scope}
ORDER BY cohort DESC
"""

_NEWCOMERS = """
SELECT
    p.name, o.team, o.cohort, o.first_activity_at, o.opened, o.merged,
    round(o.first_merge_days, 1) AS first_merge_days, round(o.tenth_merge_days, 1) AS tenth_merge_days,
    o.pickup_p50_seconds, o.team_pickup_p50_seconds, o.reviewers, o.top_reviewer_share, o.folders_90d
FROM metrics.onboarding AS o JOIN people AS p USING (person_id)
{where}
ORDER BY o.first_activity_at DESC, o.person_id
"""

_SPREADING = """
SELECT s.repo_id, s.folder, count(*) AS people, max(s.first_at) AS last_new_at, min(s.first_at) AS first_at
FROM metrics.knowledge_spread AS s
{where}
GROUP BY s.repo_id, s.folder
ORDER BY last_new_at DESC, s.repo_id, s.folder
"""

LEAST = "SELECT minimum_group FROM meta.privacy"
"""How many people a figure needs at least."""


def spread(scope: Scope) -> str:
    """How load lies on the people of every team, or of the chosen one."""
    of_team = [f"scope_kind = 'team' AND scope = {literal(scope.team)}"] if scope.team else []
    return _SPREAD.format(where=Scope().where(*of_team))


def load(scope: Scope) -> str:
    """What lies on each person whom the reader may know, by name; a team has the people of those inside it, too."""
    of_team = [_MEMBERS.format(inside=condition) for condition in inside(scope.team, "m.team")]
    return _LOAD.format(where=Scope().where(_NAMED, *of_team))


def trend(metric: str, scope: Scope) -> str:
    """A metric of the people of a team, or of all, by month, with the interval of a share."""
    kind, name = observed(scope)
    since = scope.since("o.period_start", NEWEST_WEEK)
    return _TREND.format(metric=literal(metric), kind=literal(kind), scope=literal(name), since=since)


def arrivals(scope: Scope, merge: str, least: int) -> str:
    """The share of each quarter's newcomers who had the first, third or tenth merge after so many days."""
    return _ARRIVALS.format(
        reached=f"{merge}_merge_days",
        where=Scope().where(*inside(scope.team, "team")),
        cohorts=COHORTS,
        least=least,
    )


def cohorts(scope: Scope) -> str:
    """Newcomers by the quarter in which they came, the last one first."""
    kind, name = observed(scope)
    return _COHORTS.format(kind=literal(kind), scope=literal(name))


def newcomers(scope: Scope) -> str:
    """Those who came new and whom the reader may know, the last first."""
    return _NEWCOMERS.format(where=Scope().where(_NAMED, *inside(scope.team, "o.team")))


def spreading(scope: Scope) -> str:
    """Folders by when somebody changed files in them for the first time, and how many people ever did."""
    return _SPREADING.format(where=scope.where(repository="s.repo_id", team=None))


def observed(scope: Scope) -> tuple[str, str]:
    """The scope that figures about people are told of: a team, or the whole."""
    return ("team", scope.team) if scope.team else ("all", "all")
