"""Day by day: what arrives, what is finished, what is in progress, and the cumulative flow.

A ticket is in progress on a day when it was started by the end of it and not finished by then. As a ticket that was put
back begins anew, the past of such a ticket is rewritten: `corrections` tells on which days that happened.

Misread: a flat band of finished work with a growing one in progress is work that is begun faster than it is finished; a
jump on one day is more often a tidied board than a good day.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import day, today
from metrics.nesting import with_teams_above
from metrics.registry import pipeline
from metrics.summary.observations import SCOPE
from warehouse.tables import Table
from warehouse.tables import columns as col

CATEGORIES = ("todo", "in_progress", "done")


class TicketDays(Table):
    """One row per scope and day, from its first ticket up to today."""

    scope_kind = col.key("`all`, `project` or `team`")
    scope = col.key("`all`, name of the project, or name of the team")
    day = col.key_day("Day in the reporting zone")
    arrivals = col.number("Tickets created")
    started = col.number("Tickets whose work began")
    departures = col.number("Tickets finished: the throughput of the day")
    net_flow = col.number("arrivals - departures")
    in_progress = col.number("Tickets in progress at the end of the day")


class CumulativeFlow(Table):
    """One row per project, day and category, from the project's first ticket up to today."""

    project = col.key("Project")
    day = col.key_day("Day in the reporting zone")
    status_category = col.key("`todo` (created), `in_progress` (begun, or finished at once) or `done`")
    items = col.number("Tickets that had reached it by the end of the day; never falls")
    corrections = col.number("Tickets that fell back out of it on that day, so that the days before were rewritten")


@pipeline(TicketDays)
def ticket_days(
    tickets: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Every day of every scope; teams that are too small to be reported on are left out."""
    spans = ticket_spans.select("ticket_id", "started_at", "done_at").join(
        tickets.select("ticket_id", "created_at"), on="ticket_id"
    )
    happened = {
        "arrivals": spans.select("ticket_id", at="created_at"),
        "started": spans.select("ticket_id", at="started_at"),
        "departures": spans.select("ticket_id", at="done_at"),
        "ended": spans.filter(pl.col("started_at").is_not_null()).select("ticket_id", at="done_at"),
    }
    events = pl.concat(
        [
            frame.drop_nulls("at").select("ticket_id", day=day(pl.col("at"), zone), what=pl.lit(what))
            for what, frame in happened.items()
        ]
    )
    members = with_teams_above(team_members, teams)
    counted = (
        ticket_scopes.join(_small(members, ticket_scopes, as_of, minimum_group), on=SCOPE, how="anti")
        .join(events, on="ticket_id")
        .group_by(*SCOPE, "day")
        .agg((pl.col("what") == what).sum().cast(pl.Int64).alias(what) for what in happened)
    )
    return (
        _every_day(counted, SCOPE, as_of, zone)
        .join(counted, on=[*SCOPE, "day"], how="left")
        .with_columns(pl.col(list(happened)).fill_null(0))
        .sort(*SCOPE, "day")
        .with_columns(
            net_flow=pl.col("arrivals") - pl.col("departures"),
            in_progress=(pl.col("started") - pl.col("ended")).cum_sum().over(SCOPE, order_by="day"),
        )
        .select(TicketDays.column_names())
        .sort(TicketDays.primary_key())
    )


@pipeline(CumulativeFlow)
def cumulative_flow(
    tickets: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    ticket_completions: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """How many tickets had reached each category, day by day."""
    of_project = tickets.select("ticket_id", "project", "created_at").drop_nulls("project")
    spans = ticket_spans.join(of_project, on="ticket_id")
    begun = pl.coalesce("started_at", "done_at")
    reached = {"todo": pl.col("created_at"), "in_progress": begun, "done": pl.col("done_at")}
    arrived = pl.concat(
        [spans.select("project", at=at, status_category=pl.lit(category)) for category, at in reached.items()]
    )
    fell = pl.concat(
        [
            spans.select("project", at="returned_at", status_category=pl.lit("in_progress")),
            ticket_completions.join(of_project, on="ticket_id").select(
                "project", at="left_at", status_category=pl.lit("done")
            ),
        ]
    )
    key = ["project", "status_category", "day"]

    def counted(events: pl.LazyFrame, name: str) -> pl.LazyFrame:
        dated = events.drop_nulls("at").select("project", "status_category", day=day(pl.col("at"), zone))
        return dated.group_by(key).agg(pl.len().cast(pl.Int64).alias(name))

    new = counted(arrived, "new")
    days = _every_day(new, ["project"], as_of, zone)
    categories = pl.LazyFrame({"status_category": CATEGORIES})
    return (
        days.join(categories, how="cross")
        .join(new, on=key, how="left")
        .join(counted(fell, "corrections"), on=key, how="left")
        .with_columns(pl.col("new", "corrections").fill_null(0))
        .sort(key)
        .with_columns(items=pl.col("new").cum_sum().over("project", "status_category", order_by="day"))
        .select(CumulativeFlow.column_names())
        .sort(CumulativeFlow.primary_key())
    )


def _every_day(counted: pl.LazyFrame, scope: list[str], as_of: datetime, zone: str) -> pl.LazyFrame:
    """Every day of every scope from its first one on."""
    return (
        counted.group_by(scope)
        .agg(first=pl.col("day").min())
        .select(*scope, day=pl.date_ranges("first", today(as_of, zone)))
        .explode("day")
    )


def _small(
    team_members: pl.LazyFrame, ticket_scopes: pl.LazyFrame, as_of: datetime, minimum_group: int
) -> pl.LazyFrame:
    """The scopes of teams that have fewer members than may be reported on."""
    is_member = (pl.col("valid_from") <= as_of) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > as_of))
    sizes = team_members.filter(is_member).group_by(scope="team").agg(members=pl.col("person_id").n_unique())
    teams = ticket_scopes.filter(pl.col("scope_kind") == "team").select(SCOPE).unique()
    return (
        teams.join(sizes, on="scope", how="left").filter(pl.col("members").fill_null(0) < minimum_group).select(SCOPE)
    )
