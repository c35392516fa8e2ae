"""How long it takes to read a history, against plain `git log` and against PyDriller.

    python benchmarks/git_collect.py REPO [--json] [--sample N] [--folder DIR]

Everything is measured in one run, on the same bare clone of REPO, after that clone's packs have been read once. Rows
are committed to a DuckDB warehouse in DIR (default: a temporary folder). The yardstick is
`git log --raw --numstat -M -z HEAD > /dev/null`. The collector reads all branches and tags, which is more than HEAD.
PyDriller reads the modified files, with their line counts, of N commits of HEAD: ten stretches of contiguous commits,
evenly spread over its history. Its time for all commits of HEAD is extrapolated per commit. Memory is the largest sum
of resident memory of this process and its git processes, with shared pages counted each time (Linux only).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from collectors.git import GitSource, collect
from collectors.git.address import parse
from collectors.git.clone import Clone
from warehouse.store import Warehouse

SOURCE = "bench"
STRETCHES = 10


class Memory:
    """The largest resident memory, in megabytes, of this process and its children together."""

    def __init__(self) -> None:
        self.peak = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch while the block runs."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(done,))
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def _watch(self, done: threading.Event) -> None:
        while not done.wait(0.05):
            pids = {str(os.getpid())}
            for listing in Path("/proc/self/task").glob("*/children"):
                pids.update(_text(listing).split())
            self.peak = max(self.peak, sum(_resident(pid) for pid in pids))


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sample", type=int, default=300, help="commits that PyDriller reads (0: leave it out)")
    parser.add_argument("--folder", type=Path, help="where clone and warehouse go")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        figures = measure(arguments.repository, Path(folder), arguments.sample)
    print(json.dumps(figures, indent=2) if arguments.json else table(figures))


def measure(repository: str, folder: Path, sample: int) -> dict[str, float | int | str | None]:
    """All figures: seconds, ratios to plain git, megabytes, counts."""
    where = parse(repository)
    source = GitSource(SOURCE, (repository,))
    clone = Clone(where, where.short_name, folder / "clones", timeout_seconds=36_000)
    began = time.perf_counter()
    clone.fetch(clone.announced())
    cloned = time.perf_counter() - began
    for pack in (clone.directory / "objects" / "pack").iterdir():
        pack.read_bytes()

    git = ["git", f"--git-dir={clone.directory}"]
    head_commits = int(subprocess.check_output([*git, "rev-list", "--count", "HEAD"]))
    began = time.perf_counter()
    subprocess.run([*git, "log", "--raw", "--numstat", "-M", "-z", "HEAD"], stdout=subprocess.DEVNULL, check=True)
    plain = time.perf_counter() - began

    memory = Memory()
    with Warehouse.open(folder / "warehouse") as warehouse, memory.watched():
        run = warehouse.start_run()
        state = warehouse.state(SOURCE)
        began = time.perf_counter()
        waiting = loading = first = 0.0
        for page in collect(source, state, clones=folder / "clones"):
            took = time.perf_counter()
            warehouse.load(page, source=SOURCE, run_id=run, now=datetime.now(UTC))
            loading += time.perf_counter() - took
            if page.stream == "commits":
                first = time.perf_counter() - began
                waiting = first - loading
        both = time.perf_counter() - began
        began = time.perf_counter()
        nothing = list(collect(source, state, clones=folder / "clones"))
        incremental = time.perf_counter() - began
        assert not nothing
        commits = warehouse.read("commits", ["sha"]).height
        changes = warehouse.read("commit_files", ["sha"]).height
    per_commit = pydriller_seconds(clone.directory, sample) if sample else None
    whole = per_commit * head_commits if per_commit else None
    return {
        "repository": where.short_name,
        "processors": os.cpu_count(),
        "commits on HEAD": head_commits,
        "commits collected": commits,
        "file changes collected": changes,
        "clone, seconds": round(cloned, 2),
        "plain git log, seconds": round(plain, 2),
        "stage one to committed rows, seconds": round(first, 2),
        "  of it not loading, seconds": round(waiting, 2),
        "both stages to committed rows, seconds": round(both, 2),
        "  of it loading, seconds": round(loading, 2),
        "nothing new, seconds": round(incremental, 3),
        "stage one / plain git log": round(first / plain, 3),
        "both stages / plain git log": round(both / plain, 3),
        "peak memory, MB": round(memory.peak),
        "PyDriller, commits in sample": sample if per_commit else None,
        "PyDriller, milliseconds a commit": round(per_commit * 1000, 2) if per_commit else None,
        "PyDriller for HEAD, extrapolated, seconds": round(whole) if whole else None,
        "PyDriller / stage one": round(whole / first, 1) if whole else None,
        "PyDriller / both stages": round(whole / both, 1) if whole else None,
    }


def pydriller_seconds(repository: Path, sample: int) -> float | None:
    """Seconds a commit that PyDriller needs for the modified files with their line counts; None if it is not there."""
    try:
        from pydriller import Git  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        print("PyDriller is not installed and is left out (pip install 'leadline[bench]')", file=sys.stderr)
        return None
    listing = subprocess.check_output(["git", f"--git-dir={repository}", "rev-list", "HEAD"], text=True).split()
    size = max(sample // STRETCHES, 1)
    starts = range(0, max(len(listing) - size, 1), max(len(listing) // STRETCHES, 1))
    shas = [sha for start in starts for sha in listing[start : start + size]]
    history = Git(str(repository))
    lines = 0
    began = time.perf_counter()
    for sha in shas:
        commit = history.get_commit(sha)
        lines += sum(file.added_lines + file.deleted_lines for file in commit.modified_files)
    return (time.perf_counter() - began) / len(shas)


def table(figures: dict[str, float | int | str | None]) -> str:
    """The figures as aligned lines."""
    width = max(map(len, figures))
    return "\n".join(f"{name:<{width}}  {'-' if value is None else value}" for name, value in figures.items())


def _resident(pid: str) -> float:
    line = next((line for line in _text(Path("/proc", pid, "status")).splitlines() if line.startswith("VmRSS")), "0 0")
    return int(line.split()[1]) / 1024


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended meanwhile
        return ""


if __name__ == "__main__":
    main()
