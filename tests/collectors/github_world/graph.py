"""GraphQL over the world: any query is answered by its meaning."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    build_schema,
    execute_sync,
    get_named_type,
    parse,
    validate,
)

from tests.collectors.github_world.world import Item, World

SDL = Path(__file__).with_name("schema.graphql")
_ORDERS = {"CREATED_AT": "createdAt", "UPDATED_AT": "updatedAt", "NAME": "nameWithOwner"}


class Graph:
    """The schema with its resolvers, bound to a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.schema = build_schema(SDL.read_text(encoding="utf-8"))
        self._documents: dict[str, DocumentNode | list[GraphQLError]] = {}
        for kind in self.schema.type_map.values():
            if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
                for name, field in kind.fields.items():
                    if get_named_type(field.type).name.endswith("Connection"):
                        field.resolve = self._connection
                    elif kind.name == "Query":
                        field.resolve = getattr(self, f"_{name}")
                    elif name == "fieldValueByName":
                        field.resolve = lambda item, info, name: item["fieldValueByName"]

    def answer(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What GitHub answers: data, and errors with their type."""
        if query not in self._documents:
            document = parse(query)
            self._documents[query] = validate(self.schema, document) or document
        document = self._documents[query]
        if isinstance(document, list):
            return {"errors": [{"message": error.message} for error in document]}
        done = execute_sync(self.schema, document, variable_values=dict(variables))
        answer: dict[str, Any] = {"data": done.data}
        if done.errors:
            answer["errors"] = [
                {"type": (error.extensions or {}).get("type", "INTERNAL"), "path": error.path, "message": error.message}
                for error in done.errors
            ]
        return answer

    def _node(self, root: None, info: GraphQLResolveInfo, id: str) -> Item | None:  # noqa: A002
        found = self.world.nodes.get(id)
        holder = (found or {}).get("repository", found) or {}
        if found is None or holder.get("nameWithOwner") in self.world.forbidden:
            raise GraphQLError(
                f"Could not resolve to a node with the global id of '{id}'", extensions={"type": "NOT_FOUND"}
            )
        return found

    def _repository(
        self,
        root: None,
        info: GraphQLResolveInfo,
        owner: str,
        name: str,
        followRenames: bool,  # noqa: N803
    ) -> Item:
        found = self.world.find(f"{owner}/{name}")
        if found is None:
            raise GraphQLError(
                f"Could not resolve to a Repository with the name '{owner}/{name}'.", extensions={"type": "NOT_FOUND"}
            )
        return found

    def _repositoryOwner(self, root: None, info: GraphQLResolveInfo, login: str) -> Item | None:  # noqa: N802
        return self.world.accounts.get(login)

    def _connection(self, item: Item, info: GraphQLResolveInfo, **given: Any) -> dict[str, Any]:
        """A list with its order, its filters and its pages; a cursor holds what it is ordered by, not a position."""
        if info.field_name in self.world.beyond_scope:
            raise GraphQLError(
                "Your token has not been granted the required scopes to execute this query. "
                f"The '{info.field_name}' field requires one of the following scopes: ['read:org'].",
                extensions={"type": "INSUFFICIENT_SCOPES"},
            )
        if info.field_name == "repositories":
            owned = f"{item['login']}/"
            elements = [
                found
                for name, found in self.world.repositories.items()
                if name.startswith(owned) and name not in self.world.forbidden
            ]
        else:
            elements = list(item[info.field_name])
        if types := given.get("itemTypes"):
            elements = [element for element in elements if _screaming(element["__typename"]) in types]
        order = given.get("orderBy") or {}
        sort = _ORDERS.get(order.get("field", ""))
        keys = [
            (element[sort], element.get("number", 0), place) if sort else (place,)
            for place, element in enumerate(elements)
        ]
        falls = order.get("direction") == "DESC"
        ordered = sorted(zip(keys, elements, strict=True), key=lambda pair: pair[0], reverse=falls)
        total = len(ordered)
        if given.get("after"):
            last = tuple(json.loads(base64.b64decode(given["after"])))
            ordered = [(key, element) for key, element in ordered if (key < last if falls else key > last)]
        size = given.get("first") or given.get("last") or 0
        page = ordered[-size:] if given.get("last") else ordered[:size]
        return {
            "totalCount": total,
            "nodes": [element for _, element in page],
            "pageInfo": {
                "hasNextPage": len(ordered) > len(page),
                "endCursor": base64.b64encode(json.dumps(page[-1][0]).encode()).decode() if page else None,
            },
        }


def _screaming(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper().strip("_")
