"""Which team a ticket is for, and under which scopes it counts.

The teams that own its project; where several do, those of them that the assignee is in, if in any. Where no team owns
the project, the teams of the assignee. Membership is that at the end of the work, or now. The services of a ticket are
those that the pull requests which serve it change.
"""

from datetime import datetime

import polars as pl

from metrics.code.globs import repository_regex
from metrics.expressions import day
from metrics.nesting import with_teams_above
from metrics.registry import Intermediate, pipeline
from metrics.summary.calendar import every_period
from metrics.summary.observations import SCOPE
from warehouse.tables import columns as col


class TicketScopes(Intermediate):
    """One row per ticket and scope that it counts in."""

    scope_kind = col.key("`all`, `project`, `service` or `team`")
    scope = col.key("`all`, or name of the project, service or team")
    ticket_id = col.key("Ticket")
    is_own = col.flag("Whether the ticket is for that very team; else it is for one inside it")


class TicketCalendar(Intermediate):
    """One row per scope and period, from the scope's first ticket on."""

    scope_kind = col.key("`all`, `project`, `service` or `team`")
    scope = col.key("`all`, or name of the project, service or team")
    period = col.key("`week`, `month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    period_end = col.day("The day after its last day")
    is_suppressed = col.flag("Whether the team has fewer members than may be reported on")


@pipeline(TicketScopes)
def ticket_scopes(  # noqa: PLR0917 - one parameter a table
    tickets: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    team_scopes: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    pull_request_tickets: pl.LazyFrame,
    pull_request_scopes: pl.LazyFrame,
) -> pl.LazyFrame:
    """The whole, the project and the teams of every ticket."""
    known = tickets.select("ticket_id", "project", "assignee_id").join(
        ticket_spans.select("ticket_id", "until"), on="ticket_id"
    )
    own = _teams(known, team_scopes, team_members).select("ticket_id", "team").unique()
    of_teams = with_teams_above(own, teams).join(
        own.with_columns(is_own=pl.lit(value=True)), on=["ticket_id", "team"], how="left"
    )
    of_services = (
        pull_request_tickets.select("pr_id", "ticket_id")
        .join(pull_request_scopes.filter(pl.col("scope_kind") == "service"), on="pr_id")
        .join(known, on="ticket_id", how="semi")
        .select("ticket_id", "scope_kind", "scope")
        .unique()
    )
    parts = [
        of_services,
        known.select("ticket_id", scope_kind=pl.lit("all"), scope=pl.lit("all")),
        known.filter(pl.col("project").is_not_null()).select(
            "ticket_id", scope_kind=pl.lit("project"), scope="project"
        ),
        of_teams.select("ticket_id", "is_own", scope_kind=pl.lit("team"), scope="team"),
    ]
    return (
        pl.concat(parts, how="diagonal")
        .with_columns(is_own=pl.col("is_own").fill_null(pl.col("scope_kind") != "team"))
        .select(TicketScopes.column_names())
        .sort(TicketScopes.primary_key())
    )


@pipeline(TicketCalendar)
def ticket_calendar(
    ticket_scopes: pl.LazyFrame,
    tickets: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Every period of every scope that has tickets."""
    created = tickets.select("ticket_id", day=day(pl.col("created_at"), zone))
    first = ticket_scopes.join(created, on="ticket_id").group_by(SCOPE).agg(first=pl.col("day").min())
    members = with_teams_above(team_members, teams)
    return every_period(first, members, as_of=as_of, zone=zone, minimum_group=minimum_group).select(
        TicketCalendar.column_names()
    )


def first_team(ticket_scopes: pl.LazyFrame) -> pl.LazyFrame:
    """`ticket_id` and `team`: the first by name where there are several."""
    of_teams = ticket_scopes.filter(pl.col("scope_kind") == "team", "is_own")
    return of_teams.group_by("ticket_id").agg(team=pl.col("scope").min())


def _teams(known: pl.LazyFrame, team_scopes: pl.LazyFrame, team_members: pl.LazyFrame) -> pl.LazyFrame:
    owned = _owners(known.select("project").unique(), team_scopes)
    until = pl.col("until")
    own = (
        known.select("ticket_id", "until", person_id="assignee_id")
        .join(team_members, on="person_id")
        .filter(until >= pl.col("valid_from"), pl.col("valid_to").is_null() | (until < pl.col("valid_to")))
        .select("ticket_id", "team", is_own=pl.lit(value=True))
        .unique()
    )
    of_project = known.select("ticket_id", "project").join(owned, on="project").select("ticket_id", "team")
    both = of_project.join(own, on=["ticket_id", "team"], how="left").with_columns(
        has_own=pl.col("is_own").any().over("ticket_id")
    )
    return pl.concat(
        [
            both.filter(pl.col("is_own").fill_null(value=False) | ~pl.col("has_own")).select("ticket_id", "team"),
            own.join(of_project, on="ticket_id", how="anti").select("ticket_id", "team"),
        ]
    )


def _owners(projects: pl.LazyFrame, team_scopes: pl.LazyFrame) -> pl.LazyFrame:
    """`project` and `team`: by the key of the project, or by a repository of that name, whose issues these are."""
    by_key = (
        team_scopes.filter(pl.col("kind") == "ticket_project")
        .select("team", project="pattern")
        .join(projects, on="project", how="semi")
    )
    patterns = team_scopes.filter(pl.col("kind") == "repository").select(
        "team", regex=repository_regex(pl.col("pattern"))
    )
    by_repository = (
        projects.join(patterns, how="cross")
        .filter(pl.col("project").str.contains(pl.col("regex")))
        .join(by_key, on="project", how="anti")
    )
    return pl.concat([by_key.select("project", "team"), by_repository.select("project", "team")]).unique()
