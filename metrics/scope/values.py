"""The value that a field of a ticket had at some instant, from its changes.

That is what the last change up to then set it to; where there was none, what the next change took away; where it was
never changed, what it is now.
"""

import polars as pl


def values_at(items: pl.LazyFrame, changes: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """What was set, for every item (with columns `ticket_id` and `at`) whose ticket has any of the `changes`.

    `by` tells items apart, and the fields where the changes are of several. Columns: `by`, `value`, and `is_later`:
    whether only a later change tells.
    """
    before = pl.col("changed_at") <= pl.col("at")
    return (
        items.join(changes, on="ticket_id")
        .sort("changed_at", "change_id")
        .group_by(by)
        .agg(
            is_later=~before.any(),
            set_to=pl.col("to_value").filter(before).last(),
            took=pl.col("from_value").filter(~before).first(),
        )
        .select(*by, "is_later", value=pl.when("is_later").then("took").otherwise("set_to"))
    )
