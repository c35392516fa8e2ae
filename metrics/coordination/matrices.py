"""The products of large sparse matrices that frames stand for; the one place where they are no frames.

A matrix is a frame of its entries: the numbers of row and column, and a value. Several matrices travel in one frame, as
a function of a lazy frame is given one; `matrix` tells them apart.
"""

from collections.abc import Callable

import polars as pl
from scipy.sparse import coo_array, csr_array, triu

Types = dict[str, type[pl.DataType]]
PAIR: Types = {"row": pl.UInt32, "column": pl.UInt32, "value": pl.Float64}
SHARE: Types = {"row": pl.UInt32, "column": pl.UInt32, "file": pl.UInt32, "value": pl.Float64}


def entries(frame: pl.LazyFrame, matrix: str, row: str, column: str, value: str | None = None) -> pl.LazyFrame:
    """The entries of a matrix; 1 where no value is named."""
    return frame.select(
        pl.lit(matrix).alias("matrix"),
        pl.col(row).cast(pl.UInt32).alias("row"),
        pl.col(column).cast(pl.UInt32).alias("column"),
        (pl.col(value) if value else pl.lit(1)).cast(pl.Float64).alias("value"),
    )


def requirements(work: pl.LazyFrame, ties: pl.LazyFrame) -> pl.LazyFrame:
    """The entries above the diagonal of T_A · T_D · T_Aᵀ.

    `work` are entries of T_A, `ties` those of T_D on one side of its diagonal, which is 1 for every file.
    """
    return _computed([work, ties], _requirements, PAIR)


def meetings(presence: pl.LazyFrame) -> pl.LazyFrame:
    """The entries above the diagonal of P · Pᵀ: for each two rows, how many columns they have in common."""
    return _computed([presence], _meetings, PAIR)


def bonds(work: pl.LazyFrame, ties: pl.LazyFrame, pairs: pl.LazyFrame) -> pl.LazyFrame:
    """For each of the pairs of people (row and column of `pairs`): which files its requirement comes from.

    Columns: row, column, file, value. The values of a pair sum to twice its requirement, as every tie has two ends.
    """
    return _computed([work, ties, pairs], _bonds, SHARE)


def _computed(
    parts: list[pl.LazyFrame],
    function: Callable[[pl.DataFrame], pl.DataFrame],
    schema: Types,
) -> pl.LazyFrame:
    return pl.concat(parts).map_batches(
        function, schema=schema, predicate_pushdown=False, projection_pushdown=False, slice_pushdown=False
    )


def _work_and_ties(told: pl.DataFrame) -> tuple[csr_array, csr_array]:
    parts = [told.filter(pl.col("matrix") == name) for name in ("work", "ties")]
    files = 1 + max((int(part["column"].max() or 0) for part in parts), default=0)  # type: ignore[arg-type]
    files = max(files, 1 + int(parts[1]["row"].max() or 0))  # type: ignore[arg-type]
    people = 1 + int(parts[0]["row"].max() or 0)  # type: ignore[arg-type]
    one_side = _matrix(parts[1], files, files)
    diagonal = coo_array(([1.0] * files, (range(files), range(files))), shape=(files, files)).tocsr()
    return _matrix(parts[0], people, files), one_side + one_side.T + diagonal


def _matrix(part: pl.DataFrame, rows: int, columns: int) -> csr_array:
    places = (part["row"].to_numpy().astype("int32"), part["column"].to_numpy().astype("int32"))
    return coo_array((part["value"].to_numpy(), places), shape=(rows, columns)).tocsr()


def _requirements(told: pl.DataFrame) -> pl.DataFrame:
    work, ties = _work_and_ties(told)
    return _above(work @ ties @ work.T)


def _meetings(told: pl.DataFrame) -> pl.DataFrame:
    rows, columns = (1 + int(told[name].max() or 0) for name in ("row", "column"))  # type: ignore[arg-type]
    presence = _matrix(told, rows, columns)
    return _above(presence @ presence.T)


def _above(product: csr_array) -> pl.DataFrame:
    upper = triu(product, k=1, format="coo")
    return pl.DataFrame(
        {"row": upper.coords[0], "column": upper.coords[1], "value": upper.data},
        schema_overrides=PAIR,
    ).filter(pl.col("value") > 0)


def _bonds(told: pl.DataFrame) -> pl.DataFrame:
    work, ties = _work_and_ties(told)
    pairs = told.filter(pl.col("matrix") == "pairs")
    a, b = (pairs[name].to_numpy().astype("int64") for name in ("row", "column"))
    reach = work @ ties
    shares = (work[a].multiply(reach[b]) + work[b].multiply(reach[a])).tocoo()
    return pl.DataFrame(
        {"row": a[shares.coords[0]], "column": b[shares.coords[0]], "file": shares.coords[1], "value": shares.data},
        schema_overrides=SHARE,
    ).filter(pl.col("value") > 0)
