"""The world over HTTP on 127.0.0.1: the REST of Cloud or of Server and Data Center, with pages, limits and faults."""

import base64
import json
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.collectors.jira_world import asked, shown
from tests.collectors.jira_world.world import Item, World
from tests.collectors.local_server import listening

Fault = str
"""`502`, `503`, `reset`, `truncated`, `html`, `limited`; empty for none."""
USER, TOKEN = "ana@acme.example", "secret-token"
Answer = tuple[int, Any]


@dataclass
class Server:
    """A running server."""

    world: World
    url: str = ""
    latency_seconds: float = 0.0
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    budget: int = 10**9
    """After so many requests the server wants to be left alone for an hour."""
    fold: int = 0
    """How an hour that is shown twice is read."""
    told_zone: str | None = None
    """What is said of the account's zone, where it is not the zone itself."""
    changes_told: int = 40
    """With a search, of every ticket."""
    comments_told: int = 20
    most: int = 100
    """Tickets of a page."""
    heaviest: int = 10**9
    """Pages with more tickets than this are too heavy: status 504."""
    heavy: dict[str, str] = field(default_factory=dict)
    """Tickets, by id, that are too heavy with their `history`, or with all of their `fields`."""
    has_bulk: bool = True
    has_changelog: bool = True
    has_boards: bool = True
    fault: Callable[[int], Fault] = lambda number: ""
    """Which fault a request meets, by its number."""
    between: Callable[[int], None] = lambda number: None
    """What happens in the world before a request is answered."""
    requests: list[str] = field(default_factory=list)
    """What was asked, in order: method and path."""
    questions: list[str] = field(default_factory=list)
    """The JQL that was asked."""


@contextmanager
def serving(world: World, **options: Any) -> Iterator[Server]:
    """A server of the world, until the block ends."""
    if not world.is_cloud:
        options = {"changes_told": 10**9, "comments_told": 10**9, "has_bulk": False, "has_changelog": False} | options
    server = Server(world, **options)
    with listening(_Handler, server_of=server) as url:
        server.url = world.site = url
        yield server


def at_random(seed: int, share: float) -> Callable[[int], Fault]:
    """A fault on this share of the requests, the same ones for the same seed."""
    kinds = ("502", "503", "reset", "truncated", "html", "limited")

    def fault(number: int) -> Fault:
        chance = random.Random(f"{seed} {number}")
        return chance.choice(kinds) if chance.random() < share else ""

    return fault


