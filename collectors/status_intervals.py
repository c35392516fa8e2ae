"""From the changes of a ticket's status to the intervals between them: the same for every tracker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Entered:
    """A status that a ticket had from an instant on."""

    at: datetime
    status: str
    category: str | None
    """`todo`, `in_progress` or `done`; None where nobody knows."""
    actor_id: str | None = None
    status_id: str | None = None
    """Where the tracker tells statuses apart by an id."""


def status_intervals(ticket_id: str, entered: Iterable[Entered]) -> list[dict[str, Any]]:
    """The rows of `ticket_status_intervals`, from what a ticket entered in order, its first status included.

    Of several changes at one instant the last one counts; a change to the status that it has already is none.
    """
    rows: list[dict[str, Any]] = []
    for step in entered:
        if rows and rows[-1]["entered_at"] == step.at:
            rows.pop()
        if rows and (rows[-1]["status"], rows[-1]["status_id"]) == (step.status, step.status_id):
            rows[-1]["left_at"] = None
            continue
        if rows:
            rows[-1]["left_at"] = step.at
        rows.append(
            {
                "ticket_id": ticket_id,
                "entered_at": step.at,
                "status": step.status,
                "status_category": step.category,
                "left_at": None,
                "actor_id": step.actor_id,
                "status_id": step.status_id,
            }
        )
    return rows
