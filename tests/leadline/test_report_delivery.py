"""The section of the digest on delivery and reviews, from a file that is really published."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.queries import reviews
from leadline.catalogue import catalogues, published_tables
from leadline.config import Config, load
from leadline.definitions import DEFINITIONS, OWN
from leadline.report import delivery, digest, render
from metrics.pull_requests.definitions import PHASES
from tests.leadline.conftest import configure
from warehouse.publish import publish
from warehouse.store import Warehouse
from warehouse.tables import CORE, Page, SourceTable, Table

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC).replace(tzinfo=None)
MONDAY = date(2026, 11, 16)
DAY = 86_400.0
TEAMS = {"ana": ("Pay",), "wes": ("Web",), "bea": ("Apps", "Pay")}
"""The teams of each person, who were in none before this year."""
Row = dict[str, Any]


def filled(table: type[Table], rows: list[Row]) -> pl.DataFrame:
    stamped = SourceTable.columns() if issubclass(table, SourceTable) else {}
    schema = {name: column.dtype for name, column in table.columns().items() if name not in stamped}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def published(folder: Path, tables: Mapping[str, list[Row]], *, without: frozenset[str] = frozenset()) -> Config:
    """Publish rows of metric tables, beside one repository, and return the configuration of the folder."""
    configure(folder, folder / "app.git", more='[[team]]\nname = "Pay"\n')
    config = load(folder / "leadline.toml")
    schemas = {name: table for name, table in published_tables().items() if name not in without}
    with Warehouse.open(config.directory) as warehouse:
        run_id = warehouse.start_run()
        rows = [{"repo_id": "local:acme/app", "name": "acme/app"}, {"repo_id": "local:lib", "name": "lib"}]
        page = Page(stream="s", scope="s", upserts={"repositories": filled(CORE["repositories"], rows)})
        warehouse.load(page, source="local", run_id=run_id, now=NOW)
        since = NOW.replace(month=1, day=1)
        members = [
            {"team": team, "person_id": person, "valid_from": since}
            for person, teams in TEAMS.items()
            for team in teams
        ]
        warehouse.replace("team_members", filled(CORE["team_members"], members))
        warehouse.finish_run(run_id, "ok")
        frames = {name: filled(schemas[name], rows) for name, rows in tables.items()}
        publish(warehouse, run_id, frames, schemas, catalogues=catalogues())
    return config


def request(number: int, over: float | None = None, **more: Any) -> Row:
    """A pull request; an open one at risk where it is so many days over what 85 % took."""
    row = {"pr_id": f"local:acme/app#{number}", "repo_id": "local:acme/app", "number": number, "title": "Retry"}
    row |= {
        "author_id": "ana",
        "opened_at": NOW - timedelta(days=30),
        "state": "merged",
        "author_is_human": True,
        "url": f"https://github.com/acme/app/pull/{number}",
    }
    if over is not None:
        row |= {"state": "open", "is_at_risk": over > 0, "phase": "review", "phase_p85_seconds": 2 * DAY}
        row |= {"age_seconds": (2 + over) * DAY}
    return {**row, **more}


def waiting(number: int, days: float, repo_id: str = "local:acme/app") -> Row:
    pr_id = f"local:acme/app#{number}"
    since = NOW - timedelta(days=days)
    return {"pr_id": pr_id, "repo_id": repo_id, "merged_at": since, "waiting_seconds": days * DAY}


def observed(metric: str, unit: str, *values: float | None, period: str = "week", team: str | None = None) -> list[Row]:
    """One value a week, the newest last."""
    scope = {"scope_kind": "team" if team else "all", "scope": team or "all", "period": period, "unit": unit}
    start = MONDAY + timedelta(days=7) if period == "rolling_90d" else MONDAY
    weeks = zip(range(len(values)), values, strict=True)
    return [
        {
            "metric": metric,
            **scope,
            "period_start": start - timedelta(weeks=len(values) - 1 - week),
            "value": value,
            "n": 9,
        }
        for week, value in weeks
    ]


def test_figures_stand_beside_their_usual_range_and_in_no_other_section(tmp_path: Path) -> None:
    rows = observed("pickup_time", "seconds", 3600, 3600, 7200, 7200, 5400, 20_000)
    rows += observed("pickup_time", "seconds", 4000, period="rolling_90d")
    rows += observed("pull_request_cycle_time_p85", "seconds", 9 * DAY)
    rows += observed("commits", "count", 7)
    made = digest(published(tmp_path, {"pull_request_flow": [request(1)], "observations": rows}))
    assert made.delivery is not None
    assert [(row.metric, row.value, row.usual) for row in made.delivery.figures] == [("pickup_time", 20_000, 5400)]
    assert [row.metric for row in made.figures] == ["commits"]
    assert made.standing == []
    text = render(made, "md")
    assert "| 5.6 h | 1.5 h | 1.0 h to 2.0 h |" in text


@pytest.mark.parametrize("days_before", range(7))
def test_the_last_90_days_are_shown_whatever_day_it_is(tmp_path: Path, days_before: int) -> None:
    rolling = observed("files_at_risk", "share", 0.4, period="rolling_90d")
    rows = [{**row, "period_start": MONDAY - timedelta(days=82 + days_before)} for row in rolling]
    made = digest(published(tmp_path, {"observations": [*rows, *observed("commits", "count", 7)]}))
    assert [(row.metric, row.value) for row in made.standing] == [("files_at_risk", 0.4)]


def phase(number: int, phase: str, days: float | None, definition: str = "leadline", reason: str | None = None) -> Row:
    row = {"pr_id": f"local:acme/app#{number}", "definition": definition, "phase": phase, "reason": reason}
    return {**row, "seconds": None if days is None else days * DAY}


def test_phases_are_measured_by_the_definition_asked_for(tmp_path: Path) -> None:
    within = datetime(2026, 11, 18, tzinfo=UTC).replace(tzinfo=None)
    flow = [request(number, merged_at=within) for number in range(6)]
    flow += [
        request(6, merged_at=within - timedelta(days=7)),
        request(7, merged_at=within, author_is_human=False),
        request(8, merged_at=within, author_id="wes"),
    ]
    phases = [phase(number, "cycle", number) for number in range(9)]
    phases += [phase(number, "pickup", None if number < 4 else 1, reason="no_review") for number in range(9)]
    phases += [phase(number, "cycle", 100.0, "devlake") for number in range(9)]
    tables = {"pull_request_flow": flow, "pull_request_flow_definitions": phases}
    config = published(tmp_path, {**tables, "observations": observed("commits", "count", 7)})
    pay = digest(config, team="Pay")
    assert pay.phases == [
        {"phase": "pickup", "n": 2, "of_all": 6, "why": "4 no review", "p50": None, "p85": None},
        {"phase": "cycle", "n": 6, "of_all": 6, "why": None, "p50": 2.5 * DAY, "p85": None},
    ]
    assert "| pickup | – | – | 2 | 6 | 4 no review |" in render(pay, "md")
    everybody = digest(config, definition="devlake")
    assert [(row["phase"], row["n"], row["p50"]) for row in everybody.phases] == [("cycle", 7, 100 * DAY)]
    assert "measured as by devlake" in render(everybody, "html")


def test_every_definition_that_can_be_asked_for_is_measured() -> None:
    assert tuple(PHASES) == DEFINITIONS == reviews.DEFINITIONS
    assert OWN in PHASES


def test_phases_of_a_team_that_is_too_small_are_not_shown(tmp_path: Path) -> None:
    within = datetime(2026, 11, 18, tzinfo=UTC).replace(tzinfo=None)
    hidden = observed("pickup_time", "seconds", None, team="Pay")
    config = published(
        tmp_path,
        {
            "pull_request_flow": [request(number, merged_at=within) for number in range(6)],
            "pull_request_flow_definitions": [phase(number, "cycle", 1) for number in range(6)],
            "observations": [{**row, "reason": "group_too_small"} for row in hidden],
        },
    )
    assert digest(config, team="Pay").phases == []
    assert len(digest(config).phases) == 1


def test_open_pull_requests_at_risk_are_listed_the_latest_first(tmp_path: Path) -> None:
    flow = [
        request(1, over=1),
        request(2, over=5),
        request(3, over=-1),
        request(4, over=9, author_is_human=False),
        request(5, over=3, author_id=None),
        request(6),
        request(7, over=2, author_id="bea"),
        request(8, over=4, opened_at=NOW - timedelta(days=400)),
    ]
    config = published(tmp_path, {"pull_request_flow": flow})
    everybody, pay = (delivery.delivery(config, team, []) for team in (None, "Pay"))
    assert everybody is not None
    assert pay is not None
    assert [row["reference"] for row in everybody.at_risk] == [f"acme/app#{number}" for number in (2, 8, 5, 7, 1)]
    # Also of one who is in another team too; but not of one who was in no team yet.
    assert [row["reference"] for row in pay.at_risk] == ["acme/app#2", "acme/app#7", "acme/app#1"]
    assert pay.at_risk[0] == {
        "reference": "acme/app#2",
        "title": "Retry",
        "url": "https://github.com/acme/app/pull/2",
        "phase": "review",
        "age_seconds": 7 * DAY,
        "phase_p85_seconds": 2 * DAY,
    }


def test_the_list_says_how_many_it_leaves_out(tmp_path: Path) -> None:
    config = published(tmp_path, {"pull_request_flow": [request(number, over=1) for number in range(12)]})
    found = delivery.delivery(config, None, [])
    assert found is not None
    assert (len(found.at_risk), found.at_risk_left) == (delivery.SHOWN, 2)


def test_what_waits_to_be_deployed_is_told_by_repository(tmp_path: Path) -> None:
    flow = [request(1), request(2), request(3, author_id="wes"), request(4)]
    waits = [waiting(1, 3), waiting(2, 8), waiting(3, 9), waiting(4, 1, "local:lib")]
    config = published(tmp_path, {"pull_request_flow": flow, "waiting_changes": waits})
    everybody, pay = (delivery.delivery(config, team, []) for team in (None, "Pay"))
    assert everybody is not None
    assert pay is not None
    assert everybody.waiting == [
        {"repository": "acme/app", "changes": 3, "oldest_seconds": 9 * DAY, "oldest": "#3"},
        {"repository": "lib", "changes": 1, "oldest_seconds": DAY, "oldest": "#4"},
    ]
    assert pay.waiting[0] == {"repository": "acme/app", "changes": 2, "oldest_seconds": 8 * DAY, "oldest": "#2"}


@pytest.mark.parametrize("without", [frozenset(), frozenset({"waiting_changes"})])
def test_there_is_no_section_without_pull_requests_or_in_a_file_of_an_older_version(
    tmp_path: Path, without: frozenset[str]
) -> None:
    tables = {"pull_request_flow": [request(1)]} if without else {}
    rows = observed("deployment_frequency", "per week", 2.0)
    made = digest(published(tmp_path, {**tables, "observations": rows}, without=without))
    assert made.delivery is None
    assert [row.metric for row in made.figures] == ["deployment_frequency"]  # where it has always been


def test_every_figure_of_the_section_is_in_the_catalogue() -> None:
    listed = catalogues()["metric_catalogue"]
    assert set(delivery.METRICS) <= set(listed["name"])
    shown = listed.filter(pl.col("name").is_in(delivery.METRICS))
    assert set(shown["table"]) <= set(delivery.TABLES)
    assert set(delivery.TABLES) <= published_tables().keys()
