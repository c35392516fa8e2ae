"""How many people would have to leave before half of the files have no author."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class TruckFactor(Table):
    """One row per repository, folder (first and second level, at least 10 files) and team."""

    repo_id = col.key("Repository; `*` for a team, whose files can lie in several")
    scope_kind = col.key("`repository`, `folder` or `team`")
    scope = col.key("Name of the repository's id, folder or team")
    truck_factor = col.number("People whose leaving would leave more than half of the files without an author")
    files = col.number("Files at the head that are people's work")
    authored_files = col.number("Of these, files that have an author at all")
    authors = col.number("People who author at least one of them")
    active_authors = col.number("Of these, people active in the last 90 days")
    person_ids = col.texts("The people counted, the one with most files first")
