"""Knowledge by folder: who is still there for it.

Only files that are people's work are counted. A folder stands for all below it, so that the numbers of two levels
are not to be added up.

Misread: a folder whose authors all left is a risk only where somebody still has to change it; see `revisions_90d`.
"""

import polars as pl

from metrics.code.file_scopes import SCOPE
from metrics.expressions import total
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

FILE = ["file_repo_id", "path"]


class Folders(Table):
    """One row per repository (empty folder) and first- and second-level folder; only files that are people's work."""

    repo_id = col.key("Repository")
    folder = col.key("Folder with all below it; empty for the whole repository")
    level = col.number("0 for the repository, 1 or 2 for a folder")
    team = col.text("The team that owns all its files, if one does")
    files = col.number("Files")
    lines = col.number("Lines at the head")
    revisions_90d = col.number("Changes of its files in the last 90 days")
    revisions_12m = col.number("Changes of its files in the last 12 months")
    authors = col.number("People who ever changed one of its files")
    active_authors = col.number("Of these, people active in the last 90 days")
    active_file_authors = col.number("People active in the last 90 days who are an author of one of its files")
    files_at_risk = col.number("Files that fewer than two active people know")
    lost_share = col.real("Share of its lines whose authors have been inactive for 90 days; null while not counted")
    truck_factor = col.number("Its truck factor; null for a folder of fewer than 10 files")
    last_changed_at = col.instant("The last change of one of its files")


@pipeline(Folders)
def folders(
    file_scopes: pl.LazyFrame, files: pl.LazyFrame, ownership: pl.LazyFrame, truck_factor: pl.LazyFrame
) -> pl.LazyFrame:
    """Every repository and its folders with their files, people and risks."""
    scopes = file_scopes.filter(pl.col("scope_kind").is_in(["repository", "folder"]))
    members = scopes.join(
        files.rename({"repo_id": "file_repo_id"}).drop("folder", "authors", "active_authors"), on=FILE
    )
    lines = pl.col("lines").filter(pl.col("lost_share").is_not_null())
    sums = members.group_by(SCOPE).agg(
        team=pl.when(pl.col("team").n_unique() == 1).then(pl.col("team").first()),
        files=pl.len(),
        lines=total(pl.col("lines")),
        revisions_90d=pl.col("revisions_90d").sum(),
        revisions_12m=pl.col("revisions_12m").sum(),
        files_at_risk=pl.col("is_at_risk").sum(),
        lost_share=pl.when(lines.sum() > 0).then((pl.col("lost_share") * pl.col("lines")).sum() / lines.sum()),
        last_changed_at=pl.col("last_changed_at").max(),
    )
    return (
        sums.join(_people(scopes, ownership), on=SCOPE, how="left")
        .join(truck_factor.select(*SCOPE, "truck_factor"), on=SCOPE, how="left")
        .with_columns(
            pl.col("authors", "active_authors", "active_file_authors").fill_null(0),
            folder=pl.when(pl.col("scope_kind") == "folder").then("scope").otherwise(pl.lit("")),
        )
        .with_columns(
            level=pl.when(pl.col("folder") == "").then(0).otherwise(pl.col("folder").str.count_matches("/") + 1)
        )
        .select(Folders.column_names())
        .sort("repo_id", "folder")
    )


def _people(scopes: pl.LazyFrame, ownership: pl.LazyFrame) -> pl.LazyFrame:
    part = ownership.filter(pl.col("revisions") > 0).select(
        "path", "person_id", "is_active", "is_author", file_repo_id="repo_id"
    )
    return (
        scopes.join(part, on=FILE)
        .group_by(*SCOPE, "person_id")
        .agg(pl.col("is_active").first(), pl.col("is_author").any())
        .group_by(SCOPE)
        .agg(
            authors=pl.len(),
            active_authors=pl.col("is_active").sum(),
            active_file_authors=(pl.col("is_active") & pl.col("is_author")).sum(),
        )
    )
