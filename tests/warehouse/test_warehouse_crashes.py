"""SIGKILL at any moment: the warehouse goes on where it stood, and readers keep the former generation."""

import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from warehouse import generations
from warehouse.publish import publish
from warehouse.store import Warehouse

StartPython = Callable[..., subprocess.Popen[str]]

PAGES, ROWS = 60, 400

LOADING = f"""
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    import polars as pl
    from warehouse.store import Warehouse
    from warehouse.tables import Page

    with Warehouse.open(Path(sys.argv[1])) as warehouse:
        run_id = warehouse.start_run()
        print("ready", flush=True)
        for page in range(int(warehouse.state("git").cursor("commits", "r") or 0), {PAGES}):
            shas = [f"{{page:04}}-{{row:04}}" for row in range({ROWS})]
            rows = pl.DataFrame({{"sha": shas}}).with_columns(repo_id=pl.lit("r"))
            upserts = {{"commits": rows, "commit_files": rows.with_columns(path=pl.lit("x.py"))}}
            updates = {{"commit_files": rows.with_columns(path=pl.lit("x.py"), additions=pl.lit(page))}}
            loaded = Page("commits", "r", upserts=upserts, updates=updates, cursor=str(page + 1))
            warehouse.load(loaded, source="git", run_id=run_id, now=datetime.now(UTC))
        warehouse.finish_run(run_id, "ok")
"""

PUBLISHING = """
    import sys
    from pathlib import Path
    from warehouse.publish import publish
    from warehouse.store import Warehouse

    with Warehouse.open(Path(sys.argv[1])) as warehouse:
        print("ready", flush=True)
        while True:
            publish(warehouse, warehouse.start_run(), {}, {})
"""


def kill_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Let the process get ready, kill it after a while; returns whether it was still at work."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def loaded(directory: Path) -> int:
    """Number of pages loaded; every table holds them whole and once."""
    with Warehouse.open(directory) as warehouse:
        pages = int(warehouse.state("git").cursor("commits", "r") or 0)
        for table in ("commits", "commit_files"):
            sql = f"SELECT count(*), count(DISTINCT sha), count(collected_at) FROM {table}"  # noqa: S608
            assert warehouse.query(sql).row(0) == (pages * ROWS,) * 3, table
        assert warehouse.query("SELECT count(additions) FROM commit_files").item() == pages * ROWS
        assert warehouse.query("SELECT coalesce(sum(rows), 0)::BIGINT FROM meta.run_sources").item() == pages * 3 * ROWS
        assert warehouse.query("SELECT count(*) FROM meta.runs WHERE status = 'running'").item() == 0
        return pages


def test_killed_while_loading(tmp_path: Path, start_python: StartPython) -> None:
    killed = 0
    for attempt in range(6):
        killed += kill_after(start_python(LOADING, tmp_path), random.Random(attempt).uniform(0, 0.15))
        assert loaded(tmp_path) <= PAGES
    assert killed > 0
    assert start_python(LOADING, tmp_path).wait() == 0
    assert loaded(tmp_path) == PAGES


def test_killed_while_publishing(filled: Warehouse, start_python: StartPython) -> None:
    publish(filled, filled.start_run(), {}, {})
    filled.close()
    directory = filled.directory
    current = generations.current(directory)
    for attempt in range(6):
        assert kill_after(start_python(PUBLISHING, directory), random.Random(attempt).uniform(0, 0.8))
        former, current = current, generations.current(directory)
        assert former is not None
        assert current is not None
        assert current >= former
        for generation in (directory / "published").glob("leadline-*.duckdb"):
            with duckdb.connect(generation, read_only=True) as connection:
                assert connection.execute("SELECT count(*) FROM commits").fetchone() == (2,)
                assert connection.execute("SELECT count(*) > 100 FROM meta.dictionary").fetchone() == (True,)
    with Warehouse.open(directory) as warehouse:
        newest = publish(warehouse, warehouse.start_run(), {}, {})
    assert generations.current(directory) == newest
    left = [path.name for path in (directory / "published").iterdir()]
    assert len(left) <= generations.KEPT
    assert all(name.startswith("leadline-") for name in left)


FULL_DISK = """
    import resource, sys
    from datetime import UTC, datetime
    from pathlib import Path
    import polars as pl
    from warehouse.errors import WarehouseError
    from warehouse.publish import publish
    from warehouse.store import Warehouse
    from warehouse.tables import Page

    with Warehouse.open(Path(sys.argv[1])) as warehouse:
        run_id = warehouse.start_run()
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
            if sys.argv[3] == "publish":
                publish(warehouse, run_id, {}, {})
            rows = pl.DataFrame({"sha": [f"{row:040}" for row in range(200_000)]}).with_columns(repo_id=pl.lit("r"))
            page = Page("commits", "r", upserts={"commits": rows}, cursor="far")
            warehouse.load(page, source="git", run_id=run_id, now=datetime.now(UTC))
        except WarehouseError as error:
            print(error, error.hint, sep="|")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize("what", ["load", "publish"])
def test_full_disk_is_told_and_loses_nothing(filled: Warehouse, start_python: StartPython, what: str) -> None:
    before = publish(filled, filled.start_run(), {}, {})
    filled.close()
    size = (filled.directory / "warehouse.duckdb").stat().st_size
    process = start_python(FULL_DISK, filled.directory, 100_000 if what == "publish" else size + 100_000, what)
    told, _ = process.communicate(timeout=60)
    assert "cannot be written" in told
    assert "check the free space" in told
    with Warehouse.open(filled.directory) as warehouse:
        assert warehouse.read("commits").height == 2
        assert warehouse.state("git").cursor("commits", "r") is None
        assert generations.current(filled.directory) == before
        assert generations.current(filled.directory) != publish(warehouse, warehouse.start_run(), {}, {})
