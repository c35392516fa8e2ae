"""Deliveries told step by step: commits, pull requests, deployments, runs, incidents, in days before now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import git_worlds
import polars as pl
from git_worlds import World

from metrics.catalogue import PIPELINES as ALL

REPO = "git:acme/app"
AS_OF = datetime.fromisoformat("2025-12-01")
BEGIN = datetime.fromisoformat("1970-01-01")
_ROOMS = (
    *("metrics.delivery", "metrics.history.re", "metrics.code.main_commits", "metrics.code.services"),
    "metrics.pull_requests.states",
)
PIPELINES = [pipeline for pipeline in ALL if pipeline.compute.__module__.startswith(_ROOMS)]
"""What the delivery room publishes, and what it needs."""


def ago(days: float) -> datetime:
    """The instant so many days before now."""
    return AS_OF - timedelta(days=days)


class Delivery:
    """A world of one repository (others come into being when they are named)."""

    def __init__(self) -> None:
        self.world = World(as_of=AS_OF)
        self._repository(REPO)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The core tables as frames."""
        return self.world.frames()

    def run(self, as_of: datetime = AS_OF, **settings: Any) -> dict[str, pl.DataFrame]:
        """Every table of the delivery room; all rungs are looked at."""
        rungs = ["deployment", "ci_run", "release", "tag", "merge"]
        return git_worlds.run(self.frames(), as_of, PIPELINES, **{"rungs": rungs, **settings})

    def add(self, table: str, **row: Any) -> None:
        """One row of a core table."""
        self.world.tables[table].append(row)

    def commit(self, sha: str, days_ago: float, parents: Sequence[str] = (), repo_id: str = REPO, **more: Any) -> str:
        """A commit of the default branch."""
        self._repository(repo_id)
        at = ago(days_ago)
        row = {"author_id": "ann", "authored_at": at, "committed_at": at, "on_default_branch": True}
        self.add("commits", repo_id=repo_id, sha=sha, is_merge=len(parents) > 1, **{**row, **more})
        for position, parent in enumerate(parents):
            self.add("commit_parents", repo_id=repo_id, sha=sha, position=position, parent_sha=parent)
        return sha

    def merged(
        self,
        sha: str | None,
        days_ago: float,
        first_commit_days_ago: float | None = None,
        repo_id: str = REPO,
        **more: Any,
    ) -> str:
        """A pull request that a commit merged; its id."""
        self._repository(repo_id)
        number = sum(row["repo_id"] == repo_id for row in self.world.tables["pull_requests"]) + 1
        start = days_ago if first_commit_days_ago is None else first_commit_days_ago
        row = {
            "state": "merged",
            "title": "Change",
            "base_branch": "main",
            "head_branch": f"branch-{number}",
            "created_at": ago(start),
            "first_commit_at": ago(start),
            "merged_at": ago(days_ago),
            "merge_sha": sha,
            "labels": [],
        }
        pr_id = f"{repo_id}#{number}"
        self.add("pull_requests", pr_id=pr_id, repo_id=repo_id, number=number, **{**row, **more})
        return pr_id

    def commit_of(self, pr_id: str) -> str:
        """The commit that merged a pull request."""
        return next(row["merge_sha"] for row in self.world.tables["pull_requests"] if row["pr_id"] == pr_id)

    def deploy(
        self,
        sha: str | None,
        days_ago: float,
        environment: str | None = "production",
        name: str = "",
        repo_id: str = REPO,
        **more: Any,
    ) -> str:
        """A successful deployment; its id."""
        self._repository(repo_id)
        key = f"git:{name or len(self.world.tables['deployments'])}"
        row = {"environment": environment, "sha": sha, "status": "success", "finished_at": ago(days_ago)}
        self.add("deployments", deployment_id=key, repo_id=repo_id, **{**row, **more})
        return key

    def run_of(self, workflow: str, sha: str, days_ago: float, name: str = "", attempt: int = 1, **more: Any) -> str:
        """A successful run of CI on the default branch that took five minutes; its id without the attempt."""
        key = f"git:{name or len(self.world.tables['ci_runs'])}"
        end = ago(days_ago)
        start = end - timedelta(minutes=5)
        row = {
            "event": "push",
            "branch": "main",
            "status": "completed",
            "conclusion": "success",
            "created_at": start,
            "started_at": start,
            "finished_at": end,
        }
        self.add(
            "ci_runs",
            run_id=f"{key}/{attempt}",
            repo_id=REPO,
            name=workflow,
            sha=sha,
            attempt=attempt,
            **{**row, **more},
        )
        return key

    def _repository(self, repo_id: str) -> None:
        if all(row["repo_id"] != repo_id for row in self.world.tables["repositories"]):
            self.add("repositories", repo_id=repo_id, name=repo_id.removeprefix("git:"), default_branch="main")
