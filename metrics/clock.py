"""The working clock: how much of a span of time lies in working hours."""

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True)
class WorkingHours:
    """When people work, in the reporting zone: section `[calendar]` of the configuration."""

    zone: str
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Days of the week that are worked, Monday is 0."""
    opens: time = time(9)
    closes: time = time(17, 30)
    holidays: tuple[date, ...] = ()
