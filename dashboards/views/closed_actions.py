"""Actions that are shown no longer: what became true of them, rule by rule."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import attention
from dashboards.scope import Scope

DAYS = 30
HOW = {"no_longer_true": "No longer true", "outranked": "Better ones came"}
NOTE = (
    "An action that its rule proposes no longer closes itself. It was not necessarily done because it stood here. One "
    "that is true again comes back with the date of its first sight."
)


def draw(chosen: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw what closed in the last 30 days, the last one first."""
    sql = attention.closed(chosen, days=DAYS)
    found = data.rows(sql)
    title = f"{words.count(found.height, 'action')} closed in the last {DAYS} days"
    with card(title, sql=sql, frame=found, key="closed", note=NOTE):
        if found.is_empty():
            empty.nothing_here("No action closed in this time.")
            return
        over = found.filter(pl.col("how") == "no_longer_true")
        saved = words.number(charts.total(over, "days_saved"), "days")
        st.caption(f"{over.height:,} of them are no longer true: about {saved}.")
        table(
            found.with_columns(pl.col("how").replace(HOW)),
            {
                "url": Column("", "link", width=34),
                "title": Column("What was wrong", width=320),
                "team": Column("Team", width=110),
                "how": Column("How it ended", width=120),
                "days_saved": Column("Days", "count", width=60, help="Expected to be saved"),
                "first_seen_at": Column("First seen", "day", width=92),
                "closed_at": Column("Closed", "day", width=92),
            },
            alt=title,
        )
