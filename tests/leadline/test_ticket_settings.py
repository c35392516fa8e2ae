"""What the configuration says about tickets reaches the figures that are published."""

from datetime import datetime
from pathlib import Path

import polars as pl

from leadline.config import load
from tests.leadline.conftest import configure, leadline
from tests.leadline.world import World
from warehouse.store import Warehouse
from warehouse.tables import Page

AT = datetime(2026, 3, 1)  # noqa: DTZ001 - instants are stored as naive UTC
TRACKER = """
[[source]]
kind = "jira"
name = "jira"
base_url = "https://jira.example"
token_env = "JIRA_TOKEN"
projects = ["APP"]
flow.start = ["Analysis"]
flow.waiting = ["Development"]
flow.types = { Bug = { start = ["Development"] } }

[readiness]
needs = ["estimate", "assignee"]
"""


def at(day: int) -> datetime:
    return datetime(2026, 2, day)  # noqa: DTZ001 - instants are stored as naive UTC


def test_statuses_and_readiness(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path, more=TRACKER)
    leadline(tmp_path, "collect", "local")
    tickets = pl.DataFrame(
        {
            "ticket_id": ["jira:1", "jira:2"],
            "key": ["APP-1", "APP-2"],
            "project": "APP",
            "type": ["Story", "Bug"],
            "status": "Done",
            "status_category": "done",
            "created_at": at(1),
            "resolved_at": at(8),
            "history_complete": True,
        }
    )
    steps = [(1, "Analysis", "in_progress"), (4, "Development", "in_progress"), (8, "Done", "done")]
    intervals = pl.DataFrame(
        [
            {"ticket_id": f"jira:{n}", "entered_at": at(day), "status": status, "status_category": category}
            for n in (1, 2)
            for day, status, category in steps
        ]
    )
    page = Page("tickets", "APP", upserts={"tickets": tickets, "ticket_status_intervals": intervals})
    with Warehouse.open(tmp_path / "leadline-data") as warehouse:
        warehouse.load(page, source="jira", run_id=warehouse.start_run(), now=AT)

    leadline(tmp_path, "compute")

    query = (
        "SELECT ticket_id, cycle_seconds / 86400, active_seconds / 86400, array_to_string(missing, '+') "
        "FROM metrics.ticket_flow JOIN metrics.ticket_requirements USING (ticket_id) ORDER BY 1"
    )
    found = leadline(tmp_path, "sql", query, "--format", "csv").stdout.splitlines()[1:]
    assert found == ["jira:1,7.0,3.0,assignee+estimate", "jira:2,4.0,0.0,assignee+estimate"]


def test_defaults(tmp_path: Path) -> None:
    configure(tmp_path, tmp_path)
    assert load(tmp_path / "leadline.toml").readiness.needs == ("assignee",)
