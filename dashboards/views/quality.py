"""Faults of the data, and what they touch."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import about

_SIGNS = {"error": "● error", "warning": "▲ warning", "info": "○ info"}


SHOWN = 3
"""How many items a fault names on the page; the table has more."""


def named(items: pl.Expr, count: pl.Expr) -> pl.Expr:
    """The first items of a fault: `app@1a2b, app@3c4d …`; a dash where none is named."""
    shown = items.list.head(SHOWN).list.join(", ")
    more = pl.when(count > SHOWN).then(pl.lit(" …")).otherwise(pl.lit(""))
    return pl.when(items.list.len() > 0).then(shown + more).otherwise(pl.lit(words.MISSING))


def draw() -> None:
    """Draw the faults found, and what collectors had to repair."""
    faults = data.rows(about.QUALITY)
    with card("Faults found in the data", sql=about.QUALITY, frame=faults, key="quality"):
        if faults.is_empty():
            st.caption(":material/check: No check found a fault.")
        else:
            st.table(
                faults.select(
                    pl.col("severity").replace(_SIGNS).alias("Severity"),
                    pl.col("check").str.replace_all("_", " ").alias("Check"),
                    pl.col("count").alias("Rows"),
                    pl.col("affected_metric").fill_null(words.MISSING).alias("Touches"),
                    named(pl.col("items"), pl.col("count")).alias("Where"),
                    pl.col("hint").fill_null(words.MISSING).alias("What to do"),
                ),
                border="horizontal",
                hide_index=True,
                alt="Faults by severity, with what to do about them",
            )
    repairs = data.rows(about.REPAIRS)
    with card("Rows that collectors repaired or left out", sql=about.REPAIRS, frame=repairs, key="repairs"):
        if repairs.is_empty():
            st.caption(":material/check: Nothing had to be repaired.")
        else:
            table(
                repairs,
                {
                    "source": Column("Source", width=100),
                    "scope": Column("Repository or project", width=220),
                    "stream": Column("Stream", width=110),
                    "check": Column("Check", width=220),
                    "count": Column("Rows", "count", width=70),
                    "updated_at": Column("Last (UTC)", "instant", width=140),
                },
                alt="Repairs by source and check",
            )
