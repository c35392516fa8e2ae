"""Invented pull requests: drafts, answers by people and programs, queues, reopenings, and clocks that disagree."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from git_worlds import World, run

from metrics.catalogue import PIPELINES as ALL

BEGIN = datetime.fromisoformat("2026-03-20T06:00:00")
HOUR = timedelta(hours=1)
HUMANS = ("ann", "ben", "cat", "dan")
PROGRAMS = {"renovate": "automation", "rabbit": "ai_reviewer", "devin": "ai_author"}
PATHS = ("src/a.py", "src/b.py", "poetry.lock", "CHANGELOG.md", "vendor/c.js", "docs/d.md", "gen/e.py")

_NEEDED = (
    "metrics.pull_requests",
    "metrics.delivery",
    "metrics.history.re",
    "metrics.code.main_commits",
    "metrics.code.services",
)
_NEIGHBOURS = {"observations"}
_APART = ("metrics.pull_requests.knowledge", "metrics.pull_requests.reviewers")  # they rest on the history of the code
PIPELINES = [
    pipeline
    for pipeline in ALL
    if pipeline.compute.__module__.startswith(_NEEDED)
    and not pipeline.compute.__module__.startswith(_APART)
    and (pipeline.feeds not in _NEIGHBOURS or pipeline.compute.__module__.startswith("metrics.pull_requests"))
]
"""What the room of pull requests publishes, and what it needs."""


class PullRequestWorld:
    """A world to which pull requests can be added step by step; times are hours after its beginning."""

    def __init__(self, as_of: datetime) -> None:
        self.world = World(as_of=as_of)
        for person in HUMANS:
            self.add("people", person_id=person, kind="human", is_bot=False)
        for person, kind in PROGRAMS.items():
            self.add("people", person_id=person, kind=kind, is_bot=True)

    @property
    def as_of(self) -> datetime:
        """The time of the report."""
        return self.world.as_of

    def frames(self) -> dict[str, pl.DataFrame]:
        """The core tables as frames."""
        return self.world.frames()

    def computed(self, **settings: Any) -> Mapping[str, pl.DataFrame]:
        """Every table that the room of pull requests publishes."""
        return run(self.frames(), self.as_of, PIPELINES, **settings)

    def add(self, table: str, **row: Any) -> None:
        """One row of a core table."""
        self.world.tables[table].append(row)

    def repository(self, repo_id: str) -> str:
        """A repository without anything; its id."""
        self.add("repositories", repo_id=repo_id, name=repo_id.partition(":")[2], default_branch="main")
        return repo_id

    def open(self, repo_id: str, at: datetime, author: str | None = "ann", **more: Any) -> str:
        """An open pull request; its id."""
        number = sum(row["repo_id"] == repo_id for row in self.world.tables["pull_requests"]) + 1
        row = {
            "pr_id": f"{repo_id}#{number}",
            "repo_id": repo_id,
            "number": number,
            "title": f"Change {number}",
            "url": f"https://example.org/{number}",
            "author_id": author,
            "state": "open",
            "is_draft": False,
            "created_at": at,
        }
        self.world.tables["pull_requests"].append({**row, **more})
        return str(row["pr_id"])

    def change(self, pr_id: str, **columns: Any) -> None:
        """Other values in the row of a pull request."""
        next(row for row in self.world.tables["pull_requests"] if row["pr_id"] == pr_id).update(columns)

    def event(self, pr_id: str, kind: str, at: datetime, actor: str | None = "ann") -> None:
        """An event of a pull request."""
        number = len(self.world.tables["pull_request_events"])
        self.add(
            "pull_request_events",
            event_id=f"hub:e{number:05}",
            pr_id=pr_id,
            kind=kind,
            actor_id=actor,
            occurred_at=at,
        )

    def review(self, pr_id: str, at: datetime, who: str | None, state: str = "commented") -> None:
        """A review."""
        number = len(self.world.tables["reviews"])
        self.add("reviews", review_id=f"hub:r{number}", pr_id=pr_id, reviewer_id=who, state=state, submitted_at=at)

    def comment(self, pr_id: str, at: datetime, who: str | None, *, in_review: bool = False) -> None:
        """A comment, on its own or inside a review."""
        number = len(self.world.tables["comments"])
        self.add(
            "comments", comment_id=f"hub:c{number}", pr_id=pr_id, author_id=who, created_at=at, in_review=in_review
        )

    def commit(self, pr_id: str, authored_at: datetime, committed_at: datetime | None = None) -> None:
        """A commit of a pull request."""
        number = len(self.world.tables["pull_request_commits"])
        self.add(
            "pull_request_commits",
            pr_id=pr_id,
            sha=f"{number:040x}",
            authored_at=authored_at,
            committed_at=committed_at or authored_at,
        )

    def merge(self, pr_id: str, at: datetime, sha: str | None = None) -> None:
        """Merge a pull request."""
        self.change(pr_id, state="merged", merged_at=at, closed_at=at, merge_sha=sha)
        self.event(pr_id, "merged", at)

    def on_main(self, repo_id: str, sha: str, at: datetime, parent: str | None, tag: str | None = None) -> None:
        """A commit of the default branch, with a tag that makes it a deployment."""
        row = {"authored_at": at, "committed_at": at, "author_id": "ann", "is_merge": False, "on_default_branch": True}
        self.add("commits", repo_id=repo_id, sha=sha, **row)
        if parent:
            self.add("commit_parents", repo_id=repo_id, sha=sha, position=0, parent_sha=parent)
        if tag:
            self.add("tags", repo_id=repo_id, name=tag, sha=sha, tagged_at=at)


def invent(seed: int, pull_requests: int = 60, repositories: int = 2) -> PullRequestWorld:
    """A random world; many things happen at the same instant, and much of it after the time of the report."""
    rng = random.Random(seed)
    world = PullRequestWorld(as_of=BEGIN + rng.randrange(300, 1400) * HOUR)
    for number in range(repositories):
        repo_id = world.repository(f"hub:acme/r{number}")
        for path in PATHS:
            flag = rng.choice([True, False, None]) if path.startswith(("gen", "vendor", "src/b")) else None
            world.add("head_files", repo_id=repo_id, path=path, lines=9, is_generated=flag)
        for _ in range(pull_requests):
            _invent(world, rng, repo_id)
        _deploy(world, rng, repo_id)
    for team in ("blue", "red", "small"):
        for person in HUMANS if team != "small" else HUMANS[:1]:
            for start in rng.sample([None, BEGIN, BEGIN + 300 * HOUR], rng.choice([0, 1, 1])):
                until = rng.choice([None, BEGIN + 600 * HOUR])
                begin = start or datetime.fromisoformat("1970-01-01")
                world.add("team_members", team=team, person_id=person, valid_from=begin, valid_to=until)
    return world


def _invent(world: PullRequestWorld, rng: random.Random, repo_id: str) -> None:
    """One pull request; a plain one more often than not, so that there is something to compare open ones with."""
    opened = BEGIN + rng.randrange(1000) * HOUR
    author = rng.choice([*HUMANS, *HUMANS, *HUMANS, "renovate", "devin", None])
    pr_id = world.open(
        repo_id, opened, author, additions=rng.choice([None, 3, 3, 900, 1900]), deletions=rng.randrange(99)
    )
    is_plain = rng.random() < 0.4

    def some_time() -> datetime:
        return opened + rng.randrange(1, 12 if is_plain else 60) * HOUR

    _commits(world, rng, pr_id, opened, 2 if is_plain else 30)
    _drafts(world, rng, pr_id, [] if is_plain else sorted(some_time() for _ in range(rng.choice([0, 1, 1, 2, 3]))))
    everybody = [*HUMANS, *HUMANS, *PROGRAMS, None]
    for _ in range(rng.choice([0, 1, 2, 2, 4])):
        state = rng.choice(["approved", "approved", "changes_requested", "commented", "dismissed"])
        world.review(pr_id, some_time(), rng.choice(everybody), state)
    for _ in range(rng.choice([0, 0, 1, 2])):
        at = some_time() if rng.random() < 0.95 else opened - HOUR
        world.comment(pr_id, at, rng.choice(everybody), in_review=rng.choice([True, False, None]))
    for kind in ("review_requested", "review_requested", "labeled", "queued", "queued", "dequeued"):
        if rng.random() < 0.25:
            world.event(pr_id, kind, some_time(), rng.choice(everybody))
    _files(world, rng, pr_id)
    fate = rng.choice(["open", "closed", *["merged"] * 5])
    if fate == "merged":
        world.merge(pr_id, some_time(), f"{pr_id}-merge" if rng.random() < 0.9 else None)
    elif fate == "closed":
        world.change(pr_id, state="closed", closed_at=some_time())
    if fate != "open" and rng.random() < 0.05:  # the platform does not tell when
        world.change(pr_id, merged_at=None, closed_at=None)
    elif fate == "merged" and rng.random() < 0.1:  # the clocks disagree
        world.change(pr_id, merged_at=opened - HOUR)


def _commits(world: PullRequestWorld, rng: random.Random, pr_id: str, opened: datetime, latest: int) -> None:
    for _ in range(rng.choice([0, 1, 2, 3])):
        written = opened + rng.randrange(-40, latest) * HOUR
        world.commit(pr_id, written, written + rng.choice([0, 0, 5, 30]) * HOUR)
    if rng.random() < 0.3:
        world.change(pr_id, first_commit_at=opened - rng.randrange(60) * HOUR)


def _drafts(world: PullRequestWorld, rng: random.Random, pr_id: str, turns: list[datetime]) -> None:
    is_draft = rng.random() < 0.5
    for at in turns:
        is_draft = not is_draft
        if rng.random() < 0.95:  # else the event is lost
            world.event(pr_id, "converted_to_draft" if is_draft else "ready_for_review", at)
    world.change(pr_id, is_draft=is_draft if turns else rng.random() < 0.1)


def _files(world: PullRequestWorld, rng: random.Random, pr_id: str) -> None:
    paths = rng.sample(PATHS, rng.choice([0, 1, 3]))
    for path in paths:
        lines = rng.choice([None, 4, 5, 40, 200])
        world.add("pull_request_files", pr_id=pr_id, path=path, additions=lines, deletions=0 if lines else None)
    world.change(pr_id, changed_files=rng.choice([None, len(paths), len(paths), len(paths) + 1]))


def _deploy(world: PullRequestWorld, rng: random.Random, repo_id: str) -> None:
    """The merges as commits of the default branch, in order, some of them tagged; some repositories have no tags."""
    requests = world.world.tables["pull_requests"]
    rows = [row for row in requests if row["repo_id"] == repo_id and row.get("merge_sha") and row["merged_at"]]
    has_tags = rng.random() < 0.7
    parent = None
    for row in sorted(rows, key=lambda row: (row["merged_at"], row["number"])):
        tag = f"v1.{row['number']}" if has_tags and rng.random() < 0.4 else None
        world.on_main(repo_id, row["merge_sha"], row["merged_at"], parent, tag)
        parent = row["merge_sha"]
