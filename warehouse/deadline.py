"""Queries that end when their time is over, or when the user has had enough."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import duckdb

_AGAIN_SECONDS = 0.05

T = TypeVar("T")


def bounded(cursor: duckdb.DuckDBPyConnection, work: Callable[[], T], seconds: float | None) -> T:
    """What `work` returns, which uses `cursor`; DuckDB raises InterruptException in it once `seconds` have passed.

    The work is done in another thread, because a query that is computed in this one keeps Python from hearing Ctrl-C.
    DuckDB forgets an interrupt that arrives between two steps (parsing, binding, executing, fetching): it is repeated
    until the work has ended.
    """
    end = float("inf") if seconds is None else time.monotonic() + seconds
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="query") as worker:
        working = worker.submit(work)
        try:
            while wait([working], timeout=_AGAIN_SECONDS).not_done and time.monotonic() < end:
                pass
        finally:
            while wait([working], timeout=_AGAIN_SECONDS).not_done:
                cursor.interrupt()
    return working.result()
