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


_BY_KIND = {
    "pull_request": Place(links.REVIEWS, "See what is open", {"reviews": "Open now"}),
    "deployment": Place(links.DELIVERY, "See the deployments", {"delivery": "Deployments"}),
    "workflow": Place(links.DELIVERY, "See the workflows", {"delivery": "CI"}),
    "ticket": Place(links.FLOW, "See what is stuck", {"flow": "Stuck"}),
}
"""Where items of a kind are shown, whatever rule found them."""

_DEPTH = {"reviews": "Size and depth"}

_BY_RULE = {
    "too_much_in_progress": Place(links.FLOW, "See the flow", {"flow": "Flow"}),
    "coordination_gap": Place(links.COORDINATION, "See the gaps", {"coordination": "Gaps"}),
    "newcomer_without_mentor": Place(links.PEOPLE, "See how newcomers arrive", {"people_view": "Newcomers"}),
    "waiting_on_team": Place(links.COORDINATION, "See the waits", {"coordination": "Waits"}),
    "deployments_waiting": Place(links.DELIVERY, "See what waits", {"delivery": "Waiting"}),
    "merged_without_review": Place(links.REVIEWS, "See the pull requests", _DEPTH),
    "oversized_pull_requests": Place(links.REVIEWS, "See the pull requests", _DEPTH),
    "reviewed_only_by_ai": Place(
        links.REVIEWS, "See the pull requests", {**_DEPTH, "unreviewed": "Reviewed only by AI"}
    ),
}
"""Where the repository, project or team that a rule found something in is shown."""

_TICKETS_BY_RULE = {
    "pull_request_without_ticket": Place(links.SCOPE, "See untracked work", {"scope": "Untracked"}),
    "scope_growing": Place(links.SCOPE, "See what grows", {"scope": "Growth"}),
    "ticket_blocked": Place(links.FLOW, "See what is blocked", {"flow": "Blocked"}),
    "sprint_over_committed": Place(links.SCOPE, "See the sprints", {"scope": "Sprints"}),
    "forecast_past_due": Place(links.TIMELINES, "See what is promised", {}),
    "unready_ticket": Place(links.SCOPE, "See what is not ready", {"scope": "Readiness"}),
}
"""Where a rule shows its items, if elsewhere than others of their kind."""


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
    rule, kind = action["rule"], action["item_kind"]
    if kind in {"project", "team"}:
        within = {kind: item_id}
    if known := _TICKETS_BY_RULE.get(rule) or _BY_KIND.get(kind) or _BY_RULE.get(rule):
        return Place(known.page, known.label, {**within, **known.parameters})
    match rule, kind:
        case "key_person", _:
            return Place(links.CODE, "Simulate who leaves", {**within, "view": "Leavers"})
        case _, "file" | "folder":
            return Place(links.CODE, "Who knows it", {**within, "view": "Ownership", "path": path})
        case _, "file_pair":
            first = path.partition("|")[0]
            return Place(links.CODE, "See what changes together", {**within, "view": "Coupling", "path": first})
        case "release_overdue", _:
            return Place(links.DATA, "See the releases", {"about": "SQL", "sql": attention.gaps(repo_id)})
        case _:
            return Place(links.CODE, "See the code", within)
