"""GraphQL over the world: any query is answered by its meaning, within GitLab's limit of complexity."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    execute_sync,
    get_named_type,
    parse,
    validate,
)
from graphql.utilities import value_from_ast_untyped

from tests.collectors.gitlab_world.world import Item, World

SDL = Path(__file__).with_name("schema.graphql")
MOST_COMPLEX = 250
_LISTS = {"nodes", "pageInfo", "edges", "count"}
_SORTS = {"UPDATED": "updatedAt", "CREATED": "createdAt", "RELEASED_AT": "releasedAt"}


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
        project = self.schema.type_map["Project"]
        assert isinstance(project, GraphQLObjectType)
        project.fields["pipeline"].resolve = lambda item, info, iid: next(
            (one for one in item["pipelines"] if one["iid"] == iid), None
        )

    def answer(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What GitLab answers: data, or errors."""
        if query not in self._documents:
            document = parse(query)
            self._documents[query] = validate(self.schema, document) or document
        document = self._documents[query]
        if isinstance(document, list):
            return {"errors": [{"message": error.message} for error in document]}
        if self.world.is_old and "workItem" in query:
            return {"errors": [{"message": "Field 'workItems' doesn't exist on type 'Project'"}]}
        complexity = complexity_of(document, variables)
        if complexity > MOST_COMPLEX:
            message = f"Query has complexity of {complexity}, which exceeds max complexity of {MOST_COMPLEX}"
            return {"errors": [{"message": message}]}
        done = execute_sync(self.schema, document, variable_values=dict(variables), field_resolver=_field)
        answer: dict[str, Any] = {"data": done.data}
        if done.errors:
            answer["errors"] = [{"message": error.message} for error in done.errors]
        return answer

    def _project(self, root: None, info: GraphQLResolveInfo, fullPath: str) -> Item | None:  # noqa: N803
        found = self.world.projects.get(fullPath)
        return None if fullPath in self.world.hidden else found

    def _mergeRequest(self, root: None, info: GraphQLResolveInfo, id: str) -> Item | None:  # noqa: A002, N802
        return self._item("mergeRequests", id)

    def _workItem(self, root: None, info: GraphQLResolveInfo, id: str) -> Item | None:  # noqa: A002, N802
        found = self._item("issues", id.replace("/WorkItem/", "/Issue/"))
        return found and work_item(found)

    def _item(self, kind: str, identifier: str) -> Item | None:
        everything = (item for project in self.world.projects.values() for item in project[kind])
        return next((item for item in everything if item["id"] == identifier), None)

    def _connection(self, item: Item | None, info: GraphQLResolveInfo, **given: Any) -> dict[str, Any]:
        """A list with its order, its filters and its pages; a cursor holds what it is ordered by, not a position."""
        elements = self._elements(item, info.field_name, given)
        sort, _, direction = str(given.get("sort") or "").rpartition("_")
        field, falls = _SORTS.get(sort), direction == "DESC" or info.field_name == "pipelines"
        keyed = [((f"{one[field]:%Y%m%d%H%M%S%f}" if field else "", place), one) for place, one in enumerate(elements)]
        keyed.sort(key=lambda pair: pair[0], reverse=falls)
        count = len(keyed)
        if given.get("after"):
            try:
                last = tuple(json.loads(base64.b64decode(given["after"])))
            except ValueError:
                raise GraphQLError("Please provide a valid cursor") from None
            keyed = [(key, one) for key, one in keyed if (key < last if falls else key > last)]
        page = keyed[: min(given.get("first") or 100, 100)]
        cursor = base64.b64encode(json.dumps(page[-1][0]).encode()).decode() if page else None
        return {
            "count": count,
            "nodes": [one for _, one in page],
            "pageInfo": {"hasNextPage": len(keyed) > len(page), "endCursor": cursor},
        }

    def _elements(self, item: Item | None, name: str, given: Mapping[str, Any]) -> list[Item]:
        if item is None:
            projects = [one for one in self.world.projects.values() if one["fullPath"] not in self.world.hidden]
            return [one for one in projects if one["id"] in (given.get("ids") or ())]
        if name == "workItems":
            return [work_item(one) for one in item["issues"] if one["iid"] in given["iids"]]
        elements = list(item[name])
        if given.get("iids"):
            elements = [one for one in elements if one["iid"] in given["iids"]]
        if given.get("updatedAfter"):
            since = datetime.fromisoformat(given["updatedAfter"]).replace(tzinfo=None)
            elements = [one for one in elements if one["updatedAt"] >= since]
        return elements


def _field(item: Item, info: GraphQLResolveInfo, **_: Any) -> Any:
    """A field of an item; instants as GraphQL writes them, in whole seconds."""
    value = item.get(info.field_name)
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value


def work_item(issue: Item) -> Item:
    """An issue as a work item: each note in a thread of its own."""
    notes = {
        "__typename": "WorkItemWidgetNotes",
        "discussions": [{"id": note["discussion"]["id"], "notes": [note]} for note in issue["notes"]],
    }
    parent = issue["parent"]
    return {
        "id": issue["id"].replace("/Issue/", "/WorkItem/"),
        "iid": issue["iid"],
        "author": issue["author"],
        "namespace": {"fullPath": issue["project"]["fullPath"]},
        "__typename": "WorkItem",
        "widgets": [
            {"__typename": "WorkItemWidgetAssignees", "assignees": issue["assignees"]},
            {"__typename": "WorkItemWidgetHierarchy", "parent": parent and work_item(parent)},
            notes,
        ],
    }


def complexity_of(document: DocumentNode, variables: Mapping[str, Any]) -> int:
    """The complexity of a query as GitLab counts it: a point a field, lists by a hundredth more for each element."""

    def of(selection: SelectionSetNode | None) -> float:
        total = 0.0
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                inner = of(node.selection_set)
                given = {
                    one.name.value: value_from_ast_untyped(one.value, dict(variables)) for one in node.arguments or ()
                }
                many = min(given["first"] or 100, 100) if "first" in given else 0
                total += 1 + inner + (1 + inner) * many * 0.01
            elif isinstance(node, InlineFragmentNode):
                total += of(node.selection_set)
            else:
                assert not isinstance(node, FragmentSpreadNode)
        return total

    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return int(of(operation.selection_set))
