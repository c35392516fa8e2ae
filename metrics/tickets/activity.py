"""The last sign of life of every ticket: a change, a comment, or anything in a pull request that serves it.

That of a part is one of the whole. What programs do (marking tickets as stale, for example) is no sign of life, nor is
a new rank or workflow. Where the history has a hole, the tracker's own word for the last change counts, too.
"""

from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

BOOKKEEPING = ("rank", "workflow")
"""Fields that change when a board is tidied, not when somebody works."""
LEVELS = 2
"""Parts of parts count, too: the tasks of the stories of an epic."""


class TicketActivity(Intermediate):
    """One row per ticket that was created by the time of the report."""

    ticket_id = col.key("Ticket")
    last_activity_at = col.instant("Last change, comment, or doing in a pull request for it or a part; else creation")
    pull_requests = col.number("Pull requests that serve it")
    open_pull_requests = col.number("Of these, open ones")


@pipeline(TicketActivity)
def ticket_activity(  # noqa: PLR0917 - one parameter a table
    tickets: pl.LazyFrame,
    ticket_changes: pl.LazyFrame,
    ticket_status_intervals: pl.LazyFrame,
    comments: pl.LazyFrame,
    people: pl.LazyFrame,
    pull_request_tickets: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    pull_request_activity: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """The last activity of every ticket, and its pull requests."""
    programs = people.filter(pl.col("kind") != "human").select("person_id")
    served = (
        pull_request_tickets.select("ticket_id", "pr_id")
        .unique()
        .join(pull_request_states.select("pr_id", "state"), on="pr_id")
        .join(pull_request_activity.select("pr_id", at="last_activity_at"), on="pr_id")
    )
    done = pl.concat(
        [
            ticket_changes.filter(~pl.col("field").str.to_lowercase().is_in(BOOKKEEPING)).select(
                "ticket_id", at="changed_at", person_id="actor_id"
            ),
            ticket_status_intervals.select("ticket_id", at="entered_at", person_id="actor_id"),
            comments.select("ticket_id", at="created_at", person_id="author_id"),
        ]
    ).join(programs, on="person_id", how="anti")
    happened = pl.concat([done.select("ticket_id", "at"), served.select("ticket_id", "at")]).filter(
        pl.col("ticket_id").is_not_null(), pl.col("at") <= as_of
    )
    is_cut = ~pl.col("history_complete") & (pl.col("updated_at") <= as_of)
    counted = served.group_by("ticket_id").agg(
        pull_requests=pl.len(), open_pull_requests=(pl.col("state") == "open").sum()
    )
    known = tickets.filter(pl.col("created_at") <= as_of)
    own = (
        known.select("ticket_id", "created_at", updated_at=pl.when(is_cut).then("updated_at"))
        .join(happened.group_by("ticket_id").agg(pl.col("at").max()), on="ticket_id", how="left")
        .join(counted, on="ticket_id", how="left")
        .select(
            "ticket_id",
            pl.col("pull_requests", "open_pull_requests").fill_null(0),
            last_activity_at=pl.max_horizontal("at", "created_at", "updated_at"),
        )
    )
    for _ in range(LEVELS):
        own = _with_parts(own, known)
    return own.select(TicketActivity.column_names()).sort("ticket_id")


def _with_parts(activity: pl.LazyFrame, tickets: pl.LazyFrame) -> pl.LazyFrame:
    """The activity of every ticket, in which that of its parts counts."""
    wholes = tickets.select("source", ticket_id="ticket_id", parent_key="key")
    parts = (
        tickets.select("source", "parent_key", part_id="ticket_id")
        .drop_nulls("parent_key")
        .join(wholes, on=["source", "parent_key"])
        .join(activity.select(part_id="ticket_id", part_at="last_activity_at"), on="part_id")
        .group_by("ticket_id")
        .agg(pl.col("part_at").max())
    )
    return (
        activity.join(parts, on="ticket_id", how="left")
        .with_columns(last_activity_at=pl.max_horizontal("last_activity_at", "part_at"))
        .drop("part_at")
    )
