"""From answers to pages: the same whether they have just come or were archived."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from collectors import listing
from collectors.gitlab import delivery, details, issues, lists, merge_requests, pipelines, projects
from collectors.gitlab.parts import Project, requested
from collectors.gitlab.source import GitLabSource
from collectors.told import Told
from warehouse.tables import Page, Payload, State

KEYS = {merge_requests.STREAM: ("pr_id", "!"), issues.STREAM: ("ticket_id", "#")}
"""The key of the items of a stream, and the sign that GitLab writes before their number."""


def page_of(  # noqa: PLR0911 - one for each stream
    source: GitLabSource, stream: str, scope: str, payloads: Sequence[Payload], state: State
) -> Page:
    """The page again from the answers that it was made of.

    Pure but for what `state` knows: answers read again in their order give the same tables.
    """
    if stream == listing.STREAM:
        return projects.page(projects.read(payloads), source=source.name, state=state)
    request = requested(payloads[0])
    if "gone" in request:
        return _swept(stream, scope, request["gone"])
    name, url = request["project"], request["url"]
    common: dict[str, Any] = {"source": source.name, "repo_id": scope}
    match stream:
        case merge_requests.STREAM:
            told = details.read(payloads)
            items = [item for item in json.loads(payloads[0].body) if str(item["iid"]) in told]
            return merge_requests.page(items, told, project=name, state=state, **common)
        case issues.STREAM:
            told = details.read(payloads)
            items = [item for item in json.loads(payloads[0].body) if str(item["iid"]) in request["fresh"]]
            history = None if request.get("no_history") else told
            return issues.page(items, history, labels=lists.labels(payloads), project=name, **common)
        case "deployments":
            return delivery.deployments(json.loads(payloads[0].body), lists.tiers(payloads), url=url, **common)
        case "releases":
            return delivery.releases(lists.nodes(payloads), **common)
        case "milestones":
            return delivery.milestones(lists.nodes(payloads), source=source.name, project=Project(scope, "", name))
        case pipelines.STREAM:
            return pipelines.page(lists.pipelines(payloads), url=url, **common)
        case _:
            raise ValueError(f"there is no stream {stream}")


def page_told(source: GitLabSource, told: Told, state: State) -> Page:
    """The page of answers that have just come, with all that is stored beside its rows."""
    if told.payloads:
        made = page_of(source, told.stream, told.scope, told.payloads, state)
    else:
        made = Page(told.stream, told.scope)
    # What a page needs beside it may have been asked for with an earlier one.
    asked = sum(said.received_at >= told.payloads[0].received_at for said in told.payloads)
    return replace(
        made,
        cursor=told.cursor,
        restart=told.restart,
        payloads=told.payloads,
        requests=max(asked, 1),
        quality={**made.quality, **told.quality},
    )


def numbers(stream: str, source: str, state: State) -> dict[str, list[str]]:
    """The numbers of the stored merge requests or issues, by project."""
    key, _ = KEYS[stream]
    stored = state.rows(stream, [key], source=source)
    repo_id, number = (pl.col(key).str.extract(r"^(.*)[#!](\d+)$", part) for part in (1, 2))
    return dict(stored.group_by(repo_id=repo_id).agg(number).iter_rows())


def _swept(stream: str, repo_id: str, gone: Sequence[str]) -> Page:
    """The page that takes out the items of these numbers."""
    key, sign = KEYS[stream]
    ids = pl.DataFrame({key: [f"{repo_id}{sign}{number}" for number in gone]}, schema={key: pl.String})
    is_merge_request = stream == merge_requests.STREAM
    further = ("pull_request_commits", *merge_requests.REPLACED) if is_merge_request else issues.REPLACED
    return Page(
        stream,
        repo_id,
        deletes=dict.fromkeys((stream, *further), ids) if gone else {},
        quality={"pull_request_gone" if is_merge_request else "issue_gone": len(gone)} if gone else {},
    )
