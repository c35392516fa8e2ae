"""The periods that observations are given for: every week and month that is over, and the 90 days that end today."""

from datetime import datetime

import polars as pl

from metrics.expressions import today
from metrics.nesting import with_teams_above
from metrics.registry import Intermediate, pipeline
from metrics.summary.observations import PERIOD, ROLLING_DAYS, SCOPE, rolling_start
from warehouse.tables import columns as col


class Calendar(Intermediate):
    """One row per scope and period, from the scope's first commit on."""

    scope_kind = col.key("`all`, `repository`, `service` or `team`")
    scope = col.key("`all`, id of the repository, or name of the service or team")
    period = col.key("`week`, `month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    period_end = col.day("The day after its last day")
    is_suppressed = col.flag("Whether the team has fewer members than may be reported on")


@pipeline(Calendar)
def calendar(
    credit_scopes: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Every period of every scope."""
    first = credit_scopes.group_by(SCOPE).agg(first=pl.col("day").min())
    members = with_teams_above(team_members, teams)
    return every_period(first, members, as_of=as_of, zone=zone, minimum_group=minimum_group).select(
        Calendar.column_names()
    )


def team_sizes(team_members: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`scope`, the name of a team, and its `members` now; teams without any are left out."""
    is_member = (pl.col("valid_from") <= as_of) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > as_of))
    return team_members.filter(is_member).group_by(scope="team").agg(members=pl.col("person_id").n_unique())


def every_period(
    first: pl.LazyFrame, team_members: pl.LazyFrame, *, as_of: datetime, zone: str, minimum_group: int
) -> pl.LazyFrame:
    """Every period of every scope, from the `first` day of each on, in the columns of `Calendar`."""
    now = today(as_of, zone)

    def periods(name: str, every: str) -> pl.LazyFrame:
        start = pl.col("period_start")
        return (
            first.select(
                *SCOPE, period=pl.lit(name), period_start=pl.date_ranges(pl.col("first").dt.truncate(every), now, every)
            )
            .explode("period_start")
            .with_columns(period_end=start.dt.offset_by(every))
            .filter(pl.col("period_end") <= now)
        )

    rolling = first.select(*SCOPE, period=pl.lit("rolling_90d"), period_start=rolling_start(as_of, zone)).with_columns(
        period_end=pl.col("period_start").dt.offset_by(f"{ROLLING_DAYS}d")
    )
    sizes = team_sizes(team_members, as_of).with_columns(scope_kind=pl.lit("team"))
    return (
        pl.concat([periods("week", "1w"), periods("month", "1mo"), rolling])
        .join(sizes, on=SCOPE, how="left")
        .with_columns(is_suppressed=(pl.col("scope_kind") == "team") & (pl.col("members").fill_null(0) < minimum_group))
        .drop("members")
        .sort(PERIOD)
    )
