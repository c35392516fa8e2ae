"""What is known of each person when a reviewer is looked for: traces in files, last seen when, reviews owed.

Everything is dated, so that a suggestion can be made as of any day in the past, from what was known then.
"""

from datetime import datetime

import polars as pl

from metrics.code.file_revisions import BULK
from metrics.expressions import parent_folder
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

COMMIT = ["repo_id", "sha"]


class FileTraces(Intermediate):
    """One row per person and change or review of a file; bulk changes and programs left out."""

    repo_id = col.key("Repository")
    path = col.key("Path of the file")
    folder = col.text("The folder that it lies in; empty at the root")
    person_id = col.key_person("Who changed or reviewed it")
    origin = col.key("The commit, or the pull request that was reviewed")
    is_review = col.flag("Whether it was a review; else a change")
    at = col.instant("When")


class PersonSightings(Intermediate):
    """One row per person and instant at which they committed, reviewed or commented, anywhere."""

    person_id = col.key_person("Person")
    at = col.key_instant("When")


class OwedReviews(Intermediate):
    """One row per request for a review by a person, and how long it was owed."""

    pr_id = col.key("Pull request")
    person_id = col.key_person("Who was asked")
    requested_at = col.key_instant("When")
    settled_at = col.instant("When they answered, were let off, or the pull request ended; null while they owe it")


@pipeline(FileTraces)
def file_traces(  # noqa: PLR0917 - one for each table that it reads
    file_revisions: pl.LazyFrame,
    commit_credits: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    pull_request_files: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    people: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every trace that people left in files."""
    changes = (
        file_revisions.filter(pl.col("is_counted"), ~pl.col("is_bulk"))
        .join(commit_credits.select(*COMMIT, "person_id"), on=COMMIT)
        .select("repo_id", "path", "person_id", is_review=pl.lit(value=False), origin="sha", at="committed_at")
    )
    small = pull_request_files.filter(pl.len().over("pr_id") <= BULK).select("pr_id", "path")
    reviews = (
        pull_request_remarks.filter(pl.col("is_answer"))
        .drop_nulls("person_id")
        .group_by("pr_id", "person_id")
        .agg(at=pl.col("at").min())
        .join(small, on="pr_id")
        .join(pull_request_states.select("pr_id", "repo_id"), on="pr_id")
        .select("repo_id", "path", "person_id", is_review=pl.lit(value=True), origin="pr_id", at="at")
    )
    programs = people.filter(pl.col("kind") != "human").select("person_id")
    return (
        pl.concat([changes, reviews])
        .join(programs, on="person_id", how="anti")
        .with_columns(folder=parent_folder(pl.col("path")))
        .select(FileTraces.column_names())
        .sort(FileTraces.primary_key())
    )


@pipeline(PersonSightings)
def person_sightings(
    commits: pl.LazyFrame, commit_credits: pl.LazyFrame, pull_request_remarks: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """Every sighting up to `as_of`."""
    written = commits.select(*COMMIT, at=pl.coalesce("authored_at", "committed_at")).join(commit_credits, on=COMMIT)
    return (
        pl.concat(
            [
                written.select("person_id", "at"),
                pull_request_remarks.filter(pl.col("is_human") | pl.col("is_author")).select("person_id", "at"),
            ]
        )
        .drop_nulls()
        .filter(pl.col("at") <= as_of)
        .unique()
        .sort("person_id", "at")
    )


@pipeline(OwedReviews)
def owed_reviews(
    pull_request_states: pl.LazyFrame,
    pull_request_events: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """Every request up to `as_of`; one that is repeated before it was answered is owed from the first on."""
    events = pull_request_events.filter(pl.col("occurred_at") <= as_of, pl.col("subject_id").is_not_null()).select(
        "pr_id", "kind", person_id="subject_id", at="occurred_at"
    )
    requests = events.filter(pl.col("kind") == "review_requested").select("pr_id", "person_id", requested_at="at")
    requests = requests.unique()
    ended = pull_request_states.select("pr_id", at="closed_at").drop_nulls("at")
    settling = pl.concat(
        [
            events.filter(pl.col("kind") == "review_request_removed").select("pr_id", "person_id", "at"),
            pull_request_remarks.filter(pl.col("is_answer")).select("pr_id", "person_id", "at"),
            requests.select("pr_id", "person_id").unique().join(ended, on="pr_id").select("pr_id", "person_id", "at"),
        ]
    )
    settled = (
        requests.join(settling, on=["pr_id", "person_id"])
        .filter(pl.col("at") >= pl.col("requested_at"))
        .group_by("pr_id", "person_id", "requested_at")
        .agg(settled_at=pl.col("at").min())
    )
    return (
        requests.join(settled, on=["pr_id", "person_id", "requested_at"], how="left")
        .select(OwedReviews.column_names())
        .sort(OwedReviews.primary_key())
    )
