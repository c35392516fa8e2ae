"""What every table and column means, and how many rows there are."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import about

LIST = "list-of-tables"


def draw() -> None:
    """Draw the list of tables and the searchable dictionary."""
    search = st.text_input(
        "Search",
        key="word",
        bind="query-params",
        placeholder="Search tables, columns and descriptions",
        label_visibility="collapsed",
        icon=":material/search:",
        type="search",
    )
    columns = _found(data.rows(about.DICTIONARY), search, ["schema", "table", "column", "description"])
    tables = data.rows(about.TABLES)
    if search:
        tables = tables.join(columns.select("schema", "table").unique(), on=["schema", "table"], maintain_order="left")
    with card(words.count(tables.height, "table"), sql=about.TABLES, frame=tables, key="tables"):
        table(
            tables.with_columns(name=pl.format("{}.{}", "schema", "table")),
            {
                "name": Column("Table", width=210),
                "rows": Column("Rows", "count", width=90),
                "columns": Column("Columns", "count", width=70),
                "holds": Column("What it holds", width=460),
            },
            alt="Tables with their number of rows",
            rows=9,
            key=LIST,
            on_select=lambda: _choose(tables),
        )
    with card(words.count(columns.height, "column"), sql=about.DICTIONARY, frame=columns, key="dictionary"):
        table(
            columns.with_columns(table=pl.format("{}.{}", "schema", "table")),
            {
                "table": Column("Table", width=180),
                "column": Column("Column", width=160),
                "type": Column("Type", width=85),
                "key": Column("Key", "flag", width=40),
                "description": Column("Meaning", width=440),
            },
            alt="Columns with their type and meaning",
            rows=13,
        )


def _choose(tables: pl.DataFrame) -> None:
    """Search for the table of the selected row."""
    rows = st.session_state[LIST].selection.rows
    if rows and rows[0] < tables.height:
        st.session_state["word"] = tables["table"][rows[0]]


def _found(frame: pl.DataFrame, search: str | None, columns: list[str]) -> pl.DataFrame:
    """The rows that contain every searched word somewhere."""
    text = pl.concat_str(columns, separator=" ", ignore_nulls=True).str.to_lowercase()
    for word in (search or "").lower().split():
        frame = frame.filter(text.str.contains(word, literal=True))
    return frame
