"""Every forecast that could have been made on a Monday of the past, and what came of it.

For each of the last 104 Mondays, from what was finished by then: how many in 7, 14, 28 and 56 days, and when the next
10, 20 and 40 are finished, by every window that held enough. The outcome of "when" counts only when the latest of these
windows' 95 % lies in the past: else what went well would be known earlier than what did not.

Only dates are looked at, as they are known today: a ticket that was reopened since counts at its last end.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice

import numpy as np
import polars as pl

from metrics.clock import WorkingHours
from metrics.registry import Intermediate, pipeline
from metrics.timelines.processes import Counts, Process, Shares
from metrics.timelines.promises import CONFIDENCES, crps_of_days, crps_of_total, days_until, most_items
from metrics.timelines.windows import MOST_DAYS, WINDOWS, History, Window
from warehouse.tables import columns as col

HORIZONS = (7, 14, 28, 56)
BATCHES = (10, 20, 40)
MOST_ORIGINS = 104
WEEK = 7
_ENOUGH = 0.9999
Row = tuple[date, str, int, str, int, float, date, int | None, float | None, int | None, float | None]


class ForecastCases(Intermediate):
    """One row per team, day from which a forecast looks ahead, window, question and confidence."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    origin = col.key_day("The first day that is forecast: Mondays, and today")
    sampling = col.key("`days` or `weeks`")
    window_days = col.key_number("Length of the window")
    question = col.key("`how_many` or `when`")
    target = col.key_number("Days, for `how_many`; tickets, for `when`")
    confidence = col.key_real("Confidence of the promise")
    known_on = col.day("The day on which the outcome is known")
    answer = col.number("Tickets, or days; null where it is later than two years")
    stated = col.real("Probability of what is promised: at least the confidence")
    outcome = col.number("Tickets finished, or days that it took; null where it is not known, or took longer")
    crps = col.real("Score of the whole distribution, in tickets or days; null where the outcome is not known")


@pipeline(ForecastCases)
def forecast_cases(
    throughput_days: pl.LazyFrame, *, as_of: datetime, zone: str, working_hours: WorkingHours
) -> pl.LazyFrame:
    """Every case of every team."""
    del as_of, zone  # the days end yesterday
    schema = ForecastCases.create_empty().schema
    ask = partial(all_cases, hours=working_hours)
    return (
        throughput_days.select("team", "day", "finished")
        .map_batches(ask, schema=schema)
        .sort(ForecastCases.primary_key())
    )


def all_cases(days: pl.DataFrame, *, hours: WorkingHours, most: int = MOST_ORIGINS) -> pl.DataFrame:
    """The cases of every team from `team`, `day` and `finished`, without a gap, of so many Mondays at most."""
    rows: list[tuple[object, ...]] = []
    known: dict[tuple[date, bytes], list[Row]] = {}
    for (team,), frame in days.sort("team", "day").group_by("team", maintain_order=True):
        history = History(frame["day"][0], frame["finished"].to_numpy().astype(np.int64), hours)
        # The only team there is and the whole are the same.
        same = (history.first, history.finished.tobytes())
        if same not in known:
            known[same] = [row for origin in _origins(history, most) for row in _cases(history, origin)]
        rows += ((str(team), *row) for row in known[same])
    return pl.DataFrame(rows, schema=ForecastCases.create_empty().schema, orient="row")


def _origins(history: History, most: int) -> Iterator[int]:
    """The numbers of the days from which is looked ahead: the last Mondays, and the day after the last."""
    days = len(history.finished)
    monday = (WEEK - history.first.weekday()) % WEEK
    yield from range(monday, days, WEEK)[-most:]
    yield days


def _cases(history: History, origin: int) -> Iterator[Row]:
    processes = {
        window: process for window in WINDOWS if (process := history.process(window, origin, MOST_DAYS)) is not None
    }
    if not processes:
        return
    future = history.finished[origin:]
    day = history.first + timedelta(days=origin)
    yield from _how_many(day, future, processes)
    yield from _when(day, future, processes)


def _how_many(day: date, future: Counts, processes: dict[Window, Process]) -> Iterator[Row]:
    for window, process in processes.items():
        ahead = list(islice(process.totals(), HORIZONS[-1]))
        for horizon in HORIZONS:
            totals = ahead[horizon - 1]
            outcome = int(future[:horizon].sum()) if horizon <= len(future) else None
            score = None if outcome is None else crps_of_total(totals, outcome)
            for confidence in CONFIDENCES:
                answer, stated = most_items(totals, confidence)
                known = day + timedelta(days=horizon)
                key = (day, window.sampling, window.window_days, "how_many", horizon, confidence)
                yield (*key, known, answer, stated, outcome, score)


def _when(day: date, future: Counts, processes: dict[Window, Process]) -> Iterator[Row]:
    ahead = {window: _finished(process) for window, process in processes.items()}
    passed = future.cumsum()
    for place, items in enumerate(BATCHES):
        found = {
            window: [days_until(finished[place], confidence) for confidence in CONFIDENCES]
            for window, finished in ahead.items()
        }
        seen = max(answers[-1][0] if answers[-1] else MOST_DAYS for answers in found.values())
        is_known = seen <= len(future)
        reached = int(np.searchsorted(passed, items)) + 1
        outcome = reached if is_known and reached <= seen else None
        for window, answers in found.items():
            score = crps_of_days(ahead[window][place], outcome, seen) if is_known else None
            for confidence, answered in zip(CONFIDENCES, answers, strict=True):
                answer, stated = answered or (None, None)
                key = (day, window.sampling, window.window_days, "when", items, confidence)
                yield (*key, day + timedelta(days=seen), answer, stated, outcome, score)


def _finished(process: Process) -> list[Shares]:
    """How probable it is that 10, 20 and 40 are finished within one, two, three … days."""
    ahead = np.zeros((MOST_DAYS, BATCHES[-1]))
    days = 0
    for totals in process.totals(most=BATCHES[-1]):
        ahead[days, : len(totals)] = totals
        days += 1
        if totals.sum() <= 1 - _ENOUGH:
            break
    below = ahead[:days].cumsum(axis=1)
    return [np.clip(1 - below[:, items - 1], 0, 1) for items in BATCHES]
