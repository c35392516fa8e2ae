"""What is forecast by name: milestones, versions, epics and sprints, with the tickets in them.

An epic is a ticket that at least 5 others have for a parent. Growth is what came into it after its first ticket was
finished / tickets finished, once 5 are; until then that of all targets of its kind together, once 20 are. The pieces of
a ticket that was split are tickets that came in: they are part of the growth. The share is what a team finished of it /
all that it finished, in the last 90 days, once 5 of it were.

Misread: a version is not done because its tickets are; and tickets that nobody put into it are not waited for.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import day
from metrics.registry import pipeline
from metrics.timelines.tickets import WHOLE
from warehouse.tables import Table
from warehouse.tables import columns as col

CHILDREN = 5
OWN_GROWTH, COMMON_GROWTH = 5, 20
OWN_SHARE, ALL_SHARE = 5, 20
RECENT = timedelta(days=90)
TARGET = ["question", "target"]
_VERSION = r"(?i)^(milestone|fix.?versions?)$"


class ForecastItems(Table):
    """One row per target and ticket in it."""

    question = col.key("`milestone`, `version`, `epic` or `sprint`")
    target = col.key("Id of the milestone, version or sprint; ticket of the epic")
    ticket_id = col.key("Ticket")
    team = col.text("Team for which it is forecast")
    added_at = col.instant("When it came in, or was created where that is not known")
    done_at = col.instant("When it was finished")
    is_open = col.flag("Whether it is still to be finished")


class ForecastTargets(Table):
    """One row per target and team with tickets in it, and one for all teams together."""

    question = col.key("`milestone`, `version`, `epic` or `sprint`")
    target = col.key("Id of the milestone, version or sprint; ticket of the epic")
    team = col.key("Team, project where the configuration names no team, or `all`")
    title = col.text("Its title")
    due_on = col.day("Due date; end of the sprint")
    is_open = col.flag("Whether it is open and has tickets that are")
    finished_on = col.day("When its last ticket was finished or, if earlier, it was closed; null while it is open")
    items = col.number("Tickets in it")
    remaining_items = col.number("Of these, open ones")
    growth = col.real("Tickets that come in for each one finished; null where that cannot be measured yet")
    share = col.real(
        "Tickets of it / all tickets that the team finished in the last 90 days; null for fewer than 5 of it, or 20"
    )
    is_suppressed = col.flag("Whether a team with too few members to be reported on has a part in it")


@pipeline(ForecastItems)
def forecast_items(  # noqa: PLR0917 - one parameter a table
    forecast_tickets: pl.LazyFrame,
    tickets: pl.LazyFrame,
    ticket_changes: pl.LazyFrame,
    milestones: pl.LazyFrame,
    sprints: pl.LazyFrame,
    ticket_sprints: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """The tickets of every target, those that were taken out again left out."""
    epics = _epics(forecast_tickets, tickets).select(*TARGET, "ticket_id", added_at="created_at")
    in_sprints = (
        ticket_sprints.filter(pl.col("added_at") <= as_of, pl.col("removed_at").is_null())
        .join(sprints.select("sprint_id"), on="sprint_id")
        .group_by(question=pl.lit("sprint"), target="sprint_id", ticket_id="ticket_id")
        .agg(pl.col("added_at").max())
    )
    parts = [_of_milestones(forecast_tickets, ticket_changes, milestones), epics, in_sprints]
    return (
        pl.concat([part.select(*TARGET, "ticket_id", "added_at") for part in parts])
        .join(forecast_tickets.select("ticket_id", "team", "done_at", "is_open"), on="ticket_id")
        .select(ForecastItems.column_names())
        .sort(ForecastItems.primary_key())
    )


@pipeline(ForecastTargets)
def forecast_targets(
    forecast_items: pl.LazyFrame,
    forecast_tickets: pl.LazyFrame,
    tickets: pl.LazyFrame,
    milestones: pl.LazyFrame,
    sprints: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Every target with tickets in it."""
    items = forecast_items.join(forecast_tickets.select("ticket_id", "is_suppressed"), on="ticket_id")
    is_recent = pl.col("done_at") > as_of - RECENT
    everything = pl.concat([forecast_tickets, forecast_tickets.with_columns(team=pl.lit(WHOLE))])
    pace = everything.group_by("team").agg(finished=is_recent.sum())
    own, finished = pl.col("own"), pl.col("finished")
    counted = (
        pl.concat([items, items.with_columns(team=pl.lit(WHOLE))])
        .group_by(*TARGET, "team")
        .agg(
            items=pl.len(),
            remaining_items=pl.col("is_open").sum(),
            last_done=day(pl.col("done_at").max(), zone),
            is_suppressed=pl.col("is_suppressed").any(),
            own=(is_recent & (pl.col("done_at") > pl.col("added_at"))).sum(),
        )
        .join(pace, on="team")
        .with_columns(share=pl.when(own >= OWN_SHARE, finished >= ALL_SHARE).then(own / finished))
    )
    # What was closed after the time of the report was open then.
    is_told_open = pl.col("is_told_open") | (pl.col("closed_at") > as_of).fill_null(value=False)
    is_open = is_told_open & (pl.col("remaining_items") > 0)
    all_done = pl.when(pl.col("remaining_items") == 0).then("last_done")
    # The first of both: a straggler that is finished years later did not hold up the release.
    ended = pl.min_horizontal(all_done, day(pl.col("closed_at"), zone))
    return (
        counted.join(_told(tickets, milestones, sprints, as_of, zone), on=TARGET)
        .join(_growth(forecast_items), on=TARGET, how="left")
        .with_columns(is_open=is_open, finished_on=pl.when(~is_open).then(ended))
        .filter((pl.col("team") == WHOLE) | ~pl.col("is_suppressed"))
        .select(ForecastTargets.column_names())
        .sort(ForecastTargets.primary_key())
    )


