"""How long coordination takes, and how much memory: `python benchmarks/coordination.py [--people N] [--changes N]`.

It invents 90 days of one company: 2,000 people in teams of 20, 200,000 changes of 20,000 files, 20,000 pull requests
with two reviews and a comment each, and computes what the room of coordination computes. What it rests on (the history
folded into revisions, change coupling, the flow of pull requests) is measured apart.
"""

import argparse
import json
import resource
import sys
from datetime import datetime, timedelta
from time import process_time

import numpy as np
import polars as pl

from leadline.engine import compute
from metrics.catalogue import PIPELINES
from metrics.clock import WorkingHours
from metrics.registry import Pipeline
from warehouse.tables import CORE

AS_OF = datetime.fromisoformat("2026-01-01")
DAYS = 90
TEAM = 20
REPOSITORY = "hub:invented"
ROOM = "metrics.coordination"
SETTINGS = {
    "as_of": AS_OF,
    "zone": "Europe/Berlin",
    "minimum_group": 4,
    "people": "self",
    "rungs": ["merge"],
    "deployments_tag": "^v",
    "deployments_environment": "^prod",
    "deployments_ci_run": "deploy",
    "incident_types": (),
    "incident_labels": (),
    "working_hours": WorkingHours("Europe/Berlin"),
    "status_names": {},
    "bug_types": (),
    "bug_labels": (),
    "readiness_needs": (),
}


