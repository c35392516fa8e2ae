"""Small invented histories: the rows of the core tables, and what their inventor knows about them."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import polars as pl

from metrics.actions.action_history import ActionHistory
from metrics.catalogue import PIPELINES
from metrics.clock import WorkingHours
from metrics.registry import Pipeline
from metrics.timelines.forecasts import Forecasts
from tests.metrics.on_demand import OnDemand
from warehouse.tables import CORE, META

FOLDERS = ("src/core", "src/web/views", "lib", "tests", "docs")
SETTINGS: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "minimum_group": 2,
    "people": "self",
    "deployments_tag": r"^v?\d+\.\d+",
    "rungs": ["tag"],
    "deployments_environment": "^prod",
    "deployments_ci_run": "deploy",
    "incident_types": ("Incident",),
    "incident_labels": ("incident", "sev1"),
    "investment": (("feature", ("Story",), ("enhancement",)), ("bug", ("Bug",), ("bug",))),
    "catalogued": {},
    "configuration": "",
    "bug_types": ("Bug",),
    "bug_labels": ("bug",),
    "status_names": {},
    "readiness_needs": ("assignee",),
    "working_hours": WorkingHours("Europe/Berlin"),
}
Row = dict[str, Any]


@dataclass
class Change:
    """A commit of the default branch as its inventor sees it."""

    repo_id: str
    sha: str
    at: datetime
    people: dict[str, float]
    rows: list[Row]

    @property
    def is_bulk(self) -> bool:
        return len(self.rows) > 30


@dataclass
class World:
    """The core tables as rows, and the changes they stand for, in order."""

    as_of: datetime
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in CORE})
    changes: list[Change] = field(default_factory=list)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The core tables as frames."""
        return {name: frame(name, rows) for name, rows in self.tables.items()}

    def computed(self, pipelines: Iterable[Pipeline] = PIPELINES) -> Mapping[str, pl.DataFrame]:
        """Every table that is published."""
        return run(self.frames(), self.as_of, pipelines)


def frame(table: str, rows: list[Row]) -> pl.DataFrame:
    """Rows of a core table as a frame; columns left out are null."""
    schema = CORE[table].create_empty().schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def run(
    frames: Mapping[str, pl.DataFrame],
    as_of: datetime,
    pipelines: Iterable[Pipeline] = PIPELINES,
    **settings: Any,
) -> Mapping[str, pl.DataFrame]:
    """Every published table, by the engine itself, when it is looked at."""
    offered = {
        "previous_history": ActionHistory.create_empty(),
        "previous_forecasts": Forecasts.create_empty(),
        "previous_figures": META["published_figures"].create_empty(),
        **frames,
    }
    return OnDemand(pipelines, offered.__getitem__, {"as_of": as_of, **SETTINGS, **settings})


def invent(seed: int, repositories: int = 1, commits: int = 40) -> World:
    """A world with renames, reused paths, bulk commits, co-authors, programs, merges and equal timestamps."""
    rng = random.Random(seed)
    world = World(as_of=datetime.fromisoformat("2026-01-01"))
    for number in range(repositories):
        _invent_repository(world, rng, f"git:r{number}", commits)
    ends = [change.at for change in world.changes]
    latest = max(ends, default=world.as_of)
    # At any time after the last commit, or exactly 90 days after one of them: where the windows begin.
    later = [latest + timedelta(seconds=rng.randrange(0, 100 * 86_400)), *(end + timedelta(days=90) for end in ends)]
    world.as_of = max(latest, rng.choice([later[0], rng.choice(later)]))
    return world


def _invent_repository(world: World, rng: random.Random, repo_id: str, commits: int) -> None:
    humans = [f"{repo_id}/{name}" for name in "abcde"]
    bot = f"{repo_id}/bot"
    tables = world.tables
    tables["repositories"].append({"repo_id": repo_id, "name": repo_id.removeprefix("git:"), "default_branch": "main"})
    tables["people"] += [{"person_id": person, "kind": "human", "is_bot": False} for person in humans]
    tables["people"].append({"person_id": bot, "kind": "automation", "is_bot": True})
    tree: set[str] = set()
    at = datetime.fromisoformat("2024-01-01") + timedelta(hours=rng.randrange(1000))
    previous: str | None = None
    for number in range(commits):
        sha = f"{rng.getrandbits(64):016x}{number:024x}"
        at += timedelta(seconds=rng.choice([0, 0, 60, 86_400, 5 * 86_400, 30 * 86_400]))
        is_merge = rng.random() < 0.1 and previous is not None
        rows = [] if is_merge else _invent_rows(rng, tree)
        author = rng.choice([*humans, humans[0], bot])
        others = {rng.choice([*humans, bot]) for _ in range(rng.choice([0, 0, 0, 1, 2]))}
        credited = sorted(({author} | others) - {bot})
        tables["commits"].append(
            {
                "repo_id": repo_id,
                "sha": sha,
                "author_id": author,
                "authored_at": at,
                "committed_at": at,
                "parent_count": 2 if is_merge else int(previous is not None),
                "is_merge": is_merge,
                "subject": "change",
                "on_default_branch": True,
            }
        )
        tables["commit_trailers"] += [
            {"repo_id": repo_id, "sha": sha, "trailer": "Co-authored-by", "value": person, "person_id": person}
            for person in sorted(others)
        ]
        if previous:
            tables["commit_parents"].append({"repo_id": repo_id, "sha": sha, "position": 0, "parent_sha": previous})
        tables["commit_files"] += [{"repo_id": repo_id, "sha": sha, **row} for row in rows]
        if rng.random() < 0.2:
            tables["tags"].append({"repo_id": repo_id, "name": f"v{number}.0", "sha": sha, "tagged_at": at})
        if not is_merge:
            weights = {person: 1 / len(credited) for person in credited}
            world.changes.append(Change(repo_id, sha, at, weights, rows))
        previous = sha
    tables["head_files"] += [
        {"repo_id": repo_id, "path": path, "lines": rng.randrange(300), "is_binary": False} for path in sorted(tree)
    ]


def _invent_rows(rng: random.Random, tree: set[str]) -> list[Row]:
    """What one commit does to the tree, which it changes; every path is touched once at most."""
    rows: list[Row] = []
    touched: set[str] = set()
    for _ in range(rng.choice([0, 1, 2, 2, 3, 4, 5, 5, 30, 31])):
        free = sorted(tree - touched)
        action = rng.choice("AMMMMMRRD") if free else "A"
        path = rng.choice(free) if action != "A" else _new_path(rng, tree | touched)
        row: Row = {"path": path, "change": action, "additions": rng.randrange(50), "deletions": rng.randrange(20)}
        touched.add(path)
        if action == "R":
            row["old_path"], row["path"] = path, _new_path(rng, tree | touched)
            touched.add(row["path"])
            tree.discard(path)
        if action == "D":
            tree.discard(path)
        else:
            tree.add(row["path"])
        rows.append(row)
    return rows


def _new_path(rng: random.Random, taken: set[str]) -> str:
    # Few names, so that paths are used again after a rename or deletion; more only when all are taken.
    candidates = [f"{folder}/f{number}.py" for folder in FOLDERS for number in range(12)]
    free = [path for path in candidates if path not in taken]
    return rng.choice(free) if free else next(path for n in count() if (path := f"more/f{n}.py") not in taken)
