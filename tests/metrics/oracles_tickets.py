"""The flow of tickets in plain Python, one ticket at a time."""

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from ticket_worlds import STATUS_NAMES, TicketWorld

Row = dict[str, Any]
Span = tuple[datetime, datetime]
DAY = timedelta(days=1)
FAR = datetime.fromisoformat("9999-01-01")
Cause = tuple[str, datetime, datetime]


def meaning(ticket: Row, status: str, category: str | None) -> set[str]:
    """Which of before, start, done, waiting, blocked a status is for a ticket."""
    rules = STATUS_NAMES.get(ticket["source"])
    stages = (rules.types.get(ticket["type"] or "") if rules else None) or None
    start = next((r.start for r in (stages, rules) if r and r.start is not None), None)
    done = next((r.done for r in (stages, rules) if r and r.done is not None), None)
    is_done = status.lower() in {n.lower() for n in done} if done is not None else category == "done"
    is_start = status.lower() in {n.lower() for n in start} if start is not None else category == "in_progress"
    is_blocked = status == "On Hold"
    waiting = {n.lower() for n in rules.waiting} if rules and rules.waiting is not None else {"in review", "on hold"}
    found = set()
    if is_done:
        found.add("done")
    elif is_start:
        found.add("start")
    elif category == "todo":
        found.add("before")
    if is_blocked:
        found |= {"blocked", "waiting"}
    if status.lower() in waiting:
        found.add("waiting")
    return found


def steps_of(world: TicketWorld) -> dict[str, list[Row]]:
    """The steps of every ticket up to now."""
    found: dict[str, list[Row]] = {
        row["ticket_id"]: [] for row in world.tables["tickets"] if row["created_at"] <= world.as_of
    }
    tickets = {row["ticket_id"]: row for row in world.tables["tickets"]}
    for row in sorted(world.tables["ticket_status_intervals"], key=lambda row: row["entered_at"]):
        if row["ticket_id"] in found and row["entered_at"] <= world.as_of:
            means = meaning(tickets[row["ticket_id"]], row["status"], row["status_category"])
            mine = found[row["ticket_id"]]
            if mine:
                mine[-1]["left"] = row["entered_at"]
            mine.append({"at": row["entered_at"], "left": None, "status": row["status"], "means": means})
    return found


def walk(ticket: Row, steps: list[Row], as_of: datetime) -> Row:
    """Begin, end and returns of one ticket, found by walking through its steps."""
    started = first_started = done = first_done = returned = None
    completions: list[list[datetime | None]] = []
    for step in steps:
        means, at = step["means"], step["at"]
        if "done" in means:
            if done is None:
                done = at
                completions.append([at, None])
            first_done = first_done or at
            continue
        if done is not None:
            completions[-1][1] = at
            done = None
        if "before" in means:
            started = None
            if first_started is not None:
                returned = at
        elif "start" in means:
            started = started or at
            first_started = first_started or at
    state = "done" if done else "in_progress" if started else "todo"
    has_history = bool(steps) and ticket["history_complete"] is not False
    if not steps:
        done, state = _untold(ticket, as_of)
    elif done and not has_history:
        done = _own_end(ticket, steps, as_of) or done
    return {
        "state": state,
        "started": started,
        "first_started": first_started,
        "done": done,
        "first_done": first_done,
        "returned": returned,
        "completions": completions,
        "until": done or as_of,
        "has_history": has_history,
    }


def _own_end(ticket: Row, steps: list[Row], as_of: datetime) -> datetime | None:
    """The tracker's own date of the end; none where the ticket is known to have been open since."""
    resolved = ticket["resolved_at"]
    if resolved is None or resolved > as_of or any(s["at"] > resolved for s in steps if "done" not in s["means"]):
        return None
    return resolved


def _untold(ticket: Row, as_of: datetime) -> tuple[datetime | None, str]:
    """End and state of a ticket of which no status is known but the present one."""
    category, resolved = ticket["status_category"], ticket["resolved_at"]
    if category == "done" and (resolved is None or resolved <= as_of):
        return resolved, "done"
    return None, "in_progress" if category == "in_progress" else "todo"


def union(spans: Iterable[Span]) -> float:
    """Seconds that at least one of the spans covers, minute by minute of all the borders."""
    spans = [(a, b) for a, b in spans if a < b]
    borders = sorted({instant for span in spans for instant in span})
    return sum((b - a).total_seconds() for a, b in pairwise(borders) if any(s <= a and b <= e for s, e in spans))


def _flags(ticket: Row, changes: list[Row]) -> list[Cause]:
    """When a ticket was flagged."""
    found, since = [], None
    mine = [c for c in changes if c["ticket_id"] == ticket["ticket_id"] and c["field"].lower() == "flagged"]
    if mine and mine[0]["from_value"]:
        since = ticket["created_at"]
    for change in mine:
        if since is not None:
            found.append(("flag", since, change["changed_at"]))
        since = change["changed_at"] if change["to_value"] else None
    return found if since is None else [*found, ("flag", since, FAR)]


