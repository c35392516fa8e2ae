"""From an item of an action to the place on a page that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.parts import links


@dataclass(frozen=True)
class Place:
    """A page and what its URL has to say."""

    page: str
    label: str
    parameters: Mapping[str, str]


def place(kind: str, item_id: str, repositories: Mapping[str, str]) -> Place:
    """Where an item is shown; `repositories` are the labels of repositories by id."""
    repo_id = max(
        (known for known in repositories if item_id == known or item_id.startswith(f"{known}:")), key=len, default=""
    )
    path = item_id[len(repo_id) + 1 :] if repo_id else ""
    within = {"repository": repositories[repo_id]} if repo_id else {}
    match kind:
        case "file":
            return Place(links.CODE, "Who knows it", {**within, "view": "Ownership", "path": path})
        case "folder":
            return Place(links.CODE, "Who knows it", {**within, "view": "Ownership", "path": path})
        case "file_pair":
            return Place(links.CODE, "See what changes together", {**within, "view": "Coupling"})
        case "person":
            return Place(links.CODE, "Simulate leaving", {**within, "view": "Leavers"})
        case _:
            return Place(links.CODE, "See the code", within)
