"""What kind of work a ticket or pull request is, by the rules of `[investment]`; the first that matches wins.

A pull request goes by its own labels, else by its ticket, of several the first by name; what matches no rule is
`unclassified`.

Misread: it tells what people said a ticket is. Where most is unclassified, the rules do not fit the tracker.
"""

from collections.abc import Collection, Sequence

import polars as pl

from metrics.delivery.incidents import is_ruled
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

UNCLASSIFIED = "unclassified"
BUG = "bug"
"""The kind of work that figures of bugs are about."""

Investment = Sequence[tuple[str, Collection[str], Collection[str]]]
"""Name, ticket types and labels of each kind of work, in the order in which they are tried."""


class TicketCategories(Table):
    """One row per ticket."""

    ticket_id = col.key("Ticket")
    category = col.text("Name of the rule of `[investment]` that takes it, or `unclassified`")


class PullRequestCategories(Table):
    """One row per pull request."""

    pr_id = col.key("Pull request")
    category = col.text("Name of the rule of `[investment]` that takes it, or `unclassified`")
    told_by = col.text("`label` of its own, or `ticket` that it serves; null for `unclassified`")


@pipeline(TicketCategories)
def ticket_categories(tickets: pl.LazyFrame, *, investment: Investment) -> pl.LazyFrame:
    """The kind of work of every ticket."""
    return tickets.select("ticket_id", category=_category(investment)).sort("ticket_id")


@pipeline(PullRequestCategories)
def pull_request_categories(
    pull_requests: pl.LazyFrame,
    pull_request_tickets: pl.LazyFrame,
    ticket_categories: pl.LazyFrame,
    *,
    investment: Investment,
) -> pl.LazyFrame:
    """The kind of work of every pull request."""
    served = (
        pull_request_tickets.join(ticket_categories, on="ticket_id")
        .filter(pl.col("category") != UNCLASSIFIED)
        .group_by("pr_id")
        .agg(of_ticket=pl.col("category").min())
    )
    own = pull_requests.select("pr_id", "labels", type=pl.lit(None, dtype=pl.String)).select(
        "pr_id", own=_category(investment)
    )
    is_labelled = pl.col("own") != UNCLASSIFIED
    return (
        own.join(served, on="pr_id", how="left")
        .select(
            "pr_id",
            category=pl.when(is_labelled).then("own").otherwise(pl.coalesce("of_ticket", "own")),
            told_by=pl.when(is_labelled)
            .then(pl.lit("label"))
            .when(pl.col("of_ticket").is_not_null())
            .then(pl.lit("ticket")),
        )
        .sort("pr_id")
    )


def _category(investment: Investment) -> pl.Expr:
    kinds = [pl.when(is_ruled(types, labels)).then(pl.lit(name)) for name, types, labels in investment]
    return pl.coalesce(*kinds, pl.lit(UNCLASSIFIED))
