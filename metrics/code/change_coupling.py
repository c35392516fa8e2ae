"""Files that change together."""

from warehouse.tables import Table
from warehouse.tables import columns as col


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
