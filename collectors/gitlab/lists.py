"""Lists that are read whole, or by a cursor of GraphQL: labels, environments, releases, milestones, pipelines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from collectors.gitlab import budget, details, queries
from collectors.gitlab.changed import OVERLAP, written
from collectors.gitlab.client import Client
from collectors.gitlab.errors import Forbidden, Stale, TooHeavy
from collectors.gitlab.parts import Node, Project, number_of, payload, requested, utc
from collectors.page_size import Size
from warehouse.tables import Payload, State

LONGEST = timedelta(days=400)
"""Pipelines that did not change for longer are left out of a first collection."""
SCOPE = "all"
"""Where it is kept up to when the pipelines of all projects are read."""
_AT_A_TIME = 100
_WHOLE = {"releases": queries.RELEASES, "milestones": queries.MILESTONES}


@dataclass(frozen=True)
class PipelineCursor:
    """How far the pipelines were read."""

    looked_at: str | None = None
    """All that changed up to it is read."""
    began: str | None = None
    """The server's clock when the walk began that is under way."""
    after: str | None = None
    """Where that walk goes on."""

    @classmethod
    def of(cls, text: str | None) -> Self:
        """The cursor as it was stored; the beginning where there is none, or one of another version."""
        try:
            return cls(**json.loads(text)) if text else cls()
        except (ValueError, TypeError):
            return cls()

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})


def last_looked(source: str, state: State) -> datetime:
    """The instant up to which the pipelines of every project are read that were read at all."""
    together = PipelineCursor.of(state.cursor("ci_runs", SCOPE)).looked_at
    if together is None:
        scopes = state.rows("repositories", ["repo_id"], source=source)["repo_id"]
        looked = [PipelineCursor.of(state.cursor("ci_runs", scope)).looked_at for scope in scopes]
        together = min((at for at in looked if at), default=written(budget.now()))
    return utc(together) - OVERLAP


def ask_pipelines(
    client: Client,
    project: Project,
    cursor: PipelineCursor,
    since: datetime | None,
    asked: Mapping[str, object],
) -> Iterator[tuple[list[Payload], PipelineCursor]]:
    """The answers for each page of the pipelines that changed since they were looked at, with where to go on."""
    size = Size(_AT_A_TIME)
    oldest = max(since or budget.now() - LONGEST, budget.now() - LONGEST)
    start = utc(cursor.looked_at) - OVERLAP if cursor.looked_at else oldest
    after, began = cursor.after, cursor.began
    while True:
        variables = {"path": project.name, "first": size.now, "after": after, "since": written(start)}
        try:
            answer = client.graphql(queries.PIPELINES, variables, is_least=size.now == 1)
            page = details.page_in(answer.body, project)
            payloads = [payload(asked, answer), *details.completed(client, project, page["nodes"])]
        except Stale:
            if after is None:
                raise
            after = began = None
            continue
        except TooHeavy:
            if size.now == 1:
                raise
            size.halve()
            continue
        size.went_well()
        began = began or written(answer.told_at)
        following = page["pageInfo"]
        if not following["hasNextPage"]:
            yield payloads, PipelineCursor(looked_at=began)
            return
        after = following["endCursor"]
        yield payloads, PipelineCursor(cursor.looked_at, began, after)


def pipelines(payloads: Sequence[Payload]) -> list[Node]:
    """The pipelines again from the answers of a page."""
    nodes: list[Node] = []
    for said in payloads:
        request, data = requested(said), json.loads(said.body)["data"]
        if "completion" in request:
            details.merge(nodes, request["completion"], data)
        else:
            nodes = [node for node in data["project"]["page"]["nodes"] if node]
    return nodes


def ask_whole(client: Client, project: Project, stream: str, asked: Mapping[str, object]) -> list[Payload]:
    """The answers for all releases or milestones of a project."""
    return _all(client, project, _WHOLE[stream], asked)


def ask_numbers(client: Client, project: Project, stream: str, asked: Mapping[str, object]) -> list[Payload]:
    """The answers for the numbers of all merge requests or issues of a project."""
    return _all(client, project, queries.NUMBERS[stream], asked)


def nodes(payloads: Sequence[Payload]) -> list[Node]:
    """The elements of a whole list again from its answers."""
    pages = (json.loads(said.body)["data"]["project"]["page"] for said in payloads)
    return [node for page in pages for node in page["nodes"] if node]


def ask_labels(client: Client, project: Project) -> list[Payload]:
    """The answers for all labels of a project."""
    return _all(client, project, queries.LABELS, {"labels": project.name})


def labels(payloads: Sequence[Payload]) -> dict[str, str]:
    """The titles of labels by number, from the answers of a page that tell of them."""
    told = nodes([said for said in payloads if "labels" in requested(said)])
    return {number_of(node["id"]): node["title"] for node in told}


def ask_environments(client: Client, project: Project) -> list[Payload]:
    """The answers for all environments of a project; none where they are not for this token."""
    payloads: list[Payload] = []
    try:
        while True:
            page = len(payloads) + 1
            answer = client.rest(f"{project.path}/environments", {"per_page": 100, "page": page})
            payloads.append(payload({"environments": project.name}, answer))
            if not answer.has_more(100):
                return payloads
    except Forbidden:
        return []


def tiers(payloads: Sequence[Payload]) -> dict[str, str]:
    """The tiers of environments by number, from the answers of a page that tell of them."""
    told: list[dict[str, Any]] = [
        one for said in payloads if "environments" in requested(said) for one in json.loads(said.body)
    ]
    return {str(one["id"]): one["tier"] for one in told if one.get("tier")}


def _all(client: Client, project: Project, query: str, asked: Mapping[str, object]) -> list[Payload]:
    """The answers for a list from its start to its end; from its start again where it went stale."""
    payloads: list[Payload] = []
    after: str | None = None
    while True:
        try:
            answer = client.graphql(query, {"path": project.name, "after": after}, is_least=True)
        except Stale:
            if after is None:
                raise
            payloads, after = [], None
            continue
        page = details.page_in(answer.body, project)
        payloads.append(payload(asked, answer))
        if not page["pageInfo"]["hasNextPage"]:
            return payloads
        after = page["pageInfo"]["endCursor"]
