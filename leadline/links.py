"""Which pull request serves which ticket: what its texts name, matched with the tickets that there are."""

from collections.abc import Mapping

import polars as pl

from warehouse.store import Warehouse

FOUND_IN = ("closing_reference", "branch", "title", "body", "commit")
"""Where a ticket is named, the clearest statement first."""

_TABLES = {
    "mentions": ("pull_request_mentions", ["pr_id", "reference", "found_in", "source", "collected_at"]),
    "tickets": ("tickets", ["ticket_id", "key", "source"]),
    "repositories": ("repositories", ["repo_id", "name", "source"]),
}


def resolve(warehouse: Warehouse, hosts: Mapping[str, str]) -> None:
    """Match all mentions of the warehouse anew and store which pull request serves which ticket."""
    frames = {name: warehouse.read(table, columns).lazy() for name, (table, columns) in _TABLES.items()}
    warehouse.replace("pull_request_tickets", pull_request_tickets(**frames, hosts=hosts).collect())


def pull_request_tickets(
    mentions: pl.LazyFrame, tickets: pl.LazyFrame, repositories: pl.LazyFrame, *, hosts: Mapping[str, str]
) -> pl.LazyFrame:
    """Return pr_id, ticket_id, found_in, source and collected_at; one row per pull request and ticket.

    A reference, `owner/name#12` or `APP-12` without regard to case, means the ticket that is called so: of the pull
    request's own source, else of a source on the same host (`hosts`, by name of the source), else of any other. What
    no ticket is called counts for nothing, `UTF-8` for example. A renamed repository answers to its old name too,
    unless another one has it now. Where several texts name the ticket, found_in is the first of `FOUND_IN`.
    """
    lower = pl.col("reference").str.to_lowercase()
    said = mentions.with_columns(reference=lower, host=_host(hosts))
    called = _names(tickets, repositories).with_columns(reference=lower, host=_host(hosts))
    distance = (
        pl.when(pl.col("source") == pl.col("source_right"))
        .then(0)
        .when(pl.col("host") == pl.col("host_right"))
        .then(1)
        .otherwise(2)
    )
    meant = (
        said.join(called, on="reference")
        .with_columns(distance=distance)
        .sort("distance", "is_former", "source_right", "ticket_id")
        .unique(["pr_id", "reference", "found_in"], keep="first", maintain_order=True)
    )
    order = pl.col("found_in").replace_strict(list(FOUND_IN), range(len(FOUND_IN)), default=len(FOUND_IN))
    return (
        meant.sort("pr_id", "ticket_id", order, "found_in", "collected_at", "source")
        .unique(["pr_id", "ticket_id"], keep="first", maintain_order=True)
        .select("pr_id", "ticket_id", "found_in", "source", "collected_at")
        .sort("pr_id", "ticket_id")
    )


def _host(hosts: Mapping[str, str]) -> pl.Expr:
    return pl.col("source").replace(list(hosts), list(hosts.values()))


def _names(tickets: pl.LazyFrame, repositories: pl.LazyFrame) -> pl.LazyFrame:
    """Every name of every ticket: reference, ticket_id, source, is_former (whether from before a rename)."""
    repo_id, number = (pl.col("ticket_id").str.extract(r"^(.*)#(\d+)$", part) for part in (1, 2))
    of_repository = tickets.with_columns(repo_id=repo_id, number=number).join(
        repositories.select("repo_id", "name"), on="repo_id", how="left"
    )
    now = pl.format("{}#{}", "name", "number")
    first = pl.format("{}#{}", pl.col("repo_id").str.replace(r"^[^:]*:", ""), "number")
    is_former = pl.col("reference").str.to_lowercase() != pl.coalesce(now, "key").str.to_lowercase()
    return (
        pl.concat([of_repository.with_columns(reference=name) for name in (pl.col("key"), now, first)])
        .drop_nulls("reference")
        .select("reference", "ticket_id", "source", is_former=is_former)
        .unique()
    )
