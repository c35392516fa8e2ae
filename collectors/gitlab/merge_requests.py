"""Merge requests with everything that belongs to them, as rows.

The list of REST tells of the merge request itself (and alone of both its shas), GraphQL of what belongs to it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

import polars as pl

from collectors.gitlab import mentions, notes, reviews
from collectors.gitlab.parts import Node, Row, frames, instant, length, nodes_of, number_of, utc
from collectors.gitlab.people import People, is_bot, is_ghost
from collectors.mentions import in_branch
from warehouse.tables import Page, State

STREAM = "pull_requests"

REPLACED = (
    "pull_request_files",
    "pull_request_events",
    "pull_request_mentions",
    "reviews",
    "comments",
)
"""Tables whose rows are told anew with their merge request; commits that were pushed away stay."""

_STATES = {"opened": "open", "locked": "open"}


def page(
    items: Iterable[Node],
    details: Mapping[str, Node | None],
    *,
    source: str,
    repo_id: str,
    project: str,
    state: State,
) -> Page:
    """The rows of whole merge requests; what was stored of them before is replaced, but for their commits.

    One whose details were too heavy has the row of itself only, and is counted.
    """
    people = People(source)
    rows: dict[str, list[Row]] = {name: [] for name in (STREAM, "pull_request_commits", *REPLACED)}
    too_heavy = private = 0
    for item in items:
        node = details.get(str(item["iid"]))
        too_heavy += node is None
        told = [note for note in nodes_of(node or {}, "notes") if not notes.is_private(note)]
        private += len(nodes_of(node or {}, "notes")) - len(told)
        pr_id = f"{repo_id}!{item['iid']}"
        _one(item, node or {}, told, pr_id, project=project, people=people, rows=rows)
        rows[STREAM][-1]["repo_id"] = repo_id
    ids = [row["pr_id"] for row in rows[STREAM]]
    _first_commits(rows, state.rows("pull_request_commits", ["pr_id", "authored_at"], pr_id=ids))
    _name(rows["pull_request_events"], people, state)
    quality = {"ghost_author": people.ghosts, "pull_request_details_too_heavy": too_heavy, "private_note": private}
    return Page(
        STREAM,
        repo_id,
        deletes=dict.fromkeys(REPLACED, pl.DataFrame({"pr_id": ids}, schema={"pr_id": pl.String})) if ids else {},
        upserts=frames({**rows, **people.rows()}),
        quality={check: count for check, count in quality.items() if count},
    )


def _one(
    item: Node,
    node: Node,
    told: list[Node],
    pr_id: str,
    *,
    project: str,
    people: People,
    rows: dict[str, list[Row]],
) -> None:
    """Add the rows of one merge request."""
    author_id = people.author(item["author"])
    for user in (
        node.get("author"),
        node.get("mergeUser"),
        *(user for role in ("reviewers", "assignees", "approvedBy") for user in nodes_of(node, role)),
        *(note["author"] for note in told),
    ):
        people.account(user)
    merged_at, closed_at = instant(item.get("merged_at")), instant(item.get("closed_at"))
    is_merged = item["state"] == "merged"
    merged_by = item.get("merge_user") or item.get("merged_by") or node.get("mergeUser")
    events = list(_events(told, pr_id, people))
    events += _outcome(item, pr_id, people, {event["kind"] for event in events})
    stats = node.get("diffStatsSummary") or {}
    comments = [note for note in told if not note["system"]]
    rows[STREAM].append(
        {
            "pr_id": pr_id,
            "number": int(item["iid"]),
            "title": item["title"],
            "url": item["web_url"],
            "author_id": author_id,
            "state": _STATES.get(item["state"], item["state"]),
            "is_draft": bool(item.get("draft")),
            "base_branch": item["target_branch"],
            "head_branch": item["source_branch"],
            "head_sha": item.get("sha"),
            # Of a fork that was deleted GitLab tells no project any more.
            "is_fork": item.get("source_project_id") != item.get("target_project_id"),
            "created_at": instant(item["created_at"]),
            "updated_at": instant(item["updated_at"]),
            "ready_at": _ready_at(item, events, comments),
            "merged_at": merged_at if is_merged else None,
            "closed_at": merged_at if is_merged else closed_at,
            "merge_sha": merge_sha(item),
            "merged_by_id": people.account(merged_by) if is_merged else None,
            "additions": stats.get("additions"),
            "deletions": stats.get("deletions"),
            "changed_files": stats.get("fileCount"),
            "commit_count": node.get("commitCount"),
            "labels": list(item.get("labels") or ()),
            "milestone": (item.get("milestone") or {}).get("title"),
            "body_length": length(item.get("description")),
        }
    )
    rows["pull_request_events"] += events
    rows["pull_request_commits"] += _commits(item, node, pr_id, people)
    rows["pull_request_files"] += (
        {"pr_id": pr_id, "path": file["path"], "additions": file["additions"], "deletions": file["deletions"]}
        for file in node.get("diffStats") or ()
    )
    rows["pull_request_mentions"] += _mentions(item, node, pr_id, project)
    rows["reviews"] += reviews.approvals(item, node, events, people)
    rows["reviews"] += reviews.on_lines(item, told, pr_id, people)
    rows["comments"] += (
        {
            "comment_id": f"{people.source}:{number_of(note['id'])}",
            "pr_id": pr_id,
            "author_id": people.account(note["author"]),
            "created_at": instant(note["createdAt"]),
            "path": (note.get("position") or {}).get("filePath"),
            "in_review": note.get("position") is not None,
            "body_length": length(note["body"]),
        }
        for note in comments
    )


def merge_sha(item: Node) -> str | None:
    """The commit that the merge put on the target branch.

    That is the merge commit; without one the squashed commit, and without that, too, the last commit of the source.
    """
    if item["state"] != "merged":
        return None
    return item.get("merge_commit_sha") or item.get("squash_commit_sha") or item.get("sha")


def _commits(item: Node, node: Node, pr_id: str, people: People) -> Iterator[Row]:
    """The commits that it has, and the one that squashing made of them: with it, it is known on the target branch."""
    for commit in nodes_of(node, "commits"):
        yield {
            "pr_id": pr_id,
            "sha": commit["sha"],
            "author_id": people.signature(commit),
            "authored_at": instant(commit["authoredDate"]),
            "committed_at": instant(commit.get("committedDate")),
        }
    if item.get("squash_commit_sha"):
        yield {"pr_id": pr_id, "sha": item["squash_commit_sha"], "committed_at": instant(item.get("merged_at"))}


def _events(told: list[Node], pr_id: str, people: People) -> Iterator[Row]:
    for note in told:
        if not note["system"]:
            continue
        number = number_of(note["id"])
        for place, event in enumerate(notes.events(note["body"])):
            yield {
                "event_id": f"{people.source}:{number}" + (f".{place}" if place else ""),
                "pr_id": pr_id,
                "kind": event.kind,
                "actor_id": people.account(note["author"]),
                "whom": event.whom,
                "occurred_at": instant(note["createdAt"]),
            }


def _outcome(item: Node, pr_id: str, people: People, noted: Collection[str]) -> Iterator[Row]:
    """How it ended, where no note says so: newer versions of GitLab write none that the API shows."""
    for kind, at, who in (
        ("merged", item.get("merged_at"), item.get("merge_user") or item.get("merged_by")),
        ("closed", item.get("closed_at"), item.get("closed_by")),
    ):
        if at and item["state"] == kind and kind not in noted:
            yield {
                "event_id": f"{people.source}:{item['id']}/{kind}",
                "pr_id": pr_id,
                "kind": kind,
                "actor_id": people.account(who),
                "whom": None,
                "occurred_at": instant(at),
            }


def _name(events: list[Row], people: People, state: State) -> None:
    """Give the events the identity of whom they concern: notes tell user names only."""
    unknown = sorted({event["whom"] for event in events if event["whom"] and not people.named(event["whom"])})
    known: dict[str, str] = {}
    if unknown:
        stored = state.rows("identities", ["identity_id", "account"], source=people.source, account=unknown)
        known = {str(account).casefold(): identity_id for identity_id, account in stored.iter_rows()}
    for event in events:
        whom = event.pop("whom")
        event["subject_id"] = (people.named(whom) or known.get(whom.casefold())) if whom else None


def _ready_at(item: Node, events: list[Row], comments: list[Node]) -> datetime | None:
    """The last change from draft to ready before the first answer of another person; the opening if never a draft."""
    author = item["author"] and str(item["author"]["id"])
    answers = [
        utc(note["createdAt"])
        for note in comments
        if not is_ghost(note["author"]) and not is_bot(note["author"]) and number_of(note["author"]["id"]) != author
    ]
    answers += [
        event["occurred_at"]
        for event in events
        if event["kind"] in {"approved", "changes_requested"}
        and event["actor_id"]
        and event["actor_id"].rpartition(":")[2] != author
    ]
    turned: list[datetime] = sorted(event["occurred_at"] for event in events if event["kind"] == "ready_for_review")
    if not turned:
        return None if item.get("draft") else instant(item["created_at"])
    # An answer given to a draft does not count: it answers at the moment of being ready.
    first = min((at for at in answers if at >= turned[0]), default=None)
    return max(at for at in turned if first is None or at <= first)


def _mentions(item: Node, node: Node, pr_id: str, project: str) -> Iterator[Row]:
    messages = [commit.get("message") for commit in nodes_of(node, "commits")]
    closing = (found for text in (item.get("description"), *messages) for found in mentions.closing(text, project))
    found = {
        # What GitLab closes by a merge it finds by this pattern; to ask for it costs a request each.
        "closing_reference": closing,
        "branch": in_branch(item["source_branch"], project),
        "title": mentions.in_text(item["title"], project),
        "body": mentions.in_text(item.get("description"), project),
        "commit": (reference for message in messages for reference in mentions.in_text(message, project)),
    }
    for place, references in found.items():
        for reference in dict.fromkeys(references):
            yield {"pr_id": pr_id, "reference": reference, "found_in": place}


def _first_commits(rows: dict[str, list[Row]], known: pl.DataFrame) -> None:
    """Give every merge request the earliest authored date of the commits that it has or ever had."""
    first: dict[str, datetime] = {}
    dated = ((row["pr_id"], row.get("authored_at")) for row in rows["pull_request_commits"])
    for pr_id, authored_at in (*dated, *known.iter_rows()):
        if authored_at is not None and (pr_id not in first or authored_at < first[pr_id]):
            first[pr_id] = authored_at
    for row in rows[STREAM]:
        row["first_commit_at"] = first.get(row["pr_id"])
