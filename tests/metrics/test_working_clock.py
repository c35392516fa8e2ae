"""The working clock against a watch that is read every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.clock import WorkingHours, working_seconds

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia")
MINUTE = timedelta(minutes=1)

hours_of = st.builds(
    WorkingHours,
    zone=st.sampled_from(ZONES),
    workdays=st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
    # Not inside the hour that a change of the clocks skips or repeats, but on either side of it.
    opens=st.sampled_from([time(0), time(7, 15), time(9)]),
    closes=st.sampled_from([time(12), time(17, 30), time(23, 59), time.max]),
    holidays=st.lists(st.dates(date(2026, 3, 25), date(2026, 4, 8)), max_size=3).map(tuple),
)
near_a_change = st.sampled_from([datetime.fromisoformat(day) for day in ("2026-03-07", "2026-03-28", "2026-04-04")])
starts = st.builds(lambda day, minutes: day + minutes * MINUTE, near_a_change, st.integers(-2000, 3000))


def seconds(start: datetime | None, end: datetime | None, hours: WorkingHours) -> float | None:
    schema = {"start": pl.Datetime("us"), "end": pl.Datetime("us")}
    frame = pl.LazyFrame({"start": [start], "end": [end]}, schema=schema)
    return frame.select(worked=working_seconds(pl.col("start"), pl.col("end"), hours)).collect()["worked"].item()


def is_worked(instant: datetime, hours: WorkingHours) -> bool:
    here = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(hours.zone))
    day = here.date()
    return (
        day.weekday() in hours.workdays
        and day not in hours.holidays
        and hours.opens <= here.time().replace(microsecond=0) < hours.closes
    )


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(0, 5000), hours_of)
def test_it_counts_the_minutes_in_which_people_work(start: datetime, minutes: int, hours: WorkingHours) -> None:
    expected = sum(60 for minute in range(minutes) if is_worked(start + minute * MINUTE, hours))
    assert seconds(start, start + minutes * MINUTE, hours) == expected


@settings(max_examples=30, deadline=None)
@given(starts, st.lists(st.integers(0, 400_000), min_size=3, max_size=3), hours_of)
def test_parts_of_a_span_add_up(start: datetime, offsets: list[int], hours: WorkingHours) -> None:
    first, middle, last = (start + timedelta(seconds=offset) for offset in sorted(offsets))
    parts = [seconds(first, middle, hours), seconds(middle, last, hours)]
    assert seconds(first, last, hours) == pytest.approx(sum(part for part in parts if part is not None))


def test_a_day_of_the_changed_clocks_has_an_hour_less_or_more() -> None:
    whole_days = WorkingHours("Europe/Berlin", tuple(range(7)), time(0), time.max)
    for day, long in (("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)):
        midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        start, end = (at.astimezone(UTC).replace(tzinfo=None) for at in (midnight, midnight + timedelta(days=1)))
        assert seconds(start, end, whole_days) == long * 3600


def test_what_is_unknown_stays_unknown_and_backwards_is_negative() -> None:
    hours = WorkingHours("UTC")
    monday = datetime.fromisoformat("2026-01-05T10:00:00")
    assert seconds(None, monday, hours) is None
    assert seconds(monday, None, hours) is None
    assert seconds(monday + timedelta(hours=1), monday, hours) == -3600
    assert seconds(monday, monday + timedelta(days=7), hours) == 5 * 8.5 * 3600


def test_who_never_works_has_no_working_time() -> None:
    hours = WorkingHours("UTC", ())
    assert seconds(datetime.fromisoformat("2026-01-05"), datetime.fromisoformat("2026-03-05"), hours) == 0
