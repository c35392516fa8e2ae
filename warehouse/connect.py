"""How the warehouse file is opened: bounded memory, nothing downloaded, clear words when it cannot be read."""

import os
import re
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseUnusable
from warehouse.lock import WarehouseBusy

MEMORY_LIMIT = "640MB"
"""What DuckDB may hold; more is spilled to `tmp/` beside the file."""

_CHECKPOINT_AT = "64MB"
"""Size of the log at which it is written into the file: at most so much is read again after a crash."""

NO_EXTENSIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


WRITE_FAILURES = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException)
"""What DuckDB raises when the disk refuses a write, at the write, at the commit, or after a commit that broke off."""


def threads() -> int:
    """How many threads DuckDB gets; more than four gain nothing on tables of this size."""
    return min(os.cpu_count() or 1, 4)


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """A writing connection to the warehouse file, made if it is not there.

    Raises WarehouseBusy when another program has the file open, WarehouseUnusable when it cannot be read.
    """
    config = NO_EXTENSIONS | {
        "memory_limit": MEMORY_LIMIT,
        "threads": threads(),
        "temp_directory": str(path.parent / "tmp"),
        "checkpoint_threshold": _CHECKPOINT_AT,
    }
    try:
        connection = duckdb.connect(path, config=config)
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
    except duckdb.Error as error:
        holder = re.search(r"lock is held.*PID (\d+)", str(error))
        if holder:
            raise WarehouseBusy(int(holder[1]), None, directory=path.parent) from None
        raise WarehouseUnusable(
            f"{path} cannot be read: {_first_line(error)}",
            hint="move the file away: the next run collects everything again",
        ) from None
    return connection


def unwritable(path: Path, error: duckdb.Error) -> WarehouseUnusable:
    """What to tell when the disk refuses a write."""
    return WarehouseUnusable(
        f"{path} cannot be written: {_first_line(error)}",
        hint="check the free space and the rights of its folder; the next run goes on from the last commit",
    )


def _first_line(error: duckdb.Error) -> str:
    return (str(error).strip().splitlines() or ["unknown error"])[0][:300]
