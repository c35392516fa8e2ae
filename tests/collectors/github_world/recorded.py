"""A real repository, recorded through GitHub's REST, as a world that GraphQL can be asked about.

A recording is a file of gzipped JSON lines, one pull request or issue a line: `{"type", "pull" or "issue", "events",
"comments"}`, with the REST timeline as events and the comments on lines as comments. Files, closing references and
project boards are not in it. Only about half of the reviews that comments on lines belong to are: the others are made
from their comments.
"""

import gzip
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.collectors.github_world.world import Item, World

TYPES = {
    "ready_for_review": "ReadyForReviewEvent",
    "convert_to_draft": "ConvertToDraftEvent",
    "review_requested": "ReviewRequestedEvent",
    "review_request_removed": "ReviewRequestRemovedEvent",
    "head_ref_force_pushed": "HeadRefForcePushedEvent",
    "closed": "ClosedEvent",
    "reopened": "ReopenedEvent",
    "merged": "MergedEvent",
    "review_dismissed": "ReviewDismissedEvent",
    "labeled": "LabeledEvent",
    "unlabeled": "UnlabeledEvent",
    "assigned": "AssignedEvent",
    "unassigned": "UnassignedEvent",
    "milestoned": "MilestonedEvent",
    "demilestoned": "DemilestonedEvent",
    "renamed": "RenamedTitleEvent",
    "cross-referenced": "CrossReferencedEvent",
}
"""Events of REST, and what GraphQL calls them; others the collector does not ask for."""


