"""What the figures of coordination have in common: the 90 days that they look at, and who is in which team.

A person in two teams belongs to both. A team with fewer members than may be reported on is not shown: neither its
figures nor those of any pair that it is one of.
"""

from datetime import datetime, timedelta

import polars as pl

WINDOW = timedelta(days=90)
TOO_SMALL = "group_too_small"
NOT_COLLECTED = "no_conversations"
"""Why nobody can say who talks: no reviews and no comments were collected."""


def recent(at: pl.Expr, as_of: datetime) -> pl.Expr:
    """Whether an instant lies in the last 90 days."""
    return (at > as_of - WINDOW) & (at <= as_of)


def members_at(people: pl.LazyFrame, team_members: pl.LazyFrame, person: str, at: str) -> pl.LazyFrame:
    """The rows of `people` once for each `team` that the person was in at the time."""
    instant = pl.col(at)
    spans = team_members.select("team", "valid_from", "valid_to", pl.col("person_id").alias(person))
    return (
        people.join(spans, on=person)
        .filter(instant >= pl.col("valid_from"), pl.col("valid_to").is_null() | (instant < pl.col("valid_to")))
        .drop("valid_from", "valid_to")
        .unique()
    )


def members_now(team_members: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`team` and `person_id` of those who are members now."""
    until = pl.col("valid_to")
    return (
        team_members.filter(pl.col("valid_from") <= as_of, until.is_null() | (until > as_of))
        .select("team", "person_id")
        .unique()
    )


def sizes(members: pl.LazyFrame, minimum_group: int) -> pl.LazyFrame:
    """`team`, `members` and `is_shown` of every team that has members."""
    return members.group_by("team").agg(members=pl.len()).with_columns(is_shown=pl.col("members") >= minimum_group)


def with_teams(pairs: pl.LazyFrame, members: pl.LazyFrame) -> pl.LazyFrame:
    """Pairs of `person_a` and `person_b` once for each pair of teams that they stand for, `team_a` the first by name.

    Two people of one team stand for that team alone, whatever other teams they are in; who is in no team is left out.
    """
    first = members.rename({"person_id": "person_a"})
    second = members.rename({"person_id": "person_b"})
    same = pairs.join(first, on="person_a").join(second, on=["person_b", "team"])
    across = (
        pairs.join(same.select("person_a", "person_b"), on=["person_a", "person_b"], how="anti")
        .join(first, on="person_a")
        .join(second, on="person_b", suffix="_other")
    )
    ends = ("team", "team_other")
    both = [
        same.with_columns(team_other="team", shares_team=pl.lit(value=True)),
        across.with_columns(shares_team=pl.lit(value=False)),
    ]
    return (
        pl.concat(both, how="diagonal")
        .with_columns(team_a=pl.min_horizontal(ends), team_b=pl.max_horizontal(ends))
        .drop(ends)
    )
