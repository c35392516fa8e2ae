"""What forecasts have to know of a ticket: whose it is, when it was begun and finished, and what it is part of.

Finished is finished, however it was resolved: a duplicate that is closed is off the list too, and what is still to do
holds its share of these. A ticket that is over, nobody knows when, is neither open nor counted on any day.

A ticket is forecast for one team, so that nothing is waited for twice: the first by name of those that it is for. Where
the configuration names none, its project stands for one.
"""

from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from metrics.summary.calendar import team_sizes
from metrics.tickets.teams import first_team
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
    ticket_spans: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """Every ticket with its team and dates."""
    sizes = team_sizes(team_members, as_of).rename({"scope": "team"})
    known = ticket_spans.select("ticket_id", "started_at", "done_at", is_open=pl.col("state") != "done")
    return (
        tickets.join(known, on="ticket_id")
        .join(first_team(ticket_scopes), on="ticket_id", how="left")
        .with_columns(is_derived=pl.col("team").is_null(), team=pl.coalesce("team", "project", pl.lit("")))
        .join(sizes, on="team", how="left")
        .with_columns(is_suppressed=~pl.col("is_derived") & (pl.col("members").fill_null(0) < minimum_group))
        .select(ForecastTickets.column_names())
        .sort("ticket_id")
    )
