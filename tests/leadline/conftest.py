"""A world to collect, and the real command line to do it with."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.leadline.world import World
from warehouse.reader import Reader
from warehouse.store import Warehouse

Leadline = Callable[..., subprocess.CompletedProcess[str]]


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "leadline", "--config", str(folder / "leadline.toml"), *arguments]


def configure(folder: Path, *repositories: Path, more: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(f"'{repository}'" for repository in repositories)
    (folder / "leadline.toml").write_text(
        f'[leadline]\nname = "Acme"\n\n[[source]]\nkind = "git"\nname = "local"\nrepositories = [{listed}]\n{more}',
        encoding="utf-8",
    )


def leadline(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """What the program does in its own process."""
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, check=False, timeout=120, env=environment
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def held(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What the warehouse answers, published or not; in this process, as a command for each question takes long."""
    with Warehouse.open(folder / "leadline-data") as warehouse:
        return warehouse.query(query).rows()


def published(folder: Path, query: str) -> list[dict[str, object]]:
    """What the published file answers, asked as `leadline sql` asks it, but in this process."""
    reader = Reader(folder / "leadline-data")
    try:
        return reader.query(query).frame.rows(named=True)
    finally:
        reader.close()


def killed_after(count: int, asked: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Kill a collection once it has asked its server so many things; `asked` is all that the server was asked."""
    until = len(asked) + count
    process = subprocess.Popen(command(folder, "collect"), env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    while len(asked) < until and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository of 120 commits."""
    made = World(tmp_path / "app.git")
    made.grow(120)
    return made
