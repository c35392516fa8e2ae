"""SQL of the page about reviews: what is open, how long reviews take, by which definition, between which teams."""

from dashboards.queries.windows import NEWEST_WEEK, NO_TEAM, of_authors, p50, p85, recent, sampled
from dashboards.scope import Scope
from warehouse.ddl import literal

PHASES = {"draft": "Draft", "pickup": "Waiting for review", "review": "In review", "merge": "Waiting to merge"}
"""What the phases of open pull requests are called."""

DEFINITIONS = ("leadline", "devlake", "middleware", "linearb", "swarmia", "gitlab")
"""Whose rules the durations can be measured by."""

SIZES = ("XS", "S", "M", "L", "XL")

LISTED = 500
"""Rows that a list holds at most."""

_OPEN = """
SELECT
    f.pr_id, f.repo_id, f.number, f.title, f.url, p.name AS author, f.team, f.phase, f.age_seconds,
    f.phase_p50_seconds, f.phase_p85_seconds, f.age_seconds / nullif(f.phase_p85_seconds, 0) AS times_p85,
    f.is_at_risk, f.at_risk_reason, f.size_class, f.size_lines, f.last_activity_at,
    CASE
        WHEN f.phase = 'draft' THEN 'Author: finish or close it'
        WHEN f.phase = 'merge' THEN 'Author: merge it'
        WHEN f.phase = 'pickup' THEN 'Team: find a reviewer'
        WHEN f.last_response_at > f.last_author_activity_at THEN 'Author: answer the review'
        ELSE 'Reviewer: look again'
    END AS next_step,
    CASE WHEN f.phase = 'pickup' THEN s.name END AS could_review
FROM metrics.pull_request_flow AS f
LEFT JOIN people AS p ON p.person_id = f.author_id
LEFT JOIN (
    SELECT r.pr_id, string_agg(q.name, ', ' ORDER BY r.rank) AS name
    FROM metrics.reviewer_suggestions AS r JOIN people AS q USING (person_id)
    WHERE r.rank <= 2
    GROUP BY r.pr_id
) AS s ON s.pr_id = f.pr_id
{where}
ORDER BY f.is_at_risk DESC NULLS LAST, times_p85 DESC NULLS LAST, f.age_seconds DESC, f.pr_id
"""

_USUAL = """
WITH merged AS (SELECT * FROM metrics.pull_request_flow {where})
SELECT * FROM ({parts})
"""

_PART = "SELECT {phase} AS phase, {p50} AS p50, {p85} AS p85, count({column}) AS n FROM merged"

_TIMES = """
SELECT
    pr_id, repo_id, number, title, url, merged_at, pickup_working_seconds, review_working_seconds,
    merge_wait_working_seconds, epoch(merged_at) - epoch(ready_at) AS open_seconds, size_class, size_lines, files,
    review_rounds, human_comments, human_reviewers, merged_without_review, reviewed_by_ai_only,
    merged_at >= {recent} AS is_recent
FROM metrics.pull_request_flow
{where}
{sampled}
ORDER BY merged_at DESC, pr_id
"""

_DEFINED = """
WITH items AS (
    SELECT d.phase, d.seconds, d.reason
    FROM metrics.pull_request_flow_definitions AS d JOIN metrics.pull_request_flow AS f USING (pr_id)
    {where}
),
missing AS (
    SELECT phase, string_agg(n || ' ' || replace(reason, '_', ' '), ', ' ORDER BY n DESC, reason) AS why
    FROM (SELECT phase, reason, count(*) AS n FROM items WHERE seconds IS NULL AND reason IS NOT NULL GROUP BY ALL)
    GROUP BY phase
)
SELECT phase, {p50} AS p50, {p85} AS p85, count(seconds) AS n, count(*) AS of_all, any_value(why) AS why
FROM items LEFT JOIN missing USING (phase)
GROUP BY phase ORDER BY phase
"""

_COMPARED = """
SELECT d.definition, d.phase, {p50} AS p50, count(d.seconds) AS n
FROM metrics.pull_request_flow_definitions AS d JOIN metrics.pull_request_flow AS f USING (pr_id)
{where}
GROUP BY d.definition, d.phase
ORDER BY d.definition, d.phase
"""

