"""How long tickets take from start to end, what can be expected of one, and what other tools would say."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import ticket_charts, time_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import delivery, tickets
from dashboards.queries.windows import MEDIAN_NEEDS
from dashboards.scope import Scope
from dashboards.views.lead_time import by_week_or_month, latest
from dashboards.views.pull_requests import too_small
from dashboards.views.tickets import names, nothing

NOTE = (
    "Cycle time: from the start of work (after the last time that it was put back) to its end. Lead time: from the "
    "creation. Both by the calendar. A ticket that went from to do to done at once has no known start, and so no cycle "
    "time; issues that are just open or closed have only a lead time."
)

MEASURES = {"Cycle time": ("ticket_cycle_time", "cycle"), "Lead time": ("ticket_lead_time", "lead")}
"""What can be shown: the metric, and the columns that hold the time and why it is missing."""

LEVELS_NOTE = (
    "85 of 100 tickets finished in the last 90 days took at most so many days. Kept: of these, as many took no longer "
    "than the 90 days before would have promised; 85 % is as expected. An expectation, not a promise to anyone."
)

NONE = "No ticket with a known {} was finished in this period."


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw cycle or lead time with percentiles, how it spreads, service levels, definitions, the slowest tickets."""
    sql = tickets.finished(scope)
    finished = data.rows(sql)
    cycle, lead = MEASURES
    measure = st.segmented_control(
        "Measure",
        list(MEASURES),
        default=lead if starts_unknown(finished.filter("is_recent")) else cycle,
        required=True,
        key="measure",
        bind="query-params",
        label_visibility="collapsed",
    )
    measure = measure or cycle
    metric, name = MEASURES[measure]
    known = finished.drop_nulls(f"{name}_seconds")
    recent = known.filter("is_recent")
    hidden = too_small(scope)
    none = NONE.format(measure.lower())
    left, right = st.columns([3, 2], gap="small")
    with left:
        _trend(scope, known, metric=metric, measure=measure, hidden=hidden)
    with right, card("How it spreads, last 90 days", sql=sql, frame=recent, key="cycle-spread", note=NOTE):
        if hidden or recent.is_empty():
            nothing(none, hidden=hidden)
        else:
            said = without(finished.filter("is_recent"), measure)
            st.altair_chart(time_charts.spread(recent, span=f"{name}_seconds", item="Ticket"), alt=said)
            st.caption(f"{said}.")
    left, right = st.columns([1, 1], gap="small")
    with left:
        _levels(scope, hidden=hidden)
    with right:
        _definitions(scope, hidden=hidden)
    slowest = recent.sort(f"{name}_seconds", "ticket_id", descending=[True, False])
    with card("Finished in the last 90 days, the slowest first", sql=sql, frame=slowest, key="finished", note=NOTE):
        if slowest.is_empty():
            nothing(none)
        else:
            _table(slowest)


def starts_unknown(finished: pl.DataFrame) -> bool:
    """Whether too few of these have a cycle time for a median, and more have a lead time."""
    known = finished["cycle_seconds"].count()
    return known < MEDIAN_NEEDS and finished["lead_seconds"].count() > known


def _trend(scope: Scope, known: pl.DataFrame, *, metric: str, measure: str, hidden: bool) -> None:
    sql = delivery.trend(metric, scope)
    period, periods = by_week_or_month(data.rows(sql))
    with card(f"{measure} by {period}", sql=sql, frame=periods, key="cycle-trend", note=NOTE):
        if hidden or known.is_empty():
            nothing(NONE.format(measure.lower()), hidden=hidden)
            return
        said = latest(periods, period)
        span = f"{MEASURES[measure][1]}_seconds"
        chart = time_charts.trend(known, periods, at="done_at", span=span, name=measure, item="Ticket")
        st.altair_chart(chart, alt=f"{measure}: {said}")
        st.caption(f"{time_charts.what_is_drawn(known, 'ticket')}. {said[0].upper()}{said[1:]}.")


