"""What the rules have in common: how numbers are put into words, and what learning code without help costs."""

import polars as pl

LINES_A_DAY = 2400
"""300 lines an hour: the pace at which code is read with understanding."""
MOST_DAYS = 5.0
CHANCE_OF_LEAVING = 0.2
READING = "a day of reading for every 2,400 lines that somebody would have to learn without help, at most 5 days"
LEAVING = f"a chance of one in five of losing the person within a year, and {READING}"


def reading_days(lines: pl.Expr) -> pl.Expr:
    """Days that somebody needs to learn so many lines from the code alone."""
    return (lines / LINES_A_DAY).clip(0.1, MOST_DAYS).round(1)


def number(n: pl.Expr) -> pl.Expr:
    """`12,345`: a whole number with its thousands set apart."""
    digits = n.round(0).cast(pl.Int64).cast(pl.String)
    return digits.str.reverse().str.replace_all(r"(\d{3})", "${1},").str.reverse().str.strip_prefix(",")


def counted(n: pl.Expr, noun: str, plural: str | None = None) -> pl.Expr:
    """`1 file`, `2,000 files`."""
    return pl.format("{} {}", number(n), pl.when(n == 1).then(pl.lit(noun)).otherwise(pl.lit(plural or noun + "s")))


def percent(share: pl.Expr) -> pl.Expr:
    """`87 %`; what is not quite all is not called 100 %, nor what is not quite nothing 0 %."""
    rounded = (share * 100).round(0)
    whole = pl.when((share > 0) & (share < 1)).then(rounded.clip(1, 99)).otherwise(rounded)
    return pl.format("{} %", whole.cast(pl.Int64))


def listed(items: pl.Expr, by: pl.Expr, most: int = 3) -> pl.Expr:
    """The first few items of a group, the largest `by` first, then by name: `a, b, c`."""
    return items.sort_by(-by.cast(pl.Float64), items).head(most).str.join(", ")


def inside(path: pl.Expr, folder: pl.Expr) -> pl.Expr:
    """A path as seen from a folder that it lies in."""
    return path.str.strip_prefix(pl.concat_str(folder, pl.lit("/")))


def short(path: pl.Expr) -> pl.Expr:
    """The last two parts of a path: `domains/ring.py`."""
    return path.str.extract(r"((?:[^/]+/)?[^/]+)$")


def item_id(path: pl.Expr) -> pl.Expr:
    """`<repository>:<path>`."""
    return pl.format("{}:{}", pl.col("repo_id"), path)


def repository_name() -> pl.Expr:
    """The repository's name within its source."""
    return pl.col("repo_id").str.extract(r"^[^:]*:(.+)$").fill_null(pl.col("repo_id"))


def one_team() -> pl.Expr:
    """The team of a group's items, where they have one in common."""
    return pl.when(pl.col("team").n_unique() == 1).then(pl.col("team").first())
