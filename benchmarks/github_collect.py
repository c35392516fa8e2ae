"""How many requests and how long it takes to read GitHub's pull requests, next to perceval and github-to-sqlite.

    python -m benchmarks.github_collect [--pull-requests N] [--latency SECONDS] [--peers FOLDER] [--sample N] [--json]

A server on this machine answers for one repository of N pull requests (`benchmarks/github_world.py`), each answer after
the latency. leadline reads all of it into a DuckDB warehouse, answers archived, as `leadline collect` does; then once
more with nothing new. The peers are installed into a virtual environment in FOLDER (made where there is none; left out
without `--peers`). perceval reads a sample of N pull requests, because it asks one question after the other; the rest
is extrapolated. github-to-sqlite has no option for another address, so its own is replaced in the process that runs it.

The peers do not read the same things: perceval reads reviews, review comments and commit hashes, but no events, no
files and no discussion; github-to-sqlite reads the list of pull requests and, as a second command, the discussion.
Seconds hold the latency of this server, not the time that GitHub itself needs for a page.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.github_world import REPOSITORY, TOKEN, Remote, running
from collectors import github
from warehouse.store import Warehouse

SOURCE = "bench"
PEERS = ("perceval", "github-to-sqlite")

PERCEVAL = """
import itertools, sys, time
from perceval.backends.core.github import GitHub
url, owner, name, token, sample = sys.argv[1:]
asking = GitHub(owner=owner, repository=name, api_token=[token], base_url=url)
began = time.perf_counter()
read = sum(1 for _ in itertools.islice(asking.fetch(category="pull_request"), int(sample)))
print(read, time.perf_counter() - began)
"""

GITHUB_TO_SQLITE = """
import sys, time, requests, sqlite_utils
from github_to_sqlite import utils
url, owner, name, token, folder = sys.argv[1:]
get = requests.get
requests.get = lambda address, **more: get(address.replace("https://api.github.com", url), **more)
database = sqlite_utils.Database(f"{folder}/peer.db")
repo = f"{owner}/{name}"
began = time.perf_counter()
read = 0
for pull in utils.fetch_pull_requests(repo, token=token):
    read += 1
comments = sum(1 for _ in utils.fetch_issue_comments(repo, token=token))
print(read, time.perf_counter() - began)
"""


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pull-requests", type=int, default=5000)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--peers", type=Path, help="a folder for the virtual environment of the peers")
    parser.add_argument("--sample", type=int, default=1000, help="pull requests that perceval reads")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    python = environment(arguments.peers) if arguments.peers else None
    with (
        running(arguments.pull_requests, arguments.latency) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        figures = measure(server, Path(folder))
        if python:
            figures |= compare(server, python, arguments.sample, Path(folder))
    print(json.dumps(figures, indent=2) if arguments.json else table(figures))


def measure(server: Remote, folder: Path) -> dict[str, float | int | str]:
    """What leadline needs: everything, then nothing new; requests, seconds, megabytes."""
    number = server.counts["pull requests"]
    with Warehouse.open(folder / "warehouse") as warehouse:
        seconds, loading, processor = collected(server, warehouse)
        requests, points = server.asked()
        again, _, _ = collected(server, warehouse)
        nothing_new, _ = server.asked()
        rows = {name: warehouse.query(f"SELECT count(*) FROM {name}").item() for name in TABLES}  # noqa: S608 - constants
        expected = {TABLES[name]: count for name, count in rows.items()}
        found = server.counts
        assert expected["pull requests"] == found["pull requests"], (expected, found)
        assert expected["all comments"] == found["comments"] + found["review comments"], (expected, found)
        assert expected["timelineItems"] == found["timelineItems"], (expected, found)
        archived = sum(file.stat().st_size for file in (folder / "warehouse" / "payloads").rglob("*.parquet"))
    return {
        "processors": os.cpu_count() or 0,
        "pull requests": number,
        **{name: count for name, count in found.items() if name != "pull requests"},
        "requests": requests,
        "requests per pull request": round(requests / number, 4),
        "points of GraphQL": points,
        "pull requests for an hour's 5,000 points": round(5000 * number / points),
        "seconds": round(seconds, 1),
        "  of them loading": round(loading, 1),
        "  of them of a processor": round(processor, 1),
        "pull requests a second": round(number / seconds),
        "nothing new, requests": nothing_new,
        "nothing new, seconds": round(again, 2),
        "peak memory, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "archive, MB": round(archived / 2**20, 1),
    }


TABLES = {"pull_requests": "pull requests", "comments": "all comments", "pull_request_events": "timelineItems"}


def collected(server: Remote, warehouse: Warehouse) -> tuple[float, float, float]:
    """Collect into the warehouse; returns seconds, those of them for loading, and processor seconds."""
    source = github.GitHubSource(SOURCE, (REPOSITORY,))
    client = github.Client(github.Credentials.of_tokens(TOKEN), server.url)
    run = warehouse.start_run()
    began, busy, loading = time.perf_counter(), time.process_time(), 0.0
    for page in github.collect(source, client, warehouse.state(SOURCE)):
        took = time.perf_counter()
        warehouse.load(page, source=SOURCE, run_id=run, now=datetime.now(UTC))
        loading += time.perf_counter() - took
    return time.perf_counter() - began, loading, time.process_time() - busy


def environment(folder: Path) -> Path:
    """The Python of a virtual environment with the peers; it is made where it is missing."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return python


def compare(server: Remote, python: Path, sample: int, folder: Path) -> dict[str, float | int | str]:
    """What the peers need against the same server."""
    figures: dict[str, float | int | str] = {}
    number = server.counts["pull requests"]
    for name, script, last in (
        ("perceval", PERCEVAL, str(min(sample, number))),
        ("github-to-sqlite", GITHUB_TO_SQLITE, str(folder)),
    ):
        server.asked()
        arguments = [server.url, *REPOSITORY.split("/"), TOKEN, last]
        done = subprocess.run([python, "-c", script, *arguments], capture_output=True, text=True, check=True)
        read, seconds = done.stdout.split()[-2:]
        each = server.asked()[0] / int(read)
        figures |= {
            f"{name}, pull requests read": int(read),
            f"{name}, requests per pull request": round(each, 4),
            f"{name}, pull requests for an hour's 5,000 requests": round(5000 / each),
            f"{name}, seconds for all{' (extrapolated)' if int(read) < number else ''}": round(
                float(seconds) * number / int(read), 1
            ),
        }
    return figures


def table(figures: dict[str, float | int | str]) -> str:
    """The figures as aligned lines."""
    width = max(map(len, figures))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in figures.items())


if __name__ == "__main__":
    main()
