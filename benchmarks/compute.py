"""How long a full compute takes, and how much memory: `python benchmarks/compute.py [FILE.duckdb] [--json]`.

Without a file it invents one repository of 60,000 commits and 300,000 changes of files (10,000 of them at the
head, 1,000 people, renames, bulk commits, co-authors); with one it reads the core tables of a published file or a
warehouse.
"""

import argparse
import json
import resource
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import polars as pl

from leadline.batch.computing import settings
from leadline.config import Config
from leadline.engine import compute
from metrics.actions.action_history import ActionHistory
from metrics.catalogue import PIPELINES
from metrics.timelines.forecasts import Forecasts
from warehouse.tables import CORE, META

AS_OF = datetime.fromisoformat("2026-01-01")
CONFIG = {"source": [{"kind": "git", "name": "local", "repositories": ["."]}]}


def main() -> None:
    """Measure one compute and print seconds by table, in all, and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, help="a DuckDB file with the core tables")
    parser.add_argument("--commits", type=int, default=60_000)
    parser.add_argument("--changes", type=int, default=300_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    frames = read(options.file) if options.file else invent(options.commits, options.changes)
    before = peak_memory()
    seconds: dict[str, float] = {}
    started, cpu_started = perf_counter(), process_time()
    offered = {
        **frames,
        "previous_history": ActionHistory.create_empty(),
        "previous_forecasts": Forecasts.create_empty(),
        "previous_figures": META["published_figures"].create_empty(),
    }
    compute(
        PIPELINES,
        offered.__getitem__,
        settings(Config.model_validate(CONFIG), as_of(frames)),
        on_table=seconds.__setitem__,
    )
    result = {
        "commits": frames["commits"].height,
        "file_changes": frames["commit_files"].height,
        "seconds": round(perf_counter() - started, 2),
        "cpu_seconds": round(process_time() - cpu_started, 2),
        "peak_mib": round(peak_memory()),
        "peak_mib_before": round(before),
        "tables": {name: round(taken, 3) for name, taken in sorted(seconds.items(), key=lambda item: -item[1])},
    }
    print(json.dumps(result, indent=2) if options.json else table(result))


def table(result: dict[str, object]) -> str:
    """The result for people."""
    tables = result["tables"]
    assert isinstance(tables, dict)
    lines = [f"{name:<22}{taken:>8.3f} s" for name, taken in tables.items()]
    lines.append(f"{'all':<22}{result['seconds']:>8} s ({result['cpu_seconds']} s of CPU)")
    lines.append(
        f"{result['commits']} commits, {result['file_changes']} changes of files, "
        f"peak {result['peak_mib']} MiB ({result['peak_mib_before']} MiB before)"
    )
    return "\n".join(lines)


def peak_memory() -> float:
    """Largest resident size so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def as_of(frames: dict[str, pl.DataFrame]) -> datetime:
    """The moment of the last commit, so that an old history is not measured asleep."""
    last = frames["commits"]["committed_at"].max()
    return last if isinstance(last, datetime) else AS_OF


def read(file: Path) -> dict[str, pl.DataFrame]:
    """The core tables of a DuckDB file; one that it lacks is empty."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as con:
        there = {
            name for (name,) in con.sql("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
        }
        return {
            name: schema.cast(con.sql(f'SELECT * FROM main."{name}"').pl()) if name in there else schema.create_empty()  # noqa: S608
            for name, schema in CORE.items()
        }


def invent(commits: int, changes: int, people: int = 1_000, files: int = 15_000) -> dict[str, pl.DataFrame]:
    """One repository: few people do most of the work, few files take most of the changes."""
    rng = np.random.default_rng(1)
    repo_id = "git:invented"
    step = timedelta(days=3650) / commits
    history = (
        pl.DataFrame({"number": range(commits), "author": rng.zipf(1.4, commits) % people})
        .with_columns(
            repo_id=pl.lit(repo_id),
            sha=pl.col("number").cast(pl.String).str.zfill(40).str.reverse(),
            author_id=pl.col("author").cast(pl.String),
            committed_at=pl.lit(AS_OF) - (commits - pl.col("number")) * step,
            is_merge=pl.Series(rng.random(commits) < 0.1),
            on_default_branch=pl.lit(value=True),
        )
        .with_columns(authored_at="committed_at")
    )
    parents = history.select("repo_id", "sha", parent_sha=pl.col("sha").shift(1), position=pl.lit(0)).drop_nulls()
    named = history.filter(pl.Series(rng.random(commits) < 0.1)).select(
        "repo_id", "sha", trailer=pl.lit("Co-authored-by"), value="author_id", person_id=pl.lit("7")
    )
    # Made with some to spare: those of merges and those made twice fall away.
    changed = _invent_changes(rng, history, changes * 3 // 2, files).head(changes)
    alive = changed.filter(pl.col("change") != "R").select("repo_id", "path").unique(maintain_order=True)
    head = alive.head(files * 2 // 3).with_columns(lines=pl.int_range(pl.len()) % 2_000, is_binary=pl.lit(value=False))
    made = {
        "repositories": pl.DataFrame({"repo_id": [repo_id], "name": ["invented"]}),
        "people": pl.DataFrame({"person_id": [str(n) for n in range(people)]}).with_columns(is_bot=pl.lit(value=False)),
        "commits": history,
        "commit_parents": parents,
        "commit_trailers": named,
        "commit_files": changed,
        "head_files": head,
    }
    return {name: _complete(name, made.get(name, pl.DataFrame())) for name in CORE}


def _invent_changes(rng: np.random.Generator, history: pl.DataFrame, changes: int, files: int) -> pl.DataFrame:
    # A tenth of the changes sits in a few bulk commits; one change in a hundred is a rename.
    bulk = rng.integers(0, history.height, changes // 2_000).repeat(200)
    path = pl.format("src/part{}/area{}/file{}.py", pl.col("file") % 40, pl.col("file") % 400, "file")
    return (
        pl.DataFrame(
            {
                "number": np.concatenate([bulk, rng.integers(0, history.height, changes - len(bulk))]),
                "file": np.minimum(rng.zipf(1.15, changes), files * 50) % files,
                "kind": rng.random(changes),
                "additions": rng.integers(0, 60, changes),
                "deletions": rng.integers(0, 40, changes),
            }
        )
        .unique(["number", "file"], keep="first", maintain_order=True)
        .join(history.filter(~pl.col("is_merge")).select("number", "repo_id", "sha"), on="number")
        .with_columns(path=path, is_rename=pl.col("kind") < 0.01)
        .with_columns(
            old_path=pl.when("is_rename").then("path"),
            path=pl.when("is_rename").then(pl.format("{}.{}", "path", "number")).otherwise("path"),
            change=pl.when("is_rename").then(pl.lit("R")).otherwise(pl.lit("M")),
            is_binary=pl.lit(value=False),
        )
    )


def _complete(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with every column of the core table."""
    schema = CORE[name].create_empty().schema
    missing = [
        pl.lit(None, dtype=dtype).alias(column) for column, dtype in schema.items() if column not in rows.columns
    ]
    return rows.with_columns(missing).select(schema.names()).cast(schema) if rows.width else CORE[name].create_empty()


if __name__ == "__main__":
    main()
