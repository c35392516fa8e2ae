"""The statuses that an issue went through: open or closed, and what its labels say of the work on it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from collectors.gitlab.parts import Row
from collectors.status_intervals import Entered, status_intervals

_BEGUN = re.compile(
    r"(?i)(^|[^a-z])(in[ _-]?progress|doing|wip|in[ _-]?(?:dev(?:elopment)?|review)|started|under[ _-]?review"
    r"|(?<=::)(?:\d+ ?- ?)?(?:development|review|verification))([^a-z]|$)"
)
"""Labels of boards and of scopes (`workflow::in dev`) that say that the work goes on."""


@dataclass(frozen=True)
class Turn:
    """A change that may give an issue another status."""

    at: datetime
    actor_id: str | None
    field: str
    old: str | None
    new: str | None


def says_begun(label: str | None) -> bool:
    """Whether a label says that work on an issue has begun and goes on."""
    return bool(label and _BEGUN.search(label))


def intervals(
    ticket_id: str,
    created_at: datetime,
    reporter_id: str | None,
    turns: Iterable[Turn],
    closed_at: datetime | None,
) -> list[Row]:
    """The statuses that an issue went through, from its creation on; at least one.

    The label that was put on last counts of several. Closed without a note of it, it is so from `closed_at` on.
    """
    entered = [Entered(created_at, "open", "todo", reporter_id)]
    begun: list[str] = []
    is_open = True
    for turn in sorted(turns, key=lambda turn: turn.at):
        if turn.field == "status":
            is_open = turn.new != "closed"
        elif turn.field == "labels" and turn.new and says_begun(turn.new):
            begun = [*(label for label in begun if label != turn.new), turn.new]
        elif turn.field == "labels" and turn.old in begun:
            begun.remove(turn.old)
        entered.append(Entered(max(turn.at, created_at), *_status(is_open, begun), turn.actor_id))
    if closed_at and is_open:
        entered.append(Entered(max(closed_at, entered[-1].at), "closed", "done"))
    elif closed_at is None and not is_open:  # reopened by whom or what the notes do not show
        entered.append(Entered(entered[-1].at, *_status(True, begun)))
    return status_intervals(ticket_id, entered)


def _status(is_open: bool, begun: list[str]) -> tuple[str, str]:
    if not is_open:
        return "closed", "done"
    return (begun[-1], "in_progress") if begun else ("open", "todo")
