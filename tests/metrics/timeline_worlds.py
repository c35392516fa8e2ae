"""Small trackers to forecast: tickets that were finished on given days, and everything that is computed of them."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from metrics.catalogue import PIPELINES
from tests.metrics.git_worlds import Row, frame, run
from warehouse.tables import CORE

START = date(2025, 1, 1)
NEEDED = {
    *("metrics.tickets.fields", "metrics.tickets.steps", "metrics.tickets.spans", "metrics.tickets.teams"),
    *("metrics.pull_requests.states", "metrics.code.services"),
}
TIMELINES = [
    pipeline
    for pipeline in PIPELINES
    if pipeline.compute.__module__.startswith("metrics.timelines") or pipeline.compute.__module__ in NEEDED
]


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


def done_on(counts: Sequence[int], *, project: str = "APP", start: date = START, **more: Any) -> list[Row]:
    """So many tickets that were finished on each day from `start` on, each created on that day too."""
    return [
        ticket(f"{project}-{day}-{number}", start + timedelta(days=day), start + timedelta(days=day), project, **more)
        for day, count in enumerate(counts)
        for number in range(count)
    ]


def ticket(key: str, created: date, done: date | None = None, project: str = "APP", **more: Any) -> Row:
    return {
        "ticket_id": f"jira:{key}",
        "source": "jira",
        "key": key,
        "project": project,
        "type": "Story",
        "created_at": noon(created),
        "resolved_at": done and noon(done),
        "status_category": "done" if done else "todo",
        **more,
    }


def computed(
    tickets: list[Row], today: date, *, previous: pl.DataFrame | None = None, **more: Any
) -> Mapping[str, pl.DataFrame]:
    """Every published table of the timelines; `more` are rows of other core tables, and settings."""
    rows = {"tickets": tickets, **{name: rows for name, rows in more.items() if name in CORE}}
    frames = {name: frame(name, rows.get(name, [])) for name in CORE}
    if previous is not None:
        frames["previous_forecasts"] = previous
    settings = {name: value for name, value in more.items() if name not in CORE}
    return run(frames, noon(today), TIMELINES, **settings)


def lively(seed: int, days: int) -> list[int]:
    """Counts from a first ticket on, with weekends off, quiet weeks, and now and then a burst."""
    chance = random.Random(seed)
    counts = []
    for number in range(days):
        quiet = (number // 7) % 9 == 4
        busy = (START + timedelta(days=number)).weekday() < 5 and not quiet
        counts.append(chance.choice([0, 0, 1, 1, 2, 3]) * busy + 15 * (chance.random() < 0.01))
    return [1, *counts[1:]]
