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
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.collectors.fault_server import Asked, Reply
from tests.collectors.github_world.graph import Graph
from tests.collectors.github_world.world import Item, World
from tests.collectors.local_server import listening

Fault = str
"""`502`, `reset`, `truncated`, `html`, `odd`, `secondary`, `rate_limited`, `heavy`; empty for none."""


@dataclass
class Server:
    """A running server."""

    world: World
    url: str = ""
    latency_seconds: float = 0.0
    budget: int = 5000
    resets_in_seconds: float = 3600
    tokens: set[str] = field(default_factory=lambda: {"secret-token"})
    fault: Callable[[int], Fault] = lambda number: ""
    """Which fault a request meets, by its number."""
    heaviest: int = 10**9
    """Pages of more elements than this are too heavy: status 502."""
    git: Path | None = None
    """A folder with bare repositories, `owner/name.git`, served as files."""
    rule: Callable[[Asked], Reply | None] = lambda asked: None
    """What answers in place of the world, where it has something to say."""
    points: int = 0
    """What was used of the budget beyond one for each request."""
    requests: list[str] = field(default_factory=list)
    """What was asked, in order: `graphql`, or the path."""

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
    with listening(_Handler, server_of=server) as server.url:
        world.site = server.url
        for repository in world.repositories.values():
            repository["url"] = f"{server.url}/{repository['nameWithOwner']}"
        yield server


def at_random(seed: int, share: float) -> Callable[[int], Fault]:
    """A fault on this share of the requests, the same ones for the same seed."""
    kinds = ("502", "reset", "truncated", "html", "secondary", "rate_limited")

    def fault(number: int) -> Fault:
        chance = random.Random(f"{seed} {number}")
        return chance.choice(kinds) if chance.random() < share else ""

    return fault


