"""Hotspots that change much more than a year ago."""

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.wording import MOST_DAYS, counted, item_id, number
from metrics.registry import Rule, pipeline

FILE = ["repo_id", "path"]
MIN_REVISIONS = 10
MIN_BEFORE = 3
MIN_TREND = 1.0
MIN_RECENT = 5
MIN_PEOPLE = 2
MAX_RANK = 20
NAME = "hotspot_heating"


@pipeline(ActionCandidates)
def propose_hotspot_heating(hotspots: pl.LazyFrame, files: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every such file."""
    people = (
        pl.when(pl.col("authors") == 0)
        .then(pl.lit("programs only"))
        .otherwise(counted(pl.col("authors"), "person", "people"))
    )
    return (
        hotspots.with_columns(all_hotspots=pl.col("is_hotspot").sum().over("repo_id"))
        .filter(
            pl.col("is_hotspot"),
            pl.col("file_class") == "source",
            pl.col("revisions") >= MIN_REVISIONS,
            pl.col("revisions_before") >= MIN_BEFORE,
            pl.col("trend") >= MIN_TREND,
            # One person's series of small commits is a piece of work, not a sign of trouble.
            pl.col("authors") >= MIN_PEOPLE,
            pl.col("rank") <= MAX_RANK,
        )
        .join(files.select(*FILE, "revisions_90d"), on=FILE)
        .filter(pl.col("revisions_90d") >= MIN_RECENT)
        .pipe(
            candidates,
            "repo_id",
            "path",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("file"),
            item_id=item_id(pl.col("path")),
            responsibility=pl.lit("problem_solving"),
            title=pl.format("{} is getting hotter", "path"),
            why=pl.format(
                "It has {} and changed {} in the last 12 months, {} of them in the last 90 days, by {}; in the 12 "
                "months before it changed {}. Among the repository's hotspots it is number {} of {}.",
                counted(pl.col("lines"), "line"),
                counted(pl.col("revisions"), "time"),
                number(pl.col("revisions_90d")),
                people,
                counted(pl.col("revisions_before"), "time"),
                number(pl.col("rank")),
                number(pl.col("all_hotspots")),
            ),
            next_step=pl.lit(
                "Look through its last changes for what keeps coming back, and split that part off or cover it "
                "with tests before the next change."
            ),
            actor_team="team",
            days_saved=(pl.col("revisions_90d") / 16).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit(
                "half an hour for each change of the next 90 days, taken to be as many as in the last, at most 5 days"
            ),
            confidence=pl.lit(0.5),
        )
    )


RULE = Rule(
    name=NAME,
    title="Hotspot getting hotter",
    responsibility="problem_solving",
    definition=(
        f"Source files among the {MAX_RANK} first hotspots with {MIN_REVISIONS} changes or more in 12 months, at least "
        f"twice as many as in the 12 months before (then at least {MIN_BEFORE}), and {MIN_RECENT} or more in the last "
        f"90 days, by {MIN_PEOPLE} people or more."
    ),
    propose=propose_hotspot_heating,
)
