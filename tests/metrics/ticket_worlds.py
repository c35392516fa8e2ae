"""Invented tickets: statuses back and forth, flags that nobody clears, links, sprints, histories with holes."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from git_worlds import World, run

from metrics.catalogue import PIPELINES as ALL
from metrics.registry import Pipeline
from metrics.tickets.statuses import StageNames, StatusNames

BEGIN = datetime.fromisoformat("2026-01-05T06:00:00")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PEOPLE = ("ann", "ben", "cat", "dan")
CATEGORIES = {
    "Backlog": "todo",
    "Selected": "todo",
    "Analysis": "in_progress",
    "Doing": "in_progress",
    "In Review": "in_progress",
    "On Hold": "in_progress",
    "Done": "done",
    "Won't Do": "done",
    "Limbo": None,
}
STATUS_NAMES = {
    "old": StatusNames(
        start=("doing",), done=("Done",), waiting=("Analysis",), types={"Bug": StageNames(done=("Won't Do",))}
    )
}
"""What the configuration of one of two sources says."""

_ROOMS = ("metrics.tickets", "metrics.scope")


def _with_needs() -> list[Pipeline]:
    """What the rooms of tickets and scope compute, and all that it needs; only their own observations."""
    own = [pipeline for pipeline in ALL if pipeline.compute.__module__.startswith(_ROOMS)]
    needed = {name for pipeline in own for name in pipeline.inputs} - {"observations"}
    while more := {
        name for p in ALL if p.feeds in needed for name in p.inputs if name not in needed and name != p.feeds
    }:
        needed |= more
    return [pipeline for pipeline in ALL if pipeline in own or pipeline.feeds in needed]


PIPELINES = _with_needs()
"""What the rooms of tickets and scope publish, and what they need."""


class TicketWorld:
    """A world to which tickets can be added step by step."""

    def __init__(self, as_of: datetime) -> None:
        self.world = World(as_of=as_of)
        for person in PEOPLE:
            self.add("people", person_id=person, kind="human", is_bot=False)
        self.add("people", person_id="stale-bot", kind="automation", is_bot=True)

    @property
    def as_of(self) -> datetime:
        """The time of the report."""
        return self.world.as_of

    @property
    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the core tables."""
        return self.world.tables

    def computed(self, **settings: Any) -> Mapping[str, pl.DataFrame]:
        """Every table that the rooms publish."""
        return run(self.world.frames(), self.as_of, PIPELINES, **settings)

    def add(self, table: str, **row: Any) -> None:
        """One row of a core table."""
        self.world.tables[table].append(row)

    def ticket(self, key: str, *steps: tuple[datetime, str], source: str = "jira", **more: Any) -> str:
        """A ticket with the statuses that it entered, the first one at its creation; its id."""
        ticket_id = f"{source}:{key}"
        first, (_, last) = steps[0][0], steps[-1]
        row = {
            "ticket_id": ticket_id,
            "source": source,
            "key": key,
            "project": key.partition("-")[0],
            "type": "Story",
            "title": f"Ticket {key}",
            "status": last,
            "status_category": CATEGORIES[last],
            "created_at": first,
            "resolved_at": steps[-1][0] if CATEGORIES[last] == "done" else None,
            "labels": [],
            "history_complete": True,
        }
        self.tables["tickets"].append({**row, **more})
        for number, (at, status) in enumerate(steps):
            left = steps[number + 1][0] if number + 1 < len(steps) else None
            self.add(
                "ticket_status_intervals",
                ticket_id=ticket_id,
                source=source,
                entered_at=at,
                status=status,
                status_category=CATEGORIES[status],
                left_at=left,
            )
        return ticket_id

    def change(
        self, ticket_id: str, field: str, at: datetime, old: str | None, new: str | None, *, who: str | None = "ann"
    ) -> None:
        """A change of a field."""
        number = len(self.tables["ticket_changes"])
        self.add(
            "ticket_changes",
            change_id=f"c{number:05}",
            ticket_id=ticket_id,
            field=field,
            from_value=old,
            to_value=new,
            actor_id=who,
            changed_at=at,
        )

    def link(self, ticket_id: str, kind: str, other_key: str) -> None:
        """A link as it stands now."""
        self.add("ticket_links", ticket_id=ticket_id, kind=kind, other_key=other_key)


def invent(seed: int, tickets: int = 60) -> TicketWorld:
    """A random world; much of it happens at the same instant, and some of it after the time of the report."""
    rng = random.Random(seed)
    world = TicketWorld(as_of=BEGIN + rng.randrange(40 * 24, 220 * 24) * HOUR)
    for number in range(tickets):
        _invent(world, rng, number)
    for row in world.tables["tickets"]:
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            other = rng.choice(world.tables["tickets"])
            kind = rng.choice(["blocks", "is_blocked_by", "relates"])
            link = {"ticket_id": row["ticket_id"], "kind": kind, "other_key": other["key"]}
            if other is not row and link not in world.tables["ticket_links"]:
                world.tables["ticket_links"].append(link)
            if rng.random() < 0.4:
                at = BEGIN + rng.randrange(200 * 24) * HOUR
                world.change(row["ticket_id"], "Link", at, None, f"This issue is blocked by {other['key']}")
    _invent_sprints(world, rng)
    for team, pattern in (("blue", "AA"), ("red", "AA"), ("red", "CC")):
        world.add("team_scopes", team=team, kind="ticket_project", pattern=pattern)
    for team in ("blue", "red", "small"):
        for person in PEOPLE if team != "small" else PEOPLE[:1]:
            for start in rng.sample([None, BEGIN, BEGIN + 60 * DAY], rng.choice([0, 1, 1])):
                until = rng.choice([None, BEGIN + 90 * DAY])
                begin = start or datetime.fromisoformat("1970-01-01")
                world.add("team_members", team=team, person_id=person, valid_from=begin, valid_to=until)
    return world


