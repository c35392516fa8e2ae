"""Dashboards, a foreign DuckDB reader and a running batch, each in a process of its own, leave each other alone."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.leadline.conftest import command, configure, leadline
from tests.leadline.world import World

READER = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
while True:
    print(connection.execute("SELECT count(*) FROM commits").fetchone()[0], flush=True)
    time.sleep(0.05)
"""


@contextmanager
def running(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until_healthy(port: int) -> None:
    until = time.monotonic() + 60
    while not is_healthy(port):
        assert time.monotonic() < until, "the dashboards did not start"
        time.sleep(0.1)


def test_dashboards_a_reader_and_a_batch_run_side_by_side(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path)
    leadline(tmp_path, "run")
    before, port = world.commits, free_port()
    published = str(tmp_path / "leadline-data" / "leadline.duckdb")

    with (
        running(*command(tmp_path, "serve", "--port", str(port))),
        running(sys.executable, "-c", READER, published) as reader,
    ):
        assert reader.stdout is not None
        wait_until_healthy(port)
        for _ in range(2):
            world.grow(20)
            with running(*command(tmp_path, "run")) as batch:
                while batch.poll() is None:
                    assert int(reader.stdout.readline()) == before  # the file it opened never changes
                    assert is_healthy(port)
                assert batch.returncode == 0
        with running(sys.executable, "-c", READER, published) as newcomer:
            assert newcomer.stdout is not None
            assert int(newcomer.stdout.readline()) == world.commits
        assert reader.poll() is None
