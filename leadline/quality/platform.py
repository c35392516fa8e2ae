"""Faults in what platforms, trackers and pipelines tell: pull requests, reviews, tickets, runs, deployments."""

from leadline.quality.check import Check

_UNKNOWN_TICKETS = """
    SELECT DISTINCT lower(reference) FROM pull_request_mentions
    WHERE (
        found_in = 'closing_reference'
        OR lower(regexp_replace(reference, '[#-][0-9]+$', '')) IN (SELECT lower(project) FROM tickets)
    ) AND lower(reference) NOT IN (
        SELECT lower(name) FROM (
            SELECT key AS name FROM tickets
            UNION ALL SELECT regexp_replace(ticket_id, '^[^:]*:', '') FROM tickets
            UNION ALL SELECT regexp_replace(pr_id, '^[^:]*:', '') FROM pull_requests
            UNION ALL SELECT r.name || '#' || p.number FROM pull_requests AS p JOIN repositories AS r USING (repo_id)
            UNION ALL SELECT r.name || '#' || split_part(t.ticket_id, '#', -1)
                FROM tickets AS t JOIN repositories AS r ON starts_with(t.ticket_id, r.repo_id || '#')
        ) WHERE name IS NOT NULL
    )
"""
"""References to a project that was collected, or that the platform knows to close a ticket; pull requests are none."""

CHECKS = (
    Check(
        "pull_requests_without_commits",
        "info",
        "coding time, cycle time, change lead time",
        "The platform lists no commit of them, as after a branch was emptied; their time before the opening is unknown",
        "SELECT pr_id FROM pull_requests WHERE pr_id NOT IN (SELECT pr_id FROM pull_request_commits)",
    ),
    Check(
        "pull_requests_without_author",
        "info",
        "review network, figures by team",
        "The account was deleted, so nobody knows whose they were; they count in totals but for no team",
        "SELECT pr_id FROM pull_requests WHERE author_id IS NULL",
    ),
    Check(
        "merges_missing_from_the_clone",
        "warning",
        "change lead time, merge to production, change fail rate",
        "History was rewritten after the merge, or the branch is gone, or retention_days dropped the commit; no "
        "deployment can be found that contains them",
        "SELECT pr_id FROM pull_requests AS p WHERE p.merged_at IS NOT NULL AND p.repo_id IN "
        "(SELECT repo_id FROM commits) AND NOT EXISTS "
        "(SELECT 1 FROM commits AS c WHERE c.repo_id = p.repo_id AND c.sha = p.merge_sha)",
    ),
    Check(
        "pull_requests_that_end_before_they_begin",
        "warning",
        "cycle time and its phases",
        "Times of the platform or of a committer's clock contradict each other; durations that would be negative are "
        "left out",
        "SELECT pr_id FROM pull_requests AS p WHERE least(merged_at, closed_at) < created_at "
        "OR first_commit_at > merged_at OR EXISTS "
        "(SELECT 1 FROM reviews AS r WHERE r.pr_id = p.pr_id AND r.submitted_at < p.created_at)",
    ),
    Check(
        "deliveries_that_end_before_they_begin",
        "warning",
        "build time, deployments, time to restore",
        "A run, deployment or incident ended before it began; such durations are left out. Reports can be corrected "
        "with `leadline record` and the same id",
        "SELECT run_id FROM ci_runs WHERE finished_at < started_at "
        "UNION ALL SELECT deployment_id FROM deployments WHERE finished_at < started_at "
        "UNION ALL SELECT incident_id FROM incidents WHERE resolved_at < opened_at",
    ),
    Check(
        "tickets_that_end_before_they_begin",
        "warning",
        "lead time and cycle time of tickets",
        "They were imported, or their history was changed; durations that would be negative are left out",
        "SELECT coalesce(key, ticket_id) FROM tickets WHERE resolved_at < created_at",
    ),
    Check(
        "reviews_by_unknown_people",
        "info",
        "review network, response times",
        "The account of the reviewer was deleted; the review counts as an answer, but of nobody",
        "SELECT pr_id FROM reviews AS r WHERE NOT EXISTS "
        "(SELECT 1 FROM identities AS i WHERE i.identity_id = r.reviewer_id)",
    ),
    Check(
        "accounts_without_commit_author",
        "warning",
        "figures by team and person that join code with pull requests",
        "Accounts whose pull requests were merged, but that are joined to nobody who commits: name both in "
        "[identities] merge; `leadline identities --all` lists them",
        "SELECT identity_id FROM identities AS a WHERE a.account IS NOT NULL "
        "AND a.person_id IN (SELECT person_id FROM people WHERE NOT is_bot) "
        "AND a.identity_id IN (SELECT author_id FROM pull_requests WHERE merged_at IS NOT NULL) "
        "AND a.source IN (SELECT source FROM commits) AND NOT EXISTS (SELECT 1 FROM identities AS s "
        "JOIN commits AS c ON c.author_id = s.identity_id WHERE s.person_id = a.person_id)",
        personal=True,
    ),
    Check(
        "tickets_mentioned_but_unknown",
        "info",
        "links from pull requests to tickets, investment, rework",
        "Pull requests name them, but they were not collected: they were deleted or moved, are older than `since`, or "
        "their project belongs to no source",
        _UNKNOWN_TICKETS,
    ),
    Check(
        "repositories_without_ci_runs",
        "info",
        "build time, build failures, flaky builds",
        "The platform shows no run: CI is elsewhere, or the token may not read it (`leadline doctor` tells)",
        "SELECT repo_id FROM repositories WHERE platform_id IS NOT NULL AND archived IS NOT TRUE "
        "AND repo_id IN (SELECT repo_id FROM pull_requests) "
        "AND repo_id NOT IN (SELECT repo_id FROM ci_runs WHERE repo_id IS NOT NULL)",
    ),
    Check(
        "repositories_without_deployments",
        "info",
        "deployment frequency, change lead time, change fail rate",
        "Runs, releases, tags or merges stand for deployments there; a pipeline can report real ones with "
        "`leadline record deployment`",
        "SELECT repo_id FROM repositories WHERE platform_id IS NOT NULL AND archived IS NOT TRUE "
        "AND repo_id IN (SELECT repo_id FROM pull_requests) "
        "AND repo_id NOT IN (SELECT repo_id FROM deployments WHERE repo_id IS NOT NULL)",
    ),
)
"""What is checked of what platforms, trackers and pipelines tell."""
