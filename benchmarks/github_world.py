"""A GitHub to measure against: thousands of rich pull requests in memory, behind a latency, in a process of its own.

GraphQL is answered by the world of the tests. An answer that was given once is remembered, so that a second collection
of the same things meets the latency and not the time that this server needs. REST is answered as far as the peers ask
for pull requests.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from collectors import github
from tests.collectors.github_world.graph import Graph
from tests.collectors.github_world.limits import cost
from tests.collectors.github_world.world import Item, World
from tests.collectors.memory import Memory

REPOSITORY = "acme/app"
TOKEN = "measured"  # noqa: S105 - of a server on this machine
PEOPLE = [f"person{number}" for number in range(60)]
OVERFLOWING = 0.02
"""Share of the pull requests that have more of something than comes with a page."""


def world_of(pull_requests: int, seed: int = 1) -> World:
    """A world with one repository of so many pull requests, most of them as people make them, a few very long."""
    chance, world = random.Random(seed), World()
    repository = world.repository(REPOSITORY)
    for _ in range(pull_requests):
        _live(world, repository, chance, is_long=chance.random() < OVERFLOWING)
    return world


def _live(world: World, repository: Item, chance: random.Random, *, is_long: bool) -> None:
    """The life of one pull request: commits, files, requests, reviews with comments, a discussion, its end."""
    author, *others = chance.sample(PEOPLE, 5)
    commits = chance.randint(60, 200) if is_long else chance.randint(1, 12)
    request = world.open_pull_request(
        repository, author, f"Change APP-{chance.randrange(900)}", commits=commits, draft=chance.random() < 0.2
    )
    request["body"] = "What was wrong, and how it is right now. " * chance.randint(2, 30)
    if request["isDraft"]:
        request["isDraft"] = False
        world.event(request, "ReadyForReviewEvent", author)
    for reviewer in others[:2]:
        world.event(request, "ReviewRequestedEvent", author, requestedReviewer=world.account(reviewer))
    for _ in range(chance.randint(0, 3)):
        world.label(request, author, chance.choice(["bug", "enhancement", "backend", "urgent"]))
    for reviewer in others[: chance.randint(1, 4)]:
        world.review(request, reviewer, "COMMENTED", comments=chance.randint(0, 6), body="Please look at these. " * 3)
        world.push(request, author, "As the review asks")
        request["files"].append({"path": "docs/notes.md", "changeType": "MODIFIED", "additions": 3, "deletions": 1})
    for _ in range(chance.randint(40, 120) if is_long else chance.randint(0, 8)):
        world.comment(request, chance.choice(others), "I see it this way. " * chance.randint(1, 20))
    if chance.random() < 0.1:
        world.event(request, "HeadRefForcePushedEvent", author, beforeCommit=world.commit("Was", world.tick(), author))
    world.review(request, others[0], "APPROVED")
    (world.merge if chance.random() < 0.85 else world.close)(request, others[0])


@contextmanager
def running(pull_requests: int, latency_seconds: float) -> Iterator["Remote"]:
    """A server in a process of its own, with its memory of answers filled, until the block ends."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, pull_requests, latency_seconds), daemon=True)
    process.start()
    try:
        yield Remote(here)
    finally:
        here.close()
        process.join(timeout=10)
        process.terminate()


