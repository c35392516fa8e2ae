"""Work that was taken back: commits whose message says which commit they revert, and how long that one lived.

The sha in the message can be abbreviated; it counts where exactly one commit of the repository begins with it.

Misread: a quick revert is a sign of a team that notices. Reverts made by hand, without git's sentence, are not seen.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

ABBREVIATED = 7
"""The shortest abbreviation that is looked up; git writes no shorter ones."""


class Reverts(Table):
    """One row per commit of the default branch that says it reverts another."""

    repo_id = col.key("Repository")
    sha = col.key("The reverting commit")
    subject = col.mention("Its subject")
    reverted_at = col.instant("When it was applied")
    original_sha = col.text("The commit it reverts; null where it is not in the repository")
    original_at = col.instant("When that was applied")
    until_reverted_seconds = col.real("Time between the two")
    until_reverted_reason = col.text("Why it is null: `original_unknown` or `clock_negative`")
    is_reapplied = col.flag("Whether the reverted commit was itself a revert")


@pipeline(Reverts)
def reverts(commits: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Every revert on the default branch up to `as_of`."""
    dated = commits.with_columns(at=pl.coalesce("committed_at", "authored_at"))
    reverting = dated.filter(
        pl.col("on_default_branch"), pl.col("reverts_sha").is_not_null(), pl.col("at") <= as_of
    ).select("repo_id", "sha", "subject", "reverts_sha", reverted_at="at")
    until = seconds_between(pl.col("original_at"), pl.col("reverted_at"))
    return (
        reverting.join(_originals(reverting, dated), on=["repo_id", "reverts_sha"], how="left")
        .with_columns(until=until)
        .with_columns(
            until_reverted_seconds=pl.when(pl.col("until") >= 0).then("until"),
            until_reverted_reason=pl.when(pl.col("until") < 0)
            .then(pl.lit("clock_negative"))
            .when(pl.col("until").is_null())
            .then(pl.lit("original_unknown")),
        )
        .select(Reverts.column_names())
        .sort("repo_id", "sha")
    )


def _originals(reverting: pl.LazyFrame, dated: pl.LazyFrame) -> pl.LazyFrame:
    """The one commit that each of the named shas means."""
    head = pl.col("reverts_sha").str.to_lowercase().str.slice(0, ABBREVIATED)
    candidates = dated.select(
        "repo_id",
        original_sha="sha",
        original_at="at",
        is_reapplied=pl.col("reverts_sha").is_not_null(),
        head=pl.col("sha").str.slice(0, ABBREVIATED),
    )
    return (
        reverting.select("repo_id", "reverts_sha", head=head)
        .unique()
        .join(candidates, on=["repo_id", "head"])
        .filter(pl.col("original_sha").str.starts_with(pl.col("reverts_sha").str.to_lowercase()))
        .filter(pl.len().over("repo_id", "reverts_sha") == 1)
        .drop("head")
    )
