"""The world over HTTP on 127.0.0.1: GraphQL, the part of REST that is asked for, limits, faults, and git by file."""

import json
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from tests.collectors.gitlab_world import rest
from tests.collectors.gitlab_world.graph import Graph
from tests.collectors.gitlab_world.world import Item, World

Fault = str
"""`500`, `502`, `reset`, `truncated`, `html`, `odd`, `limited`, `heavy`; empty for none."""

Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Server:
    """A running server."""

    world: World
    url: str = ""
    latency_seconds: float = 0.0
    budget: int = 2000
    resets_in_seconds: float = 3600
    tokens: set[str] = field(default_factory=lambda: {"secret-token"})
    scopes: tuple[str, ...] = ("read_api", "read_repository")
    no_deployments: bool = False
    """Whether deployments are not for this token."""
    fault: Callable[[int], Fault] = lambda number: ""
    """Which fault a request meets, by its number; it may change the world, too."""
    heaviest: int = 10**9
    """GraphQL pages of more elements than this are too heavy: status 502."""
    git: Path | None = None
    """A folder with bare repositories, `group/project.git`, served as files."""
    requests: list[str] = field(default_factory=list)
    """What was asked, in order: `graphql`, or the path with its query."""

    @property
    def graph(self) -> Graph:
        """GraphQL over the world as it is now."""
        if "_graph" not in self.__dict__:
            self.__dict__["_graph"] = Graph(self.world)
        return self.__dict__["_graph"]  # type: ignore[no-any-return]


