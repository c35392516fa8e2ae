"""How far due dates are kept, which tickets are past theirs, and what estimates say."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import timelines
from dashboards.scope import Scope
from dashboards.views.forecasts import nothing

NOTE = (
    "Tickets with a due date that were finished in the last year. Late: days after the due date, of the late ones. "
    "Moved: the date was changed after work had begun; a date that is moved until it fits is always kept."
)

OVERDUE_NOTE = (
    "Half need, 85 % need: of tickets of its type that grew as old, so many were finished within so many more days. "
    "An old ticket rarely is nearly done."
)

ESTIMATES_NOTE = (
    "Correlation 1: every larger estimate took longer; 0: estimates say nothing of the time. Spread: how many times as "
    "long one ticket takes as another of the same estimate (85th against 15th percentile)."
)

KINDS = {"story_points": "Story points", "time": "Time"}


def draw(scope: Scope, who: str) -> None:
    """Draw how far dates were kept, what estimates say, and the tickets past their due date."""
    left, right = st.columns(2, gap="small")
    with left:
        _record(scope, who)
    with right:
        _estimates(scope, who)
    _overdue(scope, who)


def _record(scope: Scope, who: str) -> None:
    sql = timelines.due_dates(who)
    record = everybody(data.rows(sql))
    with card("Due dates kept", sql=sql, frame=record, key="due-dates", note=NOTE):
        if record.is_empty():
            nothing(scope, "No ticket with a due date was finished in the last year.")
            return
        table(
            record,
            {
                "team": Column("Team", width=88),
                "on_time": Column("On time", "percent", width=56),
                "finished": Column("of", "count", width=38),
                "slip_p50_days": Column("Late: half", "count", width=66, help="Days after the due date, of late ones"),
                "slip_p85_days": Column("85 %", "count", width=44),
                "moved": Column("Moved", "percent", width=50, help="Date changed after work had begun"),
                "overdue": Column("Overdue", "count", width=60, help="Open past their due date now"),
            },
            alt=kept(record),
            rows=8,
        )
        st.caption(f"{kept(record)}.")


def everybody(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows by team, with what is of all of them called so."""
    return rows.with_columns(team=pl.col("team").replace({timelines.WHOLE: "All together"}))


def kept(record: pl.DataFrame) -> str:
    """How far due dates can be believed, in words."""
    first = record.row(0, named=True)
    if first["on_time"] is None:
        return f"{words.count(first['finished'], 'ticket')} with a due date: too few to say how far dates are kept"
    said = f"{words.share(first['on_time'])} of {words.count(first['finished'], 'due date')} were kept"
    if first["low"] is not None:
        said += f" ({words.between(first['low'], first['high'], 'share')} may be the truth)"
    return said


def _estimates(scope: Scope, who: str) -> None:
    sql = timelines.estimates(who)
    record = everybody(data.rows(sql))
    with card("What estimates say", sql=sql, frame=record, key="estimates", note=ESTIMATES_NOTE):
        if record.is_empty():
            nothing(scope, "No ticket with an estimate was finished in the last year.")
            return
        table(
            record.with_columns(
                pl.col("correlation", "spread").round(2),
                kind=pl.col("kind").replace(KINDS),
                why=pl.col("reason").str.replace_all("_", " "),
            ),
            {
                "team": Column("Team", width=88),
                "kind": Column("Estimate", width=82),
                "tickets": Column("Tickets", "count", width=52),
                "correlation": Column("Correlation", "count", width=74),
                "spread": Column("Spread", "count", width=50, help="Times as long at the same estimate"),
                "why": Column("Not known", width=60),
            },
            alt=f"What estimates say, for {words.count(record['team'].n_unique(), 'team')}",
            rows=8,
        )


def _overdue(scope: Scope, who: str) -> None:
    sql = timelines.overdue(who)
    tickets = data.rows(sql)
    title = f"{words.count(tickets.height, 'open ticket')} past the due date, the latest first"
    with card(title, sql=sql, frame=tickets, key="overdue", note=OVERDUE_NOTE):
        if tickets.is_empty():
            nothing(scope, "No open ticket is past its due date.")
            return
        day = 86400
        table(
            tickets.head(timelines.LISTED).with_columns(
                late=pl.col("late_days") * day, age=pl.col("age_days") * day, p50=pl.col("p50_days") * day,
                p85=pl.col("p85_days") * day,
            ),
            {
                "url": Column("", "link", width=34),
                "label": Column("Ticket", width=80),
                "title": Column("Title", width=170),
                "team": Column("Team", width=95),
                "due_on": Column("Due", "day", width=88),
                "late": Column("Late by", "span", width=68),
                "moves": Column("Moved", "count", width=50, help="How often the date was changed after the start"),
                "age": Column("Age", "span", width=68),
                "p50": Column("Half need", "span", width=72, help="More days, of those that grew as old"),
                "p85": Column("85 % need", "span", width=76),
            },
            alt=title,
            rows=14,
        )  # fmt: skip
