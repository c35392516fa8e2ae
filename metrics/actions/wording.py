"""What the rules have in common: how numbers are put into words, and what learning code without help costs."""

import polars as pl

LINES_A_DAY = 2400
"""300 lines an hour: the pace at which code is read with understanding."""
MOST_DAYS = 5.0
READING = "a day of reading for every 2,400 lines that somebody would have to learn without help, at most 5 days"


def reading_days(lines: pl.Expr) -> pl.Expr:
    """Days that somebody needs to learn so many lines from the code alone."""
    return (lines / LINES_A_DAY).clip(0.1, MOST_DAYS).round(1)


def counted(n: pl.Expr, noun: str) -> pl.Expr:
    """`1 file`, `2 files`."""
    return pl.format("{} {}", n.cast(pl.Int64), pl.when(n == 1).then(pl.lit(noun)).otherwise(pl.lit(noun + "s")))


def percent(share: pl.Expr) -> pl.Expr:
    """`87 %`."""
    return pl.format("{} %", (share * 100).round(0).cast(pl.Int64))


def listed(items: pl.Expr, by: pl.Expr, most: int = 3) -> pl.Expr:
    """The first few items of a group, the largest `by` first, then by name: `a, b, c`."""
    return items.sort_by(-by.cast(pl.Float64), items).head(most).str.join(", ")


def item_id(path: pl.Expr) -> pl.Expr:
    """`<repository>:<path>`."""
    return pl.format("{}:{}", pl.col("repo_id"), path)


def repository_name() -> pl.Expr:
    """The repository's name within its source."""
    return pl.col("repo_id").str.extract(r"^[^:]*:(.+)$").fill_null(pl.col("repo_id"))


def one_team() -> pl.Expr:
    """The team of a group's items, where they have one in common."""
    return pl.when(pl.col("team").n_unique() == 1).then(pl.col("team").first())
