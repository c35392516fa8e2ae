"""What GitHub lets a query ask for, and what it costs, as its documentation says.

Nodes are what the lists of a query can hold at most: the lengths asked for, multiplied from the outside in. Points are
the requests that it would take to fill every list, by the hundred, at least one. A list is asked for with a length
from 1 to 100, and without one only for its total.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
)

from tests.collectors.fault_server import Asked, Reply
from tests.collectors.github_world.server import Server

MOST_NODES = 500_000
MOST_OF_A_LIST = 100


@dataclass
class Cost:
    """What a query asks for."""

    nodes: int = 0
    requests: int = 0
    longest: int = 0
    """The longest list that it asks for."""
    unbounded: tuple[str, ...] = ()
    """Lists of which elements are asked for without a length."""

    @property
    def points(self) -> int:
        """What it takes from the budget."""
        return max(1, round(self.requests / 100))


def cost(query: str, variables: Mapping[str, Any]) -> Cost:
    """What a query costs with these variables."""
    document, found = _parsed(query), Cost()
    fragments = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
    for part in document.definitions:
        if isinstance(part, OperationDefinitionNode):
            _add(found, part.selection_set, 1, fragments, variables)
    return found


@lru_cache(maxsize=200)
def _parsed(query: str) -> DocumentNode:
    return parse(query)


def _add(
    found: Cost,
    selections: SelectionSetNode,
    times: int,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> None:
    for field in _fields(selections, fragments):
        if field.selection_set is None:
            continue
        inside = [inner.name.value for inner in _fields(field.selection_set, fragments)]
        is_list = {"totalCount", "nodes", "edges"} & {*inside}
        length = _length(field, variables)
        if is_list:
            found.requests += times
            if length is None and {"nodes", "edges"} & {*inside}:
                found.unbounded += (field.name.value,)
            found.nodes += times * (length or 0)
            found.longest = max(found.longest, length or 0)
        _add(found, field.selection_set, times * (length or 1), fragments, variables)


def _fields(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(fragments[selection.name.value].selection_set, fragments)
        else:
            yield from _fields(selection.selection_set, fragments)  # type: ignore[attr-defined]


def _length(field: FieldNode, variables: Mapping[str, Any]) -> int | None:
    for argument in field.arguments or ():
        if argument.name.value in {"first", "last"}:
            if isinstance(argument.value, VariableNode):
                return int(variables[argument.value.name.value])
            assert isinstance(argument.value, IntValueNode)
            return int(argument.value.value)
    return None


@dataclass
class Limits:
    """A rule of a server: refuses what GitHub does not allow, and takes the points of the rest from the budget."""

    server: Server
    most_nodes: int = MOST_NODES

    def __call__(self, asked: Asked) -> Reply | None:
        """The refusal of a query; None where it may be answered."""
        if not asked.path.endswith("/graphql"):
            return None
        body = json.loads(asked.body)
        found = cost(body["query"], body["variables"])
        if found.unbounded:
            return _error("MISSING_PAGINATION_BOUNDARIES", f"You must provide a `first` on {found.unbounded[0]}.")
        if found.longest > MOST_OF_A_LIST:
            return _error(
                "EXCESSIVE_PAGINATION", f"Requesting {found.longest} records exceeds the limit of 100 records."
            )
        if found.nodes > self.most_nodes:
            message = f"This query requests up to {found.nodes:,} possible nodes which exceeds the maximum limit of"
            return _error("MAX_NODE_LIMIT_EXCEEDED", f"{message} {self.most_nodes:,}.")
        self.server.points += found.points - 1
        return None


def _error(kind: str, message: str) -> Reply:
    return Reply(body={"errors": [{"type": kind, "message": message}]})
