"""Tickets of the published world: invented histories, seeded, and what the pipelines make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import polars as pl

from leadline.engine import compute
from metrics.catalogue import PIPELINES
from metrics.clock import WorkingHours
from warehouse.tables import CORE

Rows = list[dict[str, Any]]

ROOMS = ("metrics.tickets", "metrics.scope")
BESIDE = {
    *("pull_request_scopes", "pull_request_calendar", "pull_request_states"),
    *("service_repositories", "service_files"),
}
"""Tables of another room that the figures about tickets need, and that nothing else gives."""

WAY = ("Backlog", "Selected", "In progress", "In review", "Ready to test", "Done")
CATEGORY = {"Backlog": "todo", "Selected": "todo", "Done": "done", "open": "todo", "closed": "done"}
HOURS = {"Backlog": 90, "Selected": 30, "In progress": 22, "In review": 12, "Ready to test": 16}
"""About how many hours half of the tickets spend in each status."""

TYPES = ("Story", "Story", "Bug", "Task")
TITLES = ("Show tides", "Print the crew list", "Fees for moorings", "Warn of storms", "Import charts", "Log in again")
ODD_TITLE = 'Tell *bold* [link](http://x) "quoted" `code` $x 文件'
SETTINGS: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "minimum_group": 3,
    "incident_types": ("Incident",),
    "incident_labels": ("incident",),
    "status_names": {},
    "readiness_needs": ("assignee", "estimate"),
    "working_hours": WorkingHours("Europe/Berlin"),
}


@dataclass
class TicketWorld:
    """Rows of core tables, by name."""

    now: datetime
    people: Sequence[str]
    random: Random = field(default_factory=lambda: Random(5))
    core: dict[str, Rows] = field(default_factory=lambda: {name: [] for name in CORE})

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        """Add a row to a core table."""
        self.core[table].append(row)
        return row

    def hours(self, middle: float, spread: float = 1.1) -> timedelta:
        """A span around so many hours, a few far longer."""
        return timedelta(hours=middle * self.random.lognormvariate(0, spread))

    def change(self, ticket_id: str, what: str, at: datetime, old: str | None, new: str | None) -> None:
        """A change of a field, where it is not in the future."""
        if at < self.now:
            number = len(self.core["ticket_changes"])
            self.add(
                "ticket_changes", change_id=f"jira:c{number}", ticket_id=ticket_id, field=what, from_value=old,
                to_value=new, actor_id=self.random.choice(self.people), changed_at=at,
            )  # fmt: skip


def ticket_core(now: datetime, people: Sequence[str], *, tracked: str, small: str, plain: str) -> dict[str, Rows]:
    """The core tables: a project with everything, a small one, and one `plain` one that knows only open and closed."""
    world = TicketWorld(now, people)
    for number in range(1, 331):
        _ticket(world, tracked, number, weeks=52)
    for number in range(1, 31):
        _ticket(world, small, number, weeks=30)
    for number in range(31, 41):
        _ticket(world, small, number, weeks=3, slow=6)
    for number in range(331, 352):
        _ticket(world, tracked, number, weeks=4, slow=6)
    for number in range(352, 377):
        created = now - timedelta(days=world.random.uniform(1, 45))
        steps = [(created, "Backlog"), (created + world.hours(30), "Selected")][: 1 + number % 2]
        _put(world, f"jira:{tracked}-{number}", f"{tracked}-{number}", tracked, steps)
    for number in range(1, 41):
        created = now - timedelta(days=world.random.uniform(1, 300))
        closed = created + world.hours(200)
        steps = [(created, "open"), (closed, "closed")]
        _put(world, f"github:{plain}#{number}", f"{plain}#{number}", plain, steps, type_="Issue", source="github")
    _links(world, tracked)
    _parents(world, tracked)
    _sprints(world, tracked)
    return world.core


def link_pull_requests(core: dict[str, Rows], flow: Rows, repo_id: str, project: str) -> None:
    """Let two of three pull requests of a repository serve a ticket that was created before them."""
    tickets = sorted((row for row in core["tickets"] if row["project"] == project), key=lambda row: row["created_at"])
    for row in flow:
        older = [ticket for ticket in tickets if ticket["created_at"] < row["opened_at"]]
        if row["repo_id"] == repo_id and row["number"] % 3 and older:
            core["pull_request_tickets"].append({"pr_id": row["pr_id"], "ticket_id": older[-1]["ticket_id"]})


def published(
    core: Mapping[str, Rows], delivered: Mapping[str, Rows], teams: Mapping[str, Rows], now: datetime, *, small: str
) -> dict[str, Rows]:
    """What the pipelines about tickets publish: `delivered` are metric tables of pull requests, `teams` core ones.

    `small` is a team that figures are not shown of.
    """
    flow = delivered["pull_request_flow"]
    requests = [row | {"created_at": row["opened_at"], "updated_at": row["last_activity_at"]} for row in _settled(flow)]
    rows = {**core, **teams, "pull_requests": requests}
    given = {
        "pull_request_flow": flow,
        "incidents": delivered["incidents"],
        "pull_request_activity": requests,
    }
    own = [p for p in PIPELINES if p.compute.__module__.startswith(ROOMS) or p.feeds in BESIDE]
    schemas = {p.feeds: p.schema for p in PIPELINES}

    def read(table: str) -> pl.DataFrame:
        schema = schemas[table] if table in given else CORE[table]
        found: Rows = given[table] if table in given else rows[table]
        columns = schema.create_empty().schema
        return pl.DataFrame([{name: row.get(name) for name in columns} for row in found], schema=columns)

    found = {table: frame.to_dicts() for table, frame in compute(own, read, {"as_of": now, **SETTINGS}).items()}
    for row in found["observations"]:
        if row["scope"] == small:
            row.update(value=None, n=None, coverage=None, reason="group_too_small")
    return found


def _settled(flow: Rows) -> Rows:
    return [row | {"last_activity_at": row.get("last_activity_at") or row["opened_at"]} for row in flow]


def _ticket(world: TicketWorld, project: str, number: int, *, weeks: int, slow: float = 0) -> None:
    at = world.now - timedelta(days=world.random.uniform(0.5, 7 * weeks))
    ticket_id = f"jira:{project}-{number}"
    pace = slow or world.random.choice([0.5, 1, 1, 1.5])
    steps = [(at, WAY[0])]
    for status, following in pairwise(WAY):
        at += world.hours(HOURS[status] * (1 if status in CATEGORY else pace))
        if world.random.random() < 0.03 and following == "In review":
            steps.append((at, "Selected"))
            at += world.hours(40)
            steps.append((at, "In progress"))
            at += world.hours(8)
        steps.append((at, following))
    if world.random.random() < 0.05:
        steps.append((at + world.hours(60), "In progress"))
        steps.append((steps[-1][0] + world.hours(30), "Done"))
    started = next(moment for moment, status in steps if status == "In progress")
    row = _put(world, ticket_id, f"{project}-{number}", project, steps)
    if row is None or started > world.now:
        return
    if world.random.random() < 0.2:
        world.change(ticket_id, "description", started + world.hours(10), None, None)
    if world.random.random() < 0.15:
        world.change(ticket_id, "story_points", started + world.hours(12), "2", str(row["story_points"] or 5))
    if world.random.random() < 0.15:
        flagged = started + world.hours(6)
        world.change(ticket_id, "flagged", flagged, None, "Impediment")
        if world.random.random() < 0.8:
            world.change(ticket_id, "flagged", flagged + world.hours(30), "Impediment", None)


def _put(
    world: TicketWorld, ticket_id: str, key: str, project: str, steps: list[tuple[datetime, str]], *,
    type_: str | None = None, source: str = "jira",
) -> dict[str, Any] | None:  # fmt: skip
    """A ticket with what had happened to it by now."""
    past = [(at, status) for at, status in steps if at < world.now]
    if not past:
        return None
    number = len(world.core["tickets"])
    for place, (at, status) in enumerate(past):
        left = past[place + 1][0] if place + 1 < len(past) else None
        world.add(
            "ticket_status_intervals", ticket_id=ticket_id, entered_at=at, status=status, left_at=left,
            status_category=CATEGORY.get(status, "in_progress"), source=source,
        )  # fmt: skip
    status = past[-1][1]
    category = CATEGORY.get(status, "in_progress")
    return world.add(
        "tickets", ticket_id=ticket_id, source=source, key=key, project=project, status=status, labels=[],
        type=type_ or world.random.choice(TYPES), status_category=category, created_at=past[0][0],
        title=ODD_TITLE if number % 40 == 9 else f"{world.random.choice(TITLES)} {number}", updated_at=past[-1][0],
        resolved_at=past[-1][0] if category == "done" else None, history_complete=number % 60 != 11, body_length=80,
        assignee_id=world.random.choice(world.people) if number % 5 else None, components=[],
        story_points=float(world.random.choice([1, 2, 3, 5, 8])) if number % 4 else None,
        url="javascript:alert(1)" if number % 50 == 3 else f"https://tracker.example/{key}",
    )  # fmt: skip


def _of(world: TicketWorld, project: str) -> Rows:
    return [row for row in world.core["tickets"] if row["project"] == project]


def _links(world: TicketWorld, project: str) -> None:
    """Every ninth ticket in progress waits for one that is still to be done."""
    begun = [row for row in _of(world, project) if row["status_category"] == "in_progress"]
    waiting = [row for row in _of(world, project) if row["status_category"] == "todo"]
    for row, other in zip(begun[::6], waiting, strict=False):
        world.add("ticket_links", ticket_id=row["ticket_id"], kind="is_blocked_by", other_key=other["key"])


def _parents(world: TicketWorld, project: str) -> None:
    """Ten epics, of which every other one grows while it is worked on."""
    tickets = sorted(_of(world, project), key=lambda row: row["created_at"])
    for number in range(10):
        first = world.now - timedelta(days=330 - 30 * number)
        key = f"{project}-E{number}"
        steps = [(first, "Backlog"), (first + timedelta(days=8), "In progress")]
        if number < 5:
            steps.append((first + timedelta(days=150), "Done"))
        _put(world, f"jira:{key}", key, project, steps, type_="Epic")
        reach = timedelta(days=8 if number % 2 and number != 9 else 80)
        inside = [row for row in tickets if first < row["created_at"] < first + reach and "parent_key" not in row]
        for row in inside[:14] if number != 9 else inside[::3]:
            row["parent_key"] = key


def _sprints(world: TicketWorld, project: str) -> None:
    """Two weeks each, the last one running; tickets that are done near the end were planned or came later."""
    tickets = _of(world, project)
    for number in range(1, 19):
        begin = world.now - timedelta(days=14 * (19 - number) - 5)
        end, sprint_id = begin + timedelta(days=14), f"jira:s{number}"
        over = end < world.now
        world.add(
            "sprints", sprint_id=sprint_id, board="Harbour board", name=f"Sprint {number}",
            state="closed" if over else "active", started_at=begin, ends_at=end, completed_at=end if over else None,
        )  # fmt: skip
        for row in tickets:
            done = row["resolved_at"]
            is_near = begin - timedelta(days=30) < row["created_at"] < end and (done is None or done > begin)
            if not is_near or world.random.random() < 0.2:
                continue
            late = row["created_at"] > begin or world.random.random() < 0.2
            added = max(row["created_at"], begin + world.hours(60, 0.4) if late else begin - timedelta(hours=3))
            removed = added + world.hours(50) if world.random.random() < 0.07 else None
            if added < min(end, world.now):
                gone = removed if removed and removed < min(end, world.now) else None
                world.add(
                    "ticket_sprints", ticket_id=row["ticket_id"], sprint_id=sprint_id, added_at=added, removed_at=gone
                )
