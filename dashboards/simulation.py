"""What if people left: which files nobody active wrote or knows any more, computed from who holds what.

Pure: a frame and the people in, frames out. `holdings` has one row per file and person who is an author of it or knows
it: repo_id, path, person_id, is_author, is_knower, is_active, lines, folder, team, revisions_90d.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

_FILE = ["repo_id", "path"]


@dataclass(frozen=True)
class Outcome:
    """The files that lose something, and how many files had and keep an active author."""

    files: pl.DataFrame
    """One row per file that loses its last active author or knower, the most lines first."""
    folders: pl.DataFrame
    """The same by folder."""
    authored_before: int
    authored_after: int
    known_before: int
    known_after: int
    held: int
    """Files that somebody, active or not, wrote or knows."""


def leave(holdings: pl.DataFrame, people: Collection[str]) -> Outcome:
    """What is left without an active author or knower when the people leave at once."""
    stays = ~pl.col("person_id").is_in(list(people))
    active_author, active_knower = pl.col("is_active") & pl.col("is_author"), pl.col("is_active") & pl.col("is_knower")
    files = holdings.group_by(_FILE).agg(
        pl.first("folder", "team", "lines", "revisions_90d"),
        authors_before=active_author.sum(),
        authors_after=(active_author & stays).sum(),
        knowers_before=active_knower.sum(),
        knowers_after=(active_knower & stays).sum(),
    )
    loses_author = (pl.col("authors_before") > 0) & (pl.col("authors_after") == 0)
    loses_knower = (pl.col("knowers_before") > 0) & (pl.col("knowers_after") == 0)
    lost = (
        files.with_columns(loses_author=loses_author, loses_knower=loses_knower)
        .filter(pl.col("loses_author") | pl.col("loses_knower"))
        .sort("lines", "path", descending=[True, False], nulls_last=True)
    )
    return Outcome(
        files=lost,
        folders=_by_folder(lost),
        authored_before=_some(files, "authors_before"),
        authored_after=_some(files, "authors_after"),
        known_before=_some(files, "knowers_before"),
        known_after=_some(files, "knowers_after"),
        held=files.height,
    )


def _by_folder(lost: pl.DataFrame) -> pl.DataFrame:
    return (
        lost.group_by("repo_id", "folder")
        .agg(
            files_without_author=pl.col("loses_author").sum(),
            files_without_knower=pl.col("loses_knower").sum(),
            lines_without_author=pl.col("lines").filter("loses_author").sum(),
            lines_without_knower=pl.col("lines").filter("loses_knower").sum(),
        )
        .sort("lines_without_author", "lines_without_knower", "folder", descending=[True, True, False])
    )


def _some(files: pl.DataFrame, column: str) -> int:
    return int((files[column] > 0).sum())
