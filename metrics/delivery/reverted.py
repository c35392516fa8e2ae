"""What was taken back, and by what: commits that say so in git's sentence, and pull requests of the platform's button.

The button names the branch `revert-<number>-<branch>` and leaves git's sentence out when the commits are squashed.
What takes a revert back applies the change again: nothing failed by it, and it is left out.
"""

from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

_BUTTON = r"^revert-(\d+)-"


class RevertedChanges(Intermediate):
    """One row per commit of a repository and commit that takes it back."""

    repo_id = col.key("Repository")
    original_sha = col.key("The commit that was taken back")
    sha = col.key("The one that takes it back")
    reverted_at = col.instant("When that was applied")


@pipeline(RevertedChanges)
def reverted_changes(reverts: pl.LazyFrame, pull_requests: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Every change that was taken back up to `as_of`."""
    merged = pull_requests.filter(
        pl.col("state") == "merged", pl.col("merge_sha").is_not_null(), pl.col("merged_at") <= as_of
    )
    by_button = (
        merged.select(
            "repo_id",
            sha="merge_sha",
            reverted_at="merged_at",
            number=pl.col("head_branch").str.extract(_BUTTON).cast(pl.Int64, strict=False),
        )
        .join(merged.select("repo_id", "number", original_sha="merge_sha"), on=["repo_id", "number"])
        .select(RevertedChanges.column_names())
    )
    by_sentence = reverts.filter(
        pl.col("original_sha").is_not_null(), ~pl.col("is_reapplied").fill_null(value=False)
    ).select(RevertedChanges.column_names())
    found = pl.concat([by_sentence, by_button])
    reverting = pl.concat([reverts.select("repo_id", original_sha="sha"), found.select("repo_id", original_sha="sha")])
    return (
        found.join(reverting, on=["repo_id", "original_sha"], how="anti")
        .group_by(RevertedChanges.primary_key())
        .agg(pl.col("reverted_at").min())
        .sort(RevertedChanges.primary_key())
    )
