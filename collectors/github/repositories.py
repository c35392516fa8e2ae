"""Which repositories there are, and whether anything in them is new: one request for many of them."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

import polars as pl

from collectors.github import queries, renames
from collectors.github.client import Client
from collectors.github.errors import Forbidden, GitHubError, TooHeavy
from collectors.github.rows import Node, Row, frame
from collectors.github.units import Repository, payload
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
    STREAM,
)
"""The streams of a repository, those of its history included."""
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
            found.failures.append(Forbidden(f"there is no owner {owner}", hint="check the name in repositories"))
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
    except Forbidden:
        if len(names) > 1:
            for name in names:
                _named(client, [name], found)
            return
        answer = None
    except TooHeavy:
        if len(names) == 1:
            raise
        half = len(names) // 2
        _named(client, names[:half], found)
        _named(client, names[half:], found)
        return
    for number, name in enumerate(names):
        node = answer.data.get(f"r{number}") if answer else None
        if node is None:
            found.failures.append(
                Forbidden(
                    f"repository {name} is not there, or not for these credentials",
                    hint="check its name, and that the token may read it; what was read of it before stays",
                )
            )
        else:
            found.add(node)
    if answer:
        found.payloads.append(payload({"pulse": list(names)}, answer))


def remembered(payloads: Sequence[Payload], repositories: Sequence[Repository]) -> list[Payload]:
    """The answers as they are archived: with the ids of the repositories that were taken from each.

    Which ones were meant, and what they were called at first, may be told otherwise by the time they are read again.
    """
    ids = {repository.platform_id: repository.repo_id for repository in repositories}
    return [
        replace(
            said,
            request=json.dumps(
                json.loads(said.request)
                | {"ids": {node["id"]: ids[node["id"]] for node in _nodes(said) if node["id"] in ids}},
                ensure_ascii=False,
            ),
        )
        for said in payloads
    ]


def read(payloads: Sequence[Payload]) -> list[Repository]:
    """The repositories again from archived answers."""
    found = {}
    for said in payloads:
        ids = json.loads(said.request)["ids"]
        for node in _nodes(said):
            if node["id"] in ids:
                found[node["id"]] = Repository(ids[node["id"]], node["id"], node["nameWithOwner"], node)
    return list(found.values())


def _nodes(said: Payload) -> list[Node]:
    """Every repository that an answer tells of."""
    data: dict[str, Any] = json.loads(said.body)["data"]
    asked = json.loads(said.request)["pulse"]
    if asked == "owner":
        told = data["repositoryOwner"]["page"]["nodes"]
    else:
        told = [data.get(f"r{number}") for number in range(len(asked))]
    return [node for node in told if node]


def stored_ids(source: str, state: State) -> frozenset[str]:
    """The platform's ids of the repositories that are in the warehouse."""
    return frozenset(state.rows(STREAM, ["platform_id"], source=source)["platform_id"].drop_nulls())


def identified(nodes: Sequence[Node], *, source: str, state: State) -> list[Repository]:
    """The repositories with their ids here: one that was renamed keeps the id that it had.

    One whose name belonged to another before, which keeps that id, has its platform's id behind the name in its own.
    """
    stored = state.rows(STREAM, ["platform_id", "repo_id"], source=source)
    ids: dict[str, str] = dict(stored.drop_nulls().iter_rows())
    taken = set(stored["repo_id"])
    found = []
    for platform_id, node in {node["id"]: node for node in nodes}.items():
        by_name = f"{source}:{node['nameWithOwner']}"
        other = f"{by_name}~{platform_id}" if by_name in taken else by_name
        found.append(Repository(ids.get(platform_id, other), platform_id, node["nameWithOwner"], node))
    return found


def page(repositories: Sequence[Repository], *, source: str, state: State) -> Page:
    """The rows of repositories.

    Those that have got another name since they were last told are counted, and rows that show the old one are changed.
    """
    rows: list[Row] = [
        {
            "repo_id": repository.repo_id,
            "name": repository.name,
            "url": repository.told["url"],
            "default_branch": (repository.told["defaultBranchRef"] or {}).get("name"),
            "archived": repository.told["isArchived"],
            "platform_id": repository.platform_id,
            "is_fork": repository.told["isFork"],
        }
        for repository in repositories
    ]
    renamed = list(_renames(rows, source, state))
    changed = renames.changes(renamed, source=source, state=state)
    return Page(
        STREAM,
        SCOPE,
        deletes=changed.deletes,
        upserts=({STREAM: frame(STREAM, rows)} if rows else {}) | changed.upserts,
        updates=changed.updates,
        quality={"repository_renamed": len(renamed)} if renamed else {},
    )


def _renames(rows: Sequence[Row], source: str, state: State) -> Iterator[renames.Rename]:
    """Every stored repository that is told under another name."""
    stored = state.rows(STREAM, ["repo_id", "name", "url"], source=source)
    known = {repo_id: (name, url) for repo_id, name, url in stored.iter_rows()}
    for row in rows:
        old, old_url = known.get(row["repo_id"], (None, None))
        if old not in {None, row["name"]}:
            is_given_up = not any(name == old for repo_id, (name, _) in known.items() if repo_id != row["repo_id"])
            yield renames.Rename(row["repo_id"], old, row["name"], old_url, row["url"], is_given_up)


def is_news(page: Page, *, source: str, state: State) -> bool:
    """Whether the page says anything of the repositories that is not stored yet."""
    told = page.upserts.get(STREAM)
    if told is None:
        return False
    return (
        told.join(state.rows(STREAM, told.columns, source=source), on=told.columns, how="anti", nulls_equal=True).height
        > 0
    )


def farewell(repo_id: str, *, source: str, state: State) -> Iterator[Page]:
    """The pages with which a repository that the configuration no longer names leaves, with all that belongs to it."""
    for key, holder in (("ticket_id", "tickets"), ("pr_id", "pull_requests")):
        ids = state.rows(holder, [key], source=source).filter(pl.col(key).str.starts_with(f"{repo_id}#"))
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
