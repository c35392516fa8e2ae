"""Who wrote a file."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class Ownership(Table):
    """One row per file at the head and person who changed it; bots and files that are not people's work left out."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    person_id = col.key_person("Person")
    revisions = col.number("Commits of the file in which the person took part, as author or co-author")
    credit = col.real("The same with the credit of co-authored commits shared")
    additions = col.real("Lines added, the credit of co-authored commits shared; null while not counted")
    share = col.real("Share of all lines added to the file; null where none were counted")
    lines = col.real("The share of the lines at the head that the person is taken to have written")
    doa = col.real("Degree of authorship (Avelino 2016)")
    is_author = col.flag("Whether the degree of authorship makes the person an author of the file")
    is_minor = col.flag("Whether the share is under 5 %")
    is_main = col.flag("Whether the share is the file's largest")
    is_knower = col.flag(
        "Whether the person knows it: created it, changed it outside bulk changes, or reviewed a change"
    )
    is_active = col.flag("Whether the person was active anywhere in the last 90 days")
    first_at = col.instant("The person's first change of the file")
    last_at = col.instant("The person's last change of the file")
