"""Everything known about a file, in one row."""

from metrics.code.path_classes import CLASSES
from warehouse.tables import Table
from warehouse.tables import columns as col


class Files(Table):
    """One row per file at the head of the default branch."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    file_class = col.text(CLASSES)
    is_counted = col.flag(
        "Whether it is people's work (`source`, `test`, `configuration`); figures about authors are null for the others"
    )
    folder = col.text("Its folder, at most two levels deep; empty at the root")
    team = col.text("The team that owns it; null where nobody says so")
    revisions = col.number("Commits that touched it")
    revisions_90d = col.number("Commits that touched it in the last 90 days")
    revisions_12m = col.number("Commits that touched it in the last 12 months")
    additions = col.number("Lines ever added; null for a binary file or while not counted")
    deletions = col.number("Lines ever deleted; null for a binary file or while not counted")
    lines = col.number("Lines at the head; null for a binary file")
    authors = col.number("People who ever changed it")
    active_authors = col.number("Of these, people active in the last 90 days")
    fragmentation = col.real(
        "1 - sum of squared shares of its revisions by author: 0 is one author, near 1 is very many"
    )
    sum_of_coupling = col.number("Sum over its commits of at most 30 files of (files in the commit - 1)")
    age_months = col.number("Whole months since its last change")
    last_changed_at = col.instant("Its last change")
    main_author_id = col.person("The person with the largest share of the lines added")
    main_share = col.real("That person's share of the lines added")
    knowers = col.number("People who know it (wrote or reviewed changes of it) and were active in the last 90 days")
    is_at_risk = col.flag("Whether fewer than two people know it and are still active")
    lost_share = col.real("Share of its lines whose authors have been inactive for 90 days")
