"""Ctrl-C, or a machine that shuts down: the run ends with 130, its git processes with it, and the next one is fine."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.leadline.conftest import command, configure, leadline
from tests.leadline.world import World

WAITING_GIT = """#!/bin/sh
case " $* " in *" log "*) echo $$ > "{pids}/$$"; exec sleep 60 ;; esac
exec "{git}" "$@"
"""


HEARING = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""A process started in the background of a shell ignores SIGINT, and hands that down: the program here must not."""


@contextmanager
def started(folder: Path, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING, *command(folder, *arguments)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_and_its_git_processes(world: World, tmp_path: Path, number: signal.Signals) -> None:
    configure(tmp_path, world.path)
    pids, programs = tmp_path / "pids", tmp_path / "bin"
    pids.mkdir()
    programs.mkdir()
    (programs / "git").write_text(WAITING_GIT.format(pids=pids, git=shutil.which("git")), encoding="utf-8")
    (programs / "git").chmod(0o755)
    with started(tmp_path, "run", PATH=f"{programs}{os.pathsep}{os.environ['PATH']}") as process:
        until = time.monotonic() + 60
        while not any(pids.iterdir()):
            assert time.monotonic() < until
            time.sleep(0.02)

        process.send_signal(number)
        _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert told.splitlines()[-1] == "leadline: interrupted"
    assert "Traceback" not in told
    assert not any(is_alive(int(pid.name)) for pid in pids.iterdir())
    leadline(tmp_path, "run")
    runs = json.loads(leadline(tmp_path, "status", "--json").stdout)["runs"]
    assert [(run["status"], run["error"]) for run in runs] == [("ok", None), ("interrupted", None)]


def test_a_query_that_is_interrupted_is_no_fault_of_the_program(tmp_path: Path) -> None:
    configure(tmp_path, World(tmp_path / "app.git").path)
    leadline(tmp_path, "run")
    endless = "SELECT max(hash(range)) FROM range(1000000000000)"
    with started(tmp_path, "sql", endless) as process:
        time.sleep(2.5)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert told.strip() == "leadline: interrupted"
