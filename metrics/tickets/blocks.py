"""When tickets could not go on: flagged, in a status that means blocked, or while a ticket that blocks them was open.

Only the time of work counts: from the start to the end, or to the time of the report. Spans may overlap, as a ticket
can be blocked for two reasons at once; sums over them count such time twice, `ticket_flow` does not.

Misread: a flag that nobody clears blocks for ever. A link counts from the day it was made, where that is known, else
from the creation of the other ticket; one with a ticket that is over, nobody knows since when, does not count.
"""

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import pipeline
from metrics.tickets.fields import is_set
from warehouse.tables import Table
from warehouse.tables import columns as col

_KEY = r"([^\s#]*#\d+|[A-Za-z][A-Za-z0-9_]*-\d+)"
_LINK = ["ticket_id", "by_ticket_id"]


class TicketBlocks(Table):
    """One row per ticket, cause, and time that it was blocked."""

    ticket_id = col.key("Ticket")
    cause = col.key("`flag`, `status` or `link`")
    blocked_at = col.key_instant("Since when")
    by = col.key("Ticket that blocks it, for a link; else empty")
    unblocked_at = col.instant("Until when; the end of the work, or the time of the report, where it was never cleared")
    seconds = col.real("How long")
    is_blocked = col.flag("Whether it is blocked now")


