"""Questions in JQL, which knows minutes only and reads dates by the clock of whoever asks."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTE = timedelta(minutes=1)

_ORDER = re.compile(
    r"""(?ix) ^ ( (?: "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [^"'] )*? ) \b order \s+ by \b .* $ """, re.DOTALL
)
_EARLIEST, _LATEST = timedelta(hours=-12), timedelta(hours=14)
"""The clocks of the earth that are farthest from UTC."""


def of_projects(keys: Iterable[str]) -> str:
    """The question for all tickets of some projects."""
    listed = ", ".join(quoted(key) for key in keys)
    return f"project in ({listed})" if "," in listed else f"project = {listed}"


def quoted(text: str) -> str:
    """A text as JQL writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def without_order(jql: str) -> str:
    """A question of a person without its order."""
    found = _ORDER.match(jql)
    return (found[1] if found else jql).strip()


class Clock:
    """The clock by which a server reads the dates of questions.

    An hour that it shows twice, or a zone that is not known here, makes a date ambiguous. Then the text is one that
    means an earlier instant for `start` and a later one for `end`, whichever way the server reads it: more is asked
    for than was meant, never less.
    """

    def __init__(self, zone: str | None) -> None:
        try:
            self._zone = ZoneInfo(zone) if zone else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._zone = None

    @property
    def span(self) -> timedelta:
        """How much time to read by pages where one page is not enough: longer where dates are vague."""
        return MINUTE if self._zone else 3 * timedelta(days=1)

    def start(self, instant: datetime) -> str:
        """The minute of an instant (UTC), or an earlier one."""
        if self._zone is None:
            return _written(instant + _EARLIEST)
        while self._is_ambiguous(instant):
            instant -= 30 * MINUTE
        return _written(self._local(instant))

    def end(self, instant: datetime) -> tuple[str, datetime]:
        """The minute of an instant (UTC), or a later one, and the earliest instant that it can mean."""
        if self._zone is None:
            return _written(instant + _LATEST), instant.replace(second=0, microsecond=0)
        while self._is_ambiguous(instant):
            instant += 30 * MINUTE
        return _written(self._local(instant)), instant.replace(second=0, microsecond=0)

    def _local(self, instant: datetime) -> datetime:
        return instant.replace(tzinfo=UTC).astimezone(self._zone)

    def _is_ambiguous(self, instant: datetime) -> bool:
        local = self._local(instant)
        return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _written(local: datetime) -> str:
    return f'"{local:%Y/%m/%d %H:%M}"'


def question(scope: str, *clauses: str, order: str = "updated ASC, key ASC") -> str:
    """All that is in a scope and meets the clauses, in order."""
    whole = f"({scope})" if scope and clauses else scope  # an OR in it binds less than the AND before the clauses
    return f"{' AND '.join(filter(None, [whole, *clauses]))} ORDER BY {order}".strip()
