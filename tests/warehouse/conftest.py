# ruff: noqa: DTZ001 - instants are stored as naive UTC
"""A warehouse in a temporary folder, and small pages for it."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from warehouse.store import Warehouse
from warehouse.tables import Page

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ADA, BOB = "git:Ada <ada@example.org>", "git:Bob <bob@example.org>"

StartPython = Callable[..., subprocess.Popen[str]]
Load = Callable[..., int]


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def load(warehouse: Warehouse) -> Load:
    """Load a page into the warehouse, by the page's own arguments."""
    run_id = warehouse.start_run()

    def load(stream: str = "commits", scope: str = "r", **page: object) -> int:
        return warehouse.load(Page(stream, scope, **page), source="git", run_id=run_id, now=NOW)  # type: ignore[arg-type]

    return load


@pytest.fixture
def filled(warehouse: Warehouse, load: Load) -> Warehouse:
    """Two commits by Ada and Bob, who are one person each."""
    names = pl.DataFrame({"identity_id": [ADA, BOB], "name": ["Ada", "Bob"], "email": ["ada@example.org", None]})
    load(
        upserts={
            "commits": pl.DataFrame(
                {
                    "repo_id": ["r", "r"],
                    "sha": ["a", "b"],
                    "author_id": [ADA, BOB],
                    "committer_id": [ADA, "git:Nobody"],
                    "author_name": ["Ada", "Bob"],
                    "committed_at": [datetime(2026, 1, 1), datetime(2026, 2, 1)],
                }
            ),
            "commit_files": pl.DataFrame({"repo_id": ["r"], "sha": ["a"], "path": ["x.py"]}),
            "commit_trailers": pl.DataFrame(
                {
                    "repo_id": ["r"],
                    "sha": ["a"],
                    "trailer": ["Reviewed-by"],
                    "value": ["Bob <bob@example.org>"],
                    "person_id": [BOB],
                }
            ),
            "identities": names,
        }
    )
    warehouse.replace("people", pl.DataFrame({"person_id": ["p1", "p2"], "name": ["Ada", "Bob"], "kind": "human"}))
    identities = warehouse.read("identities").sort("identity_id")
    warehouse.replace("identities", identities.with_columns(person_id=pl.Series(["p1", "p2"])))
    return warehouse


@pytest.fixture
def start_python(tmp_path: Path) -> Iterator[StartPython]:
    """Start Python code in a process of its own that talks over pipes; it is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
