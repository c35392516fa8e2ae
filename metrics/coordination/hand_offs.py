"""Tickets that go from one person to another, and how long they lie there.

A hand-off is a change of the assignee from one person to another. Whoever held the ticket for under 10 minutes did not
hold it: a slip of the hand, or a lead who passes it on. It waits until the new assignee, or somebody of their team,
does something to it. It is ping-pong where it goes back to the person from whom it came.

Misread: a hand-off is no waste where the next step is another craft; what counts is how long nothing happens after it.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.clock import WorkingHours, working_seconds
from metrics.coordination.window import members_at
from metrics.expressions import seconds_between
from metrics.registry import Intermediate, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

SLIP = timedelta(minutes=10)


class Holders(Intermediate):
    """One row per ticket and time that a person was assigned to it for 10 minutes or more."""

    ticket_id = col.key("Ticket")
    held_from = col.key_instant("Since when")
    person_id = col.person("Who")


class HandOffs(Table):
    """One row per change of a ticket's assignee from one person to another."""

    ticket_id = col.key("Ticket")
    handed_at = col.key_instant("When")
    from_person_id = col.person("Who had it")
    to_person_id = col.person("Who got it")
    from_team = col.text("Team of the first at the time, the first by name where there are several")
    to_team = col.text("Team of the second, likewise; the same where they have one in common")
    is_between_teams = col.flag("Whether the teams differ; null where one of them is in no team")
    is_ping_pong = col.flag("Whether it goes back to the person from whom the first had got it")
    acted_at = col.instant("First doing of the new team or person in the ticket after that; null while there is none")
    wait_seconds = col.real("How long that took")
    wait_working_seconds = col.real("The part of it in working hours")
    wait_reason = col.text("Why these are null: `no_action`")


