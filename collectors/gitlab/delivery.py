"""Deployments, releases and milestones as rows."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from collectors.gitlab.parts import Node, Project, Row, frames, instant, number_of
from collectors.gitlab.people import People
from warehouse.tables import Page

_STATUSES = {
    "created": "queued",
    "running": "in_progress",
    "success": "success",
    "failed": "failure",
    "canceled": "cancelled",
    "skipped": "skipped",
    "blocked": "waiting",
}
FINAL = ("success", "failure", "cancelled", "skipped")
"""Statuses after which a deployment has ended."""


def deployments(items: Iterable[Node], tiers: Mapping[str, str], *, source: str, repo_id: str, url: str) -> Page:
    """The rows of deployments, and what is told of their course: when they were made, began and ended.

    `tiers` has the tier of an environment by its number; `url` is the web address of the project.
    """
    rows: dict[str, list[Row]] = {"deployments": [], "deployment_statuses": []}
    for item in items:
        deployment_id = f"{source}:{item['id']}"
        environment, job = item.get("environment") or {}, item.get("deployable") or {}
        status = _STATUSES.get(item["status"], item["status"])
        is_over = status in FINAL
        # Without a job it was reported by somebody, who told of its end by its last change.
        ended = instant(job.get("finished_at")) or instant(item["updated_at"]) if is_over else None
        began = instant(job.get("started_at"))
        tier = environment.get("tier") or tiers.get(str(environment.get("id")))
        rows["deployments"].append(
            {
                "deployment_id": deployment_id,
                "repo_id": repo_id,
                "environment": environment.get("name"),
                "is_production": None if tier is None else tier == "production",
                "sha": item["sha"],
                "ref": item["ref"],
                "status": status,
                "started_at": began or instant(item["created_at"]),
                "finished_at": ended,
                "rung": "deployment",
                "url": job.get("web_url") or (f"{url}/-/environments/{environment['id']}" if environment else None),
            }
        )
        course = (("queued", instant(item["created_at"])), ("in_progress", began), (status, ended))
        rows["deployment_statuses"] += (
            {"status_id": f"{deployment_id}/{name}", "deployment_id": deployment_id, "status": name, "created_at": at}
            for name, at in course
            if at
        )
    ids = pl.DataFrame(
        {"deployment_id": [row["deployment_id"] for row in rows["deployments"]]}, schema={"deployment_id": pl.String}
    )
    deletes = {} if ids.is_empty() else {"deployment_statuses": ids}
    return Page("deployments", repo_id, deletes=deletes, upserts=frames(rows))


def releases(nodes: Iterable[Node], *, source: str, repo_id: str) -> Page:
    """The rows of all releases of a project; those that are gone leave. One of the future is not published yet."""
    people = People(source)
    rows: list[Row] = [
        {
            "release_id": f"{repo_id}@{node['tagName']}",
            "repo_id": repo_id,
            "tag": node["tagName"],
            "name": node["name"],
            "is_prerelease": False,
            "created_at": instant(node["createdAt"]),
            "published_at": instant(node["releasedAt"]),
            "author_id": people.account(node["author"]),
            "url": (node.get("links") or {}).get("selfUrl"),
        }
        for node in nodes
        if not node.get("upcomingRelease")
    ]
    return Page(
        "releases",
        repo_id,
        deletes={"releases": pl.DataFrame({"repo_id": [repo_id]})},
        upserts=frames({"releases": rows, **people.rows()}),
    )


def milestones(nodes: Iterable[Node], *, source: str, project: Project) -> Page:
    """The rows of all milestones that a project can use, those of its groups among them; those that are gone leave.

    When a milestone was closed is not told.
    """
    rows: list[Row] = [
        {
            # One of a group is shown for each of its projects.
            "milestone_id": f"{source}:{number_of(node['id'])}"
            if node["projectMilestone"]
            else f"{project.repo_id}%{number_of(node['id'])}",
            "repo_id": project.repo_id,
            "project": project.name,
            "title": node["title"],
            "state": "closed" if node["state"] == "closed" else "open",
            "due_on": date.fromisoformat(node["dueDate"][:10]) if node["dueDate"] else None,
        }
        for node in nodes
    ]
    return Page(
        "milestones",
        project.repo_id,
        deletes={"milestones": pl.DataFrame({"repo_id": [project.repo_id]})},
        upserts=frames({"milestones": rows}),
    )
