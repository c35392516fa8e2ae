# ruff: noqa: S608 - names come quoted from the declaration, values are parameters
"""Frames into tables, set-based, by primary key.

Keys are kept by construction instead of by an index: a frame has unique keys (`warehouse.contracts`), rows with these
keys are deleted and the frame is inserted, in one transaction, and there is one writer. Every function runs on a
connection whose transaction the caller owns.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import duckdb
import polars as pl

from warehouse.ddl import quoted

_INCOMING = "incoming_rows"


def upsert(connection: duckdb.DuckDBPyConnection, target: str, keys: Sequence[str], frame: pl.DataFrame) -> int:
    """Insert whole rows, in place of those that have the same keys; returns how many."""
    if frame.is_empty():
        return 0
    with _registered(connection, frame):
        connection.execute(f"DELETE FROM {target} AS t USING {_INCOMING} AS i WHERE {_same(keys)}")
        connection.execute(f"INSERT INTO {target} BY NAME SELECT * FROM {_INCOMING}")
    return frame.height


def update(connection: duckdb.DuckDBPyConnection, target: str, keys: Sequence[str], frame: pl.DataFrame) -> int:
    """Change columns of the rows that have the frame's keys; returns how many there were."""
    changed = ", ".join(f"{quoted(name)} = i.{quoted(name)}" for name in frame.columns if name not in keys)
    if frame.is_empty() or not changed:
        return 0
    with _registered(connection, frame):
        sql = f"UPDATE {target} AS t SET {changed} FROM {_INCOMING} AS i WHERE {_same(keys)}"
        return _count(connection.execute(sql))


def delete(connection: duckdb.DuckDBPyConnection, target: str, frame: pl.DataFrame) -> int:
    """Delete the rows equal to one of the frame's rows in all its columns; returns how many there were."""
    if frame.is_empty():
        return 0
    with _registered(connection, frame):
        same = " AND ".join(f"t.{quoted(name)} IS NOT DISTINCT FROM i.{quoted(name)}" for name in frame.columns)
        return _count(connection.execute(f"DELETE FROM {target} AS t USING {_INCOMING} AS i WHERE {same}"))


def replace(connection: duckdb.DuckDBPyConnection, target: str, frame: pl.DataFrame) -> None:
    """Make the frame's rows the only ones of the table."""
    connection.execute(f"DELETE FROM {target}")
    append(connection, target, frame)


def append(connection: duckdb.DuckDBPyConnection, target: str, frame: pl.DataFrame) -> None:
    """Add the frame's rows to those of the table."""
    with _registered(connection, frame):
        connection.execute(f"INSERT INTO {target} BY NAME SELECT * FROM {_INCOMING}")


def _same(keys: Sequence[str]) -> str:
    return " AND ".join(f"t.{quoted(key)} = i.{quoted(key)}" for key in keys)


def _count(result: duckdb.DuckDBPyConnection) -> int:
    row = result.fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> Iterator[None]:
    connection.register(_INCOMING, frame.to_arrow())
    try:
        yield
    finally:
        with suppress(duckdb.TransactionException):  # refused after a failure; the next frame takes its place
            connection.unregister(_INCOMING)
