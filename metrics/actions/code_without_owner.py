"""Folders that are still changed although everybody who wrote them has left."""

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.wording import READING, counted, inside, item_id, listed, one_team, percent, reading_days
from metrics.registry import Rule, pipeline

FILE = ["repo_id", "path"]
FOLDER = ["repo_id", "folder"]
MIN_LINES = 500
MIN_REVISIONS = 5
MIN_LOST = 0.9
MAX_KNOWN = 0.5
NAME = "code_without_owner"


@pipeline(ActionCandidates)
def propose_code_without_owner(files: pl.LazyFrame, ownership: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every such folder."""
    source = files.filter(pl.col("file_class") == "source", pl.col("folder") != "")
    active = (
        ownership.filter(pl.col("is_active"), pl.col("is_author"))
        .join(source.select(*FILE, "folder"), on=FILE)
        .select(FOLDER)
        .unique()
    )
    measured = pl.col("lines").filter(pl.col("lost_share").is_not_null()).sum()
    return (
        source.group_by(FOLDER)
        .agg(
            team=one_team(),
            files=pl.len(),
            lines=pl.col("lines").sum(),
            changes=pl.col("revisions_12m").sum(),
            changed_files=(pl.col("revisions_12m") > 0).sum(),
            changed_lines=pl.col("lines").filter(pl.col("revisions_12m") > 0).sum(),
            recent=pl.col("revisions_90d").sum(),
            known=(pl.col("knowers") > 0).sum(),
            lost=pl.when(measured > 0).then((pl.col("lost_share") * pl.col("lines")).sum() / measured),
            paths=listed(
                # Nulls are left out; a filter in here makes polars 2.1 crash on some frames.
                pl.when(pl.col("revisions_12m") > 0).then(inside(pl.col("path"), pl.col("folder"))),
                pl.col("revisions_12m"),
            ),
        )
        .filter(
            pl.col("lines") >= MIN_LINES,
            pl.col("changes") >= MIN_REVISIONS,
            pl.col("recent") > 0,
            pl.col("lost") >= MIN_LOST,
            # Who is no author by the lines may know the files all the same, from changing or reviewing them.
            pl.col("known") <= MAX_KNOWN * pl.col("files"),
        )
        .join(active, on=FOLDER, how="anti")
        .pipe(
            candidates,
            "repo_id",
            "team",
            path="folder",
            rule=pl.lit(NAME),
            item_kind=pl.lit("folder"),
            item_id=item_id(pl.col("folder")),
            responsibility=pl.lit("strategy"),
            title=pl.format("{} keeps changing, but none of its authors is active", "folder"),
            why=pl.format(
                "Nobody who was active in the last 90 days is an author of any of its source files ({}, {}), and {} "
                "of the lines were written by people who are not active any more; somebody active knows {} of them at "
                "all. The files changed {} in the last 12 months, most of all {}.",
                counted(pl.col("files"), "file"),
                counted(pl.col("lines"), "line"),
                percent(pl.col("lost")),
                counted(pl.col("known"), "file"),
                counted(pl.col("changes"), "time"),
                "paths",
            ),
            next_step=pl.format("Name an owner for {} and let them review every change of it for a while.", "folder"),
            actor_team="team",
            days_saved=reading_days(pl.col("changed_lines")),
            basis=pl.lit(READING),
            confidence=pl.lit(0.5),
        )
    )


RULE = Rule(
    name=NAME,
    title="Code without an active owner",
    responsibility="strategy",
    definition=(
        f"Folders (at most two levels) of {MIN_LINES} source lines or more, at least {100 * MIN_LOST:.0f} % of them by "
        "people who have been inactive for 90 days, without an active author of any file, at most "
        f"{100 * MAX_KNOWN:.0f} % of the files known to anybody active, changed {MIN_REVISIONS} times or more in 12 "
        "months and at least once in the last 90 days."
    ),
    propose=propose_code_without_owner,
)
