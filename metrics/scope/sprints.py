"""Sprints: what was planned, what came and went, what was finished and what was carried over.

Planned is what was in the sprint a day after its start. Everything is told as it was at the end of the sprint: a ticket
that is reopened later was still finished in it. A sprint that runs is told as of now, without carry-over.

Misread: an accuracy of 100 % is easily had by planning little. Sprints with few tickets jump.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import now
from metrics.registry import pipeline
from metrics.scope.values import values_at
from metrics.spans import first_reason
from warehouse.tables import Table
from warehouse.tables import columns as col

GRACE = timedelta(hours=24)
"""What is put in within this time after the start was planned."""
AT_THE_END = timedelta(minutes=1)
"""Trackers take what is unfinished out of a sprint when they complete it."""
_KEY = ["sprint_id", "ticket_id"]


class SprintTickets(Table):
    """One row per sprint and ticket that was planned for it or added later."""

    sprint_id = col.key("Sprint")
    ticket_id = col.key("Ticket")
    added_at = col.instant("When it was put in, the first time")
    is_planned = col.flag("Whether it was in a day after the start")
    is_added = col.flag("Whether it came later")
    is_removed = col.flag("Whether it was taken out before the end")
    is_completed = col.flag("Whether it was finished during the sprint, and in it at the end")
    is_carried_over = col.flag("Whether it was in it at the end and not finished; null while the sprint runs")
    times_carried = col.number("In how many sprints up to this one it was carried over")
    is_reestimated = col.flag("Whether its estimate changed after the first day")
    is_incident = col.flag("Whether it is an incident")
    points_at_start = col.real("Story points a day after the start of the sprint")
    points_at_end = col.real("Story points at its end, or now")


class SprintScope(Table):
    """One row per sprint that was started."""

    sprint_id = col.key("Sprint")
    board = col.text("Board")
    name = col.text("Name")
    started_at = col.instant("Start")
    ended_at = col.instant("End, planned end where nobody completed it, or now")
    is_over = col.flag("Whether it has ended")
    planned = col.number("Tickets planned")
    added = col.number("Tickets added after the first day")
    removed = col.number("Tickets taken out before the end")
    reestimated = col.number("Tickets whose estimate changed after the first day")
    completed = col.number("Tickets finished")
    planned_completed = col.number("Planned tickets finished")
    carried_over = col.number("Tickets not finished at the end; null while it runs")
    carried_twice = col.number("Of these, carried over for the second time or more")
    incidents = col.number("Incidents finished that were planned: what came later is in `added`")
    planned_points = col.real("Story points of the planned tickets at the start")
    added_points = col.real("Story points of the added tickets at the end")
    completed_points = col.real("Story points of the finished tickets at the end")
    planning_accuracy = col.real("planned_completed / planned")
    accuracy_reason = col.text("Why it is null: `not_over`, `nothing_planned`")
    unplanned_share = col.real("(finished ones that were added + incidents) / completed")
    unplanned_reason = col.text("Why it is null: `not_over`, `nothing_completed`")


@pipeline(SprintTickets)
def sprint_tickets(  # noqa: PLR0917 - one parameter a table
    sprints: pl.LazyFrame,
    ticket_sprints: pl.LazyFrame,
    tickets: pl.LazyFrame,
    ticket_field_changes: pl.LazyFrame,
    ticket_completions: pl.LazyFrame,
    incidents: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """Every ticket of every sprint."""
    at, gone = pl.col("added_at"), pl.col("removed_at")
    end, settled = pl.col("ended_at"), pl.col("settled_at")
    is_in = (at <= settled) & (gone.is_null() | (gone > settled))
    is_in_at_end = (at <= end) & (gone.is_null() | (gone >= end - AT_THE_END))
    members = (
        ticket_sprints.join(_started(sprints, as_of), on="sprint_id")
        .join(tickets.select("ticket_id"), on="ticket_id", how="semi")
        .filter(at <= end)
        .group_by(_KEY)
        .agg(
            pl.col("started_at", "settled_at", "ended_at", "is_over").first(),
            added_at=at.min(),
            is_planned=is_in.any(),
            is_added=(at > settled).any() & ~is_in.any(),
            is_in_at_end=is_in_at_end.any(),
        )
        .filter(pl.col("is_planned") | pl.col("is_added"))
    )
    done = (
        members.select(*_KEY, "started_at", "ended_at")
        .join(ticket_completions, on="ticket_id")
        .filter(
            pl.col("completed_at") >= pl.col("started_at"),
            pl.col("completed_at") <= end,
            pl.col("left_at").is_null() | (pl.col("left_at") > end),
        )
        .select(_KEY)
        .unique()
        .with_columns(is_done=pl.lit(value=True))
    )
    carried = pl.col("is_in_at_end") & ~pl.col("is_done")
    return (
        members.join(done, on=_KEY, how="left")
        .join(_reestimated(members, ticket_field_changes), on=_KEY, how="left")
        .join(
            incidents.select("ticket_id", is_incident=pl.lit(value=True)).drop_nulls().unique(),
            on="ticket_id",
            how="left",
        )
        .join(_points(members, tickets, ticket_field_changes, "settled_at", "points_at_start"), on=_KEY)
        .join(_points(members, tickets, ticket_field_changes, "ended_at", "points_at_end"), on=_KEY)
        .with_columns(pl.col("is_done", "is_incident", "is_reestimated").fill_null(value=False))
        .with_columns(
            is_removed=~pl.col("is_in_at_end"),
            is_completed=pl.col("is_in_at_end") & pl.col("is_done"),
            is_carried_over=pl.when("is_over").then(carried),
        )
        .with_columns(
            times_carried=pl.col("is_carried_over")
            .fill_null(value=False)
            .cast(pl.Int64)
            .cum_sum()
            .over("ticket_id", order_by=["ended_at", "sprint_id"])
        )
        .select(SprintTickets.column_names())
        .sort(SprintTickets.primary_key())
    )


@pipeline(SprintScope)
def sprint_scope(sprints: pl.LazyFrame, sprint_tickets: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Every sprint with its sums."""
    planned, added, completed = pl.col("is_planned"), pl.col("is_added"), pl.col("is_completed")
    carried = pl.col("is_carried_over").fill_null(value=False)
    counts = {
        "planned": planned,
        "added": added,
        "removed": pl.col("is_removed"),
        "reestimated": pl.col("is_reestimated"),
        "completed": completed,
        "planned_completed": planned & completed,
        "carried_over": carried,
        "carried_twice": carried & (pl.col("times_carried") > 1),
        "incidents": completed & planned & pl.col("is_incident"),
        "added_completed": added & completed,
    }
    points = {
        "planned_points": pl.when(planned).then("points_at_start"),
        "added_points": pl.when(added).then("points_at_end"),
        "completed_points": pl.when(completed).then("points_at_end"),
    }
    summed = sprint_tickets.group_by("sprint_id").agg(
        **{name: holds.sum() for name, holds in counts.items()},
        **{name: pl.when(value.count() > 0).then(value.sum()) for name, value in points.items()},
    )
    running = ~pl.col("is_over")
    accuracy_reason = first_reason({"not_over": running, "nothing_planned": pl.col("planned") == 0})
    unplanned_reason = first_reason({"not_over": running, "nothing_completed": pl.col("completed") == 0})
    return (
        _started(sprints, as_of)
        .join(sprints.select("sprint_id", "board", "name"), on="sprint_id")
        .join(summed, on="sprint_id", how="left")
        .with_columns(pl.col(list(counts)).fill_null(0))
        .with_columns(
            pl.when("is_over").then("carried_over").alias("carried_over"),
            pl.when("is_over").then("carried_twice").alias("carried_twice"),
            accuracy_reason=accuracy_reason,
            unplanned_reason=unplanned_reason,
            planning_accuracy=pl.when(accuracy_reason.is_null()).then(pl.col("planned_completed") / pl.col("planned")),
            unplanned_share=pl.when(unplanned_reason.is_null()).then(
                (pl.col("added_completed") + pl.col("incidents")) / pl.col("completed")
            ),
        )
        .select(SprintScope.column_names())
        .sort("sprint_id")
    )


