"""Who gets the credit for a commit: its author and its co-authors, in equal shares; programs get none."""

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

COMMIT = ["repo_id", "sha"]


class CommitCredits(Intermediate):
    """One row per commit and person who took part in it."""

    repo_id = col.key("Repository")
    sha = col.key("Commit")
    person_id = col.key_person("Person")
    weight = col.real("The person's share of the credit; the shares of a commit sum to 1")


@pipeline(CommitCredits)
def commit_credits(commits: pl.LazyFrame, commit_trailers: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """The credit for every commit, merges included."""
    authors = commits.select(*COMMIT, person_id="author_id")
    co_authors = commit_trailers.filter(pl.col("trailer") == "Co-authored-by").select(*COMMIT, "person_id")
    bots = people.filter(pl.col("is_bot")).select("person_id")
    return (
        pl.concat([authors, co_authors])
        .drop_nulls("person_id")
        .join(bots, on="person_id", how="anti")
        .unique()
        .with_columns(weight=1 / pl.len().over(COMMIT))
        .sort(*COMMIT, "person_id")
    )
