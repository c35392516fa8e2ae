"""What the digest says of delivery and reviews; nothing where there are no pull requests.

Nobody is named: what is open or waits is listed by its number and title.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline import published
from leadline.config import Config
from leadline.report.figures import Figure
from leadline.report.teams import OF_TEAM

METRICS = (
    "merged_pull_requests",
    "pull_request_cycle_time",
    "pickup_time",
    "review_time",
    "merge_wait",
    "pull_request_size",
    "merged_without_review",
    "reviewed_by_ai_only",
    "deployment_frequency",
    "change_lead_time",
    "merge_to_production",
    "change_fail_rate",
    "failed_deployment_recovery_time",
    "deployment_rework_rate",
    "ci_duration",
    "ci_failure_share",
    "ci_flaky_share",
)
"""The figures that it shows, in the order of the work."""

TABLES = ("pull_request_flow", "deployments", "change_lead_times", "direct_commit_changes", "incidents", "ci_workflows")
"""Figures with items in these tables belong here, and to no other section; the pages show them all."""

SHOWN = 10
"""How many pull requests and repositories it lists."""

_NEEDED = {"metrics.pull_request_flow", "metrics.pull_request_flow_definitions", "metrics.waiting_changes"}
_ANY = "SELECT count(*) FROM metrics.pull_request_flow"
_AT_RISK = """
    SELECT r.name || '#' || f.number AS reference, f.title, f.url, f.phase, f.age_seconds, f.phase_p85_seconds
    FROM metrics.pull_request_flow AS f JOIN repositories AS r USING (repo_id)
    WHERE f.state = 'open' AND f.is_at_risk AND f.author_is_human AND {of_team}
    ORDER BY f.age_seconds - f.phase_p85_seconds DESC, f.pr_id
"""
_WAITING = """
    SELECT r.name AS repository, count(*) AS changes, max(w.waiting_seconds) AS oldest_seconds,
      arg_max('#' || f.number, w.waiting_seconds) AS oldest
    FROM metrics.waiting_changes AS w JOIN metrics.pull_request_flow AS f USING (pr_id)
    JOIN repositories AS r ON r.repo_id = w.repo_id
    WHERE {of_team}
    GROUP BY r.repo_id, r.name ORDER BY oldest_seconds DESC, r.repo_id
"""


@dataclass(frozen=True)
class Delivery:
    """The section on delivery and reviews."""

    figures: Sequence[Figure]
    at_risk: Sequence[Mapping[str, object]]
    """Open pull requests that are in their phase for longer than 85 % were, the latest first."""
    at_risk_left: int
    """How many more there are."""
    waiting: Sequence[Mapping[str, object]]
    """Repositories with merged pull requests that wait for production, the longest wait first."""
    waiting_left: int


def delivery(config: Config, team: str | None, figures: Sequence[Figure]) -> Delivery | None:
    """Return the section for everybody or one team; None where there are no pull requests.

    `figures` are all those of the period. What was published before there were such tables has no such section.
    """
    if not set(published.tables(config)) >= _NEEDED or not published.query(config, _ANY).item():
        return None
    by_name = {figure.metric: figure for figure in figures}
    at_risk = published.query(config, _AT_RISK.format(of_team=OF_TEAM), {"team": team}).to_dicts()
    waiting = published.query(config, _WAITING.format(of_team=OF_TEAM), {"team": team}).to_dicts()
    return Delivery(
        figures=[by_name[name] for name in METRICS if name in by_name],
        at_risk=at_risk[:SHOWN],
        at_risk_left=len(at_risk[SHOWN:]),
        waiting=waiting[:SHOWN],
        waiting_left=len(waiting[SHOWN:]),
    )
