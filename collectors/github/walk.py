"""Reading a list from its newest change back to where the last run stopped.

A cursor holds the watermark (all that changed up to it is read) and, while a walk goes on, where the walk began and
how far it came. So a run that ends anywhere goes on with that walk, and then looks at the top again: what changed
meanwhile stands there. A list that changes while it is read loses nothing: what moves to the top is newer than the
walk's beginning, and cursors of the API hold a value, not a position.

Instants of the API are whole seconds, and its servers lag behind each other. So where the newest change was no more
than moments old when it was read, another one with the same instant may follow: the next run looks once more.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Self

from collectors.github.errors import TooHeavy
from collectors.github.units import Unit
from collectors.page_size import Size
from collectors.rows import utc

FRESH = timedelta(minutes=2)
"""A change that is younger than this may not be the last one that has its instant."""


@dataclass(frozen=True)
class Cursor:
    """How far a list was read."""

    watermark: str | None = None
    newest: str | None = None
    """Newest change at the beginning of the walk that is under way."""
    after: str | None = None
    """Where that walk goes on."""
    is_fresh: bool | None = None
    """Whether the newest change was only moments old when it was read."""
    total: int | None = None
    """How many elements the list had, where that is looked at."""

    @classmethod
    def of(cls, text: str | None) -> Self:
        """The cursor as it was stored; the beginning where there is none, or one of another version."""
        try:
            return cls(**json.loads(text)) if text else cls()
        except (ValueError, TypeError):
            return cls()

    def __str__(self) -> str:
        return json.dumps(
            {name: value for name, value in asdict(self).items() if value is not None and value is not False}
        )


@dataclass(frozen=True)
class Walk:
    """A list of one repository, and how to read it."""

    fetch: Callable[[int, str | None], Unit]
    skip: Callable[[str | None], Unit]
    field: str
    """The instant that it is ordered by."""
    overlap: timedelta
    """How far behind the watermark to look again."""
    since: datetime | None

    def units(self, cursor: Cursor, size: Size) -> Iterator[tuple[Unit, Cursor]]:
        """Every page with the cursor that is to be stored with it."""
        reached = cursor
        if cursor.after:
            for unit, reached in self._pages(cursor, size):
                yield unit, reached
        yield from self._pages(Cursor(reached.watermark), size)

    def _pages(self, cursor: Cursor, size: Size) -> Iterator[tuple[Unit, Cursor]]:
        stop = self._stop(cursor)
        while True:
            unit = self._unit(cursor.after, size)
            instants = [str(node[self.field]) for node in unit.nodes]
            newest, is_fresh = cursor.newest, cursor.is_fresh
            if newest is None:
                newest = instants[0] if instants else cursor.watermark
                is_fresh = bool(instants) and utc(instants[0]) > unit.payloads[0].received_at - FRESH
            is_over = unit.after is None or (stop is not None and bool(instants) and utc(instants[-1]) < stop)
            if is_over:
                yield unit, Cursor(watermark=newest, is_fresh=is_fresh)
                return
            cursor = Cursor(cursor.watermark, newest, unit.after, is_fresh)
            yield unit, cursor

    def _unit(self, after: str | None, size: Size) -> Unit:
        while True:
            try:
                unit = self.fetch(size.now, after)
            except TooHeavy:
                if size.now == 1:
                    return self.skip(after)
                size.halve()
            else:
                size.went_well()
                return unit

    def _stop(self, cursor: Cursor) -> datetime | None:
        """The instant at which the walk ends; None where it goes to the end of the list."""
        ends = [utc(cursor.watermark) - self.overlap] if cursor.watermark else []
        return max((end for end in (*ends, self.since) if end), default=None)
