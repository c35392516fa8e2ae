"""Figures of pull requests: the periods they are given for, and the items of a period."""

from datetime import datetime

import polars as pl

from metrics.expressions import day
from metrics.nesting import with_teams_above
from metrics.registry import Intermediate, pipeline
from metrics.summary.calendar import every_period
from metrics.summary.observations import SCOPE, in_periods
from warehouse.tables import columns as col


class PullRequestCalendar(Intermediate):
    """One row per scope and period, from the scope's first pull request on."""

    scope_kind = col.key("`all`, `repository` or `team`")
    scope = col.key("`all`, id of the repository, or name of the team")
    period = col.key("`week`, `month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    period_end = col.day("The day after its last day")
    is_suppressed = col.flag("Whether the team has fewer members than may be reported on")


@pipeline(PullRequestCalendar)
def pull_request_calendar(
    pull_request_scopes: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Every period of every scope that has pull requests."""
    opened = pull_request_states.select("pr_id", day=day(pl.col("opened_at"), zone))
    first = pull_request_scopes.join(opened, on="pr_id").group_by(SCOPE).agg(first=pl.col("day").min())
    members = with_teams_above(team_members, teams)
    return every_period(first, members, as_of=as_of, zone=zone, minimum_group=minimum_group).select(
        PullRequestCalendar.column_names()
    )


def dated(
    flow: pl.LazyFrame, scopes: pl.LazyFrame, at: str, *, as_of: datetime, zone: str, key: str = "pr_id"
) -> pl.LazyFrame:
    """The pull requests, or tickets, to which something happened, in the scopes and periods in which it did."""
    items = scopes.join(flow.drop_nulls(at), on=key).with_columns(day=day(pl.col(at), zone))
    return in_periods(items, as_of=as_of, zone=zone)
