"""How long a change takes from its first commit to production, what that is made of, and the changes themselves."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import delivery_charts, time_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import delivery
from dashboards.scope import Scope
from dashboards.views.pull_requests import labelled, names, nothing, too_small

NOTE = "From the first commit written to the first production deployment that contains the change, by the day of that."

MOST_WEEKS = 0.8
"""A trend is drawn by week where this share of the weeks has a median, else by month."""

NONE = (
    "No pull request with a known lead time was deployed in this period. The tab Deployments shows how deployments are "
    "found here, and where none are."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw the trend of lead time, how it spreads, its parts, and the changes behind it."""
    sql = delivery.changes(scope)
    changes = labelled(data.rows(sql), repositories)
    recent = changes.filter("is_recent")
    hidden = too_small(scope)
    left, right = st.columns([3, 2], gap="small")
    with left:
        _trend(scope, changes, hidden=hidden)
    with right, card("How it spreads, last 90 days", sql=sql, frame=recent, key="lead-spread", note=NOTE):
        if hidden or recent.is_empty():
            nothing(NONE, hidden=hidden)
        else:
            chart = time_charts.spread(recent, span="lead_seconds")
            st.altair_chart(chart, alt=within_a_week(recent))
            st.caption(f"{within_a_week(recent)}.")
    _phases(scope, hidden=hidden)
    title = "Changes of the last 90 days, the slowest first"
    with card(title, sql=sql, frame=recent, key="changes", note=NOTE):
        if recent.is_empty():
            nothing(NONE)
        else:
            _table(recent)


def _trend(scope: Scope, changes: pl.DataFrame, *, hidden: bool) -> None:
    sql = delivery.trend("change_lead_time", scope)
    name, periods = by_week_or_month(data.rows(sql))
    with card(f"Lead time by {name}", sql=sql, frame=periods, key="lead-trend", note=NOTE):
        if hidden or changes.is_empty():
            nothing(NONE, hidden=hidden)
            return
        said = latest(periods, name)
        chart = time_charts.trend(changes, periods, at="deployed_at", span="lead_seconds", name="Lead time")
        st.altair_chart(chart, alt=f"Lead time: {said}")
        st.caption(f"{time_charts.what_is_drawn(changes, 'change')}. {said[0].upper()}{said[1:]}.")


def by_week_or_month(trend: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    """The periods of a trend: weeks where most of them have a median, else months."""
    weeks = trend.filter(pl.col("period") == "week")
    if weeks.height and weeks["p50"].count() >= MOST_WEEKS * weeks.height:
        return "week", weeks
    return "month", trend.filter(pl.col("period") == "month")


def latest(periods: pl.DataFrame, name: str, *, working: bool = False) -> str:
    """What the last period with a median says, in words."""
    known = periods.drop_nulls("p50").sort("period_start")
    if known.is_empty():
        return f"too few in any {name} for a median"
    last = known.row(-1, named=True)
    most = f", 85 % {words.span(last['p85'], working=working)}" if last["p85"] is not None else ""
    return (
        f"half took at most {words.span(last['p50'], working=working)}{most} in the {name} of "
        f"{words.day(last['period_start'])}"
    )


def within_a_week(changes: pl.DataFrame) -> str:
    """How many of the changes were in production within a week, in words."""
    quick = changes.filter(pl.col("lead_seconds") <= 7 * time_charts.DAY).height
    return f"{words.share(quick / changes.height)} of {words.count(changes.height, 'change')} took a week or less"


def _phases(scope: Scope, *, hidden: bool) -> None:
    sql = delivery.phases(scope)
    parts = data.rows(sql)
    note = (
        "Shares of the summed lead time of the changes deployed in the last 90 days. Coding: first commit to ready; "
        "pickup: to the first answer; review: to the last approval; merge wait: to the merge, or to the merge queue, "
        "which is a part of its own; deploy wait: to production. Not attributed: changes whose phases are not all "
        "known, such as those merged without review."
    )
    with card("Where the lead time goes", sql=sql, frame=parts, key="phases", note=note):
        if hidden or parts.is_empty():
            nothing(NONE, hidden=hidden)
            return
        known = parts.filter(pl.col("share") > 0)
        st.altair_chart(delivery_charts.phases(known, rest=delivery.UNKNOWN), alt=largest(parts))
        st.caption(f"{largest(parts)}.")
        table(
            parts.filter(pl.col("phase") != delivery.UNKNOWN),
            {
                "phase": Column("Part", width=130),
                "share": Column("Share", "bar", width=120),
                "p50": Column("Half took at most", "span", width=120),
                "p85": Column("85 % took at most", "span", width=120),
                "n": Column("Known for", "count", width=80, help="Changes for which this part is known"),
                "changes": Column("of changes", "count", width=80),
            },
            alt="Median, 85th percentile and number of each part of the lead time",
        )


def largest(parts: pl.DataFrame) -> str:
    """The largest part of the lead time, in words."""
    known = parts.filter(pl.col("phase") != delivery.UNKNOWN).sort("share", descending=True, nulls_last=True)
    first = known.row(0, named=True)
    return f"{first['phase']} takes the largest part of the lead time: {words.share(first['share'])}"


def _table(changes: pl.DataFrame) -> None:
    spans = {
        "lead_seconds": "Lead time",
        "coding_seconds": "Coding",
        "pickup_seconds": "Pickup",
        "review_seconds": "Review",
        "merge_wait_seconds": "Merge wait",
        "queue_wait_seconds": "Queue",
        "deploy_wait_seconds": "Deploy wait",
    }
    table(
        changes.sort("lead_seconds", "pr_id", descending=[True, False]).head(delivery.LISTED),
        {
            "url": Column("", "link", width=34),
            **names(changes, "Change", title=150),
            **{name: Column(title, "span", width=70) for name, title in spans.items()},
            "size_lines": Column("Lines", "count", width=50),
            "deployed_at": Column("Deployed", "day", width=88),
        },
        alt="Changes of the last 90 days with the parts of their lead time, the slowest first",
    )
