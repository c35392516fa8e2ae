"""From an item of an action to the place on a page that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.parts import links
from dashboards.queries import attention


@dataclass(frozen=True)
class Place:
    """A page and what its URL has to say."""

    page: str
    label: str
    parameters: Mapping[str, str]


def place(action: Mapping[str, Any], repositories: Mapping[str, str]) -> Place:
    """Where the item of an action is shown; `repositories` are the labels of repositories by id."""
    item_id = action["item_id"] or ""
    repo_id = max(
        (known for known in repositories if item_id == known or item_id.startswith((f"{known}:", f"{known}#"))),
        key=len,
        default="",
    )
    path = item_id[len(repo_id) + 1 :] if repo_id else ""
    within = {"repository": repositories[repo_id]} if repo_id else {}
    match action["rule"], action["item_kind"]:
        case "key_person", _:
            return Place(links.CODE, "Simulate who leaves", {**within, "view": "Leavers"})
        case _, "file" | "folder":
            return Place(links.CODE, "Who knows it", {**within, "view": "Ownership", "path": path})
        case _, "file_pair":
            first = path.partition("|")[0]
            return Place(links.CODE, "See what changes together", {**within, "view": "Coupling", "path": first})
        case _, "pull_request":
            return Place(links.REVIEWS, "See what is open", {**within, "reviews": "Open now"})
        case _, "deployment":
            return Place(links.DELIVERY, "See the deployments", {**within, "delivery": "Deployments"})
        case _, "workflow":
            return Place(links.DELIVERY, "See the workflows", {**within, "delivery": "CI"})
        case "deployments_waiting", _:
            return Place(links.DELIVERY, "See what waits", {**within, "delivery": "Waiting"})
        case "merged_without_review" | "oversized_pull_requests", _:
            return Place(links.REVIEWS, "See the pull requests", {**within, "reviews": "Size and depth"})
        case "reviewed_only_by_ai", _:
            chosen = {"reviews": "Size and depth", "unreviewed": "Reviewed only by AI"}
            return Place(links.REVIEWS, "See the pull requests", {**within, **chosen})
        case "release_overdue", _:
            return Place(links.DATA, "See the releases", {"about": "SQL", "sql": attention.gaps(repo_id)})
        case _:
            return Place(links.CODE, "See the code", within)