_TEAM_EDGES = """
WITH small AS (SELECT DISTINCT scope AS team FROM metrics.observations WHERE reason = 'group_too_small'),
one AS (
    SELECT person_id, valid_from, valid_to, if(team IN (FROM small), {too_small}, team) AS team FROM team_members
),
edges AS (
    SELECT
        e.reviews, e.comments,
        coalesce((SELECT min(team) FROM one WHERE person_id = e.author_id AND valid_from < e.week + INTERVAL 7 DAY
            AND (valid_to IS NULL OR valid_to > e.week)), {nobodys}) AS author_team,
        coalesce((SELECT min(team) FROM one WHERE person_id = e.reviewer_id AND valid_from < e.week + INTERVAL 7 DAY
            AND (valid_to IS NULL OR valid_to > e.week)), {nobodys}) AS reviewer_team
    FROM metrics.review_edges AS e
    {where}
)
SELECT author_team, reviewer_team, sum(reviews)::BIGINT AS reviews, sum(comments)::BIGINT AS comments
FROM edges
{of_team}
GROUP BY ALL ORDER BY author_team, reviewer_team
"""

TOO_SMALL = "Teams too small to show"
"""What stands for teams with fewer members than figures are shown for."""


def open_now(scope: Scope) -> str:
    """Every open pull request: how long it has been in its phase, whether that is unusual, who can move it.

    Where nobody has answered yet, the two people who fit best as reviewers are named.
    """
    of_team = of_authors(scope.team, author="f.author_id", at="f.opened_at")
    where = scope.where("f.state = 'open'", "f.author_is_human", *of_team, repository="f.repo_id", team=None)
    return _OPEN.format(where=where)


def usual(scope: Scope) -> str:
    """How long pull requests merged in the last 180 days had been in each phase."""
    columns = {
        "draft": "nullif(draft_seconds, 0)",
        "pickup": "pickup_seconds",
        "review": "review_seconds",
        "merge": "merge_wait_seconds",
    }
    parts = [
        _PART.format(phase=literal(phase), p50=p50(column), p85=p85(column), column=column)
        for phase, column in columns.items()
    ]
    since = f"merged_at >= {recent()} - INTERVAL 90 DAY"
    return _USUAL.format(where=_merged(scope, since), parts=" UNION ALL ".join(parts))


def times(scope: Scope) -> str:
    """Pull requests merged in the chosen period with their times, size and reviews, the last one first.

    All of the last 90 days, of those before a sample.
    """
    where = _merged(scope, scope.since("merged_at", NEWEST_WEEK))
    return _TIMES.format(recent=recent(), where=where, sampled=sampled("pr_id", "is_recent"))


def defined(scope: Scope, definition: str) -> str:
    """Each phase of a definition, over pull requests merged in the last 90 days: figures, and why some are missing."""
    where = _of_definitions(scope, f"d.definition = {literal(definition)}")
    return _DEFINED.format(p50=p50("seconds"), p85=p85("seconds"), where=where)


def compared(scope: Scope) -> str:
    """The median of each phase under every definition, over pull requests merged in the last 90 days."""
    return _COMPARED.format(p50=p50("d.seconds"), where=_of_definitions(scope))


def team_edges(scope: Scope) -> str:
    """Reviews of the chosen period by the team whose pull request it was and the team of the reviewer."""
    where = scope.where(scope.since("e.week", NEWEST_WEEK), repository="e.repo_id", team=None)
    name = literal(scope.team) if scope.team else ""
    return _TEAM_EDGES.format(
        where=where,
        of_team=f"WHERE {name} IN (author_team, reviewer_team)" if name else "",
        nobodys=literal(NO_TEAM),
        too_small=literal(TOO_SMALL),
    )


def _merged(scope: Scope, *conditions: str) -> str:
    return scope.where("merged_at IS NOT NULL", "author_is_human", *conditions, *of_authors(scope.team), team=None)


def _of_definitions(scope: Scope, *conditions: str) -> str:
    of_team = of_authors(scope.team, author="f.author_id", at="f.opened_at")
    since = f"f.merged_at >= {recent()}"
    return scope.where(since, "f.author_is_human", *conditions, *of_team, repository="f.repo_id", team=None)
