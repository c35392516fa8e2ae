"""What counts in a service: files, commits, pull requests, tickets and deployments, by worked example."""

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from git_worlds import SETTINGS, Row, frame
from test_pull_request_actions import rows_of

from metrics.code.file_scopes import file_scopes
from metrics.code.services import service_files, service_repositories
from metrics.delivery.scopes import delivery_scopes
from metrics.pull_requests.states import pull_request_scopes
from metrics.registry import Pipeline
from metrics.summary.credit_scopes import credit_scopes
from metrics.tickets.teams import ticket_scopes
from warehouse.tables import CORE

AS_OF = datetime.fromisoformat("2026-03-01")
AT = datetime.fromisoformat("2026-02-01T12:00:00")
MONO, API, WEB = "hub:acme/mono", "hub:acme/api", "hub:acme/api-web"

TABLES: dict[str, list[Row]] = {
    "repositories": [{"repo_id": repo, "name": repo.removeprefix("hub:")} for repo in (MONO, API, WEB)],
    "service_scopes": [
        {"service": "pay", "repository": "acme/mono", "pattern": "services/pay/**"},
        {"service": "pay", "repository": "acme/mono", "pattern": "libs/money.py"},
        {"service": "api", "repository": "acme/api*", "pattern": ""},
    ],
    "head_files": [
        {"repo_id": MONO, "path": path} for path in ("services/pay/a.py", "libs/money.py", "services/payroll/b.py")
    ]
    + [{"repo_id": API, "path": "x.py"}],
    "commit_files": [
        {"repo_id": MONO, "sha": "1", "path": "services/pay/old.py"},
        {"repo_id": MONO, "sha": "2", "path": "services/payroll/b.py"},
        {"repo_id": MONO, "sha": "3", "path": "services/pay/a.py"},
        {"repo_id": MONO, "sha": "3", "path": "libs/money.py"},
        {"repo_id": API, "sha": "4", "path": "x.py"},
    ],
    "pull_request_files": [
        {"pr_id": f"{MONO}#1", "path": "services/pay/new.py"},
        {"pr_id": f"{MONO}#1", "path": "services/pay/a.py"},
        {"pr_id": f"{MONO}#2", "path": "README.md"},
    ],
    "pull_request_states": [
        {"pr_id": f"{repo}#{n}", "repo_id": repo, "author_id": "ana", "author_is_human": True, "opened_at": AT}
        for repo, n in ((MONO, 1), (MONO, 2), (API, 3))
    ],
    "pull_request_tickets": [
        {"pr_id": f"{MONO}#1", "ticket_id": "t1", "found_in": "title"},
        {"pr_id": f"{API}#3", "ticket_id": "t1", "found_in": "title"},
        {"pr_id": f"{MONO}#2", "ticket_id": "t2", "found_in": "title"},
    ],
    "tickets": [{"ticket_id": ticket, "project": "APP"} for ticket in ("t1", "t2")],
    "ticket_spans": [{"ticket_id": ticket, "until": AT} for ticket in ("t1", "t2")],
    "main_commits": [
        {"repo_id": row["repo_id"], "sha": row["sha"], "committed_at": AT, "is_merge": False}
        for row in ({"repo_id": MONO, "sha": "1"}, {"repo_id": MONO, "sha": "2"}, {"repo_id": MONO, "sha": "3"})
    ]
    + [{"repo_id": API, "sha": "4", "committed_at": AT, "is_merge": False}],
    "commit_credits": [
        {"repo_id": repo, "sha": sha, "person_id": "ana", "weight": 1.0}
        for repo, sha in ((MONO, "1"), (MONO, "2"), (MONO, "3"), (API, "4"))
    ],
}


@pytest.fixture(scope="module")
def told() -> dict[str, pl.DataFrame]:
    """What the pipelines about services and their scopes make of the example, one after the other."""
    frames = {name: frame(name, rows) if name in CORE else rows_of(name, rows) for name, rows in TABLES.items()}
    pipelines = (
        *(service_repositories, service_files, pull_request_scopes, ticket_scopes),
        *(credit_scopes, delivery_scopes),
    )
    for pipeline in pipelines:
        frames[pipeline.feeds] = _computed(pipeline, frames)
    counted = frames["head_files"].select("repo_id", "path", is_counted=pl.lit(value=True))
    frames["file_places"] = pl.concat([rows_of("file_places", []), counted], how="diagonal")
    frames["file_scopes"] = _computed(file_scopes, frames)
    return frames


def _computed(pipeline: Pipeline, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    offered: dict[str, Any] = {**SETTINGS, "as_of": AS_OF}
    given = [
        frames[name] if name in frames else frame(name, []) if name in CORE else rows_of(name, [])
        for name in pipeline.inputs
    ]
    return pipeline(*(one.lazy() for one in given), **{name: offered[name] for name in pipeline.settings}).collect()


def of_service(frame: pl.DataFrame, service: str, column: str) -> list[str]:
    found = frame.filter(pl.col("scope_kind") == "service", pl.col("scope") == service)
    return sorted(found[column].to_list())


def test_a_service_is_repositories_or_a_part_of_one(told: dict[str, pl.DataFrame]) -> None:
    assert told["service_repositories"].rows() == [("api", API, True), ("api", WEB, True), ("pay", MONO, False)]
    files = told["service_files"]
    assert files.filter(pl.col("service") == "pay")["path"].to_list() == [
        "libs/money.py",
        "services/pay/a.py",
        "services/pay/new.py",
        "services/pay/old.py",
    ]
    assert files.filter(pl.col("service") == "api").rows() == [("api", API, "x.py")]
    assert of_service(told["file_scopes"], "pay", "path") == ["libs/money.py", "services/pay/a.py"]


def test_a_commit_counts_once_in_each_service_that_it_changes(told: dict[str, pl.DataFrame]) -> None:
    assert of_service(told["credit_scopes"], "pay", "sha") == ["1", "3"]
    assert of_service(told["credit_scopes"], "api", "sha") == ["4"]
    whole = told["credit_scopes"].filter(pl.col("scope_kind") == "all")
    assert sorted(whole["sha"]) == ["1", "2", "3", "4"]


def test_pull_requests_and_their_tickets_count_where_they_change_something(told: dict[str, pl.DataFrame]) -> None:
    assert of_service(told["pull_request_scopes"], "pay", "pr_id") == [f"{MONO}#1"]
    assert of_service(told["pull_request_scopes"], "api", "pr_id") == [f"{API}#3"]
    for service in ("pay", "api"):
        assert of_service(told["ticket_scopes"], service, "ticket_id") == ["t1"]


def test_deployments_count_in_services_that_are_whole_repositories(told: dict[str, pl.DataFrame]) -> None:
    assert of_service(told["delivery_scopes"], "api", "repo_id") == [API, WEB]
    assert of_service(told["delivery_scopes"], "pay", "repo_id") == []


def test_without_services_no_scope_is_one() -> None:
    none = {name: rows for name, rows in TABLES.items() if name != "service_scopes"}
    frames = {name: frame(name, rows) if name in CORE else rows_of(name, rows) for name, rows in none.items()}
    for pipeline in (service_repositories, service_files, credit_scopes, pull_request_scopes, delivery_scopes):
        frames[pipeline.feeds] = _computed(pipeline, frames)
        found = frames[pipeline.feeds]
        assert found.is_empty() or "service" not in found["scope_kind"].to_list()
