"""What is merged and waits to be deployed."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import delivery_charts, empty, time_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import delivery
from dashboards.scope import Scope
from dashboards.views import deployments
from dashboards.views.pull_requests import labelled

NOTE = (
    "Pull requests that no production deployment contains yet. Where a merge is all that is known of a deployment, "
    "nothing waits."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw what waits by age, beside how long deployed changes had waited, and the list of it."""
    sql = delivery.waiting(scope)
    waiting = labelled(data.rows(sql), repositories)
    usual = data.rows(delivery.usual_wait(scope)).row(0, named=True)
    with card("Merged and not deployed, by age", sql=sql, frame=waiting, key="waiting", note=NOTE):
        if waiting.is_empty():
            known = data.rows(delivery.found_by(scope))["ever"].sum()
            empty.nothing_here("Nothing waits: every merged pull request is deployed." if known else deployments.NONE)
            return
        said = longest(waiting, usual["p85"])
        shown = waiting.with_columns(told=time_charts.told(waiting, "waiting_seconds"))
        st.altair_chart(delivery_charts.waits(shown, usual["p85"]), alt=said)
        st.caption(f"{said}.")
    with card("What waits, the longest first", sql=sql, frame=waiting, key="waiting-list", note=NOTE):
        table(
            waiting.head(delivery.LISTED),
            {
                "url": Column("", "link", width=34),
                "label": Column("Change", width=150),
                "title": Column("Title", width=400),
                "waiting_seconds": Column("Waits for", "span", width=90),
                "merged_at": Column("Merged", "day", width=100),
                "size_lines": Column("Lines", "count", width=70),
            },
            alt=said,
            rows=18,
        )


def longest(waiting: pl.DataFrame, usual: float | None) -> str:
    """How much waits and for how long, against what is usual (seconds), in words."""
    oldest = waiting.row(0, named=True)
    said = (
        f"{words.count(waiting.height, 'change waits', 'changes wait')}, the longest for "
        f"{words.span(oldest['waiting_seconds'])}"
    )
    if usual is None:
        return said
    late = waiting.filter(pl.col("waiting_seconds") > usual).height
    return (
        f"{said}; {f'{late:,}' if late else 'none'} longer than 85 % of the changes deployed in the last 90 days "
        f"({words.span(usual)})"
    )