def without(finished: pl.DataFrame, measure: str) -> str:
    """How many tickets have a cycle or lead time, and why others have none, in words."""
    _, name = MEASURES[measure]
    known = finished[f"{name}_seconds"].count()
    said = f"{words.count(known, 'ticket')} with a known {measure.lower()}"
    missing = finished.filter(pl.col(f"{name}_seconds").is_null()).group_by(why=f"{name}_reason").len()
    told = [f"{n:,} {words.reason(why)}" for why, n in missing.sort("len", "why", descending=[True, False]).iter_rows()]
    return f"{said}; left out: {', '.join(told)}" if told else said


def _levels(scope: Scope, *, hidden: bool) -> None:
    sql = tickets.levels(scope)
    levels = data.rows(sql)
    with card("What can be expected of a ticket", sql=sql, frame=levels, key="levels", note=LEVELS_NOTE):
        if hidden or levels.is_empty():
            nothing("No ticket with a known cycle time was finished in the last 90 days.", hidden=hidden)
            return
        told = levels.with_columns(type=pl.col("type").replace({"all": "All types"}))
        table(
            told,
            {
                **({"project": Column("Project", width=70)} if levels["project"].n_unique() > 1 else {}),
                "type": Column("Type", width=80),
                "days": Column("Days for 85 %", "count", width=95, help="A dash: fewer than 10 tickets"),
                "days_before": Column("Before", "count", width=58, help="The same, of the 90 days before"),
                "kept_share": Column(
                    "Kept", "percent", width=55, help="Finished within what the 90 days before promised"
                ),
                "n": Column("Tickets", "count", width=58),
            },
            alt=expected(levels),
            rows=7,
        )
        st.caption(f"{words.plain(expected(levels))}.")


def expected(levels: pl.DataFrame) -> str:
    """What can be expected of the project with most tickets, in words."""
    known = levels.filter(pl.col("type") == "all").drop_nulls("days").sort("n", "project", descending=[True, False])
    if known.is_empty():
        return "Fewer than 10 tickets were finished in each project: too few for a service level"
    first = known.row(0, named=True)
    said = f"{first['project']}: 85 of 100 tickets take at most {words.count(first['days'], 'day')}"
    if first["kept_share"] is None:
        return said
    return (
        f"{said}; {words.share(first['kept_share'])} were finished within the "
        f"{words.count(first['days_before'], 'day')} that the 90 days before promised"
    )


def _definitions(scope: Scope, *, hidden: bool) -> None:
    sql = tickets.compared(scope)
    compared = named(data.rows(sql))
    note = "The same tickets of the last 90 days under other rules, to compare with the tool you come from."
    with card("The same tickets by other definitions", sql=sql, frame=compared, key="ticket-definitions", note=note):
        known = compared.drop_nulls("p50")
        if hidden or known.is_empty():
            nothing("Too few tickets were finished in the last 90 days for a median.", hidden=hidden)
            return
        said = "; ".join(f"{row['name']}: half within {words.span(row['p50'])}" for row in known.iter_rows(named=True))
        st.altair_chart(ticket_charts.definitions(known), alt=said)


def named(compared: pl.DataFrame) -> pl.DataFrame:
    """Definitions in their order, with what they are called."""
    order = {name: place for place, name in enumerate(tickets.DEFINITIONS)}
    return compared.with_columns(name=pl.col("definition").replace(tickets.DEFINITIONS)).sort(
        pl.col("definition").replace_strict(order, default=len(order), return_dtype=pl.Int64)
    )


def _table(slowest: pl.DataFrame) -> None:
    spans = {
        "lead_seconds": "Lead time",
        "cycle_seconds": "Cycle time",
        "active_seconds": "Worked on",
        "waiting_seconds": "Waiting",
    }
    table(
        slowest.head(tickets.LISTED),
        {
            "url": Column("", "link", width=34),
            **names(slowest, title=160),
            "type": Column("Type", width=62),
            **{name: Column(title, "span", width=78) for name, title in spans.items()},
            "blocked_seconds": Column("Blocked", "span", width=68, help="A part of the waiting time"),
            "done_at": Column("Finished", "day", width=92),
        },
        alt="Tickets finished in the last 90 days, the slowest first",
        rows=12,
    )
