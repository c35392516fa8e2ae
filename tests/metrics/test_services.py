"""What counts in a service: files, commits, pull requests, tickets and deployments, by worked example."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import SETTINGS, Row, frame
from test_pull_request_actions import rows_of

from metrics.code.file_scopes import file_scopes
from metrics.code.services import service_files, service_repositories
from metrics.coordination.figures import congruence_figures
from metrics.delivery.deployment_figures import deployment_figures
from metrics.delivery.lead_time_figures import lead_time_figures
from metrics.delivery.scopes import delivery_calendar, delivery_scopes, service_deployments
from metrics.pull_requests.states import pull_request_scopes
from metrics.registry import Pipeline
from metrics.summary.credit_scopes import credit_scopes
from metrics.summary.observations import rolling_start
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


def test_a_deployment_of_a_part_is_one_that_brought_a_change_of_it(told: dict[str, pl.DataFrame]) -> None:
    days = {"d1": 40, "d2": 30, "d3": 20, "d4": 10}
    brought = {"d1": ["1"], "d2": ["2"], "d3": ["3", "2"], "d4": ["4"]}
    rows: dict[str, list[Row]] = {
        "deployment_commits": [
            {"deployment_id": name, "repo_id": API if name == "d4" else MONO, "sha": sha}
            for name, shas in brought.items()
            for sha in shas
        ],
        "deployments": [
            {"deployment_id": name, "repo_id": API if name == "d4" else MONO, "line": "production"}
            | {"finished_at": AS_OF - timedelta(days=ago), "failed": name == "d3", "is_rework": False}
            for name, ago in days.items()
        ],
        "change_lead_times": [
            {"pr_id": pr, "repo_id": repo, "deployed_at": AT, "lead_seconds": 60.0, "production_seconds": 6.0}
            for pr, repo in ((f"{MONO}#1", MONO), (f"{MONO}#2", MONO), (f"{API}#3", API))
        ],
    }
    frames = {**told, **{name: rows_of(name, found) for name, found in rows.items()}}
    for pipeline in (service_deployments, delivery_calendar):
        frames[pipeline.feeds] = _computed(pipeline, frames)
    assert frames["service_deployments"].rows() == [("pay", "d1"), ("pay", "d3")]

    figures = pl.concat([_computed(pipeline, frames) for pipeline in (deployment_figures, lead_time_figures)])
    rolling = figures.filter(pl.col("period") == "rolling_90d", pl.col("scope_kind") == "service")
    values = {(row["metric"], row["scope"]): (row["value"], row["n"]) for row in rolling.rows(named=True)}
    assert values["change_fail_rate", "pay"] == (0.5, 2)
    assert values["change_fail_rate", "api"] == (0.0, 1)
    assert values["days_between_deployments", "pay"] == (None, 1)  # one gap, of 20 days: too few for a median
    assert values["change_lead_time", "pay"] == (None, 1)
    assert values["change_lead_time", "api"] == (None, 1)


def test_congruence_of_a_place_is_that_of_those_who_changed_something_there(told: dict[str, pl.DataFrame]) -> None:
    work = [
        {"person_id": person, "repo_id": repo, "path": path, "changes": 1}
        for person, repo, path in (
            ("ana", MONO, "services/pay/a.py"),
            ("ben", MONO, "libs/money.py"),
            ("cy", MONO, "services/payroll/b.py"),
            ("cy", API, "x.py"),
        )
    ]
    pairs = [
        {"person_a": a, "person_b": b, "strength": 2.0, "talks": talks}
        for a, b, talks in (("ana", "ben", True), ("ana", "cy", False))
    ]
    start = pl.select(rolling_start(AS_OF, SETTINGS["zone"])).item()
    calendar = [
        {"scope_kind": kind, "scope": scope, "period": "rolling_90d", "period_start": start, "is_suppressed": False}
        for kind, scope in (("all", "all"), ("repository", MONO), ("repository", API), ("service", "pay"))
    ]
    given = {"recent_work": work, "required_pairs": pairs, "calendar": calendar}
    frames = {**told, **{name: rows_of(name, found) for name, found in given.items()}}
    found = _computed(congruence_figures, frames).filter(pl.col("metric") == "congruence")
    assert {row["scope"]: (row["value"], row["reason"]) for row in found.rows(named=True)} == {
        "all": (0.5, None),
        MONO: (0.5, None),
        API: (None, "no_requirement"),
        "pay": (1.0, None),
    }


def test_without_services_no_scope_is_one() -> None:
    none = {name: rows for name, rows in TABLES.items() if name != "service_scopes"}
    frames = {name: frame(name, rows) if name in CORE else rows_of(name, rows) for name, rows in none.items()}
    for pipeline in (service_repositories, service_files, credit_scopes, pull_request_scopes, delivery_scopes):
        frames[pipeline.feeds] = _computed(pipeline, frames)
        found = frames[pipeline.feeds]
        assert found.is_empty() or "service" not in found["scope_kind"].to_list()
