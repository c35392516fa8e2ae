"""The one door to the published file: every frame of the pages comes through here, cached by generation.

A new generation is followed without a restart: its name is part of every cache key.
"""

from pathlib import Path

import polars as pl
import streamlit as st

from dashboards import settings
from warehouse.errors import NoGeneration, QueryError
from warehouse.reader import Reader, Result

KEPT = 400
"""How many frames the cache keeps, over all sessions."""

PATIENCE_SECONDS = 30.0
"""How long a query of a page may take."""

__all__ = ["NoGeneration", "QueryError", "Result", "ask", "generation", "let_go", "rows"]


def generation() -> str | None:
    """Name of the current generation; None while nothing is published."""
    path = _reader(settings.current().directory).generation()
    return path.stem if path else None


def rows(sql: str) -> pl.DataFrame:
    """The rows of a query over the current generation.

    Raises QueryError for a query that is wrong, NoGeneration while nothing is published.
    """
    return _rows(settings.current().directory, generation(), sql)


def ask(sql: str, *, limit: int, timeout_seconds: float) -> Result:
    """The answer to a query that somebody typed, never cached.

    Raises QueryError for a query that is wrong, not allowed or too slow, NoGeneration while nothing is published.
    """
    return _reader(settings.current().directory).query(sql, limit=limit, timeout_seconds=timeout_seconds)


def let_go() -> None:
    """Close every published file and forget what was read; the next query opens it again."""
    _rows.clear()
    _reader.clear()


@st.cache_resource(show_spinner=False, max_entries=8, on_release=Reader.close)
def _reader(directory: Path) -> Reader:
    return Reader(directory)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _rows(directory: Path, generation: str | None, sql: str) -> pl.DataFrame:  # noqa: ARG001 - a part of the cache's key
    return _reader(directory).query(sql, timeout_seconds=PATIENCE_SECONDS).frame