def _of_milestones(tickets: pl.LazyFrame, changes: pl.LazyFrame, milestones: pl.LazyFrame) -> pl.LazyFrame:
    """Of a platform's milestone, the issues of its repository; of a tracker's version, the tickets of its project."""
    named = tickets.filter(pl.col("milestone").is_not_null()).select(
        "ticket_id",
        "source",
        "project",
        "created_at",
        title="milestone",
        repo_id=pl.col("ticket_id").str.extract(r"^(.*)#\d+$"),
    )
    of_repositories = milestones.filter(pl.col("repo_id").is_not_null()).select("milestone_id", "repo_id", "title")
    of_projects = milestones.filter(pl.col("repo_id").is_null()).select("milestone_id", "source", "project", "title")
    joined = pl.concat(
        [
            named.join(of_repositories, on=["repo_id", "title"]).select(
                "ticket_id", "title", "created_at", question=pl.lit("milestone"), target="milestone_id"
            ),
            named.join(of_projects, on=["source", "project", "title"]).select(
                "ticket_id", "title", "created_at", question=pl.lit("version"), target="milestone_id"
            ),
        ]
    )
    put_in = (
        changes.filter(pl.col("field").str.contains(_VERSION))
        .group_by("ticket_id", title="to_value")
        .agg(changed_at=pl.col("changed_at").max())
    )
    return joined.join(put_in, on=["ticket_id", "title"], how="left").with_columns(
        added_at=pl.coalesce("changed_at", "created_at")
    )


def _epics(forecast_tickets: pl.LazyFrame, tickets: pl.LazyFrame) -> pl.LazyFrame:
    parents = tickets.select("source", "key", target="ticket_id")
    return (
        forecast_tickets.filter(pl.col("parent_key").is_not_null())
        .join(parents, left_on=["source", "parent_key"], right_on=["source", "key"])
        .filter(pl.len().over("target") >= CHILDREN)
        .with_columns(question=pl.lit("epic"))
    )


def _told(
    tickets: pl.LazyFrame, milestones: pl.LazyFrame, sprints: pl.LazyFrame, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """What the tracker says of every target itself."""
    is_version = pl.col("repo_id").is_null()
    of_milestones = milestones.select(
        "title",
        "due_on",
        "closed_at",
        question=pl.when(is_version).then(pl.lit("version")).otherwise(pl.lit("milestone")),
        target="milestone_id",
        is_told_open=(pl.col("state") != "closed").fill_null(value=True),
    )
    of_sprints = sprints.select(
        question=pl.lit("sprint"),
        target="sprint_id",
        title="name",
        due_on=day(pl.col("ends_at"), zone),
        # The end of one that ends by itself is told before it begins: until then it is not open.
        closed_at=pl.when(pl.col("started_at") <= as_of).then("completed_at"),
        is_told_open=pl.col("state") == "active",
    )
    of_epics = tickets.select(
        "title",
        "due_on",
        question=pl.lit("epic"),
        target="ticket_id",
        closed_at="resolved_at",
        is_told_open=(pl.col("status_category") != "done").fill_null(pl.col("resolved_at").is_null()),
    )
    columns = [*TARGET, "title", "due_on", "closed_at", "is_told_open"]
    return pl.concat([part.select(columns) for part in (of_milestones, of_sprints, of_epics)])


def _growth(items: pl.LazyFrame) -> pl.LazyFrame:
    done = ~pl.col("is_open")
    counts = (
        # What was put in when it was finished already, as many do with versions, neither came in nor was done in it.
        items.filter(pl.col("is_open") | (pl.col("done_at") > pl.col("added_at")))
        .with_columns(begun_at=pl.col("done_at").min().over(TARGET))
        .group_by(TARGET)
        .agg(finished=done.sum(), added=(pl.col("added_at") > pl.col("begun_at")).sum())
    )
    finished, added = pl.col("finished"), pl.col("added")
    common = pl.when(finished.sum().over("question") >= COMMON_GROWTH).then(
        added.sum().over("question") / finished.sum().over("question")
    )
    own = pl.when(finished >= OWN_GROWTH).then(added / finished)
    return counts.select(*TARGET, growth=pl.coalesce(own, common))
