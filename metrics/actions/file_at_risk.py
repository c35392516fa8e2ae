"""Files that are being worked on and that one person at most still knows."""

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.wording import (
    CHANCE_OF_LEAVING,
    LEAVING,
    READING,
    counted,
    inside,
    item_id,
    listed,
    one_team,
    reading_days,
)
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
    is_unknown = pl.col("knowers") == 0
    is_mixed = pl.col("fewest") < pl.col("knowers")
    who = pl.when(is_mixed).then(pl.lit("at most one")).otherwise(pl.lit("only one"))
    active = pl.when(is_unknown).then(pl.lit("nobody who was")).otherwise(pl.format("{} person", who))
    history = pl.format("{} in the last 90 days", counted(pl.col("changes"), "time"))
    grouping = ["repo_id", "folder", pl.when(pl.col("folder") == "").then("path").alias("alone")]
    return (
        at_risk.group_by(grouping)
        .agg(
            team=one_team(),
            files=pl.len(),
            lines=pl.col("lines").sum(),
            changes=pl.col("revisions_90d").sum(),
            # Nothing has to be lost first where nobody is left who knows the file.
            at_stake=(pl.col("lines") * pl.when(pl.col("knowers") == 0).then(1.0).otherwise(CHANCE_OF_LEAVING)).sum(),
            fewest=pl.col("knowers").min(),
            knowers=pl.col("knowers").max(),
            paths=listed(inside(pl.col("path"), pl.col("folder")), pl.col("revisions_90d")),
            first_path=pl.col("path").sort_by("revisions_90d", "path", descending=[True, False]).first(),
        )
        .with_columns(path=path)
        .pipe(
            candidates,
            "repo_id",
            "path",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.when(is_file).then(pl.lit("file")).otherwise(pl.lit("folder")),
            item_id=item_id(pl.col("path")),
            responsibility=pl.lit("mentoring"),
            title=pl.when(is_file)
            .then(pl.format("{} keeps changing and {} knows it", "path", _active(who)))
            .otherwise(
                pl.format(
                    "{} in {} keep changing and {} knows {} of them",
                    several,
                    "path",
                    _active(who),
                    pl.when(is_unknown).then(pl.lit("any")).otherwise(pl.lit("each")),
                )
            ),
            why=pl.when(is_file)
            .then(
                pl.format(
                    "It has {} and changed {}; {} active in that time has written or reviewed a change of it, bulk "
                    "changes aside.",
                    counted(pl.col("lines"), "line"),
                    history,
                    active,
                )
            )
            .otherwise(
                pl.format(
                    "They have {} and changed {}, most of all {}; for each, {} active in that time has written or "
                    "reviewed a change of it, bulk changes aside.",
                    counted(pl.col("lines"), "line"),
                    history,
                    "paths",
                    active,
                )
            ),
            next_step=pl.when(is_unknown)
            .then(pl.format("Ask who takes over {}, and let them review its next change.", "first_path"))
            .otherwise(pl.format("Let a second person review or make the next change of {}.", "first_path")),
            actor_team="team",
            days_saved=reading_days(pl.col("at_stake")),
            basis=pl.when(is_unknown).then(pl.lit(READING)).otherwise(pl.lit(LEAVING)),
            confidence=pl.when(is_unknown).then(0.7).otherwise(0.6),
        )
    )


def _active(who: pl.Expr) -> pl.Expr:
    """Who of the active people knows a file."""
    return (
        pl.when(pl.col("knowers") == 0).then(pl.lit("no active person")).otherwise(pl.format("{} active person", who))
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
