"""From the declaration of a table to SQL: its type, its columns in order, its comments."""

from collections.abc import Iterator, Mapping, Sequence

import dataframely as dy
import polars as pl
from polars.datatypes import DataTypeClass

from warehouse.tables import CORE, META, SourceTable, Table

Tables = Mapping[str, type[Table]]

DECLARED: Mapping[str, Tables] = {"main": CORE, "meta": META}
"""The tables of the warehouse file, by schema."""

_TYPES: Mapping[type[pl.DataType], str] = {
    pl.String: "VARCHAR",
    pl.Enum: "VARCHAR",
    pl.Categorical: "VARCHAR",
    pl.Boolean: "BOOLEAN",
    pl.Int8: "TINYINT",
    pl.Int16: "SMALLINT",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.UInt8: "UTINYINT",
    pl.UInt16: "USMALLINT",
    pl.UInt32: "UINTEGER",
    pl.UInt64: "UBIGINT",
    pl.Float32: "FLOAT",
    pl.Float64: "DOUBLE",
    pl.Date: "DATE",
    pl.Time: "TIME",
    pl.Datetime: "TIMESTAMP",
    pl.Duration: "INTERVAL",
}


def columns(table: type[Table]) -> dict[str, dy.Column]:
    """The columns of a table in the order people read them: its own first, then those every source table has."""
    declared = table.columns()
    shared = [name for name in SourceTable.columns() if name in declared and issubclass(table, SourceTable)]
    return {name: declared[name] for name in [*(c for c in declared if c not in shared), *shared]}


def quoted(name: str) -> str:
    """An identifier, safe in SQL."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: Sequence[str]) -> str:
    """Identifiers separated by commas."""
    return ", ".join(quoted(name) for name in names)


def literal(text: str) -> str:
    """A text literal, safe in SQL."""
    return "'" + text.replace("'", "''") + "'"


def sql_type(dtype: pl.DataType) -> str:
    """The DuckDB type that holds a polars type; raises TypeError for one that no table may have."""
    if isinstance(dtype, pl.List):
        return f"{sql_type(_instance(dtype.inner))}[]"
    try:
        return _TYPES[dtype.base_type()]
    except KeyError:
        raise TypeError(f"no column of a table can have the type {dtype}") from None


def create_table(target: str, table: type[Table]) -> str:
    """The statement that creates `target`, an already quoted name.

    Keys are not declared to DuckDB: its index makes loading several times slower and the file several times larger. The
    loader keeps them (`warehouse.loading`).
    """
    parts = [
        f"{quoted(name)} {sql_type(column.dtype)}{'' if column.nullable else ' NOT NULL'}"
        for name, column in columns(table).items()
    ]
    return f"CREATE TABLE {target} ({', '.join(parts)})"


def comments(target: str, table: type[Table]) -> Iterator[str]:
    """The statements that describe `target` and each of its columns."""
    yield f"COMMENT ON TABLE {target} IS {literal(description(table))}"
    for name, column in columns(table).items():
        yield f"COMMENT ON COLUMN {target}.{quoted(name)} IS {literal(column.description or '')}"


def description(table: type[Table]) -> str:
    """What a table is, on one line: the docstring of its class."""
    return " ".join((table.__doc__ or "").split())


def _instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    return dtype() if isinstance(dtype, DataTypeClass) else dtype
