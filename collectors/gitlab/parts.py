"""What every part of the collector speaks of: a project, an answer as it is archived, ids as numbers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.gitlab.answers import Answer
from collectors.rows import Node, Row, frame, frames, instant, length, utc
from warehouse.tables import Payload

__all__ = [
    "Node",
    "Project",
    "Row",
    "frame",
    "frames",
    "instant",
    "length",
    "nodes_of",
    "number_of",
    "payload",
    "requested",
    "utc",
]


@dataclass(frozen=True)
class Project:
    """A project as GitLab tells it, and the id that it has here for good."""

    repo_id: str
    platform_id: str
    """Its number."""
    name: str
    """`group/sub/project` as it is now."""
    told: Node = field(repr=False, default_factory=dict)
    """What the pulse said of it."""

    @property
    def path(self) -> str:
        """Where REST has it."""
        return f"/projects/{self.platform_id}"


def payload(request: Mapping[str, object], answer: Answer) -> Payload:
    """An answer as it is archived, with what was asked."""
    return Payload(json.dumps(request, ensure_ascii=False), answer.text, answer.received_at)


def requested(said: Payload) -> dict[str, Any]:
    """What was asked for an archived answer."""
    request: dict[str, Any] = json.loads(said.request)
    return request


def number_of(global_id: object) -> str:
    """The number in a global id: `7` of `gid://gitlab/Project/7`."""
    return str(global_id).rpartition("/")[2]


def nodes_of(node: Node, field_: str) -> list[Node]:
    """The elements of a nested list; those that GitLab cannot show are left out."""
    told: Iterable[Node | None] = (node.get(field_) or {}).get("nodes") or ()
    return [element for element in told if element]
