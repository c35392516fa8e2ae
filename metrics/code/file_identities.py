"""One identity for a file through all its renames: the newest path.

A change of path `p` belongs to where the next later rename away from `p` leads, and from there on to the next, until
no rename follows. Renames only ever lead to later ones, so `a -> b -> a` ends, and a path that is used again after a
rename is a new file; one that is deleted and comes back is the same. All chains are followed at once by pointer
doubling.

A change of a path that was renamed away before and is gone came from a branch that had not seen the rename yet: it
goes where the last rename away from it leads.
"""

import polars as pl

ROUNDS = 16
"""Enough for chains of 65,536 renames."""


def newest_paths(changes: pl.LazyFrame, head: pl.LazyFrame) -> pl.LazyFrame:
    """The changes with their file's newest path in `newest`.

    `changes` has repo_id, path, old_path, change and position (the place of the commit in its repository); `head`
    has the repo_id and path of the files that exist.
    """
    renames = _renames(changes)
    ends = renames.select("rename", "newest")
    later = renames.select("repo_id", "position", path="old_path", later="newest")
    return (
        changes.sort("position")
        .join_asof(
            later.sort("position"),
            on="position",
            by=["repo_id", "path"],
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .join_asof(
            _comings_and_goings(changes, renames).sort("position"),
            on="position",
            by=["repo_id", "path"],
            strategy="backward",
            check_sortedness=False,
        )
        .join(ends.rename({"newest": "earlier"}), on="rename", how="left")
        .join(head.select("repo_id", "path", is_here=True), on=["repo_id", "path"], how="left")
        .with_columns(
            newest=pl.coalesce("later", pl.when(pl.col("is_here").is_null()).then("earlier"), "path"),
        )
        .drop("later", "earlier", "rename", "is_here")
    )


def _renames(changes: pl.LazyFrame) -> pl.LazyFrame:
    """Every rename with its number and the newest path that it leads to in the end."""
    renames = (
        changes.filter(pl.col("change") == "R")
        .select("repo_id", "position", "old_path", "path")
        .unique(["repo_id", "position", "old_path"], keep="first", maintain_order=True)
        .sort("repo_id", "position", "old_path")
        .with_row_index("rename")
    )
    linked = (
        renames.sort("position")
        .join_asof(
            renames.select("repo_id", "position", path="old_path", follows="rename").sort("position"),
            on="position",
            by=["repo_id", "path"],
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .sort("rename")
        .with_columns(follows=pl.coalesce("follows", "rename"))
    )
    for _ in range(ROUNDS):
        linked = linked.with_columns(follows=pl.col("follows").gather("follows"))
    return linked.with_columns(newest=pl.col("path").gather("follows")).drop("follows")


def _comings_and_goings(changes: pl.LazyFrame, renames: pl.LazyFrame) -> pl.LazyFrame:
    """When each path came to be (`rename` null) and when it was renamed away; both at once leave a new file."""
    goings = renames.select("repo_id", "position", "rename", path="old_path")
    comings = changes.filter(pl.col("change").is_in(["A", "R", "C"])).select(
        "repo_id", "position", pl.lit(None, dtype=pl.UInt32).alias("rename"), "path"
    )
    return (
        pl.concat([goings, comings])
        .sort("repo_id", "path", "position", "rename", nulls_last=True)
        .unique(["repo_id", "path", "position"], keep="last", maintain_order=True)
    )
