"""How long all metrics of tickets and scope take, and how much memory: `python benchmarks/ticket_flow.py [--json]`.

It invents 100,000 tickets with 600,000 changes (statuses back and forth, flags, estimates, links, sprints, parents).
With `--peer PYTHON`, an interpreter into which `pip install jira-agile-metrics` went, the first of the same tickets go
through its calculation of cycle times in the same run; that reads no changes but those of the status.
"""

import argparse
import json
import resource
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import polars as pl

from leadline.engine import compute
from metrics.catalogue import PIPELINES
from metrics.clock import WorkingHours
from metrics.registry import Pipeline
from warehouse.tables import CORE

AS_OF = datetime.fromisoformat("2026-01-01")
BEGIN = datetime.fromisoformat("2022-01-01")
ROOMS = ("metrics.tickets", "metrics.scope")
SETTINGS: dict[str, Any] = {
    "as_of": AS_OF,
    "zone": "Europe/Berlin",
    "minimum_group": 4,
    "people": "self",
    "working_hours": WorkingHours("Europe/Berlin"),
    "status_names": {},
    "readiness_needs": ("assignee", "estimate"),
    "incident_types": ("Incident",),
    "incident_labels": ("incident",),
    "rungs": ["tag"],
    "deployments_tag": r"^v?\d+\.\d+",
    "deployments_environment": "^prod",
    "deployments_ci_run": "deploy",
}
STATUSES = {
    "Backlog": "todo",
    "Selected": "todo",
    "In Progress": "in_progress",
    "In Review": "in_progress",
    "Blocked": "in_progress",
    "Done": "done",
}


def main() -> None:
    """Measure one compute and print seconds by table, in all, and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=600_000)
    parser.add_argument("--peer", type=Path, help="a Python with jira-agile-metrics to measure beside")
    parser.add_argument("--peer-tickets", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    frames = invent(options.tickets, options.changes)
    before = peak_memory()
    seconds: dict[str, float] = {}
    pipelines, empty = needed()
    offered = {**{name: CORE[name].create_empty() for name in CORE}, **empty, **frames}
    started, cpu_started = perf_counter(), process_time()
    compute(pipelines, offered.__getitem__, SETTINGS, on_table=seconds.__setitem__)
    result: dict[str, Any] = {
        "tickets": frames["tickets"].height,
        "changes": frames["ticket_changes"].height,
        "seconds": round(perf_counter() - started, 2),
        "cpu_seconds": round(process_time() - cpu_started, 2),
        "peak_mib": round(peak_memory()),
        "peak_mib_before": round(before),
        "tables": {name: round(taken, 3) for name, taken in sorted(seconds.items(), key=lambda item: -item[1])},
    }
    if options.peer:
        result["peer"] = peer(options.peer, frames, options.peer_tickets)
    print(json.dumps(result, indent=2) if options.json else table(result))


def table(result: dict[str, Any]) -> str:
    """The result for people."""
    lines = [f"{name:<24}{taken:>8.3f} s" for name, taken in result["tables"].items()]
    lines.append(f"{'all':<24}{result['seconds']:>8} s ({result['cpu_seconds']} s of CPU)")
    lines.append(
        f"{result['tickets']} tickets, {result['changes']} changes, "
        f"peak {result['peak_mib']} MiB ({result['peak_mib_before']} MiB before)"
    )
    if peer_result := result.get("peer"):
        lines.append(
            f"jira-agile-metrics, cycle times only: {peer_result['seconds']} s for {peer_result['tickets']} tickets "
            f"({peer_result['cycle_times']} of them finished), "
            f"{peer_result['tickets_a_second']:.0f} a second; leadline, everything: "
            f"{result['tickets'] / result['seconds']:.0f} a second"
        )
    return "\n".join(lines)


def peak_memory() -> float:
    """Largest resident size so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def needed() -> tuple[list[Pipeline], dict[str, pl.DataFrame]]:
    """The pipelines of tickets and scope with their needs of each other; what they read of other rooms is empty."""
    own = [pipeline for pipeline in PIPELINES if pipeline.compute.__module__.startswith(ROOMS)]
    feeds = {pipeline.feeds for pipeline in own}
    others = {
        pipeline.feeds: pipeline.schema.create_empty()
        for pipeline in PIPELINES
        if pipeline.feeds not in feeds and pipeline.feeds not in CORE
    }
    incidents = next(pipeline for pipeline in PIPELINES if pipeline.feeds == "incidents")
    return [*own, incidents], others


