"""When each person was last seen, anywhere: as author or co-author of a commit, or as a reviewer."""

from datetime import datetime

import polars as pl

from metrics.expressions import ACTIVE
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col


class ActivePeople(Intermediate):
    """One row per person who ever did something; bots left out."""

    person_id = col.key_person("Person")
    last_active_at = col.instant("Last commit written on any branch, or last review")
    is_active = col.flag("Whether that is at most 90 days ago")


@pipeline(ActivePeople)
def active_people(
    commits: pl.LazyFrame,
    commit_trailers: pl.LazyFrame,
    reviews: pl.LazyFrame,
    comments: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """When each person was last active up to `as_of`."""
    written = commits.select("repo_id", "sha", "author_id", at=pl.coalesce("authored_at", "committed_at"))
    named = commit_trailers.filter(pl.col("trailer").is_in(["Co-authored-by", "Reviewed-by"]))
    seen = pl.concat(
        [
            written.select("at", person_id="author_id"),
            named.join(written, on=["repo_id", "sha"]).select("at", "person_id"),
            reviews.select(at="submitted_at", person_id="reviewer_id"),
            comments.select(at="created_at", person_id="author_id"),
        ]
    )
    bots = people.filter(pl.col("is_bot")).select("person_id")
    return (
        seen.drop_nulls()
        .filter(pl.col("at") <= as_of)
        .join(bots, on="person_id", how="anti")
        .group_by("person_id")
        .agg(last_active_at=pl.col("at").max())
        .with_columns(is_active=pl.col("last_active_at") >= as_of - ACTIVE)
        .sort("person_id")
    )
