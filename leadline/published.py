"""Reading what is published, for commands and reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from leadline.config import Config
from warehouse import inspection
from warehouse.errors import WarehouseError
from warehouse.reader import Reader
from warehouse.tables import CORE, SourceTable


def query(config: Config, sql: str, parameters: Sequence[object] | Mapping[str, object] | None = None) -> pl.DataFrame:
    """Return the result of a query over the newest generation.

    Raises warehouse.errors.NoGeneration where no run has published yet, and QueryError for a query that is wrong.
    """
    return Reader(config.directory).query(sql, parameters).frame


def told_for(config: Config) -> tuple[datetime, bool]:
    """Return the instant (UTC, without a zone) that everything is told for, and whether it was told afterwards."""
    as_of, is_past = query(config, "SELECT known_at, is_past FROM meta.generation").row(0)
    return as_of, bool(is_past)


def tables(config: Config) -> list[str]:
    """Return the names of all published tables with their schema, `main` first."""
    found = query(
        config,
        "SELECT schema_name || '.' || table_name AS name FROM duckdb_tables() WHERE NOT internal "
        "ORDER BY schema_name <> 'main', schema_name, table_name",
    )
    return found["name"].to_list()


def last_runs(config: Config) -> pl.DataFrame:
    """Return the columns of `meta.runs` and the seconds of the last five runs, newest first.

    They come from the warehouse, where those stand too that published nothing; as published while a run holds it.
    Raises warehouse.errors.NoGeneration where there was none yet.
    """
    try:
        runs = inspection.last_runs(config.directory)
    except (WarehouseError, OSError):
        runs = query(config, "FROM meta.runs ORDER BY run_id DESC LIMIT 5")
    return runs.with_columns(seconds=(pl.col("finished_at") - pl.col("started_at")).dt.total_milliseconds() / 1000)


def row_counts(config: Config) -> pl.DataFrame:
    """Return table, source, rows and newest collected_at of every table that has rows from a source."""
    counted = [
        f"SELECT '{name}' AS \"table\", source, count(*) AS rows, max(collected_at) AS collected_at "  # noqa: S608
        f"FROM {name} GROUP BY ALL"
        for name, table in CORE.items()
        if issubclass(table, SourceTable)
    ]
    return query(config, " UNION ALL ".join(counted) + " ORDER BY ALL")
