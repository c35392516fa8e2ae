"""How ready work is when it begins, how it changes afterwards, and how well sprints were planned."""

from datetime import datetime

import polars as pl

from metrics.expressions import day
from metrics.pull_requests.scoped import dated
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, in_periods, share


@pipeline(Observations)
def requirement_figures(
    ticket_flow: pl.LazyFrame,
    ticket_requirements: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of readiness, of tickets when they were started, and of stability, when they were finished."""
    told = ticket_requirements.select("ticket_id", "is_ready", "requirement_changes").with_columns(
        is_unready=~pl.col("is_ready"), is_changed=pl.col("requirement_changes") > 0
    )
    flow = ticket_flow.join(told, on="ticket_id")

    def when(at: str) -> pl.LazyFrame:
        return dated(flow, ticket_scopes, at, as_of=as_of, zone=zone, key="ticket_id")

    figures = [
        share(ticket_calendar, when("started_at"), "unready_starts", "is_unready"),
        share(ticket_calendar, when("done_at"), "changed_requirements", "is_changed"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


@pipeline(Observations)
def sprint_figures(
    sprint_scope: pl.LazyFrame,
    sprint_tickets: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of the sprints that ended in the period, by their tickets."""
    ended = sprint_scope.filter("is_over").select("sprint_id", day=day(pl.col("ended_at"), zone))
    items = in_periods(
        sprint_tickets.join(ended, on="sprint_id").join(ticket_scopes, on="ticket_id"), as_of=as_of, zone=zone
    )
    unplanned = items.filter("is_completed").with_columns(is_unplanned=pl.col("is_added") | pl.col("is_incident"))
    figures = [
        share(ticket_calendar, items.filter("is_planned"), "planning_accuracy", "is_completed"),
        share(ticket_calendar, unplanned, "unplanned_share", "is_unplanned"),
        share(ticket_calendar, items.filter("is_planned"), "carried_over_share", "is_carried_over"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


@pipeline(Observations)
def untracked_figures(
    pull_request_flow: pl.LazyFrame,
    untracked_work: pl.LazyFrame,
    tickets: pl.LazyFrame,
    pull_request_scopes: pl.LazyFrame,
    pull_request_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of merged pull requests that serve no ticket; none where there are no tickets."""
    are_tickets = tickets.select(are_tickets=pl.len() > 0)
    calendar = pull_request_calendar.join(are_tickets, how="cross").filter("are_tickets").drop("are_tickets")
    flow = pull_request_flow.join(
        untracked_work.select("pr_id", is_untracked=pl.lit(value=True)), on="pr_id", how="left"
    ).with_columns(pl.col("is_untracked").fill_null(value=False))
    merged = dated(flow, pull_request_scopes, "merged_at", as_of=as_of, zone=zone)
    return share(calendar, merged, "untracked_work", "is_untracked").sort(Observations.primary_key())


_INPUTS = ("tickets", "ticket_status_intervals", "ticket_changes", "team_scopes", "team_members")
_SPRINTS = ("sprints", "ticket_sprints", "tickets", "ticket_status_intervals", "team_scopes", "team_members")

METRICS = (
    Metric(
        name="unready_starts",
        title="Started before ready",
        unit="share",
        direction="lower",
        responsibility="requirements",
        definition=(
            "Of the tickets started in the period, the share that lacked something that `[readiness] needs` asks for: "
            "assignee, estimate, description, parent or due date."
        ),
        table="ticket_requirements",
        inputs=_INPUTS,
        exclusions="Tickets of which it is not known, which `coverage` tells; starts before a ticket was put back.",
        pitfalls="Counts fields that are filled, not whether the ticket makes sense.",
        source="Scrum: definition of ready",
    ),
    Metric(
        name="changed_requirements",
        title="Requirements changed after the start",
        unit="share",
        direction="lower",
        responsibility="requirements",
        definition=(
            "Of the tickets finished in the period on which work had begun, the share whose description, acceptance "
            "criteria or estimate changed between start and end."
        ),
        table="scope_changes",
        inputs=_INPUTS,
        exclusions="Tickets that were never started.",
        pitfalls="To make a description clearer is a change, too. Trackers that do not tell of such changes show none.",
        source="leadline",
    ),
    Metric(
        name="planning_accuracy",
        title="Planning accuracy",
        unit="share",
        direction="higher",
        responsibility="timelines",
        definition=(
            "Of the tickets planned for the sprints that ended in the period (those in them a day after the start), "
            "the share finished in them."
        ),
        table="sprint_scope",
        inputs=_SPRINTS,
        exclusions="Sprints that run; what was added later.",
        pitfalls="Easily had by planning little.",
        source="Scrum: say/do ratio",
    ),
    Metric(
        name="unplanned_share",
        title="Unplanned work",
        unit="share",
        direction="lower",
        responsibility="timelines",
        definition=(
            "Of the tickets finished in the sprints that ended in the period, the share that was added after the first "
            "day or is an incident."
        ),
        table="sprint_tickets",
        inputs=(*_SPRINTS, "incidents"),
        exclusions="Work outside sprints.",
        pitfalls="Room for the unplanned can be planned: a steady share is no fault.",
        source="leadline",
    ),
    Metric(
        name="carried_over_share",
        title="Carried over",
        unit="share",
        direction="lower",
        responsibility="timelines",
        definition=(
            "Of the tickets that were planned for the sprints that ended in the period, the share that was still in "
            "them at the end and not finished."
        ),
        table="sprint_tickets",
        inputs=_SPRINTS,
        exclusions="What was taken out before the end; `times_carried` tells what was carried over again and again.",
        pitfalls="A ticket that is split at the end of a sprint looks finished.",
        source="Scrum",
    ),
    Metric(
        name="untracked_work",
        title="Untracked work",
        unit="share",
        direction="lower",
        responsibility="requirements",
        definition="Of the pull requests merged in the period, the share that serves no ticket.",
        table="untracked_work",
        inputs=("pull_requests", "pull_request_tickets", "tickets", "people", "team_members"),
        exclusions="Pull requests by programs and by accounts that are gone. No tickets, no figure.",
        pitfalls="A ticket that is named nowhere in the pull request is not seen. A typo needs no ticket.",
        source="leadline",
    ),
)
