"""What a ticket had when work on it began, and how what was asked for changed afterwards.

Ready is a ticket that has all that `[readiness] needs` asks for: at its start or, where it has not begun, now. As
changes of the requirements count those of description, acceptance criteria and estimate between start and end.

Misread: a description that is made clearer during the work is a change like one that asks for more. A ticket that is
ready on paper can still be a riddle.
"""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from metrics.expressions import now
from metrics.registry import Intermediate, pipeline
from metrics.scope.values import values_at
from metrics.tickets.fields import is_set
from warehouse.tables import Table
from warehouse.tables import columns as col

NEEDS = ("assignee", "estimate", "description", "parent", "due_date")
REQUIREMENTS = ("description", "acceptance_criteria", "estimate", "story_points")


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
def requirement_changes(ticket_field_changes: pl.LazyFrame, ticket_spans: pl.LazyFrame) -> pl.LazyFrame:
    """Every such change."""
    at = pl.col("changed_at")
    begun = ticket_spans.filter(pl.col("started_at").is_not_null()).select("ticket_id", "started_at", "until")
    is_text = pl.col("field").is_in(["description", "acceptance_criteria"])
    return (
        ticket_field_changes.filter(pl.col("field").is_in(REQUIREMENTS))
        .join(begun, on="ticket_id")
        .filter(at > pl.col("started_at"), at < pl.col("until"))
        .with_columns(
            *(pl.when(~is_text).then(name).alias(name) for name in ("from_value", "to_value")),
            kind=pl.col("field").replace("story_points", "estimate"),
        )
        .select(RequirementChanges.column_names())
        .sort("change_id")
    )


@pipeline(TicketRequirements)
def ticket_requirements(
    tickets: pl.LazyFrame,
    ticket_field_changes: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    requirement_changes: pl.LazyFrame,
    *,
    as_of: datetime,
    readiness_needs: Collection[str],
) -> pl.LazyFrame:
    """Every ticket with what it had, and how often it changed."""
    at_last = now(as_of)
    judged = ticket_spans.filter((pl.col("state") == "todo") | pl.col("started_at").is_not_null()).select(
        "ticket_id", at=pl.coalesce("started_at", at_last), has_begun=pl.col("started_at").is_not_null()
    )
    changed = requirement_changes.group_by("ticket_id").agg(
        requirement_changes=pl.len(),
        first_changed_at=pl.col("changed_at").min(),
        last_changed_at=pl.col("changed_at").max(),
    )
    asked = [pl.col(f"has_{need}") for need in readiness_needs]
    missing = [
        pl.when(~pl.col(f"has_{need}")).then(pl.lit(need)).otherwise(pl.lit(None, dtype=pl.String))
        for need in sorted(readiness_needs)
    ]
    return (
        judged.join(tickets, on="ticket_id")
        # What has not begun is as it is.
        .join(_told(judged.filter("has_begun"), ticket_field_changes), on="ticket_id", how="left")
        .join(changed, on="ticket_id", how="left")
        .with_columns(
            pl.when(f"is_told_{need}").then(f"was_{need}").otherwise(has).alias(f"has_{need}")
            for need, has in _NOW.items()
        )
        .with_columns(
            judged_at="at",
            missing=pl.concat_list(missing).list.drop_nulls() if missing else pl.lit([], dtype=pl.List(pl.String)),
            # Null where none of them is missing and one is not known.
            is_ready=pl.all_horizontal(asked) if asked else pl.lit(value=True),
            requirement_changes=pl.when("has_begun").then(pl.col("requirement_changes").fill_null(0)),
        )
        .select(TicketRequirements.column_names())
        .sort("ticket_id")
    )


_NOW = {
    "assignee": pl.col("assignee_id").is_not_null(),
    "estimate": pl.col("story_points").is_not_null() | pl.col("estimate_seconds").is_not_null(),
    "description": pl.col("body_length") > 0,
    "parent": pl.col("parent_key").is_not_null(),
    "due_date": pl.col("due_on").is_not_null(),
}
"""Whether a ticket has it now."""


def _told(judged: pl.LazyFrame, field_changes: pl.LazyFrame) -> pl.LazyFrame:
    """For every ticket with changes, and every need: `is_told_…`, whether they tell of it, and `was_…`, what."""
    # Story points are an estimate, too.
    changes = field_changes.with_columns(pl.col("field").replace("story_points", "estimate")).filter(
        pl.col("field").is_in(NEEDS)
    )
    # Of texts some trackers tell the length, others only that they changed: then there was one after the change.
    was = (
        pl.when((pl.col("field") != "description") | pl.col("is_told"))
        .then(is_set(pl.col("value")))
        .when(~pl.col("is_later"))
        .then(pl.lit(value=True))
    )
    of_need = {need: pl.col("field") == need for need in NEEDS}
    return (
        values_at(judged.select("ticket_id", "at"), changes, ["ticket_id", "field"])
        .with_columns(was=was)
        .join(_assigned(judged, changes), on=["ticket_id", "field"], how="left")
        .with_columns(was=pl.coalesce("is_assigned", "was"))
        .group_by("ticket_id")
        .agg(
            **{f"is_told_{need}": mine.any() for need, mine in of_need.items()},
            **{f"was_{need}": pl.when(mine).then("was").max() for need, mine in of_need.items()},
        )
    )


def _assigned(judged: pl.LazyFrame, changes: pl.LazyFrame) -> pl.LazyFrame:
    """`ticket_id`, `field` and `is_assigned`, for every ticket whose assignees had changed by then.

    Several can be assigned to a ticket, and each of them comes and goes alone.
    """
    told = changes.filter(pl.col("field") == "assignee").join(judged.select("ticket_id", "at"), on="ticket_id")
    sides = [
        told.filter(pl.col("changed_at") <= pl.col("at")).select(
            "ticket_id", "field", "changed_at", "change_id", who=side, comes=pl.lit(value=comes)
        )
        for side, comes in (("from_value", False), ("to_value", True))
    ]
    return (
        pl.concat(sides)
        .filter(is_set(pl.col("who")))
        .sort("changed_at", "change_id", "comes")
        .group_by("ticket_id", "field", "who")
        .agg(pl.col("comes").last())
        .group_by("ticket_id", "field")
        .agg(is_assigned=pl.col("comes").any())
    )
