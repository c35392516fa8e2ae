"""Which figures are new, or different from what was published of them before: what the record of them gains."""

import polars as pl

from metrics.summary.observations import PERIOD

KEY = ["metric", *PERIOD]
EXACT = 9
"""Digits behind the point to which two figures are the same."""


def latest(record: pl.LazyFrame) -> pl.LazyFrame:
    """What was published last of every figure."""
    return record.sort(*KEY, "published_at").unique(KEY, keep="last", maintain_order=True)


def gained(observations: pl.LazyFrame, record: pl.LazyFrame) -> pl.LazyFrame:
    """The observations that were never published, or otherwise: another value, number of items, or reason."""
    before = latest(record).select(*KEY, was_value="value", was_n="n", was_reason="reason", is_known=pl.lit(value=True))
    value, was = pl.col("value").round(EXACT), pl.col("was_value").round(EXACT)
    is_same = (
        value.eq_missing(was)
        & pl.col("n").eq_missing(pl.col("was_n"))
        & pl.col("reason").eq_missing(pl.col("was_reason"))
    )
    return (
        observations.join(before, on=KEY, how="left")
        .filter(pl.col("is_known").is_null() | ~is_same)
        .select(*KEY, "value", "n", "coverage", "reason")
    )
