"""`leadline forecast` over a file that is really published."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadline.catalogue import catalogues, published_tables
from leadline.config import load
from tests.leadline.conftest import configure, leadline
from tests.metrics.timeline_worlds import START, computed, done_on, ticket
from warehouse.publish import publish
from warehouse.store import Warehouse

DAYS = 150
TODAY = START + timedelta(days=DAYS)


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One ticket a day in APP, none in OPS but two; a version with a due date, and one that is called like another."""
    folder = tmp_path_factory.mktemp("tracker")
    rows = done_on([1] * DAYS) + done_on([1, 1], project="OPS")
    rows += [ticket(f"APP-o{n}", START, None, milestone="Spring") for n in range(10)]
    rows += [ticket(f"APP-t{n}", START, None, milestone="Twice") for n in range(2)]
    rows += [ticket("OPS-t", START, None, "OPS", milestone="Twice")]
    version = {"source": "jira", "state": "open"}
    milestones = [
        version | {"milestone_id": f"jira:{title}{project}", "title": title, "project": project, "due_on": due}
        for title, project, due in (
            ("Spring", "APP", TODAY + timedelta(days=30)),
            ("Twice", "APP", None),
            ("Twice", "OPS", None),
        )
    ]
    configure(folder, folder / "app.git", more='\n[calendar]\nworkdays = ["Mon", "Tue", "Wed", "Thu", "Fri"]\n')
    with Warehouse.open(load(folder / "leadline.toml").directory) as warehouse:
        run_id = warehouse.start_run()
        warehouse.finish_run(run_id, "ok")
        frames = computed(rows, TODAY, milestones=milestones, zone="UTC")
        publish(warehouse, run_id, frames, published_tables(), catalogues=catalogues())
    return folder


def asked(folder: Path, *arguments: str) -> Any:
    return json.loads(leadline(folder, "forecast", *arguments, "--json").stdout)


def test_when_items_are_finished(tracker: Path) -> None:
    found = asked(tracker, "--items", "12", "--team", "APP")
    fixed = [row for row in found["answers"] if row["scope_mode"] == "fixed"]
    assert {(row["answer_on"], row["stated"], row["method"]) for row in fixed} == {
        (str(TODAY + timedelta(days=11)), 1.0, "exact")
    }
    assert [row["confidence"] for row in fixed] == [0.5, 0.7, 0.85, 0.95]
    assert found["today"] == str(TODAY)
    assert found["window"]["window_days"] in {30, 60, 90}
    growing = {row["reason"] for row in found["answers"] if row["scope_mode"] == "growing"}
    assert growing == {"growth_not_measured"}


def test_growth_and_capacity_take_longer(tracker: Path) -> None:
    plain = asked(tracker, "--items", "40", "--team", "APP")["answers"][0]["answer_on"]
    grown = asked(tracker, "--items", "40", "--team", "APP", "--growth", "0.5")["answers"]
    slow = asked(tracker, "--items", "40", "--team", "APP", "--capacity", "50")["answers"][0]
    again = asked(tracker, "--items", "40", "--team", "APP", "--growth", "0.5")["answers"]
    assert grown == again
    (late,) = (row for row in grown if row["scope_mode"] == "growing" and row["confidence"] == 0.5)
    assert late["method"] == slow["method"] == "simulation"
    for row in (late, slow):
        days = (date.fromisoformat(row["answer_on"]) - TODAY).days
        assert days == pytest.approx(80, abs=6)
        assert row["answer_on"] > plain


def test_how_many_by_a_day(tracker: Path) -> None:
    found = asked(tracker, "--by", str(TODAY + timedelta(days=19)), "--team", "APP")
    assert [row["answer_items"] for row in found["answers"]] == [20, 20, 20, 20]
    half = asked(tracker, "--by", str(TODAY + timedelta(days=19)), "--team", "APP", "--capacity", "50")
    assert half["answers"][0]["answer_items"] == pytest.approx(10, abs=1)


def test_a_milestone_by_title_or_id(tracker: Path) -> None:
    by_title = asked(tracker, "--milestone", "spring")
    assert by_title == asked(tracker, "--milestone", "SpringAPP") == asked(tracker, "--milestone", "jira:SpringAPP")
    fixed = [row for row in by_title["answers"] if row["scope_mode"] == "fixed"]
    assert {row["answer_on"] for row in fixed} == {str(TODAY + timedelta(days=9))}
    assert by_title["due_probability"] == {"fixed": 0.95}


def test_what_people_read(tracker: Path) -> None:
    text = leadline(tracker, "forecast", "--milestone", "Spring").stdout
    day = TODAY + timedelta(days=9)
    assert f"When will version Spring be finished?  (all, from {TODAY} on)" in text
    assert f"50 %: by {day}" in text
    assert f"by the due date {TODAY + timedelta(days=30)}: 95 % or more" in text
    assert "Our 85 % came true in 100 % of " in text
    little = leadline(tracker, "forecast", "--items", "3", "--team", "OPS").stdout
    assert "no forecast (a window of the past needs 20 finished tickets on 5 days to be drawn from)" in little
    assert "How often such promises held is not known yet" in little


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "ask one question: --items N, --by DATE or --milestone M"),
        (["--items", "3", "--by", "2030-01-01"], "ask one question"),
        (["--items", "0"], "0 is not in the range"),
        (
            ["--items", "3", "--team", "Nobody"],
            'no tickets of a team "Nobody" may be forecast\nhint: teams that may: APP, OPS',
        ),
        (["--by", "2020-01-01"], "2020-01-01 is before the first day to forecast\nhint: that is 2025-05-31"),
        (["--by", "2040-01-01"], "2040-01-01 is more than two years after"),
        (["--milestone", "Nothing"], 'is called "Nothing"\nhint: leadline sql'),
        (["--milestone", "Twice"], 'several are called "Twice"\nhint: name one by its id: jira:TwiceAPP (version), '),
        (["--milestone", "Spring", "--team", "OPS"], 'team "OPS" has no part in "Spring"\nhint: these have: APP'),
        (["--milestone", "Spring", "--growth", "1"], "--growth goes with --items"),
        (["--milestone", "Spring", "--capacity", "50"], "--capacity goes with --items or --by"),
    ],
)
def test_mistakes_are_named(tracker: Path, arguments: list[str], said: str) -> None:
    done = leadline(tracker, "forecast", *arguments, check=False)
    assert done.returncode == 2
    assert said in done.stderr


def test_nothing_is_published_yet(tmp_path: Path) -> None:
    configure(tmp_path, tmp_path / "app.git")
    done = leadline(tmp_path, "forecast", "--items", "3", check=False)
    assert done.returncode == 1
    assert "leadline run" in done.stderr


def test_without_tickets_there_is_nothing_to_forecast_from(tmp_path: Path) -> None:
    configure(tmp_path, tmp_path / "app.git")
    with Warehouse.open(load(tmp_path / "leadline.toml").directory) as warehouse:
        run_id = warehouse.start_run()
        warehouse.finish_run(run_id, "ok")
        publish(warehouse, run_id, computed([], TODAY), published_tables(), catalogues=catalogues())
    done = leadline(tmp_path, "forecast", "--items", "3", check=False)
    assert done.returncode == 1
    assert "no tickets are published to forecast from" in done.stderr
