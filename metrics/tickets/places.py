"""Where the time of tickets goes: the time in each status, and the age at which tickets leave it.

Of tickets finished in the last 180 days. The time is that of all visits to a status together, from the creation on; the
age is counted from the start of the work, and marks the pace that an open ticket can be compared with.

Misread: a status in which little time is spent can still be the one that everything waits for; and what a team calls a
status is not always what happens in it.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import pipeline
from metrics.summary.observations import MEDIAN_NEEDS, P85_NEEDS
from warehouse.tables import Table
from warehouse.tables import columns as col

RECENT = timedelta(days=180)
_PLACE = ["project", "status"]


class TicketStatusTimes(Table):
    """One row per ticket and status that it was in, up to its end or the time of the report."""

    ticket_id = col.key("Ticket")
    status = col.key("Status")
    status_category = col.text("`todo`, `in_progress` or `done`")
    first_entered_at = col.instant("When it entered the status the first time")
    visits = col.number("How often")
    seconds = col.real("How long, all visits together")


class TicketStatuses(Table):
    """One row per project and status that has tickets now, or had some that were finished in the last 180 days."""

    project = col.key("Project")
    status = col.key("Status")
    status_category = col.text("`todo`, `in_progress` or `done`")
    position = col.number("Its place among the statuses of the project, by category and when tickets enter it; from 1")
    is_waiting = col.flag("Whether it is taken for waiting")
    is_blocked = col.flag("Whether it is taken for blocked")
    n = col.number("Finished tickets that were in it")
    p50_seconds = col.real("Median time in it; null for fewer than 5")
    p85_seconds = col.real("85th percentile; null for fewer than 10")
    share = col.real("Its part of the time of all finished tickets of the project, from creation to end")
    pace_n = col.number("Finished tickets that were in it during the work")
    pace_p50_seconds = col.real("Median age at which these left it for good; null for fewer than 5")
    pace_p70_seconds = col.real("70th percentile; null for fewer than 10")
    pace_p85_seconds = col.real("85th percentile; null for fewer than 10")
    open_tickets = col.number("Tickets that are in it now and are not finished")


@pipeline(TicketStatusTimes)
def ticket_status_times(ticket_steps: pl.LazyFrame, ticket_spans: pl.LazyFrame) -> pl.LazyFrame:
    """The time of every ticket in every status."""
    return (
        ticket_steps.join(ticket_spans.select("ticket_id", "until"), on="ticket_id")
        .filter(pl.col("entered_at") < pl.col("until"), pl.col("status").is_not_null())
        .with_columns(left_at=pl.min_horizontal("left_at", "until"))
        .group_by("ticket_id", "status")
        .agg(
            status_category=pl.col("status_category").max(),
            first_entered_at=pl.col("entered_at").min(),
            visits=pl.len(),
            seconds=seconds_between(pl.col("entered_at"), pl.col("left_at")).sum(),
        )
        .select(TicketStatusTimes.column_names())
        .sort(TicketStatusTimes.primary_key())
    )


@pipeline(TicketStatuses)
def ticket_statuses_seen(
    tickets: pl.LazyFrame,
    ticket_steps: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    ticket_work: pl.LazyFrame,
    ticket_status_times: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """Every status of every project with its times."""
    category = pl.col("status_category")
    of_project = tickets.select("ticket_id", "project", "created_at", "status_category").drop_nulls("project")
    recent = (
        ticket_spans.filter(pl.col("done_at") > as_of - RECENT, pl.col("has_history"))
        .select("ticket_id", "started_at")
        .join(of_project.drop("status_category"), on="ticket_id")
    )
    seconds = pl.col("seconds")
    times = (
        ticket_status_times.join(recent, on="ticket_id")
        .with_columns(offset=seconds_between(pl.col("created_at"), pl.col("first_entered_at")))
        .group_by(_PLACE)
        .agg(
            n=pl.len(),
            total=seconds.sum(),
            offset=pl.col("offset").median(),
            p50_seconds=_median(seconds),
            p85_seconds=_percentile(seconds, 0.85),
        )
    )
    in_all = times.group_by("project").agg(in_all=pl.col("total").sum())
    waits_now = ticket_spans.filter(pl.col("state") != "done").join(of_project, on="ticket_id")
    now = waits_now.drop_nulls("status").group_by(_PLACE).agg(open_tickets=pl.len(), category_now=category.max())
    meaning = (
        ticket_steps.join(of_project.select("ticket_id", "project"), on="ticket_id")
        .group_by(_PLACE)
        .agg(category.max(), pl.col("is_waiting", "is_blocked").any())
    )
    last = pl.len().over("project")
    return (
        times.join(now, on=_PLACE, how="full", coalesce=True)
        .join(in_all, on="project", how="left")
        .join(_paces(ticket_work, recent), on=_PLACE, how="left")
        .join(meaning, on=_PLACE, how="left")
        .with_columns(
            pl.col("n", "pace_n", "open_tickets").fill_null(0),
            share=pl.when(pl.col("in_all") > 0).then(pl.col("total") / pl.col("in_all")),
            status_category=pl.coalesce("status_category", "category_now"),
        )
        .with_columns(order=pl.struct(_category(category), pl.col("offset").fill_null(float("inf")), "status"))
        .with_columns(position=pl.col("order").rank("ordinal").over("project").clip(1, last))
        .select(TicketStatuses.column_names())
        .sort(TicketStatuses.primary_key())
    )


def _paces(work: pl.LazyFrame, recent: pl.LazyFrame) -> pl.LazyFrame:
    """The age at which finished tickets left each status, the last time."""
    age = pl.col("age")
    return (
        work.join(recent, on="ticket_id")
        .group_by("ticket_id", *_PLACE)
        .agg(age=seconds_between(pl.col("started_at"), pl.col("left_at")).max())
        .group_by(_PLACE)
        .agg(
            pace_n=pl.len(),
            pace_p50_seconds=_median(age),
            pace_p70_seconds=_percentile(age, 0.7),
            pace_p85_seconds=_percentile(age, 0.85),
        )
    )


def _category(category: pl.Expr) -> pl.Expr:
    """Where a category stands in the flow."""
    order = ("todo", "in_progress", "done")
    return category.replace_strict(order, range(3), default=1, return_dtype=pl.Int64).alias("category")


def _median(value: pl.Expr) -> pl.Expr:
    return pl.when(value.count() >= MEDIAN_NEEDS).then(value.median())


def _percentile(value: pl.Expr, share: float) -> pl.Expr:
    return pl.when(value.count() >= P85_NEEDS).then(value.quantile(share, "linear"))
