"""SQL of the page about timelines: when work is done, how forecasts moved, how often they held, due dates."""

from dashboards import settings
from dashboards.queries.windows import NEWEST_WEEK
from dashboards.scope import Scope
from warehouse.ddl import literal

WHOLE = "all"
"""Whose forecasts are those of all teams together."""

MODES = {"growing": "Growing", "shared": "Shared", "fixed": "Fixed"}
"""How the scope is taken: it grows as before; other work goes on, too; or nothing comes in and nothing else is done."""

CONFIDENCES = (0.5, 0.7, 0.85, 0.95)

KINDS = ("milestone", "version", "epic", "sprint")

BEFORE_DAYS = 28
"""Forecasts are compared with those made so long before."""

LISTED = 500
"""Rows that a list holds at most."""

KNOWN = "SELECT count(*) > 0 AS is_known FROM metrics.forecasts"
"""Whether anything was ever forecast."""

PROJECTS = """
SELECT DISTINCT team FROM metrics.forecasts
WHERE team <> 'all' AND team NOT IN (SELECT team FROM teams)
ORDER BY lower(team)
"""
"""Projects that stand for a team where the configuration names none."""

_NEWEST = """
newest AS (
    SELECT * FROM metrics.forecasts WHERE team = {who}
    QUALIFY made_at = max(made_at) OVER (PARTITION BY question, target)
)
"""

_TARGETS = """
WITH {newest},
earlier AS (
    SELECT m.question, m.target, m.scope_mode, arg_max(m.p85_on, m.made_at) AS p85_on
    FROM metrics.forecast_moves AS m
    WHERE m.team = {who} AND m.made_at <= (SELECT max(made_at) FROM newest) - INTERVAL {days} DAY
    GROUP BY ALL
),
told AS (
    SELECT question, target, any_value(remaining_items) AS remaining_items, any_value(growth) AS growth,
        any_value(share) AS share, {columns}
    FROM newest GROUP BY question, target
)
SELECT
    t.question, t.target, t.title, t.due_on, t.items,
    coalesce(t.due_on < (SELECT {today} FROM newest), false) AS is_past,
    told.* EXCLUDE (question, target),
    date_diff('day', g.p85_on, told.growing_85) AS growing_moved, date_diff('day', s.p85_on, told.shared_85)
    AS shared_moved
FROM metrics.forecast_targets AS t
JOIN told USING (question, target)
LEFT JOIN earlier AS g ON g.question = t.question AND g.target = t.target AND g.scope_mode = 'growing'
LEFT JOIN earlier AS s ON s.question = t.question AND s.target = t.target AND s.scope_mode = 'shared'
WHERE t.team = {who} AND t.is_open
ORDER BY is_past, t.due_on NULLS LAST, growing_85 NULLS LAST, t.title, t.question, t.target
"""

_PROMISES = """
WITH {newest}
SELECT scope_mode, confidence, answer_on, stated, made_at, due_on, due_probability, remaining_items, growth, share,
    method, sampling, window_days, reason
FROM newest WHERE question = {question} AND target = {target}
ORDER BY scope_mode, confidence
"""

_BURN_UP = """
WITH items AS (
    SELECT {added} AS added_on, {done} AS done_on FROM metrics.forecast_items
    WHERE question = {question} AND target = {target} AND (is_open OR done_at IS NOT NULL) {of_team}
),
steps AS (
    SELECT least(added_on, coalesce(done_on, added_on)) AS day, 1 AS added, 0 AS done FROM items
    UNION ALL SELECT done_on, 0, 1 FROM items WHERE done_on IS NOT NULL
)
SELECT day, (sum(sum(added)) OVER (ORDER BY day))::BIGINT AS scope, (sum(sum(done)) OVER (ORDER BY day))::BIGINT AS done
FROM steps GROUP BY day ORDER BY day
"""

_MOVES = """
SELECT scope_mode, made_at, p50_on, p85_on, due_on, due_probability, remaining_items, moved_days, due_moved_days
FROM metrics.forecast_moves
WHERE team = {who} AND question = {question} AND target = {target} AND is_last_of_week
ORDER BY scope_mode, made_at
"""

_NEXT = """
WITH {newest}
SELECT question, target::BIGINT AS target, {columns}, any_value(sampling) AS sampling,
    any_value(window_days) AS window_days, any_value(reason) AS reason
FROM newest WHERE question IN ('how_many', 'when')
GROUP BY question, target ORDER BY question, target::BIGINT
"""

_FINISHED = """
SELECT date_trunc('week', day)::DATE AS week, sum(finished)::BIGINT AS finished, sum(created)::BIGINT AS created
FROM metrics.throughput_days
WHERE team = {who}
GROUP BY week HAVING count(*) = 7 AND {since}
ORDER BY week
"""

_CALIBRATION = """
SELECT basis, question, scope_mode, confidence, cases, hits, share, low, high, sentence, reason
FROM metrics.forecast_calibration WHERE team = {who}
ORDER BY basis, question, scope_mode, confidence
"""

_WINDOWS = """
SELECT sampling, window_days, cases, score, is_usable, is_chosen, reason
FROM metrics.forecast_windows WHERE team = {who}
ORDER BY score NULLS LAST, sampling, window_days
"""

