"""Faults in the history of the code, and in who is who."""

from leadline.quality.check import Check

CHECKS = (
    Check(
        "commits_without_date",
        "warning",
        "activity, code age, release rhythm",
        "The date in the commit is beyond what can be stored; such commits count in totals but in no week",
        "SELECT $commit FROM commits WHERE authored_at IS NULL OR committed_at IS NULL",
    ),
    Check(
        "commits_from_the_future",
        "warning",
        "activity, code age",
        "The committer's clock was wrong; the commits count in a week that has not come yet",
        "SELECT $commit FROM commits WHERE committed_at > $now + INTERVAL 1 DAY",
    ),
    Check(
        "commits_applied_before_written",
        "info",
        "lead times",
        "The author's clock was ahead of the committer's; durations that would be negative are left out",
        "SELECT $commit FROM commits WHERE committed_at < authored_at - INTERVAL 1 HOUR",
    ),
    Check(
        "commits_without_line_counts",
        "info",
        "churn, ownership",
        "Run `leadline collect` without --no-line-counts to count their lines",
        "SELECT $commit FROM commits WHERE additions IS NULL AND NOT is_merge",
    ),
    Check(
        "repositories_without_commits",
        "warning",
        "all figures of the repository",
        "The repository is empty, or its default branch does not exist",
        # Where a platform's source has no commit at all, `git = false` says that none are wanted.
        "SELECT repo_id FROM repositories WHERE repo_id NOT IN (SELECT repo_id FROM commits) "
        "AND (platform_id IS NULL OR source IN (SELECT source FROM commits))",
    ),
    Check(
        "reverts_of_unknown_commits",
        "info",
        "time until reverted",
        "The message names a commit that is not in the repository, so its age is not known",
        "SELECT $commit FROM commits AS r WHERE r.reverts_sha IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM commits AS c WHERE c.repo_id = r.repo_id AND starts_with(c.sha, r.reverts_sha))",
    ),
    Check(
        "identities_in_doubt",
        "info",
        "people, ownership, truck factor",
        "`leadline identities --suspects` lists them, with the configuration that settles each",
        "SELECT DISTINCT suspect FROM identity_suspects",
        personal=True,
    ),
)
"""What is checked of what git tells."""
