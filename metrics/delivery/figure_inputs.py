"""What the figures of delivery are taken from, and how all of them are misread."""

DEPLOYED = (
    "deployments",
    "deployment_statuses",
    "ci_runs",
    "releases",
    "tags",
    "pull_requests",
    "repositories",
    "commits",
)
"""Tables that deployments are found in."""

CHANGES = (*DEPLOYED, "commit_parents", "pull_request_commits")
"""Those that what they brought is found in."""

FAILURES = (*CHANGES, "incidents", "tickets")
"""Those that tell what went wrong."""

RUNG = "The rung on which deployments were found stands beside each: a tag, a release or a merge is only a promise."
