"""Which large tasks grew after work on them had begun, and whether they grow faster than they are finished."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import scope_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import requirements, tickets
from dashboards.scope import Scope
from dashboards.views.pull_requests import too_small
from dashboards.views.tickets import names, nothing

NOTE = (
    "Children that a parent (an epic, for example) got after work on it had begun. One that is cut into pieces only "
    "when it is begun grows by that without any more being asked for."
)

DRAWN = 20
"""How many parents the chart shows."""

NONE = "No ticket with children was worked on in this period."


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw parents with the children that came later, and the list of them."""
    sql = requirements.parents(scope)
    parents = data.rows(sql).with_columns(
        state=pl.col("state").replace(tickets.STATES),
        ahead=(pl.col("created_30d") > pl.col("finished_30d")) & (pl.col("state") != "done"),
    )
    with card("Children at the start, and those that came later", sql=sql, frame=parents, key="growth", note=NOTE):
        if too_small(scope) or parents.is_empty():
            nothing(NONE, hidden=too_small(scope))
            return
        said = grown(parents)
        told = [words.change(growth) if growth is not None else words.MISSING for growth in parents["growth"]]
        shown = parents.with_columns(told=pl.Series(told, dtype=pl.String))
        st.altair_chart(scope_charts.growth(shown.head(DRAWN)), alt=said)
        st.caption(f"{said}.")
    with card("Parents, those that grew most first", sql=sql, frame=parents, key="parents", note=NOTE):
        table(
            parents.head(requirements.LISTED),
            {
                "url": Column("", "link", width=34),
                **names(parents, title=140),
                "state": Column("State", width=80),
                "children_at_start": Column("At start", "count", width=58),
                "children_added": Column("Added", "count", width=52),
                "growth": Column("Growth", "change", width=66, help="Added / at start"),
                "children_done": Column("Done", "count", width=46),
                "children": Column("of", "count", width=38),
                "created_30d": Column("New", "count", width=48, help="Created in the last 30 days"),
                "finished_30d": Column("Finished", "count", width=65, help="In the last 30 days"),
                "ahead": Column("Grows on", "flag", width=70, help="More new than finished in 30 days"),
                "due_on": Column("Due", "day", width=80),
            },
            alt=said,
        )


def grown(parents: pl.DataFrame) -> str:
    """How many parents grew, and how many grow faster than they are finished, in words."""
    more = parents.filter(pl.col("children_added") > 0).height
    faster = parents.filter("ahead").height
    said = f"{more:,} of {words.count(parents.height, 'parent')} got children after work had begun"
    return f"{said}; {faster:,} {'grows' if faster == 1 else 'grow'} faster than what is finished" if faster else said
