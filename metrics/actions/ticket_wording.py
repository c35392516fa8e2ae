"""What the rules about tickets have in common: how they call a ticket, and whom a proposal about one is for."""

import polars as pl

from metrics.actions.actions import candidates
from metrics.actions.recent import called

HALF_A_DAY = 0.5


def titled() -> pl.Expr:
    """The title of a ticket in quotes; what it is where it has none."""
    return called("The ticket")


def of_tickets(proposed: pl.LazyFrame, **said: pl.Expr) -> pl.LazyFrame:
    """One proposal for each ticket, for its team, and for whom it is assigned to; `said` is the rest."""
    return candidates(
        proposed,
        "team",
        "url",
        item_kind=pl.lit("ticket"),
        item_id="ticket_id",
        actor_id="assignee_id",
        actor_team="team",
        **said,
    )
