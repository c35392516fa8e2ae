"""Small expressions that several metrics share."""

from datetime import datetime, timedelta

import polars as pl

ACTIVE = timedelta(days=90)
"""A person, or a file, without a trace for longer counts as inactive."""


def day(instant: pl.Expr, zone: str) -> pl.Expr:
    """The calendar day of a UTC instant in the reporting zone."""
    return instant.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()


def now(as_of: datetime) -> pl.Expr:
    """The instant for which everything is computed."""
    return pl.lit(as_of, dtype=pl.Datetime("us"))


def today(as_of: datetime, zone: str) -> pl.Expr:
    """The calendar day of `as_of` in the reporting zone."""
    return day(now(as_of), zone)


def seconds_between(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """The seconds from one instant to another."""
    return (end - start).dt.total_microseconds() / 1e6


def total(value: pl.Expr) -> pl.Expr:
    """The sum of what is known; null where nothing is."""
    return pl.when(value.count() > 0).then(value.sum())


def months_ago(as_of: datetime, months: int) -> pl.Expr:
    """The instant that lies whole months before `as_of`."""
    return now(as_of).dt.offset_by(f"-{months}mo")


def whole_months(start: pl.Expr, as_of: datetime) -> pl.Expr:
    """Whole months from an instant to `as_of`: one is complete when the same day of the month and time are reached."""
    end = now(as_of)
    months = (end.dt.year() - start.dt.year()).cast(pl.Int64) * 12 + (end.dt.month() - start.dt.month()).cast(pl.Int64)
    within = end - end.dt.truncate("1mo")
    return months - (within < start - start.dt.truncate("1mo")).cast(pl.Int64)


def parent_folder(path: pl.Expr) -> pl.Expr:
    """The folder a path lies in; empty at the root."""
    return path.str.extract(r"^(.*)/[^/]*$").fill_null("")


def folder_at(path: pl.Expr, level: int) -> pl.Expr:
    """The first `level` folders of a path; null where it lies less deep."""
    return path.str.extract(rf"^((?:[^/]+/){{{level - 1}}}[^/]+)/")


def folder(path: pl.Expr) -> pl.Expr:
    """The folder of a path, at most two levels deep; empty at the root."""
    return pl.coalesce(folder_at(path, 2), folder_at(path, 1), pl.lit(""))


def percent_rank(value: pl.Expr) -> pl.Expr:
    """How much of the others lies below, 0 to 1; equal values share the lowest place."""
    return (value.rank("min") - 1) / (pl.len() - 1).clip(1)
