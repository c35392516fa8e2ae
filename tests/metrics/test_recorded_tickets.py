"""The flow of real tickets, recorded from Jira and GitHub, against plain Python."""

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import oracles_tickets as oracle
import polars as pl
import pytest
from ticket_worlds import CATEGORIES, TicketWorld

FOLDER = os.environ.get("LEADLINE_RECORDED_DATA")
CLOUD = {
    "Inbox": "todo",
    "Ready for Dev": "todo",
    "To Do": "todo",
    "Open": "todo",
    "In Progress": "in_progress",
    "In Development": "in_progress",
    "Resolved": "done",
    "Closed": "done",
    "已完成": "done",
}
"""Categories of the statuses in the recording from Jira Cloud."""


def recorded(name: str) -> Iterator[dict[str, Any]]:
    if not FOLDER:
        pytest.skip("LEADLINE_RECORDED_DATA names no folder of recordings")
    with gzip.open(Path(FOLDER) / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def close(value: Any) -> Any:
    return pytest.approx(value) if isinstance(value, float) else value


def agrees(world: TicketWorld, tables: dict[str, pl.DataFrame]) -> None:
    """Every ticket of a world is told as plain Python tells it."""
    found = {row["ticket_id"]: row for row in tables["ticket_flow"].to_dicts()}
    expected = oracle.flow(world)
    assert found.keys() == expected.keys()
    for ticket_id, row in found.items():
        told = {name: close(value) for name, value in expected[ticket_id].items() if name != "completions"}
        assert {name: row[name] for name in told} == told, ticket_id


def test_a_jira_whose_board_was_tidied_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    for status, category in CLOUD.items():
        monkeypatch.setitem(CATEGORIES, status, category)
    world = TicketWorld(as_of=datetime.fromisoformat("2021-04-01"))
    for issue in recorded("jira-cloud-ee.jsonl.gz"):
        histories = sorted(issue["changelog"]["histories"], key=lambda history: history["created"])
        moves = [
            (at(history["created"]), item["fromString"], item["toString"])
            for history in histories
            for item in history["items"]
            if item["field"] == "status"
        ]
        if not moves:
            continue  # two of another project, made after the time of the report
        steps = [(at(issue["fields"]["created"]), moves[0][1]), *((when, new) for when, _, new in moves)]
        distinct = [step for n, step in enumerate(steps) if n == 0 or step[1] != steps[n - 1][1]]
        world.ticket(issue["key"], *distinct, type=issue["fields"]["issuetype"]["name"])
    tables = world.computed()
    agrees(world, tables)
    flow = tables["ticket_flow"]
    # Closed in November and moved to another status in March: it was over in June.
    assert set(flow["state"]) == {"done"}
    months = flow["done_at"].dt.strftime("%Y-%m").to_list()
    assert Counter(months) == {"2020-06": 16, "2020-07": 4}
    # Most went from Open to Resolved; two were in progress since they were last put back.
    assert Counter(flow["cycle_reason"]) == {"not_started": 18, None: 2}


def test_the_issues_of_a_project_on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATEGORIES, "open", "todo")
    monkeypatch.setitem(CATEGORIES, "closed", "done")
    world = TicketWorld(as_of=datetime.fromisoformat("2025-04-27"))
    for entity in recorded("github-core-gui-2025-04-27.jsonl.gz"):
        if entity["type"] != "issue":
            continue
        issue = entity["issue"]
        steps = [(at(issue["created_at"]), "open")]
        for event in sorted(entity["events"], key=lambda event: event.get("created_at") or ""):
            status = {"closed": "closed", "reopened": "open"}.get(event["event"])
            if status and status != steps[-1][1]:
                steps.append((at(event["created_at"]), status))
        world.ticket(f"gui#{issue['number']}", *steps, project="gui", source="github", type=None)
    tables = world.computed()
    agrees(world, tables)
    flow = tables["ticket_flow"]
    assert flow.height == len(world.tables["tickets"]) > 300
    # Nobody says when work on an issue begins: there is a lead time, no cycle time, and nothing in progress.
    assert set(flow["cycle_reason"]) == {"not_started", "not_finished"}
    assert flow.filter(pl.col("state") == "in_progress").is_empty()
    days = tables["ticket_days"].filter(scope_kind="all")
    assert days["departures"].sum() == flow.filter(pl.col("state") == "done").height
    assert days["arrivals"].sum() - days["departures"].sum() == flow.filter(pl.col("state") == "todo").height
    assert tables["ticket_completions"]["reopened"].sum() > 0


@pytest.mark.parametrize(("name", "tickets"), [("jira-aloy", 1499), ("jira-timob", 5593)])
def test_a_jira_without_histories(name: str, tickets: int) -> None:
    world = TicketWorld(as_of=datetime.fromisoformat("2022-01-01"))
    for issue in recorded(f"{name}.jsonl.gz"):
        if "fields" not in issue:
            continue  # the project itself
        fields = issue["fields"]
        status = fields["status"]
        category = {"new": "todo", "indeterminate": "in_progress"}.get(status["statusCategory"]["key"], "done")
        world.add(
            "tickets",
            ticket_id=f"jira:{issue['id']}",
            source="jira",
            key=issue["key"],
            project=fields["project"]["key"],
            type=fields["issuetype"]["name"],
            status=status["name"],
            status_category=category,
            created_at=at(fields["created"]),
            resolved_at=at(fields["resolutiondate"]) if fields.get("resolutiondate") else None,
            labels=[],
            history_complete=False,
        )
    tables = world.computed()
    agrees(world, tables)
    flow = tables["ticket_flow"]
    assert flow.height == tickets
    assert flow["cycle_seconds"].is_null().all()
    weekly = tables["observations"].filter(metric="tickets_finished", scope_kind="all", period="week")
    assert weekly["value"].sum() == flow.filter(pl.col("done_at") < world.as_of - timedelta(days=3)).height
    lead = tables["observations"].filter(metric="ticket_lead_time", scope_kind="all", period="month")
    assert lead["value"].count() > 30
