"""What each metric means, and how it is misread."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import about

LIST = "list-of-metrics"

_DIRECTIONS = {"higher": "higher is better", "lower": "lower is better", "neutral": "no better way"}


def draw() -> None:
    """Draw the catalogue, and one metric in full."""
    metrics = data.rows(about.CATALOGUE)
    if metrics.is_empty():
        empty.nothing_here("No metrics are described in this file.", "leadline compute")
        return
    titles = dict(metrics.select("name", "title").iter_rows())
    chosen = st.selectbox(
        "Metric",
        list(titles),
        format_func=lambda name: titles.get(name, name),
        key="metric",
        bind="query-params",
        label_visibility="collapsed",
    )
    left, right = st.columns([3, 2], gap="small")
    with left, card(words.count(metrics.height, "metric"), sql=about.CATALOGUE, frame=metrics, key="metrics"):
        serves = pl.Series([words.responsibility(key) for key in metrics["responsibility"]], dtype=pl.String)
        table(
            metrics.with_columns(serves=serves),
            {
                "title": Column("Metric", width=200),
                "serves": Column("Serves", width=140),
                "unit": Column("Unit", width=70),
                "name": Column("Name in SQL", width=170),
            },
            alt="All metrics with what they serve",
            rows=18,
            key=LIST,
            on_select=lambda: _choose(metrics),
        )
    with right, st.container(border=True):
        _entry(next(row for row in metrics.iter_rows(named=True) if row["name"] == chosen))


def _choose(metrics: pl.DataFrame) -> None:
    """Open the metric of the selected row."""
    rows = st.session_state[LIST].selection.rows
    if rows and rows[0] < metrics.height:
        st.session_state["metric"] = metrics["name"][rows[0]]


def _entry(metric: dict[str, Any]) -> None:
    st.subheader(words.plain(metric["title"]), anchor=False)
    st.caption(
        f"`{metric['name']}` · {metric['unit']} · {_DIRECTIONS.get(metric['direction'], metric['direction'])} · "
        f"{words.responsibility(metric['responsibility'])}"
    )
    st.markdown(words.plain(metric["definition"]))
    for heading, key in (
        ("Left out", "exclusions"),
        ("How it is misread", "pitfalls"),
        ("Where it comes from", "source"),
    ):
        if metric[key]:
            st.markdown(f"**{heading}.** {words.plain(metric[key])}")
    st.caption(f"Items in `metrics.{metric['table']}`, computed from {', '.join(metric['inputs'] or [])}")
