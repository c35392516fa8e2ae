"""Going back in time: the tables as of an instant are those that a collection at that instant would have made."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import Row, frame
from polars.testing import assert_frame_equal

from metrics.past.known import known
from warehouse.tables import CORE

BEGIN = datetime.fromisoformat("2026-01-05T08:00:00")
END = BEGIN + timedelta(days=30)
THEN = BEGIN + timedelta(days=14)
STATUSES = {"Backlog": "todo", "Doing": "in_progress", "Review": "in_progress", "Done": "done"}
FIELDS: dict[str, tuple[str, list[Any]]] = {
    "assignee": ("assignee_id", ["ann", "ben", None]),
    "Story Points": ("story_points", ["1", "2.5", None]),
    "duedate": ("due_on", ["2026-02-01", "2026-03-01", None]),
    "priority": ("priority", ["High", "Low"]),
    "Fix Version": ("milestone", ["1.0", "2.0", None]),
    "Epic Link": ("parent_key", ["APP-1", None]),
    "summary": ("title", ["Pay", "Pay again"]),
}


def moment(chance: random.Random) -> datetime:
    return BEGIN + timedelta(hours=chance.randrange(0, 24 * 30))


def moments(chance: random.Random, count: int) -> list[datetime]:
    """So many different ones, in order."""
    return sorted(BEGIN + timedelta(hours=hours) for hours in chance.sample(range(24 * 30), count))


def kept(value: Any, column: str) -> Any:
    """A value of a change as the ticket itself holds it."""
    if value is None:
        return None
    shapes = {"assignee_id": lambda v: f"jira:{v}", "story_points": float, "due_on": date.fromisoformat}
    return shapes.get(column, str)(value)


class History:
    """What happened in a company, from which a collection at any time can be made up."""

    def __init__(self, seed: int) -> None:
        self.chance = chance = random.Random(seed)
        self.tickets = [self._ticket(n) for n in range(8)]
        self.sprints = [(f"s{n}", *moments(chance, 2), chance.random() < 0.3) for n in range(4)]
        self.stays = [(f"jira:APP-{n}", f"s{chance.randrange(4)}", *moments(chance, 2)) for n in range(8)]
        self.milestones = [(f"m{n}", chance.choice([None, moment(chance)])) for n in range(4)]
        self.requests = [self._request(n) for n in range(8)]
        self.runs = [(f"c{n}", *moments(chance, 3)) for n in range(6)]
        self.incidents = [(f"i{n}", *moments(chance, 2)) for n in range(6)]

    def _ticket(self, number: int) -> dict[str, Any]:
        chance = self.chance
        created, *times = moments(chance, 7)
        values: dict[str, Any] = {name: chance.choice(options) for name, (_, options) in FIELDS.items()}
        status = chance.choice(list(STATUSES))
        changes: list[tuple[datetime, str, Any, Any]] = []
        steps = [(created, status)]
        first = dict(values)
        for at in times:
            if chance.random() < 0.5:
                status = chance.choice([other for other in STATUSES if other != status])
                steps.append((at, status))
            else:
                name = chance.choice(list(FIELDS))
                new = chance.choice([value for value in FIELDS[name][1] if value != values[name]])
                changes.append((at, name, values[name], new))
                values[name] = new
        return {"key": f"APP-{number}", "first": first, "changes": changes, "steps": steps}

    def _request(self, number: int) -> dict[str, Any]:
        created, *times, ended = moments(self.chance, 6)
        how = self.chance.choice(["merged", "closed", "open"])
        begun_as_draft = self.chance.random() < 0.5
        return {
            "id": f"p{number}",
            "created": created,
            "times": times,
            "ended": ended,
            "how": how,
            "draft": begun_as_draft,
        }

    def collected(self, at: datetime) -> dict[str, pl.DataFrame]:
        """Every core table as a collection at an instant would fill it."""
        rows: dict[str, list[Row]] = {name: [] for name in CORE}
        rows["identities"] = [
            {"identity_id": f"jira:{who}", "source": "jira", "account": who} for who in ("ann", "ben")
        ]
        for ticket in self.tickets:
            self._tell_ticket(ticket, at, rows)
        for request in self.requests:
            self._tell_request(request, at, rows)
        self._tell_plans(at, rows)
        for run, created, started, finished in self.runs:
            if created <= at:
                is_over = finished <= at
                rows["ci_runs"].append(
                    {"run_id": run, "created_at": created, "started_at": started if started <= at else None}
                    | {"finished_at": finished if is_over else None, "conclusion": "success" if is_over else None}
                    | {"status": "completed" if is_over else "in_progress"}
                )
        for incident, opened, resolved in self.incidents:
            if opened <= at:
                row = {"incident_id": incident, "opened_at": opened}
                rows["incidents"].append(row | {"resolved_at": resolved if resolved <= at else None})
        return {name: frame(name, rows[name]) for name in CORE}

    def _tell_ticket(self, ticket: dict[str, Any], at: datetime, rows: dict[str, list[Row]]) -> None:
        ticket_id = f"jira:{ticket['key']}"
        steps = [step for step in ticket["steps"] if step[0] <= at]
        if not steps:
            return
        values = dict(ticket["first"])
        for place, (when, name, old, new) in enumerate(ticket["changes"]):
            if when <= at:
                values[name] = new
                rows["ticket_changes"].append(
                    {"change_id": f"{ticket_id}/{place}", "ticket_id": ticket_id, "field": name, "changed_at": when}
                    | {"from_value": old, "to_value": new}
                )
        for place, (when, status) in enumerate(steps):
            left = steps[place + 1][0] if place + 1 < len(steps) else None
            rows["ticket_status_intervals"].append(
                {"ticket_id": ticket_id, "entered_at": when, "status": status, "left_at": left}
                | {"status_category": STATUSES[status]}
            )
        entered, status = steps[-1]
        is_done = STATUSES[status] == "done"
        rows["tickets"].append(
            {"ticket_id": ticket_id, "source": "jira", "key": ticket["key"], "created_at": steps[0][0]}
            | {"status": status, "status_category": STATUSES[status], "resolved_at": entered if is_done else None}
            | {column: kept(values[name], column) for name, (column, _) in FIELDS.items()}
        )

    def _tell_plans(self, at: datetime, rows: dict[str, list[Row]]) -> None:
        for sprint, started, completed, by_itself in self.sprints:
            state = "future" if started > at else "closed" if completed <= at else "active"
            told = completed if completed <= at or (by_itself and state != "closed") else None
            # One that ends by itself is planned with both dates; another is told of once it has begun.
            is_told = by_itself or started <= at
            row = {"sprint_id": sprint, "state": state, "started_at": started if is_told else None}
            rows["sprints"].append(row | {"completed_at": told})
        for ticket_id, sprint, added, removed in self.stays:
            if added <= at:
                row = {"ticket_id": ticket_id, "sprint_id": sprint, "added_at": added}
                rows["ticket_sprints"].append(row | {"removed_at": removed if removed <= at else None})
        for milestone, closed in self.milestones:
            is_closed = closed is not None and closed <= at
            row = {"milestone_id": milestone, "state": "closed" if is_closed else "open"}
            rows["milestones"].append(row | {"closed_at": closed if is_closed else None})

    @staticmethod
    def _tell_request(request: dict[str, Any], at: datetime, rows: dict[str, list[Row]]) -> None:
        pr_id, draft = request["id"], request["draft"]
        if request["created"] > at:
            return
        for place, when in enumerate(request["times"]):
            if when > at:
                break
            key = {"pr_id": pr_id}
            if place % 2:
                kind = "ready_for_review" if draft else "converted_to_draft"
                rows["pull_request_events"].append(
                    key | {"event_id": f"{pr_id}/{place}", "kind": kind, "occurred_at": when}
                )
                draft = not draft
            else:
                rows["reviews"].append(key | {"review_id": f"{pr_id}/{place}", "submitted_at": when})
                rows["comments"].append(key | {"comment_id": f"{pr_id}/{place}", "created_at": when})
        ended = request["ended"] if request["how"] != "open" and request["ended"] <= at else None
        rows["pull_requests"].append(
            {"pr_id": pr_id, "created_at": request["created"], "is_draft": draft, "closed_at": ended}
            | {"state": request["how"] if ended else "open"}
            | {"merged_at": ended if request["how"] == "merged" else None}
            | {"merge_sha": "abc" if ended and request["how"] == "merged" else None}
        )


def gone_back(tables: dict[str, pl.DataFrame], at: datetime) -> dict[str, pl.DataFrame]:
    return {name: table.collect() for name, table in known({n: t.lazy() for n, t in tables.items()}, at).items()}


def compared(tables: dict[str, pl.DataFrame], names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """The tables in order, without the time of the last change, which no source keeps a history of."""
    return {name: tables[name].drop("updated_at", strict=False).sort(pl.all()) for name in names}


@pytest.mark.parametrize("seed", range(25))
def test_what_is_told_afterwards_is_what_would_have_been_collected(seed: int) -> None:
    history = History(seed)
    # A sprint that does not end by itself has no dates before it begins: what was told then cannot be told afterwards.
    names = set(CORE) - {"sprints"}
    expected = compared(history.collected(THEN), names)
    actual = compared(gone_back(history.collected(END + timedelta(days=1)), THEN), names)
    for name, table in expected.items():
        assert_frame_equal(actual[name], table.select(actual[name].columns))


@pytest.mark.parametrize("seed", range(25))
def test_sprints_that_had_begun_are_as_they_were(seed: int) -> None:
    history = History(seed)

    def begun(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
        found = tables["sprints"].filter(pl.col("started_at") <= THEN)
        return found.select("sprint_id", "state", pl.col("completed_at") <= THEN).sort("sprint_id")

    expected = begun(history.collected(THEN))
    actual = begun(gone_back(history.collected(END + timedelta(days=1)), THEN))
    assert actual.with_columns(pl.col("completed_at").fill_null(value=False)).equals(
        expected.with_columns(pl.col("completed_at").fill_null(value=False))
    )


@pytest.mark.parametrize("seed", range(5))
def test_as_of_now_nothing_changes(seed: int) -> None:
    tables = History(seed).collected(END)
    later = END + timedelta(days=1)
    names = set(CORE) - {"head_files"}
    for name, table in compared(gone_back(tables, later), names).items():
        assert_frame_equal(table, compared(tables, [name])[name].select(table.columns))


def test_what_has_no_history_is_told_as_far_as_it_can_be() -> None:
    rows: dict[str, list[Row]] = {name: [] for name in CORE}
    rows["tickets"] = [
        {"ticket_id": "t1", "source": "s", "created_at": BEGIN, "resolved_at": END, "status": "Done"}
        | {"status_category": "done"},
        {"ticket_id": "t2", "source": "s", "created_at": BEGIN, "resolved_at": BEGIN, "status": "Done"}
        | {"status_category": "done"},
    ]
    rows["deployments"] = [
        {"deployment_id": "d1", "started_at": BEGIN, "finished_at": END, "status": "success"},
        {"deployment_id": "d2", "status": "success"},
        {"deployment_id": "d3", "started_at": END, "status": "success"},
    ]
    past = gone_back({name: frame(name, rows[name]) for name in CORE}, THEN)
    told = past["tickets"].sort("ticket_id").select("status", "status_category", "resolved_at").rows()
    assert told == [(None, "todo", None), ("Done", "done", BEGIN)]
    deployed = past["deployments"].sort("deployment_id").select("deployment_id", "status", "finished_at").rows()
    assert deployed == [("d1", "in_progress", None), ("d2", "success", None)]
