"""The one door to the published file: every frame of the pages comes through here, cached by generation.

A new generation is followed without a restart: its name is part of every cache key. What a reader may see of people is
decided behind this door (`warehouse.sight`), for the queries of the pages and for those that somebody typed.
"""

from pathlib import Path

import polars as pl
import streamlit as st

from dashboards import reader, settings
from warehouse.errors import NoGeneration, QueryError
from warehouse.reader import Reader, Result
from warehouse.sight import Door, Sight

KEPT = 400
"""How many frames the cache keeps, over all sessions."""

PATIENCE_SECONDS = 30.0
"""How long a query of a page may take."""

_WHOSE = """
SELECT DISTINCT person_id
FROM (SELECT person_id, email FROM people UNION ALL SELECT person_id, email FROM identities)
WHERE lower(email) = $address AND person_id IS NOT NULL
"""

__all__ = ["NoGeneration", "QueryError", "Result", "ask", "generation", "let_go", "rows"]


def generation() -> str | None:
    """Name of the current generation; None while nothing is published."""
    path = _reader(settings.current().directory).generation()
    return path.stem if path else None


def rows(sql: str) -> pl.DataFrame:
    """The rows of a query over the current generation.

    Raises QueryError for a query that is wrong, NoGeneration while nothing is published.
    """
    return _rows(settings.current().directory, generation(), sql, _seen("pages"))


def ask(sql: str, *, limit: int, timeout_seconds: float) -> Result:
    """The answer to a query that somebody typed, never cached.

    Raises QueryError for a query that is wrong, not allowed or too slow, NoGeneration while nothing is published.
    """
    return _reader(settings.current().directory).query(
        sql, limit=limit, timeout_seconds=timeout_seconds, seen=_seen("typed")
    )


def let_go() -> None:
    """Close every published file and forget what was read; the next query opens it again."""
    _rows.clear()
    _person.clear()
    _reader.clear()


@st.cache_resource(show_spinner=False, max_entries=8, on_release=Reader.close)
def _reader(directory: Path) -> Reader:
    return Reader(directory)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _rows(directory: Path, generation: str | None, sql: str, seen: Sight) -> pl.DataFrame:  # noqa: ARG001 - a part of the cache's key
    return _reader(directory).query(sql, timeout_seconds=PATIENCE_SECONDS, seen=seen).frame


def _seen(door: Door) -> Sight:
    """What who signed in sees through a door."""
    address = reader.email()
    return Sight(door, _person(settings.current().directory, generation(), address) if address else None)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _person(directory: Path, generation: str | None, address: str) -> str | None:  # noqa: ARG001 - a part of the cache's key
    """The person whom an address belongs to; None where it is nobody's, or more than one person's."""
    found = _reader(directory).query(_WHOSE, {"address": address}).frame["person_id"]
    return found.item() if found.len() == 1 else None