class _Handler(BaseHTTPRequestHandler):
    server_of: ClassVar[Server]
    lock: ClassVar[threading.Lock] = threading.Lock()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("X-Atlassian-Token") != "no-check":
            return self._send(403, "XSRF check failed")
        return self._answer(json.loads(body))

    def do_GET(self) -> None:
        self._answer({})

    def _answer(self, body: Item) -> None:
        server = self.server_of
        parts = urlsplit(self.path)
        with self.lock:
            server.requests.append(f"{self.command} {parts.path}")
            number = len(server.requests)
            server.between(number)
        time.sleep(server.latency_seconds)
        if number > server.budget:
            return self._send(429, "{}", {"Retry-After": "3600"})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self.lock:
            status, answer = self._document(parts.path, query, body)
            text = json.dumps(answer)
        return self._send_with_fault(server.fault(number), status, text)

    def _send_with_fault(self, fault: Fault, status: int, text: str) -> None:
        match fault:
            case "":
                refused = {} if self._is_known() else {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
                self._send(status, text, refused)
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.close_connection = True
                self.connection.close()
            case "truncated":
                self._send(200, text[: len(text) // 2])
            case "html":
                self._send(200, "<html><title>Proxy</title></html>")
            case "limited":
                self._send(429, "{}", {"Retry-After": "0"})
            case _:
                self._send(int(fault), '{"errorMessages": ["Server Error"]}')

    def _is_known(self) -> bool:
        given = self.headers.get("Authorization", "")
        signed = {base64.b64encode(f"{USER}:{token}".encode()).decode() for token in self.server_of.tokens}
        kind, _, told = given.partition(" ")
        return told in {"Basic": signed, "Bearer": self.server_of.tokens}.get(kind, set())

    # -- what is there

    def _document(self, path: str, query: Item, body: Item) -> Answer:
        server, world = self.server_of, self.server_of.world
        api = "/rest/api/3" if world.is_cloud else "/rest/api/2"
        if path == "/rest/api/2/serverInfo":
            kind = "Cloud" if world.is_cloud else "Server"
            return 200, {"baseUrl": server.url, "version": "10.3.0", "deploymentType": kind}
        if path.startswith("/rest/agile/1.0/"):
            return self._agile(path.removeprefix("/rest/agile/1.0"), query)
        if not path.startswith(api):
            return 404, {"errorMessages": ["null for uri"]}
        return self._api(path.removeprefix(api), query, body)

    def _api(self, path: str, query: Item, body: Item) -> Answer:  # noqa: PLR0911 - one for each resource
        server, world = self.server_of, self.server_of.world
        if path == "/myself":
            me = {"displayName": "Ana Anason", "timeZone": server.told_zone or world.zone}
            return (200, me) if self._is_known() else (401, {"message": "Client must be authenticated"})
        if path == "/field":
            return 200, world.fields
        if path == "/status":
            return 200, list(world.statuses.values())
        if path == "/search" and world.is_cloud:
            return 410, {"errorMessages": ["The requested API has been removed."]}
        if path in {"/search/jql", "/search"}:
            return self._search(path, body)
        if path == "/changelog/bulkfetch" and server.has_bulk:
            return self._bulk(body)
        if found := re.fullmatch(r"/project/([^/]+)", path):
            return self._project(found[1])
        if found := re.fullmatch(r"/issue/(\d+)(/changelog|/comment)?", path):
            return self._issue(found[1], found[2] or "", query)
        return 404, {"errorMessages": ["null for uri"]}

    def _project(self, key: str) -> Answer:
        world = self.server_of.world
        project = world.projects.get(world.former_keys.get(key, key))
        if project is None or project["hidden"] or not self._is_known():
            return 404, {"errorMessages": [f"No project could be found with key '{key}'."]}
        return 200, {name: value for name, value in project.items() if name not in {"numbers", "hidden"}}

    def _search(self, path: str, body: Item) -> Answer:
        server, world = self.server_of, self.server_of.world
        if (path == "/search/jql") != world.is_cloud:
            return 404, {"errorMessages": ["null for uri"]}
        server.questions.append(body["jql"])
        try:
            issues = asked.found(world, body["jql"], server.fold) if self._is_known() else []
        except asked.Refused as error:
            return 400, {"errorMessages": [str(error)], "warningMessages": []}
        keys_only = body["fields"] == ["id"]
        size = min(body["maxResults"], (5000 if world.is_cloud else 1000) if keys_only else server.most)
        if size > server.heaviest and not keys_only:
            return 504, {"errorMessages": ["Gateway Timeout"]}
        told: Item = {}
        if world.is_cloud:
            rest = self._after(issues, body.get("nextPageToken"))
            page = rest[:size]
            told["isLast"] = len(rest) <= size
            if not told["isLast"]:
                told["nextPageToken"] = page[-1]["id"]
        else:
            start = body["startAt"]
            page = issues[start : start + size]
            told |= {"startAt": start, "maxResults": size, "total": len(issues)}
        changes = server.changes_told if "changelog" in (body.get("expand") or "") else None
        weights = {server.heavy.get(issue["id"]) for issue in page}
        if (changes and weights - {None}) or (body["fields"] not in (["id"], ["updated"]) and "fields" in weights):
            return 504, {"errorMessages": ["Gateway Timeout"]}
        told["issues"] = [self._shown(issue, body["fields"], changes) for issue in page]
        return 200, told

    def _after(self, issues: list[Item], token: str | None) -> list[Item]:
        """The tickets behind the last one of the page before, wherever it stands by now."""
        if token is None:
            return issues
        ids = [issue["id"] for issue in issues]
        return issues[ids.index(token) + 1 :] if token in ids else issues

    def _shown(self, issue: Item, fields: list[str], changes: int | None) -> Item:
        return shown.issue(
            self.server_of.world,
            issue,
            fields,
            changelog=changes,
            comments=self.server_of.comments_told,
            may_see=lambda other: not other["hidden"],
        )

    def _bulk(self, body: Item) -> Answer:
        world = self.server_of.world
        every = [
            (history["created"], issue, history)
            for issue in body["issueIdsOrKeys"]
            for history in world.issues[issue]["histories"]
        ]
        every.sort(key=lambda entry: (entry[0], entry[1]))
        start = int(body.get("nextPageToken") or 0)
        page = every[start : start + body["maxResults"]]
        told: Item = {"issueChangeLogs": []}
        for identifier in dict.fromkeys(issue for _, issue, _ in page):
            histories = [shown.history(world, h, as_number=True) for _, issue, h in page if issue == identifier]
            told["issueChangeLogs"].append({"issueId": identifier, "changeHistories": histories})
        if start + body["maxResults"] < len(every):
            told["nextPageToken"] = str(start + body["maxResults"])
        return 200, told

    def _issue(self, identifier: str, part: str, query: Item) -> Answer:
        server, world = self.server_of, self.server_of.world
        issue = world.issues.get(identifier)
        if issue is None or issue["hidden"] or (part == "/changelog" and not server.has_changelog):
            return 404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}
        start, size = int(query.get("startAt", 0)), int(query.get("maxResults", 100))
        if part == "/changelog":
            every = sorted(issue["histories"], key=lambda h: (h["created"], int(h["id"])))
            page = [shown.history(world, told) for told in every[start : start + size]]
            is_last = start + size >= len(every)
            return 200, {"startAt": start, "total": len(every), "isLast": is_last, "values": page}
        if part == "/comment":
            every = issue["comments"]
            page = [shown.comment(world, told) for told in every[start : start + size]]
            return 200, {"startAt": start, "maxResults": size, "total": len(every), "comments": page}
        return 200, shown.issue(world, issue, ["updated"], changelog=10**9, comments=0)

    def _agile(self, path: str, query: Item) -> Answer:
        server, world = self.server_of, self.server_of.world
        if not server.has_boards:
            return 404, {"errorMessages": ["null for uri"]}
        start, size = int(query.get("startAt", 0)), int(query.get("maxResults", 50))
        if path == "/board":
            kinds = query["type"].split(",")
            if not world.is_cloud and "simple" in kinds:
                return 400, {"errorMessages": ["Invalid board type"]}
            of_project = [board for board in world.boards if board["project"] == query["projectKeyOrId"]]
            every = [board for board in of_project if board["type"] in kinds]
        elif found := re.fullmatch(r"/board/(\d+)/sprint", path):
            board = next(board for board in world.boards if board["id"] == int(found[1]))
            if not board["has_sprints"]:
                return 400, {"errorMessages": ["The board does not support sprints"]}
            states = query.get("state", "active,future,closed").split(",")
            of_board = [sprint for sprint in world.sprints.values() if sprint["boardId"] == int(found[1])]
            every = [shown.sprint(world, sprint) for sprint in of_board if sprint["state"] in states]
        elif found := re.fullmatch(r"/sprint/(\d+)", path):
            sprint = world.sprints.get(int(found[1]))
            return (200, shown.sprint(world, sprint)) if sprint else (404, {"errorMessages": ["No sprint"]})
        else:
            return 404, {"errorMessages": ["null for uri"]}
        page = every[start : start + size]
        return 200, {"startAt": start, "maxResults": size, "isLast": start + size >= len(every), "values": page}

    def _send(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
