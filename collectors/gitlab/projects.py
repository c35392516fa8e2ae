"""Projects as rows: under which id each is known here, what is remembered of it, and how it leaves."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from collectors.gitlab.discovery import Stored
from collectors.gitlab.parts import Node, Project, Row, nodes_of, number_of, requested
from collectors.listing import STREAM, listing
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
"""The streams of a project, those of its history included."""


def stored(source: str, state: State) -> list[Stored]:
    """The projects that are in the warehouse."""
    known = state.rows(STREAM, ["platform_id", "repo_id", "name"], source=source).drop_nulls().sort("repo_id")
    return [Stored(number, repo_id.removeprefix(f"{source}:"), name) for number, repo_id, name in known.iter_rows()]


def remembered(payloads: Sequence[Payload], projects: Sequence[Project]) -> list[Payload]:
    """The answers as they are archived: with the ids of the projects that were taken from each, and which are forks.

    Which ones were meant, and what they were called at first, may be told otherwise by the time they are read again.
    """
    known = {project.platform_id: (project.repo_id, project.told["isFork"]) for project in projects}
    return [
        replace(
            said,
            request=json.dumps(
                requested(said) | {"ids": {number: known[number] for number in _nodes(said) if number in known}},
                ensure_ascii=False,
            ),
        )
        for said in payloads
    ]


def read(payloads: Sequence[Payload]) -> list[Project]:
    """The projects again from archived answers."""
    found = {}
    for said in payloads:
        ids = requested(said)["ids"]
        for number, node in _nodes(said).items():
            if number in ids:
                repo_id, fork = ids[number]
                found[number] = Project(repo_id, number, node["fullPath"], node | {"isFork": fork})
    return list(found.values())


def _nodes(said: Payload) -> dict[str, Node]:
    """Every project that an answer tells of, by its number."""
    return {number_of(node["id"]): node for node in nodes_of(json.loads(said.body)["data"], "projects")}


def identified(nodes: Mapping[str, Node], forks: Mapping[str, bool], *, source: str, state: State) -> list[Project]:
    """The projects with their ids here: one that was renamed keeps the id that it had.

    One whose name belonged to another before, which keeps that id, has its number behind the name in its own.
    """
    rows = state.rows(STREAM, ["platform_id", "repo_id", "is_fork"], source=source)
    known = {number: (repo_id, fork) for number, repo_id, fork in rows.iter_rows() if number}
    taken = set(rows["repo_id"])
    found = []
    for number, node in nodes.items():
        by_name = f"{source}:{node['fullPath']}"
        other = f"{by_name}~{number}" if by_name in taken else by_name
        repo_id, fork = known.get(number, (other, None))
        found.append(Project(repo_id, number, node["fullPath"], node | {"isFork": forks.get(number, fork)}))
    return found


def page(projects: Iterable[Project], *, source: str, state: State) -> Page:
    """The rows of projects.

    Those that have got another name since they were last told are counted, and rows that show the old one are changed.
    """
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
    return listing(rows, source=source, state=state)


def farewell(repo_id: str, *, source: str, state: State) -> Iterator[Page]:
    """The pages with which a project that the configuration no longer names leaves, with all that belongs to it."""
    for key, holder, sign in (("ticket_id", "tickets", "#"), ("pr_id", "pull_requests", "!")):
        items = state.rows(holder, [key], source=source)
        ids = items.filter(pl.col(key).str.starts_with(f"{repo_id}{sign}"))
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
