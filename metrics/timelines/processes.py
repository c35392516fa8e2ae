"""What a window of the past says about the days to come: draws with replacement of what was finished in it.

By *days*, a day to come is drawn from the days of its own kind in the window: a Monday from Mondays, and a day off
(weekend or holiday) from the days off. By *weeks*, seven days to come are drawn together, from the weeks of the window
counted back from its end; days of a week that has begun are the first days of a drawn one. So what happens within a
week stays together, but there are few weeks to draw from.

Draws are independent of each other. A team that slows down, or closes everything at the end of a quarter, finishes
what no draw expects: the backtest tells how often.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Shares = NDArray[np.float64]

WEEK = 7
TRIALS = 10_000
_DENSE = 64


@dataclass(frozen=True)
class Days:
    """The days of the window by kind, and the kinds of the days to come."""

    finished: Counts
    """Items finished on each day of the window."""
    kinds: Counts
    """What kind of day each of these was."""
    coming: Counts
    """The kinds of the days to come."""

    def totals(self, most: int | None = None) -> Iterator[Shares]:
        """Yield how probable each total is after one, two, three … days; totals from `most` on are left out."""
        parts = {int(kind): _shares(self._like(int(kind))) for kind in np.unique(self.coming)}
        total = np.ones(1)
        for kind in self.coming:
            total = _plus(total, parts[int(kind)], most)
            yield total

    def draws(self, random: np.random.Generator, trials: int) -> Iterator[Counts]:
        """Yield what is finished on the next day in each of the trials."""
        for kind in self.coming:
            yield random.choice(self._like(int(kind)), trials)

    def _like(self, kind: int) -> Counts:
        same = self.finished[self.kinds == kind]
        # No such day in the window: a holiday where all days are worked, say.
        return same if same.size else self.finished


@dataclass(frozen=True)
class Weeks:
    """The whole weeks of the window, the last one ending with it."""

    finished: Counts
    """Items finished on each day of the window."""
    coming: int
    """How many days are to come."""

    def totals(self, most: int | None = None) -> Iterator[Shares]:
        """Yield how probable each total is after one, two, three … days; totals from `most` on are left out."""
        begun = [_shares(part) for part in self._weeks().cumsum(axis=1).T]
        weeks = np.ones(1)
        for day in range(self.coming):
            total = _plus(weeks, begun[day % WEEK], most)
            yield total
            if day % WEEK == WEEK - 1:
                weeks = total

    def draws(self, random: np.random.Generator, trials: int) -> Iterator[Counts]:
        """Yield what is finished on the next day in each of the trials."""
        weeks = self._weeks()
        drawn = np.empty(0, dtype=np.int64)
        for day in range(self.coming):
            if day % WEEK == 0:
                drawn = random.integers(len(weeks), size=trials)
            yield weeks[drawn, day % WEEK]

    def _weeks(self) -> Counts:
        whole = len(self.finished) // WEEK * WEEK
        return self.finished[len(self.finished) - whole :].reshape(-1, WEEK)


Process = Days | Weeks


def chance_of(totals: Shares, items: int) -> float:
    """How probable it is that at least so many are finished."""
    return float(min(1.0, max(0.0, 1.0 - totals[:items].sum())))


def finished_by(process: Process, items: int, *, enough: float = 0.9999) -> Shares:
    """How probable it is that so many items are finished within one, two, three … days, exactly.

    It ends with the first day of which that is as probable as `enough`, or with the days to come.
    """
    found = []
    for totals in process.totals(most=items):
        found.append(chance_of(totals, items))
        if found[-1] >= enough:
            break
    return np.array(found)


def simulated(
    process: Process,
    items: int,
    *,
    growth: float = 0.0,
    capacity: float = 1.0,
    seed: Sequence[int],
    trials: int = TRIALS,
) -> Shares:
    """The same by simulation, where for every finished item `growth` new ones come on average (Poisson).

    With a `capacity` of 0.8 each ticket that is drawn is finished with a probability of 80 %; with 1.5 one more comes
    of every second. The same seed gives the same result. It ends when 9,999 of 10,000 trials have finished, or with
    the days to come.
    """
    random = np.random.default_rng(seed)
    left = np.full(trials, items, dtype=np.int64)
    found = []
    for drawn in process.draws(random, trials):
        # A trial that has nothing left finishes nothing and gets nothing new: it stays finished.
        busy = np.flatnonzero((drawn > 0) & (left > 0))
        done = np.minimum(_at_capacity(random, drawn[busy], capacity), left[busy])
        left[busy] += (random.poisson(growth * done) if growth else 0) - done
        found.append(float((left == 0).mean()))
        if found[-1] >= 1 - 1 / trials:
            break
    return np.array(found)


def simulated_total(
    process: Process, days: int, *, capacity: float, seed: Sequence[int], trials: int = TRIALS
) -> Shares:
    """How probable each total is after so many days at another capacity, by simulation."""
    random = np.random.default_rng(seed)
    drawn = islice(process.draws(random, trials), days)
    total = sum((_at_capacity(random, done, capacity) for done in drawn), np.zeros(trials, dtype=np.int64))
    return np.bincount(total) / trials


def _at_capacity(random: np.random.Generator, drawn: Counts, capacity: float) -> Counts:
    if capacity == 1:
        return drawn
    whole, part = divmod(capacity, 1)
    return drawn * int(whole) + random.binomial(drawn, part)


def _shares(values: Counts) -> tuple[Counts, Shares]:
    found, times = np.unique(values, return_counts=True)
    return found, times / times.sum()


def _plus(total: Shares, draw: tuple[Counts, Shares], most: int | None) -> Shares:
    """The distribution of a total and one draw more."""
    values, shares = draw
    size = len(total) + int(values[-1])
    size = size if most is None else min(size, most)
    if values[-1] < _DENSE:
        dense = np.zeros(int(values[-1]) + 1)
        dense[values] = shares
        return np.convolve(total, dense)[:size]
    # A day with hundreds of tickets: few values are drawn from far apart, and shifts are cheaper.
    out = np.zeros(size)
    for value, share in zip(values, shares, strict=True):
        part = total[: max(0, size - value)]
        out[value : value + len(part)] += share * part
    return out
