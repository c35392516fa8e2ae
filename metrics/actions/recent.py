"""What the rules about pull requests have in common: which ones they look at, and how they call them."""

from datetime import datetime, timedelta

import polars as pl

from metrics.actions.wording import counted, number, repository_name

WINDOW = timedelta(days=90)
MIN_MERGED = 10
"""From how many merged pull requests on a repository's habits can be spoken of."""
NAMED = 5
"""How many pull requests a text names."""
HALF_AN_HOUR = 1 / 16
"""In days of eight hours."""
_TWO_DAYS = 2 * 86_400


def merged_lately(pull_request_flow: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """People's pull requests that were merged in the last 90 days."""
    return pull_request_flow.filter(
        "author_is_human",
        pl.col("state") == "merged",
        pl.col("merged_at") > as_of - WINDOW,
        pl.col("merged_at") <= as_of,
    )


def still_open(pull_request_flow: pl.LazyFrame) -> pl.LazyFrame:
    """People's pull requests that are open and no drafts."""
    return pull_request_flow.filter(
        "author_is_human",
        pl.col("state") == "open",
        ~pl.col("is_draft").fill_null(value=False),
        pl.col("ready_at").is_not_null(),
    )


def reference() -> pl.Expr:
    """`owner/name#12`."""
    return pl.format("{}#{}", repository_name(), pl.col("number"))


def called(otherwise: str = "The pull request") -> pl.Expr:
    """The title of an item in quotes; what it is where it has none."""
    title = pl.col("title").str.strip_chars()
    return pl.when(title.str.len_chars() > 0).then(pl.format('"{}"', title)).otherwise(pl.lit(otherwise))


def named(chosen: pl.Expr, by: pl.Expr) -> pl.Expr:
    """Within a group: the numbers of the first few pull requests, the largest `by` first: `#12, #9 and 3 more`."""
    numbers = pl.when(chosen).then(pl.format("#{}", pl.col("number")))
    ordered = numbers.sort_by(-by.cast(pl.Float64), pl.col("number"), nulls_last=True).drop_nulls()
    shown = ordered.head(NAMED).str.join(", ")
    more = chosen.sum().cast(pl.Int64) - NAMED  # counts have no sign: fewer would wrap around
    return pl.when(more > 0).then(pl.format("{} and {} more", shown, number(more))).otherwise(shown)


def duration(span: pl.Expr) -> pl.Expr:
    """`45 minutes`, `26 hours`, `3 days`: seconds as people say them."""
    return (
        pl.when(span < 3600)  # noqa: PLR2004 - an hour
        .then(counted((span / 60).round(0), "minute"))
        .when(span < _TWO_DAYS)
        .then(counted((span / 3600).round(0), "hour"))
        .otherwise(counted((span / 86_400).round(0), "day"))
    )
