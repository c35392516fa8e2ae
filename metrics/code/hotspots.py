"""Large files that change often."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class Hotspots(Table):
    """One row per file at the head that is people's work, has lines, and changed in the last 12 months."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    folder = col.text("Its folder, at most two levels deep")
    team = col.text("The team that owns it")
    file_class = col.text("`source`, `test` or `configuration`")
    revisions = col.number("Commits that touched it in the last 12 months")
    lines = col.number("Lines at the head")
    score = col.real("Percent rank of revisions × percent rank of lines within the repository, 0 to 1")
    rank = col.number("Place in the repository by score, from 1")
    is_hotspot = col.flag("Whether it lies before the bend of the repository's sorted scores")
    revisions_before = col.number("Commits that touched it in the 12 months before those")
    trend = col.real("Revisions / revisions before - 1; null where it did not change before")
    trend_reason = col.text("Why the trend is null: `no_earlier_revisions`")
    authors = col.number("People who changed it in the last 12 months")
