"""Pull requests with everything that belongs to them, as rows."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import polars as pl

from collectors.github import mentions
from collectors.github.nodes import Node, comment_row, event_kind, nodes_of
from collectors.github.people import People, is_person
from collectors.mentions import in_branch
from collectors.rows import Row, frames, instant, length
from warehouse.tables import Page, State

STREAM = "pull_requests"

REPLACED = (
    "pull_request_files",
    "pull_request_events",
    "pull_request_mentions",
    "reviews",
    "comments",
)
"""Tables whose rows are told anew with their pull request; commits that were pushed away stay."""

_CHANGES = {"ADDED": "A", "MODIFIED": "M", "DELETED": "D", "RENAMED": "R", "COPIED": "C", "CHANGED": "T"}


def page(nodes: Iterable[Node], *, source: str, repo_id: str, repository: str, state: State) -> Page:
    """The rows of whole pull requests; what was stored of them before is replaced, but for their commits."""
    people = People(source)
    rows: dict[str, list[Row]] = {name: [] for name in (STREAM, "pull_request_commits", *REPLACED)}
    unpublished = 0
    for node in nodes:
        pr_id = f"{repo_id}#{node['number']}"
        unpublished += _one(node, pr_id, repository, people, rows)
        rows[STREAM][-1]["repo_id"] = repo_id
    ids = [row["pr_id"] for row in rows[STREAM]]
    known = state.rows("pull_request_commits", ["pr_id", "authored_at"], pr_id=ids)
    _first_commits(rows, known)
    quality = {"ghost_author": people.ghosts, "review_pending": unpublished}
    return Page(
        STREAM,
        repo_id,
        deletes=dict.fromkeys(REPLACED, pl.DataFrame({"pr_id": ids}, schema={"pr_id": pl.String})) if ids else {},
        upserts=frames({**rows, **people.rows()}),
        quality={check: count for check, count in quality.items() if count},
    )


def _one(node: Node, pr_id: str, repository: str, people: People, rows: dict[str, list[Row]]) -> int:
    """Add the rows of one pull request; returns the number of reviews that are not submitted yet."""
    merge = node.get("mergeCommit") or {}
    people.signature(merge.get("author"))
    events = list(_events(node, pr_id, people))
    reviews = [review for review in nodes_of(node, "reviews") if review.get("submittedAt")]
    rows["pull_requests"].append(
        {
            "pr_id": pr_id,
            "number": node["number"],
            "title": node["title"],
            "url": node["url"],
            "author_id": people.author(node["author"]),
            "state": node["state"].lower(),
            "is_draft": node["isDraft"],
            "base_branch": node["baseRefName"],
            "head_branch": node["headRefName"],
            "head_sha": node["headRefOid"],
            "is_fork": node["isCrossRepository"],
            "created_at": instant(node["createdAt"]),
            "updated_at": instant(node["updatedAt"]),
            "ready_at": _ready_at(node, events, reviews),
            "merged_at": instant(node["mergedAt"]),
            "closed_at": instant(node["closedAt"]),
            "merge_sha": merge.get("oid"),
            "merged_by_id": people.account(node["mergedBy"]),
            "additions": node["additions"],
            "deletions": node["deletions"],
            "changed_files": node["changedFiles"],
            "commit_count": (node.get("commitCount") or {}).get("totalCount"),
            "labels": [label["name"] for label in nodes_of(node, "labels")],
            "milestone": (node.get("milestone") or {}).get("title"),
            "body_length": length(node["body"]),
        }
    )
    rows["pull_request_events"] += events
    rows["pull_request_commits"] += _commits(node, pr_id, people)
    rows["pull_request_files"] += (
        {
            "pr_id": pr_id,
            "path": file["path"],
            "change": _CHANGES.get(file["changeType"], "M"),
            "additions": file["additions"],
            "deletions": file["deletions"],
        }
        for file in nodes_of(node, "files")
    )
    rows["pull_request_mentions"] += _mentions(node, pr_id, repository)
    for review in reviews:
        rows["reviews"].append(
            {
                "review_id": f"{people.source}:{review['id']}",
                "pr_id": pr_id,
                "reviewer_id": people.account(review["author"]),
                "state": review["state"].lower(),
                "submitted_at": instant(review["submittedAt"]),
                "comment_count": (review.get("comments") or {}).get("totalCount"),
                "body_length": length(review["body"]),
            }
        )
        rows["comments"] += (
            comment_row(comment, people, pr_id=pr_id, in_review=True) for comment in nodes_of(review, "comments")
        )
    rows["comments"] += (
        comment_row(comment, people, pr_id=pr_id, in_review=False) for comment in nodes_of(node, "comments")
    )
    return len(nodes_of(node, "reviews")) - len(reviews)


def _commits(node: Node, pr_id: str, people: People) -> Iterator[Row]:
    """The commits that it has, and those at the tip before each force-push."""
    pushed_away = [event["beforeCommit"] for event in nodes_of(node, "timelineItems") if event.get("beforeCommit")]
    for commit in (*pushed_away, *(element["commit"] for element in nodes_of(node, "commits"))):
        yield {
            "pr_id": pr_id,
            "sha": commit["oid"],
            "author_id": people.signature(commit.get("author")),
            "authored_at": instant(commit["authoredDate"]),
            "committed_at": instant(commit["committedDate"]),
        }


def _events(node: Node, pr_id: str, people: People) -> Iterator[Row]:
    for event in nodes_of(node, "timelineItems"):
        if not event.get("id"):  # of a kind that was not asked for
            continue
        subject: dict[str, Any] = event.get("requestedReviewer") or event.get("assignee") or {}
        is_team = subject.get("__typename") == "Team"
        yield {
            "event_id": f"{people.source}:{event['id']}",
            "pr_id": pr_id,
            "kind": event_kind(event["__typename"]),
            "actor_id": people.account(event.get("actor")),
            "subject_id": None if is_team else people.account(subject),
            "subject_team": f"{subject['organization']['login']}/{subject['slug']}" if is_team else None,
            "occurred_at": instant(event["createdAt"]),
        }


def _ready_at(node: Node, events: list[Row], reviews: list[Node]) -> datetime | None:
    """The last change from draft to ready before the first answer of another person; the opening if never a draft."""
    author = (node["author"] or {}).get("login")
    answers = [
        instant(at)
        for who, at in (
            *((review["author"], review["submittedAt"]) for review in reviews),
            *((comment["author"], comment["createdAt"]) for comment in nodes_of(node, "comments")),
        )
        if is_person(who) and who["login"] != author
    ]
    turned: list[datetime] = sorted(event["occurred_at"] for event in events if event["kind"] == "ready_for_review")
    if not turned:
        return None if node["isDraft"] else instant(node["createdAt"])
    # An answer given to a draft does not count: it answers at the moment of being ready.
    first = min((at for at in answers if at and at >= turned[0]), default=None)
    return max(at for at in turned if first is None or at <= first)


def _mentions(node: Node, pr_id: str, repository: str) -> Iterator[Row]:
    messages = (element["commit"].get("message") for element in nodes_of(node, "commits"))
    found = {
        "closing_reference": [
            f"{issue['repository']['nameWithOwner']}#{issue['number']}"
            for issue in nodes_of(node, "closingIssuesReferences")
        ],
        "branch": in_branch(node["headRefName"], repository),
        "title": mentions.in_text(node["title"], repository),
        "body": mentions.in_text(node["body"], repository),
        "commit": (reference for message in messages for reference in mentions.in_text(message, repository)),
    }
    itself = f"{repository}#{node['number']}".casefold()
    for place, references in found.items():
        for reference in dict.fromkeys(references):
            if reference.casefold() != itself:
                yield {"pr_id": pr_id, "reference": reference, "found_in": place}


def _first_commits(rows: dict[str, list[Row]], known: pl.DataFrame) -> None:
    """Give every pull request the earliest authored date of the commits that it has or ever had."""
    first: dict[str, datetime] = {}
    dated = ((row["pr_id"], row["authored_at"]) for row in rows["pull_request_commits"])
    for pr_id, authored_at in (*dated, *known.iter_rows()):
        if authored_at is not None and (pr_id not in first or authored_at < first[pr_id]):
            first[pr_id] = authored_at
    for row in rows[STREAM]:
        row["first_commit_at"] = first.get(row["pr_id"])
