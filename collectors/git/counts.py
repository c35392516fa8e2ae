"""Stage two: lines added and deleted, for the commits that lack them. Here git compares every changed file."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from collectors.git import log
from collectors.git.process import Git
from collectors.git.rows import Rows


def read(git: Git, shas: pl.Series) -> Iterator[Rows]:
    """Updates of `commits` and `commit_files` (without `repo_id`), block by block."""
    # Without context git leaves out the common end of two files before it compares them, which saves a fifth. Where a
    # change can be told in several ways (1 file change in 1,000) the counts differ a little from those with context.
    comparing = replace(git, settings=(*git.settings, "diff.context=0"))
    for block in log.read(comparing, shas, {"sha": "%H"}, "--numstat"):
        counted = log.counted_files(block)
        shas_of = block.headers.select("commit", "sha")
        sums = counted.group_by("commit").agg(pl.col("additions", "deletions").sum())
        commits = shas_of.join(sums, on="commit", how="left", maintain_order="left")
        files = shas_of.join(counted.unique(["commit", "path"], keep="first", maintain_order=True), on="commit")
        yield Rows(
            {
                "commits": commits.with_columns(pl.col("additions", "deletions").fill_null(0)).drop("commit"),
                "commit_files": files.drop("commit"),
            }
        )