def invent(tickets: int, changes: int) -> dict[str, pl.DataFrame]:
    """Tickets of 40 projects over four years, each with its way through the statuses."""
    rng = np.random.default_rng(1)
    number = pl.int_range(tickets, eager=True)
    project = rng.zipf(1.3, tickets) % 40
    created = rng.integers(0, int((AS_OF - BEGIN).total_seconds()), tickets)
    base = pl.DataFrame({"number": number, "project": project, "created": created}).select(
        "number",
        ticket_id=pl.format("jira:{}", "number"),
        source=pl.lit("jira"),
        key=pl.format("P{}-{}", "project", "number"),
        project=pl.format("P{}", "project"),
        created_at=pl.lit(BEGIN) + pl.duration(seconds="created"),
    )
    intervals = _intervals(rng, base, changes // 2)
    last = intervals.group_by("ticket_id", maintain_order=True).agg(pl.col("status", "status_category").last())
    whole = base.join(last, on="ticket_id").with_columns(
        type=pl.Series(rng.choice(["Story", "Bug", "Task"], tickets)),
        title=pl.format("Ticket {}", "number"),
        assignee_id=pl.Series(rng.integers(0, 400, tickets)).cast(pl.String),
        story_points=pl.Series(rng.integers(1, 9, tickets)).cast(pl.Float64),
        parent_key=pl.when(pl.Series(rng.random(tickets) < 0.5)).then(pl.col("key").gather(pl.col("number") % 2_000)),
        history_complete=pl.lit(value=True),
        labels=pl.lit([], dtype=pl.List(pl.String)),
    )
    others = changes - (intervals.height - tickets)
    made = {
        "tickets": whole,
        "ticket_status_intervals": intervals,
        "ticket_changes": _changes(rng, base, intervals, others),
        "ticket_links": _links(rng, whole, tickets // 10),
        **_sprints(rng, base),
        "people": pl.DataFrame({"person_id": [str(n) for n in range(400)]}).with_columns(kind=pl.lit("human")),
        "team_members": pl.DataFrame({"person_id": [str(n) for n in range(400)]}).with_columns(
            team=pl.format("T{}", pl.int_range(400) % 40), valid_from=pl.lit(datetime.fromisoformat("1970-01-01"))
        ),
        "team_scopes": pl.DataFrame({"number": range(40)}).select(
            team=pl.format("T{}", "number"), kind=pl.lit("ticket_project"), pattern=pl.format("P{}", "number")
        ),
    }
    return {name: _complete(name, rows) for name, rows in made.items()}


def _intervals(rng: np.random.Generator, base: pl.DataFrame, moves: int) -> pl.DataFrame:
    """The statuses of every ticket: mostly onwards, now and then back."""
    tickets = base.height
    steps = np.concatenate([np.zeros(tickets, dtype=np.int64), rng.integers(0, tickets, moves)])
    names = list(STATUSES)
    drawn = pl.DataFrame({"number": np.where(np.arange(len(steps)) < tickets, np.arange(len(steps)), steps)})
    nth = pl.int_range(pl.len()).over("number")
    wobble = pl.Series(rng.choice([-1, 0, 0, 0, 0, 1], len(steps)))
    hours = pl.Series(rng.exponential(60, len(steps)))
    place = pl.when(nth == 0).then(0).otherwise((nth + 1 + wobble).clip(0, len(names) - 1))
    return (
        drawn.with_columns(place=place, hours=pl.when(nth == 0).then(0.0).otherwise(hours + 0.01), nth=nth)
        .join(base, on="number")
        .sort("number", "nth")
        .with_columns(status=pl.col("place").replace_strict(range(len(names)), names, return_dtype=pl.String))
        .filter(pl.col("status") != pl.col("status").shift(1).over("number").fill_null(""))
        .with_columns(
            entered_at=pl.col("created_at")
            + pl.duration(seconds=(pl.col("hours").cum_sum().over("number") * 3600).cast(pl.Int64))
        )
        .with_columns(
            left_at=pl.col("entered_at").shift(-1).over("number"),
            status_category=pl.col("status").replace_strict(STATUSES, return_dtype=pl.String),
        )
        .unique(["ticket_id", "entered_at"], maintain_order=True)
    )


def _changes(rng: np.random.Generator, base: pl.DataFrame, intervals: pl.DataFrame, others: int) -> pl.DataFrame:
    moved = intervals.filter(pl.col("nth") > 0).select(
        "ticket_id", field=pl.lit("status"), to_value="status", changed_at="entered_at"
    )
    fields = ["assignee", "estimate", "description", "flagged", "labels", "Link"]
    chosen = pl.DataFrame(
        {
            "number": rng.integers(0, base.height, others),
            "field": rng.choice(fields, others, p=[0.3, 0.1, 0.2, 0.1, 0.2, 0.1]),
            "hours": rng.integers(1, 2_000, others),
            "to_value": rng.choice(["", "1", "2"], others),
        }
    )
    more = chosen.join(base.select("number", "ticket_id", "created_at"), on="number").select(
        "ticket_id", "field", "to_value", changed_at=pl.col("created_at") + pl.duration(hours="hours")
    )
    return pl.concat([moved, more]).with_columns(
        change_id=pl.format("jira:c{}", pl.int_range(pl.len())), actor_id=pl.lit("7")
    )


def _links(rng: np.random.Generator, whole: pl.DataFrame, links: int) -> pl.DataFrame:
    pairs = pl.DataFrame(
        {"number": rng.integers(0, whole.height, links), "other": rng.integers(0, whole.height, links)}
    ).filter(pl.col("number") != pl.col("other"))
    other = whole.select(other="number", other_key="key")
    return (
        pairs.join(whole.select("number", "ticket_id"), on="number")
        .join(other, on="other")
        .select("ticket_id", "other_key", kind=pl.lit("is_blocked_by"))
        .unique(maintain_order=True)
    )


def _sprints(rng: np.random.Generator, base: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Two weeks each, one after the other, for every project; a ticket is in one or two after its creation."""
    weeks = 104
    every = pl.DataFrame({"nth": range(weeks)}).join(
        pl.DataFrame({"project": [f"P{n}" for n in range(40)]}), how="cross"
    )
    start = pl.lit(BEGIN) + pl.duration(days=14 * pl.col("nth"))
    sprints = every.select(
        sprint_id=pl.format("jira:{}-{}", "project", "nth"),
        board="project",
        name=pl.format("Sprint {}", "nth"),
        state=pl.lit("closed"),
        started_at=start,
        ends_at=start + timedelta(days=14),
        completed_at=start + timedelta(days=14),
    )
    since = (pl.col("created_at") - pl.lit(BEGIN)).dt.total_days() // 14
    later = pl.Series(rng.integers(0, 3, base.height))
    members = base.select(
        "ticket_id",
        sprint_id=pl.format("jira:{}-{}", "project", (since + later).clip(0, weeks - 1)),
        added_at="created_at",
    )
    return {"sprints": sprints, "ticket_sprints": members}


def _complete(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with every column of the core table."""
    schema = CORE[name].create_empty().schema
    missing = [
        pl.lit(None, dtype=dtype).alias(column) for column, dtype in schema.items() if column not in rows.columns
    ]
    return rows.with_columns(missing).select(schema.names()).cast(schema)


def peer(python: Path, frames: dict[str, pl.DataFrame], tickets: int) -> dict[str, Any]:
    """What jira-agile-metrics takes for the cycle times of the first tickets, in an interpreter of its own."""
    first = frames["tickets"].head(tickets).select("ticket_id", "key", "title", "type", "status", "created_at")
    stamp = "%Y-%m-%dT%H:%M:%S.000+0000"
    moves = (
        frames["ticket_status_intervals"]
        .join(first.select("ticket_id"), on="ticket_id", how="semi")
        .sort("ticket_id", "entered_at")
        .select(
            "ticket_id",
            old=pl.col("status").shift(1).over("ticket_id"),
            new="status",
            at=pl.col("entered_at").dt.strftime(stamp),
        )
        .drop_nulls("old")
        .group_by("ticket_id")
        .agg(moves=pl.struct("old", "new", "at"))
    )
    issues = first.join(moves, on="ticket_id", how="left").with_columns(
        pl.col("created_at").dt.strftime(stamp), pl.col("moves").fill_null([])
    )
    helper = Path(__file__).with_name("ticket_flow_peer.py")
    answer = subprocess.run(
        [python, helper], input=json.dumps(issues.to_dicts()), capture_output=True, text=True, check=True
    )
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


if __name__ == "__main__":
    main()