@pipeline(Holders)
def holders(
    tickets: pl.LazyFrame,
    ticket_field_changes: pl.LazyFrame,
    identities: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """Who had each ticket, in order; a person who got it twice in a row had it once."""
    changes = (
        ticket_field_changes.filter(pl.col("field") == "assignee", pl.col("changed_at") <= as_of)
        .select("ticket_id", "change_id", "changed_at", "from_value", "to_value")
        .join(tickets.select("ticket_id", "source", "created_at"), on="ticket_id")
        .sort("ticket_id", "changed_at", "change_id")
    )
    is_first = (pl.col("ticket_id") != pl.col("ticket_id").shift(1)).fill_null(value=True)
    given = pl.concat(
        [
            # Who had it from the beginning shows by losing it.
            changes.filter(is_first).select(
                "ticket_id", "change_id", "source", held_from="created_at", value="from_value"
            ),
            changes.select("ticket_id", "change_id", "source", held_from="changed_at", value="to_value"),
        ]
    ).filter(pl.col("value").is_not_null())
    until = pl.col("held_from").shift(-1).over("ticket_id")
    before = pl.col("person_id").shift(1).over("ticket_id")
    return (
        given.join(_names(identities), on=["source", "value"])
        .sort("ticket_id", "held_from", "change_id")
        .filter(until.is_null() | (until - pl.col("held_from") >= SLIP))
        .filter(before.is_null() | (before != pl.col("person_id")))
        .unique(["ticket_id", "held_from"], keep="last", maintain_order=True)
        .select(Holders.column_names())
        .sort(Holders.primary_key())
    )


def _names(identities: pl.LazyFrame) -> pl.LazyFrame:
    """Whom a tracker means by a value: an id of its own, else a login, else a name that one person has."""
    native = pl.col("identity_id").str.strip_prefix(pl.col("source") + ":")
    known = identities.filter(pl.col("person_id").is_not_null())
    ways = [
        known.select("source", "person_id", value=value, order=pl.lit(order))
        for order, value in enumerate((native, pl.col("account"), pl.col("name")))
    ]
    return (
        pl.concat(ways)
        .drop_nulls("value")
        .group_by("source", "value", "order")
        .agg(pl.col("person_id").min(), people=pl.col("person_id").n_unique())
        .filter(pl.col("people") == 1)
        .sort("source", "value", "order")
        .unique(["source", "value"], keep="first", maintain_order=True)
        .select("source", "value", "person_id")
    )


@pipeline(HandOffs)
def hand_offs(
    holders: pl.LazyFrame,
    ticket_changes: pl.LazyFrame,
    comments: pl.LazyFrame,
    team_members: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
    working_hours: WorkingHours,
) -> pl.LazyFrame:
    """Every hand-off between people."""
    programs = people.filter(pl.col("kind") != "human").select("person_id")
    ordered = holders.join(programs, on="person_id", how="anti").sort("ticket_id", "held_from")
    of_ticket = {f"back_{steps}": pl.col("person_id").shift(steps).over("ticket_id") for steps in (1, 2)}
    handed = (
        ordered.with_columns(**of_ticket)
        .filter(pl.col("back_1").is_not_null(), pl.col("back_1") != pl.col("person_id"))
        .select(
            "ticket_id",
            handed_at="held_from",
            from_person_id="back_1",
            to_person_id="person_id",
            is_ping_pong=(pl.col("back_2") == pl.col("person_id")).fill_null(value=False),
        )
    )
    key = ["ticket_id", "handed_at"]
    since = seconds_between(pl.col("handed_at"), pl.col("acted_at"))
    return (
        handed.join(_teams(handed, team_members), on=key, how="left")
        .join(_acted(handed, ticket_changes, comments, team_members, as_of), on=key, how="left")
        .with_columns(
            is_between_teams=pl.col("from_team") != pl.col("to_team"),
            wait_seconds=since,
            wait_working_seconds=working_seconds(pl.col("handed_at"), pl.col("acted_at"), working_hours),
            wait_reason=pl.when(pl.col("acted_at").is_null()).then(pl.lit("no_action")),
        )
        .select(HandOffs.column_names())
        .sort(HandOffs.primary_key())
    )


def _teams(handed: pl.LazyFrame, team_members: pl.LazyFrame) -> pl.LazyFrame:
    """`from_team` and `to_team` of every hand-off: one that both are in, else the first by name of each."""
    key = ["ticket_id", "handed_at"]
    had = members_at(handed.select(*key, "from_person_id"), team_members, "from_person_id", "handed_at")
    got = members_at(handed.select(*key, "to_person_id"), team_members, "to_person_id", "handed_at")
    both = had.join(got, on=[*key, "team"], how="inner").group_by(key).agg(common=pl.col("team").min())
    return (
        handed.select(key)
        .join(had.group_by(key).agg(first=pl.col("team").min()), on=key, how="left")
        .join(got.group_by(key).agg(second=pl.col("team").min()), on=key, how="left")
        .join(both, on=key, how="left")
        .select(*key, from_team=pl.coalesce("common", "first"), to_team=pl.coalesce("common", "second"))
    )


def _acted(
    handed: pl.LazyFrame,
    changes: pl.LazyFrame,
    comments: pl.LazyFrame,
    team_members: pl.LazyFrame,
    as_of: datetime,
) -> pl.LazyFrame:
    """When somebody who was meant first did something after each hand-off."""
    key = ["ticket_id", "handed_at"]
    done = pl.concat(
        [
            changes.select("ticket_id", person_id="actor_id", at="changed_at"),
            comments.select("ticket_id", person_id="author_id", at="created_at"),
        ]
    ).drop_nulls()
    teams = members_at(handed.select(*key, "to_person_id"), team_members, "to_person_id", "handed_at")
    others = members_at(
        teams.select(*key, "team").join(team_members.select("team", "person_id").unique(), on="team").drop("team"),
        team_members,
        "person_id",
        "handed_at",
    )
    meant_ones = pl.concat(
        [
            handed.select(*key, person_id="to_person_id"),
            others.join(teams.select(*key, "team"), on=[*key, "team"], how="semi").select(*key, "person_id"),
        ]
    ).unique()
    return (
        meant_ones.join(done, on=["ticket_id", "person_id"])
        # The change of the assignee itself is the hand-off, whoever made it.
        .filter(pl.col("at") > pl.col("handed_at"), pl.col("at") <= as_of)
        .group_by(key)
        .agg(acted_at=pl.col("at").min())
    )
