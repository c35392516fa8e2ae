"""How the warehouse file is made and opened: bounded memory, nothing downloaded, clear words when it cannot be read."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
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


_DAMAGED = "Corrupt database file"
"""What DuckDB says, in an exception of no further kind, where a checksum does not match."""


def threads() -> int:
    """How many threads DuckDB gets; more than four gain nothing on tables of this size."""
    return min(os.cpu_count() or 1, 4)


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """A writing connection to the warehouse file, made if it is not there.

    Raises WarehouseBusy when another program has the file open, WarehouseUnusable when it cannot be read.
    """
    _refuse(path)
    config = NO_EXTENSIONS | {
        "memory_limit": MEMORY_LIMIT,
        "threads": threads(),
        "temp_directory": str(path.parent / "tmp"),
        "checkpoint_threshold": _CHECKPOINT_AT,
    }
    try:
        if not path.exists():
            _make(path)
        connection = duckdb.connect(path, config=config)
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
    except duckdb.Error as error:
        holder = re.search(r"lock is held.*PID (\d+)", str(error))
        if holder:
            raise WarehouseBusy(int(holder[1]), None, directory=path.parent) from None
        raise unreadable(path, error) from None
    return connection


@contextmanager
def failures_told(path: Path, *, written: Path | None = None) -> Iterator[None]:
    """Turn what a damaged file or a refusing disk makes of a statement into WarehouseUnusable.

    `written` is the file that is written to, where it is another than the warehouse at `path`.
    """
    try:
        yield
    except (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException) as error:
        raise WarehouseUnusable(
            f"{written or path} cannot be written: {first_line(error)}",
            hint="check the free space and the rights of its folder; the next run goes on from the last commit",
        ) from None
    except duckdb.Error as error:
        if _DAMAGED not in str(error):
            raise
        raise unreadable(path, error) from None


def first_line(error: duckdb.Error) -> str:
    """What DuckDB says, without its details."""
    return (str(error).strip().splitlines() or ["unknown error"])[0][:300]


def unreadable(path: Path, error: duckdb.Error) -> WarehouseUnusable:
    """What to tell when the warehouse file cannot be read."""
    return WarehouseUnusable(
        f"{path} cannot be read: {first_line(error)}",
        hint="move the file away: the next run collects everything again",
    )


def _refuse(path: Path) -> None:
    """Raise WarehouseUnusable for a path that DuckDB takes for another: `?` begins a query, a backslash is a slash."""
    for character in "?\\":
        if character in str(path):
            raise WarehouseUnusable(
                f'{path.parent}: DuckDB cannot keep a file under a path with "{character}"',
                hint="set warehouse.path to another folder",
            )


def _make(path: Path) -> None:
    """An empty file, whole or not at all: a run that is killed meanwhile must not leave half a header."""
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    duckdb.connect(half).close()
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)  # of a file that was moved away
    half.replace(path)