def entities(file: Path) -> list[Item]:
    """The pull requests and issues of a recording."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def world_of(recording: list[Item], name: str) -> World:
    """A world with the recorded repository under this name."""
    world = World()
    repository = world.repository(name)
    telling = _Telling(world)
    for entity in sorted(recording, key=lambda entity: str(entity[entity["type"]]["updated_at"])):
        if entity["type"] == "pull":
            repository["pullRequests"].append(telling.pull_request(repository, entity))
        else:
            repository["issues"].append(telling.issue(repository, entity))
    latest = max(item["updatedAt"] for kind in ("pullRequests", "issues") for item in repository[kind])
    repository["pushedAt"] = latest
    return world


class _Telling:
    """Says in GraphQL what REST said; ids are those of the platform, so that two recordings tell of the same things."""

    def __init__(self, world: World) -> None:
        self.world = world

    def pull_request(self, repository: Item, entity: Item) -> Item:
        pull, events = entity["pull"], entity["events"]
        merge: Item = next((event for event in events if event["event"] == "merged"), {})
        return self._item(
            "PullRequest",
            repository,
            pull,
            events,
            state="MERGED" if pull.get("merged_at") else pull["state"].upper(),
            isDraft=pull["draft"],
            mergedAt=pull.get("merged_at"),
            baseRefName=pull["base"]["ref"],
            headRefName=pull["head"]["ref"],
            headRefOid=pull["head"]["sha"],
            isCrossRepository=_owner(pull["head"]) != _owner(pull["base"]),
            additions=pull["additions"],
            deletions=pull["deletions"],
            changedFiles=pull["changed_files"],
            mergedBy=self._account(merge.get("actor")),
            mergeCommit=_commit(merge["commit_id"], {}) if merge else None,
            commits=[
                {"__typename": "PullRequestCommit", "id": event["node_id"], "commit": _commit(event["sha"], event)}
                for event in events
                if event["event"] == "committed"
            ],
            reviews=list(self._reviews(entity)),
            closingIssuesReferences=[],
            files=[],
        )

    def issue(self, repository: Item, entity: Item) -> Item:
        issue = entity["issue"]
        return self._item(
            "Issue",
            repository,
            issue,
            entity["events"],
            state=issue["state"].upper(),
            stateReason=(issue.get("state_reason") or "").upper() or None,
            parent=None,
            assignees=[self._account(account) for account in issue["assignees"]],
            projectItems=[],
        )

    def _item(self, typename: str, repository: Item, told: Item, events: list[Item], **more: Any) -> Item:
        """What pull requests and issues have in common, and the rest."""
        return self._node(
            typename,
            told,
            number=told["number"],
            repository=repository,
            title=told["title"],
            url=told["html_url"],
            body=told.get("body") or "",
            createdAt=told["created_at"],
            updatedAt=told["updated_at"],
            closedAt=told.get("closed_at"),
            author=self._account(told.get("user")),
            milestone=told.get("milestone") and {"title": told["milestone"]["title"]},
            labels=[{"name": label["name"]} for label in told["labels"]],
            comments=[self._comment("IssueComment", event) for event in events if event["event"] == "commented"],
            timelineItems=[
                self._event(event, place, told) for place, event in enumerate(events) if event["event"] in TYPES
            ],
            **more,
        )

    def _reviews(self, entity: Item) -> Iterator[Item]:
        of_review = {
            number: list(group)
            for number, group in itertools.groupby(
                sorted(entity["comments"], key=lambda comment: comment["pull_request_review_id"]),
                key=lambda comment: comment["pull_request_review_id"],
            )
        }
        for event in entity["events"]:
            if event["event"] == "reviewed":
                yield self._review(event, of_review.pop(event["id"], []))
        for number, comments in of_review.items():
            first = min(comments, key=lambda comment: str(comment["created_at"]))
            made = {"id": number, "node_id": f"Review_{number}", "state": "commented", "user": first.get("user")}
            yield self._review({**made, "submitted_at": first["created_at"]}, comments)

    def _review(self, event: Item, comments: list[Item]) -> Item:
        return self._node(
            "PullRequestReview",
            event,
            state=event["state"].upper(),
            submittedAt=event["submitted_at"],
            body=event.get("body") or "",
            author=self._account(event.get("user")),
            comments=[self._comment("PullRequestReviewComment", comment, path=comment["path"]) for comment in comments],
        )

    def _comment(self, typename: str, told: Item, **more: Any) -> Item:
        return self._node(
            typename,
            told,
            createdAt=told["created_at"],
            body=told.get("body") or "",
            author=self._account(told.get("user")),
            **more,
        )

    def _event(self, event: Item, place: int, told: Item) -> Item:
        rename, source = event.get("rename") or {}, (event.get("source") or {}).get("issue")
        # References have no id in REST.
        named = {**event, "node_id": event.get("node_id") or f"Reference_{told['number']}_{place}"}
        return self._node(
            TYPES[event["event"]],
            named,
            createdAt=event["created_at"],
            actor=self._account(event.get("actor")),
            label=event.get("label"),
            assignee=self._account(event.get("assignee")),
            requestedReviewer=self._reviewer(event),
            milestoneTitle=(event.get("milestone") or {}).get("title"),
            previousTitle=rename.get("from"),
            currentTitle=rename.get("to"),
            stateReason=None,
            beforeCommit=None,
            source=source and _referenced(source),
        )

    def _reviewer(self, event: Item) -> Item | None:
        if team := event.get("requested_team"):
            organization = {"login": team["html_url"].split("/")[4]}
            return {"__typename": "Team", "id": team["node_id"], "slug": team["slug"], "organization": organization}
        return self._account(event.get("requested_reviewer"))

    def _account(self, user: Item | None) -> Item | None:
        """The account, known by its number; GraphQL shows the login of a bot without `[bot]`.

        A recording holds former logins, too, where it was made over a longer time: the API tells only the last one.
        """
        if not user:
            return None
        login = user["login"].removesuffix("[bot]")
        known = self.world.nodes.get(user["node_id"])
        if known is None:
            known = self.world.accounts[login] = self._node(user["type"], user, login=login, name=None)
        elif known["login"] != login:
            self.world.rename_account(known["login"], login)
        return known

    def _node(self, typename: str, told: Item, **fields: Any) -> Item:
        item = {"__typename": typename, "id": told["node_id"], "databaseId": told.get("id"), **fields}
        self.world.nodes[item["id"]] = item
        return item


def _commit(sha: str, told: Item) -> Item:
    """A commit as GraphQL shows it; REST's timeline does not tell the account of its author."""
    author = told.get("author")
    return {
        "__typename": "Commit",
        "id": f"Commit_{sha}",
        "oid": sha,
        "authoredDate": author and author["date"],
        "committedDate": author and told["committer"]["date"],
        "author": author and {"name": author["name"], "email": author["email"], "user": None},
        "message": told.get("message", ""),
    }


def _owner(end: Item) -> str | None:
    """Who owns the branch of a pull request's end; None where the fork is gone."""
    return (end.get("repo") or {}).get("full_name")


def _referenced(issue: Item) -> Item:
    repository = {"nameWithOwner": "/".join(issue["repository_url"].split("/")[-2:])}
    typename = "PullRequest" if issue.get("pull_request") else "Issue"
    return {"__typename": typename, "id": issue["node_id"], "number": issue["number"], "repository": repository}
