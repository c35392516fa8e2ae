"""Bugs: what comes in and goes out, and what stays."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words, work_charts
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import investment
from dashboards.scope import Scope
from dashboards.views.pull_requests import too_small
from dashboards.views.tickets import names, nothing

NOTE = (
    "Bugs are what the rule `bug` of `[investment]` takes. More reports can mean more users, or better ears; finished "
    "are those that were closed without a fix, too."
)
LABELS = {"bugs_reported": "Reported", "bugs_finished": "Finished"}


def draw(scope: Scope) -> None:
    """Draw bugs in and out by month, and the open ones."""
    sql = investment.bugs(scope)
    found = data.rows(sql).with_columns(name=pl.col("metric").replace(LABELS))
    with card("Bugs in and out, by month", sql=sql, frame=found, key="bugs", note=NOTE):
        known = found.drop_nulls("value")
        if known.is_empty():
            nothing("No bug is known here.", hidden=too_small(scope))
        else:
            said = takeaway(known)
            st.altair_chart(work_charts.lines(known, title="Bugs", order=list(LABELS.values())), alt=said)
            st.caption(f"{said}.")
    sql = investment.open_bugs(scope)
    bugs = data.rows(sql)
    title = f"{words.count(bugs.height, 'open bug')}, the oldest first"
    with card(title, sql=sql, frame=bugs, key="open-bugs", note=NOTE):
        if bugs.is_empty():
            nothing("No bug is open here.")
            return
        table(
            bugs.head(investment.LISTED),
            {
                "url": Column("", "link", width=34),
                **names(bugs, title=250),
                "priority": Column("Priority", width=90),
                "team": Column("Team", width=110),
                "step": Column("Status", width=120),
                "age_seconds": Column("Age", "span", width=80),
                "created_at": Column("Reported", "day", width=92),
            },
            alt=title,
        )


def takeaway(known: pl.DataFrame) -> str:
    """Whether more bugs came or went over the months shown."""
    sums = dict(known.group_by("metric").agg(pl.col("value").sum()).iter_rows())
    came, went = (int(sums.get(metric, 0)) for metric in LABELS)
    months = known["period_start"].n_unique()
    if came == went:
        return f"As many were finished as reported in {words.count(months, 'month')}: {came:,}"
    more = f"{came - went:,} more came than went" if came > went else f"{went - came:,} more went than came"
    return f"In {words.count(months, 'month')} {more}: {came:,} reported, {went:,} finished"
