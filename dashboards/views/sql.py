"""SQL over everything that is published: read-only, with a limit of time and rows."""

import io

import streamlit as st

from dashboards import data
from dashboards.data import NoGeneration, QueryError, Result
from dashboards.parts import empty, words
from dashboards.parts.card import csv
from dashboards.queries import about

ROWS = 10_000
SECONDS = 20.0
HEIGHT = 460


def draw() -> None:
    """Draw the editor, the examples and the answer."""
    st.pills(
        "Examples",
        list(about.EXAMPLES),
        key="example",
        on_change=_take_example,
        label_visibility="collapsed",
    )
    with st.form("query", border=False):
        sql = st.text_area(
            "Query",
            key="sql",
            bind="query-params",
            height=190,
            placeholder="SELECT * FROM metrics.hotspots ORDER BY score DESC LIMIT 20",
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button("Run", type="primary", icon=":material/play_arrow:", shortcut="Ctrl+Enter")
            st.caption(
                f"One query that reads; at most {ROWS:,} rows and {SECONDS:.0f} seconds. Tables and columns are "
                "described under “Tables”. The address of this page holds the query."
            )
    privacy = data.rows(about.PRIVACY).row(0, named=True)
    if privacy["people"] != "leads":
        least = words.count(privacy["minimum_group"], "member")
        empty.hidden(f"Of people you see yourself only, once signed in, and teams with fewer than {least} stay unnamed")
    if sql and sql.strip():
        _answer(sql)


def _take_example() -> None:
    if chosen := st.session_state["example"]:
        st.session_state["sql"] = about.EXAMPLES[chosen]


def _answer(sql: str) -> None:
    try:
        with st.spinner("Running …", show_time=True):
            result = data.ask(sql, limit=ROWS, timeout_seconds=SECONDS)
    except (QueryError, NoGeneration) as error:
        hint = f"\n\n{words.plain(error.hint)}" if error.hint else ""
        st.warning(f"{words.plain(str(error))}{hint}", title="The query did not run", icon=":material/error:")
    else:
        _show(result)


def _show(result: Result) -> None:
    told = words.count(result.frame.height, "row")
    if result.truncated:
        told = f"The first {told}; there are more"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{told}** in {result.seconds:.2f} s", width="stretch")
        st.download_button(
            "CSV", lambda: csv(result.frame), "leadline.csv", "text/csv", on_click="ignore", icon=":material/download:"
        )
        st.download_button(
            "Parquet",
            lambda: parquet(result),
            "leadline.parquet",
            "application/vnd.apache.parquet",
            on_click="ignore",
            icon=":material/download:",
        )
    st.dataframe(result.frame, alt="Rows of the query", hide_index=True, height=HEIGHT, row_height=30)


def parquet(result: Result) -> bytes:
    """The rows as a Parquet file."""
    buffer = io.BytesIO()
    result.frame.write_parquet(buffer)
    return buffer.getvalue()
