"""Who came when, and who is still here."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class Contributors(Table):
    """One row per repository and person who took part in a commit of its default branch; bots left out."""

    repo_id = col.key("Repository")
    person_id = col.key_person("Person")
    first_at = col.instant("First commit")
    last_at = col.instant("Last commit")
    commits = col.number("Commits on the default branch without merges")
    commits_90d = col.number("Of these, in the last 90 days")
    is_active = col.flag("Whether the person was active anywhere in the last 90 days")
