"""Repositories as rows: under which id each is known here, what is remembered of it, and how it leaves."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from collectors.github.units import Repository
from collectors.listing import STREAM, listing
from collectors.rows import Node, Row
from warehouse.tables import CORE, Page, Payload, State

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
    return listing(rows, source=source, state=state)


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
