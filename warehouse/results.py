"""Results of queries as frames that charts and tables can show, and errors in words that give nothing away."""

import re

import duckdb
import polars as pl

from warehouse.ddl import quoted

_LONGEST_MESSAGE = 400
_PATH = re.compile(r"(?<![\w.])/(?:[^\s\"'/]+/)+[^\s\"']*")


def frame(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """The rows of a relation; sums are whole numbers where they fit, decimals real numbers, intervals text."""
    as_text = [_has_no_polars_type(str(kind)) for kind in relation.types]
    if any(as_text):
        shown = (
            f"CAST(#{position} AS VARCHAR) AS {quoted(name)}" if is_text else f"#{position}"
            for position, (name, is_text) in enumerate(zip(relation.columns, as_text, strict=True), start=1)
        )
        relation = relation.project(", ".join(shown))
    return _plain(relation.pl())


def _has_no_polars_type(kind: str) -> bool:
    return "INTERVAL" in kind or "UNION" in kind


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """DuckDB's wide sums and decimals as the numbers that everybody can use."""
    for name, dtype in rows.schema.items():
        if not isinstance(dtype, pl.Decimal):
            continue
        whole = rows[name].cast(pl.Int64, strict=False) if dtype.scale == 0 else None
        fits = whole is not None and whole.null_count() == rows[name].null_count()
        rows = rows.with_columns(whole if fits else rows[name].cast(pl.Float64))
    return rows


def explained(error: Exception) -> str:
    """An error of DuckDB or polars in a line or two, without paths of this machine."""
    if isinstance(error, duckdb.PermissionException):
        return "files, settings and extensions are out of reach of a query"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "the query needs more memory than it may have"
    text = " ".join(str(error).split("\n\nLINE", 1)[0].split())
    return _PATH.sub("…", text)[:_LONGEST_MESSAGE]
