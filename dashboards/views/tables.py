"""What every table and column means, and how many rows there are."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import about


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
    left, right = st.columns([2, 3], gap="medium")
    columns = _found(data.rows(about.DICTIONARY), search, ["table", "column", "description"])
    tables = data.rows(about.TABLES)
    if search:
        named = columns.select("schema", "table").unique()
        tables = pl.concat([_found(tables, search, ["table", "holds"]), tables.join(named, on=["schema", "table"])])
        tables = tables.unique(["schema", "table"], maintain_order=True)
    with left, card(words.count(tables.height, "table"), sql=about.TABLES, frame=tables, key="tables"):
        table(
            tables,
            {
                "schema": Column("Schema", width=65),
                "table": Column("Table", width=150),
                "rows": Column("Rows", "count", width=75),
                "holds": Column("What it holds", width=320),
            },
            alt="Tables with their number of rows",
            rows=18,
        )
    with right, card(words.count(columns.height, "column"), sql=about.DICTIONARY, frame=columns, key="dictionary"):
        table(
            columns.with_columns(table=pl.format("{}.{}", "schema", "table")),
            {
                "table": Column("Table", width=140),
                "column": Column("Column", width=125),
                "type": Column("Type", width=80),
                "key": Column("Key", "flag", width=40),
                "description": Column("Meaning", width=420),
            },
            alt="Columns with their type and meaning",
            rows=18,
        )


def _found(frame: pl.DataFrame, search: str | None, columns: list[str]) -> pl.DataFrame:
    """The rows that contain every searched word somewhere."""
    text = pl.concat_str(columns, separator=" ", ignore_nulls=True).str.to_lowercase()
    for word in (search or "").lower().split():
        frame = frame.filter(text.str.contains(word, literal=True))
    return frame
