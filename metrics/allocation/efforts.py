"""What effort shows in: tickets finished, person-days in progress, commits, pull requests and reviews.

A person has one day a day: it is split evenly over the tickets that they hold and that are in progress. Tickets that
nobody holds take nobody's day, parents of other tickets none beside these. A review counts as what it reviews is, in
the teams of whoever gave it; a commit as the pull request that brought it, else as `unclassified`.

Misread: a ticket that was forgotten in progress takes its share of every day.
"""

from datetime import datetime

import polars as pl

from metrics.allocation.categories import UNCLASSIFIED
from metrics.clock import WorkingHours
from metrics.coordination.window import members_at
from metrics.expressions import day, months_ago, today
from metrics.nesting import with_teams_above
from metrics.registry import Intermediate, pipeline
from metrics.summary.observations import SCOPE
from warehouse.tables import columns as col

MONTHS = 24
"""How far back days are told, to the beginning of that month: older ones would cost more than they say."""
SHOWN = ("all", "service", "team")


def days_begin(as_of: datetime, zone: str) -> pl.Expr:
    """The first day that is told of what people had in progress; it begins a month, so that none is told in part."""
    return day(months_ago(as_of, MONTHS), zone).dt.truncate("1mo")


class PersonDays(Intermediate):
    """One row per ticket, person and working day on which that person had it in progress."""

    ticket_id = col.key("Ticket")
    person_id = col.key_person("Who held it")
    day = col.key_day("Day in the reporting zone")
    share = col.real("The part of the person's day: 1 / tickets that they had in progress")


class Efforts(Intermediate):
    """One row per effort and scope that it counts in: the whole, services and teams."""

    scope_kind = col.key("`all`, `service` or `team`")
    scope = col.key("`all`, or name of the service or team")
    weight = col.key("`items`, `person_days` or `activity`")
    item_id = col.key("The ticket; with its person and day; the commit, pull request or review")
    category = col.text("Kind of work")
    day = col.day("Day in the reporting zone")
    amount = col.real("How much it weighs")


@pipeline(PersonDays)
def person_days(
    tickets: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    holders: pl.LazyFrame,
    parent_scope: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    working_hours: WorkingHours,
) -> pl.LazyFrame:
    """Every such day of the last two years."""
    begun = (
        ticket_spans.filter(pl.col("started_at").is_not_null())
        .join(parent_scope, on="ticket_id", how="anti")
        .select("ticket_id", "started_at", "until")
    )
    first, last = pl.max_horizontal("held_from", "started_at"), pl.min_horizontal("held_until", "until")
    is_worked = (pl.col("day").dt.weekday() - 1).is_in(working_hours.workdays) & ~pl.col("day").is_in(
        working_hours.holidays
    )
    return (
        _held(tickets, holders)
        .join(people.filter(pl.col("kind") == "human"), on="person_id", how="semi")
        .join(begun, on="ticket_id")
        .with_columns(first=first, last=last)
        .filter(pl.col("last") > pl.col("first"))
        .with_columns(
            first=pl.max_horizontal(day(pl.col("first"), zone), days_begin(as_of, zone)),
            last=pl.min_horizontal(day(pl.col("last"), zone), today(as_of, zone)),
        )
        .filter(pl.col("last") >= pl.col("first"))
        .select("ticket_id", "person_id", day=pl.date_ranges("first", "last"))
        .explode("day")
        .filter(is_worked)
        .unique()
        .with_columns(share=1 / pl.len().over("person_id", "day"))
        .select(PersonDays.column_names())
        .sort(PersonDays.primary_key())
    )


def _held(tickets: pl.LazyFrame, holders: pl.LazyFrame) -> pl.LazyFrame:
    """`ticket_id`, `person_id`, `held_from` and `held_until`; without a history it is who has it now."""
    end = pl.col("held_from").shift(-1).over("ticket_id", order_by="held_from")
    told = holders.with_columns(held_until=end)
    untold = tickets.join(holders, on="ticket_id", how="anti").filter(pl.col("assignee_id").is_not_null())
    return pl.concat(
        [
            told.select("ticket_id", "person_id", "held_from", "held_until"),
            untold.select(
                "ticket_id", person_id="assignee_id", held_from="created_at", held_until=pl.lit(None, pl.Datetime("us"))
            ),
        ]
    )