def _started(sprints: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """The sprints that have begun, with their end, and when the plan was settled."""
    at_last = now(as_of)
    # One that nobody completed is over at its planned end, if the tracker says that it is closed.
    end = pl.coalesce("completed_at", pl.when(pl.col("state") == "closed").then("ends_at"))
    is_over = (end <= as_of).fill_null(value=False)
    return (
        sprints.filter(pl.col("started_at") <= as_of)
        .with_columns(is_over=is_over, ended_at=pl.when(is_over).then(end).otherwise(at_last))
        .select(
            "sprint_id",
            "started_at",
            "ended_at",
            "is_over",
            settled_at=pl.min_horizontal(pl.col("started_at") + GRACE, "ended_at"),
        )
    )


def _reestimated(members: pl.LazyFrame, changes: pl.LazyFrame) -> pl.LazyFrame:
    estimates = changes.filter(pl.col("field").is_in(["estimate", "story_points"])).select("ticket_id", "changed_at")
    return (
        members.select(*_KEY, "settled_at", "ended_at")
        .join(estimates, on="ticket_id")
        .filter(pl.col("changed_at") > pl.col("settled_at"), pl.col("changed_at") <= pl.col("ended_at"))
        .select(_KEY)
        .unique()
        .with_columns(is_reestimated=pl.lit(value=True))
    )


def _points(members: pl.LazyFrame, tickets: pl.LazyFrame, changes: pl.LazyFrame, at: str, name: str) -> pl.LazyFrame:
    """The story points of every member at an instant."""
    of_points = changes.filter(pl.col("field") == "story_points")
    told = values_at(members.select(*_KEY, at=at), of_points, _KEY)
    return (
        members.select(_KEY)
        .join(tickets.select("ticket_id", "story_points"), on="ticket_id")
        .join(told.with_columns(is_told=pl.lit(value=True)), on=_KEY, how="left")
        .select(
            *_KEY,
            pl.when("is_told")
            .then(pl.col("value").cast(pl.Float64, strict=False))
            .otherwise("story_points")
            .alias(name),
        )
    )