def _links(world: TicketWorld, told: dict[str, Row], changes: list[Row]) -> list[tuple[str, Cause]]:
    """Which ticket was blocked by which, since the link or the other's creation, until the other's end."""
    tickets = {row["ticket_id"]: row for row in world.tables["tickets"]}
    by_key = {(row["source"], row["key"]): row["ticket_id"] for row in world.tables["tickets"]}

    def other(ticket_id: str, key: str) -> str | None:
        return by_key.get((tickets[ticket_id]["source"], key))

    ends = [
        (row["kind"], row["ticket_id"], other(row["ticket_id"], row["other_key"]))
        for row in world.tables["ticket_links"]
    ]
    pairs = {(a, b) for kind, a, b in ends if kind == "is_blocked_by"} | {
        (b, a) for kind, a, b in ends if kind == "blocks"
    }
    made = [
        ({change["ticket_id"], other(change["ticket_id"], change["to_value"].split()[-1])}, change["changed_at"])
        for change in changes
        if change["field"] == "Link"
    ]
    return [
        (a, (f"link {b}", max([since, *sorted(at for both, at in made if both == {a, b})[:1]]), until))
        for a, b in pairs
        if a in told and b in told
        for since, until in _open(tickets[b], told[b])
    ]


def _open(ticket: Row, row: Row) -> list[Span]:
    """When a ticket was open; never, where it is over and nobody knows since when."""
    found, since = [], ticket["created_at"]
    for at, left in row["completions"]:
        found.append((since, at))
        since = left
    if row["state"] != "done":
        return [*found, (since, FAR)]
    if row["done"] is None:
        return []
    # The end may be the tracker's own word.
    return [*found[:-1], (found[-1][0] if found else since, row["done"])]


def blocks(
    world: TicketWorld, told: dict[str, Row], steps: dict[str, list[Row]]
) -> dict[str, list[tuple[str, Span, bool]]]:
    """Cause, span clipped to the time of work, and whether it lasts, for every ticket."""
    changes = sorted(world.tables["ticket_changes"], key=lambda row: (row["changed_at"], row["change_id"]))
    raw: defaultdict[str, list[Cause]] = defaultdict(list)
    for ticket in world.tables["tickets"]:
        raw[ticket["ticket_id"]] += _flags(ticket, changes)
    for ticket_id, mine in steps.items():
        raw[ticket_id] += [
            ("status", step["at"], step["left"] or FAR)
            for step in mine
            if "blocked" in step["means"] and "done" not in step["means"]
        ]
    for ticket_id, cause in _links(world, told, changes):
        raw[ticket_id].append(cause)
    return {
        ticket_id: [
            (cause, (max(a, row["started"]), min(b, row["until"])), b > row["until"] and row["state"] != "done")
            for cause, a, b in raw[ticket_id]
            if max(a, row["started"]) < min(b, row["until"])
        ]
        for ticket_id, row in told.items()
        if row["started"] is not None
    }


def flow(world: TicketWorld) -> dict[str, Row]:
    """The columns of `ticket_flow` that need no comparison with other tickets."""
    steps = steps_of(world)
    tickets = {row["ticket_id"]: row for row in world.tables["tickets"]}
    told = {ticket_id: walk(tickets[ticket_id], mine, world.as_of) for ticket_id, mine in steps.items()}
    blocked = blocks(world, told, steps)
    return {
        ticket_id: {
            "state": row["state"],
            "status": steps[ticket_id][-1]["status"] if steps[ticket_id] else tickets[ticket_id]["status"],
            "first_started_at": row["first_started"],
            "started_at": row["started"],
            "done_at": row["done"],
            "returned": row["returned"] is not None if row["first_started"] else None,
            "has_history": row["has_history"],
            **_spans(row, tickets[ticket_id]["created_at"], world.as_of),
            **_time(row, steps[ticket_id], [span for _, span, _ in blocked.get(ticket_id, [])]),
            **_lasting(row, [span[0] for _, span, lasts in blocked.get(ticket_id, []) if lasts]),
            **_completed(row, world.as_of),
        }
        for ticket_id, row in told.items()
    }


def _spans(row: Row, created: datetime, as_of: datetime) -> Row:
    started, done = row["started"], row["done"]
    lead = (done - created).total_seconds() if done else None
    cycle_reason = age_reason = None
    if row["state"] != "done":
        cycle_reason = "not_finished"
    elif not done:
        cycle_reason = "end_unknown"
    elif not row["has_history"]:
        cycle_reason = "history_incomplete"
    elif not started:
        cycle_reason = "not_started"
    if row["state"] == "done":
        age_reason = "finished"
    elif row["state"] != "in_progress":
        age_reason = "not_started"
    elif not started:
        age_reason = "history_incomplete"
    cycle = None if cycle_reason else (done - started).total_seconds()
    return {
        "lead_seconds": lead if lead is not None and lead >= 0 else None,
        "cycle_seconds": cycle,
        "cycle_reason": cycle_reason,
        "elapsed_days": None if cycle is None else max(1, math.ceil(cycle / 86_400)),
        "age_seconds": None if age_reason else (as_of - started).total_seconds(),
        "age_reason": age_reason,
    }


