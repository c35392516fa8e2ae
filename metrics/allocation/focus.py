"""How many things a person turns to in a week: the tickets and repositories in which they did something.

A ticket is touched by changing or commenting it, or by opening a pull request that serves it; a repository by a commit
on its default branch, by opening a pull request or by a review.

Misread: a lead or reviewer touches much by the nature of the work. Look at how it changes, not at how high it is.
"""

from datetime import datetime

import polars as pl

from metrics.allocation.enough_people import of_enough_people
from metrics.coordination.window import members_at
from metrics.expressions import day, today
from metrics.nesting import with_teams_above
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, in_periods, percentile
from warehouse.tables import Table
from warehouse.tables import columns as col


class Focus(Table):
    """One row per person and week in which they touched something."""

    person_id = col.key_person("Person")
    week = col.key_day("Monday of the week in the reporting zone")
    tickets = col.number("Tickets that they touched")
    repositories = col.number("Repositories that they touched")


@pipeline(Focus)
def focus(  # noqa: PLR0917 - one parameter a table
    ticket_changes: pl.LazyFrame,
    comments: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    pull_request_tickets: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    credit_scopes: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """What every person touched in every week up to now."""
    opened = pull_request_states.select("pr_id", "repo_id", person_id="author_id", at="opened_at")
    reviewed = (
        pull_request_remarks.filter(pl.col("what") == "review")
        .join(pull_request_states.select("pr_id", "repo_id"), on="pr_id")
        .select("repo_id", "person_id", "at")
    )
    of_tickets = pl.concat(
        [
            ticket_changes.select("ticket_id", person_id="actor_id", at="changed_at"),
            comments.drop_nulls("ticket_id").select("ticket_id", person_id="author_id", at="created_at"),
            opened.join(pull_request_tickets, on="pr_id").select("ticket_id", "person_id", "at"),
        ]
    ).select("person_id", "at", ticket="ticket_id")
    of_requests = pl.concat([opened.select("repo_id", "person_id", "at"), reviewed]).select(
        "person_id", "at", repository="repo_id"
    )
    dated = (
        pl.concat([of_tickets, of_requests], how="diagonal")
        .filter(pl.col("at") <= as_of)
        .with_columns(day=day(pl.col("at"), zone))
        .drop("at")
    )
    commits = credit_scopes.filter(pl.col("scope_kind") == "all").select("person_id", "day", repository="repo_id")
    humans = people.filter(pl.col("kind") == "human")
    return (
        pl.concat([dated, commits], how="diagonal")
        .join(humans, on="person_id", how="semi")
        .group_by("person_id", week=pl.col("day").dt.truncate("1w"))
        .agg(
            tickets=pl.col("ticket").drop_nulls().n_unique(), repositories=pl.col("repository").drop_nulls().n_unique()
        )
        .select(Focus.column_names())
        .sort(Focus.primary_key())
    )


@pipeline(Observations)
def focus_figures(
    focus: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Observations of how many tickets and repositories people touched in the weeks that began in the period."""
    # A week that goes on would look quieter than it will be.
    is_over = pl.col("week").dt.offset_by("1w") <= today(as_of, zone)
    weeks = focus.filter(is_over).with_columns(day=pl.col("week"), at=pl.col("week").cast(pl.Datetime("us")))
    of_teams = with_teams_above(members_at(weeks, team_members, "person_id", "at"), teams)
    items = in_periods(
        pl.concat(
            [
                weeks.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all")),
                of_teams.with_columns(scope_kind=pl.lit("team"), scope=pl.col("team")).drop("team"),
            ]
        ),
        as_of=as_of,
        zone=zone,
    )
    shown = calendar.filter(pl.col("scope_kind").is_in(["all", "team"]))

    def touched(metric: str, column: str) -> pl.LazyFrame:
        any_ = items.filter(pl.col(column) > 0)
        return of_enough_people(percentile(shown, any_, metric, column, unit="count"), any_, minimum_group)

    figures = [touched("tickets_touched", "tickets"), touched("repositories_touched", "repositories")]
    return pl.concat(figures).sort(Observations.primary_key())


METRICS = (
    Metric(
        name="tickets_touched",
        title="Tickets touched in a week",
        unit="count",
        direction="lower",
        responsibility="allocation",
        definition=(
            "Median number of tickets that a person changed, commented or opened a pull request for in a week, of the "
            "weeks that began in the period and in which they touched any; null for fewer than 5 person-weeks."
        ),
        table="focus",
        inputs=("ticket_changes", "comments", "pull_requests", "pull_request_tickets", "people", "team_members"),
        exclusions=(
            "Programs; weeks in which a person touched no ticket; the week that goes on; periods of fewer people than "
            "`[privacy] minimum_group`."
        ),
        pitfalls="Who plans or triages touches many by the nature of the work: look at the change, not at the height.",
        source="leadline",
    ),
    Metric(
        name="repositories_touched",
        title="Repositories touched in a week",
        unit="count",
        direction="neutral",
        responsibility="allocation",
        definition=(
            "Median number of repositories in which a person committed, opened a pull request or reviewed in a week, "
            "of the weeks that began in the period and in which they did; null for fewer than 5 person-weeks."
        ),
        table="focus",
        inputs=("commits", "pull_requests", "reviews", "people", "team_members"),
        exclusions=(
            "Programs; commits on other branches than the default one; the week that goes on; periods of fewer people "
            "than `[privacy] minimum_group`."
        ),
        pitfalls="Many small repositories make many of these without any switching between tasks.",
        source="leadline",
    ),
)