class _Handler(BaseHTTPRequestHandler):
    server_of: ClassVar[Server]
    lock: ClassVar[threading.Lock] = threading.Lock()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._is_ruled(body.decode()) and self._may("graphql"):
            asked = json.loads(body)
            first = asked["variables"].get("first") or 0
            if first > self.server_of.heaviest:
                return self._send(502, {"message": "Bad Gateway"})
            with self.lock:
                answer = self.server_of.graph.answer(asked["query"], asked["variables"])
                text = json.dumps(answer)
            self._send(200, text)
        return None

    def do_GET(self) -> None:
        if self._is_ruled(""):
            return None
        parts = urlsplit(self.path)
        if ".git/" in parts.path and self.server_of.git:
            file = self.server_of.git / parts.path.lstrip("/")
            return self._send(200, file.read_bytes()) if file.is_file() else self._send(404, {"message": "Not Found"})
        if self._may(parts.path):
            with self.lock:
                status, body, headers = self._document(parts.path, parse_qs(parts.query))
            self._send(status, body, headers)
        return None

    def _is_ruled(self, body: str) -> bool:
        token = self.headers.get("Authorization", "").rpartition(" ")[2]
        reply = self.server_of.rule(Asked(self.command, self.path, token, body))
        if reply:
            time.sleep(reply.delay_seconds)
            self._send(reply.status, reply.body, reply.headers)
        return reply is not None

    def _may(self, what: str) -> bool:
        """Count a request, and let it meet its fault; returns whether it is answered after that."""
        server = self.server_of
        with self.lock:
            server.requests.append(what)
            number = len(server.requests)
        time.sleep(server.latency_seconds)
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if token not in server.tokens or scheme.lower() not in {"token", "bearer"}:
            self._send(401, {"message": "Bad credentials"})
            return False
        if what != "/rate_limit" and number + server.points > server.budget:
            self._spent(what)
            return False
        return self._survives(server.fault(number), what)

    def _spent(self, what: str) -> None:
        if what == "graphql":
            self._send(200, {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]})
        else:
            self._send(403, {"message": "API rate limit exceeded for user ID 1."})

    def _survives(self, fault: Fault, what: str) -> bool:
        match fault:
            case "":
                return True
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.close_connection = True
                self.connection.close()
            case "truncated":
                self._send(200, '{"data": {"node": {"page": {"nodes": [{"number": 1')
            case "html":
                self._send(200, "<html><body>A proxy says hello</body></html>")
            case "odd":
                page = {"nodes": [{"odd": 1}], "pageInfo": {"hasNextPage": False}}
                self._send(200, {"data": {"node": {"page": page}, "nodes": [{}]}} if what == "graphql" else [{}])
            case "secondary":
                self._send(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "0"})
            case "rate_limited":
                self._spent_for_a_moment(what)
            case "heavy":
                message = "Something went wrong while executing your query. This may be the result of a timeout."
                self._send(200, {"data": None, "errors": [{"message": message}]})
            case _:
                self._send(int(fault), {"message": "Server Error"})
        return False

    def _spent_for_a_moment(self, what: str) -> None:
        if what == "graphql":
            error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
            self._send(200, {"errors": [error]}, {"Retry-After": "0"})
        else:
            self._send(429, {"message": "Too many requests"}, {"Retry-After": "0"})

    def _document(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any, dict[str, str]]:
        if path == "/rate_limit":
            budget = {"limit": self.server_of.budget, "remaining": self._left(), "reset": self._reset()}
            return 200, {"resources": {"core": budget, "graphql": budget}}, {"X-OAuth-Scopes": "repo, read:org"}
        world = self.server_of.world
        found = re.fullmatch(r"/(repos/[^/]+/[^/]+|repositories/\d+)/actions/runs(?:/(\d+)/attempts/(\d+))?", path)
        kind, _, name = found[1].partition("/") if found else ("", "", "")
        repository = world.numbered(int(name)) if kind == "repositories" else world.find(name)
        if found is None or repository is None or repository.get("actions_off"):
            return 404, {"message": "Not Found"}, {}
        if kind == "repos" and repository["nameWithOwner"] != name:
            # As GitHub does: to the number, and without what was asked for.
            moved = path.replace(found[1], f"repositories/{repository['databaseId']}")
            return 301, {"message": "Moved Permanently"}, {"Location": f"{self.server_of.url}{moved}"}
        if found[2]:
            return self._attempt(repository, int(found[2]), int(found[3]))
        return self._runs(path, repository, query)

    def _attempt(self, repository: Item, run_id: int, attempt: int) -> tuple[int, Any, dict[str, str]]:
        for run in repository["runs"]:
            for earlier in run["attempts"]:
                if earlier["id"] == run_id and earlier["run_attempt"] == attempt:
                    return 200, earlier, {}
        return 404, {"message": "Not Found"}, {}

    def _runs(self, path: str, repository: Item, query: dict[str, list[str]]) -> tuple[int, Any, dict[str, str]]:
        start, _, end = query.get("created", ["0..9"])[0].partition("..")
        inside = sorted(
            (run for run in repository["runs"] if start <= run["created_at"] <= end),
            key=lambda run: run["created_at"],
            reverse=True,
        )
        size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
        told = inside[:1000][(page - 1) * size : page * size]
        shown = [{key: value for key, value in run.items() if key != "attempts"} for run in told]
        headers = {}
        if page * size < min(len(inside), 1000):
            again = f"{self.server_of.url}{path}?created={start}..{end}&per_page={size}&page={page + 1}"
            headers["Link"] = f'<{again}>; rel="next"'
        return 200, {"total_count": len(inside), "workflow_runs": shown}, headers

    def _left(self) -> int:
        return max(self.server_of.budget - len(self.server_of.requests) - self.server_of.points, 0)

    def _reset(self) -> int:
        return int(time.time() + self.server_of.resets_in_seconds)

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json; charset=utf-8")
        if not isinstance(body, bytes):
            self.send_header("X-RateLimit-Limit", str(self.server_of.budget))
            self.send_header("X-RateLimit-Remaining", str(self._left()))
            self.send_header("X-RateLimit-Reset", str(self._reset()))
            self.send_header("X-RateLimit-Resource", "graphql" if self.command == "POST" else "core")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
