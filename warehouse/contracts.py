"""Whether a frame keeps the declaration of its table, checked vectorised before DuckDB sees it."""

import polars as pl

from warehouse.ddl import columns
from warehouse.errors import ContractError
from warehouse.tables import Table


def whole_rows(frame: pl.DataFrame, table: type[Table], name: str) -> pl.DataFrame:
    """The frame with the declared types, its keys complete and unique; columns left out stay out.

    Raises ContractError naming table, column and an example.
    """
    typed = some_columns(frame, table, name)
    keys = table.primary_key()
    for key in keys:
        if key not in typed.columns:
            raise ContractError(f"{name}.{key}: part of the primary key is missing")
        if typed[key].null_count():
            example = typed.filter(pl.col(key).is_null()).row(0, named=True)
            raise ContractError(f"{name}.{key}: null in the primary key, first in {_shown(example)}")
    doubles = typed.select(keys).is_duplicated() if keys else pl.Series([False])
    if doubles.any():
        example = typed.select(keys).filter(doubles).row(0, named=True)
        raise ContractError(f"{name}: the same primary key twice: {_shown(example)}")
    return typed


def complete_rows(frame: pl.DataFrame, table: type[Table], name: str) -> pl.DataFrame:
    """Like `whole_rows`, with exactly the declared columns, in their order; one that is missing is an error."""
    missing = [column for column in columns(table) if column not in frame.columns]
    if missing:
        raise ContractError(f"{name}.{missing[0]}: the column is missing")
    typed = whole_rows(frame, table, name)
    for column, declared in columns(table).items():
        if not declared.nullable and typed[column].null_count():
            example = typed.filter(pl.col(column).is_null()).row(0, named=True)
            raise ContractError(f"{name}.{column}: null in a column that has to be filled, first in {_shown(example)}")
    return typed.select(columns(table).keys())


def some_columns(frame: pl.DataFrame, table: type[Table], name: str) -> pl.DataFrame:
    """The frame with the declared types; raises ContractError for a column or type the table does not have."""
    declared = columns(table)
    casts = []
    for column, found in frame.schema.items():
        if column not in declared:
            raise ContractError(f"{name}.{column}: no such column; the table has {', '.join(declared)}")
        wanted = declared[column].dtype
        if found != wanted:
            if not _fits(found, wanted):
                example = frame[column].drop_nulls().head(1).to_list()
                raise ContractError(
                    f"{name}.{column}: the type is {found}, it should be {wanted}"
                    + (f" (example: {example[0]!r})" if example else "")
                )
            casts.append(pl.col(column).cast(wanted))
    return frame.with_columns(casts)


def _fits(found: pl.DataType, wanted: pl.DataType) -> bool:
    """Whether a cast loses nothing: a column of nulls, or a narrower number."""
    if found == pl.Null:
        return True
    if wanted == pl.Int64:
        return found.is_integer() and found not in {pl.UInt64, pl.Int128, pl.UInt128}
    return wanted == pl.Float64 and found == pl.Float32


def _shown(row: dict[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in list(row.items())[:4])
