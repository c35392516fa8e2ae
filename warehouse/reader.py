"""Reading what is published, safely: any SQL, from anybody, in any thread, while batches publish."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from warehouse import generations, results, sight
from warehouse.connect import NO_EXTENSIONS, first_line, threads
from warehouse.deadline import bounded
from warehouse.errors import NoGeneration, QueryError, QueryTimeout, WarehouseUnusable
from warehouse.sight import Door, Sight
from warehouse.statements import one_query

MEMORY_LIMIT = "512MB"

_HARDENED = NO_EXTENSIONS | {
    "enable_external_access": False,
    "allow_persistent_secrets": False,
    "memory_limit": MEMORY_LIMIT,
    "temp_directory": "",
}

Parameters = Sequence[object] | Mapping[str, object]


@dataclass(frozen=True)
class Result:
    """What a query returned."""

    frame: pl.DataFrame
    truncated: bool
    """Whether the row limit cut rows off."""
    seconds: float


class Reader:
    """Queries of the current generation of a data directory; it follows every new one.

    A query can read every table and nothing else: no file, no setting, no extension, no write.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._switching = threading.Lock()
        self._path: Path | None = None
        self._connections: dict[Door | None, duckdb.DuckDBPyConnection] = {}

    def generation(self) -> Path | None:
        """The file that the next query reads, under its own name; None when nothing is published."""
        return generations.current(self.directory)

    def query(
        self,
        sql: str,
        parameters: Parameters | None = None,
        *,
        limit: int | None = None,
        timeout_seconds: float | None = None,
        seen: Sight | None = None,
    ) -> Result:
        """The result of one query, at most `limit` rows of it; with `seen`, of what that reader may see of people.

        Raises QueryError for a query that is wrong or not allowed, QueryTimeout for one that takes longer than
        `timeout_seconds`, NoGeneration when nothing is published, and WarehouseUnusable for a file that is damaged.
        """
        began = time.perf_counter()
        cursor, is_narrowed = self._cursor(seen)
        with cursor:
            try:
                if seen is not None and is_narrowed:
                    sight.check(cursor, one_query(cursor, sql), seen)
                frame = bounded(cursor, lambda: _rows(cursor, sql, parameters, limit), timeout_seconds)
            except duckdb.InterruptException:
                raise QueryTimeout(
                    f"the query took longer than {timeout_seconds:g} seconds", hint="ask for less: fewer rows, a filter"
                ) from None
            except (duckdb.Error, pl.exceptions.PolarsError) as error:
                raise QueryError(results.explained(error)) from None
        shown = frame if limit is None else frame.head(limit)
        return Result(shown, shown.height < frame.height, time.perf_counter() - began)

    def close(self) -> None:
        """Let go of the file; the next query opens it again."""
        with self._switching:
            self._path, self._connections = None, {}

    def _cursor(self, seen: Sight | None) -> tuple[duckdb.DuckDBPyConnection, bool]:
        """A cursor of its own on the current generation that sees as `seen` may, and whether that is less than all.

        The file is opened anew when the generation has changed; queries that still read the former one keep it open.
        """
        with self._switching:
            for _ in range(generations.KEPT):
                path = self.generation()
                if path is None:
                    raise NoGeneration(f"nothing is published in {self.directory} yet", hint="run `leadline run` first")
                try:
                    return self._cursor_of(path, seen)
                except duckdb.Error as error:
                    if path.exists():
                        raise _unreadable(path, error) from None
            raise NoGeneration(f"{path} was removed while it was opened")

    def _cursor_of(self, path: Path, seen: Sight | None) -> tuple[duckdb.DuckDBPyConnection, bool]:
        if path != self._path or None not in self._connections:
            self._connections, self._path = {None: _open(path)}, path
        whole = self._connections[None].cursor()
        if seen is None or not sight.is_narrowed(sight.policy(whole), seen.door):
            return whole, False
        whole.close()
        if seen.door not in self._connections:
            self._connections[seen.door] = _look_through(path, seen.door)
        cursor = self._connections[seen.door].cursor()
        sight.stand(cursor, seen)
        return cursor, True


def _rows(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters | None, limit: int | None
) -> pl.DataFrame:
    """The rows of a query, and one more than the limit where there are more."""
    relation = cursor.sql(one_query(cursor, sql), params=parameters or None)
    return results.frame(relation if limit is None else relation.limit(limit + 1))


def _unreadable(path: Path, error: duckdb.Error) -> WarehouseUnusable:
    return WarehouseUnusable(
        f"{path} cannot be read: {first_line(error)}", hint="publish a new one with `leadline compute`"
    )


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path, read_only=True, config=_HARDENED | {"threads": threads()})
    return _locked(connection)


def _look_through(path: Path, door: Door) -> duckdb.DuckDBPyConnection:
    reachable = {name: value for name, value in _HARDENED.items() if name != "enable_external_access"}
    connection = duckdb.connect(":memory:", config=reachable | {"threads": threads()})
    sight.looked_through(connection, path, door)
    connection.execute("SET GLOBAL enable_external_access = false")
    return _locked(connection)


def _locked(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET GLOBAL python_enable_replacements = false")
    connection.execute("SET GLOBAL lock_configuration = true")
    return connection
