"""Issues as tickets: what they are now, and what happened to them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

import polars as pl

from collectors.gitlab import notes, statuses
from collectors.gitlab.details import discussions_of
from collectors.gitlab.parts import Node, Row, frames, instant, length, nodes_of, number_of, utc
from collectors.gitlab.people import People
from collectors.gitlab.statuses import Turn
from warehouse.tables import Page

STREAM = "tickets"

REPLACED = ("ticket_changes", "ticket_status_intervals", "ticket_links", "ticket_sprints", "comments")
"""Tables whose rows are told anew with their ticket."""

_ITERATION_STATES = {1: "future", 2: "active", 3: "closed"}


def page(
    items: Iterable[Node],
    details: Mapping[str, Node | None] | None,
    *,
    labels: Mapping[str, str],
    source: str,
    repo_id: str,
    project: str,
) -> Page:
    """The rows of whole issues; what was stored of them before is replaced.

    `details` is None where the server cannot tell what happened to them, and has None for one that was too heavy:
    then the history of the issue is not complete, and it is counted.
    """
    people = People(source)
    rows: dict[str, list[Row]] = {name: [] for name in (STREAM, "sprints", *REPLACED)}
    quality = {"private_note": 0, "ticket_history_unreadable": 0}
    for item in items:
        node = (details or {}).get(str(item["iid"]))
        ticket_id = f"{repo_id}#{item['iid']}"
        _one(item, node, ticket_id, project=project, labels=labels, people=people, rows=rows, quality=quality)
    quality["ghost_author"] = people.ghosts
    ids = pl.DataFrame({"ticket_id": [row["ticket_id"] for row in rows[STREAM]]}, schema={"ticket_id": pl.String})
    return Page(
        STREAM,
        repo_id,
        deletes={} if ids.is_empty() else dict.fromkeys(REPLACED, ids),
        upserts=frames({**rows, **people.rows()}),
        quality={check: count for check, count in quality.items() if count},
    )


def _one(
    item: Node,
    node: Node | None,
    ticket_id: str,
    *,
    project: str,
    labels: Mapping[str, str],
    people: People,
    rows: dict[str, list[Row]],
    quality: dict[str, int],
) -> None:
    """Add the rows of one issue."""
    threads = nodes_of({"discussions": discussions_of(node)}, "discussions") if node else []
    everything = [note for thread in threads for note in nodes_of(thread, "notes")]
    told = [note for note in everything if not notes.is_private(note)]
    is_cut = any(((thread.get("notes") or {}).get("pageInfo") or {}).get("hasNextPage") for thread in threads)
    quality["private_note"] += len(everything) - len(told)
    quality["ticket_history_unreadable"] += node is None or is_cut
    people.account((node or {}).get("author"))
    reporter_id = people.author(item["author"])
    assignees = [people.account(user) for user in item.get("assignees") or ()]
    for note in told:
        people.account(note["author"])
    changes = list(_changes(told, ticket_id, labels, people))
    created_at = utc(item["created_at"])
    closed_at = instant(item.get("closed_at")) if item["state"] == "closed" else None
    turns = [
        Turn(row["changed_at"], row["actor_id"], row["field"], row["from_value"], row["to_value"]) for row in changes
    ]
    passed = statuses.intervals(ticket_id, created_at, reporter_id, turns, closed_at)
    parent_key = _parent(item, node)
    spent = item.get("time_stats") or {}
    rows["ticket_status_intervals"] += passed
    rows["ticket_changes"] += changes
    rows[STREAM].append(
        {
            "ticket_id": ticket_id,
            "key": f"{project}#{item['iid']}",
            "project": project,
            "type": item.get("issue_type") or "issue",
            "title": item["title"],
            "status": passed[-1]["status"],
            "status_category": passed[-1]["status_category"],
            "priority": _severity(item),
            "reporter_id": reporter_id,
            "assignee_id": assignees[0] if assignees else None,
            "created_at": created_at,
            "updated_at": instant(item["updated_at"]),
            "resolved_at": closed_at,
            "resolution": _resolution(item),
            "due_on": _day(item.get("due_date")),
            "story_points": None if item.get("weight") is None else float(item["weight"]),
            "estimate_seconds": spent.get("time_estimate") or None,
            "spent_seconds": spent.get("total_time_spent") or None,
            "parent_key": parent_key,
            "milestone": (item.get("milestone") or {}).get("title"),
            "labels": list(item.get("labels") or ()),
            "url": item["web_url"],
            "body_length": length(item.get("description")),
            "history_complete": node is not None and not is_cut,
        }
    )
    if parent_key:
        rows["ticket_links"].append({"ticket_id": ticket_id, "kind": "parent", "other_key": parent_key})
    rows["ticket_links"] += _links(told, ticket_id, project)
    sprint = _sprint(item.get("iteration"), people.source)
    rows["sprints"] += [sprint] if sprint else []
    rows["ticket_sprints"] += _in_sprints(sprint, changes, ticket_id, created_at, people.source)
    rows["comments"] += (
        {
            "comment_id": f"{people.source}:{number_of(note['id'])}",
            "ticket_id": ticket_id,
            "author_id": people.account(note["author"]),
            "created_at": instant(note["createdAt"]),
            "in_review": False,
            "body_length": length(note["body"]),
        }
        for note in told
        if not note["system"]
    )


def _changes(told: list[Node], ticket_id: str, labels: Mapping[str, str], people: People) -> Iterator[Row]:
    for note in told:
        if not note["system"]:
            continue
        for place, change in enumerate(notes.changes(note["body"], labels)):
            yield {
                "change_id": f"{people.source}:{number_of(note['id'])}" + (f".{place}" if place else ""),
                "ticket_id": ticket_id,
                "field": change.field,
                "from_value": change.old,
                "to_value": change.new,
                "actor_id": people.account(note["author"]),
                "changed_at": instant(note["createdAt"]),
            }


def _links(told: list[Node], ticket_id: str, project: str) -> Iterator[Row]:
    """The issues that it is linked with, as the notes tell; a link that was taken away again is left out."""
    linked: dict[str, str] = {}
    for note in sorted(told, key=lambda note: note["createdAt"]):
        if note["system"] and (link := notes.link(note["body"])):
            key = f"{project}{link.other}" if link.other.startswith("#") else link.other
            linked.pop(key, None)
            if link.kind:
                linked[key] = link.kind
    for key, kind in linked.items():
        yield {"ticket_id": ticket_id, "kind": kind, "other_key": key}


def _sprint(iteration: Node | None, source: str) -> Row | None:
    """The row of the iteration that an issue is in."""
    if not iteration:
        return None
    return {
        "sprint_id": f"{source}:iteration/{iteration['id']}",
        "board": None if iteration.get("group_id") is None else f"group {iteration['group_id']}",
        "name": iteration.get("title") or f"{iteration['start_date']} to {iteration['due_date']}",
        "state": _ITERATION_STATES.get(int(iteration.get("state") or 0)),
        "started_at": _midnight(iteration.get("start_date")),
        "ends_at": _midnight(iteration.get("due_date")),
    }


def _in_sprints(
    sprint: Row | None, changes: list[Row], ticket_id: str, created_at: datetime, source: str
) -> Iterator[Row]:
    """The iterations that an issue was in, and when; one that it got when it was made has no note."""
    entered: list[Row] = []
    for row in sorted((row for row in changes if row["field"] == "iteration"), key=lambda row: row["changed_at"]):
        if entered and entered[-1]["removed_at"] is None:
            entered[-1]["removed_at"] = row["changed_at"]
        number = row["to_value"]
        if number and number.isdecimal():
            sprint_id = f"{source}:iteration/{number}"
            entered.append({"sprint_id": sprint_id, "added_at": row["changed_at"], "removed_at": None})
    if sprint and not any(row["removed_at"] is None for row in entered):
        entered.append({"sprint_id": sprint["sprint_id"], "added_at": created_at, "removed_at": None})
    yield from ({"ticket_id": ticket_id, **row} for row in entered)


def _parent(item: Node, node: Node | None) -> str | None:
    """The key of what it belongs to: another issue as `group/project#1`, an epic as `group&1`."""
    for widget in (node or {}).get("widgets") or ():
        if parent := (widget or {}).get("parent"):
            path = (parent.get("namespace") or {}).get("fullPath") or ""
            epic = item.get("epic") or {}
            is_epic = str(epic.get("iid")) == str(parent["iid"])
            return f"{path}{'&' if is_epic else '#'}{parent['iid']}"
    epic = item.get("epic") or {}
    return str((epic.get("references") or {}).get("full") or f"&{epic['iid']}") if epic.get("iid") else None


def _severity(item: Node) -> str | None:
    severity = str(item.get("severity") or "").lower()
    return None if severity in {"", "unknown"} else severity


def _resolution(item: Node) -> str | None:
    if item["state"] != "closed":
        return None
    if item.get("moved_to_id"):
        return "moved"
    return "duplicate" if (item.get("_links") or {}).get("closed_as_duplicate_of") else "closed"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _midnight(text: str | None) -> datetime | None:
    return datetime.fromisoformat(f"{text}T00:00:00") if text else None
