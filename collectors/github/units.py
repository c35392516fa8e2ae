"""A page of a list, complete: what its answer left out of the nested lists is asked for before anybody sees it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collectors.github import queries
from collectors.github.answers import Answer
from collectors.github.client import Client
from collectors.github.errors import Forbidden, Malformed, TooHeavy
from collectors.rows import Node
from warehouse.tables import Payload

MOST_COMPLETED = 40
"""Nested lists that are completed in one request."""


class ScopesLacking(Exception):  # noqa: N818 - says what happened
    """Part of what was asked needs a scope that the token does not have; GitHub's words say which."""


@dataclass(frozen=True)
class Repository:
    """A repository as the API tells it, and the id that it has here for good."""

    repo_id: str
    platform_id: str
    name: str
    """`owner/name` as it is now."""
    told: Node = field(repr=False, default_factory=dict)
    """What the pulse said of it."""

    @property
    def path(self) -> str:
        """Where REST has it: by its number, which no rename changes; a redirect would lose what is asked for."""
        number = self.told.get("databaseId")
        return f"/repos/{self.name}" if number is None else f"/repositories/{number}"

    @property
    def owner(self) -> str:
        """Who it belongs to."""
        return self.name.partition("/")[0]


@dataclass
class Unit:
    """The elements of one page of a list, and the answers they came in."""

    nodes: list[Node]
    after: str | None
    """Where the next page begins; None where this is the last one."""
    payloads: list[Payload]
    is_skipped: bool = False
    """Whether the one element was too heavy and is not told."""


def fetch(client: Client, repository: Repository, listing: str, first: int, after: str | None) -> Unit:
    """A page of a list of a repository.

    Raises TooHeavy where it should be shorter, ScopesLacking where a part of it is not for this token, Forbidden where
    none of it is.
    """
    asked = {"id": repository.platform_id, "first": first, "after": after}
    answer = client.graphql(queries.LISTINGS[listing], asked, owner=repository.owner)
    payloads = [payload({"listing": listing, "repository": repository.name, **asked}, answer)]
    page = _page(answer, repository, listing)
    while parts := list(_overflowing(page))[:MOST_COMPLETED]:
        payloads.append(_complete(client, repository, parts, page))
    following = page["pageInfo"]
    return Unit(_whole(page), following["endCursor"] if following["hasNextPage"] else None, payloads)


def skip(client: Client, repository: Repository, listing: str, after: str | None) -> Unit:
    """A page of the one element that is too heavy to be told; raises TooHeavy for lists whose elements never are."""
    if f"{listing} skipped" not in queries.LISTINGS:
        hint = "GitHub could not answer; the next run tries again"
        raise TooHeavy(f"{repository.name}: {listing}: no answer, not even for one at a time", hint=hint)
    unit = fetch(client, repository, f"{listing} skipped", 1, after)
    unit.is_skipped = True
    return unit


def read(payloads: Sequence[Payload]) -> Unit:
    """The page again from the answers that it was made of."""
    listing = json.loads(payloads[0].request)["listing"]
    page = json.loads(payloads[0].body)["data"]["node"]["page"]
    for said in payloads[1:]:
        _merge(page, json.loads(said.request)["completion"], json.loads(said.body)["data"])
    return Unit(_whole(page), None, list(payloads), is_skipped=listing.endswith(" skipped"))


def payload(request: Mapping[str, object], answer: Any) -> Payload:
    """An answer as it is archived, with what was asked."""
    return Payload(json.dumps(request, ensure_ascii=False), answer.text, answer.received_at)


def _page(answer: Answer, repository: Repository, listing: str) -> Node:
    if any(error.get("type") == "INSUFFICIENT_SCOPES" for error in answer.errors):
        raise ScopesLacking(_messages(answer))
    page: Node | None = (answer.data.get("node") or {}).get("page")
    if page is None:
        raise Forbidden(
            f"{repository.name}: {listing.split(maxsplit=1)[0]}: {_messages(answer) or 'nothing was answered'}",
            hint=f"check that the repository is there, and what the credentials may read{answer.access}",
        )
    if "nodes" not in page or "pageInfo" not in page:
        raise Malformed(f"{repository.name}: {listing}: a page without nodes", hint="the next run tries again")
    return page


def _messages(answer: Answer) -> str:
    return "; ".join(dict.fromkeys(str(error.get("message"))[:300] for error in answer.errors))


def _whole(page: Node) -> list[Node]:
    """The elements that could be told."""
    return [node for node in page["nodes"] if node]


def _overflowing(page: Node) -> Iterator[tuple[str, str, str, str]]:
    """Type, id, list and cursor of every nested list that has more elements than came."""
    for key, inner in _nested(page):
        following = inner.get("pageInfo") or {}
        if following.get("hasNextPage"):
            yield *key, following["endCursor"]


def _complete(client: Client, repository: Repository, parts: list[tuple[str, str, str, str]], page: Node) -> Payload:
    """Ask for the next elements of nested lists, of fewer at a time where that is too heavy, and add them."""
    while True:
        query, variables = queries.completion(parts)
        try:
            answer = client.graphql(query, variables, owner=repository.owner)
        except TooHeavy:
            if len(parts) == 1:
                raise
            parts = parts[: len(parts) // 2]
            continue
        _merge(page, parts, answer.data)
        return payload({"completion": parts}, answer)


def _merge(page: Node, parts: Sequence[Sequence[str]], data: Node) -> None:
    lists = {(found[1], found[2]): inner for found, inner in _nested(page)}
    for number, (_, identifier, name, _) in enumerate(parts):
        more = (data.get(f"c{number}") or {}).get("page")
        inner = lists[identifier, name]
        if more is None:  # gone in the meantime: its own next change will tell
            inner["pageInfo"] = {"hasNextPage": False, "endCursor": None}
            continue
        inner["nodes"] = [*(inner["nodes"] or []), *(more["nodes"] or [])]
        inner["pageInfo"] = more["pageInfo"]


def _nested(value: object) -> Iterator[tuple[tuple[str, str, str], Node]]:
    """Type, id and field of every nested list, with the list."""
    if isinstance(value, list):
        for element in value:
            yield from _nested(element)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict) and (value.get("__typename"), name) in queries.NESTED and "id" in value:
                yield (value["__typename"], value["id"], name), inner
            yield from _nested(inner)
