"""Boards and their sprints: what they are called, and when they began and ended."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from collectors.jira.answers import now
from collectors.jira.client import Client
from collectors.jira.errors import Forbidden
from collectors.jira.server import expected
from collectors.jira.values import Item, instant
from collectors.rows import Row, frames
from warehouse.tables import Page, Payload, State

STREAM = "sprints"
SCOPE = "all"
_AGILE = "rest/agile/1.0"
_AT_ONCE = 50

_WRITTEN = re.compile(r"([A-Za-z]+)=(.*?)(?=,[A-Za-z]+=|\]$)", re.DOTALL)
"""A part of what Server and Data Center write: `com.atlassian.…Sprint@1f[id=7,rapidViewId=8,state=CLOSED,…]`."""


def sprints_of(value: Any) -> list[Item]:
    """The sprints that the field of a ticket holds; each has at least `id`, as text."""
    found = []
    for told in value if isinstance(value, list) else [value] if value else []:
        sprint = dict(_WRITTEN.findall(told)) if isinstance(told, str) else dict(told)
        if sprint.get("id") is not None:
            found.append(sprint | {"id": str(sprint["id"])})
    return found


def row(sprint: Item, *, source: str, board: str | None = None) -> Row:
    """The row of a sprint, whichever way it is told."""
    return {
        "sprint_id": f"{source}:{sprint['id']}",
        "board": board,
        "name": sprint.get("name"),
        "state": str(sprint.get("state") or "").lower() or None,
        "started_at": instant(sprint.get("startDate")),
        "ends_at": instant(sprint.get("endDate")),
        "completed_at": instant(sprint.get("completeDate")),
    }


def with_boards(rows: Sequence[Row], *, source: str, state: State) -> list[Row]:
    """The rows with the names of the boards that are stored: tickets do not tell them."""
    by_id = {row["sprint_id"]: row for row in rows}
    stored = state.rows(STREAM, ["sprint_id", "board"], source=source, sprint_id=list(by_id)) if by_id else None
    known = dict(stored.iter_rows()) if stored is not None else {}
    return [row | {"board": row["board"] or known.get(sprint_id)} for sprint_id, row in by_id.items()]


def ask(
    client: Client,
    projects: Iterable[str],
    *,
    known: Sequence[Item] | None,
    open_ones: Sequence[str],
    is_cloud: bool,
) -> list[Payload]:
    """What the boards of the projects tell of their sprints, as it is archived.

    `known` are the boards as they were last listed; with None they are listed anew, and every sprint is read. Else only
    sprints that go on or are planned are, and those of `open_ones` (ids) that are neither any more.
    """
    payloads: list[Payload] = []
    listed = [_board(board) for board in known or ()]
    kinds = "scrum,simple" if is_cloud else "scrum"  # those of a team-managed project are simple
    if known is None:
        for project in projects:
            told = _pages(client, f"{_AGILE}/board", {"projectKeyOrId": project, "type": kinds}, {"boards": project})
            payloads += told
            listed += [_board(board) for said in told for board in json.loads(said.body)["values"]]
    states = {} if known is None else {"state": "active,future"}
    seen: set[str] = set()
    for board in {board["id"]: board for board in listed}.values():
        asked = {"sprints": board, "all": known is None}
        told = _pages(client, f"{_AGILE}/board/{board['id']}/sprint", states, asked)
        payloads += told
        seen |= {str(sprint["id"]) for said in told for sprint in json.loads(said.body)["values"]}
    for identifier in sorted(set(open_ones) - seen) if listed else ():
        payloads.append(_single(client, identifier))
    return payloads


def boards_in(payloads: Sequence[Payload]) -> list[Item]:
    """The boards whose sprints the answers tell: not all have any."""
    asked = (json.loads(said.request).get("sprints") for said in payloads)
    return list({board["id"]: board for board in asked if board}.values())


def page(payloads: Sequence[Payload], *, source: str, state: State) -> Page:
    """The rows of the sprints that the answers tell of; those that are gone leave."""
    rows: list[Row] = []
    gone: list[str] = []
    is_all = bool(payloads)
    for said in payloads:
        asked, body = json.loads(said.request), json.loads(said.body)
        if "sprints" in asked:
            is_all &= bool(asked["all"])
            rows += (row(sprint, source=source, board=asked["sprints"]["name"]) for sprint in body["values"])
        elif "sprint" in asked:
            is_all = False
            if "id" in body:
                rows.append(row(body, source=source))
            else:
                gone.append(f"{source}:{asked['sprint']}")
    # A sprint that no board ever told of may be hidden as well as gone.
    told = state.rows(STREAM, ["sprint_id", "board"], source=source, sprint_id=gone) if gone else None
    gone = told.drop_nulls()["sprint_id"].to_list() if told is not None else []
    if is_all:
        gone += _unheld({row["sprint_id"] for row in rows}, source=source, state=state)
    frame = pl.DataFrame({"sprint_id": gone}, schema={"sprint_id": pl.String})
    return Page(
        STREAM,
        SCOPE,
        deletes={STREAM: frame} if gone else {},
        upserts=frames({STREAM: with_boards(rows, source=source, state=state)}),
    )


def _unheld(told: set[str], *, source: str, state: State) -> list[str]:
    """Stored sprints that no board tells of and no ticket is or was in."""
    stored = state.rows(STREAM, ["sprint_id"], source=source)["sprint_id"]
    held = state.rows("ticket_sprints", ["sprint_id"], source=source)["sprint_id"].unique().to_list()
    return stored.filter(~stored.is_in([*told, *held])).to_list()


def _board(board: Item) -> Item:
    return {"id": board["id"], "name": board.get("name")}


def _single(client: Client, identifier: str) -> Payload:
    """What a sprint is now; an empty answer where it is gone."""
    asked = json.dumps({"sprint": identifier})
    try:
        document = client.get(f"{_AGILE}/sprint/{identifier}")
    except Forbidden:
        return Payload(asked, "{}", now())
    expected(document.body, dict, "sprint")
    return Payload(asked, document.text, document.received_at)


def _pages(client: Client, path: str, parameters: dict[str, str], asked: Item) -> list[Payload]:
    """Every page of a list; none where the server has no boards, or not for this account."""
    payloads: list[Payload] = []
    start = 0
    while True:
        try:
            document = client.get(path, {**parameters, "startAt": start, "maxResults": _AT_ONCE})
        except Forbidden:
            return payloads
        values = expected(expected(document.body, dict, path).get("values"), list, path)
        payloads.append(Payload(json.dumps(asked, ensure_ascii=False), document.text, document.received_at))
        start += len(values)
        if not values or document.body.get("isLast", len(values) < _AT_ONCE):
            return payloads
