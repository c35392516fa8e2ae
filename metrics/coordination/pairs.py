"""Every pair of people whose work depends on each other: how strongly, and whether they talk.

Strong is a requirement in the top quartile of all of them; a gap is a strong one between two people who did not talk.
Where no review and no comment was ever collected (plain git), nobody knows who talks: shared commits alone would make
strangers of people who review each other every day.
"""

from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

STRONG = 0.75
PAIR = ["person_a", "person_b"]


class RequiredPairs(Intermediate):
    """One row per pair with a coordination requirement."""

    person_a = col.key_person("The person whose id sorts first")
    person_b = col.key_person("The other person")
    strength = col.real("The requirement")
    talks = col.flag("Whether they talked in the last 90 days; null where no conversations are collected")
    is_gap = col.flag("Whether it is strong and they did not; null likewise")


@pipeline(RequiredPairs)
def required_pairs(
    coordination_requirements: pl.LazyFrame,
    conversations: pl.LazyFrame,
    reviews: pl.LazyFrame,
    comments: pl.LazyFrame,
    commit_trailers: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """The required pairs, with what became of them."""
    traces = [
        reviews.filter(pl.col("submitted_at") <= as_of).select(pl.len()),
        comments.filter(pl.col("created_at") <= as_of).select(pl.len()),
        commit_trailers.filter(pl.col("trailer") == "Reviewed-by").select(pl.len()),
    ]
    known = pl.concat(traces).select(is_known=pl.col("len").sum() > 0)
    is_strong = pl.col("strength") >= pl.col("strength").quantile(STRONG, "linear")
    return (
        coordination_requirements.join(
            conversations.select(*PAIR, talks=pl.lit(value=True)), on=PAIR, how="left", maintain_order="left"
        )
        .join(known, how="cross")
        .with_columns(talks=pl.when("is_known").then(pl.col("talks").fill_null(value=False)))
        .with_columns(is_gap=pl.when(pl.col("talks").is_not_null()).then(is_strong & ~pl.col("talks")))
        .select(RequiredPairs.column_names())
        .sort(PAIR)
    )
