"""What the digest says of tickets: what can be expected, what is stuck, what grew; nothing where there are none.

Nobody is named: what is stuck is listed by its key and title.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline import published
from leadline.config import Config
from leadline.report.figures import Figure

METRICS = (
    "tickets_created",
    "tickets_finished",
    "ticket_net_flow",
    "tickets_in_progress",
    "ticket_cycle_time",
    "ticket_cycle_time_p85",
    "ticket_lead_time",
    "ticket_flow_efficiency",
    "ticket_blocked_share",
    "ticket_reopened_rate",
    "ticket_returned_rate",
    "planning_accuracy",
    "unplanned_share",
    "carried_over_share",
    "changed_requirements",
    "unready_starts",
    "untracked_work",
)
"""The figures that it shows, in the order of the work."""

STANDING = ("tickets_beyond_sle", "stalled_tickets", "blocked_tickets", "ticket_age", "ticket_sle_kept")
"""Figures of what is in progress now, which no period has."""

TABLES = (
    "ticket_flow",
    "ticket_days",
    "ticket_blocks",
    "ticket_completions",
    "ticket_service_levels",
    "ticket_requirements",
    "scope_changes",
    "sprint_scope",
    "sprint_tickets",
    "untracked_work",
)
"""Figures with items in these tables belong here, and to no other section; the pages show them all."""

SHOWN = 10
"""How many tickets, projects and parents it lists."""

_NEEDED = {f"metrics.{table}" for table in (*TABLES, "parent_scope")}
_ANY = "SELECT count(*) FROM metrics.ticket_flow"
_LEVELS = """
    SELECT project, n, days, days_before, kept_share FROM metrics.ticket_service_levels
    WHERE type = 'all' AND days IS NOT NULL AND project IN (
      SELECT project FROM metrics.ticket_flow WHERE $team IS NULL OR team = $team
    )
    ORDER BY n DESC, project
"""
_STUCK = """
    SELECT key, title, url, status, age_seconds, sle_days, array_to_string(list_filter([
      if(is_blocked, 'blocked', NULL), if(is_beyond_sle, 'beyond its service level', NULL),
      if(is_stalled, 'nothing happens', NULL)
    ], lambda why: why IS NOT NULL), ', ') AS why
    FROM metrics.ticket_flow
    WHERE state = 'in_progress' AND (is_blocked OR is_beyond_sle OR is_stalled) AND ($team IS NULL OR team = $team)
    ORDER BY is_blocked DESC NULLS LAST, is_beyond_sle DESC NULLS LAST, age_seconds DESC NULLS LAST, ticket_id
"""
_GROWING = """
    SELECT key, title, url, children_at_start, children_added, children, children_done, created_30d, finished_30d
    FROM metrics.parent_scope
    WHERE state <> 'done' AND started_at IS NOT NULL AND created_30d > 0 AND ($team IS NULL OR team = $team)
    ORDER BY created_30d - finished_30d DESC, children_added DESC, ticket_id
"""


@dataclass(frozen=True)
class Tickets:
    """The section on tickets."""

    figures: Sequence[Figure]
    standing: Sequence[Figure]
    """What is in progress now."""
    levels: Sequence[Mapping[str, object]]
    """The service level of each project beside that of the 90 days before, and the share that kept that one."""
    stuck: Sequence[Mapping[str, object]]
    """Tickets in progress that are blocked, beyond their service level or left lying."""
    stuck_left: int
    """How many more there are."""
    growing: Sequence[Mapping[str, object]]
    """Parents in progress that got children in the last 30 days, those that outgrow what is finished first."""
    growing_left: int


def tickets(config: Config, team: str | None, figures: Sequence[Figure], standing: Sequence[Figure]) -> Tickets | None:
    """Return the section for everybody or one team; None where there are no tickets.

    `figures` are all those of the period, `standing` those of the last 90 days. What was published before there were
    such tables has no such section.
    """
    if not set(published.tables(config)) >= _NEEDED or not published.query(config, _ANY).item():
        return None
    by_name, now = ({figure.metric: figure for figure in found} for found in (figures, standing))
    levels, stuck, growing = (
        published.query(config, sql, {"team": team}).to_dicts() for sql in (_LEVELS, _STUCK, _GROWING)
    )
    return Tickets(
        figures=[by_name[name] for name in METRICS if name in by_name],
        standing=[now[name] for name in STANDING if name in now],
        levels=levels[:SHOWN],
        stuck=stuck[:SHOWN],
        stuck_left=len(stuck[SHOWN:]),
        growing=growing[:SHOWN],
        growing_left=len(growing[SHOWN:]),
    )
