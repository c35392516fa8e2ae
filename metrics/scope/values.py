"""The value that a field of a ticket had at some instant, from its changes.

That is what the last change up to then set it to; where there was none, what the next change took away; where it was
never changed, what it is now.
"""

import polars as pl


def values_at(items: pl.LazyFrame, changes: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """What was set, for every item (with columns `ticket_id` and `at`) whose ticket has any of the `changes`.

    `by` tells items apart, and the fields where the changes are of several. Columns: `by`, `value`, `is_later`: whether
    only a later change tells, and `is_told`: whether that change has a value on either side.
    """
    before = pl.col("changed_at") <= pl.col("at")
    return (
        items.join(changes, on="ticket_id")
        .sort("changed_at", "change_id")
        .group_by(by)
        .agg(
            is_later=~before.any(),
            last=pl.struct("from_value", "to_value").filter(before).last(),
            next=pl.struct("from_value", "to_value").filter(~before).first(),
        )
        .select(*by, "is_later", *_value())
    )


def _value() -> tuple[pl.Expr, pl.Expr]:
    """The value, and whether the change that tells it has one on either side."""
    telling = pl.when("is_later").then("next").otherwise("last").struct
    old, new = telling.field("from_value"), telling.field("to_value")
    value = pl.when("is_later").then(old).otherwise(new)
    return value.alias("value"), (old.is_not_null() | new.is_not_null()).alias("is_told")
