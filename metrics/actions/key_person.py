"""Code that stands or falls with one person.

The person is not named: the list is for the team, and the way out is to share the work, not to point at anybody.
"""

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.wording import (
    CHANCE_OF_LEAVING,
    LEAVING,
    counted,
    item_id,
    number,
    percent,
    reading_days,
    repository_name,
)
from metrics.registry import Rule, pipeline

MAX_TRUCK_FACTOR = 2
MIN_FILES = 10
MIN_LINES = 1000
MIN_RECENT = 10
MIN_LEFT = 0.5
FILE = ["repo_id", "path"]
FOLDER = ["repo_id", "folder"]
NAME = "key_person"


@pipeline(ActionCandidates)
def propose_key_person(
    folders: pl.LazyFrame, files: pl.LazyFrame, file_scopes: pl.LazyFrame, ownership: pl.LazyFrame
) -> pl.LazyFrame:
    """At most one action a repository: for the whole of it, else for the folder with most lines at stake."""
    fragile = folders.filter(pl.col("truck_factor") <= MAX_TRUCK_FACTOR, pl.col("revisions_90d") >= MIN_RECENT)
    stakes = _stakes(file_scopes, files, ownership)
    is_whole = pl.col("folder") == ""
    place = pl.when(is_whole).then(repository_name()).otherwise("folder")
    return (
        fragile.select(*FOLDER, "team", "truck_factor", "revisions_90d", "active_authors")
        .join(stakes, on=FOLDER)
        .sort("repo_id", is_whole, "left_lines", "folder", descending=[False, True, True, False])
        .unique("repo_id", keep="first", maintain_order=True)
        .pipe(
            candidates,
            "repo_id",
            "team",
            path=pl.when(~is_whole).then("folder"),
            rule=pl.lit(NAME),
            item_kind=pl.when(is_whole).then(pl.lit("repository")).otherwise(pl.lit("folder")),
            item_id=pl.when(is_whole).then("repo_id").otherwise(item_id(pl.col("folder"))),
            responsibility=pl.lit("strategy"),
            title=pl.format("One person carries most of {}", place),
            why=pl.format(
                "If that person left, {} of {} ({} of the lines) would have no active author. {} active in the last "
                "90 days, in which its files changed {}; the truck factor is {}, people who are gone included.",
                number(pl.col("left_files")),
                counted(pl.col("files"), "source file"),
                percent(pl.col("left_lines") / pl.col("lines")),
                pl.format(
                    "{} {}",
                    counted(pl.col("active_authors"), "person", "people"),
                    pl.when(pl.col("active_authors") == 1).then(pl.lit("was")).otherwise(pl.lit("were")),
                ),
                counted(pl.col("revisions_90d"), "time"),
                "truck_factor",
            ),
            next_step=pl.format(
                "Ask in the team who takes over a part: start with {}, one change made by somebody else and "
                "reviewed by its author.",
                "largest",
            ),
            actor_team="team",
            days_saved=reading_days(pl.col("left_lines") * CHANCE_OF_LEAVING),
            basis=pl.lit(LEAVING),
            confidence=pl.lit(0.6),
        )
    )


def _stakes(file_scopes: pl.LazyFrame, files: pl.LazyFrame, ownership: pl.LazyFrame) -> pl.LazyFrame:
    """For every repository and folder: what loses its only active author with the person who matters most to it."""
    source = (
        file_scopes.filter(pl.col("scope_kind").is_in(["repository", "folder"]))
        .select(
            "repo_id",
            "path",
            folder=pl.when(pl.col("scope_kind") == "folder").then("scope").otherwise(pl.lit("")),
        )
        .join(files.filter(pl.col("file_class") == "source").select(*FILE, "lines", "revisions_90d"), on=FILE)
    )
    only_authors = (
        ownership.filter(pl.col("is_author"), pl.col("is_active"))
        .filter(pl.len().over(FILE) == 1)
        .select(*FILE, "person_id")
    )
    sizes = source.group_by(FOLDER).agg(files=pl.len(), lines=pl.col("lines").sum())
    return (
        source.join(only_authors, on=FILE)
        .group_by(*FOLDER, "person_id")
        .agg(
            left_files=pl.len(),
            left_lines=pl.col("lines").sum(),
            largest=pl.col("path").sort_by("revisions_90d", "lines", "path", descending=[True, True, False]).first(),
        )
        .sort(*FOLDER, "left_lines", "person_id", descending=[False, False, True, False])
        .unique(FOLDER, keep="first", maintain_order=True)
        .join(sizes, on=FOLDER)
        .filter(
            pl.col("files") >= MIN_FILES,
            pl.col("lines") >= MIN_LINES,
            pl.col("left_lines") >= MIN_LEFT * pl.col("lines"),
        )
    )


RULE = Rule(
    name=NAME,
    title="A person whose leaving would cost most",
    responsibility="strategy",
    definition=(
        f"Repositories, or else one folder of them, with a truck factor of {MAX_TRUCK_FACTOR} or less, {MIN_FILES} "
        f"source files and {MIN_LINES:,} lines or more, {MIN_RECENT} changes or more in the last 90 days, where one "
        f"person is the only active author of at least {100 * MIN_LEFT:.0f} % of the lines. The person is never named."
    ),
    propose=propose_key_person,
)
