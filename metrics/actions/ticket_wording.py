"""What the rules about tickets have in common: how they call a ticket, whom a proposal is for, which sprints matter."""

from datetime import datetime

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


def near_sprints(sprints: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`sprint_id` and `sprint`, the name, of those that run, and of the next one of every board."""
    state, begins = pl.col("state").fill_null(""), pl.coalesce("started_at", "ends_at")
    # One with an end beforehand begins and ends by itself; of the others the state tells.
    by_itself = pl.col("completed_at").is_not_null()
    is_over = pl.when(by_itself).then(pl.col("completed_at") <= as_of).otherwise(state == "closed")
    has_begun = (pl.col("started_at") <= as_of).fill_null(value=False)
    is_running = (state == "active") | (has_begun & (by_itself | (state != "future")))
    return (
        sprints.filter(~is_over)
        .with_columns(is_running=is_running)
        # Where those to come have no dates, their numbers tell.
        .sort("board", begins, pl.col("sprint_id").str.len_chars(), "sprint_id", nulls_last=True)
        .filter(pl.col("is_running") | (pl.int_range(pl.len()).over("board", "is_running") == 0))
        .select("sprint_id", sprint="name")
    )
