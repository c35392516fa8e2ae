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


def hidden(payloads: Sequence[Payload], few: int, *, source: str, state: State) -> dict[str | None, int]:
    """How many tickets are stored of each project of which more than a few are, and the answers tell none any more.

    Of a question with no projects of its own it is all that is stored, under None.
    """
    stored, is_there = _stored(payloads, source=source, state=state)
    if json.loads(payloads[0].request)["projects"] is None:
        stored = stored.with_columns(project=pl.lit(None, pl.String))
    shown = stored.group_by("project").agg(known=pl.len(), told=is_there.sum())
    return dict(shown.filter(pl.col("known") > few, told=0).select("project", "known").sort("project").iter_rows())


def _stored(payloads: Sequence[Payload], *, source: str, state: State) -> tuple[pl.DataFrame, pl.Expr]:
    """The stored tickets of what a sweep went over, and whether its answers tell of them."""
    there = {f"{source}:{issue['id']}" for said in payloads for issue in json.loads(said.body)["issues"]}
    keys = json.loads(payloads[0].request)["projects"]
    stored = state.rows(issues.STREAM, ["ticket_id", "key", "project"], source=source)
    if keys is not None:
        stored = stored.filter(pl.col("project").is_in(keys))
    return stored, pl.col("ticket_id").is_in(list(there))


def page(payloads: Sequence[Payload], *, source: str, state: State) -> Page:
    """The page that takes out every stored ticket that is not told, and what other tickets say of it."""
    stored, is_there = _stored(payloads, source=source, state=state)
    gone = stored.filter(~is_there).sort("ticket_id")
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
