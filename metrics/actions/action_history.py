"""Every action that was ever shown: since when, until when, and how it ended.

One that is shown no longer is closed: because its rule proposes it no longer, or because better ones took its place
while it is still true. One that comes back is open again, and keeps the date of its first sight.

Misread: what is no longer true was not necessarily done because it stood here.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import now
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

_SAID = ("rule", "responsibility", "team", "title", "url", "days_saved")


class ActionHistory(Table):
    """One row per action that was ever shown."""

    action_id = col.key("`<rule>:<item_id>`")
    rule = col.text("Name of the rule")
    responsibility = col.text("What a tech lead answers for that it serves")
    team = col.text("The team it was for; null where no team owns the item")
    title = col.text("What was wrong, as last said")
    url = col.text("Where to look at it; null where not known")
    days_saved = col.real("Days expected to be saved, as last said")
    first_seen_at = col.instant("When it was first shown")
    last_seen_at = col.instant("When it was last shown")
    closed_at = col.instant("When it was first seen to be shown no longer; null while it is")
    how = col.text("How it ended: `no_longer_true` or `outranked` by better ones; null while it is shown")


@pipeline(ActionHistory)
def action_history(
    actions: pl.LazyFrame, action_candidates: pl.LazyFrame, previous_history: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """What was shown before, and what is shown now."""
    shown = actions.select(
        "action_id", *_SAID, "first_seen_at", last_seen_at=now(as_of), closed_at=pl.lit(None, pl.Datetime("us"))
    )
    is_true = action_candidates.select(
        action_id=pl.format("{}:{}", "rule", "item_id"), is_true=pl.lit(value=True)
    ).unique()
    gone = (
        previous_history.join(shown, on="action_id", how="anti")
        .join(is_true, on="action_id", how="left")
        .with_columns(
            closed_at=pl.coalesce("closed_at", now(as_of)),
            how=pl.when("is_true").then(pl.lit("outranked")).otherwise(pl.lit("no_longer_true")),
        )
        .drop("is_true")
    )
    return (
        pl.concat([shown.with_columns(how=pl.lit(None, pl.String)), gone], how="diagonal_relaxed")
        .select(ActionHistory.column_names())
        .sort("action_id")
    )
