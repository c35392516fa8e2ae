"""The flow of every ticket: when work on it began and ended, where the time went, and where an open one stands.

Cycle time is from the start of the work to its end, lead time from the creation to the end; what is not finished has an
age instead. `ticket_flow_definitions` tells what other tools would say of the same events.

Misread: a status is what somebody remembered to set. A short cycle time of tickets that are moved when they are already
done says nothing; the share of tickets that were never started tells of that.
"""

from datetime import datetime

import polars as pl

from metrics.clock import WorkingHours, working_seconds
from metrics.expressions import now, seconds_between
from metrics.registry import pipeline
from metrics.spans import Reasons, first_reason, span
from metrics.tickets.levels import ALL_TYPES, WINDOW, elapsed_days
from metrics.tickets.teams import first_team
from warehouse.tables import Table
from warehouse.tables import columns as col

STALLED_DAYS = 5


class TicketFlow(Table):
    """One row per ticket."""

    ticket_id = col.key("Ticket")
    source = col.text("Name of the source")
    key = col.text("Key that people use")
    project = col.text("Project")
    type = col.text("Type")
    team = col.text("Team that it is for, the first by name where there are several")
    title = col.text("Title")
    url = col.text("Web address")
    assignee_id = col.person("Who is assigned now")
    priority = col.text("Priority")
    story_points = col.real("Story points")
    due_on = col.day("Due date")
    parent_key = col.text("Key of its parent")
    state = col.text("`todo`, `in_progress` or `done`")
    status = col.text("Status that it is in")
    status_since = col.instant("Since when")
    status_seconds = col.real("For how long, of a ticket that is not done")
    created_at = col.instant("Created")
    first_started_at = col.instant("Work began, the first time")
    started_at = col.instant("Work began, after the last time that it was put back")
    done_at = col.instant("Work ended")
    until = col.instant("How far its story is told: its end, or the time of the report")
    lead_seconds = col.real("Created to ended")
    lead_reason = col.text("Why it is null: `not_finished`, `end_unknown`, `clock_negative`")
    cycle_seconds = col.real("Began to ended")
    cycle_reason = col.text("Why it is null: `not_finished`, `end_unknown`, `history_incomplete`, `not_started`")
    cycle_working_seconds = col.real("The part of it in working hours")
    elapsed_days = col.number("Cycle time in days, begun ones counted whole, at least 1")
    active_seconds = col.real("Time of work so far, less waiting and blocked time")
    waiting_seconds = col.real("Time in statuses of waiting, and blocked time")
    blocked_seconds = col.real("Time that it could not go on; counted once where there were several reasons")
    flow_efficiency = col.real("active / (active + waiting)")
    flow_reason = col.text("Why these four are null: `not_started`, `history_incomplete`, `no_time`")
    age_seconds = col.real("Began to now, of a ticket that is in progress")
    age_reason = col.text("Why it is null: `finished`, `not_started`, `history_incomplete`")
    pace_p50_seconds = col.real("Median age at which finished tickets of the project left its status")
    pace_p70_seconds = col.real("70th percentile")
    pace_p85_seconds = col.real("85th percentile")
    is_behind_pace = col.flag("Whether it is older than the 85th percentile; null where nothing can be compared")
    sle_days = col.number("Service level of its project and type, else of its project, in days")
    is_beyond_sle = col.flag("Whether it is in progress for longer than that; null where there is no level or age")
    sle_kept = col.flag(
        "Of one finished in the last 90 days: whether it took no longer than the 90 days before would have promised"
    )
    reopened = col.flag("Whether it was taken up again within 30 days after it was done; null while nobody can tell")
    returned = col.flag("Whether it was put back before the start after work had begun; null if never begun")
    is_blocked = col.flag("Whether it is in progress and cannot go on")
    blocked_since = col.instant("Since when")
    last_activity_at = col.instant("Last change or comment, or doing in a pull request that serves it; else creation")
    is_stalled = col.flag("Whether it is in progress and nothing has happened to it for 5 working days")
    pull_requests = col.number("Pull requests that serve it")
    open_pull_requests = col.number("Of these, open ones")
    has_history = col.flag("Whether all that happened to it is known")


