"""What the warehouse writes down about itself: runs, what each source delivered, how far each stream came.

Every function runs on a connection whose transaction the caller owns.
"""

from datetime import UTC, datetime

import duckdb

from warehouse.tables import Page

_READ_AGAIN = ("meta.sync_state", "meta.repairs")


def start_run(connection: duckdb.DuckDBPyConnection, run_id: str, now: datetime) -> None:
    """Note that a run has begun."""
    connection.execute(
        "INSERT INTO meta.runs BY NAME SELECT ? AS run_id, ? AS started_at, 'running' AS status", [run_id, now]
    )


def finish_run(connection: duckdb.DuckDBPyConnection, run_id: str, status: str, error: str | None) -> None:
    """Note how a run ended."""
    now = datetime.now(UTC).replace(tzinfo=None)
    connection.execute(
        "UPDATE meta.runs SET status = ?, error = ?, finished_at = ? WHERE run_id = ?", [status, error, now, run_id]
    )


def mark_interrupted(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that the runs which still count as running were killed: only the holder of the lock can be running."""
    connection.execute("UPDATE meta.runs SET status = 'interrupted' WHERE status = 'running'")


def keep_cursor(connection: duckdb.DuckDBPyConnection, source: str, page: Page, now: datetime) -> None:
    """Note where the next run goes on, where the page says so."""
    if page.cursor is None:
        return
    connection.execute(
        """
        MERGE INTO meta.sync_state
        USING (SELECT ? AS source, ? AS stream, ? AS scope, ? AS cursor, ? AS updated_at) AS new
        USING (source, stream, scope)
        WHEN MATCHED THEN UPDATE SET cursor = new.cursor, updated_at = new.updated_at
        WHEN NOT MATCHED THEN INSERT BY NAME
        """,
        [source, page.stream, page.scope, page.cursor, now],
    )


def forget(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Drop the cursors of a source, and the repairs that a new reading will count again."""
    for table in _READ_AGAIN:
        connection.execute(f"DELETE FROM {table} WHERE source = ?", [source])  # noqa: S608


def restart(connection: duckdb.DuckDBPyConnection, source: str, page: Page) -> None:
    """Drop the cursors of the streams that a page begins anew, and the repairs that will be counted again."""
    for table in _READ_AGAIN:
        connection.execute(
            f"DELETE FROM {table} WHERE source = ? AND scope = ? AND list_contains(?, stream)",  # noqa: S608
            [source, page.scope, list(page.restart)],
        )


def count_repairs(connection: duckdb.DuckDBPyConnection, source: str, page: Page, now: datetime) -> None:
    """Add to the number of rows that a collector had to repair or leave out, by name of the check."""
    for check, count in page.quality.items():
        connection.execute(
            """
            MERGE INTO meta.repairs AS t
            USING (SELECT ? AS source, ? AS stream, ? AS scope, ? AS "check", ? AS count, ? AS updated_at) AS new
            USING (source, stream, scope, "check")
            WHEN MATCHED THEN UPDATE SET count = t.count + new.count, updated_at = new.updated_at
            WHEN NOT MATCHED THEN INSERT BY NAME
            """,
            [source, page.stream, page.scope, check, count, now],
        )


def account(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    source: str,
    stream: str,
    *,
    rows: int = 0,
    requests: int = 0,
    seconds: float = 0.0,
    error: str | None = None,
) -> None:
    """Add to what a run took from a stream; an error marks the stream as failed for this run."""
    connection.execute(
        """
        MERGE INTO meta.run_sources AS t
        USING (
            SELECT ? AS run_id, ? AS source, ? AS stream, ? AS rows,
                   ? AS requests, ? AS seconds, ? AS status, ? AS error
        ) AS new
        USING (run_id, source, stream)
        WHEN MATCHED THEN UPDATE SET
            rows = t.rows + new.rows,
            requests = t.requests + new.requests,
            seconds = t.seconds + new.seconds,
            status = CASE WHEN new.status = 'failed' THEN 'failed' ELSE t.status END,
            error = coalesce(new.error, t.error)
        WHEN NOT MATCHED THEN INSERT BY NAME
        """,
        [run_id, source, stream, rows, requests, seconds, "failed" if error else "ok", error],
    )
