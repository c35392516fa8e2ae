"""Which of the wanted projects there are, and whether anything in them is new: one request for many of them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from collectors.gitlab import budget, queries
from collectors.gitlab.changed import written
from collectors.gitlab.client import Client
from collectors.gitlab.errors import Forbidden, GitLabError, TooHeavy
from collectors.gitlab.parts import Node, nodes_of, number_of, payload
from warehouse.tables import Payload

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

    def keeps(self, names: Collection[str], *, is_archived: bool | None, is_fork: bool | None) -> bool:
        """Whether a project that has these names, old ones included, is meant."""
        outright = {name.casefold() for name in self.names}
        is_out = (is_archived and not self.archived) or (is_fork and not self.forks)
        return any(name.casefold() in outright or (self.has(name) and not is_out) for name in names)

    def lists(self, listed: Node, stored: Collection[str]) -> bool:
        """Whether a project in the list of its group is told: one that is meant, or is stored (by number).

        What becomes of a stored one that the options leave out now is told by its row.
        """
        name = listed["path_with_namespace"]
        is_meant = self.keeps([name], is_archived=listed.get("archived"), is_fork=is_fork(listed))
        return is_meant or (str(listed["id"]) in stored and self.has(name))


def is_fork(listed: Node) -> bool:
    """Whether REST says that a project is a fork."""
    return bool(listed.get("forked_from_project"))


@dataclass(frozen=True)
class Stored:
    """A project that is in the warehouse: its number, and the names that it had first and has now."""

    number: str
    first_name: str
    name: str


@dataclass
class Found:
    """What was found of the wanted projects."""

    nodes: dict[str, Node] = field(default_factory=dict)
    """What the API tells of each, by its number."""
    forks: dict[str, bool] = field(default_factory=dict)
    """Whether it is a fork, of those that REST told of."""
    payloads: list[Payload] = field(default_factory=list)
    failures: list[GitLabError] = field(default_factory=list)
    told_at: datetime = field(default_factory=budget.now)
    """The server's clock when it told."""


def find(client: Client, wanted: Wanted, stored: Sequence[Stored], since: datetime) -> Found:
    """Every wanted project that can be read, with what tells whether anything in it is new.

    `since` is the instant after which a pipeline that changed is news. A project that is stored is asked for by its
    number, so that it is found under any name.
    """
    found = Found()
    known = {name.casefold(): one.number for one in stored for name in (one.first_name, one.name)}
    numbers: dict[str, str] = {}
    for group in wanted.groups:
        for listed in _listed(client, group, found):
            if wanted.lists(listed, set(known.values())):
                numbers[str(listed["id"])] = listed["path_with_namespace"]
    seen = {name.casefold() for name in numbers.values()}
    for name in wanted.names:
        if name.casefold() in seen:
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
    found.failures += [_missing(name) for number, name in numbers.items() if number not in found.nodes]
    return found


def _listed(client: Client, group: str, found: Found) -> Iterator[Node]:
    """The projects of a group and its subgroups, or of a user."""
    try:
        yield from _pages(client, f"/groups/{quote(group, safe='')}/projects", found)
    except Forbidden as error:
        try:
            yield from _pages(client, f"/users/{quote(group, safe='')}/projects", found)
        except Forbidden:
            found.failures.append(error)


def _pages(client: Client, path: str, found: Found) -> Iterator[Node]:
    """The projects of a list, which is in the order in which they were made."""
    parameters: dict[str, Any] = {
        "include_subgroups": "true",
        "with_shared": "false",
        "order_by": "id",
        "sort": "asc",
        "per_page": 100,
    }
    number = 1
    while True:
        answer = client.rest(path, parameters | {"page": number})
        for one in answer.body:
            found.forks[str(one["id"])] = is_fork(one)
            yield one
        if not answer.has_more(100):
            return
        number += 1


def _looked_up(client: Client, name: str, found: Found) -> str | None:
    """The number of a project by its name, present or former; None where it cannot be read."""
    try:
        answer = client.rest(f"/projects/{quote(name, safe='')}", of=dict)
    except Forbidden:
        return None
    number = str(answer.body["id"])
    found.forks[number] = is_fork(answer.body)
    return number


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
