"""How newcomers arrive: cohorts side by side, and, for those who may see them, the people."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, words, work_charts
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import people
from dashboards.scope import Scope

NOTE = (
    "From the first commit, pull request, review or comment of a person on. The newest cohorts are not done yet. "
    "Cohorts compare with cohorts: a person's numbers say what they met with, not how good they are."
)
MERGES = {"first": "First merge", "third": "Third", "tenth": "Tenth"}
NONE = "Nobody came new: whose first trace lies at the beginning of a history may have been there before."


def draw(scope: Scope) -> None:
    """Draw the arrival of each quarter's newcomers, their medians, and the newcomers themselves."""
    _arrivals(scope)
    sql = people.cohorts(scope)
    found = data.rows(sql)
    with card("Newcomers by quarter", sql=sql, frame=found, key="cohorts", note=NOTE):
        if found.is_empty():
            empty.nothing_here(NONE)
        else:
            _cohorts(found)
    _people(scope)


def _arrivals(scope: Scope) -> None:
    least = int(data.rows(people.LEAST)["minimum_group"][0])
    merge = st.segmented_control(
        "Until the",
        list(MERGES),
        format_func=MERGES.__getitem__,
        default="first",
        required=True,
        key="merge",
        bind="query-params",
        label_visibility="collapsed",
    )
    sql = people.arrivals(scope, merge, least)
    found = data.rows(sql)
    title = f"{MERGES[merge]}{'' if merge == 'first' else ' merge'}: how soon newcomers get there"
    with card(title, sql=sql, frame=found, key="arrivals", note=NOTE):
        if empty.is_left_out():
            empty.hidden("Curves need the days of single people, which are not there; the quarters below are")
        elif found.is_empty():
            empty.nothing_here(f"No quarter has {least} newcomers or more of whom one got there.")
        else:
            said = takeaway(found)
            st.altair_chart(work_charts.arrivals(found), alt=said)
            st.caption(f"{said}.")


def takeaway(found: pl.DataFrame) -> str:
    """How far the last quarter's newcomers are, and how long half of them took."""
    cohort = str(found["cohort"].sort()[-1])
    last = found.filter(pl.col("cohort") == cohort).sort("days")
    reached = last.filter(pl.col("share") >= 0.5)  # noqa: PLR2004 - half
    half = f"half of them within {words.number(reached['days'][0])} days" if reached.height else "not yet half of them"
    share = words.share(last["share"].max())  # type: ignore[arg-type] # shares are numbers
    return f"{cohort}: {share} of {words.count(last['people'][0], 'newcomer')} got there, {half}"


def _cohorts(found: pl.DataFrame) -> None:
    small = found.filter(pl.col("reason") == "group_too_small").height
    shown = found.filter(pl.col("people").is_not_null())
    if small:
        st.caption(f":material/info: {words.count(small, 'quarter')} not shown: group too small.")
    if shown.is_empty():
        return
    table(
        shown,
        {
            "cohort": Column("Came in", width=80),
            "people": Column("Newcomers", "count", width=80),
            "reached_first": Column("Merged 1", "count", width=68),
            "reached_tenth": Column("Merged 10", "count", width=74),
            "first_merge_days_p50": Column("Days to 1", "count", width=72, help="Median of those who got there"),
            "tenth_merge_days_p50": Column("Days to 10", "count", width=76, help="Median of those who got there"),
            "pickup_p50_seconds": Column("Waited", "span", width=70, help="Until the first answer, median"),
            "team_pickup_p50_seconds": Column("Others", "span", width=68, help="The same of others at the same time"),
            "reviewers_p50": Column("Reviewers", "count", width=80, help="People who reviewed their first ten, median"),
            "top_reviewer_share_p50": Column("By one", "percent", width=62, help="Share that one person reviewed"),
            "folders_90d_p50": Column("Folders", "count", width=62, help="Changed in the first 90 days, median"),
        },
        alt="Newcomers by the quarter in which they came",
    )


def _people(scope: Scope) -> None:
    sql = people.newcomers(scope)
    found = data.rows(sql)
    with card("Who came, the last first", sql=sql, frame=found, key="newcomers", note=NOTE):
        if empty.is_left_out():
            empty.hidden("Who came is not shown")
        elif found.is_empty():
            empty.only_oneself(NONE)
        else:
            table(
                found.head(people.LISTED),
                {
                    "name": Column("Person", width=140),
                    "team": Column("Team", width=100),
                    "first_activity_at": Column("Since", "day", width=92),
                    "opened": Column("Opened", "count", width=62),
                    "merged": Column("Merged", "count", width=62),
                    "first_merge_days": Column("Days to 1", "count", width=72),
                    "tenth_merge_days": Column("Days to 10", "count", width=76),
                    "pickup_p50_seconds": Column("Waited", "span", width=70, help="Until the first answer, median"),
                    "team_pickup_p50_seconds": Column("Others", "span", width=68),
                    "reviewers": Column("Reviewers", "count", width=75),
                    "folders_90d": Column("Folders", "count", width=62),
                },
                alt="People who came new, the last first",
            )
