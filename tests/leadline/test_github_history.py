"""A GitHub with its git: clone and API are one repository, by the real command, twice."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.collectors.fault_server import Asked, Reply
from tests.collectors.github_world import world as platform
from tests.collectors.github_world.server import Server, serving
from tests.leadline.world import World

TOKEN = "secret-token"  # noqa: S105 - of the server in this process
ACCOUNTS = {"Ana Ruiz": "ana", "Ben Østergård": "ben", "Chloé Martin": "chloe"}


class Hub:
    """A repository with a history, served as git's files and by the API; only with the token."""

    def __init__(self, folder: Path) -> None:
        self.history = World(folder / "acme" / "app.git")
        self.api = platform.World()
        self.repository = self.api.repository("acme/app")
        self.asked_of_git: list[str] = []
        self.folder = folder

    def grow(self, commits: int) -> None:
        """A pull request of that many commits, merged, its commits the newest ones of the history."""
        self.history.grow(commits)
        subprocess.run(["git", "-C", self.history.path, "update-server-info"], check=True)
        request = self.api.open_pull_request(self.repository, "ana", f"Add {commits} things", commits=commits)
        for element, written in zip(request["commits"], self._written(commits), strict=True):
            sha, name, email = written
            login = ACCOUNTS.get(name)
            author = {"name": name, "email": email, "user": self.api.account(login) if login else None}
            element["commit"] |= {"oid": sha, "author": author}
        self.api.review(request, "ben", "APPROVED")
        self.api.merge(request, "ben")["oid"] = request["commits"][-1]["commit"]["oid"]

    def _written(self, commits: int) -> Iterator[list[str]]:
        command = ["git", "-C", str(self.history.path), "log", f"-{commits}", "--reverse", "--format=%H%x00%an%x00%ae"]
        for line in subprocess.check_output(command, text=True).splitlines():
            yield line.split("\0")

    def __call__(self, asked: Asked) -> Reply | None:
        """As for a private repository: git has to give the token."""
        if ".git/" not in asked.path:
            return None
        self.asked_of_git.append(asked.path)
        given = base64.b64decode(asked.token).decode() if asked.token else ""
        if given == f"x-access-token:{TOKEN}":
            return None
        return Reply(401, {"message": "Requires authentication"}, {"WWW-Authenticate": 'Basic realm="GitHub"'})


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    made = Hub(tmp_path / "hub")
    made.grow(30)
    made.grow(12)
    return made


@pytest.fixture
def server(hub: Hub) -> Iterator[Server]:
    with serving(hub.api, tokens={TOKEN}, git=hub.folder) as running:
        running.rule = hub
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: Server) -> Path:
    (tmp_path / "leadline.toml").write_text(
        f'[[source]]\nkind = "github"\nname = "hub"\ntoken_env = "HUB"\nbase_url = "{server.url}"\n'
        'repositories = ["acme/app"]\n'
    )
    return tmp_path


def run(folder: Path) -> None:
    """Collect, compute and publish, by the command."""
    done = subprocess.run(
        [sys.executable, "-m", "leadline", "--config", str(folder / "leadline.toml"), "run"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HUB": TOKEN},
    )
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """The answer of what is published."""
    with duckdb.connect(str((folder / "leadline-data" / "leadline.duckdb").resolve()), read_only=True) as connection:
        return connection.sql(query).fetchall()


JOINED = """
SELECT p.pr_id, count(*), count(c.sha), count(*) FILTER (c.author_id = k.author_id)
FROM pull_requests p JOIN pull_request_commits k USING (pr_id)
LEFT JOIN commits c ON c.repo_id = p.repo_id AND c.sha = k.sha
GROUP BY ALL ORDER BY ALL
"""
PERSONS = """
SELECT count(DISTINCT person_id), count(*) FROM identities
WHERE account IN ('ana', 'ben', 'chloe') OR name IN ('Ana Ruiz', 'Ben Østergård', 'Chloé Martin')
"""


def test_clone_and_api_are_one_repository_and_a_second_run_reads_only_what_is_new(
    folder: Path, hub: Hub, server: Server
) -> None:
    run(folder)
    assert rows(folder, "SELECT repo_id, name, default_branch FROM repositories") == [
        ("hub:acme/app", "acme/app", "main")
    ]
    assert rows(folder, "SELECT repo_id, count(*) FROM commits GROUP BY ALL") == [("hub:acme/app", 42)]
    # Every commit of the pull requests is in the clone, and both sides name the same person as its author.
    first, second = ("hub:acme/app#1", 30, 30, 30), ("hub:acme/app#2", 12, 12, 12)
    assert rows(folder, JOINED) == [first, second]
    assert rows(folder, PERSONS)[0][0] == 3
    merges = "SELECT count(*) FROM pull_requests p JOIN commits c ON c.repo_id = p.repo_id AND c.sha = p.merge_sha"
    assert rows(folder, merges) == [(2,)]

    asked = len(server.requests)
    hub.asked_of_git.clear()
    run(folder)
    assert server.requests[asked:] == ["graphql"]
    # git asks what there is, and fetches no object.
    assert hub.asked_of_git != []
    assert [path for path in hub.asked_of_git if "/objects/" in path] == []
    assert rows(folder, JOINED) == [first, second]

    hub.grow(5)
    run(folder)
    assert rows(folder, JOINED) == [first, second, ("hub:acme/app#3", 5, 5, 5)]
    assert rows(folder, "SELECT count(*) FROM commits") == [(47,)]
