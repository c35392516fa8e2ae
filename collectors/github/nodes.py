"""What pull requests and issues have in common: nested lists, comments, kinds of events."""

import re

from collectors.github.people import People
from collectors.rows import Node, Row, instant, length

__all__ = ["Node", "comment_row", "event_kind", "nodes_of"]

_KINDS = {
    "ConvertToDraftEvent": "converted_to_draft",
    "CrossReferencedEvent": "cross_referenced",
    "HeadRefForcePushedEvent": "force_pushed",
    "AddedToMergeQueueEvent": "queued",
    "RemovedFromMergeQueueEvent": "dequeued",
    "RenamedTitleEvent": "renamed",
}


def nodes_of(node: Node, field: str) -> list[Node]:
    """The elements of a nested list; those that GitHub cannot show are left out."""
    return [element for element in (node.get(field) or {}).get("nodes") or () if element]


def event_kind(typename: str) -> str:
    """The kind of an event: `closed` for `ClosedEvent`."""
    plain = re.sub(r"(?<!^)(?=[A-Z])", "_", typename.removesuffix("Event")).lower()
    return _KINDS.get(typename, plain)


def comment_row(
    comment: Node, people: People, *, pr_id: str | None = None, ticket_id: str | None = None, in_review: bool = False
) -> Row:
    """The row of a comment on a pull request or ticket."""
    return {
        "comment_id": f"{people.source}:{comment['id']}",
        "pr_id": pr_id,
        "ticket_id": ticket_id,
        "author_id": people.account(comment["author"]),
        "created_at": instant(comment["createdAt"]),
        "path": comment.get("path"),
        "in_review": in_review,
        "body_length": length(comment["body"]),
    }
