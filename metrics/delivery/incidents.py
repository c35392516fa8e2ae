"""Incidents: those that a pager or pipeline reported, and the tickets that the configuration takes for incidents.

Misread: what nobody wrote down did not happen here; few incidents can be the sign of a silent pager.
"""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

_TOLD = ["title", "url", "severity", "repo_id", "resolved_at"]


class Incidents(Table):
    """One row per incident."""

    incident_id = col.key("The reported id, or the ticket")
    repo_id = col.text("Repository that it hit; null where nobody says")
    ticket_id = col.text("Ticket that stands for it")
    title = col.text("What happened, in a line")
    url = col.text("Web address")
    severity = col.text("Severity; the priority of a ticket")
    opened_at = col.instant("When it began")
    resolved_at = col.instant("When it was over; null while it lasts")
    restore_seconds = col.real("Time between the two")
    restore_reason = col.text("Why it is null: `not_resolved`, `opened_unknown` or `clock_negative`")
    found_by = col.text("`recorded` or `ticket`")


@pipeline(Incidents)
def incidents(
    incidents: pl.LazyFrame,
    tickets: pl.LazyFrame,
    repositories: pl.LazyFrame,
    *,
    as_of: datetime,
    incident_types: Collection[str],
    incident_labels: Collection[str],
) -> pl.LazyFrame:
    """Every incident that began up to `as_of`.

    One that was reported with its ticket is one incident, whether or not the ticket is one by rule; the ticket says
    what the report left out. One of which only the end is known counts from there on, and has no time to restore.
    """
    told = tickets.join(_of_issues(tickets, repositories), on="ticket_id", how="left").select(
        "ticket_id", "title", "url", "repo_id", "resolved_at", "created_at", "type", "labels", severity="priority"
    )
    recorded = (
        incidents.join(told, on="ticket_id", how="left", suffix="_told")
        .select(
            "incident_id",
            "ticket_id",
            *(pl.coalesce(name, f"{name}_told").alias(name) for name in _TOLD),
            opened_at=pl.coalesce("opened_at", "created_at"),
            found_by=pl.lit("recorded"),
        )
        .filter(pl.coalesce("opened_at", "resolved_at") <= as_of)
    )
    of_tickets = (
        told.filter(is_ruled(incident_types, incident_labels), pl.col("created_at") <= as_of)
        .join(recorded, on="ticket_id", how="anti")
        .select("ticket_id", *_TOLD, incident_id="ticket_id", opened_at="created_at", found_by=pl.lit("ticket"))
    )
    seconds = seconds_between(pl.col("opened_at"), pl.col("resolved_at"))
    return (
        pl.concat([recorded, of_tickets], how="diagonal")
        .with_columns(resolved_at=pl.when(pl.col("resolved_at") <= as_of).then("resolved_at"))
        .with_columns(
            restore_seconds=pl.when(seconds >= 0).then(seconds),
            restore_reason=pl.when(pl.col("resolved_at").is_null())
            .then(pl.lit("not_resolved"))
            .when(pl.col("opened_at").is_null())
            .then(pl.lit("opened_unknown"))
            .when(seconds < 0)
            .then(pl.lit("clock_negative")),
        )
        .select(Incidents.column_names())
        .sort("incident_id")
    )


def _of_issues(tickets: pl.LazyFrame, repositories: pl.LazyFrame) -> pl.LazyFrame:
    """The repository of every ticket that is an issue of one."""
    return tickets.select("ticket_id", repo_id=pl.col("ticket_id").str.extract(r"^(.*)#\d+$")).join(
        repositories, on="repo_id", how="semi"
    )


def is_ruled(types: Collection[str], labels: Collection[str]) -> pl.Expr:
    """Whether a ticket is of one of the types, or has one of the labels, upper and lower case aside."""
    of_type = pl.col("type").str.to_lowercase().is_in([name.lower() for name in types])
    label = pl.element().str.to_lowercase().is_in([name.lower() for name in labels])
    of_label = pl.col("labels").list.eval(label).list.any()
    return of_type.fill_null(value=False) | of_label.fill_null(value=False)
