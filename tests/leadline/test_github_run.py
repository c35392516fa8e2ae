"""The whole way with GitHub, by the real command: collect, publish, rebuild with the server gone, doctor."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collectors.github_world.server import Server, serving
from tests.collectors.github_world.world import World
from tests.leadline.conftest import killed_after
from warehouse.store import Warehouse

TOKEN = "secret-token"  # noqa: S105 - of the server in this process


@pytest.fixture
def server() -> Iterator[Server]:
    world = World()
    repository = world.repository("acme/app")
    for number in range(40):
        request = world.open_pull_request(repository, "ana", f"Change {number}")
        world.review(request, "ben", "APPROVED", comments=1)
        world.merge(request, "ben")
    world.close(world.open_issue(repository, "cleo"), "ana")
    world.deploy(repository, "a" * 40, "SUCCESS")
    with serving(world, tokens={TOKEN}) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: Server) -> Path:
    (tmp_path / "leadline.toml").write_text(
        f'[[source]]\nkind = "github"\nname = "hub"\ntoken_env = "HUB"\nbase_url = "{server.url}"\n'
        'repositories = ["acme/app"]\ngit = false\n'
    )
    return tmp_path


def leadline(folder: Path, *arguments: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadline", "--config", str(folder / "leadline.toml"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HUB": token},
    )


TABLES = ("pull_requests", "pull_request_commits", "reviews", "comments", "tickets", "deployments", "identities")


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with Warehouse.open(folder / "leadline-data") as warehouse:
        return {table: warehouse.query(f"FROM {table} ORDER BY ALL").rows() for table in TABLES}


def count(folder: Path, table: str, state: str) -> int:
    return sum(state in row for row in rows(folder)[table])


def test_rebuild_gives_the_same_tables_with_the_server_gone(folder: Path, server: Server) -> None:
    done = leadline(folder, "run", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"loaded", "collected", "published"} <= {event["event"] for event in events}
    assert TOKEN not in done.stdout + done.stderr
    before = rows(folder)
    assert count(folder, "pull_requests", "merged") == 40
    asked = len(server.requests)

    assert leadline(folder, "rebuild").returncode == 0
    assert rows(folder) == before
    assert len(server.requests) == asked

    leadline(folder, "collect")
    assert len(server.requests) == asked + 1


def test_a_used_up_budget_is_said_and_ends_with_4(folder: Path, server: Server) -> None:
    server.budget = 7
    done = leadline(folder, "collect")
    assert done.returncode == 4
    assert "rate limit" in done.stderr
    assert "to go on from there" in done.stderr
    server.budget = 5000
    server.requests.clear()
    assert leadline(folder, "collect").returncode == 0
    assert count(folder, "pull_requests", "merged") == 40


def test_doctor_shows_scopes_and_budget(folder: Path) -> None:
    done = leadline(folder, "doctor")
    assert "scopes: repo, read:org" in done.stdout
    assert "budget left" in done.stdout
    refused = leadline(folder, "doctor", token="another")  # noqa: S106 - one that the server does not know
    assert refused.returncode == 3
    assert "refuses the credentials" in refused.stdout


def test_a_killed_collection_is_completed_by_the_next_one(folder: Path, server: Server) -> None:
    server.latency_seconds = 0.05
    for asked in (1, 2, 2):
        killed_after(asked, server.requests, folder, {"HUB": TOKEN})
    server.latency_seconds = 0
    assert leadline(folder, "collect").returncode == 0
    assert count(folder, "pull_requests", "merged") == 40
    assert count(folder, "reviews", "approved") == 40
