"""Figures about how people work need people: a period in which too few of a scope had any part in one is not told.

A team that is large enough now had fewer members once, and of those it has, one may be the only one who worked.
"""

import polars as pl

from metrics.coordination.window import TOO_SMALL
from metrics.summary.observations import PERIOD

TOO_FEW = "too_few_people"


def of_enough_people(found: pl.LazyFrame, items: pl.LazyFrame, minimum_group: int) -> pl.LazyFrame:
    """The observations of one metric, null where the items of the period are those of fewer than `minimum_group`."""
    people = items.group_by(PERIOD).agg(people=pl.col("person_id").n_unique())
    is_few = (pl.col("people") < minimum_group).fill_null(value=False) & pl.col("reason").ne_missing(TOO_SMALL)
    return (
        found.join(people, on=PERIOD, how="left")
        .with_columns(
            *(pl.when(~is_few).then(name).alias(name) for name in ("value", "n", "coverage")),
            reason=pl.when(is_few).then(pl.lit(TOO_FEW)).otherwise("reason"),
        )
        .drop("people")
    )
