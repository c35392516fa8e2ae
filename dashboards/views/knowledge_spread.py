"""How knowledge spreads: people who change something in a folder for the first time."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, empty, words, work_charts
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import people
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL, too_small

NOTE = (
    "Pairs of a person and a folder, two levels deep, in which that person changed a file for the first time. At the "
    "beginning of a history everything is new."
)
NONE = "Nobody changed a file here for the first time in this period."


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw new pairs by month, and the folders that were learnt last."""
    sql = people.trend("new_knowledge_pairs", scope)
    found = data.rows(sql)
    with card("New to a folder, by month", sql=sql, frame=found, key="new-pairs", note=NOTE):
        known = found.drop_nulls("value")
        if known.is_empty():
            empty.nothing_here(TOO_SMALL if too_small(scope) else NONE)
        else:
            last = known.row(-1, named=True)
            total = int(charts.total(known, "value"))
            said = (
                f"{words.number(last['value'])} in the month of {words.day(last['period_start'])}, {total:,} in "
                f"{words.count(known.height, 'month')}"
            )
            shown = known.with_columns(name=pl.lit("New pairs"))
            st.altair_chart(work_charts.lines(shown, title="New pairs", order=["New pairs"]), alt=said)
            st.caption(f"{said}.")
    sql = people.spreading(scope)
    folders = data.rows(sql)
    with card("Folders by who came to them last", sql=sql, frame=folders, key="spreading", note=NOTE):
        if empty.is_left_out():
            empty.hidden("How many people know a folder is not shown")
        elif folders.is_empty():
            empty.nothing_here("Nobody changed a file here.")
        else:
            named = folders.with_columns(repository=folders["repo_id"].replace(repositories))
            table(
                named.head(people.LISTED),
                {
                    "repository": Column("Repository", width=170),
                    "folder": Column("Folder", width=280),
                    "people": Column("People so far", "count", width=110),
                    "last_new_at": Column("Last new one", "day", width=110),
                },
                alt="Folders by when somebody last came to them",
            )
