"""Which projects there are, and whether anything in them is new: one request for many of them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

import polars as pl

from collectors.gitlab import budget, queries
from collectors.gitlab.changed import written
from collectors.gitlab.client import Client
from collectors.gitlab.errors import Forbidden, GitLabError, TooHeavy
from collectors.gitlab.parts import Node, Project, Row, frame, nodes_of, number_of, payload, requested
from warehouse.tables import CORE, Page, Payload, State

STREAM = "repositories"
SCOPE = "all"
STREAMS = (
    "pull_requests",
    "tickets",
    "deployments",
    "releases",
    "milestones",
    "ci_runs",
    "commits",
    "line_counts",
)
"""The streams of a project, those of its history included."""

_GLOB = frozenset("*?[")


@dataclass(frozen=True)
class Wanted:
    """The projects that the configuration names: `group/sub/project`, or a pattern of the names below a group."""

    patterns: tuple[str, ...]
    archived: bool = True
    """Whether a pattern includes archived projects."""
    forks: bool = False
    """Whether a pattern includes forks."""

    @property
    def names(self) -> list[str]:
        """Those that are named outright."""
        return [pattern for pattern in self.patterns if not _GLOB & set(pattern)]

    @property
    def groups(self) -> list[str]:
        """The groups whose projects have to be listed: what stands before the first part with a wildcard."""
        found = []
        for pattern in self.patterns:
            parts = pattern.split("/")
            if wild := [place for place, part in enumerate(parts) if _GLOB & set(part)]:
                found.append("/".join(parts[: wild[0]]))
        return list(dict.fromkeys(found))

    def has(self, name: str) -> bool:
        """Whether a project of this name is meant; a wildcard reaches into subgroups."""
        return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in self.patterns)

    def lists(self, listed: Node) -> bool:
        """Whether a project that was found in the list of a group is meant."""
        is_out = (listed.get("archived") and not self.archived) or (is_fork(listed) and not self.forks)
        return self.has(listed["path_with_namespace"]) and not is_out


def is_fork(listed: Node) -> bool:
    """Whether REST says that a project is a fork."""
    return bool(listed.get("forked_from_project"))


@dataclass
class Found:
    """What was found of the wanted projects."""

    nodes: dict[str, Node] = field(default_factory=dict)
    """What the API tells of each, by its number."""
    payloads: list[Payload] = field(default_factory=list)
    failures: list[GitLabError] = field(default_factory=list)
    told_at: datetime = field(default_factory=budget.now)
    """The server's clock when it told."""


def find(client: Client, wanted: Wanted, *, source: str, state: State, since: datetime) -> Found:
    """Every wanted project that can be read, with what tells whether anything in it is new.

    `since` is the instant after which a pipeline that changed is news. A project that is known is asked for by its
    number, so that it is found under any name.
    """
    found = Found()
    numbers: dict[str, str] = {}
    for group in wanted.groups:
        numbers |= {str(one["id"]): one["path_with_namespace"] for one in _listed(client, group, wanted, found)}
    listed = {name.casefold() for name in numbers.values()}
    known = _known(source, state)
    for name in wanted.names:
        if name.casefold() in listed:
            continue
        number = known.get(name.casefold()) or _looked_up(client, name, found)
        if number:
            numbers.setdefault(number, name)
        else:
            found.failures.append(_missing(name))
    _pulses(client, numbers, since, found)
    for number, name in list(numbers.items()):
        # A project that was deleted and made again has another number.
        if number not in found.nodes and known.get(name.casefold()) == number:
            again = _looked_up(client, name, found)
            if again and again != number:
                numbers[again] = numbers.pop(number)
                _pulses(client, {again: name}, since, found)
    for number, name in numbers.items():
        if number not in found.nodes:
            found.failures.append(_missing(name))
    return found


def _known(source: str, state: State) -> dict[str, str]:
    """The number of every stored project, by the names that it has and had first."""
    stored = state.rows(STREAM, ["repo_id", "name", "platform_id"], source=source).drop_nulls("platform_id")
    names: dict[str, str] = {}
    for repo_id, name, number in stored.sort("repo_id").iter_rows():
        names.setdefault(repo_id.removeprefix(f"{source}:").casefold(), number)
        names[str(name).casefold()] = number
    return names


def _listed(client: Client, group: str, wanted: Wanted, found: Found) -> Iterator[Node]:
    """The wanted projects of a group and its subgroups, or of a user."""
    try:
        yield from _pages(client, f"/groups/{quote(group, safe='')}/projects", wanted, found)
    except Forbidden as error:
        try:
            yield from _pages(client, f"/users/{quote(group, safe='')}/projects", wanted, found)
        except Forbidden:
            found.failures.append(error)


def _pages(client: Client, path: str, wanted: Wanted, found: Found) -> Iterator[Node]:
    """The pages of a list of projects; each begins after the last project of the one before, where GitLab can."""
    parameters: dict[str, Any] = {
        "include_subgroups": "true",
        "with_shared": "false",
        "order_by": "id",
        "sort": "asc",
        "per_page": 100,
    }
    if not wanted.archived:
        parameters["archived"] = "false"
    number = 1
    while True:
        answer = client.rest(path, parameters | {"page": number})
        found.payloads.append(payload({"projects": path, "page": number}, answer))
        yield from (one for one in answer.body if wanted.lists(one))
        if not answer.has_more(100):
            return
        number += 1


