"""Which of the wanted repositories there are, and whether anything in them is new: one request for many of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice

from collectors.github import queries
from collectors.github.client import Client
from collectors.github.errors import Forbidden, GitHubError, TooHeavy
from collectors.github.units import payload
from collectors.rows import Node
from warehouse.tables import Payload

AT_A_TIME = 20
"""Repositories that are asked about in one request."""

_GLOB = frozenset("*?[")


@dataclass(frozen=True)
class Wanted:
    """The repositories that the configuration names: `owner/name`, or a pattern of an owner's names."""

    patterns: tuple[str, ...]
    archived: bool = True
    """Whether a pattern includes archived repositories."""
    forks: bool = False
    """Whether a pattern includes forks."""

    @property
    def names(self) -> list[str]:
        """Those that are named outright."""
        return [pattern for pattern in self.patterns if not _GLOB & set(pattern)]

    @property
    def owners(self) -> list[str]:
        """The owners whose repositories have to be listed."""
        globs = (pattern for pattern in self.patterns if _GLOB & set(pattern))
        return list(dict.fromkeys(pattern.partition("/")[0] for pattern in globs))

    def has(self, name: str) -> bool:
        """Whether a repository of this name is meant."""
        return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in self.patterns)

    def keeps(self, names: Collection[str], *, is_archived: bool | None, is_fork: bool | None) -> bool:
        """Whether a repository that has these names, old ones included, is meant."""
        outright = {name.casefold() for name in self.names}
        is_out = (is_archived and not self.archived) or (is_fork and not self.forks)
        return any(name.casefold() in outright or (self.has(name) and not is_out) for name in names)

    def lists(self, node: Node, stored: Collection[str]) -> bool:
        """Whether a repository in the list of its owner is told: one that is meant, or is stored (`platform_id`).

        What becomes of a stored one that the options leave out now is told by its row.
        """
        name = node["nameWithOwner"]
        is_meant = self.keeps([name], is_archived=node["isArchived"], is_fork=node["isFork"])
        return is_meant or (node["id"] in stored and self.has(name))


@dataclass
class Found:
    """What was found of the wanted repositories."""

    nodes: dict[str, Node] = field(default_factory=dict)
    """What the API tells of each, by the platform's id."""
    payloads: list[Payload] = field(default_factory=list)
    failures: list[GitHubError] = field(default_factory=list)

    def add(self, node: Node) -> None:
        """Add one that is not there yet."""
        self.nodes.setdefault(node["id"], node)


def find(client: Client, wanted: Wanted, stored: Collection[str]) -> Found:
    """Every wanted repository that can be read, with what tells whether anything in it is new.

    `stored` are the platform's ids of the repositories that are in the warehouse.
    """
    found = Found()
    for owner in wanted.owners:
        for node in _owned(client, owner, found):
            if wanted.lists(node, stored):
                found.add(node)
    seen = {node["nameWithOwner"].casefold() for node in found.nodes.values()}
    missing = [name for name in wanted.names if name.casefold() not in seen]
    by_owner = sorted(missing, key=lambda name: name.partition("/")[0].casefold())
    for names in batched_by_owner(by_owner):
        _named(client, names, found)
    return found


def batched_by_owner(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The names in batches of one owner each: an App reads one owner's repositories with one token."""
    owners = dict.fromkeys(name.partition("/")[0].casefold() for name in names)
    for owner in owners:
        of_owner = iter([name for name in names if name.partition("/")[0].casefold() == owner])
        while batch := tuple(islice(of_owner, AT_A_TIME)):
            yield batch


def _owned(client: Client, owner: str, found: Found) -> Iterator[Node]:
    after, first = None, 50
    while True:
        variables = {"owner": owner, "first": first, "after": after}
        try:
            answer = client.graphql(queries.OWNED, variables, owner=owner)
        except TooHeavy:
            if first == 1:
                raise
            first //= 2
            continue
        except Forbidden as error:
            found.failures.append(error)
            return
        holder = answer.data.get("repositoryOwner")
        if holder is None:
            hint = f"check the name in repositories{answer.access}"
            found.failures.append(Forbidden(f"there is no owner {owner}", hint=hint))
            return
        found.payloads.append(payload({"pulse": "owner", **variables}, answer))
        yield from (node for node in holder["page"]["nodes"] if node)
        if not holder["page"]["pageInfo"]["hasNextPage"]:
            return
        after = holder["page"]["pageInfo"]["endCursor"]


def _named(client: Client, names: Sequence[str], found: Found) -> None:
    query, variables = queries.pulse(names)
    try:
        answer = client.graphql(query, variables, owner=names[0].partition("/")[0])
    except Forbidden as error:
        if len(names) > 1:
            for name in names:
                _named(client, [name], found)
            return
        found.failures.append(Forbidden(f"repository {names[0]}: {error}", hint=error.hint))
        return
    except TooHeavy:
        if len(names) == 1:
            raise
        half = len(names) // 2
        _named(client, names[:half], found)
        _named(client, names[half:], found)
        return
    for number, name in enumerate(names):
        node = answer.data.get(f"r{number}")
        if node is None:
            found.failures.append(
                Forbidden(
                    f"repository {name} is not there, or not for these credentials",
                    hint=f"check its name, and that the token may read it{answer.access}; what was read of it before "
                    "stays",
                )
            )
        else:
            found.add(node)
    found.payloads.append(payload({"pulse": list(names)}, answer))
