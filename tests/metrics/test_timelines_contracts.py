"""What every pipeline of the timelines keeps, over a tracker with teams, versions, an epic, a sprint and a record."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import frame, run
from polars.testing import assert_frame_equal
from timeline_worlds import START, TIMELINES, done_on, lively, noon, ticket

from metrics.catalogue import PIPELINES
from warehouse.tables import CORE

DAYS = 110
TODAY = START + timedelta(days=DAYS)
SCHEMAS = {pipeline.feeds: pipeline.schema for pipeline in PIPELINES}


def tracker() -> dict[str, pl.DataFrame]:
    rows = done_on(lively(1, DAYS), assignee_id="ana") + done_on(lively(2, DAYS), project="OPS", type="Bug")
    rows += [ticket(f"APP-v{n}", START, START + timedelta(days=60 + n), milestone="1.0") for n in range(8)]
    rows += [ticket(f"APP-o{n}", START + timedelta(days=61 + n), None, milestone="1.0") for n in range(4)]
    rows += [ticket(f"APP-d{n}", START, START + timedelta(days=n), due_on=START + timedelta(days=3)) for n in range(6)]
    tables: dict[str, Any] = {}
    tables["ticket_status_intervals"] = [
        {"ticket_id": row["ticket_id"], "entered_at": row["created_at"], "status_category": "in_progress"}
        for row in rows[-6:]
    ] + [
        {"ticket_id": row["ticket_id"], "entered_at": row["resolved_at"], "status_category": "done"}
        for row in rows[-5:]
    ]
    rows[-6:] = [row | {"story_points": 2.0} for row in rows[-6:]]
    rows += [ticket(f"OPS-e{n}", START, None, "OPS", parent_key="APP-o0") for n in range(6)]
    tables["tickets"] = rows
    due = TODAY + timedelta(days=5)
    tables["milestones"] = [
        {"milestone_id": "jira:1", "source": "jira", "project": "APP", "title": "1.0", "state": "open", "due_on": due}
    ]
    tables["sprints"] = [{"sprint_id": "jira:s", "name": "S", "state": "active", "ends_at": noon(due)}]
    tables["ticket_sprints"] = [
        {"ticket_id": "jira:APP-o1", "sprint_id": "jira:s", "added_at": noon(START + timedelta(days=day))}
        for day in (1, 2)
    ]
    tables["team_scopes"] = [{"team": team, "kind": "ticket_project", "pattern": "APP"} for team in ("Pay", "Core")]
    tables["team_members"] = [
        {"team": team, "person_id": person, "valid_from": noon(START)}
        for team, person in (("Pay", "ana"), ("Pay", "ben"), ("Core", "ana"), ("Core", "cleo"))
    ]
    return {name: frame(name, tables.get(name, [])) for name in CORE}


@pytest.fixture(scope="module")
def computed() -> dict[str, pl.DataFrame]:
    """Every published table on the second day of the record."""
    before = run(tracker(), noon(TODAY - timedelta(days=8)), TIMELINES)
    found = run({**tracker(), "previous_forecasts": before["forecasts"]}, noon(TODAY), TIMELINES)
    return {name: table for name, table in found.items() if not name.startswith("service_")}


def test_no_table_is_empty_and_all_keep_their_contract(computed: dict[str, pl.DataFrame]) -> None:
    assert len(computed) == 14
    for name, table in computed.items():
        assert table.height, name
        SCHEMAS[name].validate(table)


def test_the_order_of_rows_does_not_matter(computed: dict[str, pl.DataFrame]) -> None:
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=3) for name, frame in tracker().items()}
    before = run(shuffled, noon(TODAY - timedelta(days=8)), TIMELINES)["forecasts"].sample(
        fraction=1, shuffle=True, seed=4
    )
    actual = run({**shuffled, "previous_forecasts": before}, noon(TODAY), TIMELINES)
    for name, table in computed.items():
        assert_frame_equal(actual[name], table, abs_tol=1e-9)


def test_what_is_null_has_a_reason(computed: dict[str, pl.DataFrame]) -> None:
    promises = computed["forecasts"]
    assert promises.filter(pl.col("stated").is_null() != pl.col("reason").is_not_null()).is_empty()
    assert set(promises["question"]) == {"how_many", "when", "version", "epic", "sprint"}
    assert set(promises["team"]) == {"Core", "OPS", "all"}
    windows = computed["forecast_windows"]
    assert windows.filter(~pl.col("is_usable") & pl.col("reason").is_null()).is_empty()
    points = computed["forecast_calibration"]
    assert points.filter(pl.col("share").is_null() != pl.col("reason").is_not_null()).is_empty()
    ages = computed["open_ticket_forecasts"]
    missing = pl.col("p50_days").is_null() | pl.col("p85_days").is_null()
    assert ages.filter(missing != pl.col("reason").is_not_null()).is_empty()


def test_more_confidence_promises_less(computed: dict[str, pl.DataFrame]) -> None:
    known = computed["forecasts"].filter(pl.col("stated").is_not_null())
    key = ["made_at", "team", "question", "target", "scope_mode"]
    ordered = (
        known.sort(*key, "confidence").group_by(key, maintain_order=True).agg("answer_on", "answer_items", "stated")
    )
    for row in ordered.to_dicts():
        if row["question"] == "how_many":
            assert row["answer_items"] == sorted(row["answer_items"], reverse=True)
        else:
            assert row["answer_on"] == sorted(row["answer_on"])
    assert known.filter(pl.col("stated") < pl.col("confidence") - 1e-9).is_empty()
    assert known["due_probability"].max() <= 0.95