@contextmanager
def serving(world: World, **options: Any) -> Iterator[Server]:
    """A server of the world, until the block ends."""
    server = Server(world, **options)
    handler = type("Handler", (_Handler,), {"server_of": server, "lock": threading.RLock()})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    world.site = server.url
    for project in world.projects.values():
        project["webUrl"] = f"{server.url}/{project['fullPath']}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def at_random(seed: int, share: float) -> Callable[[int], Fault]:
    """A fault on this share of the requests, the same ones for the same seed."""
    kinds = ("502", "500", "reset", "truncated", "html", "limited", "heavy")

    def fault(number: int) -> Fault:
        chance = random.Random(f"{seed} {number}")
        return chance.choice(kinds) if chance.random() < share else ""

    return fault


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server_of: ClassVar[Server]
    lock: ClassVar[threading.RLock]

    def log_message(self, *_: object) -> None:
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server_of.world.now.replace(tzinfo=UTC), usegmt=True)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._may("graphql"):
            asked = json.loads(body)
            if (asked["variables"].get("first") or 0) > self.server_of.heaviest:
                return self._send(502, {"message": "Bad Gateway"})
            with self.lock:
                text = json.dumps(self.server_of.graph.answer(asked["query"], asked["variables"]))
            self._send(200, text)
        return None

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if ".git/" in parts.path and self.server_of.git:
            file = self.server_of.git / parts.path.lstrip("/")
            return self._send(200, file.read_bytes()) if file.is_file() else self._send(404, {"message": "Not Found"})
        if self._may(self.path.removeprefix("/api/v4")):
            with self.lock:
                status, body, headers = self._document(
                    parts.path.removeprefix("/api/v4"),
                    {name: values[0] for name, values in parse_qs(parts.query).items()},
                )
            self._send(status, body, headers)
        return None

    def _may(self, what: str) -> bool:
        """Count a request, and let it meet its fault; returns whether it is answered after that."""
        server = self.server_of
        with self.lock:
            server.requests.append(what)
            number = len(server.requests)
            fault = server.fault(number)
        time.sleep(server.latency_seconds)
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if token not in server.tokens or scheme != "Bearer":
            self._send(401, {"message": "401 Unauthorized"})
            return False
        if not {"api", "read_api"} & set(server.scopes) and what != "/personal_access_tokens/self":
            body = {
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
                "scope": "api read_api",
            }
            self._send(403, body)
            return False
        if number > server.budget:
            self._send(429, "Retry later", {"Retry-After": str(int(server.resets_in_seconds))})
            return False
        return self._survives(fault, what)

    def _survives(self, fault: Fault, what: str) -> bool:
        match fault:
            case "":
                return True
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.close_connection = True
                self.connection.close()
            case "truncated":
                self._send(200, '[{"iid": 1' if what != "graphql" else '{"data": {"project": {"page": {"nodes": [{')
            case "html":
                self._send(200, "<html><body>A proxy says hello</body></html>")
            case "odd":
                page = {"nodes": [{"odd": 1}], "pageInfo": {"hasNextPage": False}}
                told = {"data": {"project": {"page": page}, "projects": {"nodes": [{"odd": 1}]}}}
                self._send(200, told if what == "graphql" else [{}])
            case "limited":
                self._send(429, "Retry later", {"Retry-After": "0"})
            case "heavy" if what == "graphql":
                message = "Request timed out. Please try a less complex query or a smaller set of records."
                self._send(503, {"errors": [{"message": message}]})
            case "heavy":
                self._send(503, {"message": "503 Service Unavailable"})
            case _:
                self._send(int(fault), {"message": "Server Error"})
        return False

    def _document(self, path: str, query: dict[str, str]) -> Answer:  # noqa: PLR0911 - one for each path
        if path == "/user":
            return 200, {"id": 1, "username": "collector"}, {}
        if path == "/personal_access_tokens/self":
            return 200, {"scopes": list(self.server_of.scopes)}, {}
        if found := re.fullmatch(r"/(groups|users)/([^/]+)/projects", path):
            return self._projects(found[1], unquote(found[2]), query)
        found = re.fullmatch(r"/projects/([^/]+)(?:/(merge_requests|issues|deployments|environments))?", path)
        project = self.server_of.world.find(unquote(found[1])) if found else None
        if found is None or project is None:
            return 404, {"message": "404 Project Not Found"}, {}
        match found[2]:
            case None:
                return 200, rest.project(project), {}
            case "merge_requests":
                return self._changed(project["mergeRequests"], rest.merge_request, query)
            case "issues":
                return self._changed(project["issues"], rest.issue, query)
            case _ if self.server_of.no_deployments:
                return 403, {"message": "403 Forbidden"}, {}
            case "deployments":
                return self._changed(project["deployments"], rest.deployment, query)
            case _:
                return self._page(list(project["environments"].values()), query)

    def _projects(self, kind: str, name: str, query: dict[str, str]) -> Answer:
        world = self.server_of.world
        if (kind == "groups") != (name in world.groups):
            return 404, {"message": "404 Group Not Found"}, {}
        own = [one for path, one in world.projects.items() if path.startswith(f"{name}/") and path not in world.hidden]
        if query.get("archived") == "false":
            own = [one for one in own if not one["archived"]]
        return self._page([rest.project(one) for one in sorted(own, key=lambda one: one["number"])], query)

    def _changed(self, items: list[Item], shown: Callable[[Item], Item], query: dict[str, str]) -> Answer:
        assert query["order_by"] == "updated_at"
        assert query["sort"] == "asc"
        if "updated_after" not in query:
            return 400, {"message": "`updated_at` filter and `updated_at` sorting must be paired"}, {}
        after, before = (
            datetime.fromisoformat(query[name]).replace(tzinfo=None) if name in query else None
            for name in ("updated_after", "updated_before")
        )
        inside = [
            item
            for item in items
            if (after is None or item["updatedAt"] >= after) and (before is None or item["updatedAt"] <= before)
        ]
        return self._page([shown(item) for item in sorted(inside, key=lambda item: item["updatedAt"])], query)

    def _page(self, items: list[Item], query: dict[str, str]) -> Answer:
        size, number = min(int(query.get("per_page", 20)), 100), int(query.get("page", 1))
        following = str(number + 1) if number * size < len(items) else ""
        headers = {"X-Total": str(len(items)), "X-Page": str(number), "X-Next-Page": following}
        return 200, items[(number - 1) * size : number * size], headers

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json; charset=utf-8")
        if not isinstance(body, bytes):
            self.send_header("RateLimit-Limit", str(self.server_of.budget))
            self.send_header("RateLimit-Remaining", str(max(self.server_of.budget - len(self.server_of.requests), 0)))
            self.send_header("RateLimit-Reset", str(int(time.time() + self.server_of.resets_in_seconds)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
