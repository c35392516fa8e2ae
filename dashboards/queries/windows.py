"""Pieces of SQL that queries about delivery and reviews share: the last 90 days, teams, rare figures."""

from dashboards import settings
from warehouse.ddl import literal

NEWEST_WEEK = "SELECT max(period_start) FROM metrics.observations WHERE period = 'week'"
"""The last week that is over: periods of trends are counted back from it."""

MEDIAN_NEEDS, P85_NEEDS = 5, 10
"""Fewer items have no median and no 85th percentile."""

DOTS = 3000
"""Items that a chart over time draws at most: more would hide each other. Its lines are of all items."""

NO_TEAM = "No team"
"""What people who belong to no team are called."""

ANY_PULL_REQUEST = "SELECT count(*) > 0 AS is_known FROM metrics.pull_request_flow"
"""Whether any pull request is known, in any repository."""

ANY_TICKET = "SELECT count(*) > 0 AS is_known FROM metrics.ticket_flow"
"""Whether any ticket is known, in any project."""

_RECENT = "(SELECT {begins} FROM metrics.observations WHERE period = 'rolling_90d')"

_SMALL = """
SELECT count(*) > 0 AS is_small FROM metrics.observations
WHERE reason = 'group_too_small' AND scope_kind = 'team' AND scope = {team}
"""

_OF_AUTHORS = """EXISTS (
    FROM team_members AS m
    WHERE m.team = {team} AND m.person_id = {author}
        AND m.valid_from <= {at} AND (m.valid_to IS NULL OR m.valid_to > {at})
)"""

_INSIDE = """{column} IN (
    WITH RECURSIVE inside AS (
        SELECT {team} AS team UNION SELECT t.team FROM teams AS t JOIN inside AS i ON t.parent = i.team
    )
    SELECT team FROM inside
)"""

_OF_REPOSITORIES = """{repository} IN (
    SELECT s.repo_id FROM metrics.delivery_scopes AS s WHERE s.scope_kind = 'team' AND s.scope = {team}
)"""


def recent() -> str:
    """The beginning of the 90 days that the figures at the head of a page are about, as the file stores instants.

    The figures count days of the reporting zone, the file holds UTC.
    """
    day, zone = "max(period_start)::TIMESTAMP", settings.current().zone
    return _RECENT.format(begins=day if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {day}))")


def p50(column: str) -> str:
    """The median of a column; null for too few values."""
    return f"CASE WHEN count({column}) >= {MEDIAN_NEEDS} THEN quantile_cont({column}, 0.5) END"


def p85(column: str) -> str:
    """The 85th percentile of a column; null for too few values."""
    return f"CASE WHEN count({column}) >= {P85_NEEDS} THEN quantile_cont({column}, 0.85) END"


def sampled(key: str, kept: str) -> str:
    """A QUALIFY clause that keeps what `kept` says, and of all else as much as can be drawn, the same every time."""
    return f"QUALIFY coalesce({kept}, false) OR row_number() OVER (PARTITION BY {kept} ORDER BY hash({key})) <= {DOTS}"


def of_authors(team: str | None, *, author: str = "author_id", at: str = "opened_at") -> list[str]:
    """The condition that a pull request was opened by somebody who was a member of the team then; none without one."""
    return [_OF_AUTHORS.format(team=literal(team), author=author, at=at)] if team else []


def of_repositories(team: str | None, *, repository: str = "repo_id") -> list[str]:
    """The condition that a repository is one of those that the configuration gives the team; none without a team."""
    return [_OF_REPOSITORIES.format(team=literal(team), repository=repository)] if team else []


def inside(team: str | None, column: str) -> list[str]:
    """The condition that a column names the team or one inside it, as figures of teams count; none without a team."""
    return [_INSIDE.format(team=literal(team), column=column)] if team else []


def small(team: str) -> str:
    """Whether a team has too few members for figures about it."""
    return _SMALL.format(team=literal(team))
