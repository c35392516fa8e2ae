"""A page of a search, complete: what its answer cut off is asked for before anybody sees it.

A search tells only the newest changes of a ticket and the first of its comments. How many there are stands beside
them; what is missing is fetched, on Cloud for all tickets of the page in one request.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collectors.jira.answers import Document
from collectors.jira.client import Client
from collectors.jira.errors import Forbidden, Malformed, TooHeavy
from collectors.jira.server import Server, expected
from collectors.jira.values import Item
from warehouse.tables import Payload

ISSUES = "issues"
WITHOUT_HISTORY = "issues without history"
SKIPPED = "issues skipped"
KEYS = "keys"

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
    "statuscategorychangedate",
    "description",
    "comment",
)
"""What is asked of every ticket, beside custom fields."""

_AT_ONCE = 100
"""Changes or comments in one answer about one ticket."""
_CAPS = frozenset({40, 100})
"""So many changes come with a search at most: exactly as many may be fewer than there are, whatever is said."""

Position = str | int | None
"""Where a page begins: Cloud's token, or the number of tickets before it; None for the first one."""


@dataclass
class Unit:
    """The tickets of one page, and the answers they came in."""

    issues: list[Item]
    following: Position = None
    """Where the next page begins; None where this is the last one."""
    total: int | None = None
    """How many tickets the question has, where the server tells."""
    payloads: list[Payload] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Ids of tickets that are stored as they are already."""
    is_skipped: bool = False
    """Whether the one ticket was too heavy and is not told."""

    @property
    def news(self) -> list[Item]:
        """The tickets that are to be stored."""
        return [issue for issue in self.issues if str(issue["id"]) not in self.left_out]


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

    def complete(self, unit: Unit) -> None:
        """Fetch what was cut off of the tickets that are to be stored."""
        cut = [str(issue["id"]) for issue in unit.news if self._is_cut(issue)]
        if self.server.is_cloud and cut:
            cut = self._complete_together(unit, cut)
        for identifier in cut:
            self._complete_history(unit, identifier)
        for issue in unit.news:
            if _lacks_comments(issue):
                self._complete_comments(unit, issue)

    def _is_cut(self, issue: Item) -> bool:
        histories, total = _histories(issue)
        return total is None or len(histories) < total or (self.server.is_cloud and len(histories) in _CAPS)

    def _complete_together(self, unit: Unit, identifiers: Sequence[str]) -> list[str]:
        """Fetch the changes of several tickets at once; returns those of which that was not possible."""
        token: str | None = None
        while True:
            asked: dict[str, object] = {"issueIdsOrKeys": list(identifiers), "maxResults": 5000}
            try:
                document = self.client.post(
                    f"{self.server.api}/changelog/bulkfetch", asked | ({"nextPageToken": token} if token else {})
                )
            except Forbidden:  # not offered here, or not for this account
                return list(identifiers)
            body = expected(document.body, dict, "changelog/bulkfetch")
            _keep(unit, {"completion": "together", "issues": list(identifiers)}, document)
            if body.get("nextPageToken") in {None, "", token}:
                return [str(issue["id"]) for issue in unit.news if _lacks_changes(issue)]
            token = body["nextPageToken"]

    def _complete_history(self, unit: Unit, identifier: str) -> None:
        """Fetch the changes of a ticket that did not come, the oldest first."""
        issue = next(issue for issue in unit.issues if str(issue["id"]) == identifier)
        histories, total = _histories(issue)
        had, start = len(histories), 0
        while total is None or start < total - had or _lacks_changes(issue):
            path = f"{self.server.api}/issue/{identifier}/changelog"
            try:
                document = self.client.get(path, {"startAt": start, "maxResults": _AT_ONCE})
            except Forbidden:
                if start == 0 and not self.server.is_cloud:
                    self._complete_with_issue(unit, identifier)
                return
            body = expected(document.body, dict, "changelog")
            came = body.get("values") or body.get("histories") or []
            _keep(unit, {"completion": "changelog", "issue": identifier}, document)
            start, total = start + len(came), int(body.get("total") or 0)
            if not came or body.get("isLast") or start >= total:
                return

    def _complete_with_issue(self, unit: Unit, identifier: str) -> None:
        """Fetch a ticket by itself: what Server and Data Center offer where there is no list of changes."""
        try:
            document = self.client.get(
                f"{self.server.api}/issue/{identifier}", {"fields": "updated", "expand": "changelog"}
            )
        except Forbidden:  # gone in the meantime, or hidden: its own next change will tell
            return
        expected(document.body, dict, "issue")
        _keep(unit, {"completion": "issue", "issue": identifier}, document)

    def _complete_comments(self, unit: Unit, issue: Item) -> None:
        identifier, start = str(issue["id"]), 0
        while _lacks_comments(issue):
            path = f"{self.server.api}/issue/{identifier}/comment"
            try:
                document = self.client.get(path, {"startAt": start, "maxResults": _AT_ONCE, "orderBy": "created"})
            except Forbidden:
                return
            came = expected(document.body, dict, "comment").get("comments") or []
            _keep(unit, {"completion": "comments", "issue": identifier}, document)
            start += len(came)
            if not came or start >= int(document.body.get("total") or 0):
                return


def seal(unit: Unit) -> None:
    """Write into the archived question which tickets of the answer are stored already."""
    first = unit.payloads[0]
    asked = json.loads(first.request) | {"left_out": sorted(unit.left_out)}
    unit.payloads[0] = Payload(json.dumps(asked, ensure_ascii=False), first.body, first.received_at)


def read(payloads: Sequence[Payload]) -> Unit:
    """The page again from the answers that it was made of."""
    asked = json.loads(payloads[0].request)
    body = json.loads(payloads[0].body)
    unit = Unit(body["issues"], payloads=list(payloads), left_out=asked.get("left_out") or [])
    unit.is_skipped = asked["listing"] == SKIPPED
    for said in payloads[1:]:
        _merge(unit, json.loads(said.request), json.loads(said.body))
    return unit


def has_whole_history(issue: Item) -> bool:
    """Whether as many changes came as there are."""
    histories, total = _histories(issue)
    return total is not None and len(histories) >= total


def _histories(issue: Item) -> tuple[list[Item], int | None]:
    """The changes that came, and how many there are; None where that is not told."""
    changelog = issue.get("changelog") or {}
    histories = changelog.get("histories") or []
    total = changelog.get("total")
    return histories, None if total is None else int(total)


def _lacks_changes(issue: Item) -> bool:
    histories, total = _histories(issue)
    return total is not None and len(histories) < total


def _lacks_comments(issue: Item) -> bool:
    """Whether the list ends because it is full; comments that only others may see are missing for good."""
    told = issue["fields"].get("comment") or {}
    came, total = len(told.get("comments") or ()), int(told.get("total") or 0)
    return came < total and int(told.get("maxResults") or 0) < total


def _unit(document: Document, listing: str, jql: str, position: Position, *, is_cloud: bool) -> Unit:
    body = expected(document.body, dict, "search")
    issues = expected(body.get("issues"), list, "search")
    request: Mapping[str, object] = {"listing": listing, "jql": jql, "position": position}
    unit = Unit(issues, payloads=[_payload(request, document)], is_skipped=listing == SKIPPED)
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


def _keep(unit: Unit, request: Mapping[str, object], document: Document) -> None:
    unit.payloads.append(_payload(request, document))
    _merge(unit, request, document.body)


def _payload(request: Mapping[str, object], document: Document) -> Payload:
    return Payload(json.dumps(request, ensure_ascii=False), document.text, document.received_at)


def _merge(unit: Unit, request: Mapping[str, object], body: Item) -> None:
    """Add what an answer tells to the tickets of a page."""
    issues = {str(issue["id"]): issue for issue in unit.issues}
    match request["completion"]:
        case "together":
            for told in body.get("issueChangeLogs") or ():
                _add_changes(issues[str(told["issueId"])], told.get("changeHistories") or ())
            for identifier in _texts(request["issues"]):
                _settle(issues[identifier])
        case "changelog":
            issue = issues[str(request["issue"])]
            _add_changes(issue, body.get("values") or body.get("histories") or ())
            _learn_total(issue, body.get("total"))
        case "issue":
            issue = issues[str(request["issue"])]
            told = body.get("changelog") or {}
            _add_changes(issue, told.get("histories") or ())
            _learn_total(issue, told.get("total"))
        case "comments":
            told = issues[str(request["issue"])]["fields"]["comment"]
            known = {comment["id"] for comment in told["comments"]}
            told["comments"] += [new for new in body.get("comments") or () if new["id"] not in known]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Collection):
        yield from map(str, value)


def _add_changes(issue: Item, histories: Sequence[Item]) -> None:
    changelog = issue["changelog"] = issue.get("changelog") or {}
    known = changelog["histories"] = changelog.get("histories") or []
    ids = {str(history["id"]) for history in known}
    known += [history for history in histories if str(history["id"]) not in ids]


def _learn_total(issue: Item, total: int | None) -> None:
    changelog = issue["changelog"]
    changelog["total"] = max(int(changelog.get("total") or 0), int(total or 0))


def _settle(issue: Item) -> None:
    """Take the changes that are there for all of them: they were asked for without an end."""
    changelog = issue["changelog"] = issue.get("changelog") or {"histories": []}
    changelog["total"] = max(int(changelog.get("total") or 0), len(changelog.get("histories") or ()))


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
