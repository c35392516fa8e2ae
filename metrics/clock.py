"""The working clock: how much of a span of time lies in working hours.

Every working day is one interval of UTC instants, so that a change to or from summer time lengthens or shortens the
day on which it happens. The clock of an instant is what was worked before it; a span is the difference of two clocks.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

FIRST, LAST = date(1990, 1, 1), date(2100, 1, 1)
"""The days that the clock knows; before them it has not begun, after them it stands still."""
INSTANT = pl.Datetime("us")


@dataclass(frozen=True)
class WorkingHours:
    """When people work, in the reporting zone: section `[calendar]` of the configuration."""

    zone: str
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Days of the week that are worked, Monday is 0."""
    opens: time = time(9)
    closes: time = time(17, 30)
    """`time.max` stands for midnight."""
    holidays: tuple[date, ...] = ()

    @property
    def day_seconds(self) -> float:
        """Working time in a day that is worked."""
        opens, closes = (
            timedelta(hours=at.hour, minutes=at.minute, seconds=at.second) for at in (self.opens, self.closes)
        )
        return ((timedelta(days=1) if self.closes == time.max else closes) - opens).total_seconds()


def working_seconds(start: pl.Expr, end: pl.Expr, hours: WorkingHours) -> pl.Expr:
    """The seconds between two UTC instants that lie in working hours; negative where `end` comes first."""
    return _clock(end, hours) - _clock(start, hours)


def _clock(instant: pl.Expr, hours: WorkingHours) -> pl.Expr:
    """The seconds worked from the first day of the clock up to an instant."""
    opens, closes, before = map(pl.lit, _days(hours))
    at = instant.cast(INSTANT)
    today = (opens.search_sorted(at, side="right").cast(pl.Int64) - 1).clip(0)
    worked = pl.min_horizontal(at, closes.gather(today)) - opens.gather(today)
    # A null would be searched for, and found, at the start.
    return pl.when(at.is_not_null()).then(before.gather(today) + worked.dt.total_microseconds().clip(0) / 1e6)


@lru_cache(maxsize=8)
def _days(hours: WorkingHours) -> tuple[pl.Series, pl.Series, pl.Series]:
    """When every working day opens and closes, and the seconds that were worked before it."""
    zone, closed = ZoneInfo(hours.zone), set(hours.holidays)
    days = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days))
    worked = [day for day in days if day.weekday() in hours.workdays and day not in closed]
    midnight = timedelta(days=hours.closes == time.max)
    until = time.min if midnight else hours.closes
    opens = pl.Series([_utc(day, hours.opens, zone) for day in worked or [LAST]], dtype=INSTANT)
    closes = pl.Series([_utc(day + midnight, until, zone) for day in worked], dtype=INSTANT) if worked else opens
    lengths = (closes - opens).dt.total_microseconds() / 1e6
    return opens, closes, lengths.cum_sum() - lengths


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC).replace(tzinfo=None)
