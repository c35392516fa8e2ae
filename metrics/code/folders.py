"""Knowledge by folder."""

from warehouse.tables import Table
from warehouse.tables import columns as col


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
    lost_share = col.real("Share of its lines whose authors have been inactive for 90 days")
    truck_factor = col.number("Its truck factor; null for a folder of fewer than 10 files")
    last_changed_at = col.instant("The last change of one of its files")
