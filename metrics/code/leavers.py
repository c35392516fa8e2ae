"""What would be lost with each person."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class Leavers(Table):
    """One row per repository and active person: what nobody active would know any more without them.

    For a group of people, take `ownership` and leave all of them out at once.
    """

    repo_id = col.key("Repository")
    person_id = col.key_person("Active person")
    files = col.number("Files at the head of which the person is an author")
    lines = col.real("Lines at the head that the person is taken to have written")
    lines_share = col.real("Share of the repository's lines that is")
    files_left_without_author = col.number("Files whose only active author is the person")
    lines_left_without_author = col.number("Lines at the head of these files")
    files_left_without_knower = col.number("Files that no other active person knows")
    active_files_left_without_knower = col.number("Of these, files that changed in the last 90 days")
    folders = col.texts(
        "Folders (at most two levels) where the person is the only active author of at least half of the files"
    )