def main() -> None:
    """Measure one compute and print seconds by table, in all, and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--changes", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    frames = invent(options.people, options.changes)
    before = peak_memory()
    seconds: dict[str, float] = {}
    cpu: dict[str, float] = {}
    pipelines, own = chosen()
    last = process_time()

    def note(name: str, taken: float) -> None:
        nonlocal last
        seconds[name], cpu[name], last = taken, process_time() - last, process_time()

    found = compute(pipelines, frames.__getitem__, SETTINGS, on_table=note)
    mine = {name: taken for name, taken in seconds.items() if name in own}
    whole = found["observations"].filter(pl.col("metric") == "congruence", pl.col("scope_kind") == "all")
    result = {
        "people": options.people,
        "file_changes": frames["commit_files"].height,
        "required_pairs": whole["n"].item(),
        "gaps": found["coordination_gaps"].height,
        "seconds": round(sum(mine.values()), 2),
        "cpu_seconds": round(sum(cpu[name] for name in mine), 2),
        "seconds_of_what_it_rests_on": round(sum(seconds.values()) - sum(mine.values()), 2),
        "peak_mib": round(peak_memory()),
        "peak_mib_before": round(before),
        "tables": {name: round(taken, 3) for name, taken in sorted(mine.items(), key=lambda item: -item[1])},
    }
    print(json.dumps(result, indent=2) if options.json else table(result))


def chosen() -> tuple[list[Pipeline], set[str]]:
    """The pipelines of the room with all that they need, and the tables that the room feeds."""
    own = [pipeline for pipeline in PIPELINES if pipeline.compute.__module__.startswith(ROOM)]
    needed = {name for pipeline in own for name in pipeline.inputs}
    while more := {name for p in PIPELINES if p.feeds in needed for name in p.inputs if name not in needed}:
        needed |= more
    pipelines = [p for p in PIPELINES if p in own or (p.feeds in needed and p.feeds != "observations")]
    return pipelines, {pipeline.feeds for pipeline in own}


def table(result: dict[str, object]) -> str:
    """The result for people."""
    tables = result["tables"]
    assert isinstance(tables, dict)
    lines = [f"{name:<28}{taken:>8.3f} s" for name, taken in tables.items()]
    lines.append(
        f"{'all':<28}{result['seconds']:>8} s, {result['cpu_seconds']} s of CPU "
        f"(and {result['seconds_of_what_it_rests_on']} s before)"
    )
    lines.append(
        f"{result['people']} people, {result['file_changes']} changes of files, {result['required_pairs']} pairs that "
        f"need each other, peak {result['peak_mib']} MiB ({result['peak_mib_before']} MiB before)"
    )
    return "\n".join(lines)


def peak_memory() -> float:
    """Largest resident size so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def invent(people: int, changes: int) -> dict[str, pl.DataFrame]:
    """90 days of a company: a team works on files of its own most of the time, and on anybody's now and then."""
    rng = np.random.default_rng(1)
    commits = changes // 3
    files = changes // 10
    author = rng.integers(0, people, commits)
    history = pl.DataFrame({"number": range(commits), "author": author}).select(
        "number",
        "author",
        repo_id=pl.lit(REPOSITORY),
        sha=pl.col("number").cast(pl.String).str.zfill(40),
        author_id=pl.col("author").cast(pl.String),
        committed_at=pl.lit(AS_OF) - (commits - pl.col("number")) * (timedelta(days=DAYS) / commits),
        author_offset_minutes=pl.col("author") % 9 * 60 - 240,
        is_merge=pl.lit(value=False),
        on_default_branch=pl.lit(value=True),
    )
    members = pl.DataFrame({"number": range(people)}).select(
        team=pl.format("team {}", pl.col("number") // TEAM),
        person_id=pl.col("number").cast(pl.String),
        valid_from=pl.lit(datetime.fromisoformat("1970-01-01")),
    )
    made = {
        "repositories": pl.DataFrame({"repo_id": [REPOSITORY], "name": ["invented"]}),
        "people": members.select("person_id", kind=pl.lit("human"), is_bot=pl.lit(value=False)),
        "teams": members.select("team").unique(),
        "team_members": members,
        "commits": history.with_columns(authored_at="committed_at"),
        "commit_parents": history.select("repo_id", "sha", parent_sha=pl.col("sha").shift(1), position=0).drop_nulls(),
        "commit_files": _files(rng, history, changes, files, people),
        "head_files": pl.DataFrame({"file": range(files)}).select(
            pl.lit(REPOSITORY).alias("repo_id"), path=_path(pl.col("file")), lines=100
        ),
        **_talk(rng, people, changes // 10),
    }
    return {name: _complete(name, made.get(name, pl.DataFrame())) for name in CORE}


def _path(file: pl.Expr) -> pl.Expr:
    return pl.format("src/area{}/file{}.py", file // 100, file)


def _files(rng: np.random.Generator, history: pl.DataFrame, changes: int, files: int, people: int) -> pl.DataFrame:
    """Three changes a commit: files of the author's team, one in five anybody's, few of them most of the time."""
    number = np.arange(changes) % history.height
    teams = people // TEAM
    own = history["author"].to_numpy()[number] // TEAM
    popular = np.minimum(rng.zipf(1.3, changes), files // teams) - 1
    # The third file of a commit is the neighbour of the second: files that keep changing together.
    popular[2 * history.height :] = (popular[history.height :][: changes - 2 * history.height] + 1) % (files // teams)
    team = np.where(rng.random(changes) < 0.2, rng.integers(0, teams, changes), own)
    team[2 * history.height :] = team[history.height :][: changes - 2 * history.height]
    chosen_files = pl.DataFrame({"number": number, "file": popular * teams + team}).unique(maintain_order=True)
    return chosen_files.join(history.select("number", "repo_id", "sha"), on="number").select(
        "repo_id", "sha", path=_path(pl.col("file")), change=pl.lit("M"), additions=3, deletions=1
    )


def _talk(rng: np.random.Generator, people: int, pull_requests: int) -> dict[str, pl.DataFrame]:
    """Pull requests with two reviews and a comment each, by people near the author more often than not."""
    author = rng.integers(0, people, pull_requests)
    base = pl.DataFrame({"number": range(pull_requests), "author": author}).with_columns(
        created_at=pl.lit(AS_OF) - (pull_requests - pl.col("number")) * (timedelta(days=DAYS) / pull_requests)
    )
    pr_id = pl.format("{}#{}", pl.lit(REPOSITORY), "number")

    def others(name: str, at: str, kind: str) -> pl.DataFrame:
        near = author // TEAM * TEAM + rng.integers(0, TEAM, pull_requests)
        who = np.where(rng.random(pull_requests) < 0.7, near, rng.integers(0, people, pull_requests))
        return base.select(
            pr_id.alias("pr_id"),
            (pl.col("created_at") + timedelta(hours=5)).alias(at),
            pl.Series(name, who).cast(pl.String),
            pl.format("{}{}", pl.lit(kind), "number").alias("review_id" if kind != "c" else "comment_id"),
        )

    reviews = [others("reviewer_id", "submitted_at", kind) for kind in ("a", "b")]
    return {
        "pull_requests": base.select(
            pr_id.alias("pr_id"),
            "number",
            "created_at",
            repo_id=pl.lit(REPOSITORY),
            author_id=pl.col("author").cast(pl.String),
            state=pl.lit("merged"),
            merged_at=pl.col("created_at") + timedelta(hours=20),
            closed_at=pl.col("created_at") + timedelta(hours=20),
        ),
        "pull_request_files": base.select(
            pr_id.alias("pr_id"), path=_path(pl.Series("file", rng.integers(0, people * 10, pull_requests)))
        ),
        "reviews": pl.concat(reviews).with_columns(state=pl.lit("commented")),
        "comments": others("author_id", "created_at", "c"),
    }


def _complete(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with every column of the core table."""
    schema = CORE[name].create_empty().schema
    missing = [
        pl.lit(None, dtype=dtype).alias(column) for column, dtype in schema.items() if column not in rows.columns
    ]
    return rows.with_columns(missing).select(schema.names()).cast(schema) if rows.width else CORE[name].create_empty()


if __name__ == "__main__":
    main()