_OUTCOMES = """
SELECT o.made_at, o.question, o.scope_mode, o.target, f.title, o.answer_on, o.outcome_on, o.answer_items,
    o.outcome_items, o.held, o.late_days
FROM metrics.forecast_outcomes AS o
LEFT JOIN metrics.forecasts AS f USING (made_at, team, question, target, scope_mode, confidence)
WHERE o.team = {who} AND o.confidence = 0.85 AND o.held IS NOT NULL
    AND (o.scope_mode <> 'fixed' OR o.question IN ('how_many', 'when'))
ORDER BY o.made_at DESC, o.question, o.target, o.scope_mode
"""

_DUE = """
SELECT team, finished, on_time, low, high, slip_p50_days, slip_p85_days, moved, overdue, reason
FROM metrics.due_date_record
{where}
ORDER BY (team = 'all') DESC, overdue DESC NULLS LAST, team
"""

_OVERDUE = """
SELECT t.url, t.key AS label, t.title, d.team, d.due_on,
    date_diff('day', d.due_on, (SELECT {today} FROM metrics.forecasts)) AS late_days, d.moves,
    o.age_days, o.p50_days, o.p85_days, o.reason
FROM metrics.ticket_due_dates AS d
JOIN tickets AS t USING (ticket_id)
LEFT JOIN metrics.open_ticket_forecasts AS o USING (ticket_id)
{where}
ORDER BY d.due_on, d.ticket_id
"""

_ESTIMATES = """
SELECT team, kind, tickets, correlation, ratio_p15, ratio_p50, ratio_p85, spread, reason
FROM metrics.estimate_record
{where}
ORDER BY (team = 'all') DESC, team, kind
"""


def targets(who: str) -> str:
    """What is open and has a name, the next due date first: its dates in each mode, and how far they moved.

    Due dates that have passed come last.
    """
    columns = [
        f"max({value}) FILTER (scope_mode = '{mode}' AND confidence = {confidence}) AS {mode}_{name}"
        for mode in MODES
        for confidence, value, name in (
            (0.5, "answer_on", "50"), (0.85, "answer_on", "85"), (0.95, "answer_on", "95"),
            (0.85, "reason", "reason"), (0.85, "due_probability", "due"),
        )
    ]  # fmt: skip
    return _TARGETS.format(
        newest=_newest(who), who=literal(who), columns=", ".join(columns), days=BEFORE_DAYS, today=_day("max(made_at)")
    )


def promises(who: str, question: str, target: str) -> str:
    """The newest promises about one target, in each mode and with each confidence."""
    return _PROMISES.format(newest=_newest(who), question=literal(question), target=literal(target))


def burn_up(who: str, question: str, target: str) -> str:
    """How many tickets a target had, and how many of them were done, by day."""
    return _BURN_UP.format(
        added=_day("added_at"),
        done=_day("done_at"),
        question=literal(question),
        target=literal(target),
        of_team="" if who == WHOLE else f"AND team = {literal(who)}",
    )


def moves(who: str, question: str, target: str) -> str:
    """How the forecast of one target changed, a point a week."""
    return _MOVES.format(who=literal(who), question=literal(question), target=literal(target))


def following(who: str) -> str:
    """How many tickets are finished in the next days, and when the next ones are."""
    columns = [
        f"max({value}) FILTER (confidence = {confidence}) AS {name}_{round(100 * confidence)}"
        for confidence in CONFIDENCES
        for value, name in (("answer_items", "items"), ("answer_on", "on"))
    ]
    return _NEXT.format(newest=_newest(who), columns=", ".join(columns))


def finished(who: str, scope: Scope) -> str:
    """Tickets finished and created in each whole week of the chosen period."""
    return _FINISHED.format(who=literal(who), since=scope.since("week", NEWEST_WEEK))


def calibration(who: str) -> str:
    """How often promises came true."""
    return _CALIBRATION.format(who=literal(who))


def windows(who: str) -> str:
    """The windows of the past that forecasts can draw from, the best first."""
    return _WINDOWS.format(who=literal(who))


def outcomes(who: str) -> str:
    """Promises of 85 % that were published and whose outcome is known, the last one first; none of a fixed scope."""
    return _OUTCOMES.format(who=literal(who))


def due_dates(who: str) -> str:
    """How far due dates are kept: by everybody and every team, or by one."""
    return _DUE.format(where=_of(who))


def overdue(who: str) -> str:
    """Open tickets past their due date, and how long tickets that grew as old still took."""
    of_team = "" if who == WHOLE else f"AND d.team = {literal(who)}"
    return _OVERDUE.format(where=f"WHERE d.is_overdue {of_team}", today=_day("max(made_at)"))


def estimates(who: str) -> str:
    """What estimates say of the time that tickets take: by everybody and every team, or by one."""
    return _ESTIMATES.format(where=_of(who))


def _of(who: str) -> str:
    return "" if who == WHOLE else f"WHERE team = {literal(who)}"


def _newest(who: str) -> str:
    return _NEWEST.format(who=literal(who)).strip()


def _day(column: str) -> str:
    """The day of an instant in the reporting zone; the file holds UTC."""
    zone = settings.current().zone
    return f"{column}::DATE" if zone == "UTC" else f"timezone({literal(zone)}, timezone('UTC', {column}))::DATE"
