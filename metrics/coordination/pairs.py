"""Every pair of people whose work depends on each other: how strongly, and whether they talk.

Strong is a requirement in the top quartile of all of them; a gap is a strong one between two people who did not talk.
"""

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
    talks = col.flag("Whether they talked in the last 90 days")
    is_gap = col.flag("Whether it is strong and they did not")


@pipeline(RequiredPairs)
def required_pairs(coordination_requirements: pl.LazyFrame, conversations: pl.LazyFrame) -> pl.LazyFrame:
    """The required pairs, with what became of them."""
    is_strong = pl.col("strength") >= pl.col("strength").quantile(STRONG, "linear")
    return (
        coordination_requirements.join(conversations.select(*PAIR, talks=pl.lit(value=True)), on=PAIR, how="left")
        .with_columns(pl.col("talks").fill_null(value=False))
        .with_columns(is_gap=is_strong & ~pl.col("talks"))
        .select(RequiredPairs.column_names())
        .sort(PAIR)
    )
