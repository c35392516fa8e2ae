"""What leaves: tickets that are gone, and projects that the configuration no longer names."""

import json
from collections.abc import Sequence

import polars as pl

from collectors.jira import issues, projects
from warehouse.tables import Page, Payload, State

SWEEP = "sweep"
ALL = "all"


def asked_of(payloads: Sequence[Payload], keys: Sequence[str] | None) -> list[Payload]:
    """The answers of a sweep, with the projects that it went over; None for all that is stored."""
    first = payloads[0]
    request = json.loads(first.request) | {"projects": keys}
    return [Payload(json.dumps(request, ensure_ascii=False), first.body, first.received_at), *payloads[1:]]


def missing(payloads: Sequence[Payload], *, source: str, state: State) -> tuple[pl.DataFrame, int]:
    """`ticket_id` and `key` of the stored tickets that the answers of a sweep do not tell of, and of how many."""
    there = {f"{source}:{issue['id']}" for said in payloads for issue in json.loads(said.body)["issues"]}
    keys = json.loads(payloads[0].request)["projects"]
    stored = state.rows(issues.STREAM, ["ticket_id", "key", "project"], source=source)
    if keys is not None:
        stored = stored.filter(pl.col("project").is_in(keys))
    gone = stored.filter(~pl.col("ticket_id").is_in(list(there))).sort("ticket_id")
    return gone.select("ticket_id", "key"), stored.height


def page(payloads: Sequence[Payload], *, source: str, state: State) -> Page:
    """The page that takes out every stored ticket that is not told, and what other tickets say of it."""
    gone, _ = missing(payloads, source=source, state=state)
    if gone.is_empty():
        return Page(SWEEP, ALL)
    ids, keys = gone["ticket_id"].to_list(), gone["key"].to_list()
    links = state.rows("ticket_links", ["ticket_id", "kind", "other_key"], source=source)
    broken = links.filter(pl.col("other_key").is_in(keys) | pl.col("ticket_id").is_in(ids))
    orphans = state.rows(issues.STREAM, ["ticket_id", "parent_key"], source=source, parent_key=keys)
    orphans = orphans.filter(~pl.col("ticket_id").is_in(ids)).with_columns(parent_key=pl.lit(None, pl.String))
    return Page(
        SWEEP,
        ALL,
        deletes=dict.fromkeys((issues.STREAM, *issues.REPLACED), gone.select("ticket_id")) | {"ticket_links": broken},
        updates={issues.STREAM: orphans} if not orphans.is_empty() else {},
        quality={"issue_gone": gone.height},
    )


def farewell(key: str, *, source: str, state: State) -> Page:
    """The page with which a project that the configuration no longer names leaves, with all that belongs to it."""
    tickets = state.rows(issues.STREAM, ["ticket_id"], source=source, project=key)
    versions = state.rows(projects.STREAM, ["milestone_id"], source=source, project=key)
    return Page(
        issues.STREAM,
        key,
        deletes=dict.fromkeys((issues.STREAM, *issues.REPLACED), tickets) | {projects.STREAM: versions},
        restart=(issues.STREAM, projects.STREAM),
        is_farewell=True,
    )
