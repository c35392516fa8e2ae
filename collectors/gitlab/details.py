"""What GraphQL tells of some items at once, complete: what an answer left out of a nested list is asked for as well."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collectors.gitlab import budget, queries
from collectors.gitlab.client import Client
from collectors.gitlab.errors import Forbidden, TooHeavy
from collectors.gitlab.parts import Node, Project, payload, requested
from collectors.page_size import Size
from warehouse.tables import Payload

Key = tuple[str, str, str]
"""Type of an item, what it is asked for by, and the name of its list."""

_QUERIES = {"pull_requests": queries.MERGE_REQUESTS, "tickets": queries.ISSUES}


def fetch(client: Client, project: Project, stream: str, numbers: Sequence[str], size: Size) -> list[Payload]:
    """The answers that tell of the items of these numbers, as many at a time as `size` allows and learns.

    An item that is too heavy even alone is noted as such. Raises Forbidden where the project cannot be read, Unknown
    where the server does not know what is asked.
    """
    payloads: list[Payload] = []
    left = list(numbers)
    while left:
        part = left[: size.now]
        request = {"details": stream, "iids": part}
        try:
            variables = {"path": project.name, "iids": part, "first": len(part)}
            answer = client.graphql(_QUERIES[stream], variables, is_least=len(part) == 1)
            page = page_in(answer.body, project)
            payloads += [payload(request, answer), *completed(client, project, page["nodes"])]
        except TooHeavy:
            if len(part) > 1:
                size.now = len(part)
                size.halve()
                continue
            payloads.append(Payload(json.dumps(request | {"is_too_heavy": True}), "null", budget.now()))
        else:
            size.went_well()
        left = left[len(part) :]
    return payloads


def page_in(data: Mapping[str, Any], project: Project) -> Node:
    """The page of a list of the project; raises Forbidden where the project, or this part of it, is not told."""
    page: Node | None = (data.get("project") or {}).get("page")
    if page is None:
        raise Forbidden(
            f"{project.name}: nothing is told of it",
            hint="check that the project is there, and that the token may read it (role Reporter or higher)",
        )
    return page


def completed(client: Client, project: Project, nodes: Sequence[Node | None]) -> list[Payload]:
    """The answers that complete the nested lists of items, which are completed in place."""
    payloads: list[Payload] = []
    most = queries.MOST_COMPLETED
    while parts := list(_overflowing(nodes))[:most]:
        query, variables = queries.completion(parts, project.name)
        try:
            answer = client.graphql(query, variables, is_least=len(parts) == 1)
        except TooHeavy:
            if len(parts) == 1:
                raise
            most = max(len(parts) // 2, 1)
            continue
        merge(nodes, parts, answer.body)
        payloads.append(payload({"completion": parts}, answer))
    return payloads


def read(payloads: Sequence[Payload]) -> dict[str, Node | None]:
    """The items again from the answers, by number; None for one that was too heavy to be told."""
    found: dict[str, Node | None] = {}
    nodes: list[Node | None] = []
    for said in payloads:
        request = requested(said)
        if "completion" in request:
            merge(nodes, request["completion"], json.loads(said.body)["data"])
        elif "details" in request:
            found |= dict.fromkeys(request["iids"])
            if not request.get("is_too_heavy"):
                nodes = json.loads(said.body)["data"]["project"]["page"]["nodes"]
                found |= {str(node["iid"]): node for node in nodes if node}
    return found


def discussions_of(node: Node) -> Node:
    """The list of discussions of an issue; empty where the server tells none."""
    for widget in node.get("widgets") or ():
        if (widget or {}).get("discussions"):
            told: Node = widget["discussions"]
            return told
    return {}


def _lists(nodes: Sequence[Node | None]) -> Iterator[tuple[Key, Node]]:
    for node in nodes:
        if not node:
            continue
        match node.get("__typename"):
            case "MergeRequest":
                yield ("MergeRequest", node["id"], "notes"), node.get("notes") or {}
                yield ("MergeRequest", node["id"], "commits"), node.get("commits") or {}
            case "Pipeline":
                yield ("Pipeline", str(node["iid"]), "jobs"), node.get("jobs") or {}
            case _:
                yield ("WorkItem", node["id"], "discussions"), discussions_of(node)


def _overflowing(nodes: Sequence[Node | None]) -> Iterator[tuple[str, str, str, str]]:
    for key, inner in _lists(nodes):
        following = inner.get("pageInfo") or {}
        if following.get("hasNextPage"):
            yield *key, following["endCursor"]


def merge(nodes: Sequence[Node | None], parts: Sequence[Sequence[str]], data: Mapping[str, Any]) -> None:
    """Add the further elements of nested lists that an answer holds to the items that they belong to."""
    lists = dict(_lists(nodes))
    for number, (kind, identifier, field, _) in enumerate(parts):
        told = data.get(f"c{number}") or {}
        more = discussions_of(told) if kind == "WorkItem" else (told.get("item") or told).get("page")
        inner = lists[kind, identifier, field]
        if not more:  # gone in the meantime: its own next change will tell
            inner["pageInfo"] = {"hasNextPage": False, "endCursor": None}
            continue
        inner["nodes"] = [*(inner["nodes"] or []), *(more["nodes"] or [])]
        inner["pageInfo"] = more["pageInfo"]
