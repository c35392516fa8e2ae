"""Values of the API as they are stored: instants in UTC, days, lengths of texts."""

from datetime import UTC, date, datetime
from typing import Any

Item = dict[str, Any]
"""Anything that Jira tells of."""

_SECONDS_END = 10**11
"""Numbers beyond are milliseconds: as seconds they would mean the year 5138."""


def instant(value: str | float | None) -> datetime | None:
    """An instant as it is stored: UTC, without a zone. None for what is none.

    Jira writes `2020-06-12T08:15:36.123+0800`, or in some answers the number of seconds or milliseconds since 1970. A
    date without a time is the beginning of that day in UTC.
    """
    if value is None or value in {"", "<null>"}:
        return None
    if isinstance(value, (int, float)):
        moment = datetime.fromtimestamp(value / 1000 if abs(value) > _SECONDS_END else value, UTC)
    else:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)


def utc(value: str | float | None) -> datetime:
    """Like `instant`, of what is there; the beginning of time where it is not."""
    return instant(value) or datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as instants are stored


def day(value: str | None) -> date | None:
    """A day that Jira tells without a zone: it is not moved."""
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None


def length(text: object) -> int:
    """The length of a text, which is all that is stored of it; Cloud tells texts as trees of nodes."""
    if isinstance(text, str):
        return len(text)
    if isinstance(text, list):
        return sum(map(length, text))
    if isinstance(text, dict):
        return length(text.get("text")) + length(text.get("content"))
    return 0
