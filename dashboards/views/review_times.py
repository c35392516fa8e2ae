"""How long pull requests wait for their first answer."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import time_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import delivery, reviews
from dashboards.scope import Scope
from dashboards.views.lead_time import by_week_or_month, latest
from dashboards.views.pull_requests import labelled, names, nothing, too_small

PICKUP = "pickup_working_seconds"

NOTE = (
    "From ready to the first answer by a person other than the author, in working hours of the `[calendar]`; of merged "
    "pull requests, by the day of the merge. Those that nobody answered have none."
)

NONE = "No pull request that somebody answered was merged in this period."


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw the trend of pickup, how it spreads, and the ones that waited longest."""
    sql = reviews.times(scope)
    answered = labelled(data.rows(sql), repositories).drop_nulls(PICKUP)
    recent = answered.filter("is_recent").sort(PICKUP, "pr_id", descending=[True, False])
    hidden = too_small(scope)
    left, right = st.columns([3, 2], gap="small")
    with left:
        _trend(scope, answered, hidden=hidden)
    with right, card("How it spreads, last 90 days", sql=sql, frame=recent, key="pickup-spread", note=NOTE):
        if hidden or recent.is_empty():
            nothing(NONE, hidden=hidden)
        else:
            st.altair_chart(time_charts.spread(recent, span=PICKUP, working=True), alt=within_a_day(recent))
            st.caption(f"{within_a_day(recent)}.")
    with card("Waited longest for an answer, last 90 days", sql=sql, frame=recent, key="pickups", note=NOTE):
        if recent.is_empty():
            nothing(NONE)
        else:
            _table(recent)


def _trend(scope: Scope, answered: pl.DataFrame, *, hidden: bool) -> None:
    sql = delivery.trend("pickup_time", scope)
    name, periods = by_week_or_month(data.rows(sql))
    with card(f"Time to the first answer by {name}", sql=sql, frame=periods, key="pickup-trend", note=NOTE):
        if hidden or answered.is_empty():
            nothing(NONE, hidden=hidden)
            return
        said = latest(periods, name, working=True)
        chart = time_charts.trend(answered, periods, at="merged_at", span=PICKUP, name="Working hours", working=True)
        st.altair_chart(chart, alt=f"Time to the first answer: {said}")
        st.caption(f"{time_charts.what_is_drawn(answered, 'pull request')}. {said[0].upper()}{said[1:]}.")


def within_a_day(answered: pl.DataFrame) -> str:
    """How many were answered within eight working hours, in words."""
    quick = answered.filter(pl.col(PICKUP) <= 8 * time_charts.HOUR).height
    return f"{words.share(quick / answered.height)} were answered within 8 working hours"


def _table(answered: pl.DataFrame) -> None:
    table(
        answered.head(reviews.LISTED),
        {
            "url": Column("", "link", width=34),
            **names(answered, "Pull request", title=230),
            PICKUP: Column("Waited", "hours", width=65, help="Working hours from ready to the first answer"),
            "review_working_seconds": Column("Review", "hours", width=62, help="First answer to last approval"),
            "merge_wait_working_seconds": Column("Merge wait", "hours", width=75, help="Last approval to merge"),
            "open_seconds": Column("Open for", "span", width=70, help="Ready to merged, by the calendar"),
            "size_lines": Column("Lines", "count", width=50),
            "merged_at": Column("Merged", "day", width=88),
        },
        alt="Pull requests merged in the last 90 days that waited longest for their first answer",
        rows=12,
    )
