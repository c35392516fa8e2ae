"""Files that keep changing in the same commits (code-maat; Tornhill).

Over the commits of at most 30 files: degree = 100 · commits with both / mean of the two files' commits. Pairs are
kept from 5 shared commits, 5 commits on average and degree 30. A confidence is directed: of the changes of one file,
how many touch the other.

Misread: a test and its subject, or an interface and its implementation, change together rightly; look at pairs that
cross a folder or a team first. Squashed branches look more coupled than rebased ones.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import folder, months_ago, parent_folder
from metrics.registry import Metric, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

MIN_SHARED = 5
MIN_AVERAGE = 5
MIN_DEGREE = 30
FILE = ["repo_id", "path"]


class ChangeCoupling(Table):
    """One row per pair of files at the head that keep changing in the same commits."""

    repo_id = col.key("Repository")
    path_a = col.key("The file whose path sorts first")
    path_b = col.key("The other file")
    shared = col.number("Commits with both")
    revisions_a = col.number("Commits of at most 30 files with the first")
    revisions_b = col.number("Commits of at most 30 files with the second")
    average_revisions = col.real("Mean of the two")
    degree = col.real("100 · shared / average")
    confidence_ab = col.real("Share of the first file's commits that also touch the second")
    confidence_ba = col.real("Share of the second file's commits that also touch the first")
    shared_12m = col.number("Commits with both in the last 12 months")
    last_shared_at = col.instant("The last commit with both")
    class_a = col.text("Class of the first file")
    class_b = col.text("Class of the second file")
    folder_a = col.text("Folder of the first file, at most two levels deep")
    folder_b = col.text("Folder of the second file, at most two levels deep")
    team_a = col.text("Team of the first file")
    team_b = col.text("Team of the second file")
    crosses_folder = col.flag("Whether the files lie in different folders (whole path)")
    crosses_team = col.flag("Whether the files belong to different teams; null where one has none")


@pipeline(ChangeCoupling)
def change_coupling(file_revisions: pl.LazyFrame, file_places: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The pairs of files at the head that change together."""
    changes = file_revisions.filter(pl.col("is_counted"), pl.col("is_alive"), ~pl.col("is_bulk"))
    # A pair cannot share five commits unless each file has five; the others need not be paired at all.
    files = (
        changes.group_by(FILE)
        .agg(revisions=pl.len())
        .filter(pl.col("revisions") >= MIN_SHARED)
        .sort(FILE)
        .with_row_index("file")
    )
    touched = changes.join(files, on=FILE).select("repo_id", "position", "committed_at", "file")
    pairs = (
        touched.join(touched.select("repo_id", "position", file_b="file"), on=["repo_id", "position"])
        .filter(pl.col("file") < pl.col("file_b"))
        .group_by("file", "file_b")
        .agg(
            shared=pl.len(),
            shared_12m=(pl.col("committed_at") > months_ago(as_of, 12)).sum(),
            last_shared_at=pl.col("committed_at").max(),
        )
        .filter(pl.col("shared") >= MIN_SHARED)
    )
    described = files.join(file_places.select(*FILE, "file_class", "team"), on=FILE, how="left").select(
        "file",
        *FILE,
        "revisions",
        "team",
        file_class="file_class",
        folder=folder(pl.col("path")),
        parent=parent_folder(pl.col("path")),
    )
    a = described.rename({name: f"{name}_a" for name in ("path", "revisions", "team", "folder", "parent")}).rename(
        {"file_class": "class_a"}
    )
    b = (
        described.drop("repo_id")
        .rename({name: f"{name}_b" for name in ("file", "path", "revisions", "team", "folder", "parent")})
        .rename({"file_class": "class_b"})
    )
    return (
        pairs.join(a, on="file")
        .join(b, on="file_b")
        .with_columns(average_revisions=(pl.col("revisions_a") + pl.col("revisions_b")) / 2)
        .with_columns(
            degree=100 * pl.col("shared") / pl.col("average_revisions"),
            confidence_ab=pl.col("shared") / pl.col("revisions_a"),
            confidence_ba=pl.col("shared") / pl.col("revisions_b"),
            crosses_folder=pl.col("parent_a") != pl.col("parent_b"),
            crosses_team=pl.col("team_a") != pl.col("team_b"),
        )
        .filter(pl.col("average_revisions") >= MIN_AVERAGE, pl.col("degree") >= MIN_DEGREE)
        .select(ChangeCoupling.column_names())
        .sort("repo_id", "path_a", "path_b")
    )


METRICS = (
    Metric(
        name="change_coupling",
        title="Change coupling",
        unit="percent",
        direction="lower",
        responsibility="problem_solving",
        definition=(
            "Over commits of at most 30 files: 100 · commits with both files / mean of the two files' commits; "
            "pairs with 5 shared commits, 5 on average and a degree of 30 or more."
        ),
        table="change_coupling",
        inputs=("commits", "commit_parents", "commit_files", "head_files", "team_scopes", "code_owners"),
        exclusions=(
            "Commits of more than 30 files; files gone from the head; vendored, generated, lock, documentation, "
            "data and asset files, `.mailmap`, authors' lists, changelogs and CODEOWNERS."
        ),
        pitfalls=(
            "A test and its subject change together rightly. Squashed branches look more coupled than rebased ones."
        ),
        source="code-maat, Tornhill",
    ),
)
