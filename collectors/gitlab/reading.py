"""One project on its way into the warehouse: what in it is new, and the answers that tell it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from collectors.gitlab import changed, details, issues, lists, merge_requests, pipelines
from collectors.gitlab.answers import Answer
from collectors.gitlab.changed import Cursor
from collectors.gitlab.client import Client
from collectors.gitlab.errors import BudgetSpent, Forbidden, GitLabError, Refused, Unknown
from collectors.gitlab.lists import PipelineCursor
from collectors.gitlab.parts import Node, Project, instant, nodes_of, payload
from collectors.gitlab.source import GitLabSource
from collectors.page_size import Size
from collectors.told import Told
from warehouse.tables import Payload, State

Job = Callable[[], Iterator[Told]]
"""Reads a part of a project."""

_AT_A_TIME = 50
"""Merge requests or issues whose details are asked for at once."""
_LABEL_NUMBER = re.compile(r"~\d")
_LOOK_AGAIN = timedelta(days=1)
"""After so long deployments are looked for, though no pipeline changed: they can be reported by hand."""


@dataclass(frozen=True)
class _Changing:
    """A list that REST tells by the last change of its items: merge requests, issues, deployments."""

    stream: str
    path: str
    most: int
    """Items of a page, at most."""
    parameters: dict[str, str]
    told: str | None = None
    """Where the pulse holds its newest item, and how many there are."""


_MERGE_REQUESTS = _Changing(
    merge_requests.STREAM, "merge_requests", 100, {"scope": "all", "state": "all"}, "mergeRequests"
)
_ISSUES = _Changing(issues.STREAM, "issues", 100, {"scope": "all", "state": "all"}, "issues")
_DEPLOYMENTS = _Changing("deployments", "deployments", 100, {})
_WHOLE = ("releases", "milestones")


@dataclass
class Reading:
    """One project on its way into the warehouse."""

    source: GitLabSource
    client: Client
    project: Project
    state: State
    full: bool
    failures: list[GitLabError]
    now: datetime
    """The server's clock when the run began."""
    knows_history: bool = field(default=True)
    is_looking: bool = field(default=False)
    """Whether its pipelines are still to be read."""
    has_looked: bool = field(default=False)
    """Whether they were read in this run, to the end."""
    sizes: dict[str, Size] = field(
        default_factory=lambda: {stream: Size(_AT_A_TIME) for stream in (merge_requests.STREAM, issues.STREAM)}
    )
    """How many items GraphQL is asked for at a time."""
    labels: list[Payload] | None = field(default=None)
    environments: list[Payload] | None = field(default=None)

    def jobs(self) -> list[Job]:
        """What there is to read, each part of it on its own."""
        parts: list[Job] = []
        for listing in (_MERGE_REQUESTS, _ISSUES):
            cursor = Cursor.of(self._cursor(listing.stream))
            if self._has_news(listing, cursor):
                parts.append(partial(self._changing, listing, cursor))
        whole = [stream for stream in _WHOLE if self._whole_has_news(stream, self._cursor(stream))]
        parts += [partial(self._whole, stream) for stream in whole]
        stored = self._cursor(pipelines.STREAM)
        if self._has_new_pipelines(stored):
            self.is_looking = True
            parts.append(partial(self._pipelines, PipelineCursor.of(stored)))
        cursor = Cursor.of(self._cursor(_DEPLOYMENTS.stream))
        if self.is_looking or self._may_have_deployed(cursor):
            parts.append(partial(self._deployments, cursor))
        return [partial(self._guarded, part) for part in parts]

    def sweep(self, stream: str, stored: Sequence[str]) -> list[Job]:
        """The job that tells which items are gone; none where no more are stored, by number, than there are."""
        listing = _MERGE_REQUESTS if stream == merge_requests.STREAM else _ISSUES
        total = self._pulse(listing).get("count")
        is_less = total is not None and len(stored) > total
        return [partial(self._guarded, partial(self._gone, stream, stored))] if is_less else []

    def _guarded(self, part: Job) -> Iterator[Told]:
        """What a part tells; where it cannot be read, that is noted and the others go on."""
        try:
            yield from part()
        except (BudgetSpent, Refused):
            raise
        except GitLabError as error:
            self.failures.append(error)

    def _cursor(self, stream: str) -> str | None:
        return None if self.full else self.state.cursor(stream, self.project.repo_id)

    def _asked(self, **what: object) -> dict[str, object]:
        """What was asked, as it is archived with the answer."""
        return {"project": self.project.name, "url": self.project.told["webUrl"], **what}

    def _told(self, stream: str, payloads: Sequence[Payload], cursor: object = None, *, is_first: bool = False) -> Told:
        restart = (stream,) if self.full and is_first else ()
        return Told(stream, self.project.repo_id, payloads, None if cursor is None else str(cursor), restart)

    # -- lists by last change

    def _pulse(self, listing: _Changing) -> Node:
        """What was told of the list beside all others: its newest item, and how many there are."""
        told: Node = self.project.told.get(listing.told or "") or {}
        return told

    def _has_news(self, listing: _Changing, cursor: Cursor) -> bool:
        """Whether a list holds something newer than what was read, or was not read to its end."""
        newest = nodes_of({"page": self._pulse(listing)}, "page")
        return bool(newest) and cursor.is_behind(newest[0]["updatedAt"])

    def _changing(self, listing: _Changing, cursor: Cursor) -> Iterator[Told]:
        """A list from the oldest change that is not known to the newest."""
        is_first = True
        for batch in changed.batches(partial(self._ask, listing), listing.most, cursor, self.source.beginning):
            payloads = self._with_details(listing, batch)
            yield self._told(listing.stream, payloads, batch.cursor, is_first=is_first)
            is_first = False

    def _deployments(self, cursor: Cursor) -> Iterator[Told]:
        """Like `_changing`, of deployments; that they are not for this token is no reason to fail every night."""
        try:
            yield from self._changing(_DEPLOYMENTS, cursor)
        except Forbidden:
            looked = Cursor(told_at=changed.written(self.now))
            told = self._told(_DEPLOYMENTS.stream, (), looked, is_first=True)
            yield told if cursor.told_at else replace(told, quality={"deployments_unreadable": 1})

    def _ask(self, listing: _Changing, parameters: Mapping[str, Any]) -> Answer:
        return self.client.rest(f"{self.project.path}/{listing.path}", {**listing.parameters, **parameters})

    def _with_details(self, listing: _Changing, batch: changed.Batch) -> list[Payload]:
        """The answers that a page is made of; none where it holds nothing that was not seen before."""
        if not batch.fresh:
            return []
        if listing is _DEPLOYMENTS:
            asked = self._asked(list=listing.stream)
            return [payload(asked, batch.answer), *self._environments(batch.fresh)]
        numbers = [str(item["iid"]) for item in batch.fresh]
        request = self._asked(list=listing.stream, fresh=numbers)
        if listing is _ISSUES and not self.knows_history:
            return [payload(request | {"no_history": True}, batch.answer)]
        try:
            told = details.fetch(self.client, self.project, listing.stream, numbers, self.sizes[listing.stream])
        except Unknown:
            if listing is not _ISSUES:
                raise
            self.knows_history = False
            return self._with_details(listing, batch)
        return [payload(request, batch.answer), *told, *(self._labels(told) if listing is _ISSUES else ())]

    def _labels(self, told: Sequence[Payload]) -> list[Payload]:
        """The titles of labels, where the notes of issues name some by number: each page holds all that it needs."""
        if not any(_LABEL_NUMBER.search(said.body) for said in told):
            return []
        if self.labels is None:
            self.labels = lists.ask_labels(self.client, self.project)
        return self.labels

    def _environments(self, items: Sequence[Node]) -> list[Payload]:
        """The tiers of environments, where the deployments do not tell them."""
        if self.environments is None and any("tier" not in (item.get("environment") or {}) for item in items):
            self.environments = lists.ask_environments(self.client, self.project)
        return self.environments or []

    def _gone(self, stream: str, stored: Sequence[str]) -> Iterator[Told]:
        """The numbers of all that is there, as one page that takes out what is gone."""
        told = lists.ask_numbers(self.client, self.project, stream, {"numbers": stream})
        gone = sorted(set(stored) - {str(node["iid"]) for node in lists.nodes(told)}, key=int)
        first = replace(told[0], request=json.dumps(self._asked(numbers=stream, gone=gone)))
        yield self._told(stream, [first, *told[1:]])

    # -- lists that are read whole

    def _signature(self, stream: str) -> str:
        """What changes when anything in the list does."""
        return json.dumps(self.project.told.get(stream), sort_keys=True)

    def _whole_has_news(self, stream: str, stored: str | None) -> bool:
        has_any = bool(nodes_of(self.project.told, stream))
        return (stored is not None or has_any) and stored != self._signature(stream)

    def _whole(self, stream: str) -> Iterator[Told]:
        payloads = lists.ask_whole(self.client, self.project, stream, self._asked(list=stream))
        yield self._told(stream, payloads, self._signature(stream), is_first=True)

    # -- pipelines

    def _has_new_pipelines(self, stored: str | None) -> bool:
        if stored is None:
            return True
        return PipelineCursor.of(stored).after is not None or bool(nodes_of(self.project.told, "pipelines"))

    def _pipelines(self, cursor: PipelineCursor) -> Iterator[Told]:
        """Pipelines that changed since they were last looked at, the newest first."""
        asked, is_first = self._asked(list=pipelines.STREAM), True
        beginning = self.source.beginning
        try:
            for payloads, after in lists.ask_pipelines(self.client, self.project, cursor, beginning, asked):
                yield self._told(pipelines.STREAM, payloads, after, is_first=is_first)
                is_first = False
        except Forbidden:  # CI is turned off, or not for this token: no reason to fail every night
            looked = PipelineCursor(looked_at=changed.written(self.now))
            told = self._told(pipelines.STREAM, (), looked, is_first=True)
            yield told if cursor.looked_at else replace(told, quality={"ci_runs_unreadable": 1})
        self.has_looked, self.is_looking = True, False

    def _may_have_deployed(self, cursor: Cursor) -> bool:
        """Whether it is time to look for deployments though no pipeline changed."""
        looked = instant(cursor.told_at)
        return looked is None or self.now - looked > _LOOK_AGAIN