class Remote:
    """The running server, as the process that measures sees it."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.url, self.counts = pipe.recv()

    def asked(self) -> tuple[int, int]:
        """How many requests came since this was asked last, and what the queries among them cost in points."""
        self._pipe.send(None)
        requests, points = self._pipe.recv()
        return requests, points


def _serve(pipe: Connection, pull_requests: int, latency_seconds: float) -> None:
    world = world_of(pull_requests)
    shop = _Shop(world)
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"shop": shop}))
    http.daemon_threads = True
    shop.url = f"http://127.0.0.1:{http.server_address[1]}"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    client = github.Client(github.Credentials.of_tokens(TOKEN), shop.url, workers=1)
    for _ in github.collect(github.GitHubSource("bench", (REPOSITORY,)), client, Memory()):
        pass
    shop.requests = shop.points = 0
    shop.latency_seconds = latency_seconds
    pipe.send((shop.url, _counts(world)))
    while True:
        try:
            pipe.recv()
        except EOFError:
            return
        pipe.send((shop.requests, shop.points))
        shop.requests = shop.points = 0


def _counts(world: World) -> dict[str, int]:
    requests = world.repositories[REPOSITORY]["pullRequests"]
    lists = ("commits", "files", "reviews", "comments", "timelineItems")
    return {
        "pull requests": len(requests),
        **{name: sum(len(request[name]) for request in requests) for name in lists},
        "review comments": sum(len(review["comments"]) for request in requests for review in request["reviews"]),
    }


class _Shop:
    """What all connections share."""

    def __init__(self, world: World) -> None:
        self.accounts = world.accounts
        self.numbered = {item["number"]: item for item in world.repositories[REPOSITORY]["pullRequests"]}
        self.graph = Graph(world)
        self.answers: dict[bytes, tuple[bytes, int]] = {}
        """Answer and points by question."""
        self.lock = threading.Lock()
        self.latency_seconds = 0.0
        self.requests = self.points = 0
        self.url = ""

    def graphql(self, body: bytes) -> bytes:
        """The answer of GraphQL."""
        with self.lock:
            if body not in self.answers:
                asked = json.loads(body)
                answer = self.graph.answer(asked["query"], asked["variables"])
                self.answers[body] = json.dumps(answer).encode(), cost(asked["query"], asked["variables"]).points
            answer_text, points = self.answers[body]
            self.points += points
            return answer_text

    def document(self, path: str, query: dict[str, list[str]]) -> tuple[Any, str | None]:
        """The answer of REST, and the query of the next page where there is one."""
        parts = path.removeprefix("/api/v3").removeprefix(f"/repos/{REPOSITORY}").strip("/").split("/")
        listed = self._list(parts)
        if listed is None:
            return self._single(parts), None
        told, found = listed
        size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
        shown = [told(item) for item in found[(page - 1) * size : page * size]]
        return shown, f"per_page={size}&page={page + 1}" if page * size < len(found) else None

    def _single(self, parts: list[str]) -> Any:
        match parts:
            case [*_, "actions", "runs"]:
                return {"total_count": 0, "workflow_runs": []}
            case ["rate_limit"]:
                return {"resources": {"core": {"limit": 10**6, "remaining": 10**6, "reset": 2 * 10**9}}}
            case ["users", login]:
                return _user(self.accounts[login])
            case ["pulls", number]:
                return _pull(self.numbered[int(number)])
            case _:
                raise KeyError(parts)

    def _list(self, parts: list[str]) -> tuple[Callable[[Item], Item | None], list[Item]] | None:
        """How an element of a list is told, and all that there are; None for what is no list."""
        every = self.numbered.values()
        told: Callable[[Item], Item | None]
        match parts:
            case ["issues" | "pulls"]:
                told, found = _pull, list(every)
            case ["issues", "comments"]:
                told, found = _comment, [comment for item in every for comment in item["comments"]]
            case ["users", _, "orgs"] | ["pulls", _, "requested_reviewers"]:
                told, found = _user, []
            case ["pulls", number, "commits"]:
                told, found = _commit, self.numbered[int(number)]["commits"]
            case ["pulls", number, "reviews"]:
                told, found = _review, self.numbered[int(number)]["reviews"]
            case ["pulls", number, "comments"]:
                reviews = self.numbered[int(number)]["reviews"]
                told, found = _comment, [comment for review in reviews for comment in review["comments"]]
            case _:
                return None
        return told, found


def _user(account: Item | None) -> Item | None:
    return account and {"login": account["login"], "id": account["databaseId"], "type": "User", "url": "", "name": None}


def _pull(item: Item) -> Item:
    return {
        "id": item["databaseId"],
        "number": item["number"],
        "title": item["title"],
        "body": item["body"],
        "state": "open" if item["state"] == "OPEN" else "closed",
        "user": _user(item["author"]),
        "created_at": item["createdAt"],
        "updated_at": item["updatedAt"],
        "closed_at": item["closedAt"],
        "merged_at": item["mergedAt"],
        "merged_by": _user(item["mergedBy"]),
        "labels": [],
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "milestone": None,
        "pull_request": {},
        "commits": len(item["commits"]),
        "review_comments": sum(len(review["comments"]) for review in item["reviews"]),
        "head": {"sha": item["headRefOid"], "ref": item["headRefName"], "repo": None, "user": None},
        "base": {"sha": "0" * 40, "ref": "main", "repo": None, "user": None},
        "html_url": item["url"],
    }


def _commit(element: Item) -> Item:
    return {"sha": element["commit"]["oid"]}


def _review(review: Item) -> Item:
    return {
        "id": review["databaseId"],
        "user": _user(review["author"]),
        "state": review["state"],
        "submitted_at": review["submittedAt"],
        "body": review["body"],
    }


def _comment(item: Item) -> Item:
    return {
        "id": item["databaseId"],
        "user": _user(item["author"]),
        "body": item["body"],
        "created_at": item["createdAt"],
        "updated_at": item["createdAt"],
        "html_url": "",
        "reactions": {"total_count": 0},
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    shop: ClassVar[_Shop]

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._count()
        self._send(self.shop.graphql(body), "graphql")

    def do_GET(self) -> None:
        self._count()
        parts = urlsplit(self.path)
        document, following = self.shop.document(parts.path, parse_qs(parts.query))
        link = f'<{self.shop.url}{parts.path}?{following}>; rel="next"' if following else None
        self._send(json.dumps(document).encode(), "core", link)

    def _count(self) -> None:
        with self.shop.lock:
            self.shop.requests += 1
        time.sleep(self.shop.latency_seconds)

    def _send(self, content: bytes, resource: str, link: str | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, value in {"Limit": 10**6, "Remaining": 10**6, "Reset": 2 * 10**9, "Resource": resource}.items():
            self.send_header(f"X-RateLimit-{name}", str(value))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(content)
