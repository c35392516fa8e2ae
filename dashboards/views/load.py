"""How load lies on people: its spread by team, and what each has, for those who may see it."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, words, work_charts
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import people
from dashboards.scope import Scope

NOTE = (
    "Of people who were active in the last 90 days, or have something on their hands. Much on one's hands is more "
    "often a sign of waiting than of diligence: it is no measure of anybody's worth."
)
NONE = "Nobody was active here in the last 90 days."
WHOLE = "Everybody"


def draw(scope: Scope) -> None:
    """Draw the spread of the chosen measure over every team, and the list of people by name."""
    measure = st.segmented_control(
        "What",
        list(people.MEASURES),
        format_func=people.MEASURES.__getitem__,
        default="tickets_in_progress",
        required=True,
        key="measure",
        bind="query-params",
        label_visibility="collapsed",
    )
    sql = people.spread(scope)
    found = data.rows(sql)
    shown = (
        found.filter(pl.col("measure") == measure, pl.col("people").is_not_null())
        .with_columns(scope=pl.when(pl.col("scope_kind") == "all").then(pl.lit(WHOLE)).otherwise("scope"))
        .sort("p85", "most", "scope", descending=[True, True, False], nulls_last=True)
    )
    with card(f"{people.MEASURES[measure]} per person", sql=sql, frame=found, key="spread", note=NOTE):
        if shown.is_empty():
            hidden = "group_too_small" in found["reason"].to_list()
            empty.nothing_here("Not shown: group too small." if hidden else NONE, None if hidden else "leadline run")
        else:
            said = takeaway(shown, people.MEASURES[measure])
            st.altair_chart(work_charts.spread(shown), alt=said)
            st.caption(f"{said}.")
            small = found.filter(pl.col("measure") == measure, pl.col("people").is_null()).height
            if small:
                st.caption(f":material/info: {words.count(small, 'team')} not shown: group too small.")
    _by_name(scope)


def takeaway(shown: pl.DataFrame, what: str) -> str:
    """Where most lies on one person, as a share of all of it."""
    known = shown.drop_nulls("top_share")
    if known.is_empty():
        return f"{what}: none anywhere"
    # One of one is all of it, and no burden.
    known = known.filter(pl.col("total") >= pl.col("people"))
    if known.is_empty():
        return f"{what}: fewer than one a person, which says nothing of a spread"
    teams = known.filter(pl.col("scope") != WHOLE)
    most = (
        (known if teams.is_empty() else teams).sort("top_share", "scope", descending=[True, False]).row(0, named=True)
    )
    return (
        f"Least evenly in {most['scope']}: one person has {words.share(most['top_share'])} of "
        f"{most['total']:,} ({words.count(most['people'], 'person', 'people')})"
    )


def _by_name(scope: Scope) -> None:
    sql = people.load(scope)
    found = data.rows(sql)
    with card("What each has on their hands, by name", sql=sql, frame=found, key="load", note=NOTE):
        if empty.is_left_out():
            empty.hidden("What single people have on their hands is not shown")
        elif found.is_empty():
            empty.only_oneself(NONE)
        else:
            columns = {name: Column(label, "count", width=140) for name, label in people.MEASURES.items()}
            table(
                found.head(people.LISTED),
                {"name": Column("Person", width=200), **columns},
                alt="What each person has on their hands, by name",
            )
