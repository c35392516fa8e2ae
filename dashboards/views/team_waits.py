"""Which team waits for which, and the items behind it."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, empty, team_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import coordination
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL
from dashboards.views.teams import nothing

NOTES = {
    "review": "From the request to the other team (or from being ready, where it touches the other team's files) to "
    "its first answer.",
    "blocked": "While a ticket of the other team blocked a ticket in work.",
    "hand_off": "From the hand-off of a ticket to the first thing that the other team did in it.",
}

NOTE = (
    "{} Waits that ended in the last 90 days or last now, by the calendar. Cost: what the waits add to the waiting "
    "team's 85th percentile of cycle time."
)

TOOLTIP = {
    "row": "Team",
    "column": "waits for",
    "n": "Waits that ended",
    "p50": "Half within",
    "p85": "85 % within",
    "working": "Half within, working hours",
    "open_items": "Waiting now",
    "not_answered": "Ended without an answer",
    "cost": "Adds to its cycle time (85 %)",
}

SEPARATOR = " → "


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw the choice of a kind, who waits for whom as a grid, and the items behind one cell or all."""
    kind = str(
        st.segmented_control(
            "What is waited for",
            list(coordination.KINDS),
            default="review",
            required=True,
            format_func=lambda one: coordination.KINDS[one],
            key="waits_for",
            bind="query-params",
            label_visibility="collapsed",
        )
    )
    sql, note = coordination.waits(scope, kind), NOTE.format(NOTES[kind])
    waits = data.rows(sql)
    shown = waits.filter(pl.col("reason").ne_missing("group_too_small"))
    left, right = st.columns(2, gap="small")
    with left, card("Who waits for whom", sql=sql, frame=waits, key="wait-grid", note=note):
        if shown.is_empty():
            if waits.is_empty():
                nothing("No team waited for another in the last 90 days.")
            else:
                empty.nothing_here(TOO_SMALL)
            return
        st.altair_chart(
            team_charts.grid(cells(shown), rows="Team", columns="waits for", tooltip=TOOLTIP), alt=takeaway(shown)
        )
        st.caption(f"{takeaway(shown)}. In the cells: half waited at most; where too few ended, how many did.")
    with right, card("What it costs", sql=sql, frame=waits, key="wait-list", note=note):
        _list(shown)
    _items(scope, kind, shown, note)


def cells(waits: pl.DataFrame) -> pl.DataFrame:
    """The grid: the median wait in words, or how many waits there were where that is not known."""
    median = pl.col("p50_seconds")
    shown = waits.with_columns(row="waiting_team", column="on_team", heat=median / median.max())
    return shown.with_columns(
        text=pl.Series([told(row) for row in shown.iter_rows(named=True)], dtype=pl.String),
        p50=team_charts.spans(shown, "p50_seconds"),
        p85=team_charts.spans(shown, "p85_seconds"),
        working=team_charts.spans(shown, "p50_working_seconds", working=True),
        cost=team_charts.spans(shown, "cost_seconds"),
    )


def told(row: dict[str, float | None]) -> str:
    """What a cell says."""
    if row["p50_seconds"] is not None:
        return words.span(row["p50_seconds"])
    ended, still = int(row["n"] or 0), int(row["open_items"] or 0)
    return f"{ended} ended" if ended else f"{still} open"


def takeaway(waits: pl.DataFrame) -> str:
    """Who waits for whom longest, and how much waits now, in words."""
    now = int(charts.total(waits, "open_items"))
    said = f"{words.count(now, 'item waits', 'items wait')} for another team now"
    known = waits.drop_nulls("p50_seconds").sort(
        "p50_seconds", "waiting_team", "on_team", descending=[True, False, False]
    )
    if known.is_empty():
        return f"{said}; too few waits have ended for a figure"
    first = known.row(0, named=True)
    return (
        f"{words.plain(first['waiting_team'])} waits longest, for {words.plain(first['on_team'])}: half of "
        f"{first['n']:,} times {words.span(first['p50_seconds'])} or less; {said}"
    )


def _list(waits: pl.DataFrame) -> None:
    table(
        waits.with_columns(teams=pl.format(f"{{}}{SEPARATOR}{{}}", "waiting_team", "on_team")),
        {
            "teams": Column("Who → for whom", width=150),
            "cost_seconds": Column("Cost", "span", width=58, help="What it adds to the 85th percentile of cycle time"),
            "p50_seconds": Column("Half", "span", width=58, help="Half waited at most so long"),
            "p85_seconds": Column("85 %", "span", width=58, help="85 % waited at most so long"),
            "n": Column("of", "count", width=34, help="Waits that ended"),
            "open_items": Column("Now", "count", width=40, help="Waiting now"),
        },
        alt=takeaway(waits),
        rows=12,
    )


def _items(scope: Scope, kind: str, waits: pl.DataFrame, note: str) -> None:
    pairs = [f"{a}{SEPARATOR}{b}" for a, b in waits.select("waiting_team", "on_team").iter_rows()]
    chosen = st.selectbox(
        "Behind which cell",
        [None, *pairs],
        format_func=lambda pair: pair or "All of them",
        key="waits",
        bind="query-params",
        width=360,
    )
    pair = waits.row(pairs.index(chosen)) if chosen in pairs else None
    sql = coordination.wait_items(scope, kind, (pair[0], pair[1]) if pair else None)
    items = data.rows(sql)
    with card(
        f"{words.count(items.height, 'wait')}, what waits now first", sql=sql, frame=items, key="wait-items", note=note
    ):
        if items.is_empty():
            nothing("Nothing waits here.")
            return
        table(
            items.head(coordination.LISTED),
            {
                "url": Column("", "link", width=34),
                "label": Column("Item", width=110),
                "title": Column("Title", width=230),
                "waiting_team": Column("Waits", width=100),
                "on_team": Column("for", width=100),
                "is_open": Column("Now", "flag", width=45),
                "seconds": Column("For", "span", width=70, help="Empty where it ended without an answer"),
                "working_seconds": Column("Working", "hours", width=68, help="The part of it in working hours"),
                "started_at": Column("Since", "day", width=88),
            },
            alt=takeaway(waits),
            rows=16,
        )
