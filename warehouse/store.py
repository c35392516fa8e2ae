# ruff: noqa: S608 - names come quoted from the declaration, values are parameters
"""The file that the batch owns: pages go in, frames come out, runs are accounted for."""

import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import duckdb
import polars as pl

from warehouse import catalog, contracts, journal, loading, retention
from warehouse.connect import connect, failures_told
from warehouse.ddl import listed, quoted
from warehouse.lock import Lock
from warehouse.migrations import migrate
from warehouse.payloads import Archive
from warehouse.persons import select_persons
from warehouse.state import SourceState
from warehouse.tables import CORE, Page, SourceTable, State

FILE = "warehouse.duckdb"

_OF_SOURCES = [catalog.main(name) for name, table in CORE.items() if issubclass(table, SourceTable)]

_PATIENCE_SECONDS = 1.0
"""Longer than anybody takes who only looks in (`warehouse.inspection`)."""

RunStatus = Literal["ok", "partial", "failed", "interrupted"]


class Warehouse:
    """The open warehouse of a data directory; one process at a time, any of its threads."""

    def __init__(
        self, directory: Path, lock: Lock, connection: duckdb.DuckDBPyConnection, *, keep_payloads: bool
    ) -> None:
        self.directory = directory
        self.archive = Archive(directory)
        self._keep_payloads = keep_payloads
        self._lock = lock
        self._connection = connection
        self._writing = threading.Lock()

    @classmethod
    def open(cls, directory: Path, *, keep_payloads: bool = True) -> "Warehouse":
        """The warehouse in `directory`, made if it is not there, brought to the declared tables otherwise.

        With `keep_payloads`, what the pages were made of is archived.
        Raises WarehouseBusy while another process has it open, and WarehouseUnusable for a file that cannot be read.
        """
        directory.mkdir(parents=True, exist_ok=True)
        lock = Lock.take(directory, patience_seconds=_PATIENCE_SECONDS)
        try:
            connection = _open(directory / FILE)
        except BaseException:
            lock.release()
            raise
        return cls(directory, lock, connection, keep_payloads=keep_payloads)

    @property
    def file(self) -> Path:
        """The file itself."""
        return self.directory / FILE

    def close(self) -> None:
        """Write everything to the file and let the next run in."""
        self._connection.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # -- runs

    def start_run(self) -> str:
        """A new run, marked as running; its identifier sorts by time."""
        now = datetime.now(UTC).replace(tzinfo=None)
        run_id = f"{now:%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(3)}"
        with self._transaction() as connection:
            journal.start_run(connection, run_id, now)
        return run_id

    def finish_run(self, run_id: str, status: RunStatus, error: str | None = None) -> None:
        """Note how a run ended."""
        with self._transaction() as connection:
            journal.finish_run(connection, run_id, status, error)

    def fail_source(self, run_id: str, *, source: str, stream: str, error: str) -> None:
        """Note that a stream of a source could not be read to its end; what it delivered before stays."""
        with self._transaction() as connection:
            journal.account(connection, run_id, source, stream, error=error)

    # -- writing

    def load(self, page: Page, *, source: str, run_id: str, now: datetime, seconds: float = 0.0) -> int:
        """Commit a page and its cursor in one transaction; returns the number of rows written.

        `now` (UTC) becomes `collected_at`; `seconds` is what it took to get the page, and is added up in
        `meta.run_sources` together with the time of loading. Raises ContractError, and writes nothing, for rows that
        break the declaration of their table.
        """
        began, rows, now = time.perf_counter(), 0, _naive(now)
        deletes = [(name, contracts.some_columns(f, catalog.loadable(name), name)) for name, f in page.deletes.items()]
        upserts = [_stamped(name, frame, source, now) for name, frame in page.upserts.items()]
        updates = [_stamped(name, frame, source, now) for name, frame in page.updates.items()]
        if page.payloads and self._keep_payloads:
            self.archive.keep(page, source=source, run_id=run_id, now=now)
        with self._transaction() as connection:
            if page.restart:
                journal.restart(connection, source, page)
            for name, frame in deletes:
                loading.delete(connection, catalog.main(name), frame)
            for name, frame in upserts:
                rows += loading.upsert(connection, catalog.main(name), catalog.loadable(name).primary_key(), frame)
            for name, frame in updates:
                rows += loading.update(connection, catalog.main(name), catalog.loadable(name).primary_key(), frame)
            journal.keep_cursor(connection, source, page, now)
            journal.count_repairs(connection, source, page, now)
            journal.account(
                connection,
                run_id,
                source,
                page.stream,
                rows=rows,
                requests=page.requests,
                seconds=seconds + time.perf_counter() - began,
            )
        if page.is_farewell:
            self.archive.drop(source, page.scope)
        return rows

    def replace(self, table: str, frame: pl.DataFrame) -> None:
        """Make the frame's rows the only ones of a table that is derived, such as `people` or `meta.data_quality`.

        Columns left out become null. Raises ContractError.
        """
        schema, name, declared = catalog.declared(table)
        checked = contracts.whole_rows(frame, declared, name)
        with self._transaction() as connection:
            loading.replace(connection, f"{quoted(schema)}.{quoted(name)}", checked)

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows to a table that only grows, such as `meta.published_figures`.

        Columns left out become null. Raises ContractError.
        """
        schema, name, declared = catalog.declared(table)
        checked = contracts.whole_rows(frame, declared, name)
        with self._transaction() as connection:
            loading.append(connection, f"{quoted(schema)}.{quoted(name)}", checked)

    def forget(self, source: str) -> None:
        """Drop all that came from a source, and how far it was read: the next collection begins from the start.

        What was archived of it stays, for a rebuild.
        """
        with self._transaction() as connection:
            journal.forget(connection, source)
            for table in _OF_SOURCES:
                connection.execute(f"DELETE FROM {table} WHERE source = ?", [source])

    def sources(self) -> list[str]:
        """Names of the sources that rows came from."""
        found = self.query(" UNION ".join(f"SELECT source FROM {table}" for table in _OF_SOURCES))
        return sorted(found["source"])

    def expire(self, before: datetime) -> int:
        """Drop commits applied before an instant, with what hangs on them, and runs begun before it.

        Returns the number of commits dropped. Commits without a date stay. A collector is to be given the same instant
        as its `since`, else it would collect them again.
        """
        with self._transaction() as connection:
            return retention.drop_before(connection, _naive(before))

    # -- reading

    def state(self, source: str) -> State:
        """What a collector of this source may ask about earlier runs."""
        return SourceState(self.query, source)

    def read(self, table: str, columns: Sequence[str] | None = None, *, persons: bool = False) -> pl.DataFrame:
        """A whole table (`commits`, `meta.runs`), or some columns of it; row order is not defined.

        With `persons`, columns declared with `person` hold the person in place of the identity.
        """
        schema, name, declared = catalog.declared(table)
        rows = f"{quoted(schema)}.{quoted(name)}"
        if persons:
            rows = f"({select_persons(rows, declared, catalog='warehouse')})"
        return self.query(f"SELECT {listed(catalog.known(name, declared, columns))} FROM {rows}")

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pl.DataFrame:
        """The result of a query of our own, as of the last commit."""
        with failures_told(self.file), self._connection.cursor() as cursor:
            frame: pl.DataFrame = cursor.sql(sql, params=list(parameters)).pl()
            return frame

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own, for what wants to attach a file; the caller closes it."""
        return self._connection.cursor()

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writing connection, for one thread at a time; commits at the end, undoes everything after an error."""
        with self._writing, failures_told(self.file):
            self._connection.execute("BEGIN")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):  # a commit that failed has ended the transaction already
                    self._connection.execute("ROLLBACK")
                raise


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    """The file with the declared tables; runs that were killed are marked as such."""
    connection = connect(path)
    try:
        with failures_told(path):
            migrate(connection)
            journal.mark_interrupted(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _naive(instant: datetime) -> datetime:
    """The instant as it is stored: UTC, without a zone."""
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _stamped(name: str, frame: pl.DataFrame, source: str, now: datetime) -> tuple[str, pl.DataFrame]:
    """The checked frame with the two columns that the loader fills."""
    table = catalog.loadable(name)
    checked = contracts.whole_rows(frame, table, name)
    if issubclass(table, SourceTable):
        checked = checked.with_columns(source=pl.lit(source), collected_at=pl.lit(now, pl.Datetime("us")))
    return name, checked
