"""SQL of the page about coordination: teams that depend on each other, who does not talk, who waits for whom."""

from dashboards.queries.windows import recent
from dashboards.scope import Scope
from warehouse.ddl import literal

KINDS = {"review": "Reviews", "blocked": "Blocking tickets", "hand_off": "Hand-offs"}
"""What one team waits for another for."""

LISTED = 500
"""Rows that a list holds at most."""

KNOWN = "SELECT count(*) > 0 AS is_known FROM metrics.coordination"
"""Whether any team is known whose people changed code lately."""

_TEAMS = """
SELECT
    team_a, team_b, people_a, people_b, required, satisfied, congruence, weighted_congruence, gaps, overlap_hours,
    pairs_apart, paths, reason
FROM metrics.coordination
{where}
ORDER BY (team_a = team_b), gaps DESC NULLS LAST, congruence NULLS LAST, required DESC NULLS LAST, team_a, team_b
"""

_GAPS = """
SELECT a.name AS first, g.team_a, b.name AS second, g.team_b, g.strength, g.paths
FROM metrics.coordination_gaps AS g
LEFT JOIN people AS a ON a.person_id = g.person_a
LEFT JOIN people AS b ON b.person_id = g.person_b
{where}
ORDER BY g.strength DESC, g.person_a, g.person_b
"""

_NETWORKS = """
SELECT
    c.scope AS team, c.people, c.required, c.missing, c.silos, c.brokers, c.reason,
    (SELECT string_agg(p.name, ', ' ORDER BY p.name) FROM people AS p WHERE p.person_id IN (
        SELECT unnest(c.broker_ids))) AS names
FROM metrics.communication_networks AS c
{where}
ORDER BY c.missing DESC NULLS LAST, c.scope
"""

_REVIEWS = """
SELECT
    scope AS team, people, reviewers, reviews_given, reviews_received, across_share, reciprocity, top_three_share,
    isolated, reason
FROM metrics.review_networks
{where}
ORDER BY reviews_received DESC NULLS LAST, scope
"""

_WAITS = """
SELECT
    waiting_team, on_team, kind, n, open_items, not_answered, p50_seconds, p85_seconds, p50_working_seconds,
    p85_working_seconds, cost_seconds, reason, cost_reason
FROM metrics.team_waits
{where}
ORDER BY cost_seconds DESC NULLS LAST, p50_seconds DESC NULLS LAST, n DESC NULLS LAST, waiting_team, on_team
"""

_WAIT_ITEMS = """
SELECT
    w.kind, w.waiting_team, w.on_team, coalesce(f.url, t.url) AS url,
    coalesce(t.key, r.name || '#' || f.number, w.item_id) AS label, coalesce(f.title, t.title) AS title,
    w.started_at, w.ended_at, w.is_open, w.is_answered, w.seconds, w.working_seconds
FROM metrics.team_wait_items AS w
LEFT JOIN metrics.pull_request_flow AS f ON w.kind = 'review' AND f.pr_id = w.item_id
LEFT JOIN repositories AS r ON r.repo_id = f.repo_id
LEFT JOIN tickets AS t ON w.kind <> 'review' AND t.ticket_id = w.item_id
{where}
ORDER BY w.is_open DESC, w.seconds DESC NULLS LAST, w.item_id, w.waiting_team, w.on_team
"""

_SHOWN_TEAMS = """
(w.waiting_team, w.on_team) IN (SELECT (waiting_team, on_team) FROM metrics.team_waits
    WHERE reason IS DISTINCT FROM 'group_too_small')
"""

_STRUCTURE = """
SELECT team, members, active_members, files, changes, cohesion, cohesion_reason, autonomy, autonomy_reason
FROM metrics.team_structure
{where}
ORDER BY autonomy NULLS LAST, team
"""

_COUPLING = """
SELECT team_a, team_b, coupling, shared_files, paths, reason
FROM metrics.team_coupling
{where}
ORDER BY coupling DESC NULLS LAST, team_a, team_b
"""

_CROSSING = """
SELECT
    f.url, f.repo_id, f.number, f.title, c.team, c.merged_at, c.files, c.owning_teams, len(c.owning_teams) AS teams,
    c.is_told
FROM metrics.cross_team_changes AS c LEFT JOIN metrics.pull_request_flow AS f USING (pr_id)
{where}
ORDER BY teams DESC, c.files DESC, c.merged_at DESC, c.pr_id
"""


def teams(scope: Scope) -> str:
    """Every pair of teams with people who depend on each other, those with most gaps first, then each team itself."""
    return _TEAMS.format(where=_either(scope))


def gaps(scope: Scope) -> str:
    """Pairs of people of two teams whose work meets and who did not talk, with the files that bind them."""
    files = []
    if scope.repository:
        # A path stands behind the id of its repository.
        files = [f"len(list_filter(g.paths, lambda one: starts_with(one, {literal(scope.repository + ':')}))) > 0"]
    return _GAPS.format(where=_either(scope, "g.team_a", "g.team_b", *files))


def networks(scope: Scope) -> str:
    """What the conversations of each team lack."""
    return _NETWORKS.format(where=scope.where("c.scope_kind = 'team'", repository=None, team="c.scope"))


def review_networks(scope: Scope) -> str:
    """How far the reviews of each team cross to others, go both ways, and lie on few shoulders."""
    return _REVIEWS.format(where=scope.where("scope_kind = 'team'", repository=None, team="scope"))


def waits(scope: Scope, kind: str) -> str:
    """Which team waits for which, for one kind of thing, the dearest first."""
    return _WAITS.format(where=_either(scope, "waiting_team", "on_team", f"kind = {literal(kind)}"))


def wait_items(scope: Scope, kind: str, pair: tuple[str, str] | None = None) -> str:
    """What stands behind these waits, of one `pair` (who waits, for whom) or all; what waits now first."""
    conditions = [f"w.kind = {literal(kind)}", _SHOWN_TEAMS.strip()]
    if pair:
        conditions += [f"w.waiting_team = {literal(pair[0])}", f"w.on_team = {literal(pair[1])}"]
    return _WAIT_ITEMS.format(where=_either(scope, "w.waiting_team", "w.on_team", *conditions))


def structure(scope: Scope) -> str:
    """How the work of each team lies together, the least autonomous first."""
    return _STRUCTURE.format(where=scope.where(repository=None))


def coupling(scope: Scope) -> str:
    """Pairs of teams that change the same files, the closest first."""
    return _COUPLING.format(where=_either(scope))


def crossing(scope: Scope) -> str:
    """Pull requests merged in the last 90 days that touch the files of several teams."""
    since = f"c.merged_at >= {recent()}"
    name = literal(scope.team) if scope.team else ""
    of_team = [f"({name} = c.team OR list_contains(c.owning_teams, {name}))"] if name else []
    where = scope.where("c.is_cross_team", since, *of_team, repository="c.repo_id", team=None)
    return _CROSSING.format(where=where)


def _either(scope: Scope, first: str = "team_a", second: str = "team_b", *conditions: str) -> str:
    """A WHERE clause that keeps pairs of which one end is the chosen team."""
    of_team = [f"{literal(scope.team)} IN ({first}, {second})"] if scope.team else []
    return scope.where(*of_team, *conditions, repository=None, team=None)
