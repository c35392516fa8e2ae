"""Size against time to merge, how often reviews go back and forth, and what merged without a person's review."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import kpi, review_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import reviews
from dashboards.queries.windows import MEDIAN_NEEDS
from dashboards.scope import Scope
from dashboards.views.pull_requests import labelled, nothing, too_small

BESIDE = tuple(
    kpi.Kpi(metric, of="authors", item="pull request", past="month")
    for metric in ("pull_request_size", "review_depth", "review_rounds", "reviewed_by_ai_only")
)

MOST_ROUNDS = 4
"""From here on rounds are counted together."""

NONE = "No pull request was merged in the last 90 days."

CHOICES = ("Without a person's review", "Reviewed only by AI")


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw figures of depth, size against time, rounds, and the list of what no person reviewed."""
    kpi.row(BESIDE, scope, note=False)
    sql = reviews.times(scope)
    merged = labelled(data.rows(sql), repositories).filter("is_recent")
    hidden = too_small(scope)
    left, right = st.columns([3, 2], gap="small")
    note = "Size: lines added and deleted, without generated, vendored and lock files. Last 90 days."
    with left, card("Do small ones merge sooner?", sql=sql, frame=merged, key="sizes", note=note):
        if hidden or merged.is_empty():
            nothing(NONE, hidden=hidden)
        else:
            medians = by_size(merged)
            shown = merged.drop_nulls(["open_seconds", "size_class"]).with_columns(_size("size_class"))
            st.altair_chart(review_charts.sizes(shown, medians.with_columns(_size("size_class"))), alt=sizes(medians))
            st.caption(f"{sizes(medians)}.")
    note = "A round: a review that does not approve, then a later commit, before the first approval. Last 90 days."
    with right, card("How often do they go back?", sql=sql, frame=merged, key="rounds", note=note):
        if hidden or merged.is_empty():
            nothing(NONE, hidden=hidden)
        else:
            rounds = by_rounds(merged)
            st.altair_chart(review_charts.rounds(rounds), alt=at_once(rounds))
            st.caption(f"{at_once(rounds)}.")
    _unreviewed(sql, merged)


def _size(column: str) -> pl.Expr:
    named = {name: f"{name}: {lines}" for name, lines in review_charts.SIZES.items()}
    return pl.col(column).replace(named).alias("size")


def _median(column: str) -> pl.Expr:
    return pl.when(pl.col(column).count() >= MEDIAN_NEEDS).then(pl.col(column).median())


def by_size(merged: pl.DataFrame) -> pl.DataFrame:
    """The median time from ready to merged (seconds) of each size class, and its number."""
    return (
        merged.drop_nulls(["open_seconds", "size_class"])
        .group_by("size_class")
        .agg(p50=_median("open_seconds"), n=pl.len())
        .sort(pl.col("size_class").replace_strict({name: n for n, name in enumerate(reviews.SIZES)}, default=9))
    )


def sizes(medians: pl.DataFrame) -> str:
    """What the smallest and the largest size class with a median say, in words."""
    known = medians.drop_nulls("p50")
    if known.is_empty():
        return "Too few of any size for a median"
    told = [f"{words.span(row['p50'])} ({row['size_class']})" for row in known.iter_rows(named=True)]
    if len(told) == 1:
        return f"Half merged within {told[0]}"
    return f"Half of the smallest merged within {told[0]}, of the largest within {told[-1]}"


def by_rounds(merged: pl.DataFrame) -> pl.DataFrame:
    """Pull requests by rounds of review: `rounds`, `name`, `changes`, and the median time to merge in words."""
    counted = (
        merged.drop_nulls("review_rounds")
        .group_by(rounds=pl.col("review_rounds").cast(pl.Int64).clip(0, MOST_ROUNDS))
        .agg(changes=pl.len(), p50=_median("open_seconds"))
        .sort("rounds")
    )
    names = [f"{n} or more" if n == MOST_ROUNDS else f"{n}" for n in counted["rounds"]]
    return counted.with_columns(
        name=pl.Series(names, dtype=pl.String),
        told=pl.Series([words.span(seconds) for seconds in counted["p50"]], dtype=pl.String),
    )


def at_once(rounds: pl.DataFrame) -> str:
    """How many merged without going back, in words."""
    everything = int(rounds["changes"].sum())
    if not everything:
        return "No rounds are known"
    first = int(rounds.filter(pl.col("rounds") == 0)["changes"].sum())
    return f"{words.share(first / everything)} of {words.count(everything, 'pull request')} never went back"


def _unreviewed(sql: str, merged: pl.DataFrame) -> None:
    choice = st.segmented_control(
        "Which",
        CHOICES,
        default=CHOICES[0],
        required=True,
        key="unreviewed",
        bind="query-params",
        label_visibility="collapsed",
    )
    listed = merged.filter("merged_without_review" if choice == CHOICES[0] else "reviewed_by_ai_only")
    title = f"{choice}, last 90 days: {listed.height:,} of {merged.height:,}"
    note = "No review or comment by a person other than the author before the merge."
    with card(title, sql=sql, frame=listed, key="unreviewed", note=note):
        if listed.is_empty():
            nothing("None." if merged.height else NONE)
            return
        table(
            listed.head(reviews.LISTED),
            {
                "url": Column("", "link", width=34),
                "label": Column("Pull request", width=120),
                "title": Column("Title", width=300),
                "size_lines": Column("Lines", "count", width=70),
                "files": Column("Files", "count", width=70),
                "open_seconds": Column("Ready to merged", "span", width=120),
                "merged_at": Column("Merged", "day", width=100),
            },
            alt=title,
        )
