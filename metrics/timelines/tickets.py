"""What forecasts have to know of a ticket: whose it is, when it was begun and finished, and what it is part of.

Finished is what is resolved, else its last entry into a status of being over. However it was resolved: a duplicate that
is closed is off the list too, and what is still to do holds its share of these.

A ticket is forecast for one team, so that nothing is waited for twice: the first by name of the teams that own its
project, else of those its assignee is in. Where the configuration says nothing of either, its project stands for one.
"""

from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

WHOLE = "all"
"""Stands where a team stands, for everything together."""


class ForecastTickets(Intermediate):
    """One row per ticket that was created by the time of the report."""

    ticket_id = col.key("Ticket")
    team = col.text("Team, or project where no team is known")
    is_derived = col.flag("Whether it is the project that stands for a team")
    is_suppressed = col.flag("Whether the team has fewer members than may be reported on")
    source = col.text("Source")
    project = col.text("Project")
    type = col.text("Type")
    milestone = col.text("Milestone or version")
    parent_key = col.text("Parent or epic")
    created_at = col.instant("When it was created")
    started_at = col.instant("When work on it began, after the last time that it was put back")
    done_at = col.instant("When it was finished; null while it is open, or where nobody knows when")
    is_open = col.flag("Whether it is still to be finished")


@pipeline(ForecastTickets)
def forecast_tickets(
    tickets: pl.LazyFrame,
    ticket_status_intervals: pl.LazyFrame,
    team_scopes: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """Every ticket with its team and dates."""
    known = (
        tickets.filter(pl.col("created_at") <= as_of)
        .join(_ends(ticket_status_intervals, as_of), on="ticket_id", how="left")
        .with_columns(is_over=(pl.col("status_category") == "done").fill_null(pl.col("resolved_at").is_not_null()))
        .with_columns(done_at=pl.when("is_over").then(pl.coalesce("resolved_at", "done_at")))
        # What was finished after the time of the report was open then.
        .with_columns(is_open=~pl.col("is_over") | (pl.col("done_at") > as_of).fill_null(value=False))
        .with_columns(done_at=pl.when(~pl.col("is_open")).then("done_at"))
    )
    sizes = (
        team_members.filter(pl.col("valid_from") <= as_of, pl.col("valid_to").is_null() | (pl.col("valid_to") > as_of))
        .group_by("team")
        .agg(members=pl.col("person_id").n_unique())
    )
    return (
        known.join(_teams(known, team_scopes, team_members, as_of), on="ticket_id", how="left")
        .with_columns(is_derived=pl.col("team").is_null(), team=pl.coalesce("team", "project", pl.lit("")))
        .join(sizes, on="team", how="left")
        .with_columns(is_suppressed=~pl.col("is_derived") & (pl.col("members").fill_null(0) < minimum_group))
        .select(ForecastTickets.column_names())
        .sort("ticket_id")
    )


def _ends(intervals: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Begin and end of the work on every ticket, by the statuses that it was in."""
    at, category = pl.col("entered_at"), pl.col("status_category")
    last_open = (at.filter(category != "done")).max().over("ticket_id")
    last_before = (at.filter(category == "todo")).max().over("ticket_id")
    since_open = last_open.is_null() | (at > last_open)
    since_before = last_before.is_null() | (at > last_before)
    return (
        intervals.filter(at <= as_of)
        .with_columns(since_open=since_open, since_before=since_before)
        .group_by("ticket_id")
        .agg(
            done_at=at.filter((category == "done") & pl.col("since_open")).min(),
            started_at=at.filter((category == "in_progress") & pl.col("since_before")).min(),
        )
    )


def _teams(known: pl.LazyFrame, team_scopes: pl.LazyFrame, team_members: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    owners = team_scopes.filter(pl.col("kind") == "ticket_project").select("team", project="pattern")
    until = pl.coalesce("done_at", pl.lit(as_of, dtype=pl.Datetime("us")))
    of_project = known.select("ticket_id", "project").join(owners, on="project").select("ticket_id", "team", rank=0)
    of_assignee = (
        known.select("ticket_id", person_id="assignee_id", until=until)
        .join(team_members, on="person_id")
        .filter(
            pl.col("until") >= pl.col("valid_from"),
            pl.col("valid_to").is_null() | (pl.col("until") < pl.col("valid_to")),
        )
        .select("ticket_id", "team", rank=1)
    )
    return (
        pl.concat([of_project, of_assignee])
        .sort("rank", "team")
        .unique("ticket_id", keep="first", maintain_order=True)
        .select("ticket_id", "team")
    )
