"""Where each file at the head stands: its class, its folders and its team."""

import polars as pl

from metrics.code.path_classes import CLASSES
from metrics.expressions import folder_at
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]


class FilePlaces(Intermediate):
    """One row per file at the head."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    file_class = col.text(CLASSES)
    is_counted = col.flag("Whether it is people's work")
    lines = col.number("Lines at the head; null for a binary file")
    folder_1 = col.text("Its top-level folder; null at the root")
    folder_2 = col.text("Its second-level folder; null where it lies less deep")
    team = col.text("The team that owns it")


@pipeline(FilePlaces)
def file_places(head_files: pl.LazyFrame, path_classes: pl.LazyFrame, file_teams: pl.LazyFrame) -> pl.LazyFrame:
    """Every file at the head with its class, folders and team."""
    return (
        head_files.select(*FILE, "lines")
        .join(path_classes.select(*FILE, "file_class", "is_counted"), on=FILE, how="left")
        .join(file_teams, on=FILE, how="left")
        .with_columns(folder_1=folder_at(pl.col("path"), 1), folder_2=folder_at(pl.col("path"), 2))
        .select(FilePlaces.column_names())
        .sort(FILE)
    )
