"""What a ticket had when work on it began, and how what was asked for changed afterwards.

Ready is a ticket that has all that `[readiness] needs` asks for: at its start or, where it has not begun, now. As
changes of the requirements count those of description, acceptance criteria and estimate between start and end.

Misread: a description that is made clearer during the work is a change like one that asks for more. A ticket that is
ready on paper can still be a riddle.
"""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from metrics.scope.values import values_at
from metrics.tickets.fields import is_set, meant
from warehouse.tables import Table
from warehouse.tables import columns as col

NEEDS = ("assignee", "estimate", "description", "parent", "due_date")
REQUIREMENTS = ("description", "acceptance_criteria", "estimate")


class RequirementChanges(Intermediate):
    """One row per change of what is asked for, between start and end of the work."""

    change_id = col.key("Change")
    ticket_id = col.text("Ticket")
    kind = col.text("`description`, `acceptance_criteria` or `estimate`")
    changed_at = col.instant("When")
    from_value = col.text("Estimate before; texts are not told")
    to_value = col.text("Estimate after; texts are not told")
    actor_id = col.person("Who changed it")


class TicketRequirements(Table):
    """One row per ticket that was ever started, or is still to be done."""

    ticket_id = col.key("Ticket")
    judged_at = col.instant("Its start or, where it has not begun, the time of the report")
    has_begun = col.flag("Whether work has begun")
    has_assignee = col.flag("Whether somebody was assigned by then")
    has_estimate = col.flag("Whether it had story points or an estimate of time by then")
    has_description = col.flag("Whether it had a description by then; null where nobody knows")
    has_parent = col.flag("Whether it had a parent by then")
    has_due_date = col.flag("Whether it had a due date by then")
    missing = col.texts("What it lacked of all that `[readiness] needs` asks for")
    is_ready = col.flag("Whether that is nothing; null where nobody knows of something that is asked for")
    requirement_changes = col.number("Changes of what is asked for between start and end; null where not begun")
    first_changed_at = col.instant("The first of them")
    last_changed_at = col.instant("The last of them")


@pipeline(RequirementChanges)
def requirement_changes(ticket_changes: pl.LazyFrame, ticket_spans: pl.LazyFrame) -> pl.LazyFrame:
    """Every such change."""
    at, kind = pl.col("changed_at"), meant(pl.col("field"))
    begun = ticket_spans.filter(pl.col("started_at").is_not_null()).select("ticket_id", "started_at", "until")
    is_estimate = pl.col("kind") == "estimate"
    return (
        ticket_changes.with_columns(kind=kind)
        .filter(pl.col("kind").is_in(REQUIREMENTS))
        .join(begun, on="ticket_id")
        .filter(at > pl.col("started_at"), at < pl.col("until"))
        .with_columns(pl.when(is_estimate).then(name).alias(name) for name in ("from_value", "to_value"))
        .select(RequirementChanges.column_names())
        .sort("change_id")
    )


@pipeline(TicketRequirements)
def ticket_requirements(
    tickets: pl.LazyFrame,
    ticket_changes: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    requirement_changes: pl.LazyFrame,
    *,
    as_of: datetime,
    readiness_needs: Collection[str],
) -> pl.LazyFrame:
    """Every ticket with what it had, and how often it changed."""
    now = pl.lit(as_of, dtype=pl.Datetime("us"))
    judged = ticket_spans.filter((pl.col("state") == "todo") | pl.col("started_at").is_not_null()).select(
        "ticket_id", at=pl.coalesce("started_at", now), has_begun=pl.col("started_at").is_not_null()
    )
    items = judged.select("ticket_id", "at").join(pl.LazyFrame({"field": NEEDS}), how="cross")
    changes = ticket_changes.with_columns(field=meant(pl.col("field"))).filter(pl.col("field").is_in(NEEDS))
    told = values_at(items, changes, ["ticket_id", "field"])
    # The texts themselves are not kept: that one was changed says that there was one, unless it was emptied.
    was_told = (
        pl.when(pl.col("field") != "description")
        .then(is_set(pl.col("value")))
        .when(pl.col("value") == "")
        .then(pl.lit(value=False))
        .when(pl.col("value").is_not_null() | ~pl.col("is_later"))
        .then(pl.lit(value=True))
    )
    now_has = {
        "assignee": pl.col("assignee_id").is_not_null(),
        "estimate": pl.col("story_points").is_not_null() | pl.col("estimate_seconds").is_not_null(),
        "description": pl.lit(None, dtype=pl.Boolean),
        "parent": pl.col("parent_key").is_not_null(),
        "due_date": pl.col("due_on").is_not_null(),
    }
    now_told = pl.concat(
        [tickets.select("ticket_id", field=pl.lit(need), has_now=has) for need, has in now_has.items()]
    )
    had = (
        items.join(told.with_columns(was=was_told, is_told=pl.lit(value=True)), on=["ticket_id", "field"], how="left")
        .join(now_told, on=["ticket_id", "field"], how="left")
        .with_columns(had=pl.when("is_told").then("was").otherwise("has_now"))
    )
    asked = had.filter(pl.col("field").is_in(list(readiness_needs)))
    lacks = pl.col("field").filter(~pl.col("had")).sort()
    readiness = asked.group_by("ticket_id").agg(
        missing=lacks, is_unready=(~pl.col("had")).any(), is_known=pl.col("had").is_not_null().all()
    )
    columns = [pl.when(pl.col("field") == need).then("had").drop_nulls().first().alias(f"has_{need}") for need in NEEDS]
    changed = requirement_changes.group_by("ticket_id").agg(
        requirement_changes=pl.len(),
        first_changed_at=pl.col("changed_at").min(),
        last_changed_at=pl.col("changed_at").max(),
    )
    asks_nothing = pl.lit(not readiness_needs)
    return (
        judged.rename({"at": "judged_at"})
        .join(had.group_by("ticket_id").agg(columns), on="ticket_id")
        .join(readiness, on="ticket_id", how="left")
        .join(changed, on="ticket_id", how="left")
        .with_columns(
            missing=pl.col("missing").fill_null([]),
            is_ready=pl.when(asks_nothing)
            .then(pl.lit(value=True))
            .when("is_unready")
            .then(pl.lit(value=False))
            .when("is_known")
            .then(pl.lit(value=True)),
            requirement_changes=pl.when("has_begun").then(pl.col("requirement_changes").fill_null(0)),
        )
        .select(TicketRequirements.column_names())
        .sort("ticket_id")
    )
