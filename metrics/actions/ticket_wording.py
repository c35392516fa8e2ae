"""What the rules about tickets have in common: how they call a ticket, and the columns that all of them fill alike."""

import polars as pl

from metrics.actions.actions import ActionCandidates

HALF_A_DAY = 0.5


def titled() -> pl.Expr:
    """The title of a ticket in quotes; what it is where it has none."""
    title = pl.col("title").str.strip_chars()
    return pl.when(title.str.len_chars() > 0).then(pl.format('"{}"', title)).otherwise(pl.lit("The ticket"))


def of_tickets(proposed: pl.LazyFrame, **columns: pl.Expr) -> pl.LazyFrame:
    """One action for each ticket, for its team, and for whom it is assigned to; `columns` are the rest."""
    return proposed.select(
        "team",
        "url",
        repo_id=pl.lit(None, dtype=pl.String),
        path=pl.lit(None, dtype=pl.String),
        item_kind=pl.lit("ticket"),
        item_id="ticket_id",
        actor_id="assignee_id",
        actor_team="team",
        **columns,
    ).select(ActionCandidates.column_names())
