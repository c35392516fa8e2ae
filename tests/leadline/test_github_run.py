"""The whole way with GitHub, by the real command: collect, publish, rebuild with the server gone, doctor."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "collectors"))

from github_world.server import Server, serving
from github_world.world import World

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


def rows(folder: Path) -> dict[str, str]:
    tables = ("pull_requests", "pull_request_commits", "reviews", "comments", "tickets", "deployments", "identities")
    return {table: leadline(folder, "sql", f"FROM {table} ORDER BY ALL", "--format", "csv").stdout for table in tables}


def test_rebuild_gives_the_same_tables_with_the_server_gone(folder: Path, server: Server) -> None:
    done = leadline(folder, "run", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"loaded", "collected", "published"} <= {event["event"] for event in events}
    assert TOKEN not in done.stdout + done.stderr
    before = rows(folder)
    assert before["pull_requests"].count(",merged,") == 40
    asked = len(server.requests)

    assert leadline(folder, "rebuild").returncode == 0
    assert rows(folder) == before
    assert len(server.requests) == asked

    leadline(folder, "run")
    assert len(server.requests) == asked + 1


def test_a_used_up_budget_is_said_and_ends_with_4(folder: Path, server: Server) -> None:
    server.budget = 7
    done = leadline(folder, "collect")
    assert done.returncode == 4
    assert "rate limit" in done.stderr
    assert "to go on from there" in done.stderr
    server.budget = 5000
    server.requests.clear()
    assert leadline(folder, "run").returncode == 0
    assert rows(folder)["pull_requests"].count(",merged,") == 40


def test_doctor_shows_scopes_and_budget(folder: Path) -> None:
    done = leadline(folder, "doctor")
    assert "scopes: repo, read:org" in done.stdout
    assert "budget left" in done.stdout
    refused = leadline(folder, "doctor", token="another")  # noqa: S106 - one that the server does not know
    assert refused.returncode == 3
    assert "refuses the credentials" in refused.stdout


def test_a_killed_collection_is_completed_by_the_next_one(folder: Path, server: Server) -> None:
    server.latency_seconds = 0.05
    command = [sys.executable, "-m", "leadline", "--config", str(folder / "leadline.toml"), "collect"]
    for pause in (1.2, 1.6, 2.0):
        process = subprocess.Popen(command, env={**os.environ, "HUB": TOKEN}, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=pause)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    server.latency_seconds = 0
    assert leadline(folder, "run").returncode == 0
    killed = rows(folder)
    assert killed["pull_requests"].count(",merged,") == 40
    assert killed["reviews"].count(",approved,") == 40
