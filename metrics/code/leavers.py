"""What would be lost with each person.

Computed from `ownership`: a file is left without an author when its only active author goes, without a knower when
nobody else who is active knows it. The same for several people at once is not the sum of their rows; leave them
all out of `ownership` together.

Misread: it measures how much depends on a person, which is a matter of how work was shared out, not of merit. It is
meant for planning hand-overs with the person, and is published only where `[privacy] people` allows.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import ACTIVE, folder, total
from metrics.registry import Metric, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]
PERSON = ["repo_id", "person_id"]
MOST = 0.5
FOLDER_FILES = 5


class Leavers(Table):
    """One row per repository and active person: what nobody active would know any more without them.

    For a group of people, take `ownership` and leave all of them out at once.
    """

    repo_id = col.key("Repository")
    person_id = col.key_person("Active person")
    files = col.number("Files at the head of which the person is an author")
    lines = col.real("Lines at the head that the person is taken to have written; null while not counted")
    lines_share = col.real("Share of the repository's lines that is; null while not counted")
    files_left_without_author = col.number("Files whose only active author is the person")
    lines_left_without_author = col.number("Lines at the head of these files")
    files_left_without_knower = col.number("Files that no other active person knows")
    active_files_left_without_knower = col.number("Of these, files that changed in the last 90 days")
    folders = col.texts(
        "Folders of 5 files or more where the person is the only active author of at least half of the files"
    )


@pipeline(Leavers)
def leavers(ownership: pl.LazyFrame, file_places: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Every active person with what depends on them alone, by repository."""
    counted = file_places.filter(pl.col("is_counted")).select(*FILE, head_lines="lines", folder=folder(pl.col("path")))
    active = ownership.filter(pl.col("is_active")).join(counted, on=FILE)
    last_change = ownership.group_by(FILE).agg(is_worked_on=pl.col("last_at").max() >= as_of - ACTIVE)
    only_author = pl.col("is_author") & (pl.col("is_author").sum().over(FILE) == 1)
    only_knower = pl.col("is_knower") & (pl.col("is_knower").sum().over(FILE) == 1)
    parts = active.join(last_change, on=FILE).with_columns(only_author=only_author, only_knower=only_knower)
    repository_lines = counted.group_by("repo_id").agg(all_lines=pl.col("head_lines").sum())
    return (
        parts.group_by(PERSON)
        .agg(
            files=pl.col("is_author").sum(),
            lines=total(pl.col("lines")),
            files_left_without_author=pl.col("only_author").sum(),
            lines_left_without_author=pl.col("head_lines").filter("only_author").sum(),
            files_left_without_knower=pl.col("only_knower").sum(),
            active_files_left_without_knower=(pl.col("only_knower") & pl.col("is_worked_on")).sum(),
        )
        .join(repository_lines, on="repo_id")
        .with_columns(lines_share=pl.when(pl.col("all_lines") > 0).then(pl.col("lines") / pl.col("all_lines")))
        .join(_folders(parts, counted), on=PERSON, how="left")
        .with_columns(pl.col("folders").fill_null(pl.lit([], dtype=pl.List(pl.String))))
        .select(Leavers.column_names())
        .sort(PERSON)
    )


def _folders(parts: pl.LazyFrame, counted: pl.LazyFrame) -> pl.LazyFrame:
    """The folders of which a person is the only active author of at least half of the files."""
    sizes = counted.group_by("repo_id", "folder").agg(files=pl.len())
    return (
        parts.filter("only_author")
        .group_by(*PERSON, "folder")
        .agg(own=pl.len())
        .join(sizes, on=["repo_id", "folder"])
        .filter(pl.col("files") >= FOLDER_FILES, pl.col("folder") != "", pl.col("own") >= MOST * pl.col("files"))
        .group_by(PERSON)
        .agg(folders=pl.col("folder").sort())
    )


METRICS = (
    Metric(
        name="leaver_simulation",
        title="What a person's leaving would cost",
        unit="files",
        direction="lower",
        responsibility="strategy",
        definition=(
            "For every active person: files that would have no active author any more, or nobody active who knows "
            "them; for several people at once, the same from `ownership` without all of them."
        ),
        table="leavers",
        inputs=(
            "commits",
            "commit_parents",
            "commit_files",
            "head_files",
            "commit_trailers",
            "people",
            "reviews",
            "comments",
        ),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS; programs."
        ),
        pitfalls=(
            "It shows how work was shared out, not who is good. Meant for planning hand-overs together with the person."
        ),
        source="CodeScene; degree of authorship by Avelino et al. 2016",
    ),
)
