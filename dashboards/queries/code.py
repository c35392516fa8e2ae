"""SQL of the page about code and knowledge."""

from dashboards.scope import Scope
from warehouse.ddl import literal

_HOTSPOTS = """
SELECT repo_id, path, folder, team, file_class, lines, revisions, revisions_before, trend, score, rank, is_hotspot,
    authors
FROM metrics.hotspots
{where}
ORDER BY revisions DESC, lines DESC, repo_id, path
"""

_FILE_MAP = """
SELECT repo_id, folder, path, lines, revisions_12m
FROM metrics.files
{where}
ORDER BY repo_id, path
"""

_COUPLING = """
SELECT
    repo_id, path_a, path_b, degree, shared, shared_12m, last_shared_at, confidence_ab, confidence_ba,
    folder_a, folder_b, team_a, team_b, crosses_folder, crosses_team
FROM metrics.change_coupling
{where}
ORDER BY degree * ln(1 + shared) DESC, path_a, path_b
"""

_FILES = """
SELECT repo_id, path, folder, team, file_class, lines, revisions, revisions_90d, authors, active_authors, knowers,
    is_at_risk, lost_share, fragmentation, age_months, last_changed_at
FROM metrics.files
{where}
ORDER BY is_at_risk DESC NULLS LAST, revisions_90d DESC, lines DESC NULLS LAST, path
LIMIT 500
"""

_TEAM_SHARES = """
SELECT
    coalesce(m.team, {nobodys}) AS team,
    sum(o.lines) AS lines,
    count(DISTINCT o.person_id) AS people,
    count(DISTINCT o.person_id) FILTER (o.is_active) AS active_people,
    sum(o.lines) FILTER (o.is_active) AS active_lines
FROM metrics.ownership AS o JOIN metrics.files AS f USING (repo_id, path)
LEFT JOIN (SELECT person_id, min(team) AS team FROM team_members WHERE valid_to IS NULL GROUP BY person_id) AS m
    USING (person_id)
{where}
GROUP BY 1 ORDER BY lines DESC NULLS LAST
"""

_KNOWERS = """
SELECT
    coalesce(p.name, 'Not named') AS person,
    count(DISTINCT o.person_id) AS people,
    CASE WHEN p.name IS NOT NULL THEN count(*) END AS files,
    CASE WHEN p.name IS NOT NULL THEN max(o.last_at) END AS last_at
FROM metrics.ownership AS o JOIN metrics.files AS f USING (repo_id, path) LEFT JOIN people AS p USING (person_id)
{where}
GROUP BY p.name, CASE WHEN p.name IS NOT NULL THEN o.person_id END
ORDER BY lower(person), min(o.person_id)
"""

_CONCENTRATION = """
WITH parts AS (
    SELECT o.person_id, bool_or(o.is_active) AS is_active, sum(o.lines) AS lines
    FROM metrics.ownership AS o JOIN metrics.files AS f USING (repo_id, path)
    {where}
    GROUP BY o.person_id HAVING sum(o.lines) > 0
)
SELECT
    if(is_active, 'Active people', 'Inactive people') AS written_by,
    count(*) AS people,
    sum(lines) AS lines,
    sum(lines) / (SELECT sum(lines) FROM parts) AS share,
    max(lines) / (SELECT sum(lines) FROM parts) AS largest_single_share
FROM parts
GROUP BY is_active ORDER BY is_active DESC
"""

_PLACE = """
SELECT count(*) AS files, coalesce(bool_or(f.path = {path}), FALSE) AS is_file
FROM metrics.files AS f
{where}
"""

_FOLDERS = """
SELECT
    repo_id, folder, level, team, files, lines, truck_factor, lost_share, files_at_risk,
    files_at_risk / nullif(files, 0) AS at_risk_share, active_file_authors, active_authors, authors, revisions_90d,
    revisions_12m, last_changed_at
FROM metrics.folders
{where}
ORDER BY lost_share * lines DESC NULLS LAST, repo_id, folder
"""

_TRUCK = """
SELECT t.repo_id, t.scope_kind, t.scope, t.truck_factor, t.files, t.authored_files, t.authors, t.active_authors
FROM metrics.truck_factor AS t
{where}
ORDER BY t.truck_factor, t.files DESC
"""

_ACTIVE_PEOPLE = """
SELECT l.person_id, min(p.name) AS name
FROM metrics.leavers AS l LEFT JOIN people AS p USING (person_id)
{where}
GROUP BY l.person_id ORDER BY lower(min(p.name)), l.person_id
"""

_HELD_BY_ONE = """
WITH held AS (SELECT repo_id, person_id, unnest(folders) AS folder FROM metrics.leavers)
SELECT
    f.repo_id, f.folder, f.files, f.lines, f.revisions_90d, f.files_at_risk,
    list(coalesce(p.name, h.person_id) ORDER BY lower(p.name), h.person_id) AS held_by
FROM held AS h JOIN metrics.folders AS f USING (repo_id, folder) LEFT JOIN people AS p USING (person_id)
{where}
GROUP BY ALL ORDER BY f.revisions_90d DESC, f.lines DESC NULLS LAST, f.folder
"""

