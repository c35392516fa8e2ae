"""How much is committed and reviewed outside working hours, by the clock of whoever does it; of teams only.

Outside is what lies on other days than `[calendar]` names, on holidays, before the opening or after the close. A commit
tells its offset from UTC; a review goes by the one that its maker's commits commonly have.

Misread: who begins late and works in the evening by choice looks like who has to. It is no reason to ask a person; a
team in which it grows is one to talk with about its load.
"""

from datetime import datetime

import polars as pl

from metrics.allocation.enough_people import of_enough_people
from metrics.clock import WorkingHours
from metrics.coordination.window import members_at
from metrics.expressions import day
from metrics.nesting import with_teams_above
from metrics.registry import Intermediate, Metric, pipeline
from metrics.summary.observations import Observations, in_periods, share
from warehouse.tables import columns as col


class WorkTimes(Intermediate):
    """One row per commit and review by a human."""

    item_id = col.key("The commit or review")
    person_id = col.person("Who made it")
    at = col.instant("When, by UTC")
    is_after_hours = col.flag("Whether it was outside working hours by their clock; null where that is not known")


@pipeline(WorkTimes)
def work_times(
    commits: pl.LazyFrame,
    main_commits: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    person_offsets: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
    working_hours: WorkingHours,
) -> pl.LazyFrame:
    """When work was done, and whether that was outside working hours."""
    key = ["repo_id", "sha"]
    written = (
        commits.join(main_commits.filter(~pl.col("is_merge")), on=key, how="semi")
        .drop_nulls("author_id")
        .select(
            item_id=pl.format("{}@{}", *key),
            person_id="author_id",
            at="authored_at",
            offset_minutes="author_offset_minutes",
        )
    )
    reviewed = (
        pull_request_remarks.filter("is_human", pl.col("what") == "review")
        .drop_nulls("person_id")
        .join(person_offsets, on="person_id", how="left")
        .select("person_id", "at", "offset_minutes", item_id="remark_id")
    )
    columns = ["item_id", "person_id", "at", "offset_minutes"]
    local = pl.col("at") + pl.duration(minutes=pl.col("offset_minutes"))
    return (
        pl.concat([written.select(columns), reviewed.select(columns)])
        .filter(pl.col("at") <= as_of)
        .join(people.filter(pl.col("kind") == "human"), on="person_id", how="semi")
        .with_columns(is_after_hours=~_is_worked(local, working_hours))
        .select(WorkTimes.column_names())
        .sort(WorkTimes.primary_key())
    )


def _is_worked(local: pl.Expr, hours: WorkingHours) -> pl.Expr:
    """Whether a local time lies in working hours: from the opening on, and before the close."""
    is_day = (local.dt.weekday() - 1).is_in(hours.workdays) & ~local.dt.date().is_in(hours.holidays)
    return is_day & (local.dt.time() >= hours.opens) & (local.dt.time() < hours.closes)


@pipeline(Observations)
def after_hours_figures(
    work_times: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Observations of the share of work that was done outside working hours."""
    dated = work_times.with_columns(day=day(pl.col("at"), zone))
    of_teams = with_teams_above(members_at(dated, team_members, "person_id", "at"), teams)
    items = pl.concat(
        [
            dated.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all")),
            of_teams.with_columns(scope_kind=pl.lit("team"), scope=pl.col("team")).drop("team"),
        ]
    )
    shown = calendar.filter(pl.col("scope_kind").is_in(["all", "team"]))
    dated_items = in_periods(items, as_of=as_of, zone=zone)
    found = share(shown, dated_items, "after_hours", "is_after_hours")
    known = dated_items.drop_nulls("is_after_hours")
    return of_enough_people(found, known, minimum_group).sort(Observations.primary_key())


METRICS = (
    Metric(
        name="after_hours",
        title="Outside working hours",
        unit="share",
        direction="lower",
        responsibility="allocation",
        definition=(
            "Share of the commits on the default branch and of the reviews that people made outside the hours and days "
            "of `[calendar]`, by the clock of whoever made them."
        ),
        table="ratio_intervals",
        inputs=("commits", "reviews", "people", "team_members"),
        exclusions=(
            "Merges, programs; reviews by people whose clock no commit of the last 60 days tells (`coverage`); periods "
            "in which fewer people than `[privacy] minimum_group` made any."
        ),
        pitfalls=(
            "Says when, not how long: an evening by choice looks like one by need. Servers and web editors write UTC."
        ),
        source="leadline",
    ),
)
