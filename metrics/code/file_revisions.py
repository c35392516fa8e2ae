"""Every change of every file on the default branch: the common ground of all that is computed from files.

Merges carry no changes of their own, renames are folded (see `file_identities`), and commits dated after `as_of` are
left out.
"""

from datetime import datetime

import polars as pl

from metrics.code.file_identities import newest_paths
from metrics.expressions import total
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

BULK = 30
"""A commit that touches more files tells nothing about what belongs together."""
FILE = ["repo_id", "path"]
COMMIT = ["repo_id", "sha"]


class FileRevisions(Intermediate):
    """One row per commit of the default branch and file, under the file's newest path; merges have none."""

    repo_id = col.key("Repository")
    sha = col.key("Commit")
    path = col.key("Newest path of the file")
    position = col.number("Place of the commit in the history of its repository, from 0")
    committed_at = col.instant("When the commit was applied")
    change = col.text("`A`, `M`, `D`, `R`, `C` or `T`")
    additions = col.number("Lines added; null for a binary file or while not counted")
    deletions = col.number("Lines deleted; null for a binary file or while not counted")
    file_class = col.text("Class of the file")
    is_counted = col.flag("Whether the file is people's work")
    is_alive = col.flag("Whether the file exists at the head")
    is_bulk = col.flag("Whether the commit touches more than 30 files")


@pipeline(FileRevisions)
def file_revisions(
    commit_files: pl.LazyFrame,
    main_commits: pl.LazyFrame,
    head_files: pl.LazyFrame,
    path_classes: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """The changes of files by the commits of the default branch up to `as_of`."""
    ordered = main_commits.filter(~pl.col("is_merge")).select(*COMMIT, "position", "committed_at")
    changes = commit_files.select(*COMMIT, "path", "old_path", "change", "additions", "deletions").join(
        ordered, on=COMMIT
    )
    folded = (
        newest_paths(changes, head_files)
        .filter(pl.col("committed_at") <= as_of)
        .group_by("repo_id", "position", path=pl.col("newest"))
        .agg(
            pl.col("sha", "committed_at").first(),
            change=pl.col("change").filter(pl.col("change") != "D").min().fill_null("D"),
            additions=total(pl.col("additions")),
            deletions=total(pl.col("deletions")),
        )
    )
    sizes = commit_files.group_by(COMMIT).agg(is_bulk=pl.len() > BULK)
    alive = head_files.select(*FILE, is_alive=True)
    return (
        folded.join(sizes, on=COMMIT)
        .join(path_classes.select(*FILE, "file_class", "is_counted"), on=FILE, how="left")
        .join(alive, on=FILE, how="left")
        .with_columns(pl.col("is_alive").fill_null(value=False))
        .select(FileRevisions.column_names())
        .sort("repo_id", "position", "path")
    )
