"""Files that are being worked on and that one person at most still knows."""

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.wording import READING, counted, item_id, listed, one_team, reading_days
from metrics.registry import Rule, pipeline

MIN_REVISIONS = 3
MIN_LINES = 100
MIN_PEOPLE = 2
NAME = "file_at_risk"


@pipeline(ActionCandidates)
def propose_file_at_risk(files: pl.LazyFrame, folders: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every folder with such files, or for the file where it is alone in its folder.

    Where one person works alone, nobody else could take part: that says `key_person`, once.
    """
    shared = folders.filter(pl.col("level") == 0, pl.col("active_authors") >= MIN_PEOPLE)
    at_risk = files.filter(
        pl.col("file_class") == "source",
        pl.col("is_at_risk"),
        pl.col("revisions_90d") >= MIN_REVISIONS,
        pl.col("lines") >= MIN_LINES,
    ).join(shared, on="repo_id", how="semi")
    is_file = (pl.col("files") == 1) | (pl.col("folder") == "")
    path = pl.when(is_file).then("first_path").otherwise("folder")
    several = counted(pl.col("files"), "source file")
    who = pl.when(pl.col("knowers") == 0).then(pl.lit("nobody")).otherwise(pl.lit("only one person"))
    grouping = ["repo_id", "folder", pl.when(pl.col("folder") == "").then("path").alias("alone")]
    return (
        at_risk.group_by(grouping)
        .agg(
            team=one_team(),
            files=pl.len(),
            lines=pl.col("lines").sum(),
            changes=pl.col("revisions_90d").sum(),
            knowers=pl.col("knowers").max(),
            paths=listed(pl.col("path"), pl.col("revisions_90d")),
            first_path=pl.col("path").sort_by("revisions_90d", "path", descending=[True, False]).first(),
        )
        .with_columns(path=path)
        .select(
            "repo_id",
            "path",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.when(is_file).then(pl.lit("file")).otherwise(pl.lit("folder")),
            item_id=item_id(pl.col("path")),
            responsibility=pl.lit("mentoring"),
            title=pl.when(is_file)
            .then(pl.format("{} is in active use and {} still knows it", "path", who))
            .otherwise(
                pl.format("{} in {} are in active use and {} still knows each", several, "path", who),
            ),
            why=pl.format(
                "{} ({}) changed {} in the last 90 days, and {} who wrote or reviewed changes before is still "
                "active{}.",
                pl.when(is_file).then("path").otherwise(several),
                counted(pl.col("lines"), "line"),
                counted(pl.col("changes"), "time"),
                who,
                pl.when(is_file).then(pl.lit("")).otherwise(pl.format(": {}", "paths")),
            ),
            next_step=pl.format("Let a second person review or make the next change of {}.", "first_path"),
            actor_id=pl.lit(None, dtype=pl.String),
            actor_team="team",
            days_saved=reading_days(pl.col("lines")),
            basis=pl.lit(READING),
            confidence=pl.when(pl.col("knowers") == 0).then(0.7).otherwise(0.6),
        )
        .select(ActionCandidates.column_names())
        .sort("item_id")
    )


RULE = Rule(
    name=NAME,
    title="File at risk with recent work on it",
    responsibility="mentoring",
    definition=(
        f"Source files of {MIN_LINES} lines or more, changed {MIN_REVISIONS} times or more in the last 90 days, "
        f"that fewer than two active people know, in repositories where {MIN_PEOPLE} people or more are active; "
        "grouped by folder."
    ),
    propose=propose_file_at_risk,
)
