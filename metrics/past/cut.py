"""The two things that going back mostly is: to leave out what came later, and to take back what was set later."""

from datetime import datetime

import polars as pl


def until(rows: pl.LazyFrame, at: str, as_of: datetime) -> pl.LazyFrame:
    """The rows of what had happened by then; what has no date had."""
    return rows.filter(pl.col(at).is_null() | (pl.col(at) <= as_of))


def taken_back(at: str, as_of: datetime) -> pl.Expr:
    """An instant, null where it was still to come."""
    return pl.when(pl.col(at) <= as_of).then(pl.col(at)).alias(at)
