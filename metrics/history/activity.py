"""How much happened, week by week."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class Activity(Table):
    """One row per repository, week (of the reporting zone, from Monday) and class of files; quiet weeks are 0."""

    repo_id = col.key("Repository")
    week = col.key_day("Monday of the week")
    file_class = col.key("Class of the files; `all` for the whole week")
    commits = col.number("Commits on the default branch without merges")
    authors = col.number("People who wrote them, co-authors included, bots left out")
    revisions = col.number("Changes of files")
    additions = col.number("Lines added; null while none were counted")
    deletions = col.number("Lines deleted; null while none were counted")
    bulk_additions = col.number("Lines added by commits of more than 30 files")
    bulk_deletions = col.number("Lines deleted by commits of more than 30 files")


class Churn(Table):
    """One row per repository, day (of the reporting zone), person and class of files."""

    repo_id = col.key("Repository")
    day = col.key_day("Day")
    person_id = col.key_person("Author; co-authors share the lines. `*` stands for programs and unknown authors")
    file_class = col.key("Class of the files")
    commits = col.number("Commits in which the person took part")
    revisions = col.real("Changes of files, credit shared")
    additions = col.real("Lines added, credit shared; null while none were counted")
    deletions = col.real("Lines deleted, credit shared; null while none were counted")
