# ruff: noqa: S608 - names come quoted from the declaration, values are parameters
"""From the tables of an older file to the declared ones.

What only adds (a table, a column that may be null) is found by comparing the file with the declaration, and needs no
code. Everything else is a step in `STEPS`; the file holds the number of steps it has seen, plus one. All of a
migration is one transaction.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import duckdb

from warehouse import ddl
from warehouse.errors import WarehouseUnusable
from warehouse.tables import Table

Step = Callable[[duckdb.DuckDBPyConnection], object]

STEPS: tuple[Step, ...] = ()
"""What to do, in order, with files made before: renames, changes of type, tables and columns that go away."""

_VERSION_TABLE = "meta.schema_version"
_UPDATE = "update leadline, or let this version begin with another [warehouse] path"


def migrate(
    connection: duckdb.DuckDBPyConnection,
    declared: dict[str, ddl.Tables] | None = None,
    steps: Sequence[Step] = STEPS,
) -> int:
    """Bring an open file, new or old, to the declared tables; returns its version.

    Raises WarehouseUnusable when the file was written by a newer version.
    """
    tables = dict(declared or ddl.DECLARED)
    newest = len(steps) + 1
    connection.execute("BEGIN")
    try:
        found = _version(connection)
        if found is not None and found > newest:
            raise WarehouseUnusable(
                f"the warehouse was written by a newer version of leadline (version {found}, known is {newest})",
                hint=_UPDATE,
            )
        for step in steps[found - 1 :] if found else ():
            step(connection)
        _add_what_is_missing(connection, tables)
        if found != newest:
            connection.execute(f"DELETE FROM {_VERSION_TABLE}")
            connection.execute(
                f"INSERT INTO {_VERSION_TABLE} VALUES (?, ?)", [newest, datetime.now(UTC).replace(tzinfo=None)]
            )
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has ended the transaction already
            connection.execute("ROLLBACK")
        raise
    return newest


def _version(connection: duckdb.DuckDBPyConnection) -> int | None:
    """The version in the file; None for a new one, which gets the table that holds it."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS meta")
    connection.execute(f"CREATE TABLE IF NOT EXISTS {_VERSION_TABLE} (version BIGINT NOT NULL, migrated_at TIMESTAMP)")
    row = connection.execute(f"SELECT max(version) FROM {_VERSION_TABLE}").fetchone()
    return row[0] if row else None


def _add_what_is_missing(connection: duckdb.DuckDBPyConnection, declared: dict[str, ddl.Tables]) -> None:
    present = _columns_in(connection)
    for schema, tables in declared.items():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {ddl.quoted(schema)}")
        for name, table in tables.items():
            target = f"{ddl.quoted(schema)}.{ddl.quoted(name)}"
            there = present.pop((schema, name), None)
            if there is None:
                connection.execute(ddl.create_table(target, table))
            elif not _add_columns(connection, target, table, there):
                continue
            for comment in ddl.comments(target, table):
                connection.execute(comment)
    if present:
        schema, name = next(iter(present))
        raise WarehouseUnusable(
            f"the warehouse has a table {schema}.{name} that this version does not know", hint=_UPDATE
        )


def _add_columns(connection: duckdb.DuckDBPyConnection, target: str, table: type[Table], there: dict[str, str]) -> bool:
    """Add the columns that the table lacks; returns whether there were any."""
    declared = ddl.columns(table)
    for name, found in there.items():
        wanted = ddl.sql_type(declared[name].dtype) if name in declared else None
        if found != wanted:
            known = f"is {wanted} here" if wanted else "is not known to this version"
            raise WarehouseUnusable(f"column {target}.{name} of the warehouse is {found} and {known}", hint=_UPDATE)
    missing = [name for name in declared if name not in there]
    for name in missing:
        if not declared[name].nullable:
            raise WarehouseUnusable(f"column {target}.{name} cannot be added to rows that exist", hint=_UPDATE)
        connection.execute(f"ALTER TABLE {target} ADD COLUMN {ddl.quoted(name)} {ddl.sql_type(declared[name].dtype)}")
    return bool(missing)


def _columns_in(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    """Names and types of the columns of every table in the file, by schema and table."""
    present: dict[tuple[str, str], dict[str, str]] = {}
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND NOT internal AND schema_name || '.' || table_name <> ?",
        [_VERSION_TABLE],
    ).fetchall()
    for schema, table, column, data_type in rows:
        present.setdefault((schema, table), {})[column] = data_type
    return present