def _invent(world: TicketWorld, rng: random.Random, number: int) -> None:
    at = BEGIN + rng.randrange(200 * 24) * HOUR
    source, project = rng.choice([("jira", "AA"), ("jira", "AA"), ("jira", "BB"), ("old", "CC")])
    statuses = list(CATEGORIES)
    usual = ["Backlog", "Selected", "Doing", "In Review", "Done"]
    # Most go straight on, with statuses left out; some wander.
    is_plain = rng.random() < 0.6
    chosen = [s for s in usual if rng.random() < 0.8] or ["Backlog"]
    names = chosen if is_plain else [rng.choice(statuses) for _ in range(rng.randrange(1, 9))]
    steps: list[tuple[datetime, str]] = []
    for name in names:
        if steps and steps[-1][1] == name:
            continue
        steps.append((at, name))
        at += rng.choice([1, 3, 20, 24, 100, 30 * 24]) * HOUR
    key = f"{project}-{number + 1}"
    ticket_id = world.ticket(
        key,
        *steps,
        source=source,
        type=rng.choice(["Story", "Story", "Bug", None]),
        assignee_id=rng.choice([*PEOPLE, None]),
        history_complete=rng.choice([True, True, True, True, None, False]),
        body_length=rng.choice([None, 0, 80]),
        story_points=rng.choice([None, 1.0, 3.0]),
        due_on=rng.choice([None, (BEGIN + 50 * DAY).date()]),
    )
    last = world.tables["tickets"][-1]
    if last["resolved_at"] and rng.random() < 0.2:  # the tracker has its own date for it, or none
        last["resolved_at"] = rng.choice([None, last["resolved_at"] + rng.choice([-400, -2, 1, 48]) * HOUR])
    if rng.random() < 0.05:  # nobody knows what happened to it
        intervals = world.tables["ticket_status_intervals"]
        intervals[:] = [row for row in intervals if row["ticket_id"] != ticket_id]
    is_set = rng.random() < 0.3
    for _ in range(rng.choice([0, 0, 1, 2, 3])):
        is_set = not is_set
        when = steps[0][0] + rng.randrange(60 * 24) * HOUR
        old, new = ("", "Impediment") if is_set else ("Impediment", rng.choice(["", None]))
        world.change(ticket_id, rng.choice(["Flagged", "flagged"]), when, old, new)
    for field in ("description", "Story Points", "assignee", "timeoriginalestimate", "labels", "Acceptance Criteria"):
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            when = steps[0][0] + rng.randrange(60 * 24) * HOUR
            values = [None, "", "1", "2", *PEOPLE[:2]]
            world.change(
                ticket_id,
                field,
                when,
                rng.choice(values),
                rng.choice(values),
                who=rng.choice([*PEOPLE, None, "stale-bot"]),
            )
    if rng.random() < 0.2:
        who = rng.choice([*PEOPLE, None, "stale-bot"])
        when = steps[0][0] + rng.randrange(60 * 24) * HOUR
        world.add("comments", comment_id=f"m{number}", ticket_id=ticket_id, author_id=who, created_at=when)


def _invent_sprints(world: TicketWorld, rng: random.Random) -> None:
    """Sprints of two weeks, some of them never completed by anybody, into and out of which tickets go."""
    for number in range(12):
        start = BEGIN + number * 14 * DAY
        end = start + 14 * DAY
        state = rng.choice(["closed", "closed", "closed", "active", "future"])
        late = end + rng.choice([-30, 0, 5, 40]) * HOUR
        world.add(
            "sprints",
            sprint_id=f"jira:s{number}",
            board="Board",
            name=f"Sprint {number}",
            state=state,
            started_at=start if state != "future" or rng.random() < 0.3 else None,
            ends_at=rng.choice([end, end, end, None]),
            completed_at=late if rng.random() < (0.8 if state == "closed" else 0.2) else None,
        )
        for row in rng.sample(world.tables["tickets"], 12):
            at = start + rng.choice([-48, -1, 0, 23, 24, 25, 100, 200, 400]) * HOUR
            for _ in range(rng.choice([1, 1, 1, 2])):
                gone = rng.choice([None, None, at + HOUR, at + 5 * DAY, late, late - timedelta(seconds=30)])
                gone = gone if gone is None or gone > at else None
                world.add(
                    "ticket_sprints",
                    ticket_id=row["ticket_id"],
                    sprint_id=f"jira:s{number}",
                    added_at=at,
                    removed_at=gone,
                )
                if gone is None:
                    break
                at = gone + rng.choice([1, 30]) * HOUR
    for row in world.tables["tickets"]:
        if rng.random() < 0.4:
            same = [r for r in world.tables["tickets"] if r["source"] == row["source"] and r is not row]
            row["parent_key"] = rng.choice(same)["key"] if same else None
        if rng.random() < 0.1:
            world.add(
                "incidents", incident_id=f"i-{row['key']}", ticket_id=row["ticket_id"], opened_at=row["created_at"]
            )
