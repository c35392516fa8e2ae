"""Pieces of SQL that queries about delivery and reviews share: the last 90 days, teams, rare figures."""

from warehouse.ddl import literal

RECENT = "(SELECT max(period_start) FROM metrics.observations WHERE period = 'rolling_90d')"
"""The first of the 90 days that the figures at the head of a page are about."""

NEWEST_WEEK = "SELECT max(period_start) FROM metrics.observations WHERE period = 'week'"
"""The last week that is over: periods of trends are counted back from it."""

MEDIAN_NEEDS, P85_NEEDS = 5, 10
"""Fewer items have no median and no 85th percentile."""

NO_TEAM = "No team"
"""What people who belong to no team are called."""

ANY_PULL_REQUEST = "SELECT count(*) > 0 AS is_known FROM metrics.pull_request_flow"
"""Whether any pull request is known, in any repository."""

ANY_TICKET = "SELECT count(*) > 0 AS is_known FROM metrics.ticket_flow"
"""Whether any ticket is known, in any project."""

_SMALL = """
SELECT count(*) > 0 AS is_small FROM metrics.observations
WHERE reason = 'group_too_small' AND scope_kind = 'team' AND scope = {team}
"""

_OF_AUTHORS = """EXISTS (
    FROM team_members AS m
    WHERE m.team = {team} AND m.person_id = {author}
        AND m.valid_from <= {at} AND (m.valid_to IS NULL OR m.valid_to > {at})
)"""

_OF_REPOSITORIES = """{repository} IN (
    SELECT r.repo_id FROM repositories AS r JOIN team_scopes AS s
        ON s.kind = 'repository' AND (r.name GLOB s.pattern OR ends_with(r.name, '/' || s.pattern))
    WHERE s.team = {team}
)"""


def p50(column: str) -> str:
    """The median of a column; null for too few values."""
    return f"CASE WHEN count({column}) >= {MEDIAN_NEEDS} THEN quantile_cont({column}, 0.5) END"


def p85(column: str) -> str:
    """The 85th percentile of a column; null for too few values."""
    return f"CASE WHEN count({column}) >= {P85_NEEDS} THEN quantile_cont({column}, 0.85) END"


def of_authors(team: str | None, *, author: str = "author_id", at: str = "opened_at") -> list[str]:
    """The condition that a pull request was opened by somebody who was a member of the team then; none without one."""
    return [_OF_AUTHORS.format(team=literal(team), author=author, at=at)] if team else []


def of_repositories(team: str | None, *, repository: str = "repo_id") -> list[str]:
    """The condition that a repository is one of those that the configuration gives the team; none without a team."""
    return [_OF_REPOSITORIES.format(team=literal(team), repository=repository)] if team else []


def small(team: str) -> str:
    """Whether a team has too few members for figures about it."""
    return _SMALL.format(team=literal(team))