@pipeline(TicketBlocks)
def ticket_blocks(  # noqa: PLR0917 - one parameter a table
    tickets: pl.LazyFrame,
    ticket_links: pl.LazyFrame,
    ticket_field_changes: pl.LazyFrame,
    ticket_steps: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    ticket_completions: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every span, clipped to the time of work."""
    begun = ticket_spans.filter(pl.col("started_at").is_not_null()).select(
        "ticket_id", "started_at", "until", is_open=pl.col("state") != "done"
    )
    changes = ticket_field_changes
    parts = [
        _flagged(tickets, changes),
        _in_status(ticket_steps),
        _linked(tickets, ticket_links, changes, _open(tickets, ticket_spans, ticket_completions)),
    ]
    end = pl.min_horizontal("unblocked_at", "until")  # what is null does not count
    return (
        pl.concat(parts)
        .join(begun, on="ticket_id")
        .with_columns(
            is_blocked=pl.col("is_open")
            & (pl.col("unblocked_at").is_null() | (pl.col("unblocked_at") > pl.col("until"))),
            blocked_at=pl.max_horizontal("blocked_at", "started_at"),
            unblocked_at=end,
        )
        .filter(pl.col("blocked_at") < pl.col("unblocked_at"))
        # Flagged twice before the work began: both spans would begin with it.
        .group_by(TicketBlocks.primary_key())
        .agg(pl.col("unblocked_at").max(), pl.col("is_blocked").any())
        .with_columns(seconds=seconds_between(pl.col("blocked_at"), pl.col("unblocked_at")))
        .select(TicketBlocks.column_names())
        .sort(TicketBlocks.primary_key())
    )


def _spans(frame: pl.LazyFrame, cause: str, by: pl.Expr | None = None) -> pl.LazyFrame:
    return frame.select(
        "ticket_id", "blocked_at", "unblocked_at", cause=pl.lit(cause), by=pl.lit("") if by is None else by
    )


def _flagged(tickets: pl.LazyFrame, changes: pl.LazyFrame) -> pl.LazyFrame:
    """From a change that sets the flag to the next one; one set from the beginning shows by being taken off."""
    flags = changes.filter(pl.col("field") == "flag").sort("ticket_id", "changed_at", "change_id")
    is_first = (pl.col("ticket_id") != pl.col("ticket_id").shift(1)).fill_null(value=True)
    is_last = (pl.col("ticket_id") != pl.col("ticket_id").shift(-1)).fill_null(value=True)
    from_the_start = (
        flags.filter(is_first & is_set(pl.col("from_value")))
        .join(tickets.select("ticket_id", "created_at"), on="ticket_id")
        .select("ticket_id", blocked_at="created_at", unblocked_at="changed_at")
    )
    later = (
        flags.with_columns(unblocked_at=pl.when(~is_last).then(pl.col("changed_at").shift(-1)))
        .filter(is_set(pl.col("to_value")))
        .select("ticket_id", "unblocked_at", blocked_at="changed_at")
        .select("ticket_id", "blocked_at", "unblocked_at")
    )
    return _spans(pl.concat([from_the_start, later]), "flag")


def _in_status(steps: pl.LazyFrame) -> pl.LazyFrame:
    blocked = steps.filter(pl.col("is_blocked") & ~pl.col("is_done"))
    return _spans(blocked.rename({"entered_at": "blocked_at", "left_at": "unblocked_at"}), "status")


def _open(tickets: pl.LazyFrame, spans: pl.LazyFrame, completions: pl.LazyFrame) -> pl.LazyFrame:
    """`by_ticket_id`, `opened_at` and `closed_at` of every time that a ticket was open, where its end is known."""
    number = pl.int_range(pl.len()).over("ticket_id", order_by="at")
    opened = pl.concat(
        [tickets.select("ticket_id", at="created_at"), completions.select("ticket_id", at="left_at").drop_nulls()]
    ).with_columns(number=number)
    closed = completions.select("ticket_id", at="completed_at").with_columns(number=number)
    is_last = pl.col("number") == pl.col("number").max().over("ticket_id")
    is_over = pl.col("state") == "done"
    return (
        opened.join(closed, on=["ticket_id", "number"], how="left", suffix="_closed")
        .join(spans.select("ticket_id", "state", "done_at"), on="ticket_id")
        .filter(~is_over | pl.col("done_at").is_not_null())
        .select(
            by_ticket_id="ticket_id",
            opened_at="at",
            # The last end is sometimes the tracker's own word.
            closed_at=pl.when(is_over & is_last).then("done_at").otherwise("at_closed"),
        )
    )


def _linked(tickets: pl.LazyFrame, links: pl.LazyFrame, changes: pl.LazyFrame, open_: pl.LazyFrame) -> pl.LazyFrame:
    """From the link on, as long as the blocking ticket is open."""
    named = tickets.select("source", "ticket_id", "key")
    # Within a project some trackers tell but the number.
    told = pl.col("to_value").str.extract(_KEY)
    whole = pl.when(told.str.starts_with("#")).then(pl.concat_str("project", told)).otherwise(told)
    ends = links.select("ticket_id", "kind", key="other_key").join(named.select("ticket_id", "source"), on="ticket_id")
    pairs = ends.join(named, on=["source", "key"], suffix="_other")
    here, there = pl.col("ticket_id"), pl.col("ticket_id_other")
    blocking = pl.concat(
        [
            pairs.filter(pl.col("kind") == "is_blocked_by").select(ticket_id=here, by_ticket_id=there),
            pairs.filter(pl.col("kind") == "blocks").select(ticket_id=there, by_ticket_id=here),
        ]
    ).unique()
    made = (
        changes.filter(pl.col("field") == "link")
        .join(tickets.select("ticket_id", "source", "project"), on="ticket_id")
        .select("ticket_id", "changed_at", "source", key=whole)
        .drop_nulls()
        .join(named, on=["source", "key"], suffix="_other")
        .select("changed_at", ticket_id="ticket_id", by_ticket_id="ticket_id_other")
    )
    both_ways = pl.concat(
        [made, made.select("changed_at", ticket_id="by_ticket_id", by_ticket_id="ticket_id")], how="diagonal"
    )
    linked = both_ways.group_by(_LINK).agg(linked_at=pl.col("changed_at").min())
    found = (
        blocking.join(open_, on="by_ticket_id")
        .join(linked, on=_LINK, how="left")
        .select(
            "ticket_id",
            "by_ticket_id",
            blocked_at=pl.max_horizontal("linked_at", "opened_at"),  # what is null does not count
            unblocked_at="closed_at",
        )
    )
    return _spans(found, "link", pl.col("by_ticket_id"))
