"""Who has to coordinate with whom, because of the files that they change (Cataldo, Wagstrom, Herbsleb, Carley 2006).

C_R = T_A · T_D · T_Aᵀ. T_A: how many commits of the last 90 days by a person changed a file. T_D: how many commits
changed two files together, over the life of the repository and within the limits of change coupling (commits of at
most 30 files; 5 shared commits, 5 on average, degree 30); 1 on the diagonal.

Misread: two people who changed one file months after each other need to talk less than the number says; and it knows
only of work that is in the code.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.matrices import entries, requirements
from metrics.coordination.window import recent
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]
COMMIT = ["repo_id", "sha"]


class RecentWork(Intermediate):
    """One row per person and file that they changed in the last 90 days: T_A. Bulk changes and programs left out."""

    person_id = col.key_person("Person")
    repo_id = col.key("Repository")
    path = col.key("Newest path of the file")
    changes = col.number("Commits, co-authored ones included")
    person = col.number("Number of the person in the matrices")
    file = col.number("Number of the file in the matrices")


class FileTies(Intermediate):
    """One row per pair of these files that keep changing together: one side of T_D."""

    file_a = col.key_number("Number of the file whose path sorts first")
    file_b = col.key_number("Number of the other file")
    shared = col.number("Commits with both")


class CoordinationRequirements(Intermediate):
    """One row per pair of people whose work depends on each other: C_R above its diagonal."""

    person_a = col.key_person("The person whose id sorts first")
    person_b = col.key_person("The other person")
    strength = col.real("The entry of C_R")


@pipeline(RecentWork)
def recent_work(file_revisions: pl.LazyFrame, commit_credits: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The changes of every person, with people and files numbered in the order of their ids."""
    return (
        file_revisions.filter(pl.col("is_counted"), ~pl.col("is_bulk"), recent(pl.col("committed_at"), as_of))
        .select(*COMMIT, "path")
        .join(commit_credits.select(*COMMIT, "person_id"), on=COMMIT)
        .group_by("person_id", *FILE)
        .agg(changes=pl.len())
        .with_columns(
            person=pl.col("person_id").rank("dense") - 1,
            file=pl.struct(FILE).rank("dense") - 1,
        )
        .select(RecentWork.column_names())
        .sort(RecentWork.primary_key())
    )


@pipeline(FileTies)
def file_ties(recent_work: pl.LazyFrame, change_coupling: pl.LazyFrame) -> pl.LazyFrame:
    """The coupled pairs of files of which both were changed in the last 90 days."""
    files = recent_work.select(*FILE, "file").unique()
    first = files.rename({"path": "path_a", "file": "file_a"})
    second = files.rename({"path": "path_b", "file": "file_b"})
    return (
        change_coupling.select("repo_id", "path_a", "path_b", "shared")
        .join(first, on=["repo_id", "path_a"])
        .join(second, on=["repo_id", "path_b"])
        .select(FileTies.column_names())
        .sort(FileTies.primary_key())
    )


@pipeline(CoordinationRequirements)
def coordination_requirements(recent_work: pl.LazyFrame, file_ties: pl.LazyFrame) -> pl.LazyFrame:
    """Every pair with a requirement."""
    people = recent_work.select("person_id", "person").unique()
    return (
        requirements(work_entries(recent_work), tie_entries(file_ties))
        .join(people.select(row=pl.col("person").cast(pl.UInt32), person_a="person_id"), on="row")
        .join(people.select(column=pl.col("person").cast(pl.UInt32), person_b="person_id"), on="column")
        # People are numbered in the order of their ids; sorting a million pairs by number is much faster.
        .sort("row", "column")
        .select("person_a", "person_b", strength="value")
    )


def work_entries(recent_work: pl.LazyFrame) -> pl.LazyFrame:
    """T_A."""
    return entries(recent_work, "work", "person", "file", "changes")


def tie_entries(file_ties: pl.LazyFrame) -> pl.LazyFrame:
    """T_D without its diagonal, on one side of it."""
    return entries(file_ties, "ties", "file_a", "file_b", "shared")
