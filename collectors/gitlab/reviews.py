"""What counts as a review of a merge request, as rows: GitLab has none.

An approval is one, and so are the comments on lines that another person than the author writes in a row, a minute apart
at most.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import zip_longest

from collectors.gitlab.parts import Node, Row, instant, nodes_of, number_of, utc
from collectors.gitlab.people import People, is_ghost

_IN_A_ROW = timedelta(minutes=1)


def approvals(item: Node, node: Node, events: list[Row], people: People) -> Iterator[Row]:
    """Approvals, and requests for changes; an approval that was taken back, or reset by a push, is dismissed."""
    approvers = {people.account(user) for user in nodes_of(node, "approvedBy")}
    last = {event["actor_id"]: event["event_id"] for event in events if event["kind"] == "approved"}
    for event in events:
        if event["kind"] not in {"approved", "changes_requested"}:
            continue
        who = event["actor_id"]
        is_undone = event["kind"] == "approved" and (
            any(other["occurred_at"] > event["occurred_at"] and _undoes(other, who, people) for other in events)
            or (item["state"] == "opened" and last[who] == event["event_id"] and who not in approvers)
        )
        yield {
            "review_id": event["event_id"],
            "pr_id": event["pr_id"],
            "reviewer_id": who,
            "state": "dismissed" if is_undone else event["kind"],
            "submitted_at": event["occurred_at"],
            "comment_count": 0,
            "body_length": 0,
        }


def _undoes(event: Row, who: str | None, people: People) -> bool:
    """Whether an event takes back the approval of a person."""
    if event["kind"] == "unapproved":
        return bool(event["actor_id"] == who)
    return event["kind"] == "approval_reset" and people.named(event["whom"]) == who


def on_lines(item: Node, told: list[Node], pr_id: str, people: People) -> Iterator[Row]:
    """The comments on lines that another person than the author wrote in a row, a minute apart at most."""
    author = item["author"]["id"] if item["author"] else None
    remarks = sorted(
        (
            note
            for note in told
            if not note["system"]
            and note.get("position")
            and not is_ghost(note["author"])
            and number_of(note["author"]["id"]) != str(author)
        ),
        key=lambda note: (note["author"]["id"], utc(note["createdAt"]), int(number_of(note["id"]))),
    )
    together: list[Node] = []
    for note, following in zip_longest(remarks, remarks[1:]):
        together.append(note)
        is_same = following is not None and following["author"]["id"] == note["author"]["id"]
        if following and is_same and utc(following["createdAt"]) - utc(note["createdAt"]) <= _IN_A_ROW:
            continue
        yield {
            "review_id": f"{people.source}:{number_of(together[0]['id'])}",
            "pr_id": pr_id,
            "reviewer_id": people.account(note["author"]),
            "state": "commented",
            "submitted_at": instant(note["createdAt"]),
            "comment_count": len(together),
            "body_length": 0,
        }
        together = []
