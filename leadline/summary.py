"""What to act on, in the few lines that fit on a terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from leadline import published
from leadline.config import Config
from leadline.errors import ConfigError

Action = Mapping[str, object]

SHOWN = 5
"""How many actions the summary of a run shows."""

QUIET_DAYS = 30
"""A newest commit older than this is pointed out."""

ACTIVE_DAYS = 90
"""Who committed within these days counts as active, in every metric."""

_ACTIONS = """
    SELECT * FROM metrics.actions WHERE $team IS NULL OR team = $team OR actor_team = $team
    ORDER BY days_saved * confidence DESC, action_id
"""
_EXTENT = """
    SELECT
        (SELECT count(*) FROM repositories) AS repositories,
        (SELECT count(*) FROM commits) AS commits,
        (SELECT count(*) FROM pull_requests) AS pull_requests,
        (SELECT count(*) FROM tickets) AS tickets,
        (SELECT count(*) FROM people WHERE kind = 'human') AS people,
        (SELECT count(*) FROM head_files) AS files,
        committed, changed,
        date_diff('day', coalesce(committed, changed), now()::TIMESTAMP) AS days_old
    FROM
        (SELECT max(committed_at) AS committed FROM commits WHERE committed_at <= now()::TIMESTAMP),
        (
            SELECT max(updated_at) AS changed
            FROM (SELECT updated_at FROM pull_requests UNION ALL SELECT updated_at FROM tickets)
            WHERE updated_at <= now()::TIMESTAMP
        )
"""
_WIDTH = 110


def actions(config: Config, team: str | None = None) -> list[dict[str, object]]:
    """Return the rows of `metrics.actions`, most worthwhile first; only those of one team where it is named.

    Raises ConfigError for a team that the configuration does not have.
    """
    if team is not None and team not in {known.name for known in config.team}:
        known = ", ".join(known.name for known in config.team) or "none"
        message = f'no team is named "{team}"'
        raise ConfigError(message, hint=f"the teams of {config.path.name} are: {known}")
    return published.query(config, _ACTIONS, {"team": team}).to_dicts()


def text(config: Config) -> str:
    """Return what a run ends with: what was read, and what to act on first."""
    found = actions(config)
    return "\n".join([extent(config), "", actions_text(found[:SHOWN], left=len(found[SHOWN:]))])


def extent(config: Config) -> str:
    """Return what the published file covers, and a warning where it can say little about the present."""
    row = published.query(config, _EXTENT).row(0, named=True)
    counted = ", ".join(
        f"{count:,} {singular if count == 1 else plural}"
        for singular, plural, count in (
            ("repository", "repositories", row["repositories"]),
            ("commit", "commits", row["commits"]),
            ("pull request", "pull requests", row["pull_requests"]),
            ("ticket", "tickets", row["tickets"]),
            ("person", "people", row["people"]),
            ("file", "files", row["files"]),
        )
        if count or plural not in {"pull requests", "tickets"}  # which not every source has
    )
    newest = f"; newest commit {row['committed']:%Y-%m-%d %H:%M} UTC" if row["committed"] else ""
    return "\n".join(filter(None, [f"{config.leadline.name}: {counted}{newest}", _staleness(row)]))


def staleness(config: Config) -> str | None:
    """Return a warning where nothing happened, or nothing of late: risks can hardly be judged then.

    What happened is commits; where none are collected, changes of pull requests and tickets. Of what is told as of the
    past it says that.
    """
    as_of, is_past = published.told_for(config)
    if is_past:
        local = as_of.replace(tzinfo=UTC).astimezone(ZoneInfo(config.leadline.timezone))
        return f"As it could be known on {local:%Y-%m-%d %H:%M %Z}, from what the sources still tell of it."
    return _staleness(published.query(config, _EXTENT).row(0, named=True))


def _staleness(row: Mapping[str, Any]) -> str | None:
    if row["days_old"] is None:
        return "No commits yet: there is nothing to judge."
    if row["days_old"] <= QUIET_DAYS:
        return None
    active = "nobody counts as active" if row["days_old"] > ACTIVE_DAYS else "few people count as active"
    newest = "commit" if row["committed"] else "change of a pull request or ticket"
    return f"The newest {newest} is {row['days_old']:,} days old: {active}, so what is at risk can hardly be judged."


def actions_text(found: Sequence[Action], *, left: int = 0) -> str:
    """Return actions as numbered paragraphs: what, why, next step."""
    if not found:
        return "Nothing to act on: no rule found anything in this data that is worth an interruption."
    lines = ["What to act on"]
    for number, action in enumerate(found, 1):
        team = f"  ({action['team']})" if action["team"] else ""
        lines += [
            "",
            f"{number:>2}. {action['title']}{team}",
            *_paragraph("why", action["why"]),
            *_paragraph("next", action["next_step"]),
            *_paragraph("saves", f"about {action['days_saved']:.1f} days ({action['basis']})"),
        ]
    if left:
        lines += ["", f"{left} more: leadline actions"]
    return "\n".join(lines)


def _paragraph(label: str, said: object) -> list[str]:
    start = f"    {label + ':':<7}"
    return textwrap.wrap(str(said), _WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
