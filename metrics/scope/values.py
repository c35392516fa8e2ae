"""The value that a field of a ticket had at some instant, from its changes.

That is what the last change up to then set it to; where there was none, what the next change took away; where it was
never changed, what it is now.
"""

import polars as pl

_SIDES = ("from_value", "to_value")


def values_at(items: pl.LazyFrame, changes: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """What was set, for every item (with columns `ticket_id` and `at`) whose ticket has any of the `changes`.

    `by` tells items apart, and the fields where the changes are of several. Columns: `by`, `value`, `is_later`: whether
    only a later change tells, and `is_told`: whether that change has a value on either side.
    """
    is_before = pl.col("changed_at") <= pl.col("at")
    ordered = items.join(changes, on="ticket_id").sort("changed_at", "change_id")
    last = ordered.filter(is_before).group_by(by).agg(pl.col(_SIDES).last(), is_later=pl.lit(value=False))
    following = ordered.filter(~is_before).group_by(by).agg(pl.col(_SIDES).first(), is_later=pl.lit(value=True))
    telling = pl.concat([last, following.join(last, on=by, how="anti")])
    return telling.select(
        *by,
        "is_later",
        value=pl.when("is_later").then("from_value").otherwise("to_value"),
        is_told=pl.any_horizontal(pl.col(side).is_not_null() for side in _SIDES),
    )
