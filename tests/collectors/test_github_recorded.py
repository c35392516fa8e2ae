"""A real repository, recorded: what is collected of it is what the recording says, row for row."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from memory import Memory

from collectors import github
from tests.collectors.github_world.recorded import entities, world_of
from tests.collectors.github_world.server import serving
from tests.collectors.github_world.world import Item

FOLDER = os.environ.get("LEADLINE_RECORDED_DATA")
NAME = "bitcoin-core/gui"
REPO = f"hub:{NAME}"
EARLIER, LATER = (f"github-core-gui-{day}.jsonl.gz" for day in ("2024-02-25", "2025-04-27"))
KINDS = {
    "ready_for_review": "ready_for_review",
    "convert_to_draft": "converted_to_draft",
    "review_requested": "review_requested",
    "review_request_removed": "review_request_removed",
    "head_ref_force_pushed": "force_pushed",
    "closed": "closed",
    "reopened": "reopened",
    "merged": "merged",
    "review_dismissed": "review_dismissed",
    "labeled": "labeled",
    "unlabeled": "unlabeled",
    "assigned": "assigned",
    "unassigned": "unassigned",
    "renamed": "renamed",
}
CHANGES = {
    "closed": "status",
    "reopened": "status",
    "labeled": "labels",
    "unlabeled": "labels",
    "assigned": "assignee",
    "unassigned": "assignee",
    "milestoned": "milestone",
    "demilestoned": "milestone",
    "renamed": "title",
    "cross-referenced": "cross_reference",
}

ALIKE = (
    "pull_requests",
    "pull_request_events",
    "pull_request_mentions",
    "reviews",
    "comments",
    "tickets",
    "ticket_changes",
    "ticket_status_intervals",
)
"""Tables that an incremental run leaves as a full one does."""


@pytest.fixture(scope="module")
def recording() -> list[Item]:
    return _recording(LATER)


@pytest.fixture(scope="module")
def memory(recording: list[Item]) -> Memory:
    return _collected(recording, Memory())


def _recording(file: str) -> list[Item]:
    if not FOLDER:
        pytest.skip("LEADLINE_RECORDED_DATA names no folder of recordings")
    return entities(Path(FOLDER) / file)


def _collected(recording: list[Item], memory: Memory) -> Memory:
    source = github.GitHubSource("hub", (NAME,))
    with serving(world_of(recording, NAME), budget=10**6) as server:
        client = github.Client(github.Credentials.of_tokens("secret-token"), server.url)
        for page in github.collect(source, client, memory):
            memory.load(page, "hub")
    return memory


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.removesuffix("Z")) if text else None


def _who(account: Item | None) -> str | None:
    return f"hub:{account['id']}" if account else None


def _of(recording: list[Item], kind: str) -> Iterator[tuple[str, Item, Item]]:
    """Id, what the platform tells of it, and the whole entity, of every pull request or issue."""
    for entity in recording:
        if entity["type"] == kind:
            yield f"{REPO}#{entity[kind]['number']}", entity[kind], entity


def _events(recording: list[Item], kind: str, *names: str) -> Iterator[tuple[str, Item]]:
    for identifier, _, entity in _of(recording, kind):
        for event in entity["events"]:
            if event["event"] in names:
                yield identifier, event


def test_pull_requests(recording: list[Item], memory: Memory) -> None:
    columns = [
        "pr_id", "number", "title", "url", "author_id", "state", "is_draft", "base_branch", "head_branch", "head_sha",
        "created_at", "updated_at", "merged_at", "closed_at", "additions", "deletions", "changed_files", "milestone",
        "body_length",
    ]  # fmt: skip
    expected = {
        (
            pr_id, pull["number"], pull["title"], pull["html_url"], _who(pull.get("user")),
            "merged" if pull.get("merged_at") else pull["state"], pull["draft"], pull["base"]["ref"],
            pull["head"]["ref"], pull["head"]["sha"], _at(pull["created_at"]), _at(pull["updated_at"]),
            _at(pull.get("merged_at")), _at(pull.get("closed_at")), pull["additions"], pull["deletions"],
            pull["changed_files"], (pull.get("milestone") or {}).get("title"), len(pull.get("body") or ""),
        )
        for pr_id, pull, _ in _of(recording, "pull")
    }  # fmt: skip
    assert set(memory.table("pull_requests").select(columns).rows()) == expected
    assert len(expected) == 477
    labels = dict(memory.table("pull_requests").select("pr_id", "labels").iter_rows())
    assert labels == {pr_id: [label["name"] for label in pull["labels"]] for pr_id, pull, _ in _of(recording, "pull")}


def test_who_merged_and_what_became_of_it(recording: list[Item], memory: Memory) -> None:
    merged = memory.table("pull_requests").drop_nulls("merged_at").select("pr_id", "merge_sha", "merged_by_id")
    assert set(merged.rows()) == {
        (pr_id, event["commit_id"], _who(event.get("actor"))) for pr_id, event in _events(recording, "pull", "merged")
    }


def test_commits_and_the_first_of_them(recording: list[Item], memory: Memory) -> None:
    told = list(_events(recording, "pull", "committed"))
    expected = {
        (pr_id, event["sha"], _naive(event["author"]["date"]), _naive(event["committer"]["date"]))
        for pr_id, event in told
    }
    columns = ["pr_id", "sha", "authored_at", "committed_at"]
    assert set(memory.table("pull_request_commits").select(columns).rows()) == expected
    first = {
        pr_id: min((at for owner, _, at, _ in expected if owner == pr_id), default=None)
        for pr_id, _, _ in _of(recording, "pull")
    }
    assert dict(memory.table("pull_requests").select("pr_id", "first_commit_at").iter_rows()) == first
    signatures = {f"hub:{event['author']['name']} <{event['author']['email']}>" for _, event in told}
    assert set(memory.table("pull_request_commits")["author_id"]) == signatures


def _naive(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def test_reviews(recording: list[Item], memory: Memory) -> None:
    told = {
        (
            pr_id, f"hub:{event['node_id']}", _who(event.get("user")), event["state"].lower(),
            _at(event["submitted_at"]), len(event.get("body") or ""),
        )
        for pr_id, event in _events(recording, "pull", "reviewed")
    }  # fmt: skip
    reviews = memory.table("reviews").select(
        "pr_id", "review_id", "reviewer_id", "state", "submitted_at", "body_length"
    )
    made = reviews["review_id"].str.starts_with("hub:Review_")  # of which only the comments are recorded
    assert set(reviews.filter(~made).rows()) == told
    assert len(told) == 1671
    in_timeline = {event["id"] for _, event in _events(recording, "pull", "reviewed")}
    only_commented = {
        (pr_id, comment["pull_request_review_id"])
        for pr_id, _, entity in _of(recording, "pull")
        for comment in entity["comments"]
    }
    assert Counter(reviews.filter(made)["pr_id"]) == Counter(
        pr_id for pr_id, number in only_commented if number not in in_timeline
    )


def test_comments(recording: list[Item], memory: Memory) -> None:
    expected = {
        (f"hub:{comment['node_id']}", pr_id, None, *_said(comment), comment["path"], True)
        for pr_id, _, entity in _of(recording, "pull")
        for comment in entity["comments"]
    }
    expected |= {
        (f"hub:{event['node_id']}", pr_id, None, *_said(event), None, False)
        for pr_id, event in _events(recording, "pull", "commented")
    }
    expected |= {
        (f"hub:{event['node_id']}", None, ticket_id, *_said(event), None, False)
        for ticket_id, event in _events(recording, "issue", "commented")
    }
    columns = ["comment_id", "pr_id", "ticket_id", "author_id", "created_at", "body_length", "path", "in_review"]
    assert set(memory.table("comments").select(columns).rows()) == expected
    assert len(expected) == 2203 + 3497 + 1224


def _said(comment: Item) -> tuple[object, ...]:
    return _who(comment.get("user")), _at(comment["created_at"]), len(comment.get("body") or "")


def test_events(recording: list[Item], memory: Memory) -> None:
    expected = {
        (
            f"hub:{event['node_id']}", pr_id, KINDS[event["event"]], _who(event.get("actor")),
            _who(event.get("requested_reviewer") or event.get("assignee")), None, _at(event["created_at"]),
        )
        for pr_id, event in _events(recording, "pull", *KINDS)
    }  # fmt: skip
    columns = ["event_id", "pr_id", "kind", "actor_id", "subject_id", "subject_team", "occurred_at"]
    assert set(memory.table("pull_request_events").select(columns).rows()) == expected


def test_issues_and_what_happened_to_them(recording: list[Item], memory: Memory) -> None:
    columns = ["key", "title", "status", "reporter_id", "created_at", "updated_at", "resolved_at", "resolution"]
    expected = {
        (
            f"{NAME}#{issue['number']}", issue["title"], issue["state"], _who(issue.get("user")),
            _at(issue["created_at"]), _at(issue["updated_at"]), _at(issue.get("closed_at")), issue.get("state_reason"),
        )
        for _, issue, _ in _of(recording, "issue")
    }  # fmt: skip
    assert set(memory.table("tickets").select(columns).rows()) == expected
    assert len(expected) == 321
    changes = memory.table("ticket_changes").select("ticket_id", "field", "actor_id", "changed_at")
    assert Counter(changes.rows()) == Counter(
        (ticket_id, CHANGES[event["event"]], _who(event.get("actor")), _at(event["created_at"]))
        for ticket_id, event in _events(recording, "issue", *CHANGES)
    )
    intervals = memory.table("ticket_status_intervals").select("ticket_id", "entered_at", "status", "left_at")
    assert set(intervals.rows()) == {
        (ticket_id, *interval)
        for ticket_id, issue, entity in _of(recording, "issue")
        for interval in _open_and_closed(issue, entity["events"])
    }


def _open_and_closed(issue: Item, events: list[Item]) -> list[tuple[datetime | None, str, datetime | None]]:
    """When it was open and when closed; what is closed when it is closed already stays so."""
    turns = [(_at(issue["created_at"]), "open")]
    for event in events:
        now = {"closed": "closed", "reopened": "open"}.get(event["event"])
        if now and now != turns[-1][1]:
            turns.append((_at(event["created_at"]), now))
    ends = [at for at, _ in turns[1:]] + [None]
    return [(at, status, end) for (at, status), end in zip(turns, ends, strict=True)]


def test_accounts(recording: list[Item], memory: Memory) -> None:
    identities = memory.table("identities").drop_nulls("account").select("identity_id", "account", "platform_type")
    named: dict[str | None, set[tuple[str, str]]] = {}
    for entity in recording:
        for holder in (entity[entity["type"]], *entity["events"], *entity.get("comments", ())):
            for role in ("user", "actor", "assignee", "requested_reviewer"):
                if account := holder.get(role):
                    # Who was renamed while it was recorded has two names in it.
                    named.setdefault(_who(account), set()).add(
                        (account["login"].removesuffix("[bot]"), account["type"])
                    )
    assert [row for row in identities.iter_rows() if row[1:] not in named[row[0]]] == []
    wrote = {_who(entity[entity["type"]].get("user")) for entity in recording} - {None}
    assert wrote <= set(identities["identity_id"])


def test_fourteen_months_later_the_incremental_run_ends_equal_to_a_full_one(memory: Memory) -> None:
    known = _collected(_recording(EARLIER), Memory())
    assert known.table("pull_requests").height + known.table("tickets").height == 732
    _collected(_recording(LATER), known)
    # Commits that were pushed away in between are known only to the one that saw them.
    told_anew, kept = (set(one.table("pull_request_commits").rows()) for one in (memory, known))
    assert told_anew < kept
    replaced = {pr_id for pr_id, *_ in kept - told_anew}
    for name in ALIKE:
        rows, fresh = known.table(name), memory.table(name)
        if name == "pull_requests":
            # Where commits were pushed away, the first one ever seen may be older than the first that is there.
            rows, fresh = (
                frame.filter(~frame["pr_id"].is_in(replaced)).drop("first_commit_at") for frame in (rows, fresh)
            )
        assert rows.height > 0, name
        assert sorted(rows.rows(), key=repr) == sorted(fresh.rows(), key=repr), name
    assert set(memory.table("identities").rows()) <= set(known.table("identities").rows())
