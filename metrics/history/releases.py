"""Releases by their tags, and their rhythm.

A release is a commit with a tag that matches the configured pattern and is neither a pre-release (alpha, beta, rc,
dev, …) nor the name of a line of releases (`1.0.x`). Several tags on one commit are one release, and releases within
a day are one beat of the rhythm. For repositories where nothing better is known, releases are the deployments.

Misread: repositories that maintain several lines at once release more often than any one line does. A
repository that is delivered without tags has no rhythm here.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import now
from metrics.registry import Metric, pipeline
from metrics.summary.observations import MEDIAN_NEEDS, P85_NEEDS
from warehouse.tables import Table
from warehouse.tables import columns as col

RECENT = 20
"""The rhythm is that of so many last gaps."""
PRE_RELEASE = (
    r"(?i)[\d._-](a|b|c|rc|alpha|beta|dev|pre|preview|snapshot|nightly|canary|next|milestone)[._-]?\d*([._-]\d+)*"
    r"([-+][\w.+-]*)?$|\.x$"
)


class ReleaseGaps(Table):
    """One row per release: the tags that match the configured pattern, pre-releases left out, one a commit."""

    repo_id = col.key("Repository")
    tag = col.key("First of the commit's tags")
    sha = col.text("Commit")
    released_at = col.instant("When it was tagged")
    days_since_previous = col.real("Days since the release before; null for the first")
    days_reason = col.text("Why it is null: `first_release`")


class ReleaseRhythm(Table):
    """One row per repository with a release."""

    repo_id = col.key("Repository")
    releases = col.number("Releases")
    gaps_counted = col.number("Gaps that the rhythm is taken from: the last 20 of a day or more")
    p50_days = col.real("Median of these gaps; null for fewer than 5")
    p85_days = col.real("85th percentile of these gaps; null for fewer than 10")
    gaps_shorter = col.number("How many of these gaps are shorter than the time since the last release")
    last_tag = col.text("The last release")
    last_released_at = col.instant("When that was")
    days_since_last = col.real("Days since then")
    commits_since_last = col.number("Commits of the default branch since then, merges left out")
    is_overdue = col.flag("Whether the time since the last release is longer than `p85_days`; null where that is null")


@pipeline(ReleaseGaps)
def release_gaps(tags: pl.LazyFrame, *, as_of: datetime, deployments_tag: str) -> pl.LazyFrame:
    """Every release up to `as_of` and the days since the one before."""
    order = ["repo_id", "released_at", "tag"]
    gap = _days(pl.col("released_at").diff().over("repo_id"))
    return (
        tags.filter(
            pl.col("name").str.contains(deployments_tag),
            ~pl.col("name").str.contains(PRE_RELEASE),
            pl.col("tagged_at") <= as_of,
        )
        .select("repo_id", "sha", tag="name", released_at="tagged_at")
        .sort(order)
        .unique(["repo_id", "sha"], keep="first", maintain_order=True)
        .sort(order)
        .with_columns(days_since_previous=gap)
        .with_columns(days_reason=pl.when(pl.col("days_since_previous").is_null()).then(pl.lit("first_release")))
        .select(ReleaseGaps.column_names())
        .sort(order)
    )


@pipeline(ReleaseRhythm)
def release_rhythm(release_gaps: pl.LazyFrame, main_commits: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """How often each repository releases, and whether it is late by its own measure."""
    days = pl.col("days_since_previous")
    gaps = days.filter(days >= 1).tail(RECENT)
    last = (
        release_gaps.sort("repo_id", "released_at", "tag")
        .group_by("repo_id")
        .agg(
            releases=pl.len(),
            gaps_counted=gaps.len(),
            gaps_shorter=(gaps < _days(now(as_of) - pl.col("released_at").max())).sum(),
            p50_days=pl.when(gaps.len() >= MEDIAN_NEEDS).then(gaps.median()),
            p85_days=pl.when(gaps.len() >= P85_NEEDS).then(gaps.quantile(0.85, "linear")),
            last_tag=pl.col("tag").sort_by("released_at", "tag").last(),
            last_released_at=pl.col("released_at").max(),
        )
    )
    since = (
        main_commits.filter(~pl.col("is_merge"), pl.col("committed_at") <= as_of)
        .join(last.select("repo_id", "last_released_at"), on="repo_id")
        .filter(pl.col("committed_at") > pl.col("last_released_at"))
        .group_by("repo_id")
        .agg(commits_since_last=pl.len())
    )
    return (
        last.join(since, on="repo_id", how="left")
        .with_columns(
            pl.col("commits_since_last").fill_null(0),
            days_since_last=_days(now(as_of) - pl.col("last_released_at")),
        )
        .with_columns(is_overdue=pl.col("days_since_last") > pl.col("p85_days"))
        .select(ReleaseRhythm.column_names())
        .sort("repo_id")
    )


def _days(duration: pl.Expr) -> pl.Expr:
    return duration.dt.total_microseconds() / 86_400e6


METRICS = (
    Metric(
        name="release_rhythm",
        title="Release rhythm",
        unit="days",
        direction="neutral",
        responsibility="timelines",
        definition=(
            "Median and 85th percentile of the last 20 gaps of a day or more between releases, and the days since "
            "the last one."
        ),
        table="release_rhythm",
        inputs=("tags", "commits", "commit_parents"),
        exclusions="Pre-releases and tags of a line (`1.0.x`); fewer than 5 gaps (median) or 10 (85th percentile).",
        pitfalls=(
            "A project that stopped tagging looks overdue. Several lines of releases at once make the gaps shorter "
            "than any one line's."
        ),
        source="CHAOSS: Release Frequency",
    ),
)
