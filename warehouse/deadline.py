"""A time-out for a query."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

_AGAIN_SECONDS = 0.05


@contextmanager
def deadline(cursor: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    """Interrupt what runs on `cursor` inside the block once `seconds` have passed; None waits for ever.

    DuckDB forgets an interrupt that arrives between two steps (parsing, binding, executing, fetching): it is repeated
    until the block ends.
    """
    if seconds is None:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        overdue = not done.wait(seconds)
        while overdue:
            cursor.interrupt()
            overdue = not done.wait(_AGAIN_SECONDS)

    watcher = threading.Thread(target=watch, name="query deadline", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
