"""Issues as tickets: what they are now, and what happened to them.

An issue is open or closed; that work on it has begun is told by a label such as `in progress`, or by the status that a
project board gives it. The API tells when a label came and went, but of a board only the present status: the history
of such an issue is not complete.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import polars as pl

from collectors.github.nodes import Node, comment_row, event_kind, nodes_of
from collectors.github.people import People
from collectors.rows import Row, frames, instant, length, utc
from collectors.status_intervals import Entered, status_intervals
from warehouse.tables import Page

STREAM = "tickets"

REPLACED = ("ticket_changes", "ticket_status_intervals", "ticket_links", "comments")
"""Tables whose rows are told anew with their ticket."""

_BEGUN = re.compile(r"(?i)(^|[^a-z])(in[ _-]?progress|doing|wip|in[ _-]?review|started|under[ _-]?review)([^a-z]|$)")
_OVER = re.compile(r"(?i)^(done|closed|complete[d]?|shipped|released)$")

_VALUES = {
    "LabeledEvent": ("labels", "label", "name", "to_value"),
    "UnlabeledEvent": ("labels", "label", "name", "from_value"),
    "AssignedEvent": ("assignee", "assignee", "login", "to_value"),
    "UnassignedEvent": ("assignee", "assignee", "login", "from_value"),
}
"""Field of the change, where the event holds the value, and which side of the change it is."""


def page(nodes: Iterable[Node], *, source: str, repo_id: str, repository: str) -> Page:
    """The rows of whole issues; what was stored of them before is replaced."""
    people = People(source)
    rows: dict[str, list[Row]] = {name: [] for name in (STREAM, *REPLACED)}
    for node in nodes:
        _one(node, f"{repo_id}#{node['number']}", repository, people, rows)
    ids = pl.DataFrame({"ticket_id": [row["ticket_id"] for row in rows[STREAM]]}, schema={"ticket_id": pl.String})
    return Page(
        STREAM,
        repo_id,
        deletes={} if ids.is_empty() else dict.fromkeys(REPLACED, ids),
        upserts=frames({**rows, **people.rows()}),
        quality={"ghost_author": people.ghosts} if people.ghosts else {},
    )


def _one(node: Node, ticket_id: str, repository: str, people: People, rows: dict[str, list[Row]]) -> None:
    board = _board(node)
    intervals = _intervals(node, ticket_id, people, board)
    rows["ticket_status_intervals"] += intervals
    parent = node.get("parent")
    assignees = nodes_of(node, "assignees")
    for assignee in assignees:
        people.account(assignee)
    rows[STREAM].append(
        {
            "ticket_id": ticket_id,
            "key": f"{repository}#{node['number']}",
            "project": repository,
            "title": node["title"],
            "status": intervals[-1]["status"],
            "status_category": intervals[-1]["status_category"],
            "reporter_id": people.author(node["author"]),
            "assignee_id": people.account(assignees[0]) if assignees else None,
            "created_at": instant(node["createdAt"]),
            "updated_at": instant(node["updatedAt"]),
            "resolved_at": instant(node["closedAt"]),
            "resolution": (node.get("stateReason") or "").lower() or None,
            "parent_key": _key(parent) if parent else None,
            "milestone": (node.get("milestone") or {}).get("title"),
            "labels": [label["name"] for label in nodes_of(node, "labels")],
            "url": node["url"],
            "history_complete": board is None,
            "body_length": length(node["body"]),
        }
    )
    rows["ticket_changes"] += _changes(node, ticket_id, people)
    if parent:
        rows["ticket_links"].append({"ticket_id": ticket_id, "kind": "parent", "other_key": _key(parent)})
    rows["comments"] += (comment_row(comment, people, ticket_id=ticket_id) for comment in nodes_of(node, "comments"))


def _key(issue: Node) -> str:
    return f"{issue['repository']['nameWithOwner']}#{issue['number']}"


def _changes(node: Node, ticket_id: str, people: People) -> Iterator[Row]:
    for event in nodes_of(node, "timelineItems"):
        if not event.get("id"):  # of a kind that was not asked for
            continue
        yield {
            "change_id": f"{people.source}:{event['id']}",
            "ticket_id": ticket_id,
            "actor_id": people.account(event.get("actor")),
            "changed_at": instant(event["createdAt"]),
            **_values(event),
        }


def _values(event: Node) -> Row:  # noqa: PLR0911 - one for each kind of event
    typename = event["__typename"]
    match typename:
        case "ClosedEvent":
            return {"field": "status", "from_value": "open", "to_value": "closed"}
        case "ReopenedEvent":
            return {"field": "status", "from_value": "closed", "to_value": "open"}
        case "MilestonedEvent":
            return {"field": "milestone", "to_value": event["milestoneTitle"]}
        case "DemilestonedEvent":
            return {"field": "milestone", "from_value": event["milestoneTitle"]}
        case "RenamedTitleEvent":
            return {"field": "title", "from_value": event["previousTitle"], "to_value": event["currentTitle"]}
        case "CrossReferencedEvent":
            from_other = event.get("source") or {}
            return {"field": "cross_reference", "to_value": _key(from_other) if from_other.get("number") else None}
        case _ if typename in _VALUES:
            field, place, part, side = _VALUES[typename]
            return {"field": field, side: (event.get(place) or {}).get(part)}
        case _:
            return {"field": event_kind(typename)}


def _intervals(node: Node, ticket_id: str, people: People, board: tuple[str, datetime | None] | None) -> list[Row]:
    """The statuses that it went through, from its creation on; at least one."""
    entered = [Entered(utc(node["createdAt"]), "open", "todo", people.account(node["author"]))]
    label: str | None = None
    is_open = True
    for event in sorted((e for e in nodes_of(node, "timelineItems") if e.get("id")), key=lambda e: e["createdAt"]):
        name = (event.get("label") or {}).get("name")
        match event["__typename"]:
            case "ClosedEvent":
                is_open = False
            case "ReopenedEvent":
                is_open = True
            case "LabeledEvent" if name and _BEGUN.search(name):
                label = name
            case "UnlabeledEvent" if name == label:
                label = None
        entered.append(Entered(utc(event["createdAt"]), *_status(is_open, label), people.account(event.get("actor"))))
    closed_at = instant(node["closedAt"])
    if closed_at and is_open:  # closed by a commit of long ago, or by an account that is gone: there is no event
        entered.append(Entered(closed_at, "closed", "done"))
    if board and node["state"] == "OPEN":
        name, since = board
        entered.append(Entered(max(since or entered[-1].at, entered[-1].at), name, _category(name)))
    return status_intervals(ticket_id, entered)


def _status(is_open: bool, label: str | None) -> tuple[str, str]:
    if not is_open:
        return "closed", "done"
    return (label, "in_progress") if label else ("open", "todo")


def _board(node: Node) -> tuple[str, datetime | None] | None:
    """The status on the first project board that gives it one, and since when."""
    for item in nodes_of(node, "projectItems"):
        status = item.get("status") or {}
        if status.get("name"):
            return status["name"], instant(status.get("updatedAt"))
    return None


def _category(status: str) -> str:
    if _OVER.search(status):
        return "done"
    return "in_progress" if _BEGUN.search(status) else "todo"
