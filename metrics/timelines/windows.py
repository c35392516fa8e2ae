"""The windows of the past that forecasts can draw from, and whether one holds enough to draw from.

30, 60, 90 or 180 days, drawn by days or by weeks. A window needs 20 finished tickets on 5 days: with less, one lucky
week would be the forecast.
"""

from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
from numpy.typing import NDArray

from metrics.clock import WorkingHours
from metrics.timelines.processes import Counts, Days, Process, Weeks

ACTIVE_DAYS = 5
FINISHED = 20
MOST_DAYS = 730
"""What is later than two years is not promised."""
_MONDAY = np.datetime64("1970-01-05")
_OFF = 7


@dataclass(frozen=True)
class Window:
    """A way to draw from the past."""

    sampling: str
    """`days` or `weeks`."""
    window_days: int


WINDOWS = tuple(Window(sampling, days) for sampling, days in product(("days", "weeks"), (90, 60, 180, 30)))
"""In the order in which they are used where nothing is known of how good they are."""


@dataclass(frozen=True)
class History:
    """What one team finished, day by day without a gap."""

    first: date
    finished: Counts
    hours: WorkingHours

    def process(self, window: Window, origin: int, days: int = MOST_DAYS) -> Process | None:
        """What the window that ends before day number `origin` says of so many days from it on.

        None where the history is shorter than the window, or the window holds too little.
        """
        begin = origin - window.window_days
        if begin < 0:
            return None
        drawn = self.finished[begin:origin]
        if drawn.sum() < FINISHED or np.count_nonzero(drawn) < ACTIVE_DAYS:
            return None
        if window.sampling == "weeks":
            return Weeks(drawn, days)
        return Days(drawn, self._kinds(begin, origin), self._kinds(origin, origin + days))

    def _kinds(self, begin: int, end: int) -> Counts:
        return kinds(np.datetime64(self.first) + np.arange(begin, end), self.hours)


def kinds(days: NDArray[np.datetime64], hours: WorkingHours) -> Counts:
    """The day of the week of every day, Monday is 0; 7 for a day off."""
    weekdays: Counts = (days - _MONDAY).astype(np.int64) % 7
    closed = np.array(hours.holidays, dtype="datetime64[D]")
    return np.where(np.isin(weekdays, hours.workdays) & ~np.isin(days, closed), weekdays, _OFF)