@pipeline(TicketFlow)
def ticket_flow(  # noqa: PLR0917 - one parameter a table
    tickets: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_work: pl.LazyFrame,
    ticket_blocks: pl.LazyFrame,
    ticket_completions: pl.LazyFrame,
    ticket_activity: pl.LazyFrame,
    ticket_statuses: pl.LazyFrame,
    ticket_service_levels: pl.LazyFrame,
    *,
    as_of: datetime,
    working_hours: WorkingHours,
) -> pl.LazyFrame:
    """Every ticket with its times, its service level and, while it is open, its age."""
    described = tickets.select(
        "ticket_id",
        "source",
        "key",
        "project",
        "type",
        "title",
        "url",
        "assignee_id",
        "priority",
        "story_points",
        "due_on",
        "parent_key",
        "created_at",
    )
    time = ticket_work.group_by("ticket_id").agg(pl.col("seconds", "waiting_seconds", "blocked_seconds").sum())
    blocked = ticket_blocks.filter("is_blocked").group_by("ticket_id").agg(blocked_since=pl.col("blocked_at").min())
    reopened = ticket_completions.group_by("ticket_id").agg(reopened=pl.col("reopened").any(ignore_nulls=False))
    paces = ticket_statuses.select("project", "status", *(f"pace_p{share}_seconds" for share in (50, 70, 85)))
    levels = ticket_service_levels.select("project", "type", "days", "days_before")
    flow = (
        described.join(ticket_spans, on="ticket_id")
        .join(first_team(ticket_scopes), on="ticket_id", how="left")
        .join(time, on="ticket_id", how="left")
        .join(blocked, on="ticket_id", how="left")
        .join(reopened, on="ticket_id", how="left")
        .join(ticket_activity, on="ticket_id", how="left")
        .join(paces, on=["project", "status"], how="left")
        .join(levels, on=["project", "type"], how="left")
        .join(levels.filter(pl.col("type") == ALL_TYPES).drop("type"), on="project", how="left", suffix="_of_all")
        .with_columns(
            sle_days=pl.coalesce("days", "days_of_all"), promised=pl.coalesce("days_before", "days_before_of_all")
        )
    )
    return _open(_timed(flow, working_hours), as_of, working_hours).select(TicketFlow.column_names()).sort("ticket_id")


def _timed(flow: pl.LazyFrame, hours: WorkingHours) -> pl.LazyFrame:
    """The spans, and where the time went."""
    started, done = pl.col("started_at"), pl.col("done_at")
    unfinished: Reasons = {"not_finished": pl.col("state") != "done", "end_unknown": done.is_null()}
    untold: Reasons = {"history_incomplete": ~pl.col("has_history"), "not_started": started.is_null()}
    working = pl.col("seconds").fill_null(0.0)
    waiting, blocked = pl.col("waiting_seconds").fill_null(0.0), pl.col("blocked_seconds").fill_null(0.0)
    reason = first_reason({**untold, "no_time": working <= 0})
    is_known = reason.is_null()
    return flow.with_columns(
        *span("lead", pl.col("created_at"), done, unfinished),
        *span("cycle", started, done, {**unfinished, **untold}, hours),
        flow_reason=reason,
        active_seconds=pl.when(is_known).then(working - waiting),
        waiting_seconds=pl.when(is_known).then(waiting),
        blocked_seconds=pl.when(is_known).then(blocked),
        flow_efficiency=pl.when(is_known).then((working - waiting) / working),
        returned=pl.when(pl.col("first_started_at").is_not_null()).then(pl.col("returned_at").is_not_null()),
    ).with_columns(elapsed_days=pl.when(pl.col("cycle_seconds").is_not_null()).then(elapsed_days(started, done)))


def _open(flow: pl.LazyFrame, as_of: datetime, hours: WorkingHours) -> pl.LazyFrame:
    """What can be said of tickets that are not finished."""
    at_last = now(as_of)
    is_begun = pl.col("state") == "in_progress"
    reason = first_reason(
        {
            "finished": pl.col("state") == "done",
            "not_started": ~is_begun,
            "history_incomplete": pl.col("started_at").is_null(),
        }
    )
    age = pl.col("age_seconds")
    days = pl.when(age.is_not_null()).then(elapsed_days(pl.col("started_at"), at_last))
    quiet = working_seconds(pl.col("last_activity_at"), at_last, hours)
    return flow.with_columns(
        age_reason=reason,
        age_seconds=pl.when(reason.is_null()).then(seconds_between(pl.col("started_at"), at_last)),
        status_seconds=pl.when(pl.col("state") != "done").then(seconds_between(pl.col("status_since"), at_last)),
        is_blocked=is_begun & pl.col("blocked_since").is_not_null(),
        is_stalled=is_begun & (quiet >= STALLED_DAYS * hours.day_seconds),
    ).with_columns(
        is_behind_pace=age > pl.col("pace_p85_seconds"),
        is_beyond_sle=days > pl.col("sle_days"),
        sle_kept=pl.when(pl.col("done_at") > as_of - WINDOW).then(pl.col("elapsed_days") <= pl.col("promised")),
    )
