"""The items of the world as REST tells them."""

from datetime import datetime
from typing import Any

from tests.collectors.gitlab_world.world import Item


def written(instant: datetime | None) -> str | None:
    """An instant as REST writes it."""
    return instant and f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03}Z"


def user(account: Item | None) -> Item | None:
    """An account: unlike GraphQL, REST does not say whether it is a bot."""
    if account is None:
        return None
    return {"id": account["number"], "username": account["username"], "name": account["name"], "state": "active"}


def project(item: Item) -> Item:
    """A project."""
    fork = {"forked_from_project": {"id": 1, "path_with_namespace": item["forkOf"]}} if item["forkOf"] else {}
    return {
        "id": item["number"],
        "path_with_namespace": item["fullPath"],
        "web_url": item["webUrl"],
        "default_branch": "main",
        "archived": item["archived"],
        **fork,
    }


def _common(item: Item) -> dict[str, Any]:
    return {
        "id": item["number"],
        "iid": int(item["iid"]),
        "project_id": item["project"]["number"],
        "title": item["title"],
        "description": item["description"],
        "state": item["state"],
        "created_at": written(item["createdAt"]),
        "updated_at": written(item["updatedAt"]),
        "closed_at": written(item["closedAt"]),
        "closed_by": user(item["closedBy"]),
        "author": user(item["author"]),
        "assignees": [user(account) for account in item["assignees"]],
        "labels": item["labels"],
        "milestone": item["milestone"] and {"title": item["milestone"]["title"]},
        "web_url": item["webUrl"],
    }


def merge_request(item: Item) -> Item:
    """A merge request, or what was recorded of one."""
    if "recorded" in item:
        return dict(item["recorded"])
    return {
        **_common(item),
        "merged_at": written(item["mergedAt"]),
        "merge_user": user(item["mergeUser"]),
        "target_branch": item["targetBranch"],
        "source_branch": item["sourceBranch"],
        "draft": item["draft"],
        "source_project_id": item["sourceProject"],
        "target_project_id": item["project"]["number"],
        "sha": item["sha"],
        "merge_commit_sha": item["mergeSha"],
        "squash_commit_sha": item["squashSha"],
    }


def issue(item: Item) -> Item:
    """An issue, or what was recorded of one."""
    if "recorded" in item:
        return dict(item["recorded"])
    return {
        **_common(item),
        "issue_type": "issue",
        "due_date": item["dueDate"],
        "weight": item["weight"],
        "iteration": item["iteration"],
        "epic": item["epic"],
        "moved_to_id": item["movedTo"],
        "severity": "UNKNOWN",
        "time_stats": {"time_estimate": 0, "total_time_spent": 0},
        "_links": {"closed_as_duplicate_of": None},
    }


def deployment(item: Item) -> Item:
    """A deployment, or what was recorded of one."""
    if "recorded" in item:
        return dict(item["recorded"])
    return {
        "id": item["number"],
        "sha": item["sha"],
        "ref": item["ref"],
        "status": item["status"],
        "created_at": written(item["createdAt"]),
        "updated_at": written(item["updatedAt"]),
        "environment": {"id": item["environment"]["id"], "name": item["environment"]["name"]},
        "deployable": {
            "started_at": written(item["startedAt"]),
            "finished_at": written(item["finishedAt"]),
            "web_url": None,
        },
    }
