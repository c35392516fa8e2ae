"""Tickets that a real Jira once answered with, shown again as a server would."""

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from tests.collectors.fault_server import Asked, Reply
from tests.collectors.jira_world.world import Item

_SPRINT = {"id": "customfield_10020", "name": "Sprint", "custom": True}
_KIND = {"schema": {"custom": "com.pyxis.greenhopper.jira:gh-sprint"}}


def issues_of(file: Path) -> list[Item]:
    """The tickets of a recording."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    return [issue for issue in told if "fields" in issue]


def moment(text: str) -> datetime:
    """An instant of a recording, in UTC."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC).replace(tzinfo=None)


class Recorded:
    """A server of recorded tickets, for `answering(rule=…)`."""

    def __init__(self, issues: list[Item], *, is_cloud: bool) -> None:
        self.is_cloud = is_cloud
        self.issues = sorted(issues, key=lambda issue: (moment(issue["fields"]["updated"]), issue["key"]))
        self.asked = 0

    def __call__(self, asked: Asked) -> Reply:  # noqa: PLR0911 - one for each resource
        """The answer to a request."""
        path = asked.path.partition("?")[0]
        self.asked += 1
        if path == "/rest/api/2/serverInfo":
            return Reply(
                body={"deploymentType": "Cloud" if self.is_cloud else "Server", "baseUrl": "https://jira.example"}
            )
        if path.endswith("/myself"):
            return Reply(body={"displayName": "Ana", "timeZone": "UTC"})
        if path.endswith("/field"):
            return Reply(body=[_SPRINT | _KIND])
        if path.endswith("/status"):
            statuses = {issue["fields"]["status"]["id"]: issue["fields"]["status"] for issue in self.issues}
            return Reply(body=list(statuses.values()))
        if found := re.fullmatch(r".*/project/(\w+)", path):
            return Reply(body={"id": "1", "key": found[1], "versions": self._versions(found[1])})
        if path.endswith(("/search", "/search/jql")):
            return Reply(body=self._found(json.loads(asked.body)))
        return Reply(404, {"errorMessages": ["null for uri"]})

    def _versions(self, project: str) -> list[Item]:
        versions = {
            version["id"]: version
            for issue in self.issues
            if issue["key"].startswith(f"{project}-")
            for version in issue["fields"].get("fixVersions") or ()
        }
        return list(versions.values())

    def _found(self, asked: Item) -> Item:
        keys = re.findall(r'"(\w+)"', asked["jql"].partition(" AND ")[0])
        since = re.search(r'updated >= "([\d/ :]+)"', asked["jql"])
        until = re.search(r'updated < "([\d/ :]+)"', asked["jql"])
        begin, end = (found and datetime.strptime(found[1], "%Y/%m/%d %H:%M") for found in (since, until))  # noqa: DTZ007
        every = [
            issue
            for issue in self.issues
            if issue["key"].partition("-")[0] in keys
            and (begin is None or moment(issue["fields"]["updated"]) >= begin)
            and (end is None or moment(issue["fields"]["updated"]) < end)
        ]
        start = int(asked.get("nextPageToken") or asked.get("startAt") or 0)
        page = every[start : start + asked["maxResults"]]
        told: Item = {"issues": [self._shown(issue, asked) for issue in page]}
        if not self.is_cloud:
            return told | {"startAt": start, "total": len(every)}
        is_last = start + len(page) >= len(every)
        return told | {"isLast": is_last} | ({} if is_last else {"nextPageToken": str(start + len(page))})

    def _shown(self, issue: Item, asked: Item) -> Item:
        shown = {name: value for name, value in issue.items() if name in {"id", "key"}}
        shown["fields"] = {name: value for name, value in issue["fields"].items() if name in asked["fields"]}
        if "expand" in asked:
            shown["changelog"] = issue.get("changelog") or {"histories": [], "total": 0, "maxResults": 0}
        return shown
