"""Reading tickets from the oldest change on, so that the cursor is an instant: all that changed before it is read.

Every page is a question of its own, for what changed from the minute of the last ticket on. So a ticket that changes
while pages are read moves to the end and is read once more, and nothing that stands behind it slips through, as it
does where pages are counted. Only where a minute has more tickets than a page is that minute read page by page; if its
tickets become fewer meanwhile, as many of them are read again.
"""

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from collectors.jira.answers import now
from collectors.jira.errors import TooHeavy
from collectors.jira.jql import Clock, question
from collectors.jira.units import ISSUES, SKIPPED, WITHOUT_HISTORY, Position, Unit
from collectors.jira.values import Item, utc
from collectors.page_size import Size

OVERLAP = timedelta(minutes=5)
"""So long after a change a search may not know of it yet."""


@dataclass(frozen=True)
class Cursor:
    """How far the tickets of a scope were read, and what was asked for."""

    watermark: str | None = None
    """All that changed before this instant (UTC) is read."""
    asked: str | None = None
    anew: bool = False
    """Whether the walk that is under way reads all tickets, those that are stored as well."""

    @classmethod
    def of(cls, text: str | None, asked: str) -> Self:
        """The cursor as it was stored; the beginning where there is none, or where something else is asked for now."""
        try:
            stored = cls(**json.loads(text)) if text else cls()
        except (ValueError, TypeError):
            stored = cls()
        return stored if stored.asked == asked else cls(asked=asked, anew=True)

    @property
    def text(self) -> str | None:
        """The cursor as it is stored; None where nothing is read yet."""
        return json.dumps(asdict(self)) if self.watermark else None

    @property
    def instant(self) -> datetime | None:
        """The watermark as an instant."""
        return utc(self.watermark) if self.watermark else None

    def at(self, instant: datetime) -> "Cursor":
        """The cursor moved on to an instant, never back, and never beyond this moment.

        A ticket that was imported can have changed in the future; what changes until then would never be asked for.
        """
        later = min(max(instant, self.instant or instant), now())
        return replace(self, watermark=f"{later.isoformat(timespec='milliseconds')}Z")


@dataclass
class Walk:
    """The tickets of a scope, and how to read them."""

    fetch: Callable[[str, str, int, Position], Unit]
    """A page of a listing, by question, size and position."""
    scope: str
    clock: Clock
    since: datetime | None
    size: Size
    _seen: dict[str, str] = field(default_factory=dict)
    """When the tickets of this walk had changed."""
    _newest: datetime = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as instants are stored

    def units(self, cursor: Cursor) -> Iterator[tuple[Unit, Cursor]]:
        """Every page with the cursor that is to be stored with it."""
        marks = [cursor.instant - OVERLAP if cursor.instant else None, self.since]
        start = max((mark for mark in marks if mark), default=None)
        position: Position = None
        while True:
            unit = self._unit(self._asked(start), position)
            last, position = _last(unit.issues), None
            if unit.following is None:
                yield unit, replace(cursor.at(last) if last else cursor, anew=False)
                return
            if last is None:  # Cloud may tell of nothing and still go on
                position = unit.following
                continue
            minute = last.replace(second=0, microsecond=0)
            if start is None or self.clock.start(minute) > self.clock.start(start):
                cursor, start = cursor.at(minute), minute
                yield unit, cursor
            else:
                yield unit, cursor
                start = yield from self._minute(max(minute, start or minute), cursor)
                cursor = cursor.at(min(start, self._newest))  # what was read may end later than this very moment

    def _minute(self, minute: datetime, cursor: Cursor) -> Generator[tuple[Unit, Cursor], None, datetime]:
        """Every page of a minute that has more than one; returns when it is over."""
        text, end = self.clock.end(minute + self.clock.span)
        asked = self._asked(minute, f"updated < {text}")
        position: Position = None
        total: int | None = None
        while True:
            unit = self._unit(asked, position)
            yield unit, cursor
            if unit.total is not None and total is not None and unit.total < total:
                # Some have left: as many of those behind them may have moved up, onto pages that are read already.
                position = max(int(position or 0) - (total - unit.total), 0)
            else:
                position = unit.following
            total = unit.total
            if position is None:
                return end

    def _asked(self, start: datetime | None, *clauses: str) -> str:
        since = [f"updated >= {self.clock.start(start)}"] if start else []
        return question(self.scope, *since, *clauses)

    def _unit(self, asked: str, position: Position) -> Unit:
        unit = self._as_much_as_possible(asked, position)
        for issue in unit.issues:
            identifier, updated = str(issue["id"]), str(issue["fields"]["updated"])
            if self._seen.get(identifier) == updated:
                unit.left_out.append(identifier)
            self._seen[identifier] = updated
            self._newest = max(self._newest, utc(updated))
        return unit

    def _as_much_as_possible(self, asked: str, position: Position) -> Unit:
        while True:
            try:
                unit = self.fetch(ISSUES, asked, self.size.now, position)
            except TooHeavy:
                if self.size.now == 1:
                    return self._least(asked, position)
                self.size.halve()
            else:
                self.size.went_well()
                return unit

    def _least(self, asked: str, position: Position) -> Unit:
        """The one ticket without its history, which is fetched apart; where even that is too heavy, only its date."""
        try:
            return self.fetch(WITHOUT_HISTORY, asked, 1, position)
        except TooHeavy:
            return self.fetch(SKIPPED, asked, 1, position)


def _last(issues: list[Item]) -> datetime | None:
    """The newest change of a page."""
    return max((utc(issue["fields"]["updated"]) for issue in issues), default=None)
