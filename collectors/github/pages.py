"""From answers to pages: the same whether they have just come or were archived."""

import json
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from collectors import listing
from collectors.github import delivery, issues, pull_requests, repositories, runs, units
from collectors.github.source import GitHubSource
from collectors.github.streams import FIELDS
from collectors.rows import Node, beginning, instant
from collectors.told import Told
from warehouse.tables import Page, Payload, State

WITHOUT_BOARD = "tickets without board"
"""The list of issues for a token that may not read project boards."""
NUMBERS = "issue_numbers"
"""The list of all issues by their numbers alone."""


def page_of(source: GitHubSource, stream: str, scope: str, payloads: Sequence[Payload], state: State) -> Page:
    """The page again from the answers that it was made of.

    Pure but for what `state` knows: answers read again in their order give the same tables.
    """
    if stream == listing.STREAM:
        return repositories.page(repositories.read(payloads), source=source.name, state=state)
    request = json.loads(payloads[0].request)
    repository = request["repository"]
    if stream == runs.STREAM:
        return delivery.ci_runs(runs.runs_in(payloads), source=source.name, repo_id=scope)
    if request["listing"] == NUMBERS:
        return _swept(source, scope, payloads, state)
    unit = units.read(payloads)
    if unit.is_skipped:
        return Page(stream, scope, quality={f"{stream.removesuffix('s')}_too_heavy": len(unit.nodes)})
    since = beginning(source.since)
    nodes = [node for node in unit.nodes if since is None or (instant(node[FIELDS[stream]]) or since) >= since]
    made = _rows(stream, nodes, source=source.name, repo_id=scope, repository=repository, state=state)
    if request["listing"] == WITHOUT_BOARD:
        made = replace(made, quality={**made.quality, "project_status_unreadable": len(nodes)})
    return made


def page_told(source: GitHubSource, told: Told, state: State) -> Page:
    """The page of answers that have just come, with all that is stored beside its rows."""
    if told.payloads:
        made = page_of(source, told.stream, told.scope, told.payloads, state)
    else:
        made = Page(told.stream, told.scope)
    return replace(
        made,
        cursor=told.cursor,
        restart=told.restart,
        payloads=told.payloads,
        requests=max(len(told.payloads), 1),
        quality={**made.quality, **told.quality},
    )


def issue_counts(source: str, state: State) -> dict[str, int]:
    """How many issues of each repository are stored."""
    stored = state.rows("tickets", ["ticket_id"], source=source)
    return dict(stored.group_by(repo_id=pl.col("ticket_id").str.replace(r"#\d+$", "")).len().iter_rows())


def _rows(stream: str, nodes: list[Node], *, source: str, repo_id: str, repository: str, state: State) -> Page:
    match stream:
        case "pull_requests":
            return pull_requests.page(nodes, source=source, repo_id=repo_id, repository=repository, state=state)
        case "tickets":
            return issues.page(nodes, source=source, repo_id=repo_id, repository=repository)
        case "deployments":
            return delivery.deployments(nodes, source=source, repo_id=repo_id)
        case "releases":
            return delivery.releases(nodes, source=source, repo_id=repo_id)
        case "milestones":
            return delivery.milestones(nodes, source=source, repo_id=repo_id, repository=repository)
        case _:
            raise ValueError(f"there is no stream {stream}")


def _swept(source: GitHubSource, repo_id: str, payloads: Sequence[Payload], state: State) -> Page:
    """The page that takes out every stored issue whose number is not told."""
    there = [f"{repo_id}#{node['number']}" for said in payloads for node in units.read([said]).nodes]
    stored = state.rows("tickets", ["ticket_id"], source=source.name)
    of_it = stored.filter(pl.col("ticket_id").str.starts_with(f"{repo_id}#"))["ticket_id"]
    gone = of_it.filter(~of_it.is_in(there)).to_frame()
    return Page(
        issues.STREAM,
        repo_id,
        deletes=dict.fromkeys((issues.STREAM, *issues.REPLACED), gone) if gone.height else {},
        quality={"issue_gone": gone.height} if gone.height else {},
    )
