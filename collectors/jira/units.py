"""A page of a search, and the answers it is made of: the first one, and those that complete it.

A search tells only the newest changes of a ticket and the first of its comments. How many there are stands beside them.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from collectors.jira.answers import Document
from collectors.jira.values import Item
from warehouse.tables import Payload

ISSUES = "issues"
WITHOUT_HISTORY = "issues without history"
SKIPPED = "issues skipped"
KEYS = "keys"

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
        merge(unit, json.loads(said.request), json.loads(said.body))
    return unit


def has_whole_history(issue: Item) -> bool:
    """Whether as many changes came as there are."""
    histories, total = histories_of(issue)
    return total is not None and len(histories) >= total


def histories_of(issue: Item) -> tuple[list[Item], int | None]:
    """The changes that came, and how many there are; None where that is not told."""
    changelog = issue.get("changelog") or {}
    histories = changelog.get("histories") or []
    total = changelog.get("total")
    return histories, None if total is None else int(total)


def lacks_changes(issue: Item) -> bool:
    """Whether fewer changes came than there are."""
    histories, total = histories_of(issue)
    return total is not None and len(histories) < total


def lacks_comments(issue: Item) -> bool:
    """Whether the list ends because it is full; comments that only others may see are missing for good."""
    told = issue["fields"].get("comment") or {}
    came, total = len(told.get("comments") or ()), int(told.get("total") or 0)
    return came < total and int(told.get("maxResults") or 0) < total


def keep(unit: Unit, request: Mapping[str, object], document: Document) -> None:
    """Add a further answer to a page."""
    unit.payloads.append(payload(request, document))
    merge(unit, request, document.body)


def payload(request: Mapping[str, object], document: Document) -> Payload:
    """An answer as it is archived, with what was asked."""
    return Payload(json.dumps(request, ensure_ascii=False), document.text, document.received_at)


def merge(unit: Unit, request: Mapping[str, object], body: Item) -> None:
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
