# ruff: noqa: S608 - names come quoted from the declaration, values are parameters
"""How long the warehouse keeps what it has: `[warehouse] retention_days`.

Only what can be missed is dropped: commits with their files, parents and trailers, and the notes about old runs. The
horizon is a whole day, so that every run of a day agrees on it, and a collector that gets it as `since` never fetches
what was dropped.
"""

from datetime import datetime, time, timedelta

import duckdb

_HANGING_ON_COMMITS = ("commit_files", "commit_parents", "commit_trailers")


def horizon(now: datetime, retention_days: int) -> datetime | None:
    """The midnight (UTC) before which nothing is kept; None where everything is (0 days)."""
    if retention_days <= 0:
        return None
    return datetime.combine(now.date() - timedelta(days=retention_days), time.min)


def drop_before(connection: duckdb.DuckDBPyConnection, instant: datetime) -> int:
    """Drop commits applied before an instant, and runs begun before it; returns the number of commits dropped.

    Runs on a connection whose transaction the caller owns. Commits without a date stay.
    """
    for table in _HANGING_ON_COMMITS:
        connection.execute(
            f"DELETE FROM main.{table} AS t USING main.commits AS c "
            "WHERE c.repo_id = t.repo_id AND c.sha = t.sha AND c.committed_at < ?",
            [instant],
        )
    dropped = connection.execute("DELETE FROM main.commits WHERE committed_at < ?", [instant]).fetchone()
    connection.execute(
        "DELETE FROM meta.run_sources AS t USING meta.runs AS r WHERE r.run_id = t.run_id AND r.started_at < ?",
        [instant],
    )
    connection.execute("DELETE FROM meta.runs WHERE started_at < ?", [instant])
    return int(dropped[0]) if dropped else 0
