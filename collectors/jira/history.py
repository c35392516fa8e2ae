"""What happened to a ticket, from its list of changes: every field, its statuses, the sprints that it was in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from collectors.jira.people import People
from collectors.jira.server import Server
from collectors.jira.values import Item, length, utc
from collectors.rows import Row
from collectors.status_intervals import Entered

_FIELDS = {
    "summary": "title",
    "duedate": "due_on",
    "due date": "due_on",
    "timeoriginalestimate": "estimate",
    "original estimate": "estimate",
    "timeestimate": "remaining_estimate",
    "timespent": "spent",
    "fix version": "milestone",
    "fixversions": "milestone",
    "version": "affected_version",
    "component": "components",
    "labels": "labels",
    "link": "links",
    "parent": "parent",
    "issueparentassociation": "parent",
    "epic link": "parent",
    "parent link": "parent",
    "issuetype": "type",
    "key": "key",
}
"""What a field is called here, by its name in a list of changes in lower case; others keep their own."""

_EPICS = frozenset({"epic link", "parent link"})
"""Custom fields that say what a ticket belongs to, also where a server no longer has them."""

_KNOWN = frozenset(_FIELDS.values()) | {
    *("status", "assignee", "reporter", "priority", "resolution", "description", "comment", "environment", "sprint"),
    *("flagged", "story_points", "acceptance_criteria"),
}
"""Names of fields that mean something here."""

_IDS = frozenset({"assignee", "reporter", "sprint"})
"""Fields whose values are told by id: names of people and sprints change."""

_TEXTS = frozenset({"description", "acceptance_criteria", "environment", "comment"})
"""Fields of which only the length of the text is kept."""
_LONGEST = 255


@dataclass(frozen=True)
class Change:
    """One field that changed."""

    change_id: str
    at: datetime
    actor_id: str | None
    field: str
    item: Item


def changes(issue: Item, server: Server, people: People) -> list[Change]:
    """Every change of a ticket, the oldest first."""
    histories = (issue.get("changelog") or {}).get("histories") or []
    ordered = sorted(histories, key=lambda history: (utc(history.get("created")), _number(history["id"])))
    return [
        Change(
            f"{people.source}:{history['id']}/{position}",
            utc(history.get("created")),
            people.account(history.get("author")),
            _field(item, server),
            item,
        )
        for history in ordered
        for position, item in enumerate(history.get("items") or ())
    ]


def rows(ticket_id: str, told: list[Change]) -> Iterator[Row]:
    """The rows of `ticket_changes`."""
    for change in told:
        before, after = _values(change)
        yield {
            "change_id": change.change_id,
            "ticket_id": ticket_id,
            "field": change.field,
            "from_value": before,
            "to_value": after,
            "actor_id": change.actor_id,
            "changed_at": change.at,
        }


def statuses(issue: Item, told: list[Change], server: Server, creator: str | None) -> tuple[list[Entered], bool]:
    """The statuses that a ticket entered, and whether they lead to the one that it has without a gap.

    The first one is what the first change came from. Where the changes end somewhere else than where the ticket is,
    it is taken to be where it is since the last of them.
    """
    now = issue["fields"]["status"]
    steps = [change for change in told if change.field == "status"]
    first = (steps[0].item.get("from"), steps[0].item.get("fromString")) if steps else (now["id"], now["name"])
    entered = [_entered(utc(issue["fields"]["created"]), *first, creator, server)]
    is_whole = True
    for step in steps:
        is_whole &= entered[-1].status_id == _text(step.item.get("from"))
        entered.append(_entered(step.at, step.item.get("to"), step.item.get("toString"), step.actor_id, server))
    if entered[-1].status_id != str(now["id"]):
        last = entered.pop()
        entered.append(_entered(last.at, now["id"], now["name"], last.actor_id, server))
        is_whole = False
    return entered, is_whole


def sprints(ticket_id: str, issue: Item, told: list[Change], source: str, present: list[str]) -> Iterator[Row]:
    """The rows of `ticket_sprints`; `present` are the ids of the sprints that it is in."""
    created = utc(issue["fields"]["created"])
    steps = [change for change in told if change.field == "sprint"]
    began = dict.fromkeys(_ids(steps[0].item.get("from")) if steps else present, created)
    past: list[tuple[str, datetime, datetime | None]] = []
    for step in steps:
        after = _ids(step.item.get("to"))
        past += [(sprint, began.pop(sprint), step.at) for sprint in list(began) if sprint not in after]
        began |= {sprint: step.at for sprint in after if sprint not in began}
    # What is in the list but never was put there came with its parent; what is not, with its deletion, left.
    last = steps[-1].at if steps else created
    past += [(sprint, at, last) for sprint, at in began.items() if sprint not in present]
    past += [(sprint, began.get(sprint, created), None) for sprint in present]
    for sprint, added_at, removed_at in past:
        yield {
            "ticket_id": ticket_id,
            "sprint_id": f"{source}:{sprint}",
            "added_at": added_at,
            "removed_at": removed_at,
        }


def _entered(at: datetime, identifier: object, name: object, actor_id: str | None, server: Server) -> Entered:
    status = server.status(_text(identifier), _text(name))
    return Entered(at, status.name, status.category, actor_id, _text(identifier))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(identifier: object) -> tuple[int, str]:
    text = str(identifier)
    return (int(text) if text.isdigit() else 0, text)


def _ids(listed: object) -> list[str]:
    return [part.strip() for part in str(listed or "").split(",") if part.strip()]


def _field(item: Item, server: Server) -> str:
    """What the field of a change is called here; a custom one that only sounds like one of Jira's has its own name."""
    name = str(item.get("field") or "")
    is_custom = item.get("fieldtype") == "custom"
    if is_custom and (meaning := server.fields.meaning(item.get("fieldId"), name)):
        return "parent" if meaning == "epic" else meaning
    own = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).strip("_").lower()
    if is_custom and name.lower() not in _EPICS:
        return f"custom_{own}" if own in _KNOWN or name.lower() in _FIELDS else own
    return _FIELDS.get(name.lower()) or own


def _values(change: Change) -> tuple[str | None, str | None]:
    item = change.item
    if change.field in _IDS:
        return item.get("from") or None, item.get("to") or None
    texts = [item.get("fromString"), item.get("toString")]
    if change.field == "links":  # the text is a sentence, the value the key
        texts = [item.get("from"), item.get("to")]
    is_long = change.field in _TEXTS or any("\n" in text or len(text) > _LONGEST for text in texts if text)
    before, after = (None if text in (None, "") else str(length(text)) if is_long else str(text) for text in texts)
    return before, after
