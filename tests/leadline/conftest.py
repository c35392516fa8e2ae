"""A world to collect, and the real command line to do it with."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.leadline.world import World

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


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository of 120 commits."""
    made = World(tmp_path / "app.git")
    made.grow(120)
    return made
