"""Releases by their tags, and their rhythm."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class ReleaseGaps(Table):
    """One row per release: the tags that match the configured pattern, pre-releases left out, one a commit."""

    repo_id = col.key("Repository")
    tag = col.key("First of the commit's tags")
    sha = col.text("Commit")
    released_at = col.instant("When it was tagged")
    days_since_previous = col.real("Days since the release before; null for the first")
    days_reason = col.text("Why it is null: `first_release`")


class ReleaseRhythm(Table):
    """One row per repository with a release."""

    repo_id = col.key("Repository")
    releases = col.number("Releases")
    gaps_counted = col.number("Gaps between releases of the last three years")
    p50_days = col.real("Median gap of the last three years; null for fewer than 5 gaps")
    p85_days = col.real("Gap that 85 % of them kept; null for fewer than 10 gaps")
    last_tag = col.text("The last release")
    last_released_at = col.instant("When that was")
    days_since_last = col.real("Days since then")
    commits_since_last = col.number("Commits of the default branch since then, merges left out")
    is_overdue = col.flag("Whether the time since the last release is longer than `p85_days`; null where that is null")


class Deployments(Table):
    """Successful changes to production; so far those that tags tell of."""

    deployment_id = col.key("`<repository>:tag:<tag>`")
    repo_id = col.text("Repository")
    rung = col.text("How it was found: `tag`")
    ref = col.text("The tag")
    sha = col.text("Commit")
    finished_at = col.instant("When it was deployed: when the tag was made")
    is_first = col.flag("Whether it is the first one known of its repository")
    direct_commits = col.number("Commits of the default branch since the deployment before; null for the first")
