"""The whole way with Jira, by the real command: collect, publish, rebuild with the server gone, doctor."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collectors.jira_world.server import TOKEN, USER, Server, serving
from tests.collectors.jira_world.world import World
from tests.leadline.conftest import killed_after
from warehouse.store import Warehouse

TABLES = (
    "tickets",
    "ticket_changes",
    "ticket_status_intervals",
    "ticket_links",
    "ticket_sprints",
    "sprints",
    "milestones",
    "comments",
    "identities",
)


@pytest.fixture(params=[True, False], ids=["cloud", "server"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    world = World(is_cloud=request.param)
    world.project("APP")
    world.version("APP", "1.0", releaseDate="2026-05-01")
    sprint = world.sprint(world.board("APP", "Team board"), "Sprint 1", "active")
    epic = world.open_issue("APP", "ana", "Epic")
    for number in range(120):
        issue = world.open_issue("APP", "ben")
        world.plan(issue, sprint)
        world.adopt(issue, epic)
        world.move(issue, "3", "ben")
        world.comment(issue, "cleo")
        if number % 2:
            world.move(issue, "5", "ben")
    for _ in range(60):
        world.flag(epic)
    with serving(world) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: Server) -> Path:
    user = 'user_env = "JIRA_ACCOUNT"\n' if server.world.is_cloud else ""
    (tmp_path / "leadline.toml").write_text(
        f'[[source]]\nkind = "jira"\nname = "jira"\nbase_url = "{server.url}"\n{user}token_env = "JIRA_SECRET"\n'
        'projects = ["APP"]\n'
    )
    return tmp_path


def leadline(folder: Path, *arguments: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadline", "--config", str(folder / "leadline.toml"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "JIRA_ACCOUNT": USER, "JIRA_SECRET": token, "NO_COLOR": "1"},
    )


def rows(folder: Path, leave_out: str = "") -> dict[str, list[tuple[object, ...]]]:
    """What is held of the tickets."""
    columns = f"* EXCLUDE ({leave_out})" if leave_out else "*"
    with Warehouse.open(folder / "leadline-data") as warehouse:
        return {table: warehouse.query(f"SELECT {columns} FROM {table} ORDER BY ALL").rows() for table in TABLES}  # noqa: S608


def test_rebuild_gives_the_same_tables_with_the_server_gone(folder: Path, server: Server) -> None:
    done = leadline(folder, "run", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    collected = [event for event in events if event["event"] == "collected"]
    assert len(collected) == 1
    assert collected[0]["items"] | {"sprints": 1} == {
        "server": 0,
        "milestones": 1,
        "tickets": 121,
        "sprints": 1,
        "sweep": 0,
    }
    assert TOKEN not in done.stdout + done.stderr
    world = server.world
    deleted = list(world.issues.values())[7]
    gone = deleted["status"] == "3"
    world.delete(deleted)
    world.statuses["3"]["name"] = "Doing"
    world.comment(list(world.issues.values())[9])
    assert leadline(folder, "run", "--full").returncode == 0
    before = rows(folder)
    assert sum("Doing" in row for row in before["tickets"]) == 60 - gone
    assert len(before["tickets"]) == 120
    asked = len(server.requests)

    assert leadline(folder, "rebuild").returncode == 0
    assert rows(folder) == before
    assert len(server.requests) == asked

    assert leadline(folder, "collect").returncode == 0
    assert len(server.requests) == asked + 7  # four of the server, one each for the project, its tickets and its board
    assert rows(folder) == before


def test_doctor_tells_who_asks_and_by_whose_clock(folder: Path, server: Server) -> None:
    done = leadline(folder, "doctor")
    kind = "Jira Cloud" if server.world.is_cloud else "Jira Server or Data Center"
    assert f"ok    jira: {kind} 10.3.0, as Ana Anason (time zone Europe/Berlin)\n" in done.stdout
    refused = leadline(folder, "doctor", token="another")  # noqa: S106 - one that the server does not know
    assert refused.returncode == 3
    assert "fail  jira: Jira refuses the credentials" in refused.stdout
    assert "another" not in refused.stdout.replace("name another in", "")


def test_what_cannot_be_read_ends_with_a_code_of_its_own(folder: Path, server: Server) -> None:
    text = (folder / "leadline.toml").read_text()
    (folder / "leadline.toml").write_text(text.replace('["APP"]', '["APP", "GONE"]'))
    partly = leadline(folder, "collect")
    assert partly.returncode == 4
    assert "project GONE is not there, or not for this account" in partly.stderr
    assert len(rows(folder)["tickets"]) == 121
    refused = leadline(folder, "collect", token="another")  # noqa: S106
    assert refused.returncode == 3
    assert "hint: Cloud takes the account's e-mail" in refused.stderr
    impossible = leadline(folder, "collect", token="“quoted”")  # noqa: S106
    assert impossible.returncode == 3
    assert "jira: the token is empty or has characters that it cannot have" in impossible.stderr
    assert "quoted" not in impossible.stderr


def test_what_fails_beside_the_tickets_does_not_make_the_source_unreachable(folder: Path, server: Server) -> None:
    configuration = folder / "leadline.toml"
    text = configuration.read_text()
    configuration.write_text(f'{text}fields.story_points = "Size"\n')
    for _ in range(2):  # the second one reads nothing new
        partly = leadline(folder, "collect")
        assert partly.returncode == 4
        assert 'there is no custom field "Size"' in partly.stderr
    configuration.write_text(text.replace('["APP"]', '["GONE"]'))
    assert leadline(folder, "collect").returncode == 3


def test_a_killed_collection_is_completed_by_the_next_one(folder: Path, server: Server) -> None:
    server.most, server.latency_seconds = 5, 0.05
    for count in (6, 12, 18):
        killed_after(count, server.requests, folder, {"JIRA_ACCOUNT": USER, "JIRA_SECRET": TOKEN})
    server.latency_seconds = 0
    assert leadline(folder, "collect").returncode == 0
    killed = rows(folder, leave_out="collected_at")
    other = folder / "other"
    other.mkdir()
    (other / "leadline.toml").write_text((folder / "leadline.toml").read_text())
    assert leadline(other, "collect").returncode == 0
    assert killed == rows(other, leave_out="collected_at")
    assert len(killed["tickets"]) == 121
