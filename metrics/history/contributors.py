"""Who came when, and who is still here.

Misread: the first commit in this repository is not the first day at work, and who stopped committing may be
reviewing.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import ACTIVE
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

COMMIT = ["repo_id", "sha"]
PERSON = ["repo_id", "person_id"]


class Contributors(Table):
    """One row per repository and person who took part in a commit of its default branch; bots left out."""

    repo_id = col.key("Repository")
    person_id = col.key_person("Person")
    first_at = col.instant("First commit")
    last_at = col.instant("Last commit")
    commits = col.number("Commits on the default branch without merges")
    commits_90d = col.number("Of these, in the last 90 days")
    is_active = col.flag("Whether the person was active anywhere in the last 90 days")


@pipeline(Contributors)
def contributors(
    main_commits: pl.LazyFrame, commit_credits: pl.LazyFrame, active_people: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """Everybody who took part in a repository, with the first and last commit."""
    at = pl.col("committed_at")
    return (
        main_commits.filter(~pl.col("is_merge"), at <= as_of)
        .join(commit_credits, on=COMMIT)
        .group_by(PERSON)
        .agg(first_at=at.min(), last_at=at.max(), commits=pl.len(), commits_90d=(at >= as_of - ACTIVE).sum())
        .join(active_people.select("person_id", "is_active"), on="person_id", how="left")
        .with_columns(pl.col("is_active").fill_null(value=False))
        .select(Contributors.column_names())
        .sort(PERSON)
    )
