"""The whole way with GitLab, by the real command: collect, publish, rebuild with the server gone, doctor, git."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collectors.gitlab_world.server import Server, serving
from tests.collectors.gitlab_world.world import World
from tests.leadline.conftest import held, killed_after
from warehouse.store import Warehouse

TOKEN = "secret-token"  # noqa: S105 - of the server in this process


@pytest.fixture
def server() -> Iterator[Server]:
    world = World()
    project = world.project("acme/sub/app")
    for number in range(40):
        request = world.open_merge_request(project, "ana", f"Change {number} for APP-{number}")
        world.note(request, "ben", line="src/part0.py")
        world.approve(request, "ben")
        world.merge(request, "ben", squash=True)
    issue = world.open_issue(project, "cleo")
    world.label(issue, "ana", "Doing")
    world.close(issue, "ana")
    world.deploy(project, "a" * 40)
    world.release(project, "v1")
    world.milestone(project, "M1", "2026-03-01T00:00:00Z")
    world.tick(5)
    with serving(world, tokens={TOKEN}) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: Server) -> Path:
    configure(tmp_path, server)
    return tmp_path


def configure(folder: Path, server: Server, git: str = "false") -> None:
    (folder / "leadline.toml").write_text(
        f'[[source]]\nkind = "gitlab"\nname = "lab"\ntoken_env = "LAB"\nbase_url = "{server.url}"\n'
        f'projects = ["acme/*"]\ngit = {git}\n'
    )


def leadline(folder: Path, *arguments: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadline", "--config", str(folder / "leadline.toml"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LAB": token},
    )


TABLES = (
    *("pull_requests", "pull_request_commits", "pull_request_files", "pull_request_events", "pull_request_mentions"),
    *("reviews", "comments", "tickets", "ticket_changes", "ticket_status_intervals", "deployments", "ci_runs"),
    *("deployment_statuses", "releases", "milestones", "identities", "account_signatures", "repositories"),
)


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with Warehouse.open(folder / "leadline-data") as warehouse:
        return {table: warehouse.query(f"FROM {table} ORDER BY ALL").rows() for table in TABLES}


def merged(folder: Path) -> int:
    return sum("merged" in row for row in rows(folder)["pull_requests"])


def test_rebuild_gives_the_same_tables_with_the_server_gone(folder: Path, server: Server) -> None:
    done = leadline(folder, "run", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"loaded", "collected", "published"} <= {event["event"] for event in events}
    assert TOKEN not in done.stdout + done.stderr
    before = rows(folder)
    assert merged(folder) == 40
    assert [table for table, found in before.items() if not found] == []
    asked = len(server.requests)

    assert leadline(folder, "rebuild").returncode == 0
    assert rows(folder) == before
    assert len(server.requests) == asked

    assert leadline(folder, "collect").returncode == 0
    assert len(server.requests) == asked + 2  # the list of the group, and what is new in all its projects


def test_a_used_up_budget_is_said_and_ends_with_4(folder: Path, server: Server) -> None:
    server.budget = 8
    done = leadline(folder, "collect")
    assert done.returncode == 4, done.stderr
    assert "rate limit" in done.stderr
    assert "to go on from there" in done.stderr
    server.budget = 2000
    server.requests.clear()
    assert leadline(folder, "collect").returncode == 0
    assert merged(folder) == 40


def test_doctor_shows_whose_token_it_is_its_scopes_and_the_budget(folder: Path, server: Server) -> None:
    done = leadline(folder, "doctor")
    assert "token of collector (scopes: read_api, read_repository)" in done.stdout
    assert "budget left" in done.stdout
    refused = leadline(folder, "doctor", token="another")  # noqa: S106 - one that the server does not know
    assert refused.returncode == 3
    assert "refuses the token" in refused.stdout
    server.scopes = ("read_repository",)
    lacking = leadline(folder, "doctor")
    assert lacking.returncode == 3
    assert "read_api" in lacking.stdout


def test_a_token_without_the_scope_ends_with_3_and_says_which(folder: Path, server: Server) -> None:
    server.scopes = ("read_repository",)
    done = leadline(folder, "run")
    assert done.returncode == 3
    assert "insufficient_scope" in done.stderr
    assert "read_api" in done.stderr


def test_a_killed_collection_is_completed_by_the_next_one(folder: Path, server: Server) -> None:
    server.latency_seconds = 0.05
    for count in (2, 3, 4):
        killed_after(count, server.requests, folder, {"LAB": TOKEN})
    server.latency_seconds = 0
    assert leadline(folder, "collect").returncode == 0
    assert merged(folder) == 40
    assert sum("approved" in row for row in rows(folder)["reviews"]) == 40


def test_projects_are_cloned_from_where_they_are_with_the_token_in_no_table(folder: Path, server: Server) -> None:
    bare = folder / "git" / "acme" / "sub" / "app.git"
    work = folder / "work"
    git = ["git", "-c", "user.name=Ana", "-c", "user.email=ana@acme.example", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "-q", str(work)], check=True)
    (work / "a.txt").write_text("one\n")
    for step in (["add", "."], ["commit", "-qm", "First"]):
        subprocess.run([*git, "-C", str(work), *step], check=True)
    subprocess.run([*git, "clone", "-q", "--bare", str(work), str(bare)], check=True)
    subprocess.run([*git, "-C", str(bare), "update-server-info"], check=True)
    server.git = folder / "git"
    configure(folder, server, git="true")
    done = leadline(folder, "collect")
    assert done.returncode == 0, done.stderr
    assert held(folder, "SELECT repo_id, subject FROM commits") == [("lab:acme/sub/app", "First")]
    assert TOKEN not in done.stderr + repr(rows(folder)["repositories"])
