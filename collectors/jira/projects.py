"""Projects, and their versions as milestones."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import polars as pl

from collectors.jira.client import Client
from collectors.jira.errors import Forbidden
from collectors.jira.server import Server, expected
from collectors.jira.values import Item, day, instant
from collectors.rows import Row, frames
from warehouse.tables import Page, Payload, State

STREAM = "milestones"


@dataclass(frozen=True)
class Project:
    """A project as it is now."""

    wanted: str
    """What the configuration calls it: the scope of its pages."""
    key: str
    """Its key now: a renamed project answers to the old one too."""
    is_archived: bool
    payload: Payload


def ask(client: Client, server: Server, wanted: str) -> Project:
    """A project with its versions; raises Forbidden where it is not there, or hidden."""
    try:
        document = client.get(f"{server.api}/project/{quote(wanted, safe='')}")
    except Forbidden as error:
        raise Forbidden(
            f"project {wanted} is not there, or not for this account ({error})",
            hint="check its key, and that the account may browse it; what was read of it before stays",
        ) from None
    told = expected(document.body, dict, "project")
    payload = Payload(json.dumps({"project": wanted}), document.text, document.received_at)
    return Project(wanted, str(told.get("key") or wanted), bool(told.get("archived")), payload)


def page(payloads: Sequence[Payload], *, source: str, scope: str, state: State) -> Page:
    """The rows of the versions of a project; those that are gone leave."""
    told: Item = json.loads(payloads[0].body)
    key = told.get("key") or scope
    rows = [_milestone(version, key, source) for version in told.get("versions") or ()]
    there = [row["milestone_id"] for row in rows]
    stored = state.rows(STREAM, ["milestone_id"], source=source, project=key)
    gone = stored.filter(~pl.col("milestone_id").is_in(there))
    return Page(
        STREAM,
        scope,
        deletes={STREAM: gone} if gone.height else {},
        upserts=frames({STREAM: rows}),
    )


def _milestone(version: Item, project: str, source: str) -> Row:
    """A version; Jira tells a day on which it is out or meant to be, and no other instant."""
    is_over = bool(version.get("released") or version.get("archived"))
    return {
        "milestone_id": f"{source}:{version['id']}",
        "project": project,
        "title": version.get("name"),
        "state": "closed" if is_over else "open",
        "due_on": day(version.get("releaseDate")),
        "closed_at": instant(version.get("releaseDate")) if version.get("released") else None,
    }
