"""Tickets at an instant: in the status that they were in, with the fields that later changes took away.

A field that was never changed since is what it is now. Labels, links and descriptions have no dated values and are as
they are now.
"""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from metrics.past.cut import taken_back, until
from metrics.tickets.fields import NAMES

_FIELDS = {
    **{name: NAMES[name] for name in ("assignee", "story_points", "estimate", "parent", "due_date")},
    "priority": ("priority",),
    "type": ("issuetype", "issue_type", "type"),
    "milestone": ("milestone", "fix_version", "fix_versions", "fixversion", "fixversions"),
    "title": ("summary", "title"),
}
"""What is taken back, and what trackers call it."""

_COLUMNS = {
    "story_points": ("story_points", pl.Float64),
    "estimate": ("estimate_seconds", pl.Int64),
    "parent": ("parent_key", pl.String),
    "due_date": ("due_on", pl.Date),
    "priority": ("priority", pl.String),
    "type": ("type", pl.String),
    "milestone": ("milestone", pl.String),
    "title": ("title", pl.String),
}


def known(tables: Mapping[str, pl.LazyFrame], as_of: datetime) -> dict[str, pl.LazyFrame]:
    """The tables about tickets, sprints and milestones."""
    created = until(tables["tickets"], "created_at", as_of)
    entered = until(tables["ticket_status_intervals"], "entered_at", as_of).with_columns(taken_back("left_at", as_of))
    later = _later(tables["ticket_changes"], as_of)
    settled = _in_status(_fields(created, later, tables["identities"]), entered, as_of)
    sprints = tables["sprints"]
    is_begun, is_over = pl.col("started_at") <= as_of, pl.col("completed_at") <= as_of
    by_itself = pl.col("completed_at").is_not_null() & (pl.col("state") != "closed")
    state = (
        pl.when(pl.col("started_at").is_not_null() & ~is_begun)
        .then(pl.lit("future"))
        .when((pl.col("state") == "closed") & ~is_over.fill_null(value=True))
        .then(pl.lit("active"))
        .otherwise("state")
    )
    return {
        "tickets": settled.with_columns(updated_at=pl.min_horizontal("updated_at", pl.lit(as_of))),
        "ticket_changes": until(tables["ticket_changes"], "changed_at", as_of),
        "ticket_status_intervals": entered,
        "ticket_links": tables["ticket_links"].join(created, on="ticket_id", how="semi"),
        "ticket_sprints": until(tables["ticket_sprints"], "added_at", as_of).with_columns(
            taken_back("removed_at", as_of)
        ),
        # The end of a sprint that ends by itself is told beforehand: it was known then, too.
        "sprints": sprints.with_columns(state=state, completed_at=pl.when(is_over | by_itself).then("completed_at")),
        "milestones": tables["milestones"].with_columns(
            taken_back("closed_at", as_of),
            state=pl.when(pl.col("closed_at") > as_of).then(pl.lit("open")).otherwise("state"),
        ),
    }


def _later(changes: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """The first later change of every ticket and field that can be taken back: `ticket_id`, `meaning`, `value`."""
    plain = pl.col("field").str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "_")
    known_names = {name: meaning for meaning, names in _FIELDS.items() for name in names}
    meaning = plain.replace_strict(known_names, default=None, return_dtype=pl.String)
    return (
        changes.filter(pl.col("changed_at") > as_of)
        .with_columns(meaning=meaning)
        .drop_nulls("meaning")
        .sort("ticket_id", "changed_at", "change_id")
        .group_by("ticket_id", "meaning", maintain_order=True)
        .agg(value=pl.col("from_value").first())
    )


def _fields(created: pl.LazyFrame, later: pl.LazyFrame, identities: pl.LazyFrame) -> pl.LazyFrame:
    """The tickets with what later changes took away."""
    told = created
    for meaning, (column, dtype) in _COLUMNS.items():
        value = pl.col("value")
        was = value.str.head(10).str.to_date(strict=False) if dtype == pl.Date else value.cast(dtype, strict=False)
        before = later.filter(pl.col("meaning") == meaning).select("ticket_id", was=was, is_told=pl.lit(value=True))
        told = (
            told.join(before, on="ticket_id", how="left")
            .with_columns(pl.when("is_told").then("was").otherwise(column).alias(column))
            .drop("was", "is_told")
        )
    before = (
        later.filter(pl.col("meaning") == "assignee")
        .join(created.select("ticket_id", "source"), on="ticket_id")
        .join(_accounts(identities), on=["source", "value"], how="left")
        .select("ticket_id", "identity_id", is_told=pl.lit(value=True))
    )
    return (
        told.join(before, on="ticket_id", how="left")
        .with_columns(assignee_id=pl.when("is_told").then("identity_id").otherwise("assignee_id"))
        .drop("identity_id", "is_told")
    )


def _accounts(identities: pl.LazyFrame) -> pl.LazyFrame:
    """Whom a tracker means by a value: `source`, `value` and `identity_id`; an id of its own, a login, a name."""
    native = pl.col("identity_id").str.strip_prefix(pl.col("source") + ":")
    ways = [
        identities.select("source", "identity_id", value=value, order=pl.lit(order))
        for order, value in enumerate((native, pl.col("account"), pl.col("name")))
    ]
    return (
        pl.concat(ways)
        .drop_nulls("value")
        .sort("source", "value", "order", "identity_id")
        .unique(["source", "value"], keep="first", maintain_order=True)
        .select("source", "value", "identity_id")
    )


def _in_status(tickets: pl.LazyFrame, entered: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """The tickets in the status that they were in, and resolved where that was one of being done."""
    current = (
        entered.filter(pl.col("left_at").is_null())
        .sort("ticket_id", "entered_at")
        .group_by("ticket_id", maintain_order=True)
        .agg(
            pl.col("entered_at").last(),
            status_then=pl.col("status").last(),
            category_then=pl.col("status_category").last(),
            status_id_then=pl.col("status_id").last(),
        )
    )
    is_told = pl.col("entered_at").is_not_null()
    resolved = pl.col("resolved_at")
    # Without a history nobody knows the status of then, but whether it was resolved.
    was_open = (resolved > as_of).fill_null(value=False)
    return (
        tickets.join(current, on="ticket_id", how="left")
        .with_columns(
            status=pl.when(is_told).then("status_then").when(~was_open).then("status"),
            status_id=pl.when(is_told).then("status_id_then").when(~was_open).then("status_id"),
            status_category=pl.when(is_told)
            .then("category_then")
            .when(~was_open)
            .then("status_category")
            .otherwise(pl.lit("todo")),
        )
        .with_columns(is_done=pl.col("status_category") == "done")
        .with_columns(
            resolved_at=pl.when("is_done").then(
                # One that was done then and taken up since has lost the time of it.
                pl.coalesce(pl.when(resolved <= as_of).then(resolved), "entered_at")
            ),
            resolution=pl.when("is_done").then("resolution"),
        )
        .drop("entered_at", "status_then", "category_then", "status_id_then", "is_done")
    )
