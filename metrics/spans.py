"""Spans of time between two events, each with the reason why it is not known."""

import polars as pl

from metrics.clock import WorkingHours, working_seconds
from metrics.expressions import seconds_between

Reasons = dict[str, pl.Expr]
"""Why a span is null, by name; the first whose condition holds is given."""

NOT_MERGED: Reasons = {
    "not_finished": pl.col("state") == "open",
    "not_merged": pl.col("state") == "closed",
    "merge_time_unknown": pl.col("merged_at").is_null(),
}
"""Spans that end with the merge."""


def first_reason(reasons: Reasons) -> pl.Expr:
    """The first reason that holds; null where none does."""
    return pl.coalesce(*(pl.when(holds).then(pl.lit(reason)) for reason, holds in reasons.items()))


def measured(seconds: pl.Expr, reasons: Reasons) -> tuple[pl.Expr, pl.Expr]:
    """The seconds where no reason is against it and they are not negative, and the reason where they are null."""
    reason = pl.coalesce(first_reason(reasons), pl.when(seconds < 0).then(pl.lit("clock_negative")))
    return pl.when(reason.is_null()).then(seconds), reason


def span(name: str, start: pl.Expr, end: pl.Expr, reasons: Reasons, hours: WorkingHours | None = None) -> list[pl.Expr]:
    """The columns `<name>_seconds`, `<name>_reason` and, for the working clock, `<name>_working_seconds`."""
    seconds, reason = measured(seconds_between(start, end), reasons)
    columns = [seconds.alias(f"{name}_seconds"), reason.alias(f"{name}_reason")]
    if hours:
        worked = pl.when(reason.is_null()).then(working_seconds(start, end, hours))
        columns.append(worked.alias(f"{name}_working_seconds"))
    return columns
