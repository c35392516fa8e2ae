"""The commits of the default branch, in an order that a history can be folded in.

Clocks are wrong now and then, and a rebase gives a whole series the same second. So a commit never comes before its
first parent: it is ordered by the latest date among itself and its first parents, then by how many of these it has.
Both are found for all commits at once by pointer doubling: every round doubles how far back each commit looks.
"""

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

ROUNDS = 21
"""Enough for two million commits in one line of first parents."""
KEY = ["repo_id", "sha"]


class MainCommits(Intermediate):
    """One row per commit that the default branch reaches."""

    repo_id = col.key("Repository")
    sha = col.key("Commit")
    position = col.number("Place in the history of the repository, from 0")
    committed_at = col.instant("When it was applied; when it was written where that is unknown")
    is_merge = col.flag("Whether it has more than one parent")


@pipeline(MainCommits)
def main_commits(commits: pl.LazyFrame, commit_parents: pl.LazyFrame) -> pl.LazyFrame:
    """The commits of the default branch with their place in history."""
    numbered = (
        commits.filter(pl.col("on_default_branch"))
        .select(*KEY, "is_merge", "authored_at", committed_at=pl.coalesce("committed_at", "authored_at"))
        .sort(KEY)
        .with_row_index("number")
    )
    first_parents = commit_parents.filter(pl.col("position") == 0).select(*KEY, "parent_sha")
    linked = (
        numbered.join(first_parents, on=KEY, how="left")
        .join(
            numbered.select("repo_id", parent_sha="sha", up="number"),
            on=["repo_id", "parent_sha"],
            how="left",
        )
        .sort("number")
        .with_columns(
            depth=pl.col("up").is_not_null().cast(pl.UInt32),
            up=pl.coalesce("up", "number"),
            latest=pl.col("committed_at").fill_null(pl.datetime(1970, 1, 1)),
        )
    )
    for _ in range(ROUNDS):
        linked = linked.with_columns(
            latest=pl.max_horizontal("latest", pl.col("latest").gather("up")),
            depth=pl.col("depth") + pl.col("depth").gather("up"),
            up=pl.col("up").gather("up"),
        )
    return (
        linked.sort("repo_id", "latest", "depth", "authored_at", "sha", nulls_last=False)
        .with_columns(position=pl.int_range(pl.len(), dtype=pl.Int64).over("repo_id"))
        .select(MainCommits.column_names())
        .sort(KEY)
    )