def _looked_up(client: Client, name: str, found: Found) -> str | None:
    """The number of a project by its name, present or former; None where it cannot be read."""
    try:
        answer = client.rest(f"/projects/{quote(name, safe='')}")
    except Forbidden:
        return None
    found.payloads.append(payload({"project": name}, answer))
    return str(answer.body["id"])


def _missing(name: str) -> Forbidden:
    return Forbidden(
        f"project {name} is not there, or not for this token",
        hint="check its name, and that the token may read it; what was read of it before stays",
    )


def _pulses(client: Client, numbers: Iterable[str], since: datetime, found: Found) -> None:
    asked = list(numbers)
    for start in range(0, len(asked), queries.PULSE_AT_A_TIME):
        _pulse(client, asked[start : start + queries.PULSE_AT_A_TIME], since, found)


def _pulse(client: Client, numbers: Sequence[str], since: datetime, found: Found) -> None:
    ids = [f"gid://gitlab/Project/{number}" for number in numbers]
    try:
        variables = {"ids": ids, "first": len(ids), "since": written(since)}
        answer = client.graphql(queries.PULSE, variables, is_least=len(ids) == 1)
    except TooHeavy:
        if len(numbers) == 1:
            raise
        half = len(numbers) // 2
        _pulse(client, numbers[:half], since, found)
        _pulse(client, numbers[half:], since, found)
        return
    found.nodes |= {number_of(node["id"]): node for node in nodes_of(answer.body, "projects")}
    found.payloads.append(payload({"pulse": list(numbers)}, answer))
    found.told_at = min(found.told_at, answer.told_at)


def read(payloads: Sequence[Payload], wanted: Wanted, *, source: str, state: State) -> list[Project]:
    """The projects again from the answers that told of them; those that are no longer meant are left out."""
    listed: dict[str, Node] = {}
    nodes: dict[str, Node] = {}
    for said in payloads:
        request, body = requested(said), json.loads(said.body)
        if "projects" in request:
            listed |= {str(one["id"]): one for one in body}
        elif "project" in request:
            listed[str(body["id"])] = body
        else:
            nodes |= {number_of(node["id"]): node for node in nodes_of(body["data"], "projects")}
    known = identified(nodes, listed, source=source, state=state)
    return [one for one in known if wanted.has(one.name) or wanted.has(one.repo_id.removeprefix(f"{source}:"))]


def identified(nodes: Mapping[str, Node], listed: Mapping[str, Node], *, source: str, state: State) -> list[Project]:
    """The projects with their ids here: one that was renamed keeps the id that it had."""
    stored = state.rows(STREAM, ["repo_id", "platform_id", "is_fork"], source=source)
    known = {number: (repo_id, fork) for repo_id, number, fork in stored.iter_rows() if number}
    found = []
    for number, node in nodes.items():
        repo_id, fork = known.get(number, (f"{source}:{node['fullPath']}", None))
        told = node | {"isFork": is_fork(listed[number]) if number in listed else fork}
        found.append(Project(repo_id, number, node["fullPath"], told))
    return found


def page(projects: Iterable[Project], *, source: str, state: State) -> Page:
    """The rows of projects; those that have got another name since they were last told are counted."""
    stored = state.rows(STREAM, ["repo_id", "name"], source=source)
    names = dict(zip(stored["repo_id"], stored["name"], strict=True))
    rows: list[Row] = [
        {
            "repo_id": project.repo_id,
            "name": project.name,
            "url": project.told["webUrl"],
            "default_branch": (project.told.get("repository") or {}).get("rootRef"),
            "archived": project.told["archived"],
            "platform_id": project.platform_id,
            "is_fork": project.told["isFork"],
        }
        for project in projects
    ]
    renamed = sum(names.get(row["repo_id"]) not in {None, row["name"]} for row in rows)
    return Page(
        STREAM,
        SCOPE,
        upserts={STREAM: frame(STREAM, rows)} if rows else {},
        quality={"repository_renamed": renamed} if renamed else {},
    )


def is_news(page: Page, *, source: str, state: State) -> bool:
    """Whether the page says anything of the projects that is not stored yet."""
    told = page.upserts.get(STREAM)
    if told is None:
        return False
    stored = state.rows(STREAM, told.columns, source=source)
    return not told.join(stored, on=told.columns, how="anti", nulls_equal=True).is_empty()


def farewell(repo_id: str, *, source: str, state: State) -> Iterator[Page]:
    """The pages with which a project that the configuration no longer names leaves, with all that belongs to it."""
    for key, holder, sign in (("ticket_id", "tickets", "#"), ("pr_id", "pull_requests", "!")):
        stored = state.rows(holder, [key], source=source)
        ids = stored.filter(pl.col(key).str.starts_with(f"{repo_id}{sign}"))
        if not ids.is_empty():
            yield Page(STREAM, repo_id, deletes=dict.fromkeys(_tables_with(key), ids))
    deployments = state.rows("deployments", ["deployment_id"], repo_id=repo_id)
    if not deployments.is_empty():
        yield Page(STREAM, repo_id, deletes={"deployment_statuses": deployments})
    itself = pl.DataFrame({"repo_id": [repo_id]})
    yield Page(
        STREAM, repo_id, deletes=dict.fromkeys(_tables_with("repo_id"), itself), restart=STREAMS, is_farewell=True
    )


def _tables_with(key: str) -> list[str]:
    return [name for name, table in CORE.items() if key in table.column_names()]
