"""The commit by which a merged pull request is found in what was deployed.

That which its merge made. Where it is not in the repository (a fast-forward makes none, and a default branch can be
written anew), the pull request's own last commit, as it is or as a rebase copied it: at the same instant written by the
same person. Patch ids, which would tell a copy for certain, are not collected.

Misread: where a squash was lost, nothing of the pull request can be found.
"""

from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

_COMMIT = ["repo_id", "sha"]


class MergedCommits(Intermediate):
    """One row per merged pull request."""

    pr_id = col.key("Pull request")
    repo_id = col.text("Repository")
    merged_at = col.instant("Merged")
    sha = col.text("The commit by which it is found; null where the platform names none and none is found")
    is_known = col.flag("Whether that commit is in the repository")
    is_on_main = col.flag("Whether it is on the default branch")


@pipeline(MergedCommits)
def merged_commits(
    pull_requests: pl.LazyFrame, pull_request_commits: pl.LazyFrame, commits: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """Every pull request merged up to `as_of` with its commit."""
    merged = pull_requests.filter(pl.col("state") == "merged", pl.col("merged_at") <= as_of).select(
        "pr_id", "repo_id", "merged_at", "merge_sha", "head_sha"
    )
    known = commits.select(*_COMMIT, is_known=pl.lit(value=True))
    lost = merged.join(known, left_on=["repo_id", "merge_sha"], right_on=_COMMIT, how="anti")
    there = commits.select(*_COMMIT, is_known=pl.lit(value=True), is_on_main=pl.col("on_default_branch"))
    return (
        merged.join(_found_again(lost, pull_request_commits, commits), on="pr_id", how="left")
        .with_columns(sha=pl.coalesce("found_sha", "merge_sha"))
        .join(there, on=_COMMIT, how="left")
        .with_columns(pl.col("is_known", "is_on_main").fill_null(value=False))
        .select(MergedCommits.column_names())
        .sort("pr_id")
    )


def _found_again(lost: pl.LazyFrame, own: pl.LazyFrame, commits: pl.LazyFrame) -> pl.LazyFrame:
    """The last own commit of each pull request, or its only copy, on the default branch."""
    main = commits.filter("on_default_branch", ~pl.col("is_merge").fill_null(value=False))
    written = ["repo_id", "author_id", "authored_at"]
    copies = main.group_by(written).agg(copy_sha=pl.when(pl.len() == 1).then(pl.col("sha").first()))
    last = (
        lost.join(own, on="pr_id", how="left")
        .sort("pr_id", pl.col("sha") == pl.col("head_sha"), "committed_at", "sha", nulls_last=False)
        .group_by("pr_id", maintain_order=True)
        .agg(pl.col("repo_id", "author_id", "authored_at", "sha", "head_sha").last())
        .with_columns(own_sha=pl.coalesce("head_sha", "sha"))
        # Of another one than the last, a copy would say nothing.
        .with_columns(authored_at=pl.when(pl.col("own_sha") == pl.col("sha")).then("authored_at"))
    )
    return (
        last.join(
            main.select("repo_id", own_sha="sha", is_there=pl.lit(value=True)), on=["repo_id", "own_sha"], how="left"
        )
        .join(copies, on=written, how="left")
        .select("pr_id", found_sha=pl.when(pl.col("is_there")).then("own_sha").otherwise("copy_sha"))
        .drop_nulls("found_sha")
    )
