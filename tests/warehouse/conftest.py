"""A warehouse in a temporary folder, and small pages for it."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filled_world import NOW, fill

from warehouse.store import Warehouse
from warehouse.tables import Page

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
def filled(warehouse: Warehouse) -> Warehouse:
    """Two commits by Ada and Bob, who are one person each."""
    return fill(warehouse)


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
