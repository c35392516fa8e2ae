"""How a Jira is searched: Cloud by tokens, Server and Data Center by numbers of tickets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collectors.jira.answers import Document
from collectors.jira.client import Client
from collectors.jira.errors import Malformed, TooHeavy
from collectors.jira.server import Server, expected
from collectors.jira.units import ISSUES, KEYS, SKIPPED, Position, Unit, payload
from warehouse.tables import Payload

FIELDS = (
    "summary",
    "status",
    "issuetype",
    "project",
    "priority",
    "reporter",
    "creator",
    "assignee",
    "created",
    "updated",
    "resolution",
    "resolutiondate",
    "duedate",
    "labels",
    "components",
    "fixVersions",
    "parent",
    "issuelinks",
    "timeoriginalestimate",
    "timespent",
    "description",
    "comment",
)
"""What is asked of every ticket, beside custom fields."""


@dataclass(frozen=True)
class Search:
    """A server, and how it is searched."""

    client: Client
    server: Server

    def page(self, listing: str, jql: str, size: int, position: Position) -> Unit:
        """A page as it comes; raises TooHeavy where it should be shorter, Forbidden where JQL is refused."""
        fields = {KEYS: ["id"], SKIPPED: ["updated"]}.get(listing) or [*FIELDS, *self.server.fields.ids]
        asked: dict[str, Any] = {"jql": jql, "maxResults": size, "fields": fields}
        is_cloud = self.server.is_cloud
        if listing == ISSUES:
            asked["expand"] = "changelog" if is_cloud else ["changelog"]
        if is_cloud:
            asked |= {"nextPageToken": position} if position else {}
            document = self.client.post(f"{self.server.api}/search/jql", asked, is_heavy=True)
        else:
            asked |= {"startAt": position or 0}
            document = self.client.post(f"{self.server.api}/search", asked, is_heavy=True)
        return _unit(document, listing, jql, position, is_cloud=is_cloud)


def whole(search: Search, jql: str, size: int) -> list[Payload] | None:
    """The answers that tell the ids of all tickets of a question; None where they changed again and again meanwhile."""
    for _ in range(3):
        ids: set[str] = set()
        payloads: list[Payload] = []
        position: Position = None
        while True:
            unit = _lighter(search, jql, size, position)
            ids.update(str(issue["id"]) for issue in unit.issues)
            payloads += unit.payloads
            if unit.following is None:
                break
            position = unit.following
        if unit.total is None or unit.total == len(ids):
            return payloads
    return None


def _lighter(search: Search, jql: str, size: int, position: Position) -> Unit:
    while True:
        try:
            return search.page(KEYS, jql, size, position)
        except TooHeavy:
            if size == 1:
                raise
            size //= 2


def _unit(document: Document, listing: str, jql: str, position: Position, *, is_cloud: bool) -> Unit:
    body = expected(document.body, dict, "search")
    issues = expected(body.get("issues"), list, "search")
    request: Mapping[str, object] = {"listing": listing, "jql": jql, "position": position}
    unit = Unit(issues, payloads=[payload(request, document)], is_skipped=listing == SKIPPED)
    if is_cloud:
        token = body.get("nextPageToken")
        if token and token == position:
            raise Malformed("search: the same page again and again", hint="the next run tries again")
        unit.following = None if body.get("isLast") else token or None
    else:
        unit.total = int(body.get("total") or 0)
        after = int(body.get("startAt") or 0) + len(issues)
        unit.following = after if issues and after < unit.total else None
    return unit
