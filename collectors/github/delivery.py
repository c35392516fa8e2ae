"""Deployments, releases, milestones and workflow runs as rows."""

from collections.abc import Iterable

from collectors.github.nodes import Node, nodes_of
from collectors.github.people import People
from collectors.rows import Row, day, frames, instant
from warehouse.tables import Page

FINAL = ("success", "failure", "error", "inactive")
"""Statuses after which a deployment has ended."""


def deployments(nodes: Iterable[Node], *, source: str, repo_id: str) -> Page:
    """The rows of deployments with every status that they had.

    A deployment is finished at its first success, not when a later one made it inactive; else when it failed.
    """
    rows: dict[str, list[Row]] = {"deployments": [], "deployment_statuses": []}
    for node in nodes:
        deployment_id = f"{source}:{node['id']}"
        statuses = sorted(
            (
                {
                    "status_id": f"{source}:{status['id']}",
                    "deployment_id": deployment_id,
                    "status": status["state"].lower(),
                    "created_at": instant(status["createdAt"]),
                }
                for status in nodes_of(node, "statuses")
            ),
            key=lambda row: (row["created_at"], row["status_id"]),
        )
        rows["deployment_statuses"] += statuses
        rows["deployments"].append(_deployment(node, deployment_id, repo_id, statuses))
    return Page("deployments", repo_id, upserts=frames(rows))


def _deployment(node: Node, deployment_id: str, repo_id: str, statuses: list[Row]) -> Row:
    first = {status["status"]: status["created_at"] for status in reversed(statuses)}
    outcome = next((name for name in FINAL if name in first), statuses[-1]["status"] if statuses else None)
    started = next((s["created_at"] for s in statuses if s["status"] == "in_progress"), instant(node["createdAt"]))
    return {
        "deployment_id": deployment_id,
        "repo_id": repo_id,
        "environment": node.get("originalEnvironment") or node.get("environment"),
        "sha": node["commitOid"],
        "ref": (node.get("ref") or {}).get("name"),
        "status": outcome or (node.get("state") or "").lower() or None,
        "started_at": started,
        "finished_at": first.get(outcome or "") if outcome in FINAL else None,
        "rung": "deployment",
    }


def releases(nodes: Iterable[Node], *, source: str, repo_id: str) -> Page:
    """The rows of releases; drafts are not published and left out."""
    people = People(source)
    rows: list[Row] = [
        {
            "release_id": f"{source}:{node['id']}",
            "repo_id": repo_id,
            "tag": node["tagName"],
            "name": node["name"],
            "is_prerelease": node["isPrerelease"],
            "created_at": instant(node["createdAt"]),
            "published_at": instant(node["publishedAt"]),
            "author_id": people.account(node["author"]),
            "url": node["url"],
        }
        for node in nodes
        if not node["isDraft"]
    ]
    return Page("releases", repo_id, upserts=frames({"releases": rows, **people.rows()}))


def milestones(nodes: Iterable[Node], *, source: str, repo_id: str, repository: str) -> Page:
    """The rows of milestones."""
    rows: list[Row] = [
        {
            "milestone_id": f"{source}:{node['id']}",
            "repo_id": repo_id,
            "project": repository,
            "title": node["title"],
            "state": node["state"].lower(),
            "due_on": day(node["dueOn"]),
            "closed_at": instant(node["closedAt"]),
        }
        for node in nodes
    ]
    return Page("milestones", repo_id, upserts=frames({"milestones": rows}))


def ci_runs(runs: Iterable[Node], *, source: str, repo_id: str) -> Page:
    """The rows of attempts of workflow runs, as REST tells them."""
    people = People(source)
    rows: list[Row] = []
    for run in runs:
        actor = run.get("triggering_actor") or run.get("actor") or {}
        who = {"login": actor.get("login"), "databaseId": actor.get("id"), "__typename": actor.get("type")}
        is_over = run["status"] == "completed"
        rows.append(
            {
                "run_id": f"{source}:{run['id']}/{run.get('run_attempt') or 1}",
                "repo_id": repo_id,
                "name": run["name"],
                "event": run["event"],
                "branch": run["head_branch"],
                "sha": run["head_sha"],
                "status": run["status"],
                "conclusion": run["conclusion"],
                "attempt": run.get("run_attempt") or 1,
                "actor_id": people.account(who),
                "created_at": instant(run["created_at"]),
                "started_at": instant(run.get("run_started_at") or run["created_at"]),
                "finished_at": instant(run["updated_at"]) if is_over else None,
                "url": run["html_url"],
            }
        )
    return Page("ci_runs", repo_id, upserts=frames({"ci_runs": rows, **people.rows()}))
