"""How large a pull request is: lines added and deleted by hand.

Lock, generated and vendored files and records (changelogs, lists of authors) are left out, as their paths and
`.gitattributes` tell them. Where the files of a pull request are not known, or not all of them, the platform's total
stands in.
"""

import polars as pl

from metrics.code.path_classes import FLAGS, class_with_flags
from metrics.expressions import total
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

LEFT_OUT = ("lock", "generated", "vendored", "record")
CLASSES = {"XS": 10, "S": 50, "M": 250, "L": 1000}
"""Most lines that each class holds; what is larger is `XL`."""


class PullRequestSizes(Intermediate):
    """One row per pull request."""

    pr_id = col.key("Pull request")
    size_lines = col.number("Lines added and deleted; null where they are not known")
    size_class = col.text("`XS` up to 10 lines, `S` 50, `M` 250, `L` 1000, else `XL`")
    files = col.number("Files changed")


@pipeline(PullRequestSizes)
def pull_request_sizes(
    pull_requests: pl.LazyFrame, pull_request_files: pl.LazyFrame, head_files: pl.LazyFrame
) -> pl.LazyFrame:
    """The size of every pull request."""
    flags = head_files.select("repo_id", "path", *FLAGS)
    by_hand = ~class_with_flags(pl.col("path")).is_in(LEFT_OUT)
    lines = pl.col("additions") + pl.col("deletions")
    files = (
        pull_request_files.select("pr_id", "path", "additions", "deletions")
        .join(pull_requests.select("pr_id", "repo_id"), on="pr_id")
        .join(flags, on=["repo_id", "path"], how="left")
        .group_by("pr_id")
        .agg(
            known=pl.len(),
            # A pull request of nothing but lock files is no work by hand: 0 lines, not unknown.
            by_hand=pl.when(lines.count() > 0).then(total(lines.filter(by_hand)).fill_null(0)),
        )
    )
    is_complete = pl.col("known") >= pl.coalesce("changed_files", "known")
    return (
        pull_requests.join(files, on="pr_id", how="left")
        .select(
            "pr_id",
            size_lines=pl.when(is_complete & pl.col("by_hand").is_not_null()).then("by_hand").otherwise(lines),
            files=pl.coalesce("changed_files", "known"),
        )
        .with_columns(size_class=_class(pl.col("size_lines")))
        .select(PullRequestSizes.column_names())
        .sort("pr_id")
    )


def _class(lines: pl.Expr) -> pl.Expr:
    fitting = (pl.when(lines <= most).then(pl.lit(name)) for name, most in CLASSES.items())
    return pl.when(lines.is_not_null()).then(pl.coalesce(*fitting, pl.lit("XL")))
