"""Reading a list of REST from the oldest change that is not known to the newest.

The next page is asked for by the change that the last one ended with, never by its number: what changes while the list
is read moves to its end, and pages by number would slip by one and lose what stands between them. Only where a whole
page changed at one instant (a label that was renamed touches thousands of issues at once) is that instant read by
number, and from its start again when an item left it meanwhile: then the list has gone stale.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from collectors.gitlab.answers import Answer
from collectors.gitlab.errors import GitLabError
from collectors.gitlab.parts import Node, utc

OVERLAP = timedelta(minutes=2)
"""How far behind the last change to look again: a change can be written before another and be seen after it."""
MOST_RESTARTS = 5
_EVER = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as instants are stored
_MOMENT = timedelta(milliseconds=1)

Ask = Callable[[Mapping[str, Any]], Answer]
"""Asks for a page of the list with the given further parameters."""


@dataclass(frozen=True)
class Cursor:
    """How far a list was read."""

    watermark: str | None = None
    """All that changed up to it is read, but for what changed at that very instant."""
    told_at: str | None = None
    """The server's clock when the end of the list was reached; None while a walk is under way."""

    @classmethod
    def of(cls, text: str | None) -> Self:
        """The cursor as it was stored; the beginning where there is none, or one of another version."""
        try:
            return cls(**json.loads(text)) if text else cls()
        except (ValueError, TypeError):
            return cls()

    def __str__(self) -> str:
        told = {"watermark": self.watermark, "told_at": self.told_at}
        return json.dumps({name: value for name, value in told.items() if value is not None})

    def is_behind(self, newest: str) -> bool:
        """Whether a list whose newest change is at this second may hold something that was not read.

        GraphQL tells whole seconds: another change in the second of the last one shows only by the clock.
        """
        if self.watermark is None or self.told_at is None:
            return True
        known = utc(self.watermark).replace(microsecond=0)
        return utc(newest) > known or utc(self.told_at) < known + OVERLAP


@dataclass(frozen=True)
class Batch:
    """A page of the list: its answer, those of its items that were not seen before, and where to go on."""

    answer: Answer
    fresh: list[Node]
    cursor: Cursor


def batches(ask: Ask, size: int, cursor: Cursor, since: datetime | None) -> Iterator[Batch]:
    """Every page of what changed since, the oldest change first."""
    start = utc(cursor.watermark) - OVERLAP if cursor.watermark else since or _EVER
    seen: set[tuple[Any, str]] = set()
    while True:
        # Of deployments GitLab tells the order of changes only together with an instant to begin at.
        answer = ask(_ordered(size) | {"updated_after": written(start)})
        items: list[Node] = answer.body
        last: str | None = items[-1]["updated_at"] if items else cursor.watermark
        is_over = not answer.has_more(size)
        at = written(answer.told_at) if is_over else None
        yield Batch(answer, _unseen(items, seen), Cursor(_reached(last, answer), at))
        if is_over or last is None:
            return
        if utc(items[0]["updated_at"]) == utc(last):
            for more in _crowd(ask, size, utc(last)):
                yield Batch(more, _unseen(more.body, seen), Cursor(_reached(last, more)))
            start = utc(last) + _MOMENT
        else:
            start = utc(last)


def _reached(last: str | None, answer: Answer) -> str | None:
    """Up to where all is read with the last change of an answer: no farther than the server's clock when it told.

    An item that was imported can have changed in the future; what changes until then would never be asked for.
    """
    return written(answer.told_at) if last and utc(last) > answer.told_at else last


def _crowd(ask: Ask, size: int, moment: datetime) -> Iterator[Answer]:
    """The pages of what changed at one instant."""
    window = {"updated_after": written(moment), "updated_before": written(moment + _MOMENT)}
    for _ in range(MOST_RESTARTS):
        first = ask(_ordered(size) | window)
        answer, number = first, 1
        yield answer
        while answer.has_more(size):
            number += 1
            answer = ask(_ordered(size) | window | {"page": number})
            yield answer
        if answer.total is None or answer.total == first.total:
            return
    raise GitLabError(
        f"what changed at {written(moment)} goes on changing while it is read", hint="the next run tries again"
    )


def _ordered(size: int) -> dict[str, Any]:
    return {"order_by": "updated_at", "sort": "asc", "per_page": size}


def _unseen(items: list[Node], seen: set[tuple[Any, str]]) -> list[Node]:
    fresh = [item for item in items if (item["id"], item["updated_at"]) not in seen]
    seen.update((item["id"], item["updated_at"]) for item in fresh)
    return fresh


def written(moment: datetime) -> str:
    """An instant as GitLab reads it, to the millisecond."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
