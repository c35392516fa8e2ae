"""What collectors had to change or leave out, by the name under which they count it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Repair:
    """What a count of a collector means."""

    severity: Literal["info", "warning", "error"]
    affects: str
    """The figures that suffer."""
    hint: str


_ANY = Repair("info", "what the rows describe", "The collector had to change or leave out something in these rows")

_TOO_HEAVY = "the platform could not answer for them, not even one at a time; run with --full to try again"

REPAIRS: dict[str, Repair] = {
    "ghost_author": Repair(
        "info",
        "review network, figures by team",
        "Pull requests, reviews, comments or issues whose account was deleted: they count, but for nobody",
    ),
    "issue_gone": Repair(
        "info",
        "tickets, throughput",
        "Issues that were deleted, or moved to another repository, since they were read; they no longer count here",
    ),
    "history_incomplete": Repair(
        "warning",
        "cycle time and flow of tickets",
        "Tickets whose list of changes the tracker did not show to its end, or has a gap; history_complete marks them",
    ),
    "status_unknown": Repair(
        "warning",
        "status, cycle time and flow of tickets",
        "Statuses of the past that the tracker no longer has: nobody knows what they meant; name them in flow.start or "
        "flow.done of the source where they matter",
    ),
    "repository_renamed": Repair(
        "info",
        "figures by repository",
        "The repository keeps its repo_id, so that history goes on; write its new name into the configuration",
    ),
    "repository_unreachable": Repair(
        "error",
        "all figures of the repository",
        "It was deleted, renamed without a trace, or the token may no longer read it; what was read before is kept. "
        "`leadline doctor` shows what the token may read",
    ),
    "pull_request_too_heavy": Repair(
        "warning", "pull request flow, reviews", f"Pull requests are missing: {_TOO_HEAVY}"
    ),
    "issue_too_heavy": Repair("warning", "tickets", f"Issues are missing: {_TOO_HEAVY}"),
    "list_incomplete": Repair(
        "warning",
        "pull request flow, reviews, tickets",
        "Commits, reviews, comments or events are missing: the platform showed fewer than it counted; run with --full "
        "to read them again",
    ),
    "ci_runs_unreadable": Repair(
        "warning",
        "build time, build failures, flaky builds, deployments by CI run",
        "The token may not read the runs: give it read access to actions, then run again",
    ),
    "ci_attempts_left_out": Repair(
        "info",
        "flaky builds",
        "Earlier attempts of runs that were repeated very often; the newest ones are kept",
    ),
    "project_status_unreadable": Repair(
        "warning",
        "status, cycle time and flow of tickets",
        "The token may not read project boards: give it the scope read:project, then run with --full; until then "
        "tickets are open or closed",
    ),
    "review_pending": Repair(
        "info",
        "review times",
        "Reviews that their author has not submitted yet; only the owner of the token sees them, so they are left out",
    ),
    "pull_request_gone": Repair(
        "info",
        "pull request flow, reviews",
        "Merge requests that were deleted since they were read; they no longer count",
    ),
    "pull_request_details_too_heavy": Repair(
        "warning",
        "pull request flow, reviews",
        f"Merge requests without their commits, reviews, comments and events: {_TOO_HEAVY}",
    ),
    "ticket_history_unreadable": Repair(
        "warning",
        "status, cycle time and flow of tickets",
        "Issues of which only the present state is known: GitLab 16 or newer tells what happened to them",
    ),
    "private_note": Repair(
        "info", "comments", "Internal notes are left out: not everybody who sees the figures may see them"
    ),
    "deployments_unreadable": Repair(
        "warning",
        "deployment frequency, lead time, change fail rate",
        "The token may not read deployments: its role must be Reporter or higher",
    ),
    "recorded_repository_unknown": Repair(
        "warning",
        "deployment frequency, change fail rate, time to restore by repository",
        "Reports name a repository that no source has, or that two have: collect it, or report its repo_id with the "
        "same id; each run tries again",
    ),
    "recorded_ticket_unknown": Repair(
        "warning",
        "incidents, time to restore",
        "Reports of incidents name a ticket that was not collected: collect its project; each run tries again",
    ),
    "recorded_report_unreadable": Repair(
        "warning",
        "deployments, incidents",
        "Files in the inbox were no reports; they wait in inbox/refused of the data folder: report anew what they say, "
        "then delete them",
    ),
}
"""What is known of each count."""


def explained(check: str) -> Repair:
    """Return what a count of a collector means; one that nobody described is told in general."""
    return REPAIRS.get(check, _ANY)
