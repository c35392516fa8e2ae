"""The value that a field of a ticket had at some instant, from its changes.

That is what the last change up to then set it to; where there was none, what the next change took away; where it was
never changed, what it is now.
"""

import polars as pl


def values_at(items: pl.LazyFrame, changes: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """For every item (columns `by`, `ticket_id` among them, and `at`) whose field ever changed, what it was set to.

    `changes` are those of one field or several (`ticket_id`, `changed_at`, `change_id`, `from_value`, `to_value`, and
    what else is in `by`). Columns: `by`, `value`, and `is_later`: whether only a later change tells.
    """
    shared = [name for name in by if name in {"ticket_id", "field"}]
    before = pl.col("changed_at") <= pl.col("at")
    return (
        items.select(*by, "at")
        .join(changes.select("changed_at", "change_id", "from_value", "to_value", *shared), on=shared)
        .sort(*by, "changed_at", "change_id")
        .group_by(by, maintain_order=True)
        .agg(
            is_later=~before.any(),
            set_to=pl.col("to_value").filter(before).last(),
            took=pl.col("from_value").filter(~before).first(),
        )
        .select(*by, "is_later", value=pl.when("is_later").then("took").otherwise("set_to"))
    )
