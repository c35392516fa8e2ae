"""From projects to pages: what is there, what is new in it, and all that belongs to that."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import polars as pl

from collectors.gitlab import (
    changed,
    delivery,
    details,
    issues,
    lists,
    merge_requests,
    pipelines,
    projects,
)
from collectors.gitlab.answers import Answer
from collectors.gitlab.client import Client
from collectors.gitlab.errors import BudgetSpent, Forbidden, GitLabError, Refused, Unknown
from collectors.gitlab.lists import PipelineCursor
from collectors.gitlab.parts import Node, Project, instant, nodes_of, payload, requested
from collectors.gitlab.projects import Wanted
from collectors.page_size import Size
from collectors.parallel import merged
from warehouse.tables import Page, Payload, State

_AT_A_TIME = 50
"""Merge requests or issues whose details are asked for at once."""
_LABEL_NUMBER = re.compile(r"~\d")
_LOOK_AGAIN = timedelta(days=1)
"""After so long deployments are looked for, though no pipeline changed: they can be reported by hand."""


@dataclass(frozen=True)
class GitLabSource:
    """A `[[source]]` of kind `gitlab`: which projects, and from when on what changed in them counts."""

    name: str
    projects: tuple[str, ...]
    since: date | None = None
    archived: bool = True
    forks: bool = False

    @property
    def wanted(self) -> Wanted:
        """The projects that are meant."""
        return Wanted(self.projects, self.archived, self.forks)

    @property
    def beginning(self) -> datetime | None:
        """The instant from which on changes count (UTC)."""
        return datetime.combine(self.since, time()) if self.since else None


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
_KEYS = {"pull_requests": ("pr_id", "!"), "tickets": ("ticket_id", "#")}
"""The key of the items of a stream, and the sign that GitLab writes before their number."""


def collect(source: GitLabSource, client: Client, state: State, *, full: bool = False) -> Iterator[Page]:
    """The pages that bring the warehouse up to date with what GitLab knows of the projects.

    First comes one page with the projects themselves; then those of their streams, several at a time. `full` reads
    everything again. A project that cannot be read does not stop the others: when they are done, an ExceptionGroup
    of GitLabError is raised. BudgetSpent and Refused end everything at once; what was yielded before is complete.
    """
    before = client.requests
    since = lists.last_looked(source.name, state)
    found = projects.find(client, source.wanted, source=source.name, state=state, since=since)
    known = projects.read(found.payloads, source.wanted, source=source.name, state=state)
    yield from _removed(source, state)
    page = projects.page(known, source=source.name, state=state)
    news = projects.is_news(page, source=source.name, state=state)
    yield replace(page, payloads=found.payloads if news else (), requests=client.requests - before)
    failures = list(found.failures)
    counts = {stream: _counts(stream, source.name, state) for stream in _KEYS}
    readings = [
        _Reading(
            source,
            client,
            project,
            state,
            full=full,
            failures=failures,
            now=found.told_at,
            stored={stream: told.get(project.repo_id, 0) for stream, told in counts.items()},
        )
        for project in known
    ]
    jobs = [job for reading in readings for job in reading.jobs()]
    yield from merged(jobs, min(client.workers, len(jobs)), client.stop)
    if any(reading.has_looked for reading in readings) and not any(reading.is_looking for reading in readings):
        # Quiet projects keep their place; without this, what is new would be asked from there on for all of them.
        looked = PipelineCursor(looked_at=changed.written(found.told_at))
        yield Page(pipelines.STREAM, lists.SCOPE, cursor=str(looked))
    if failures:
        raise ExceptionGroup(f"{len(failures)} parts of {source.name} could not be read", failures)


def page_of(  # noqa: PLR0911 - one for each stream
    source: GitLabSource, stream: str, scope: str, payloads: Sequence[Payload], state: State
) -> Page:
    """The page again from the answers that it was made of.

    Pure but for what `state` knows of the same project: answers read again in their order give the same tables.
    """
    if stream == projects.STREAM:
        known = projects.read(payloads, source.wanted, source=source.name, state=state)
        return projects.page(known, source=source.name, state=state)
    request = requested(payloads[0])
    name, url = request["project"], request["url"]
    if "numbers" in request:
        return _swept(stream, scope, request["gone"])
    common: dict[str, Any] = {"source": source.name, "repo_id": scope}
    match stream:
        case "pull_requests":
            told = details.read(payloads)
            items = [item for item in json.loads(payloads[0].body) if str(item["iid"]) in told]
            return merge_requests.page(items, told, project=name, state=state, **common)
        case "tickets":
            told = details.read(payloads)
            items = [item for item in json.loads(payloads[0].body) if str(item["iid"]) in request["fresh"]]
            known_history = None if request.get("no_history") else told
            return issues.page(items, known_history, labels=lists.labels(payloads), project=name, **common)
        case "deployments":
            return delivery.deployments(json.loads(payloads[0].body), lists.tiers(payloads), url=url, **common)
        case "releases":
            return delivery.releases(lists.nodes(payloads), **common)
        case "milestones":
            project = Project(scope, "", name)
            return delivery.milestones(lists.nodes(payloads), source=source.name, project=project)
        case "ci_runs":
            return pipelines.page(lists.pipelines(payloads), url=url, **common)
        case _:
            raise ValueError(f"there is no stream {stream}")


def _removed(source: GitLabSource, state: State) -> Iterator[Page]:
    """The farewell of every stored project that the configuration no longer names."""
    stored = state.rows("repositories", ["repo_id", "name", "platform_id"], source=source.name).sort("repo_id")
    for repo_id, name, platform_id in stored.iter_rows():
        names = {name, repo_id.removeprefix(f"{source.name}:")}
        if platform_id and not any(map(source.wanted.has, names)):
            yield from projects.farewell(repo_id, source=source.name, state=state)


@dataclass
class _Reading:
    """One project on its way into the warehouse."""

    source: GitLabSource
    client: Client
    project: Project
    state: State
    full: bool
    failures: list[GitLabError]
    now: datetime
    """The server's clock when the run began."""
    stored: dict[str, int]
    """How many merge requests and issues of it were stored when the run began."""
    knows_history: bool = field(default=True)
    is_looking: bool = field(default=False)
    """Whether its pipelines are still to be read."""
    has_looked: bool = field(default=False)
    """Whether they were read in this run, to the end."""
    sizes: dict[str, Size] = field(default_factory=lambda: {stream: Size(_AT_A_TIME) for stream in _KEYS})
    """How many items GraphQL is asked for at a time."""
    labels: list[Payload] | None = field(default=None)
    environments: list[Payload] | None = field(default=None)

    def jobs(self) -> list[Callable[[], Iterator[Page]]]:
        """What there is to read, each part of it on its own."""
        parts: list[Callable[[], Iterator[Page]]] = [
            partial(self._changing, listing) for listing in (_MERGE_REQUESTS, _ISSUES) if self._has_news(listing)
        ]
        parts += [partial(self._whole, stream) for stream in ("releases", "milestones") if self._whole_has_news(stream)]
        has_run = self._has_new_pipelines()
        if has_run:
            self.is_looking = True
            parts.append(self._pipelines)
        if self.full or has_run or self._may_have_deployed():
            parts.append(self._deployments)
        return [partial(self._guarded, part) for part in parts]

    def _guarded(self, part: Callable[[], Iterator[Page]]) -> Iterator[Page]:
        """The pages of a part; where it cannot be read, that is noted and the others go on."""
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

    # -- lists by last change

    def _told(self, listing: _Changing) -> Node:
        told: Node = self.project.told.get(listing.told or "") or {}
        return told

    def _has_news(self, listing: _Changing) -> bool:
        """Whether a list holds something newer than what was read, or was not read to its end."""
        newest = nodes_of({"page": self._told(listing)}, "page")
        if newest and changed.Cursor.of(self._cursor(listing.stream)).is_behind(newest[0]["updatedAt"]):
            return True
        return self._has_lost(listing, self.stored[listing.stream])

    def _changing(self, listing: _Changing) -> Iterator[Page]:
        """The pages of a list from the oldest change that is not known to the newest."""
        restart: tuple[str, ...] = (listing.stream,) if self.full else ()
        cursor = changed.Cursor.of(self._cursor(listing.stream))
        # What was read in this run may not be stored yet: it is counted by itself.
        known = (
            set(_numbers(listing.stream, self.source.name, self.project.repo_id, self.state)) if listing.told else set()
        )
        for batch in changed.batches(partial(self._ask, listing), listing.most, cursor, self.source.beginning):
            known.update(str(item.get("iid")) for item in batch.fresh)
            payloads = self._with_details(listing, batch)
            page = self._page(listing.stream, payloads) if payloads else self._nothing(listing.stream)
            yield replace(page, cursor=str(batch.cursor), restart=restart)
            restart = ()
        if listing.told and self._has_lost(listing, len(known)):
            yield from self._sweep(listing, known)

    def _deployments(self) -> Iterator[Page]:
        """Like `_changing`, of deployments; that they are not for this token is no reason to fail every night."""
        try:
            yield from self._changing(_DEPLOYMENTS)
        except Forbidden:
            is_known = self._cursor(_DEPLOYMENTS.stream) is not None
            looked = changed.Cursor(told_at=changed.written(self.now))
            quality = {} if is_known else {"deployments_unreadable": 1}
            yield replace(self._nothing(_DEPLOYMENTS.stream), cursor=str(looked), quality=quality)

    def _nothing(self, stream: str) -> Page:
        """The page of an answer that held nothing new."""
        return Page(stream, self.project.repo_id, requests=1)

    def _ask(self, listing: _Changing, parameters: Any) -> Answer:
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
        if any(_LABEL_NUMBER.search(said.body) for said in told) and self.labels is None:
            self.labels = lists.ask_labels(self.client, self.project)
        return self.labels if self.labels and any(_LABEL_NUMBER.search(said.body) for said in told) else []

    def _environments(self, items: Sequence[Node]) -> list[Payload]:
        """The tiers of environments, where the deployments do not tell them."""
        if self.environments is None and any("tier" not in (item.get("environment") or {}) for item in items):
            self.environments = lists.ask_environments(self.client, self.project)
        return self.environments or []

    def _page(self, stream: str, payloads: Sequence[Payload]) -> Page:
        made = page_of(self.source, stream, self.project.repo_id, payloads, self.state)
        # What a page needs beside it may have been asked for with an earlier one.
        requests = sum(said.received_at >= payloads[0].received_at for said in payloads)
        return replace(made, payloads=payloads, requests=requests)

    # -- items that are gone

    def _has_lost(self, listing: _Changing, stored: int) -> bool:
        """Whether more items are stored than there are: some were deleted, or moved to another project."""
        total = self._told(listing).get("count")
        return total is not None and stored > total

    def _sweep(self, listing: _Changing, known: set[str]) -> Iterator[Page]:
        """One page that takes out the items that are gone, from the numbers of those that are there."""
        told = lists.ask_numbers(self.client, self.project, listing.stream, {"numbers": listing.stream})
        gone = sorted(known - {str(node["iid"]) for node in lists.nodes(told)}, key=int)
        first = replace(told[0], request=json.dumps(self._asked(numbers=listing.stream, gone=gone)))
        yield self._page(listing.stream, [first, *told[1:]])

    # -- lists that are read whole

    def _signature(self, stream: str) -> str:
        """What changes when anything in the list does."""
        return json.dumps(self.project.told.get(stream), sort_keys=True)

    def _whole_has_news(self, stream: str) -> bool:
        has_any = bool(nodes_of(self.project.told, stream))
        stored = self._cursor(stream)
        return (stored is not None or has_any) and stored != self._signature(stream)

    def _whole(self, stream: str) -> Iterator[Page]:
        payloads = lists.ask_whole(self.client, self.project, stream, self._asked(list=stream))
        restart = (stream,) if self.full else ()
        yield replace(self._page(stream, payloads), cursor=self._signature(stream), restart=restart)

    # -- pipelines

    def _has_new_pipelines(self) -> bool:
        stored = self._cursor(pipelines.STREAM)
        if stored is None:
            return "pipelines" in self.project.told
        return PipelineCursor.of(stored).after is not None or bool(nodes_of(self.project.told, "pipelines"))

    def _pipelines(self) -> Iterator[Page]:
        """The pages of pipelines that changed since they were last looked at, the newest first."""
        restart: tuple[str, ...] = (pipelines.STREAM,) if self.full else ()
        cursor = PipelineCursor.of(self._cursor(pipelines.STREAM))
        asked = self._asked(list=pipelines.STREAM)
        try:
            for payloads, after in lists.ask_pipelines(self.client, self.project, cursor, self.source.beginning, asked):
                yield replace(self._page(pipelines.STREAM, payloads), cursor=str(after), restart=restart)
                restart = ()
        except Forbidden:  # CI is turned off, or not for this token: no reason to fail every night
            quality = {} if cursor.looked_at else {"ci_runs_unreadable": 1}
            looked = PipelineCursor(looked_at=changed.written(self.now))
            yield Page(
                pipelines.STREAM,
                self.project.repo_id,
                cursor=str(looked),
                restart=restart,
                requests=1,
                quality=quality,
            )
        self.has_looked, self.is_looking = True, False

    def _may_have_deployed(self) -> bool:
        """Whether it is time to look for deployments though no pipeline changed."""
        cursor = changed.Cursor.of(self._cursor(_DEPLOYMENTS.stream))
        looked = instant(cursor.told_at)
        return looked is None or self.now - looked > _LOOK_AGAIN


