"""What changed after work had begun, in one list: requirements, children of a parent, tickets of a running sprint.

Misread: a list of changes is no list of mistakes; what was learned on the way belongs in the ticket.
"""

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col


class ScopeChanges(Table):
    """One row per change."""

    ticket_id = col.key("Ticket whose scope changed: for a new child its parent")
    kind = col.key(
        "`description`, `acceptance_criteria`, `estimate`, `child_added`, `added_to_sprint` or `removed_from_sprint`"
    )
    cause = col.key("The change, the child, or the sprint")
    changed_at = col.key_instant("When")
    project = col.text("Project of the ticket")
    team = col.text("Team of the ticket")
    from_value = col.text("Estimate before, for a change of the estimate")
    to_value = col.text("Estimate after; key of the child; name of the sprint")
    actor_id = col.person("Who changed it, where that is known")
    after_start_seconds = col.real("How long after work on the ticket, or the sprint, had begun")


@pipeline(ScopeChanges)
def scope_changes(
    ticket_flow: pl.LazyFrame,
    requirement_changes: pl.LazyFrame,
    sprint_scope: pl.LazyFrame,
    sprint_tickets: pl.LazyFrame,
    ticket_sprints: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every change of every kind."""
    described = ticket_flow.select("ticket_id", "project", "team", "started_at", "until")
    asked = requirement_changes.join(described.select("ticket_id", start="started_at"), on="ticket_id").with_columns(
        cause="change_id"
    )
    parts = [asked, _children(ticket_flow), *_of_sprints(sprint_scope, sprint_tickets, ticket_sprints)]
    columns = ScopeChanges.column_names()
    return (
        pl.concat(parts, how="diagonal")
        .join(described.select("ticket_id", "project", "team"), on="ticket_id")
        .with_columns(after_start_seconds=seconds_between(pl.col("start"), pl.col("changed_at")))
        .select(columns)
        .unique(ScopeChanges.primary_key())
        .sort(ScopeChanges.primary_key())
    )


def _children(flow: pl.LazyFrame) -> pl.LazyFrame:
    """The children that a parent got between the start and the end of the work on it."""
    parents = flow.select("source", "ticket_id", "until", parent_key="key", start="started_at")
    children = flow.select("source", "parent_key", cause="ticket_id", to_value="key", changed_at="created_at")
    return (
        children.join(parents, on=["source", "parent_key"])
        .filter(pl.col("changed_at") > pl.col("start"), pl.col("changed_at") <= pl.col("until"))
        .select("ticket_id", "cause", "to_value", "changed_at", "start", kind=pl.lit("child_added"))
    )


def _of_sprints(
    scope: pl.LazyFrame, members: pl.LazyFrame, ticket_sprints: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """What was put into a sprint after its first day, and what was taken out before its end."""
    named = scope.select("sprint_id", "ended_at", to_value="name", start="started_at")
    key = ["sprint_id", "ticket_id"]
    columns = ("ticket_id", "to_value", "changed_at", "start", "kind")
    added = (
        members.filter("is_added")
        .join(named, on="sprint_id")
        .with_columns(changed_at="added_at", kind=pl.lit("added_to_sprint"))
    )
    last_removal = ticket_sprints.group_by(key).agg(changed_at=pl.col("removed_at").max())
    removed = (
        members.filter("is_removed")
        .join(named, on="sprint_id")
        .join(last_removal, on=key)
        .filter(pl.col("changed_at") <= pl.col("ended_at"))
        .with_columns(kind=pl.lit("removed_from_sprint"))
    )
    first, second = (frame.select(*columns, cause="sprint_id") for frame in (added, removed))
    return first, second
