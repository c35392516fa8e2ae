"""What one window of the past answers: when so many tickets are finished, and how many are on a day.

The answers of several teams together are those of the last of them, taken for independent. With a growth, tickets come
in while others are finished: that is simulated, all else is exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from zlib import crc32

from metrics.timelines.processes import Process, Shares, finished_by, simulated, simulated_total
from metrics.timelines.promises import CONFIDENCES, days_until, most_items, together

MOST_EXACT = 2000
"""More tickets than this are simulated."""


@dataclass(frozen=True)
class Answer:
    """One promise."""

    confidence: float
    days: int | None
    """Days until it is finished, the first one included; null where that is more than two years."""
    items: int | None
    """Tickets finished."""
    stated: float | None
    """Its probability: at least the confidence."""


@dataclass(frozen=True)
class Source:
    """A team, what its window says, and what is asked of it."""

    team: str
    process: Process
    items: int
    growth: float | None = None
    """Tickets that come in for each one finished; None leaves the scope as it is."""
    capacity: float = 1.0
    """What the team will finish / what it did."""


def finished(sources: Sequence[Source]) -> Shares:
    """How probable it is that the last of them has finished within one, two, three … days."""
    return together([_finished(source) for source in sources])


def when(by_day: Shares) -> Iterator[Answer]:
    """When it is finished, with every confidence."""
    for confidence in CONFIDENCES:
        found = days_until(by_day, confidence)
        days, stated = found or (None, None)
        yield Answer(confidence, days, None, stated)


def how_many(process: Process, days: int, *, capacity: float = 1.0) -> Iterator[Answer]:
    """How many are finished within so many days, with every confidence."""
    if capacity == 1:
        totals = next(islice(process.totals(), days - 1, None))
    else:
        totals = simulated_total(process, days, capacity=capacity, seed=_seed(days, capacity))
    for confidence in CONFIDENCES:
        items, stated = most_items(totals, confidence)
        yield Answer(confidence, None, items, stated)


def chance_by(by_day: Shares, days: int) -> float:
    """How probable it is that it is finished within so many days; never more than is promised at all."""
    if days < 1:
        return 0.0
    return min(float(by_day[min(days, len(by_day)) - 1]), CONFIDENCES[-1])


def last_day(today: date, days: int | None) -> date | None:
    """The last of so many days, today being the first."""
    return None if days is None else today + timedelta(days=days - 1)


def method(growth: float | None, items: int, capacity: float = 1.0) -> str:
    """How it is computed: `exact` or `simulation`."""
    return "simulation" if growth or items > MOST_EXACT or capacity != 1 else "exact"


def _finished(source: Source) -> Shares:
    growth = source.growth or 0.0
    if method(growth, source.items, source.capacity) == "exact":
        return finished_by(source.process, source.items)
    seed = _seed(source.team, source.items, growth, source.capacity)
    return simulated(source.process, source.items, growth=growth, capacity=source.capacity, seed=seed)


def _seed(*asked: object) -> list[int]:
    """That of the question: the same question has the same answer, whatever else is asked."""
    return [crc32(repr(asked).encode())]