@pipeline(Efforts)
def efforts(  # noqa: PLR0917 - one parameter a table
    ticket_spans: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_categories: pl.LazyFrame,
    person_days: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    pull_request_scopes: pl.LazyFrame,
    pull_request_categories: pl.LazyFrame,
    pull_request_commits: pl.LazyFrame,
    merged_commits: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    credit_scopes: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Every effort up to now under the whole and the teams that it counts in."""
    finished = ticket_spans.filter(pl.col("done_at") <= as_of).select(
        "ticket_id", item_id="ticket_id", day=day(pl.col("done_at"), zone), amount=1.0, weight=pl.lit("items")
    )
    worked = person_days.select(
        "ticket_id",
        "day",
        item_id=pl.format("{} {} {}", "ticket_id", "person_id", "day"),
        amount="share",
        weight=pl.lit("person_days"),
    )
    of_tickets = (
        pl.concat([part.select(*_COLUMNS, "ticket_id") for part in (finished, worked)])
        .join(ticket_categories, on="ticket_id")
        .join(ticket_scopes, on="ticket_id")
    )
    opened = pull_request_states.select("pr_id", item_id="pr_id", at="opened_at").join(pull_request_scopes, on="pr_id")
    columns = [*SCOPE, "pr_id", "item_id", "at"]
    of_services = (
        pull_request_remarks.filter("is_human", pl.col("what") == "review")
        .select("pr_id", "at", item_id="remark_id")
        .join(pull_request_scopes.filter(pl.col("scope_kind") == "service"), on="pr_id")
    )
    reviews = _reviews(pull_request_remarks, team_members, teams)
    of_requests = (
        pl.concat([part.select(columns) for part in (opened, reviews, of_services)])
        .filter(pl.col("at") <= as_of)
        .join(pull_request_categories, on="pr_id")
        .with_columns(day=day(pl.col("at"), zone), amount=1.0, weight=pl.lit("activity"))
    )
    of_commits = _commits(credit_scopes, pull_request_states, pull_request_commits, merged_commits).join(
        pull_request_categories, on="pr_id", how="left"
    )
    parts = [
        part.filter(pl.col("scope_kind").is_in(SHOWN)).select(*SCOPE, *_COLUMNS, "category")
        for part in (of_tickets, of_requests, of_commits)
    ]
    return (
        pl.concat(parts)
        .with_columns(category=pl.col("category").fill_null(UNCLASSIFIED))
        .select(Efforts.column_names())
        .sort(Efforts.primary_key())
    )


_COLUMNS = ("weight", "item_id", "day", "amount")


def _reviews(remarks: pl.LazyFrame, team_members: pl.LazyFrame, teams: pl.LazyFrame) -> pl.LazyFrame:
    """Every review by a human once in the whole, and in each team that its maker was in, whoever it was done for."""
    given = remarks.filter("is_human", pl.col("what") == "review").select(
        "pr_id", "person_id", "at", item_id="remark_id"
    )
    of_teams = with_teams_above(members_at(given, team_members, "person_id", "at"), teams)
    return pl.concat(
        [
            given.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all")),
            of_teams.with_columns(scope_kind=pl.lit("team"), scope=pl.col("team")).drop("team"),
        ]
    )


def _commits(credits_: pl.LazyFrame, states: pl.LazyFrame, own: pl.LazyFrame, merged: pl.LazyFrame) -> pl.LazyFrame:
    """Every commit of the default branch once in each scope, with the pull request that brought it, if one did."""
    key = ["repo_id", "sha"]
    brought = pl.concat(
        [
            own.join(states.select("pr_id", "repo_id"), on="pr_id").select(*key, "pr_id"),
            merged.drop_nulls("sha").select(*key, "pr_id"),
        ]
    )
    return (
        credits_.group_by(*SCOPE, *key)
        .agg(pl.col("day").first())
        .join(brought.group_by(key).agg(pl.col("pr_id").min()), on=key, how="left")
        .with_columns(item_id=pl.format("{}@{}", "repo_id", "sha"), amount=1.0, weight=pl.lit("activity"))
    )
