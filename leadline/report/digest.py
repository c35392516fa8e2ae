"""What the digest says, read from the published file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from leadline import published, summary
from leadline.config import Config
from leadline.definitions import OWN
from leadline.report import delivery, tickets
from leadline.report.delivery import Delivery
from leadline.report.figures import Figure, figures
from leadline.report.phases import phases
from leadline.report.tickets import Tickets

Period = Literal["week", "month"]
Row = Mapping[str, object]

SHOWN = 10
"""How many actions it lists."""

_HOTSPOTS = """
    SELECT {repository} || path AS path, revisions, lines, trend, authors FROM metrics.hotspots
    WHERE is_hotspot AND file_class = 'source' AND revisions >= 3 AND ($team IS NULL OR team = $team)
    ORDER BY revisions DESC, lines DESC, repo_id, path LIMIT 5
"""
_FOLDERS = """
    SELECT {repository} || coalesce(nullif(folder, ''), '(all)') AS folder, files, truck_factor,
      files_at_risk, lost_share
    FROM metrics.folders
    WHERE files_at_risk > 0 AND ($team IS NULL OR team = $team)
      AND NOT EXISTS (
        SELECT 1 FROM metrics.folders AS inner_folder
        WHERE inner_folder.repo_id = folders.repo_id AND inner_folder.level > folders.level
          AND (folders.level = 0 OR starts_with(inner_folder.folder, folders.folder || '/'))
      )
    ORDER BY files_at_risk DESC, repo_id, folder LIMIT 5
"""
_COUPLING = """
    SELECT {repository} || path_a AS path_a, {repository} || path_b AS path_b, shared_12m, degree
    FROM metrics.change_coupling
    WHERE crosses_folder AND class_a = 'source' AND class_b = 'source' AND shared_12m >= 3
      AND ($team IS NULL OR team_a = $team OR team_b = $team)
    ORDER BY shared_12m DESC, degree DESC, path_a, path_b LIMIT 5
"""
_REPOSITORY = """
    CASE WHEN (SELECT count(*) FROM repositories) > 1
    THEN (SELECT name || ': ' FROM repositories AS r WHERE r.repo_id = {table}.repo_id) ELSE '' END
"""
"""What a path begins with: the repository, where there are several."""

_TERMS = """
    SELECT title, definition, pitfalls FROM meta.metric_catalogue
    WHERE name IN ('hotspots', 'files_at_risk', 'truck_factor', 'knowledge_loss', 'change_coupling') ORDER BY title
"""
_QUALITY = 'SELECT "check", severity, count, affected_metric, hint FROM meta.data_quality ORDER BY severity, "check"'
_REVISED = """
    SELECT coalesce(c.title, r.metric) AS title, coalesce(c.unit, 'count') AS unit, r.before, r.after,
      replace(r.why, '_', ' ') AS why
    FROM metrics.revisions AS r LEFT JOIN meta.metric_catalogue AS c ON c.name = r.metric
    WHERE r.period = $period AND r.period_start = $start
      AND r.scope_kind = if($team IS NULL, 'all', 'team') AND r.scope = coalesce($team, 'all')
    ORDER BY r.revised_at DESC, title LIMIT 10
"""
_FRESH = "SELECT max(collected_at) FROM repositories"
_NEWEST = "SELECT max(period_start) FROM metrics.observations WHERE period = $period"


@dataclass(frozen=True)
class Digest:
    """Everything the templates show."""

    name: str
    team: str | None
    period: Period
    start: date
    end: date
    made_at: datetime
    collected_at: datetime | None
    staleness: str | None
    actions: Sequence[Row]
    actions_left: int
    figures: Sequence[Figure]
    standing: Sequence[Figure]
    delivery: Delivery | None
    """None where there are no pull requests."""
    tickets: Tickets | None
    """None where there are no tickets."""
    definition: str
    """Whose rules the phases of pull requests are measured by."""
    phases: Sequence[Row]
    """Those of what was merged in the period, the whole last."""
    hotspots: Sequence[Row]
    folders: Sequence[Row]
    coupling: Sequence[Row]
    revised: Sequence[Row]
    """Figures of the period that were published with another value before, at most ten."""
    quality: Sequence[Row]
    terms: Sequence[Row]

    @property
    def defined(self) -> list[Row]:
        """Every figure and term once: title, definition, pitfalls."""
        figures = [
            {"title": figure.title, "definition": figure.definition, "pitfalls": figure.pitfalls}
            for figure in (
                *self.figures,
                *self.standing,
                *(self.delivery.figures if self.delivery else ()),
                *((*self.tickets.figures, *self.tickets.standing) if self.tickets else ()),
            )
        ]
        by_title = {str(row["title"]): row for row in (*figures, *self.terms)}
        return [by_title[title] for title in sorted(by_title)]


def digest(config: Config, *, team: str | None = None, period: Period = "week", definition: str = OWN) -> Digest:
    """Return the digest of the last whole week or month, for everybody or one team.

    `definition` is one of `leadline.definitions.DEFINITIONS`.
    Raises ConfigError for an unknown team and NoGeneration where nothing is published yet.
    """
    made_at = datetime.now(ZoneInfo(config.leadline.timezone))
    start = published.query(config, _NEWEST, {"period": period}).item() or last_whole(period, made_at.date())
    end = last_day(period, start)
    only_team = {"team": team}
    actions = summary.actions(config, team)
    of_period = [figure for figure in figures(config, team, period, start) if figure.last_start == start]
    rolling_start = published.query(config, _NEWEST, {"period": "rolling_90d"}).item()
    standing = figures(config, team, "rolling_90d", rolling_start) if rolling_start else []
    section = delivery.delivery(config, team, of_period)
    of_tickets = tickets.tickets(config, team, of_period, standing)
    apart = {*(delivery.TABLES if section else ()), *(tickets.TABLES if of_tickets else ())}
    return Digest(
        name=config.leadline.name,
        team=team,
        period=period,
        start=start,
        end=end,
        made_at=made_at,
        collected_at=published.query(config, _FRESH).item(),
        staleness=summary.staleness(config),
        actions=actions[:SHOWN],
        actions_left=len(actions[SHOWN:]),
        figures=[figure for figure in of_period if figure.table not in apart],
        standing=[figure for figure in standing if figure.table not in apart],
        delivery=section,
        tickets=of_tickets,
        definition=definition,
        phases=phases(config, team, definition, start, end) if section else (),
        hotspots=published.query(config, _in("hotspots", _HOTSPOTS), only_team).to_dicts(),
        folders=published.query(config, _in("folders", _FOLDERS), only_team).to_dicts(),
        coupling=published.query(config, _in("change_coupling", _COUPLING), only_team).to_dicts(),
        terms=published.query(config, _TERMS).to_dicts(),
        revised=published.query(config, _REVISED, {"period": period, "start": start, "team": team}).to_dicts(),
        quality=published.query(config, _QUALITY).to_dicts(),
    )


def _in(table: str, sql: str) -> str:
    return sql.format(repository=_REPOSITORY.format(table=table))


def last_whole(period: Period, today: date) -> date:
    """Return the first day of the last week (from Monday) or month that is over."""
    if period == "week":
        return today - timedelta(days=today.isoweekday() + 6)
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def last_day(period: Period, start: date) -> date:
    """Return the last day of the week or month that begins on a day."""
    if period == "week":
        return start + timedelta(days=6)
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
