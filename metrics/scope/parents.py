"""How large tasks grow: the children that a parent got after work on it had begun.

Misread: a parent that is cut into pieces only when it is begun grows by that without any more being asked for.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.registry import pipeline
from metrics.spans import first_reason
from warehouse.tables import Table
from warehouse.tables import columns as col

LATELY = timedelta(days=30)


class ParentScope(Table):
    """One row per ticket that has children."""

    ticket_id = col.key("The parent")
    key = col.text("Key that people use")
    project = col.text("Project")
    type = col.text("Type")
    team = col.text("Team that it is for")
    title = col.text("Title")
    url = col.text("Web address")
    assignee_id = col.person("Who is assigned now")
    state = col.text("`todo`, `in_progress` or `done`")
    due_on = col.day("Due date")
    started_at = col.instant("When work on the parent began")
    children = col.number("Children now")
    children_done = col.number("Of these, done")
    children_at_start = col.number("Children that there were when work on it began")
    children_added = col.number("Children created after that")
    growth = col.real("children_added / children_at_start")
    growth_reason = col.text("Why it is null: `not_started`, `no_children_at_start`")
    created_30d = col.number("Children created in the last 30 days")
    added_30d = col.number("Of these, created after work on the parent had begun")
    finished_30d = col.number("Children finished in the last 30 days")


@pipeline(ParentScope)
def parent_scope(ticket_flow: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Every parent with its children."""
    start, created = pl.col("started_at"), pl.col("child_created_at")
    since = as_of - LATELY
    children = ticket_flow.select(
        "source", "parent_key", child_created_at="created_at", child_done_at="done_at", child_state="state"
    ).drop_nulls("parent_key")
    described = (
        "key",
        "project",
        "type",
        "team",
        "title",
        "url",
        "assignee_id",
        "state",
        "due_on",
        "started_at",
    )
    return (
        ticket_flow.select("source", "ticket_id", *described)
        .join(children, left_on=["source", "key"], right_on=["source", "parent_key"])
        .group_by("ticket_id")
        .agg(
            pl.col(described).first(),
            children=pl.len(),
            children_done=(pl.col("child_state") == "done").sum(),
            at_start=(created <= start).sum(),
            after_start=(created > start).sum(),
            created_30d=(created > since).sum(),
            added_30d=((created > since) & (created > start)).sum(),
            finished_30d=(pl.col("child_done_at") > since).sum(),
        )
        .with_columns(
            growth_reason=first_reason(
                {"not_started": start.is_null(), "no_children_at_start": pl.col("at_start") == 0}
            )
        )
        .with_columns(
            children_at_start=pl.when(start.is_not_null()).then("at_start"),
            children_added=pl.when(start.is_not_null()).then("after_start"),
            growth=pl.when(pl.col("growth_reason").is_null()).then(pl.col("after_start") / pl.col("at_start")),
        )
        .select(ParentScope.column_names())
        .sort("ticket_id")
    )