_HOLDINGS = """
SELECT o.repo_id, o.path, o.person_id, o.is_author, o.is_knower, o.is_active, f.lines, f.folder, f.team, f.revisions_90d
FROM metrics.ownership AS o JOIN metrics.files AS f USING (repo_id, path)
{where}
"""

NO_TEAM = "No team"
"""What people who belong to no team are called."""

LEAST_CHANGES = 3
"""A hotspot with fewer changes in 12 months is not listed: it is large, not busy."""

NAMED = "SELECT people = 'leads' AND (SELECT count(name) > 0 FROM people WHERE NOT is_bot) AS named FROM meta.privacy"
"""Whether pages name people: only with `[privacy] people = "leads"`, and where anybody is known."""


def hotspots(scope: Scope, *, tests: bool = False) -> str:
    """Source files that are hotspots, those that change most first; with tests if asked."""
    classes = "file_class IN ('source', 'test')" if tests else "file_class = 'source'"
    return _HOTSPOTS.format(where=scope.where("is_hotspot", f"revisions >= {LEAST_CHANGES}", classes))


def file_map(scope: Scope) -> str:
    """Every file that is people's work, with its size and its commits of the last 12 months."""
    return _FILE_MAP.format(where=scope.where("is_counted"))


def coupling(
    scope: Scope, *, search: str = "", least: int = 30, tests: bool = False, folders: bool = False, teams: bool = False
) -> str:
    """Pairs of files that change together, at least to a degree; with tests, only across folders or teams if asked."""
    conditions = [f"degree >= {least}"]
    if not tests:
        conditions.append("'test' NOT IN (class_a, class_b)")
    if folders:
        conditions.append("crosses_folder")
    if teams:
        conditions.append("crosses_team")
    if search:
        text = literal(search.lower())
        conditions.append(f"(contains(lower(path_a), {text}) OR contains(lower(path_b), {text}))")
    if scope.team:
        conditions.append(f"{literal(scope.team)} IN (team_a, team_b)")
    return _COUPLING.format(where=scope.where(*conditions, team=None))


def files(scope: Scope, search: str = "", *, folder: str = "") -> str:
    """Files that are people's work, in a folder or with a text in their path, those at risk first; at most 500."""
    found = [f"contains(lower(path), {literal(search.lower())})"] if search else []
    found += [f"starts_with(path, {literal(folder + '/')})"] if folder else []
    return _FILES.format(where=scope.where("is_counted", *found))


def team_shares(scope: Scope, path: str) -> str:
    """Lines of a file or folder by the team of who wrote them; an empty path is everything."""
    return _TEAM_SHARES.format(nobodys=literal(NO_TEAM), where=_inside(scope, path))


def knowers(scope: Scope, path: str) -> str:
    """The active people who know a file, or any file of a folder, by name: nobody is ranked."""
    return _KNOWERS.format(where=_inside(scope, path, "o.is_knower", "o.is_active"))


def concentration(scope: Scope, path: str) -> str:
    """Lines of a file or folder by whether who wrote them is active, and the largest part of one person, unnamed."""
    return _CONCENTRATION.format(where=_inside(scope, path))


def place(scope: Scope, path: str) -> str:
    """How many files that are people's work are at a path, and whether it is one itself."""
    return _PLACE.format(path=literal(path), where=_inside(scope, path, "f.is_counted"))


def _inside(scope: Scope, path: str, *conditions: str) -> str:
    at = []
    if path:
        at.append(f"(f.path = {literal(path)} OR starts_with(f.path, {literal(path.rstrip('/') + '/')}))")
    return scope.where(*conditions, *at, repository="f.repo_id", team="f.team")


def folders(scope: Scope, level: int) -> str:
    """Knowledge by folder of a level, the most lost lines first."""
    return _FOLDERS.format(where=scope.where(f"level = {level}"))


def truck_factors(scope: Scope) -> str:
    """Truck factors of repositories and teams, the smallest first."""
    return _TRUCK.format(where=scope.where("t.scope_kind <> 'folder'", repository="t.repo_id", team=None))


def active_people(scope: Scope) -> str:
    """Everybody who was active in the last 90 days, by name."""
    return _ACTIVE_PEOPLE.format(where=scope.where(repository="l.repo_id", team=None))


def held_by_one(scope: Scope) -> str:
    """Folders where one person is the only active author of at least half of the files, the busiest first."""
    return _HELD_BY_ONE.format(where=scope.where(repository="f.repo_id", team="f.team"))


def holdings(scope: Scope) -> str:
    """Who wrote or knows which file: what the simulation of leavers computes with."""
    return _HOLDINGS.format(where=scope.where("(o.is_author OR o.is_knower)", repository="o.repo_id", team="f.team"))
