"""Readiness, changed requirements, sprints and parents in plain Python."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from ticket_worlds import TicketWorld

Row = dict[str, Any]
FIELDS = {
    "description": "description",
    "story points": "estimate",
    "timeoriginalestimate": "estimate",
    "assignee": "assignee",
    "acceptance criteria": "acceptance_criteria",
}
"""The fields that the invented worlds change, and what they mean."""


def _changes(world: TicketWorld, ticket_id: str, meaning: str) -> list[Row]:
    mine = [
        row
        for row in world.tables["ticket_changes"]
        if row["ticket_id"] == ticket_id and FIELDS.get(row["field"].lower()) == meaning
    ]
    return sorted(mine, key=lambda row: (row["changed_at"], row["change_id"]))


def _value(changes: list[Row], at: datetime, now: Any) -> Any:
    """What a field held at an instant: told by the last change up to it, the next one, or the present."""
    before = [row for row in changes if row["changed_at"] <= at]
    if before:
        return before[-1]["to_value"]
    return changes[0]["from_value"] if changes else now


def _is_assigned(changes: list[Row], at: datetime, now: str | None) -> bool:
    """Whether anybody was assigned: several can be, and each comes and goes alone."""
    before = [row for row in changes if row["changed_at"] <= at]
    if not before:
        return bool(_value(changes, at, now))
    assigned: set[str] = set()
    for row in before:
        assigned.discard(row["from_value"])
        assigned |= {row["to_value"]} - {None, ""}
    return bool(assigned)


def _has_description(changes: list[Row], at: datetime, ticket: Row) -> bool | None:
    before = [row for row in changes if row["changed_at"] <= at]
    if not changes:
        length = ticket.get("body_length")
        return None if length is None else length > 0
    telling = before[-1] if before else changes[0]
    if telling["from_value"] is None and telling["to_value"] is None:
        return True if before else None
    return bool(telling["to_value"] if before else telling["from_value"])


def requirements(world: TicketWorld, flows: dict[str, Row]) -> dict[str, Row]:
    """What every ticket that begun, or is to do, had, and its changes."""
    tickets = {row["ticket_id"]: row for row in world.tables["tickets"]}
    found = {}
    for ticket_id, flow in flows.items():
        ticket, started = tickets[ticket_id], flow["started_at"]
        if not started and flow["state"] != "todo":
            continue
        at = started or world.as_of
        until = flow["done_at"] or world.as_of
        now = "yes" if ticket.get("story_points") is not None else None
        # What has not begun is as it is.
        of = {
            name: _changes(world, ticket_id, name) if started else []
            for name in ("assignee", "estimate", "description")
        }
        has = {
            "assignee": _is_assigned(of["assignee"], at, ticket["assignee_id"]),
            "estimate": bool(_value(of["estimate"], at, now)),
            "description": _has_description(of["description"], at, ticket),
            "parent": ticket.get("parent_key") is not None,
            "due_date": ticket["due_on"] is not None,
        }
        changed = [
            row["changed_at"]
            for meaning in ("description", "acceptance_criteria", "estimate")
            for row in _changes(world, ticket_id, meaning)
            if started and started < row["changed_at"] < until
        ]
        found[ticket_id] = {
            **{f"has_{name}": value for name, value in has.items()},
            "judged_at": at,
            "requirement_changes": len(changed) if started else None,
            "first_changed_at": min(changed, default=None),
            "last_changed_at": max(changed, default=None),
        }
    return found


def sprint_tickets(world: TicketWorld, flows: dict[str, Row]) -> dict[tuple[str, str], Row]:
    """Every ticket of every sprint."""
    incidents = {row["ticket_id"] for row in world.tables["incidents"] if row["opened_at"] <= world.as_of}
    spans: defaultdict[tuple[str, str], list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for row in world.tables["ticket_sprints"]:
        spans[row["sprint_id"], row["ticket_id"]].append((row["added_at"], row["removed_at"]))
    found: dict[tuple[str, str], Row] = {}
    carried: defaultdict[str, int] = defaultdict(int)
    for sprint in sorted(ended(world), key=lambda row: (row["end"], row["sprint_id"])):
        start, end = sprint["started_at"], sprint["end"]
        settled = min(start + timedelta(days=1), end)
        for ticket_id in {ticket for name, ticket in spans if name == sprint["sprint_id"]}:
            mine = [(a, b) for a, b in spans[sprint["sprint_id"], ticket_id] if a <= end]
            planned = any(a <= settled and (b is None or b > settled) for a, b in mine)
            added = not planned and any(a > settled for a, _ in mine)
            if not planned and not added:
                continue
            is_in = any(b is None or b >= end - timedelta(minutes=1) for _, b in mine)
            done = ticket_id in flows and any(
                start <= at <= end and (left is None or left > end) for (at, left), _ in flows[ticket_id]["completions"]
            )
            was_done = ticket_id in flows and any(
                at <= end and (left is None or left > end) for (at, left), _ in flows[ticket_id]["completions"]
            )
            over = is_in and not was_done if sprint["is_over"] else None
            carried[ticket_id] += bool(over)
            found[sprint["sprint_id"], ticket_id] = {
                "is_planned": planned,
                "is_added": added,
                "is_removed": not is_in,
                "is_completed": is_in and done,
                "was_done": was_done and not done,
                "is_carried_over": over,
                "times_carried": carried[ticket_id],
                "is_incident": ticket_id in incidents,
                "is_reestimated": any(
                    settled < row["changed_at"] <= end for row in _changes(world, ticket_id, "estimate")
                ),
            }
    return found


def ended(world: TicketWorld) -> list[Row]:
    """The sprints that have begun, with their end and whether it is over."""
    found = []
    for row in world.tables["sprints"]:
        if row["started_at"] is None or row["started_at"] > world.as_of:
            continue
        if row["state"] == "future" and row["completed_at"] is None:
            continue
        end = row["completed_at"] or (row["ends_at"] if row["state"] == "closed" else None)
        if row["state"] == "closed" and end is None:
            continue
        is_over = end is not None and end <= world.as_of
        found.append({**row, "end": end if is_over else world.as_of, "is_over": is_over})
    return found


def parents(world: TicketWorld, flows: dict[str, Row]) -> dict[str, tuple[int, int, int | None, int | None]]:
    """Children, those done, those at the start and those added, of every parent."""
    found = {}
    tickets = [row for row in world.tables["tickets"] if row["ticket_id"] in flows]
    for parent in tickets:
        mine = [row for row in tickets if row.get("parent_key") == parent["key"] and row["source"] == parent["source"]]
        if not mine:
            continue
        start = flows[parent["ticket_id"]]["started_at"]
        early = sum(row["created_at"] <= start for row in mine) if start else None
        late = sum(row["created_at"] > start for row in mine) if start else None
        done = sum(flows[row["ticket_id"]]["state"] == "done" for row in mine)
        found[parent["ticket_id"]] = (len(mine), done, early, late)
    return found
