"""Every pair of people whose work depends on each other: how strongly, and whether they talk.

Strong is a requirement in the top quartile of all of them, unless all that binds the two is one change of each in one
file, as where little happens that alone would be the top quartile; a gap is a strong one between two who did not talk.
Where no review and no comment was ever collected (plain git), nobody knows who talks: shared commits alone would make
strangers of people who review each other every day. Unless the commits say who reviewed them: one in ten of those of
the last 90 days or more (`Reviewed-by`).
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import recent
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

STRONG = 0.75
LEAST = 2
TOLD = 0.1
"""Share of commits that name a reviewer from which on this is taken for a habit."""
COMMIT = ["repo_id", "sha"]
PAIR = ["person_a", "person_b"]


class RequiredPairs(Intermediate):
    """One row per pair with a coordination requirement."""

    person_a = col.key_person("The person whose id sorts first")
    person_b = col.key_person("The other person")
    strength = col.real("The requirement")
    talks = col.flag("Whether they talked in the last 90 days; null where no conversations are collected")
    is_gap = col.flag("Whether it is strong and they did not; null likewise")


@pipeline(RequiredPairs)
def required_pairs(  # noqa: PLR0917 - one parameter a table
    coordination_requirements: pl.LazyFrame,
    conversations: pl.LazyFrame,
    reviews: pl.LazyFrame,
    comments: pl.LazyFrame,
    commits: pl.LazyFrame,
    commit_trailers: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """The required pairs, with what became of them."""
    named = commit_trailers.filter(pl.col("trailer") == "Reviewed-by").select(*COMMIT, is_told=pl.lit(value=True))
    told = (
        commits.filter(recent(pl.coalesce("committed_at", "authored_at"), as_of), ~pl.col("is_merge"))
        .select(COMMIT)
        .join(named.unique(), on=COMMIT, how="left")
        .select(pl.col("is_told").fill_null(value=False).mean() >= TOLD)
    )
    traces = [
        reviews.select((pl.col("submitted_at") <= as_of).any().alias("is_told")),
        comments.select((pl.col("created_at") <= as_of).any().alias("is_told")),
        told,
    ]
    known = pl.concat(traces).select(is_known=pl.col("is_told").fill_null(value=False).any())
    strength = pl.col("strength")
    is_strong = (strength >= strength.quantile(STRONG, "linear")) & (strength >= LEAST)
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
