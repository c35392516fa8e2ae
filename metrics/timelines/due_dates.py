"""Whether due dates were kept, by how much they were missed, and how often they were moved once work had begun.

On time is finished on the due date or before it; the slip is the days after it, of those that were late. What was moved
is counted beside it: a date that is moved until it fits is always kept.

Misread: a due date is often somebody's wish and nobody's promise. The share says how far dates can be believed, not who
is slow.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.delivery.intervals import wilson
from metrics.expressions import day, today
from metrics.registry import Metric, pipeline
from metrics.timelines.tickets import WHOLE
from warehouse.tables import Table
from warehouse.tables import columns as col

NEEDED = 5
P85_NEEDED = 10
RECENT = timedelta(days=365)


class TicketDueDates(Table):
    """One row per ticket with a due date, of teams that may be reported on."""

    ticket_id = col.key("Ticket")
    team = col.text("Team, or project where the configuration names no team")
    due_on = col.day("Due date, as it is now")
    finished_on = col.day("When it was finished; null where it is open, or nobody knows")
    is_on_time = col.flag("Whether it was finished by then; null where it is not finished")
    slip_days = col.number("Days after the due date, of a late one")
    is_overdue = col.flag("Whether it is open and the due date has passed")
    moves = col.number("How often the due date was changed after work had begun")


class DueDateRecord(Table):
    """One row per team with tickets that had a due date and were finished in the last year."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    finished = col.number("Tickets with a due date that were finished")
    on_time = col.real("Share finished by then; null for fewer than 5")
    low = col.real("Lower bound of Wilson's 95 % interval")
    high = col.real("Upper bound")
    slip_p50_days = col.real("Median days late, of the late ones; null for fewer than 5 of these")
    slip_p85_days = col.real("85th percentile; null for fewer than 10")
    moved = col.real("Share whose due date was changed after work had begun")
    overdue = col.number("Tickets that are open past their due date now")
    reason = col.text("Why the share is null: `too_few_items`")


@pipeline(TicketDueDates)
def ticket_due_dates(
    tickets: pl.LazyFrame,
    forecast_tickets: pl.LazyFrame,
    ticket_field_changes: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Every due date and what came of it."""
    changes = ticket_field_changes.filter(pl.col("field") == "due_date", pl.col("changed_at") <= as_of)
    moves = (
        changes.join(forecast_tickets.select("ticket_id", "started_at"), on="ticket_id")
        .filter(pl.col("changed_at") > pl.col("started_at"))
        .group_by("ticket_id")
        .agg(moves=pl.len().cast(pl.Int64))
    )
    late = (pl.col("finished_on") - pl.col("due_on")).dt.total_days()
    return (
        tickets.filter(pl.col("due_on").is_not_null())
        .select("ticket_id", "due_on")
        .join(forecast_tickets.filter(~pl.col("is_suppressed")), on="ticket_id")
        .join(moves, on="ticket_id", how="left")
        .with_columns(pl.col("moves").fill_null(0), finished_on=day(pl.col("done_at"), zone))
        .with_columns(
            is_on_time=late <= 0,
            slip_days=pl.when(late > 0).then(late),
            is_overdue=pl.col("is_open") & (pl.col("due_on") < today(as_of, zone)),
        )
        .select(TicketDueDates.column_names())
        .sort("ticket_id")
    )


@pipeline(DueDateRecord)
def due_date_record(ticket_due_dates: pl.LazyFrame, *, as_of: datetime, zone: str) -> pl.LazyFrame:
    """The record of every team."""
    both = pl.concat([ticket_due_dates, ticket_due_dates.with_columns(team=pl.lit(WHOLE))])
    is_done = (pl.col("finished_on") > today(as_of - RECENT, zone)).fill_null(value=False)
    done = pl.col("is_on_time").filter(is_done)
    slip = pl.col("slip_days").filter(is_done)
    n = pl.col("finished")
    enough = n >= NEEDED
    low, high = wilson(pl.col("on_time"), n)
    return (
        both.group_by("team")
        .agg(
            finished=is_done.sum().cast(pl.Int64),
            on_time=done.mean(),
            slip_p50_days=pl.when(slip.count() >= NEEDED).then(slip.median()),
            slip_p85_days=pl.when(slip.count() >= P85_NEEDED).then(slip.quantile(0.85, "linear")),
            moved=(pl.col("moves") > 0).filter(is_done).mean(),
            overdue=pl.col("is_overdue").sum().cast(pl.Int64),
        )
        .with_columns(low=low, high=high)
        .with_columns(pl.when(enough).then(pl.col(name)).alias(name) for name in ("on_time", "low", "high", "moved"))
        .with_columns(reason=pl.when(~enough).then(pl.lit("too_few_items")))
        .select(DueDateRecord.column_names())
        .sort("team")
    )


METRICS = (
    Metric(
        name="due_dates_kept",
        title="Due dates kept",
        unit="share",
        direction="higher",
        responsibility="timelines",
        definition=(
            "Tickets finished on or before their due date / tickets with a due date that were finished in the last "
            "year; null for fewer than 5."
        ),
        table="due_date_record",
        inputs=("tickets", "ticket_status_intervals", "ticket_changes", "team_scopes", "team_members"),
        exclusions="Tickets without a due date; those whose end nobody knows.",
        pitfalls=(
            "The date is the one that stands there now: one that was moved until it fitted is kept. Read the share "
            "that was moved beside it."
        ),
        source="leadline",
    ),
)
