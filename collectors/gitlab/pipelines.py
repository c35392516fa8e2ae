"""Pipelines and their jobs as runs of CI.

A pipeline keeps its number when a job of it is started again; its earlier outcome then shows only in the job that was
replaced. So a pipeline has as many attempts as the job that was started most often: an earlier attempt ended when the
last of the jobs that were replaced after it did. A job that never started is no run, unless it failed for that: no
runner took it in a day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from collectors.gitlab.parts import Node, Row, frames, instant, nodes_of, number_of
from collectors.gitlab.people import People
from warehouse.tables import Page

STREAM = "ci_runs"

_ENDED = {"SUCCESS": "success", "FAILED": "failure", "CANCELED": "cancelled", "SKIPPED": "skipped"}
_GOING_ON = {"RUNNING": "in_progress", "CANCELING": "in_progress", "MANUAL": "waiting", "SCHEDULED": "waiting"}


def page(nodes: Iterable[Node], *, source: str, repo_id: str, url: str) -> Page:
    """The rows of pipelines, and of the jobs of each with it as their parent; `url` is the project's web address."""
    people = People(source)
    rows: list[Row] = []
    for node in nodes:
        rows += _one(node, people, repo_id, url)
    return Page(STREAM, repo_id, upserts=frames({"ci_runs": rows, **people.rows()}))


def _one(node: Node, people: People, repo_id: str, url: str) -> Iterator[Row]:
    number = number_of(node["id"])
    run = f"{people.source}:{number}"
    common = {
        "repo_id": repo_id,
        "event": (node.get("source") or "").lower() or None,
        "branch": node["ref"],
        "sha": node["sha"],
        "actor_id": people.account(node.get("user")),
    }
    tries: dict[str, list[Node]] = defaultdict(list)
    for job in sorted(nodes_of(node, "jobs"), key=lambda job: int(number_of(job["id"]))):
        if job.get("startedAt") or job["status"] == "FAILED":
            tries[job["name"]].append(job)
    attempts = max((len(jobs) for jobs in tries.values()), default=1)
    itself = {**common, "name": node.get("name") or "pipeline", "url": f"{url}/-/pipelines/{number}"}
    for attempt in range(1, attempts):
        yield {**itself, "run_id": f"{run}/{attempt}", "attempt": attempt, **_earlier(node, tries, attempt)}
    began = None if attempts == 1 else _first_start(tries, attempts)
    yield {
        **itself,
        "run_id": f"{run}/{attempts}",
        "attempt": attempts,
        **_state(node),
        "started_at": began or instant(node["startedAt"]),
    }
    for name, jobs in tries.items():
        for attempt, job in enumerate(jobs, 1):
            yield {
                **common,
                "run_id": f"{run}.{name}/{attempt}",
                "name": name,
                "attempt": attempt,
                "parent_run_id": f"{run}/{attempts}",
                "url": f"{url}/-/jobs/{number_of(job['id'])}",
                **_state(job),
            }


def _state(node: Node) -> Row:
    """Status, outcome and instants of a pipeline or job."""
    conclusion = _ENDED.get(node["status"])
    if conclusion == "failure" and node.get("allowFailure"):
        conclusion = "neutral"
    return {
        "status": "completed" if conclusion else _GOING_ON.get(node["status"], "queued"),
        "conclusion": conclusion,
        "created_at": instant(node["createdAt"]),
        "started_at": instant(node["startedAt"]),
        "finished_at": instant(node["finishedAt"]) if conclusion else None,
    }


def _earlier(node: Node, tries: dict[str, list[Node]], attempt: int) -> Row:
    """How an attempt ended, by the jobs that were started again after it."""
    replaced = [jobs[attempt - 1] for jobs in tries.values() if len(jobs) > attempt]
    has_failed = any(job["status"] == "FAILED" and not job.get("allowFailure") for job in replaced)
    began = instant(node["startedAt"]) if attempt == 1 else _first_start(tries, attempt)
    return {
        "status": "completed",
        "conclusion": "failure" if has_failed else "cancelled",
        "created_at": instant(node["createdAt"]),
        "started_at": began,
        "finished_at": max((at for job in replaced if (at := instant(job["finishedAt"]))), default=None),
    }


def _first_start(tries: dict[str, list[Node]], attempt: int) -> datetime | None:
    """When the first job of an attempt that is not the first one began."""
    starts = (instant(jobs[attempt - 1]["startedAt"]) for jobs in tries.values() if len(jobs) >= attempt)
    return min((at for at in starts if at), default=None)
