"""How long each phase of the pull requests merged in a period took, by this product's definition or another tool's.

`metrics.pull_requests.definitions` says what each tool measures.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadline import published
from leadline.config import Config
from leadline.report.teams import OF_TEAM

# Fewer than 5 have no median, fewer than 10 no 85th percentile; a team that is too small to speak of has no phases.
_PHASES = """
    WITH items AS (
        SELECT d.phase, d.seconds, d.reason
        FROM metrics.pull_request_flow_definitions AS d JOIN metrics.pull_request_flow AS f USING (pr_id)
        WHERE d.definition = $definition AND f.merged_at >= $start AND f.merged_at < $end
            AND f.author_is_human AND {of_team}
            AND NOT EXISTS (
                FROM metrics.observations
                WHERE reason = 'group_too_small' AND scope_kind = 'team' AND scope = $team
            )
    ),
    missing AS (
        SELECT phase, string_agg(n || ' ' || replace(reason, '_', ' '), ', ' ORDER BY n DESC, reason) AS why
        FROM (SELECT phase, reason, count(*) AS n FROM items WHERE seconds IS NULL AND reason IS NOT NULL GROUP BY ALL)
        GROUP BY phase
    )
    SELECT phase, count(seconds) AS n, count(*) AS of_all, any_value(why) AS why,
        CASE WHEN count(seconds) >= 5 THEN quantile_cont(seconds, 0.5) END AS p50,
        CASE WHEN count(seconds) >= 10 THEN quantile_cont(seconds, 0.85) END AS p85
    FROM items LEFT JOIN missing USING (phase)
    GROUP BY phase
"""


def phases(config: Config, team: str | None, definition: str, start: date, end: date) -> Sequence[Mapping[str, object]]:
    """Return phase, p50 and p85 (seconds), n, of_all and why (what is missing) of every phase, the whole last.

    They are of people's pull requests merged from the day `start` to the day `end`; empty where there were none.
    """
    from metrics.pull_requests.definitions import PHASES

    zone = ZoneInfo(config.leadline.timezone)
    asked = {
        "definition": definition,
        "team": team,
        "start": _midnight(start, zone),
        "end": _midnight(end + timedelta(days=1), zone),
    }
    rows = published.query(config, _PHASES.format(of_team=OF_TEAM), asked).to_dicts()
    found = {str(row["phase"]): row for row in rows}
    return [found[phase] for phase in PHASES[definition] if phase in found]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a day as the published file stores instants."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
