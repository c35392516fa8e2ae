"""Where the tickets in progress stand now: too old, stalled, blocked. There is no such figure for the past."""

from datetime import datetime

import polars as pl

from metrics.registry import Metric, pipeline
from metrics.summary.observations import MEDIAN_NEEDS, Observations, observe, rolling_start


@pipeline(Observations)
def ticket_standing_figures(
    ticket_flow: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of what is open as of now, and of the service level over the last 90 days."""
    calendar = ticket_calendar.filter(pl.col("period") == "rolling_90d")
    items = ticket_scopes.join(ticket_flow, on="ticket_id").with_columns(
        period=pl.lit("rolling_90d"), period_start=rolling_start(as_of, zone)
    )
    begun = items.filter(pl.col("state") == "in_progress")
    age, is_beyond = pl.col("age_seconds"), pl.col("is_beyond_sle")
    promised = items.filter(pl.col("sle_kept").is_not_null())
    figures = [
        observe(
            calendar,
            begun,
            metric="ticket_age",
            unit="seconds",
            value=age.median(),
            n=age.count(),
            coverage=age.count() / pl.len(),
            needed=MEDIAN_NEEDS,
        ),
        observe(
            calendar,
            begun,
            metric="tickets_beyond_sle",
            unit="count",
            # Where there is no level, nobody knows whether anything is beyond it.
            value=pl.when(is_beyond.count() > 0).then(is_beyond.sum()),
            coverage=is_beyond.count() / pl.len(),
            empty=0,
        ),
        observe(calendar, begun, metric="stalled_tickets", unit="count", value=pl.col("is_stalled").sum(), empty=0),
        observe(calendar, begun, metric="blocked_tickets", unit="count", value=pl.col("is_blocked").sum(), empty=0),
        observe(calendar, promised, metric="ticket_sle_kept", unit="share", value=pl.col("sle_kept").mean()),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


_INPUTS = ("tickets", "ticket_status_intervals", "team_scopes", "team_members")

METRICS = (
    Metric(
        name="ticket_age",
        title="Age of work in progress",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition="Median time since the start of the tickets that are in progress now; null for fewer than 5.",
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions="Tickets whose start is not known.",
        pitfalls="Finishing the newest first lowers the throughput of nothing and raises this.",
        source="Kanban Guide: work item age",
    ),
    Metric(
        name="tickets_beyond_sle",
        title="Tickets beyond the service level",
        unit="count",
        direction="lower",
        responsibility="timelines",
        definition=(
            "Tickets in progress now for more days than 85 of 100 of the same project and type took that were finished "
            "in the last 90 days; where fewer than 10 of the type were, of the project, unless the ticket has parts."
        ),
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions="Projects in which fewer than 10 tickets were finished, which `coverage` tells.",
        pitfalls="About one in seven goes beyond it by its definition.",
        source="Kanban Guide: service level expectation",
    ),
    Metric(
        name="stalled_tickets",
        title="Stalled tickets",
        unit="count",
        direction="lower",
        responsibility="execution",
        definition=(
            "Tickets in progress now to which nothing has happened for 5 working days: no change, no comment, nothing "
            "in a pull request that serves them, nothing in their parts."
        ),
        table="ticket_flow",
        inputs=(*_INPUTS, "ticket_changes", "comments", "pull_request_tickets", "people"),
        exclusions="What programs do is no sign of life.",
        pitfalls="Work that leaves no trace in the tracker or in a linked pull request looks stalled.",
        source="leadline",
    ),
    Metric(
        name="blocked_tickets",
        title="Blocked tickets",
        unit="count",
        direction="lower",
        responsibility="bridging",
        definition=(
            "Tickets in progress now that are flagged, in a status that means blocked, or blocked by a ticket that is "
            "open."
        ),
        table="ticket_flow",
        inputs=(*_INPUTS, "ticket_changes", "ticket_links"),
        exclusions="Tickets that have not been started.",
        pitfalls="A flag that nobody clears blocks for ever.",
        source="Kanban",
    ),
    Metric(
        name="ticket_sle_kept",
        title="Service level kept",
        unit="share",
        direction="higher",
        responsibility="timelines",
        definition=(
            "Of the tickets finished in the last 90 days, the share finished within the days that held for 85 of 100 "
            "of those finished in the 90 days before."
        ),
        table="ticket_flow",
        inputs=_INPUTS,
        exclusions="Projects in which fewer than 10 tickets were finished in the 90 days before.",
        pitfalls="85 % is as expected: more means that the level is slack, not that all is well.",
        source="Kanban Guide: service level expectation",
    ),
)
