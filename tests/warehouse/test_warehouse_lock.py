"""One writer at a time; the kernel lets go of a dead one."""

import os
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse.lock import Lock, WarehouseBusy
from warehouse.store import Warehouse

StartPython = Callable[..., subprocess.Popen[str]]

HOLD = """
    import sys
    from pathlib import Path
    from warehouse.lock import Lock
    lock = Lock.take(Path(sys.argv[1]))
    print("held", flush=True)
    sys.stdin.read()
"""


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_one_who_waits_learns_for_whom(tmp_path: Path, start_python: StartPython) -> None:
    holder = start_python(HOLD, tmp_path)
    assert first_line(holder) == "held"
    with pytest.raises(WarehouseBusy, match=rf"another run \(pid {holder.pid}\) holds the warehouse") as caught:
        Warehouse.open(tmp_path)
    assert (caught.value.exit_code, caught.value.pid) == (5, holder.pid)
    assert caught.value.started_at is not None
    assert abs(datetime.now(UTC).replace(tzinfo=None) - caught.value.started_at) < timedelta(minutes=1)
    assert caught.value.hint == f"wait until it has finished, or end it: kill {holder.pid}"


def test_killed_holder_needs_nobody(tmp_path: Path, start_python: StartPython) -> None:
    holder = start_python(HOLD, tmp_path)
    assert first_line(holder) == "held"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    Lock.take(tmp_path).release()


@pytest.mark.parametrize(
    "start_child",
    [
        'print(subprocess.Popen(["sleep", "60"], close_fds=False, stdout=subprocess.DEVNULL).pid, flush=True)',
        "os.fork() or (print(os.getpid(), flush=True), os.close(1), time.sleep(60), os._exit(0))",
    ],
    ids=["program", "fork"],
)
def test_children_do_not_inherit_the_lock(tmp_path: Path, start_python: StartPython, start_child: str) -> None:
    holder = start_python(
        f"""
        import os, subprocess, sys, time
        from pathlib import Path
        from warehouse.lock import Lock
        lock = Lock.take(Path(sys.argv[1]))
        {start_child}
        sys.stdin.read()
        """,
        tmp_path,
    )
    child = int(first_line(holder))
    try:
        with pytest.raises(WarehouseBusy):
            Lock.take(tmp_path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        Lock.take(tmp_path).release()
        os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


def test_lock_is_free_after_closing_and_after_a_failed_opening(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path), pytest.raises(WarehouseBusy, match=f"pid {os.getpid()}"):
        Warehouse.open(tmp_path)
    with Warehouse.open(tmp_path):
        pass


def test_file_held_by_another_program_is_busy_too(tmp_path: Path, start_python: StartPython) -> None:
    with Warehouse.open(tmp_path):
        pass
    other = start_python(
        """
        import duckdb, sys
        connection = duckdb.connect(sys.argv[1], read_only=True)
        print("open", flush=True)
        sys.stdin.read()
        """,
        tmp_path / "warehouse.duckdb",
    )
    assert first_line(other) == "open"
    with pytest.raises(WarehouseBusy) as caught:
        Warehouse.open(tmp_path)
    assert caught.value.pid == other.pid
