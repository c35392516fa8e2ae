"""The section of the digest on tickets, from a file that is really published."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadline.catalogue import catalogues, published_tables
from leadline.report import digest, render, tickets
from leadline.report.render import cell
from tests.leadline.test_report_delivery import DAY, observed, published

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC).replace(tzinfo=None)
HOSTILE = "<script>|*x*|"
Row = dict[str, Any]


def ticket(number: int, **more: Any) -> Row:
    """A ticket in progress for so many days as its number says."""
    row = {"ticket_id": f"jira:{number}", "key": f"APP-{number}", "project": "APP", "title": "Retry", "team": "Pay"}
    row |= {"state": "in_progress", "status": "Doing", "age_seconds": number * DAY, "sle_days": 5}
    row |= {"url": f"https://tracker.example/APP-{number}", "is_beyond_sle": False, "is_stalled": False}
    return {**row, "is_blocked": False, **more}


def level(project: str, **more: Any) -> Row:
    row = {"project": project, "type": "all", "n": 40, "days": 9, "days_before": 6, "kept": 30, "kept_share": 0.75}
    return {**row, **more}


def test_figures_stand_in_the_section_and_in_no_other(tmp_path: Path) -> None:
    rows = observed("ticket_cycle_time", "seconds", 3600, 3600, 7200, 7200, 5400, 20_000)
    rows += observed("stalled_tickets", "count", 3, period="rolling_90d")
    rows += observed("ticket_cycle_time", "seconds", 4000, period="rolling_90d")
    rows += observed("commits", "count", 7)
    made = digest(published(tmp_path, {"ticket_flow": [ticket(1)], "observations": rows}))
    assert made.tickets is not None
    assert [(row.metric, row.value, row.usual) for row in made.tickets.figures] == [("ticket_cycle_time", 20_000, 5400)]
    assert [(row.metric, row.value) for row in made.tickets.standing] == [("stalled_tickets", 3)]
    assert [row.metric for row in made.figures] == ["commits"]
    assert made.standing == []
    text = render(made, "md")
    assert "| Cycle time | 5.6 h | 1.5 h | 1.0 h to 2.0 h |" in text
    assert "| Stalled tickets | 3 | 9 |" in text
    assert "- **Stalled tickets**:" in text


def test_stuck_are_listed_the_blocked_first_with_the_reason(tmp_path: Path) -> None:
    rows = [
        ticket(1, is_blocked=True, title=HOSTILE),
        ticket(7, is_beyond_sle=True, is_stalled=True, url="javascript:alert(1)"),
        ticket(3, is_stalled=True, team="Ops", is_beyond_sle=None),
        ticket(2),
        ticket(9, is_beyond_sle=True, state="done"),
    ]
    config = published(tmp_path, {"ticket_flow": rows})
    everybody, pay = (tickets.tickets(config, team, [], []) for team in (None, "Pay"))
    assert everybody is not None
    assert [(row["key"], row["why"]) for row in everybody.stuck] == [
        ("APP-1", "blocked"),
        ("APP-7", "beyond its service level, nothing happens"),
        ("APP-3", "nothing happens"),
    ]
    assert pay is not None
    assert [row["key"] for row in pay.stuck] == ["APP-1", "APP-7"]
    text = render(digest(config), "md")
    assert f"| [APP-1](https://tracker.example/APP-1) | {cell(HOSTILE)} | Doing | 24.0 h | 5 | blocked |" in text
    assert "| APP-7 | Retry | Doing | 7.0 days | 5 | beyond its service level, nothing happens |" in text
    page = render(digest(config), "html")
    assert '<a href="https://tracker.example/APP-1">APP-1</a>' in page
    assert "<script>" not in page
    assert "javascript:" not in page


def test_no_more_are_listed_than_can_be_read(tmp_path: Path) -> None:
    rows = [ticket(number, is_stalled=True) for number in range(1, tickets.SHOWN + 3)]
    found = tickets.tickets(published(tmp_path, {"ticket_flow": rows}), None, [], [])
    assert found is not None
    assert (len(found.stuck), found.stuck_left) == (tickets.SHOWN, 2)
    assert found.stuck[0]["key"] == f"APP-{tickets.SHOWN + 2}", "the oldest comes first"


def test_service_level_stands_beside_that_of_before(tmp_path: Path) -> None:
    levels = [level("APP"), level("OPS", n=90, days_before=None, kept_share=None), level("NEW", days=None)]
    levels.append(level("APP", type="Bug", days=2))
    rows = [ticket(1), ticket(2, project="OPS", team="Ops"), ticket(3, project="NEW")]
    config = published(tmp_path, {"ticket_flow": rows, "ticket_service_levels": levels})
    everybody, pay = (tickets.tickets(config, team, [], []) for team in (None, "Pay"))
    assert everybody is not None
    assert [row["project"] for row in everybody.levels] == ["OPS", "APP"]
    assert pay is not None
    assert [row["project"] for row in pay.levels] == ["APP"]
    assert "| APP | 9 | 6 | 75 % | 40 |" in render(digest(config), "md")


def test_parents_that_outgrow_what_is_finished_come_first(tmp_path: Path) -> None:
    parent = {"project": "APP", "title": "Epic", "team": "Pay", "state": "in_progress", "started_at": NOW}
    parent |= {"children": 9, "children_done": 3, "children_at_start": 4, "children_added": 5, "finished_30d": 1}
    numbers = [(1, 2), (2, 4), (3, 0)]
    rows = [{**parent, "ticket_id": f"jira:{n}", "key": f"APP-{n}", "created_30d": created} for n, created in numbers]
    rows.append({**parent, "ticket_id": "jira:4", "key": "APP-4", "created_30d": 9, "state": "done"})
    config = published(tmp_path, {"ticket_flow": [ticket(50)], "parent_scope": rows})
    found = tickets.tickets(config, None, [], [])
    assert found is not None
    assert [row["key"] for row in found.growing] == ["APP-2", "APP-1"]
    assert "| APP-2 | Epic | 4 | 5 | 3 of 9 | 4 | 1 |" in render(digest(config), "md")


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_quiet_period_is_told_in_words(tmp_path: Path, form: str) -> None:
    made = digest(published(tmp_path, {"ticket_flow": [ticket(1)]}))
    text = render(made, form)  # type: ignore[arg-type]
    assert "No figures of tickets in this week." in text
    assert "No ticket in progress is known to be stuck." in text
    assert "What can be expected" not in text


@pytest.mark.parametrize("without", [frozenset(), frozenset({"parent_scope"})])
def test_there_is_no_section_without_tickets_or_in_a_file_of_an_older_version(
    tmp_path: Path, without: frozenset[str]
) -> None:
    tables = {"ticket_flow": [ticket(1)]} if without else {}
    made = digest(published(tmp_path, tables, without=without))
    assert made.tickets is None
    assert "Tickets" not in render(made, "md")


def test_every_figure_of_the_section_is_in_the_catalogue() -> None:
    listed = catalogues()["metric_catalogue"]
    named = {*tickets.METRICS, *tickets.STANDING}
    assert named <= set(listed["name"])
    assert set(listed.filter(pl.col("name").is_in(named))["table"]) <= set(tickets.TABLES)
    assert set(tickets.TABLES) <= published_tables().keys()
