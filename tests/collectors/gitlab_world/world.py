"""What there is: accounts, projects, and all that happens in them, as GraphQL shows it."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Item = dict[str, Any]


@dataclass
class World:
    """A GitLab. Every change takes a minute, and moves `updatedAt` as GitLab does."""

    now: datetime = field(default_factory=lambda: datetime.fromisoformat("2026-01-01T08:00:00.250"))
    accounts: dict[str, Item] = field(default_factory=dict)
    projects: dict[str, Item] = field(default_factory=dict)
    former_names: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    """Names of projects that the token may not read."""
    groups: set[str] = field(default_factory=set)
    is_old: bool = False
    """Whether it does not know work items yet."""
    site: str = "https://gitlab.example"
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))

    def tick(self, minutes: float = 1) -> datetime:
        """Let time pass; returns the new instant."""
        self.now += timedelta(minutes=minutes)
        return self.now

    def thing(self, kind: str, **fields: Any) -> Item:
        """A new item with a number of its own."""
        number = next(self.numbers)
        return {"__typename": kind, "number": number, "id": f"gid://gitlab/{kind}/{number}", **fields}

    # -- accounts

    def account(self, username: str, *, bot: bool = False, name: str | None = None) -> Item:
        """The account of this name, made at its first mention."""
        if username not in self.accounts:
            item = self.thing("UserCore", username=username, name=name or username.title(), bot=bot)
            item["id"] = f"gid://gitlab/User/{item['number']}"
            self.accounts[username] = item
        return self.accounts[username]

    def delete_account(self, username: str) -> None:
        """Give what an account wrote to the ghost."""
        gone = self.accounts.pop(username)
        gone |= {"username": "ghost", "name": "Ghost User"}

    # -- projects

    def project(self, path: str, **fields: Any) -> Item:
        """A new project, with the groups above it."""
        parts = path.split("/")[:-1]
        self.groups |= {"/".join(parts[: length + 1]) for length in range(len(parts))}
        item = self.thing("Project", fullPath=path, webUrl=f"{self.site}/{path}", archived=False, forkOf=None)
        lists = ("mergeRequests", "issues", "pipelines", "releases", "milestones", "labels", "deployments")
        item |= {"repository": {"rootRef": "main"}, "iids": itertools.count(1), "environments": {}}
        item |= {name: [] for name in lists} | fields
        self.projects[path] = item
        return item

    def rename_project(self, path: str, new: str) -> None:
        """Give a project another path, without a change of its items; the old one goes on leading to it."""
        item = self.projects.pop(path)
        item |= {"fullPath": new, "webUrl": f"{self.site}/{new}"}
        for one in (*item["mergeRequests"], *item["issues"]):
            one["webUrl"] = one["webUrl"].replace(f"/{path}/-/", f"/{new}/-/")
        self.projects[new] = item
        self.former_names[path] = new

    def find(self, path: str) -> Item | None:
        """The project of a path, present or former, or of a number, that may be read."""
        by_number = next((one for one in self.projects.values() if str(one["number"]) == path), None)
        found = by_number or self.projects.get(path) or self.projects.get(self.former_names.get(path, ""))
        return None if found is None or found["fullPath"] in self.hidden else found

    # -- merge requests

    def commit(self, message: str, username: str, *, authored: datetime | None = None) -> Item:
        """A commit of an account."""
        number = next(self.numbers)
        at = self.tick()
        return {
            "__typename": "Commit",
            "sha": hashlib.sha1(f"{number}{message}".encode()).hexdigest(),  # noqa: S324 - as git names commits
            "authoredDate": authored or at,
            "committedDate": at,
            "authorName": username.title(),
            "authorEmail": f"{username}@acme.example",
            "message": message,
            "author": self.account(username),
        }

    def open_merge_request(
        self, project: Item, username: str, title: str = "A change", *, commits: int = 1, **more: Any
    ) -> Item:
        """A new merge request with commits and a file for each."""
        made = [self.commit(f"{title}, part {n}", username) for n in range(commits)]
        at = self.tick()
        iid = next(project["iids"])
        item = self.thing(
            "MergeRequest",
            iid=str(iid),
            project=project,
            title=title,
            description="",
            state="opened",
            draft=False,
            webUrl=f"{project['webUrl']}/-/merge_requests/{iid}",
            sourceBranch=f"change-{username}",
            targetBranch="main",
            sourceProject=project["number"],
            sha=made[-1]["sha"] if made else None,
            mergeSha=None,
            squashSha=None,
            createdAt=at,
            updatedAt=at,
            mergedAt=None,
            closedAt=None,
            closedBy=None,
            author=self.account(username),
            mergeUser=None,
            reviewers=[],
            assignees=[],
            approvedBy=[],
            labels=[],
            milestone=None,
            notes=[],
            commits=made,
            commitCount=commits,
            diffStats=[{"path": f"src/part{n}.py", "additions": 10, "deletions": 1} for n in range(commits)],
            diffStatsSummary={"additions": 10 * commits, "deletions": commits, "fileCount": commits},
        )
        item |= more
        project["mergeRequests"].append(item)
        return item

    def note(
        self, item: Item, username: str, body: str = "Thanks", *, line: str | None = None, after: float = 1, **more: Any
    ) -> Item:
        """A comment; on a line of a file where one is named."""
        made = self.thing("Note", body=body, system=False, internal=False, createdAt=self.tick(after))
        made |= {"author": self.account(username), "position": {"filePath": line} if line else None}
        made |= {"discussion": {"__typename": "Discussion", "id": f"gid://gitlab/Discussion/{made['number']}"}, **more}
        item["notes"].append(made)
        item["updatedAt"] = self.now
        return made

    def system(self, item: Item, username: str, body: str, *, after: float = 1) -> Item:
        """A note that GitLab writes about what somebody did."""
        return self.note(item, username, body, after=after, system=True)

    def push(self, item: Item, username: str, message: str = "More") -> Item:
        """A further commit of a merge request."""
        commit = self.commit(message, username)
        item["commits"].append(commit)
        item |= {"sha": commit["sha"], "commitCount": len(item["commits"])}
        self.system(item, username, f"added 1 commit\n\n<ul><li>{commit['sha'][:8]} - {message}</li></ul>")
        return commit

    def rewrite(self, item: Item, username: str) -> Item:
        """One new commit in place of all that a merge request had."""
        item["commits"].clear()
        return self.push(item, username, "All of it, anew")

    def ask_review(self, item: Item, username: str, *reviewers: str) -> None:
        """Ask somebody for a review."""
        item["reviewers"] += [self.account(name) for name in reviewers]
        self.system(item, username, f"requested review from {' and '.join(f'@{name}' for name in reviewers)}")

    def approve(self, item: Item, username: str) -> None:
        """Approve a merge request."""
        item["approvedBy"].append(self.account(username))
        self.system(item, username, "approved this merge request")

    def unapprove(self, item: Item, username: str) -> None:
        """Take an approval back."""
        item["approvedBy"].remove(self.account(username))
        self.system(item, username, "unapproved this merge request")

    def merge(self, item: Item, username: str, *, squash: bool = False, fast_forward: bool = False) -> None:
        """Merge a merge request: newer versions of GitLab write no note of it."""
        if squash:
            item["squashSha"] = self.commit(f"{item['title']}, squashed", username)["sha"]
        if not fast_forward:
            item["mergeSha"] = self.commit(f"Merge {item['title']}", username)["sha"]
        at = self.tick()
        item |= {"state": "merged", "mergedAt": at, "updatedAt": at, "mergeUser": self.account(username)}

    def close(self, item: Item, username: str) -> None:
        """Close a merge request or issue; of an issue GitLab tells it in a note as well."""
        if item["__typename"] == "Issue":
            self.system(item, username, "closed")
        at = self.tick(0) if item["__typename"] == "Issue" else self.tick()
        item |= {"state": "closed", "closedAt": at, "closedBy": self.account(username), "updatedAt": at}

    def reopen(self, item: Item, username: str) -> None:
        """Open a closed issue again."""
        self.system(item, username, "reopened")
        item |= {"state": "opened", "closedAt": None, "closedBy": None}

    # -- issues

    def open_issue(self, project: Item, username: str, title: str = "A wish", **more: Any) -> Item:
        """A new issue."""
        at = self.tick()
        iid = next(project["iids"])
        item = self.thing(
            "Issue",
            iid=str(iid),
            project=project,
            title=title,
            description="",
            state="opened",
            webUrl=f"{project['webUrl']}/-/issues/{iid}",
            createdAt=at,
            updatedAt=at,
            closedAt=None,
            closedBy=None,
            author=self.account(username),
            assignees=[],
            labels=[],
            milestone=None,
            weight=None,
            iteration=None,
            epic=None,
            dueDate=None,
            movedTo=None,
            parent=None,
            notes=[],
        )
        item |= more
        project["issues"].append(item)
        return item

    def label(self, item: Item, username: str, title: str) -> None:
        """Put a label on an issue; the note names it by its number."""
        project = item["project"]
        known = next((label for label in project["labels"] if label["title"] == title), None)
        if known is None:
            known = self.thing("ProjectLabel", title=title)
            project["labels"].append(known)
        item["labels"].append(title)
        self.system(item, username, f"added ~{known['number']} label")

    def unlabel(self, item: Item, username: str, title: str) -> None:
        """Take a label off."""
        known = next(label for label in item["project"]["labels"] if label["title"] == title)
        item["labels"].remove(title)
        self.system(item, username, f"removed ~{known['number']} label")

    def delete(self, item: Item) -> None:
        """Take a merge request or issue away."""
        kind = "mergeRequests" if item["__typename"] == "MergeRequest" else "issues"
        item["project"][kind].remove(item)

    # -- delivery

    def run(self, project: Item, *jobs: tuple[str, str], sha: str = "a" * 40, ref: str = "main", **more: Any) -> Item:
        """A pipeline with jobs of the given names and outcomes."""
        at = self.tick()
        item = self.thing("Pipeline", name=None, sha=sha, ref=ref, source="push", status="RUNNING", createdAt=at)
        item["id"] = f"gid://gitlab/Ci::Pipeline/{item['number']}"
        item |= {"iid": str(len(project["pipelines"]) + 1), "startedAt": at, "finishedAt": None, "updatedAt": at}
        item |= {"user": self.account("ana"), "jobs": [], **more}
        project["pipelines"].append(item)
        for name, status in jobs or (("test", "SUCCESS"),):
            self.job(item, name, status)
        self.finish(item)
        return item

    def job(self, pipeline: Item, name: str, status: str) -> Item:
        """A job of a pipeline; an earlier one of its name was started again."""
        for earlier in pipeline["jobs"]:
            earlier["retried"] = earlier["retried"] or earlier["name"] == name
        made = self.thing("CiJob", name=name, status=status, retried=False, allowFailure=False)
        started = None if status == "MANUAL" else self.tick()
        made |= {"id": f"gid://gitlab/Ci::Build/{made['number']}", "createdAt": pipeline["createdAt"]}
        made |= {"startedAt": started, "finishedAt": self.tick(5) if started else None}
        pipeline["jobs"].append(made)
        return made

    def finish(self, pipeline: Item) -> None:
        """Let a pipeline end as its jobs did."""
        failed = any(job["status"] == "FAILED" for job in pipeline["jobs"] if not job["retried"])
        at = self.tick(0)
        pipeline |= {"status": "FAILED" if failed else "SUCCESS", "finishedAt": at, "updatedAt": at}

    def run_again(self, pipeline: Item, name: str, status: str = "SUCCESS") -> None:
        """Start a job of a pipeline again."""
        self.job(pipeline, name, status)
        self.finish(pipeline)

    def deploy(self, project: Item, sha: str, status: str = "success", *, environment: str = "production") -> Item:
        """A deployment by a job, which takes five minutes."""
        tier = "production" if environment == "production" else "staging"
        known = project["environments"].setdefault(
            environment, {"id": next(self.numbers), "name": environment, "tier": tier}
        )
        created, started, finished = self.tick(), self.tick(), self.tick(5)
        item = self.thing("Deployment", sha=sha, ref="main", status=status, createdAt=created, updatedAt=finished)
        item |= {"environment": known, "startedAt": started, "finishedAt": finished}
        project["deployments"].append(item)
        self.run(project, ("deploy", "SUCCESS"), sha=sha)
        return item

    def release(self, project: Item, tag: str, **more: Any) -> Item:
        """A release."""
        at = self.tick()
        item = {"__typename": "Release", "tagName": tag, "name": tag, "createdAt": at, "releasedAt": at, **more}
        item |= {"upcomingRelease": False, "author": self.account("ana")}
        item["links"] = {"selfUrl": f"{project['webUrl']}/-/releases/{tag}"}
        project["releases"].append(item)
        return item

    def milestone(self, project: Item, title: str, due: str | None = None) -> Item:
        """A milestone of a project."""
        item = self.thing("Milestone", title=title, state="active", dueDate=due, projectMilestone=True)
        item |= {"iid": str(len(project["milestones"]) + 1), "updatedAt": self.tick()}
        project["milestones"].append(item)
        return item
