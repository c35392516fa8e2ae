"""How many tickets arrive and are finished, how long they take, and how much of that is waiting.

A ticket counts in the period in which it was finished, under its project and its teams.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import day
from metrics.pull_requests.scoped import dated
from metrics.registry import Metric, pipeline
from metrics.summary.observations import SCOPE, Observations, in_periods, observe, percentile, share


@pipeline(Observations)
def ticket_figures(
    ticket_flow: pl.LazyFrame,
    ticket_days: pl.LazyFrame,
    ticket_completions: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of the flow of tickets."""

    def when(at: str) -> pl.LazyFrame:
        return dated(ticket_flow, ticket_scopes, at, as_of=as_of, zone=zone, key="ticket_id")

    calendar = ticket_calendar
    finished = when("done_at")
    days = in_periods(ticket_days, as_of=as_of, zone=zone)
    completed = ticket_completions.select("ticket_id", "reopened", day=day(pl.col("completed_at"), zone))
    completions = in_periods(ticket_scopes.join(completed, on="ticket_id"), as_of=as_of, zone=zone)
    at_the_end = ticket_days.with_columns(period_end=pl.col("day").dt.offset_by("1d")).join(
        calendar.drop("is_suppressed"), on=[*SCOPE, "period_end"]
    )
    working, blocked = pl.col("active_seconds") + pl.col("waiting_seconds"), pl.col("blocked_seconds")
    figures = [
        observe(calendar, when("created_at"), metric="tickets_created", unit="count", value=pl.len(), empty=0),
        observe(calendar, finished, metric="tickets_finished", unit="count", value=pl.len(), empty=0),
        observe(
            calendar,
            days,
            metric="ticket_net_flow",
            unit="count",
            value=pl.col("net_flow").sum(),
            n=pl.col("arrivals").sum() + pl.col("departures").sum(),
            needed=0,
            empty=0,
        ),
        observe(
            calendar,
            at_the_end,
            metric="tickets_in_progress",
            unit="count",
            value=pl.col("in_progress").first(),
            n=pl.col("in_progress").first(),
            needed=0,
            empty=0,
        ),
        percentile(calendar, finished, "ticket_cycle_time", "cycle_seconds"),
        percentile(calendar, finished, "ticket_cycle_time_p85", "cycle_seconds", p85=True),
        percentile(calendar, finished, "ticket_lead_time", "lead_seconds"),
        _of_the_time(calendar, finished, "ticket_flow_efficiency", pl.col("active_seconds").sum() / working.sum()),
        _of_the_time(calendar, finished, "ticket_blocked_share", blocked.sum() / working.sum()),
        share(calendar, completions, "ticket_reopened_rate", "reopened"),
        share(calendar, finished, "ticket_returned_rate", "returned"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


def _of_the_time(calendar: pl.LazyFrame, finished: pl.LazyFrame, metric: str, value: pl.Expr) -> pl.LazyFrame:
    """A share of the time of all finished tickets together."""
    known = pl.col("flow_efficiency").count()
    return observe(calendar, finished, metric=metric, unit="share", value=value, n=known, coverage=known / pl.len())


_INPUTS = ("tickets", "ticket_status_intervals", "team_scopes", "team_members")
_UNTOLD = "Tickets that were never started, and those of which the history is not known"

METRICS = (
    Metric(
        name="tickets_created",
        title="Tickets created",
        unit="count",
        direction="neutral",
        responsibility="project_management",
        definition="Tickets created in the period: the arrivals.",
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions="None.",
        pitfalls="What is asked for, not what should be done.",
        source="Kanban Guide",
    ),
    Metric(
        name="tickets_finished",
        title="Throughput",
        unit="count",
        direction="higher",
        responsibility="project_management",
        definition="Tickets whose work ended in the period and that are still done.",
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions="Tickets whose end nobody knows. What was closed without ever having been started counts.",
        pitfalls="Counts tickets, not their size; tickets that are cut smaller raise it.",
        source="Kanban Guide: throughput",
    ),
    Metric(
        name="ticket_net_flow",
        title="Net flow",
        unit="count",
        direction="neutral",
        responsibility="project_management",
        definition="Tickets created less tickets finished in the period.",
        table="ticket_days",
        inputs=_INPUTS,
        exclusions="None.",
        pitfalls="A backlog that grows is no fault by itself: it can be full of what will never be done.",
        source="Kanban Guide",
    ),
    Metric(
        name="tickets_in_progress",
        title="Work in progress",
        unit="count",
        direction="lower",
        responsibility="execution",
        definition="Tickets that were started by the end of the last day of the period and not finished by then.",
        table="ticket_days",
        inputs=_INPUTS,
        exclusions="Tickets that were put back since: they begin anew; tickets whose start is not known.",
        pitfalls="Forgotten tickets count as much as those that somebody works on.",
        source="Kanban Guide: work in progress",
    ),
    Metric(
        name="ticket_cycle_time",
        title="Cycle time",
        unit="seconds",
        direction="lower",
        responsibility="timelines",
        definition=(
            "Median time from the start of the work, after the last time that the ticket was put back, to its end, of "
            "tickets finished in the period; null for fewer than 5."
        ),
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions=f"{_UNTOLD}, which `coverage` tells.",
        pitfalls="Nights and weekends are in it. Tickets that are moved only when they are done tell nothing.",
        source="Kanban Guide: cycle time",
    ),
    Metric(
        name="ticket_cycle_time_p85",
        title="Cycle time, 85th percentile",
        unit="seconds",
        direction="lower",
        responsibility="timelines",
        definition=(
            "85 of 100 tickets finished in the period took no longer from the start of the work to its end; null for "
            "fewer than 10."
        ),
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions=f"{_UNTOLD}, which `coverage` tells.",
        pitfalls="One old ticket that is closed at last can move it; the list matters more.",
        source="Kanban Guide: service level expectation",
    ),
    Metric(
        name="ticket_lead_time",
        title="Lead time of tickets",
        unit="seconds",
        direction="lower",
        responsibility="timelines",
        definition="Median time from creation to the end, of tickets finished in the period; null for fewer than 5.",
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions="Tickets whose end nobody knows, or that ended before they were created.",
        pitfalls="Holds the time in the backlog, which is a matter of choice more than of speed.",
        source="Kanban: customer lead time",
    ),
    Metric(
        name="ticket_flow_efficiency",
        title="Flow efficiency",
        unit="share",
        direction="higher",
        responsibility="execution",
        definition=(
            "Active time / (active + waiting time) of all tickets finished in the period together. Waiting is the time "
            "in statuses of waiting and all blocked time."
        ),
        table="ticket_flow",
        inputs=(*_INPUTS, "ticket_changes", "ticket_links"),
        exclusions=f"{_UNTOLD}.",
        pitfalls="Nights count as active. It is as good as the statuses: without one of waiting it is always 100 %.",
        source="Modig and Åhlström; Kanban",
    ),
    Metric(
        name="ticket_blocked_share",
        title="Blocked time",
        unit="share",
        direction="lower",
        responsibility="bridging",
        definition=(
            "Time that tickets finished in the period could not go on / all their time of work: flagged, in a status "
            "that means blocked, or while a ticket that blocks them was open."
        ),
        table="ticket_blocks",
        inputs=(*_INPUTS, "ticket_changes", "ticket_links"),
        exclusions=f"{_UNTOLD}.",
        pitfalls="What nobody flags is not blocked here.",
        source="Kanban: blocker clustering",
    ),
    Metric(
        name="ticket_reopened_rate",
        title="Reopened tickets",
        unit="share",
        direction="lower",
        responsibility="problem_solving",
        definition="Of the times that a ticket was finished in the period, the share taken up again within 30 days.",
        table="ticket_completions",
        inputs=_INPUTS,
        exclusions="What was finished less than 30 days ago and not taken up again: nobody knows yet.",
        pitfalls="Some teams reopen a ticket for the next piece of the same work.",
        source="leadline",
    ),
    Metric(
        name="ticket_returned_rate",
        title="Returned tickets",
        unit="share",
        direction="lower",
        responsibility="requirements",
        definition=(
            "Of the tickets finished in the period on which work had begun, the share that was put back to a status "
            "before the start in between."
        ),
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions="Tickets that were never started.",
        pitfalls="Putting work back because something else is more urgent is a decision, not always a loss.",
        source="leadline",
    ),
)
