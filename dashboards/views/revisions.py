"""Figures that were published and are different now, and why."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import about

NOTE = (
    "Of weeks and months that were over when they were first published. The evidence counts rows of the whole period, "
    "whatever the scope. `leadline report --as-of DATE` tells what could be known on a day; `meta.published_figures` "
    "holds what was published."
)
WHY = {
    "late_data": "Late data",
    "reopened_item": "Something reopened",
    "changed_definition": "Another definition",
    "changed_configuration": "Another configuration",
    "unexplained": "Not explained",
}
LISTED = 500


def draw() -> None:
    """Draw the revisions, the last one first."""
    found = data.rows(about.REVISIONS)
    with card("What changed since it was published", sql=about.REVISIONS, frame=found, key="revisions", note=NOTE):
        if found.is_empty():
            st.caption(":material/check: No figure of a week or month that was published is another one now.")
            return
        st.caption(f"{takeaway(found)}.")
        told = found.head(LISTED).with_columns(
            _told(found.head(LISTED), "before"), _told(found.head(LISTED), "after"), pl.col("why").replace(WHY)
        )
        table(
            told,
            {
                "title": Column("Figure", width=170),
                "scope": Column("Of", width=110),
                "period": Column("Period", width=62),
                "period_start": Column("From", "day", width=92),
                "before": Column("Was", width=80),
                "after": Column("Is", width=80),
                "why": Column("Why", width=140),
                "evidence": Column("Evidence", width=220),
                "revised_at": Column("Since", "day", width=92),
            },
            alt=takeaway(found),
            rows=18,
        )


def takeaway(found: pl.DataFrame) -> str:
    """How many figures were revised, and for what reasons."""
    reasons = found.group_by("why").len().sort("len", "why", descending=[True, False])
    told = [f"{WHY[why].lower()} {count:,}" for why, count in reasons.iter_rows()]
    return f"{words.count(found.height, 'revision')}: {', '.join(told)}"


def _told(found: pl.DataFrame, column: str) -> pl.Series:
    """The values of a column in their units."""
    values = [words.number(value, unit) for value, unit in found.select(column, "unit").iter_rows()]
    return pl.Series(column, values, dtype=pl.String)
