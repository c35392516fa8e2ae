"""What a search cuts off of tickets, fetched: changes, on Cloud those of a whole page at once, and comments."""

from collections.abc import Sequence

from collectors.jira.client import Client
from collectors.jira.errors import Forbidden
from collectors.jira.server import Server, expected
from collectors.jira.units import Unit, histories_of, keep, lacks_changes, lacks_comments
from collectors.jira.values import Item

_AT_ONCE = 100
"""Changes or comments in one answer about one ticket."""
_TOGETHER = 5000
"""Changes in one answer about several tickets."""
_CAPS = frozenset({40, 100})
"""So many changes come with a search at most: exactly as many may be fewer than there are, whatever is said."""


def complete(client: Client, server: Server, unit: Unit) -> None:
    """Fetch what was cut off of the tickets that are to be stored."""
    cut = [str(issue["id"]) for issue in unit.news if _is_cut(issue, server)]
    if server.is_cloud and cut:
        cut = _complete_together(client, server, unit, cut)
    for identifier in cut:
        _complete_history(client, server, unit, identifier)
    for issue in unit.news:
        if lacks_comments(issue):
            _complete_comments(client, server, unit, issue)


def _is_cut(issue: Item, server: Server) -> bool:
    histories, total = histories_of(issue)
    return total is None or len(histories) < total or (server.is_cloud and len(histories) in _CAPS)


def _complete_together(client: Client, server: Server, unit: Unit, identifiers: Sequence[str]) -> list[str]:
    """Fetch the changes of several tickets at once; returns those of which that was not possible."""
    token: str | None = None
    while True:
        asked: dict[str, object] = {"issueIdsOrKeys": list(identifiers), "maxResults": _TOGETHER}
        try:
            document = client.post(
                f"{server.api}/changelog/bulkfetch", asked | ({"nextPageToken": token} if token else {})
            )
        except Forbidden:  # not offered here, or not for this account
            return list(identifiers)
        body = expected(document.body, dict, "changelog/bulkfetch")
        keep(unit, {"completion": "together", "issues": list(identifiers)}, document)
        if body.get("nextPageToken") in {None, "", token}:
            return [str(issue["id"]) for issue in unit.news if lacks_changes(issue)]
        token = body["nextPageToken"]


def _complete_history(client: Client, server: Server, unit: Unit, identifier: str) -> None:
    """Fetch the changes of a ticket that did not come, the oldest first."""
    issue = next(issue for issue in unit.issues if str(issue["id"]) == identifier)
    histories, total = histories_of(issue)
    had, start = len(histories), 0
    while total is None or start < total - had or lacks_changes(issue):
        path = f"{server.api}/issue/{identifier}/changelog"
        try:
            document = client.get(path, {"startAt": start, "maxResults": _AT_ONCE})
        except Forbidden:
            if start == 0 and not server.is_cloud:
                _complete_with_issue(client, server, unit, identifier)
            return
        body = expected(document.body, dict, "changelog")
        came = body.get("values") or body.get("histories") or []
        keep(unit, {"completion": "changelog", "issue": identifier}, document)
        start, total = start + len(came), int(body.get("total") or 0)
        if not came or body.get("isLast") or start >= total:
            return


def _complete_with_issue(client: Client, server: Server, unit: Unit, identifier: str) -> None:
    """Fetch a ticket by itself: what Server and Data Center offer where there is no list of changes."""
    try:
        document = client.get(f"{server.api}/issue/{identifier}", {"fields": "updated", "expand": "changelog"})
    except Forbidden:  # gone in the meantime, or hidden: its own next change will tell
        return
    expected(document.body, dict, "issue")
    keep(unit, {"completion": "issue", "issue": identifier}, document)


def _complete_comments(client: Client, server: Server, unit: Unit, issue: Item) -> None:
    identifier, start = str(issue["id"]), 0
    while lacks_comments(issue):
        path = f"{server.api}/issue/{identifier}/comment"
        try:
            document = client.get(path, {"startAt": start, "maxResults": _AT_ONCE, "orderBy": "created"})
        except Forbidden:
            return
        came = expected(document.body, dict, "comment").get("comments") or []
        keep(unit, {"completion": "comments", "issue": identifier}, document)
        start += len(came)
        if not came or start >= int(document.body.get("total") or 0):
            return
