"""The figures at the head of the page about timelines: promises instead of observations."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.queries import timelines
from dashboards.views.forecasts import why

NEXT_DAYS, NEXT_TICKETS = 28, 20


def row(who: str) -> None:
    """Draw what comes next, and how far promises and due dates were kept."""
    following = data.rows(timelines.following(who))
    with st.grid(4, min_column_width=170):
        _draw(*how_many(_asked(following, "how_many", NEXT_DAYS)))
        _draw(*when(_asked(following, "when", NEXT_TICKETS)))
        _draw(*kept(data.rows(timelines.calibration(who))))
        _draw(*due(data.rows(timelines.due_dates(who))))


Figure = tuple[str, str, str | None, str]
"""What it is called, its value, the word beside it, and how to read it."""


def how_many(row: dict[str, Any]) -> Figure:
    """How many tickets are finished in four weeks."""
    title = f"Finished in {NEXT_DAYS} days, 85 % sure"
    if row.get("items_85") is None:
        return title, words.MISSING, why(row.get("reason")), HOW_MANY
    return title, f"≥ {row['items_85']:,}", f"≥ {row['items_50']:,} every second time", HOW_MANY


def when(row: dict[str, Any]) -> Figure:
    """When the next twenty are finished."""
    title = f"Next {NEXT_TICKETS} done, 85 % sure"
    if row.get("on_85") is None:
        return title, words.MISSING, why(row.get("reason")), WHEN
    return title, words.day(row["on_85"]), f"by {words.day(row['on_50'])} every second time", WHEN


def kept(record: pl.DataFrame) -> Figure:
    """How many of the promises with 85 % came true in the backtest."""
    title = "Promises of 85 % that held"
    of = record.filter(pl.col("basis") == "backtest", pl.col("confidence") == 0.85, pl.col("share").is_not_null())  # noqa: PLR2004
    cases, hits = (int(of[name].sum()) for name in ("cases", "hits"))
    if not cases:
        return title, words.MISSING, why("too_few_cases" if record.height else None), KEPT
    return title, words.share(hits / cases), f"of {words.count(cases, 'case')} of the past", KEPT


def due(record: pl.DataFrame) -> Figure:
    """How many due dates were kept."""
    title = "Due dates kept"
    first = record.row(0, named=True) if record.height else {}
    if first.get("on_time") is None:
        return title, words.MISSING, why(first.get("reason") or ("no_due_dates")), DUE
    return title, words.share(first["on_time"]), f"of {words.count(first['finished'], 'ticket')} of a year", DUE


HOW_MANY = "Tickets that will be finished, drawn from what was finished before; as many or more in 85 of 100 cases."
WHEN = "The day by which the next tickets are finished in 85 of 100 cases, whatever they are."
KEPT = (
    "Promises of every Monday of the last two years, by what was known then. Far below 85 %: promise later. Far above: "
    "earlier dates could be promised."
)
DUE = "Tickets finished on their due date or before, of those finished in the last year that had one."


def _asked(following: pl.DataFrame, question: str, target: int) -> dict[str, Any]:
    found = following.filter(pl.col("question") == question, pl.col("target") == target)
    return found.row(0, named=True) if found.height else {}


def _draw(title: str, value: str, told: str | None, help_: str) -> None:
    st.metric(title, value, delta_description=told, help=help_, border=True, height="stretch")
