"""Work that was taken back."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class Reverts(Table):
    """One row per commit of the default branch that says it reverts another."""

    repo_id = col.key("Repository")
    sha = col.key("The reverting commit")
    subject = col.text("Its subject")
    reverted_at = col.instant("When it was applied")
    original_sha = col.text("The commit it reverts; null where it is not in the repository")
    original_at = col.instant("When that was applied")
    until_reverted_seconds = col.real("Time between the two")
    until_reverted_reason = col.text("Why it is null: `original_unknown` or `clock_negative`")
    is_reapplied = col.flag("Whether the reverted commit was itself a revert")
