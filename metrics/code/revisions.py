"""Every change of every file on the default branch."""

from metrics.registry import Intermediate
from warehouse.tables import columns as col


class Revisions(Intermediate):
    """One row per commit of the default branch and file, under the file's newest path; merges have none."""

    repo_id = col.key("Repository")
    sha = col.key("Commit")
    path = col.key("Newest path of the file")
    position = col.number("Place of the commit in the history of its repository, from 0")
    committed_at = col.instant("When the commit was applied")
    change = col.text("`A`, `M`, `D`, `R`, `C` or `T`")
    additions = col.number("Lines added; null for a binary file or while not counted")
    deletions = col.number("Lines deleted; null for a binary file or while not counted")
    file_class = col.text("Class of the file")
    is_counted = col.flag("Whether the file is people's work")
    is_alive = col.flag("Whether the file exists at the head")
    is_bulk = col.flag("Whether the commit touches more than 30 files")
