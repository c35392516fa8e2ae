"""Hotspots that change much more than a year ago."""

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.wording import MOST_DAYS, counted, item_id
from metrics.registry import Rule, pipeline

FILE = ["repo_id", "path"]
MIN_REVISIONS = 10
MIN_BEFORE = 3
MIN_TREND = 1.0
MIN_RECENT = 5
NAME = "hotspot_heating"


@pipeline(ActionCandidates)
def propose_hotspot_heating(hotspots: pl.LazyFrame, files: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every such file."""
    return (
        hotspots.filter(
            pl.col("is_hotspot"),
            pl.col("file_class") == "source",
            pl.col("revisions") >= MIN_REVISIONS,
            pl.col("revisions_before") >= MIN_BEFORE,
            pl.col("trend") >= MIN_TREND,
        )
        .join(files.select(*FILE, "revisions_90d"), on=FILE)
        .filter(pl.col("revisions_90d") >= MIN_RECENT)
        .select(
            "repo_id",
            "path",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("file"),
            item_id=item_id(pl.col("path")),
            responsibility=pl.lit("problem_solving"),
            title=pl.format("{} is getting hotter", "path"),
            why=pl.format(
                "It has {} lines and changed {} in the last 12 months ({} in the last 90 days) by the hands of "
                "{}, against {} in the "
                "12 months before; it is number {} of the repository's hotspots.",
                "lines",
                counted(pl.col("revisions"), "time"),
                "revisions_90d",
                counted(pl.col("authors"), "author"),
                "revisions_before",
                "rank",
            ),
            next_step=pl.lit(
                "Look through its last changes for what keeps coming back, and split that part off or cover it "
                "with tests "
                "before the next change."
            ),
            actor_id=pl.lit(None, dtype=pl.String),
            actor_team="team",
            days_saved=(pl.col("revisions_90d") / 16).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit(
                "half an hour for each change of the next 90 days, taken to be as many as in the last, at most 5 days"
            ),
            confidence=pl.lit(0.5),
        )
        .select(ActionCandidates.column_names())
        .sort("item_id")
    )


RULE = Rule(
    name=NAME,
    title="Hotspot getting hotter",
    responsibility="problem_solving",
    definition=(
        f"Source files among the hotspots with {MIN_REVISIONS} changes or more in 12 months, at least twice as "
        f"many as in the 12 "
        f"months before (then at least {MIN_BEFORE}), and {MIN_RECENT} or more in the last 90 days."
    ),
    propose=propose_hotspot_heating,
)
