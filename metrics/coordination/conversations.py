"""Who talked to whom in the last 90 days, as far as it left a trace.

Two people talked where one reviewed or commented on the other's pull request, where both said something on the same
pull request or ticket, or where they share the credit for a commit (`Co-authored-by`, or `Reviewed-by` of the one who
reviewed it).

Misread: who sits at one table, or writes in a chat, leaves no trace here. That is why people of one team are kept apart
from people of different teams.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.matrices import entries, meetings
from metrics.coordination.window import recent
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

COMMIT = ["repo_id", "sha"]


class Voices(Intermediate):
    """One row per human and place in which they took part in the last 90 days."""

    place = col.key("Id of the pull request, ticket or commit")
    person_id = col.key_person("Who took part")


class Conversations(Intermediate):
    """One row per pair of people who met in at least one place: C_A above its diagonal."""

    person_a = col.key_person("The person whose id sorts first")
    person_b = col.key_person("The other person")
    places = col.number("Pull requests, tickets and commits in which they met")


@pipeline(Voices)
def voices(  # noqa: PLR0917 - one parameter a table
    pull_request_remarks: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    comments: pl.LazyFrame,
    tickets: pl.LazyFrame,
    commits: pl.LazyFrame,
    commit_credits: pl.LazyFrame,
    commit_trailers: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """The voices in every place; the author of a pull request is one as soon as somebody else speaks."""
    said = pull_request_remarks.filter(recent(pl.col("at"), as_of))
    remarks = said.select("person_id", place="pr_id")
    authors = pull_request_states.join(said.filter("is_human"), on="pr_id", how="semi").select(
        person_id="author_id", place="pr_id"
    )
    talks = comments.filter(recent(pl.col("created_at"), as_of)).select(person_id="author_id", place="ticket_id")
    reports = tickets.filter(recent(pl.col("created_at"), as_of)).select(person_id="reporter_id", place="ticket_id")
    written = commits.filter(recent(pl.coalesce("committed_at", "authored_at"), as_of)).select(
        *COMMIT, place=pl.format("{}@{}", "repo_id", "sha")
    )
    reviewed = commit_trailers.filter(pl.col("trailer") == "Reviewed-by").select(*COMMIT, "person_id")
    credited = written.join(pl.concat([commit_credits.select(*COMMIT, "person_id"), reviewed]), on=COMMIT)
    humans = people.filter(pl.col("kind") == "human").select("person_id")
    everything = [part.select("place", "person_id") for part in (remarks, authors, talks, reports, credited)]
    return (
        pl.concat(everything).drop_nulls().join(humans, on="person_id", how="semi").unique().sort("place", "person_id")
    )


@pipeline(Conversations)
def conversations(voices: pl.LazyFrame) -> pl.LazyFrame:
    """Every pair that met."""
    met = voices.filter(pl.len().over("place") > 1).with_columns(
        person=pl.col("person_id").rank("dense") - 1, number=pl.col("place").rank("dense") - 1
    )
    people = met.select("person_id", person=pl.col("person").cast(pl.UInt32)).unique()
    return (
        meetings(entries(met, "presence", "person", "number"))
        .join(people.rename({"person": "row", "person_id": "person_a"}), on="row")
        .join(people.rename({"person": "column", "person_id": "person_b"}), on="column")
        .select("person_a", "person_b", places="value")
        .sort("person_a", "person_b")
    )
