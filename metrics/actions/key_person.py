"""Code that stands or falls with one person.

The person is not named: the list is for the team, and the way out is to share the work, not to point at anybody.
"""

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.wording import READING, counted, item_id, percent, reading_days, repository_name
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
        .select(
            "repo_id",
            "team",
            path=pl.when(~is_whole).then("folder"),
            rule=pl.lit(NAME),
            item_kind=pl.when(is_whole).then(pl.lit("repository")).otherwise(pl.lit("folder")),
            item_id=pl.when(is_whole).then("repo_id").otherwise(item_id(pl.col("folder"))),
            responsibility=pl.lit("strategy"),
            title=pl.format("{} depends on one person more than on all others", place),
            why=pl.format(
                "If the one who authors most of it left, {} of {} source files ({} of the lines) would have no "
                "author who is still "
                "active; the truck factor is {}, {} active in it, and its files changed {} in the last 90 days.",
                "left_files",
                "files",
                percent(pl.col("left_lines") / pl.col("lines")),
                "truck_factor",
                pl.format(
                    "{} {}",
                    counted(pl.col("active_authors"), "person").str.replace("persons", "people"),
                    pl.when(pl.col("active_authors") == 1).then(pl.lit("is")).otherwise(pl.lit("are")),
                ),
                counted(pl.col("revisions_90d"), "time"),
            ),
            next_step=pl.format(
                "Ask in the team who takes over a part: start with {}, one change made by somebody else and "
                "reviewed by its author.",
                "largest",
            ),
            actor_id=pl.lit(None, dtype=pl.String),
            actor_team="team",
            days_saved=reading_days(pl.col("left_lines") * 0.2),
            basis=pl.lit(f"a chance of one in five of losing the person within a year, and {READING}"),
            confidence=pl.lit(0.6),
        )
        .select(ActionCandidates.column_names())
        .sort("item_id")
    )


def _stakes(file_scopes: pl.LazyFrame, files: pl.LazyFrame, ownership: pl.LazyFrame) -> pl.LazyFrame:
    """For every repository and folder: what loses its only active author with the person who matters most to it."""
    source = (
        file_scopes.filter(pl.col("scope_kind") != "team")
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
        f"Repositories, or else one folder of them, with a truck factor of {MAX_TRUCK_FACTOR} or less, "
        f"{MIN_FILES} source files and "
        f"{MIN_LINES} lines or more, {MIN_RECENT} changes or more in the last 90 days, where one person is the "
        f"only active author of "
        f"at least {MIN_LEFT:.0%} of the lines. The person is never named."
    ),
    propose=propose_key_person,
)