def _time(row: Row, steps: list[Row], blocked: list[Span]) -> Row:
    started, until = row["started"], row["until"]
    work = [
        (step["at"], min(step["left"] or until, until), step["means"])
        for step in steps
        if started and started <= step["at"] < until and "done" not in step["means"]
    ]
    inside = [(a, b, means, union((max(a, x), min(b, y)) for x, y in blocked)) for a, b, means in work]
    total = sum((b - a).total_seconds() for a, b, *_ in inside)
    hindered = sum(seconds for *_, seconds in inside)
    waited = sum((b - a).total_seconds() if "waiting" in means else seconds for a, b, means, seconds in inside)
    reason = None
    if not row["has_history"]:
        reason = "history_incomplete"
    elif not started:
        reason = "not_started"
    elif total <= 0:
        reason = "no_time"
    return {
        "active_seconds": None if reason else total - waited,
        "waiting_seconds": None if reason else waited,
        "blocked_seconds": None if reason else hindered,
        "flow_efficiency": None if reason else (total - waited) / total,
        "flow_reason": reason,
    }


def _lasting(row: Row, since: list[datetime]) -> Row:
    return {"is_blocked": row["state"] == "in_progress" and bool(since), "blocked_since": min(since, default=None)}


def _completed(row: Row, as_of: datetime) -> Row:
    back = [
        True if left and left - at <= 30 * DAY else False if at + 30 * DAY <= as_of else None
        for at, left in row["completions"]
    ]
    return {
        "reopened": True if True in back else None if None in back or not back else False,
        "completions": list(zip(row["completions"], back, strict=True)),
    }


def service_days(
    world: TicketWorld, flows: dict[str, Row]
) -> dict[tuple[str, str], tuple[int, int | None, int | None]]:
    """n, days and days before of every project and type that had any."""
    tickets = {row["ticket_id"]: row for row in world.tables["tickets"]}
    late: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    early: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for ticket_id, row in flows.items():
        if row["cycle_seconds"] is None or row["done_at"] <= world.as_of - 180 * DAY:
            continue
        chosen = late if row["done_at"] > world.as_of - 90 * DAY else early
        for kind in {tickets[ticket_id]["type"], "all"} - {None}:
            chosen[tickets[ticket_id]["project"], kind].append(row["elapsed_days"])

    def days(values: list[int]) -> int | None:
        return int(np.percentile(values, 85, method="inverted_cdf")) if len(values) >= 10 else None

    return {key: (len(late[key]), days(late[key]), days(early[key])) for key in {*late, *early}}


def corrections(world: TicketWorld) -> tuple[int, int]:
    """How often a ticket that was begun (or finished) was put back, and how often a finished one was taken up again."""
    put_back = taken_up = 0
    for steps in steps_of(world).values():
        means = [step["means"] for step in steps]
        is_begun = is_done = False
        for step in means:
            put_back += "before" in step and is_begun
            taken_up += "done" not in step and is_done
            is_done = "done" in step
            is_begun = bool(step & {"start", "done"}) or (is_begun and "before" not in step)
    return put_back, taken_up


def in_progress(flows: dict[str, Row], end: datetime) -> int:
    """Tickets that were begun before an instant and not finished by then."""
    return sum(
        row["started_at"] is not None
        and row["started_at"] < end
        and not (row["done_at"] is not None and row["done_at"] < end)
        for row in flows.values()
    )


def definitions(world: TicketWorld, flows: dict[str, Row]) -> dict[tuple[str, str], float | None]:
    """Seconds by ticket and definition, of what is finished."""
    steps = steps_of(world)
    tickets = {row["ticket_id"]: row for row in world.tables["tickets"]}
    found: dict[tuple[str, str], float | None] = {}
    for ticket_id, row in flows.items():
        if row["done_at"] is None:
            continue
        done, ticket = row["done_at"], tickets[ticket_id]
        is_told = row["has_history"] and row["started_at"] is not None
        first = row["first_started_at"] if row["has_history"] else None
        resolved = (ticket["resolved_at"] or done) - ticket["created_at"]
        dates = (_date(done) - _date(row["started_at"])) if is_told else None
        in_start = [
            (step["left"] - step["at"]).total_seconds() for step in steps[ticket_id] if "start" in step["means"]
        ]
        found[ticket_id, "leadline"] = row["cycle_seconds"]
        found[ticket_id, "first_entry"] = (done - first).total_seconds() if first else None
        found[ticket_id, "time_in_start"] = sum(in_start) if first else None
        found[ticket_id, "devlake"] = resolved.total_seconds() if resolved >= timedelta(0) else None
        found[ticket_id, "jira_agile_metrics"] = None if dates is None else dates.total_seconds()
    return found


def _date(at: datetime) -> date:
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin")).date()
