"""How many things people turn to in a week, and how much happens outside working hours."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, scope_charts, words, work_charts
from dashboards.parts.card import card
from dashboards.queries import people
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL, too_small

FOCUS_NOTE = (
    "Of the weeks in which a person touched any: half touched no more. Leads and reviewers touch much by the nature of "
    "the work; look at how it changes."
)
HOURS_NOTE = (
    "Commits on the default branch and reviews outside the hours and days of `[calendar]`, by the clock of whoever "
    "made them. An evening by choice looks like one by need: a reason to talk with the team about load, never about a "
    "person."
)
TOO_FEW = "Not shown: too few people had a part in it. `[privacy] minimum_group` says how many a figure needs."
NAMES = {"tickets_touched": "Tickets", "repositories_touched": "Repositories"}


def draw(scope: Scope) -> None:
    """Draw focus and hours by month."""
    left, right = st.columns([1, 1], gap="small")
    with left:
        _focus(scope)
    with right:
        _hours(scope)


def _focus(scope: Scope) -> None:
    queries = {metric: people.trend(metric, scope) for metric in NAMES}
    found = pl.concat([data.rows(sql).with_columns(name=pl.lit(NAMES[metric])) for metric, sql in queries.items()])
    title = "Tickets and repositories that a person touches in a week"
    with card(title, sql=queries["tickets_touched"], frame=found, key="focus", note=FOCUS_NOTE):
        known = found.drop_nulls("value")
        if known.is_empty():
            empty.nothing_here(TOO_SMALL if too_small(scope) else few(found, "Too few weeks of people are known here."))
            return
        last = known.filter(pl.col("period_start") == known["period_start"].max())
        told = [f"{words.number(value)} {name.lower()}" for name, value in last.select("name", "value").iter_rows()]
        month = words.day(last["period_start"][0])
        said = f"In the month of {month} half of the weeks of people had at most {' and '.join(told)}"
        st.altair_chart(work_charts.lines(known, title="Per person and week", order=list(NAMES.values())), alt=said)
        st.caption(f"{said}.")


def _hours(scope: Scope) -> None:
    sql = people.trend("after_hours", scope)
    found = data.rows(sql)
    with card("Work outside working hours, by month", sql=sql, frame=found, key="hours", note=HOURS_NOTE):
        known = found.drop_nulls("value")
        if known.is_empty():
            empty.nothing_here(TOO_SMALL if too_small(scope) else few(found, "No commit or review is known here."))
            return
        last = known.row(-1, named=True)
        within = (
            f", truly between {words.between(last['low'], last['high'], 'share')}" if last["low"] is not None else ""
        )
        said = (
            f"{words.share(last['value'])} of {last['n']:,} in the month of {words.day(last['period_start'])}{within}"
        )
        st.altair_chart(scope_charts.shares(found, title="Share"), alt=said)
        st.caption(f"{said}.")


def few(found: pl.DataFrame, otherwise: str) -> str:
    """Why no month has a figure: that too few people had a part in it goes before all else."""
    return TOO_FEW if "too_few_people" in found["reason"].to_list() else otherwise