def _counts(stream: str, source: str, state: State) -> dict[str, int]:
    """How many items of each project are stored: asked once for all of them."""
    key = _KEYS[stream][0]
    stored = state.rows(stream, [key], source=source)
    return dict(stored.group_by(repo_id=pl.col(key).str.replace(r"[#!]\d+$", "")).len().iter_rows())


def _numbers(stream: str, source: str, repo_id: str, state: State) -> list[str]:
    """The numbers of the stored merge requests or issues of a project."""
    key, sign = _KEYS[stream]
    stored = state.rows(stream, [key], source=source)[key]
    return stored.filter(stored.str.starts_with(f"{repo_id}{sign}")).str.extract(r"(\d+)$").to_list()


def _swept(stream: str, repo_id: str, gone: Sequence[str]) -> Page:
    """The page that takes out the items of these numbers."""
    key, sign = _KEYS[stream]
    ids = pl.DataFrame({key: [f"{repo_id}{sign}{number}" for number in gone]}, schema={key: pl.String})
    further = merge_requests.REPLACED if stream == merge_requests.STREAM else issues.REPLACED
    tables = (stream, *further, *(("pull_request_commits",) if stream == merge_requests.STREAM else ()))
    check = "pull_request_gone" if stream == merge_requests.STREAM else "issue_gone"
    return Page(
        stream,
        repo_id,
        deletes=dict.fromkeys(tables, ids) if gone else {},
        quality={check: len(gone)} if gone else {},
    )
