"""A look into the warehouse between two runs, for those who only want to know how it is."""

from pathlib import Path

import duckdb
import polars as pl

from warehouse.connect import NO_EXTENSIONS, failures_told, unreadable
from warehouse.errors import NoGeneration
from warehouse.lock import Lock
from warehouse.store import FILE


def last_runs(directory: Path, count: int = 5) -> pl.DataFrame:
    """The last rows of `meta.runs`, newest first, those included that published nothing.

    Raises WarehouseBusy while a run holds the warehouse, WarehouseUnusable for a file that cannot be read, and
    NoGeneration where there is none yet.
    """
    file = directory / FILE
    if not file.exists():
        raise NoGeneration(f"nothing is collected in {directory} yet", hint="run `leadline run` first")
    lock = Lock.take(directory)
    try:
        runs = _read(file, count)
    finally:
        lock.release()
    # Nobody else held the lock, so what counts as running was killed.
    return runs.with_columns(status=pl.col("status").replace("running", "interrupted"))


def _read(file: Path, count: int) -> pl.DataFrame:
    try:
        connection = duckdb.connect(file, read_only=True, config=NO_EXTENSIONS)
    except duckdb.Error as error:
        raise unreadable(file, error) from None
    with failures_told(file), connection:
        runs: pl.DataFrame = connection.sql("FROM meta.runs ORDER BY run_id DESC LIMIT ?", params=[count]).pl()
        return runs
