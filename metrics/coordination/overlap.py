"""How many working hours two people have in common, by the clock that their commits were written under.

A person's offset from UTC is the commonest one of the commits they wrote in the last 60 days; +0000 only where over
80 % of them have it, as servers and web editors write it for everybody. Two people have max(0, 8 − difference) hours of
a day in common.

Misread: it knows the clock of the computer, not when somebody works; and an overlap across the date line (early morning
here, late evening there) is not counted.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

SEEN = timedelta(days=60)
UTC_SHARE = 0.8
HOURS = 8
APART_HOURS = 2


class PersonOffsets(Intermediate):
    """One row per human whose offset from UTC can be told."""

    person_id = col.key_person("Person")
    offset_minutes = col.number("Minutes that their clock is before UTC")


@pipeline(PersonOffsets)
def person_offsets(commits: pl.LazyFrame, people: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The offset of every person who committed lately; of equally common ones the smaller."""
    offset = pl.col("author_offset_minutes")
    at = pl.col("authored_at")
    humans = people.filter(pl.col("kind") == "human").select("person_id")
    return (
        commits.filter(at > as_of - SEEN, at <= as_of, offset.is_not_null())
        .group_by(person_id="author_id", offset_minutes="author_offset_minutes")
        .agg(commits=pl.len())
        .join(humans, on="person_id", how="semi")
        .with_columns(share=pl.col("commits") / pl.col("commits").sum().over("person_id"))
        .filter((pl.col("offset_minutes") != 0) | (pl.col("share") > UTC_SHARE))
        .sort("person_id", "commits", "offset_minutes", descending=[False, True, False])
        .unique("person_id", keep="first", maintain_order=True)
        .select(PersonOffsets.column_names())
        .sort("person_id")
    )


def overlap_hours(offset_a: pl.Expr, offset_b: pl.Expr) -> pl.Expr:
    """The hours that two working days have in common."""
    return (HOURS - (offset_a - offset_b).abs() / 60).clip(0)
