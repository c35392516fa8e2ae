"""Open pull requests: which phase they are in, for how long, and how that compares with what was merged.

The pace is that of pull requests by humans of the same repository and size class that were merged in the last 180 days;
where fewer than 10 of them were in the phase, that of the whole repository. At risk is what has been in its phase
for longer than 85 of 100 of these.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import now, seconds_between
from metrics.spans import first_reason
from metrics.summary.observations import MEDIAN_NEEDS, P85_NEEDS

RECENT = timedelta(days=180)
PHASES = {
    "draft": "draft_seconds",
    "pickup": "pickup_seconds",
    "review": "review_seconds",
    "merge": "merge_wait_seconds",
}
"""The phases of an open pull request, and what they took in merged ones."""


def with_phase(flow: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`flow` with the phase of every open pull request, since when it is in it, and for how long.

    An approved one in which an objection stands is in review. Time as a draft is no part of a later phase: one that
    was answered or approved, became a draft and is ready again is in its phase since it is ready.
    """
    phase = pl.coalesce(
        pl.when(pl.col("is_draft")).then(pl.lit("draft")),
        pl.when(pl.col("first_response_at").is_null()).then(pl.lit("pickup")),
        pl.when("approved").then(pl.lit("merge")),
        pl.lit("review"),
    )
    since = {
        "draft": pl.col("draft_since"),
        "pickup": pl.col("ready_at"),
        "review": pl.max_horizontal("first_response_at", "ready_since"),
        "merge": pl.max_horizontal("last_approval_at", "first_response_at", "ready_since"),
    }
    return (
        flow.with_columns(phase=pl.when(pl.col("state") == "open").then(phase))
        .with_columns(phase_since=pl.coalesce(*(pl.when(pl.col("phase") == p).then(at) for p, at in since.items())))
        .with_columns(age_seconds=seconds_between(pl.col("phase_since"), now(as_of)))
    )


def with_risk(flow: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`flow` with the pace of each open pull request's phase, and whether it is beyond it."""
    is_risk = pl.col("age_seconds") > pl.col("phase_p85_seconds")
    reason = first_reason(
        {
            "not_open": pl.col("state") != "open",
            "author_not_human": ~pl.col("author_is_human"),
            "too_few_items": pl.col("phase_p85_seconds").is_null(),
        }
    )
    of_class = ["repo_id", "phase", "size_class"]
    of_repository = ["repo_id", "phase"]
    merged = _merged(flow, as_of)
    has_class = pl.col("class_n") >= P85_NEEDS
    return (
        flow.join(_pace(merged, of_class, "class"), on=of_class, how="left")
        .join(_pace(merged, of_repository, "repository"), on=of_repository, how="left")
        .with_columns(
            pl.when(has_class).then(f"class_{p}").otherwise(f"repository_{p}").alias(f"phase_{p}_seconds")
            for p in ("p50", "p85")
        )
        .with_columns(at_risk_reason=reason)
        .with_columns(is_at_risk=pl.when(pl.col("at_risk_reason").is_null()).then(is_risk))
    )


def _merged(flow: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """What every phase took in the recently merged pull requests: one row for each; who was no draft had no draft."""
    recent = flow.filter("author_is_human", pl.col("merged_at") >= as_of - RECENT)
    parts = [
        recent.select("repo_id", "size_class", phase=pl.lit(phase), seconds=seconds)
        for phase, seconds in PHASES.items()
    ]
    return pl.concat(parts).filter(
        pl.col("seconds").is_not_null(), (pl.col("phase") != "draft") | (pl.col("seconds") > 0)
    )


def _pace(merged: pl.LazyFrame, group: list[str], name: str) -> pl.LazyFrame:
    seconds = pl.col("seconds")
    return merged.group_by(group).agg(
        pl.len().alias(f"{name}_n"),
        pl.when(pl.len() >= MEDIAN_NEEDS).then(seconds.median()).alias(f"{name}_p50"),
        pl.when(pl.len() >= P85_NEEDS).then(seconds.quantile(0.85, "linear")).alias(f"{name}_p85"),
    )
