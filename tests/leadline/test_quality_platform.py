"""Faults in what platforms tell are counted, each on its own; data without faults leaves no row."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from leadline.quality import findings
from leadline.quality.repairs import REPAIRS
from warehouse.store import Warehouse
from warehouse.tables import Page

NOW = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - instants are stored as naive UTC
DAY_1, DAY_2, DAY_3 = (datetime(2026, 5, day) for day in (1, 2, 3))  # noqa: DTZ001

Rows = dict[str, list[dict[str, object]]]


def sound() -> Rows:
    """Return a repository, a merged pull request with a review, and all that belongs to them: nothing is wrong."""
    repository = {"repo_id": "gh:acme/app", "name": "acme/app", "platform_id": "R_1", "archived": False}
    commit = {
        "repo_id": "gh:acme/app",
        "sha": "m1",
        "author_id": "gh:Ana <ana@acme.example>",
        "authored_at": DAY_1,
        "committed_at": DAY_1,
        "is_merge": False,
        "additions": 1,
    }
    request = {
        "pr_id": "gh:acme/app#1",
        "repo_id": "gh:acme/app",
        "number": 1,
        "author_id": "gh:10",
        "created_at": DAY_2,
        "first_commit_at": DAY_1,
        "merged_at": DAY_3,
        "closed_at": DAY_3,
        "merge_sha": "m1",
    }
    return {
        "repositories": [repository],
        "commits": [commit],
        "people": [
            {"person_id": "p-1", "name": "Ana", "kind": "human", "is_bot": False},
            {"person_id": "p-2", "name": "Bo", "kind": "human", "is_bot": False},
        ],
        "identities": [
            {"identity_id": "gh:10", "account": "ana", "person_id": "p-1"},
            {"identity_id": "gh:20", "account": "bo", "person_id": "p-2"},
            {"identity_id": "gh:Ana <ana@acme.example>", "person_id": "p-1"},
        ],
        "pull_requests": [request],
        "pull_request_commits": [{"pr_id": "gh:acme/app#1", "sha": "m1"}],
        "reviews": [{"review_id": "gh:r1", "pr_id": "gh:acme/app#1", "reviewer_id": "gh:20", "submitted_at": DAY_2}],
        "tickets": [{"ticket_id": "gh:acme/app#7", "key": "acme/app#7", "project": "acme/app", "created_at": DAY_1}],
        "pull_request_mentions": [
            {"pr_id": "gh:acme/app#1", "reference": "Acme/App#7", "found_in": "body"},
            {"pr_id": "gh:acme/app#1", "reference": "acme/app#1", "found_in": "body"},
            {"pr_id": "gh:acme/app#1", "reference": "UTF-8", "found_in": "title"},
        ],
        "ci_runs": [{"run_id": "gh:1/1", "repo_id": "gh:acme/app", "started_at": DAY_2, "finished_at": DAY_2}],
        "deployments": [{"deployment_id": "gh:d1", "repo_id": "gh:acme/app", "environment": "production"}],
        "incidents": [{"incident_id": "gh:i1", "opened_at": DAY_1, "resolved_at": DAY_2}],
    }


def found(folder: Path, rows: Rows, repairs: dict[str, int] | None = None) -> dict[str, int]:
    with Warehouse.open(folder) as warehouse:
        people = pl.DataFrame(rows.pop("people"))
        frames = {name: pl.DataFrame(some, infer_schema_length=None) for name, some in rows.items() if some}
        page = Page("all", "acme/app", upserts=frames, quality=repairs or {})
        warehouse.load(page, source="gh", run_id=warehouse.start_run(), now=NOW)
        warehouse.replace("people", people)
        told = findings(warehouse, NOW, release_tag="^v", environment="^prod")
    assert told["hint"].null_count() == told["affected_metric"].null_count() == 0
    return dict(told.select("check", "count").iter_rows())


def test_sound_data_leaves_no_row(tmp_path: Path) -> None:
    assert found(tmp_path, sound()) == {}


@pytest.mark.parametrize(
    ("table", "change", "check"),
    [
        ("pull_request_commits", None, "pull_requests_without_commits"),
        ("pull_requests", {"author_id": None}, "pull_requests_without_author"),
        ("pull_requests", {"merge_sha": "elsewhere"}, "merges_missing_from_the_clone"),
        ("pull_requests", {"merge_sha": None}, "merges_missing_from_the_clone"),
        ("pull_requests", {"merged_at": DAY_1}, "pull_requests_that_end_before_they_begin"),
        ("pull_requests", {"first_commit_at": NOW}, "pull_requests_that_end_before_they_begin"),
        ("reviews", {"submitted_at": DAY_1}, "pull_requests_that_end_before_they_begin"),
        ("ci_runs", {"finished_at": DAY_1}, "deliveries_that_end_before_they_begin"),
        ("deployments", {"started_at": DAY_2, "finished_at": DAY_1}, "deliveries_that_end_before_they_begin"),
        ("incidents", {"opened_at": DAY_3}, "deliveries_that_end_before_they_begin"),
        ("tickets", {"created_at": DAY_2, "resolved_at": DAY_1}, "tickets_that_end_before_they_begin"),
        ("reviews", {"reviewer_id": None}, "reviews_by_unknown_people"),
        ("reviews", {"reviewer_id": "gh:99"}, "reviews_by_unknown_people"),
        ("pull_requests", {"author_id": "gh:20"}, "accounts_without_commit_author"),
        ("pull_request_mentions", {"reference": "acme/app#8"}, "tickets_mentioned_but_unknown"),
        ("ci_runs", None, "repositories_without_ci_runs"),
        ("deployments", None, "repositories_without_deployments"),
        ("deployments", {"environment": "staging"}, "repositories_without_production_environment"),
        ("deployments", {"environment": None}, "repositories_without_production_environment"),
    ],
)
def test_each_fault_is_counted_alone(tmp_path: Path, table: str, change: Rows | None, check: str) -> None:
    rows = sound()
    rows[table] = [] if change is None else [rows[table][0] | change, *rows[table][1:]]

    assert found(tmp_path, rows) == {check: 1}


def test_what_a_program_merged_needs_no_commit_author(tmp_path: Path) -> None:
    rows = sound()
    rows["pull_requests"][0]["author_id"] = "gh:20"
    rows["people"][1] |= {"kind": "automation", "is_bot": True}

    assert found(tmp_path, rows) == {}


def test_a_ticket_that_the_platform_closes_is_missed_whatever_its_project(tmp_path: Path) -> None:
    rows = sound()
    rows["pull_request_mentions"] += [
        {"pr_id": "gh:acme/app#1", "reference": "other/place#5", "found_in": "closing_reference"},
        {"pr_id": "gh:acme/app#1", "reference": "other/place#6", "found_in": "body"},
    ]

    assert found(tmp_path, rows) == {"tickets_mentioned_but_unknown": 1}


def test_a_renamed_repository_misses_no_ticket(tmp_path: Path) -> None:
    rows = sound()
    rows["repositories"][0]["name"] = "acme/new"
    rows["pull_request_mentions"] += [
        {"pr_id": "gh:acme/app#1", "reference": name, "found_in": "closing_reference"}
        for name in ("acme/new#7", "acme/new#1", "acme/app#7")
    ]

    assert found(tmp_path, rows) == {}


def test_production_can_be_said_by_who_reports_where_there_is_no_name(tmp_path: Path) -> None:
    rows = sound()
    rows["deployments"][0] |= {"environment": None, "is_production": True}

    assert found(tmp_path, rows) == {}


def test_what_collectors_count_is_explained(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        page = Page("all", "acme/app", quality={**dict.fromkeys(REPAIRS, 2), "something_new": 1})
        warehouse.load(page, source="gh", run_id=warehouse.start_run(), now=NOW)
        told = findings(warehouse, NOW, release_tag="^v", environment="^prod")

    assert dict(told.select("check", "count").iter_rows()) == {**dict.fromkeys(REPAIRS, 2), "something_new": 1}
    hints = dict(told.select("check", "hint").iter_rows())
    assert all(hints[check] == repair.hint != hints["something_new"] for check, repair in REPAIRS.items())
    assert dict(told.select("check", "severity").iter_rows())["repository_unreachable"] == "error"
