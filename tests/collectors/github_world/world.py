"""What there is: accounts, repositories, and all that happens in them, as GraphQL shows it."""

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Item = dict[str, Any]


def written(instant: datetime) -> str:
    """An instant as GitHub writes it."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class World:
    """A GitHub. Every change takes a minute, and moves `updatedAt` as GitHub does."""

    now: datetime = field(default_factory=lambda: datetime.fromisoformat("2026-01-01T08:00:00"))
    accounts: dict[str, Item] = field(default_factory=dict)
    repositories: dict[str, Item] = field(default_factory=dict)
    nodes: dict[str, Item] = field(default_factory=dict)
    former_names: dict[str, str] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    """Names of repositories that the token may not read."""
    beyond_scope: set[str] = field(default_factory=set)
    """Lists that the scopes of the token do not reach, such as `projectItems`."""
    site: str = "https://github.example"
    _numbers: Iterable[int] = field(default_factory=lambda: itertools.count(1000))

    def tick(self, minutes: float = 1) -> str:
        """Let time pass; returns the new instant as GitHub writes it."""
        self.now += timedelta(minutes=minutes)
        return written(self.now)

    def node(self, typename: str, **fields: Any) -> Item:
        """A new item with an id of its own."""
        number = next(iter(self._numbers))  # type: ignore[call-overload]
        item = {"__typename": typename, "id": f"{typename}_{number}", "databaseId": number, **fields}
        self.nodes[item["id"]] = item
        return item

    # -- accounts

    def account(self, login: str, typename: str = "User", name: str | None = None) -> Item:
        """The account of this login, made at its first mention."""
        if login not in self.accounts:
            self.accounts[login] = self.node(typename, login=login, name=name)
        return self.accounts[login]

    def rename_account(self, login: str, new: str) -> None:
        """Give an account another login."""
        self.accounts[new] = self.accounts.pop(login)
        self.accounts[new]["login"] = new

    def delete_account(self, login: str) -> None:
        """Make a ghost of whoever wrote under this login."""
        gone = self.accounts.pop(login)
        for item in self.nodes.values():
            for role in ("author", "actor", "mergedBy"):
                if item.get(role) is gone:
                    item[role] = None

    # -- repositories

    def repository(self, name: str, **fields: Any) -> Item:
        """A new repository."""
        owner = name.partition("/")[0]
        self.account(owner, "Organization")
        at = written(self.now)
        item = self.node(
            "Repository",
            nameWithOwner=name,
            url=f"{self.site}/{name}",
            isArchived=False,
            isFork=False,
            isEmpty=False,
            hasIssuesEnabled=True,
            pushedAt=at,
            defaultBranchRef=self.node("Ref", name="main", target=self.commit("root", at)),
            numbers=itertools.count(1),
            **{kind: [] for kind in ("pullRequests", "issues", "deployments", "releases", "milestones", "runs")},
        )
        self.repositories[name] = item | fields
        self.nodes[item["id"]] = self.repositories[name]
        return self.repositories[name]

    def rename_repository(self, name: str, new: str) -> None:
        """Give a repository another name; the old one goes on leading to it."""
        item = self.repositories.pop(name)
        item |= {"nameWithOwner": new, "url": f"{self.site}/{new}"}
        self.repositories[new] = item
        self.former_names[name] = new

    def find(self, name: str) -> Item | None:
        """The repository of a name, present or former, that may be read."""
        found = self.repositories.get(name) or self.repositories.get(self.former_names.get(name, ""))
        return None if found is None or found["nameWithOwner"] in self.forbidden else found

    def numbered(self, number: int) -> Item | None:
        """The repository with this number, if it may be read."""
        return next((self.find(name) for name, item in self.repositories.items() if item["databaseId"] == number), None)

    # -- pull requests and issues

    def commit(self, message: str, at: str, login: str | None = None, *, authored: str | None = None) -> Item:
        """A commit; of an account where there is one, else of a mere signature."""
        who = login or "stranger"
        signature = {
            "__typename": "GitActor",
            "name": who.title(),
            "email": f"{who}@acme.example",
            "user": self.account(login) if login else None,
        }
        number = next(iter(self._numbers))  # type: ignore[call-overload]
        return {
            "__typename": "Commit",
            "id": f"Commit_{number}",
            "oid": hashlib.sha1(f"{number}{message}".encode()).hexdigest(),  # noqa: S324 - as git names commits
            "authoredDate": authored or at,
            "committedDate": at,
            "author": signature,
            "message": message,
            "checkSuites": [],
        }

    def open_pull_request(
        self,
        repository: Item,
        login: str,
        title: str = "A change",
        *,
        commits: int = 1,
        draft: bool = False,
        **more: Any,
    ) -> Item:
        """A new pull request with commits and a file for each."""
        made = [self.commit(f"{title}, part {n}", self.tick(), login) for n in range(commits)]
        at = self.tick()
        number = next(repository["numbers"])
        item = self.node(
            "PullRequest",
            number=number,
            repository=repository,
            title=title,
            url=f"{repository['url']}/pull/{number}",
            state="OPEN",
            isDraft=draft,
            body="",
            createdAt=at,
            updatedAt=at,
            mergedAt=None,
            closedAt=None,
            baseRefName="main",
            headRefName=f"change-{login}",
            headRefOid=made[-1]["oid"] if made else "0" * 40,
            isCrossRepository=False,
            additions=10 * commits,
            deletions=commits,
            changedFiles=commits,
            author=self.account(login),
            mergedBy=None,
            mergeCommit=None,
            milestone=None,
            commits=[self.node("PullRequestCommit", commit=commit) for commit in made],
            reviews=[],
            comments=[],
            labels=[],
            closingIssuesReferences=[],
            timelineItems=[],
            files=[
                {"path": f"src/part{n}.py", "changeType": "MODIFIED", "additions": 10, "deletions": 1}
                for n in range(commits)
            ],
        )
        item |= more
        repository["pullRequests"].append(item)
        return item

    def open_issue(self, repository: Item, login: str, title: str = "A wish", **more: Any) -> Item:
        """A new issue."""
        at = self.tick()
        number = next(repository["numbers"])
        item = self.node(
            "Issue",
            number=number,
            repository=repository,
            title=title,
            url=f"{repository['url']}/issues/{number}",
            state="OPEN",
            stateReason=None,
            body="",
            createdAt=at,
            updatedAt=at,
            closedAt=None,
            author=self.account(login),
            milestone=None,
            parent=None,
            comments=[],
            labels=[],
            assignees=[],
            projectItems=[],
            timelineItems=[],
        )
        item |= more
        repository["issues"].append(item)
        return item

    def event(self, item: Item, typename: str, login: str | None = None, **fields: Any) -> Item:
        """Something that happens to a pull request or issue."""
        actor = self.account(login) if login else None
        made = self.node(typename, createdAt=self.tick(), actor=actor, **fields)
        item["timelineItems"].append(made)
        item["updatedAt"] = made["createdAt"]
        return made

    def push(self, item: Item, login: str, message: str = "More") -> Item:
        """A further commit of a pull request."""
        commit = self.commit(message, self.tick(), login)
        item["commits"].append(self.node("PullRequestCommit", commit=commit))
        item |= {"headRefOid": commit["oid"], "updatedAt": written(self.now)}
        return commit

    def force_push(self, item: Item, login: str) -> Item:
        """One new commit in place of all that a pull request had."""
        before = item["commits"][-1]["commit"]
        item["commits"].clear()
        commit = self.push(item, login, "All of it, anew")
        self.event(item, "HeadRefForcePushedEvent", login, beforeCommit=before)
        return commit

    def review(self, item: Item, login: str, state: str = "COMMENTED", *, comments: int = 0, body: str = "") -> Item:
        """A review, with comments on lines."""
        at = self.tick()
        author = self.account(login)
        made = self.node(
            "PullRequestReview",
            state=state,
            submittedAt=None if state == "PENDING" else at,
            body=body,
            author=author,
            comments=[
                self.node(
                    "PullRequestReviewComment", createdAt=at, path="src/part0.py", body=f"note {n}", author=author
                )
                for n in range(comments)
            ],
        )
        item["reviews"].append(made)
        item["updatedAt"] = at
        return made

    def comment(self, item: Item, login: str, body: str = "Thanks") -> Item:
        """A comment on a pull request or issue."""
        made = self.node("IssueComment", createdAt=self.tick(), body=body, author=self.account(login))
        item["comments"].append(made)
        item["updatedAt"] = made["createdAt"]
        return made

    def label(self, item: Item, login: str, name: str) -> None:
        """Put a label on."""
        label = self.node("Label", name=name)
        item["labels"].append(label)
        self.event(item, "LabeledEvent", login, label=label)

    def merge(self, item: Item, login: str) -> Item:
        """Merge a pull request by squashing it."""
        commit = self.commit(
            f"{item['title']} (#{item['number']})", self.tick(), item["author"] and item["author"]["login"]
        )
        at = written(self.now)
        item |= {
            "state": "MERGED",
            "mergedAt": at,
            "closedAt": at,
            "mergedBy": self.account(login),
            "mergeCommit": commit,
        }
        self.event(item, "MergedEvent", login)
        self._pushed(item["repository"], commit)
        return commit

    def close(self, item: Item, login: str) -> None:
        """Close a pull request or issue."""
        reason = {"stateReason": "COMPLETED"} if item["__typename"] == "Issue" else {}
        event = self.event(item, "ClosedEvent", login, **reason)
        item |= {"state": "CLOSED", "closedAt": event["createdAt"], **reason}

    def reopen(self, item: Item, login: str) -> None:
        """Open a closed pull request or issue again."""
        self.event(item, "ReopenedEvent", login)
        item |= {"state": "OPEN", "closedAt": None}
        if item["__typename"] == "Issue":
            item["stateReason"] = "REOPENED"

    def delete_issue(self, item: Item) -> None:
        """Take an issue away, as deletion and transfer do."""
        item["repository"]["issues"].remove(item)
        del self.nodes[item["id"]]

    def put_on_board(self, item: Item, status: str) -> None:
        """Give an issue a status on a project board."""
        value = self.node("ProjectV2ItemFieldSingleSelectValue", name=status, updatedAt=self.tick())
        project = self.node("ProjectV2", title="Board")
        item["projectItems"] = [self.node("ProjectV2Item", project=project, fieldValueByName=value)]
        item["updatedAt"] = value["updatedAt"]

    # -- delivery

    def deploy(
        self, repository: Item, sha: str, *states: str, environment: str = "production", login: str = "ana"
    ) -> Item:
        """A deployment that goes through the given states."""
        at = self.tick()
        item = self.node(
            "Deployment",
            createdAt=at,
            updatedAt=at,
            environment=environment,
            originalEnvironment=environment,
            commitOid=sha,
            ref={"__typename": "Ref", "id": "Ref_main", "name": "main"},
            creator=self.account(login),
            state="PENDING",
            statuses=[],
        )
        repository["deployments"].append(item)
        for state in states:
            self.turn(item, state)
        return item

    def turn(self, deployment: Item, state: str) -> None:
        """Give a deployment another state."""
        status = self.node("DeploymentStatus", state=state, createdAt=self.tick())
        deployment["statuses"].append(status)
        deployment |= {"state": {"SUCCESS": "ACTIVE"}.get(state, state), "updatedAt": status["createdAt"]}

    def release(self, repository: Item, tag: str, login: str = "ana", **more: Any) -> Item:
        """A published release."""
        at = self.tick()
        url = f"{repository['url']}/releases/tag/{tag}"
        item = self.node(
            "Release", name=tag, tagName=tag, isPrerelease=False, isDraft=False, url=url, author=self.account(login)
        )
        item |= {"createdAt": at, "publishedAt": at, "updatedAt": at, **more}
        repository["releases"].append(item)
        return item

    def milestone(self, repository: Item, title: str, due: str | None = None) -> Item:
        """A new milestone."""
        number = len(repository["milestones"]) + 1
        item = self.node("Milestone", number=number, title=title, state="OPEN", dueOn=due, closedAt=None)
        item["updatedAt"] = self.tick()
        repository["milestones"].append(item)
        return item

    def run(self, repository: Item, conclusion: str | None = "success", *, name: str = "CI", **more: Any) -> Item:
        """A workflow run as REST tells it; without a conclusion it goes on."""
        account = self.account("ana")
        at = self.tick()
        number = next(iter(self._numbers))  # type: ignore[call-overload]
        item = {
            "id": number,
            "name": name,
            "event": "push",
            "head_branch": "main",
            "head_sha": f"{number:040}",
            "status": "completed" if conclusion else "in_progress",
            "conclusion": conclusion,
            "run_attempt": 1,
            "created_at": at,
            "run_started_at": at,
            "updated_at": self.tick(5),
            "html_url": f"{repository['url']}/actions/runs/{number}",
            "actor": {"login": account["login"], "id": account["databaseId"], "type": "User"},
            "attempts": [],
            **more,
        }
        repository["runs"].append(item)
        self._pushed(repository, None)
        return item

    def run_again(self, run: Item, conclusion: str = "success") -> None:
        """Another attempt of a run."""
        run["attempts"].append({key: value for key, value in run.items() if key != "attempts"})
        run |= {"run_attempt": run["run_attempt"] + 1, "run_started_at": self.tick(), "updated_at": self.tick(5)}
        run |= {"conclusion": conclusion, "status": "completed"}

    def _pushed(self, repository: Item, commit: Item | None) -> None:
        repository["pushedAt"] = written(self.now)
        if commit:
            repository["defaultBranchRef"]["target"] = commit
