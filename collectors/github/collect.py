"""From repositories to pages: what is there, what is new in it, and all that belongs to that."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

import polars as pl

from collectors.github import budget, delivery, issues, pull_requests, repositories, runs, units
from collectors.github.client import Client
from collectors.github.errors import BudgetSpent, Forbidden, GitHubError, Refused
from collectors.github.repositories import Wanted
from collectors.github.rows import Node, instant
from collectors.github.units import Repository, ScopesLacking, Unit
from collectors.github.walk import Cursor, Size, Walk, beginning
from collectors.parallel import merged
from warehouse.tables import Page, Payload, State

WITHOUT_BOARD = "tickets without board"
_RECENT = timedelta(days=3)
"""A deployment that has not ended after so long is not asked for again and again."""
_LOOK_AGAIN = timedelta(days=1)
"""After so long workflow runs are looked at, though nothing else is new: a schedule may have started them."""


@dataclass(frozen=True)
class GitHubSource:
    """A `[[source]]` of kind `github`: which repositories, and from when on what changed in them counts."""

    name: str
    repositories: tuple[str, ...]
    since: date | None = None
    archived: bool = True
    forks: bool = False

    @property
    def wanted(self) -> Wanted:
        """The repositories that are meant."""
        return Wanted(self.repositories, self.archived, self.forks)

    @property
    def owners(self) -> tuple[str, ...]:
        """The owners of the repositories."""
        return tuple(dict.fromkeys(pattern.partition("/")[0] for pattern in self.repositories))


@dataclass(frozen=True)
class _Stream:
    """A list of a repository: how it is read, and what tells that there is something new in it."""

    name: str
    most: int
    """Elements of a page, at most."""
    field: str
    """The instant that the list is ordered by."""
    overlap: timedelta
    field_in_repository: str
    """Where the pulse holds its newest element."""


STREAMS = (
    _Stream("pull_requests", 25, "updatedAt", timedelta(minutes=2), "pullRequests"),
    _Stream("tickets", 50, "updatedAt", timedelta(minutes=2), "issues"),
    _Stream("deployments", 50, "createdAt", _RECENT, "deployments"),
    _Stream("releases", 100, "createdAt", timedelta(days=30), "releases"),
    _Stream("milestones", 100, "updatedAt", timedelta(minutes=2), "milestones"),
)
"""The lists that GraphQL tells; workflow runs come from REST."""


def collect(source: GitHubSource, client: Client, state: State, *, full: bool = False) -> Iterator[Page]:
    """The pages that bring the warehouse up to date with what GitHub knows of the repositories.

    First comes one page with the repositories themselves; then those of their streams, several at a time. `full` reads
    everything again. A repository that cannot be read does not stop the others: when they are done, an ExceptionGroup
    of GitHubError is raised. BudgetSpent and Refused end everything at once; what was yielded before is complete.
    """
    before = client.requests
    found = repositories.find(client, source.wanted)
    known = repositories.identified(list(found.nodes.values()), source=source.name, state=state)
    yield from _removed(source, state)
    page = repositories.page(known, source=source.name, state=state)
    news = repositories.is_news(page, source=source.name, state=state)
    yield replace(page, payloads=found.payloads if news else (), requests=client.requests - before)
    failures = list(found.failures)
    readings = [_Reading(source, client, repository, state, full, failures) for repository in known]
    jobs = [job for reading in readings for job in reading.jobs()]
    yield from merged(jobs, min(client.workers, len(jobs)), client.stop)
    if failures:
        raise ExceptionGroup(f"{len(failures)} parts of {source.name} could not be read", failures)


def page_of(source: GitHubSource, stream: str, scope: str, payloads: Sequence[Payload], state: State) -> Page:
    """The page again from the answers that it was made of.

    Pure but for what `state` knows of the same repository: answers read again in their order give the same tables.
    """
    if stream == repositories.STREAM:
        told = list(repositories.nodes_in(payloads, source.wanted))
        known = repositories.identified(told, source=source.name, state=state)
        return repositories.page(known, source=source.name, state=state)
    request = json.loads(payloads[0].request)
    repository = request["repository"]
    if stream == runs.STREAM:
        return delivery.ci_runs(runs.runs_in(payloads), source=source.name, repo_id=scope)
    if request["listing"] == "issue_numbers":
        return _swept(source, scope, payloads, state)
    unit = units.read(payloads)
    if unit.is_skipped:
        return Page(stream, scope, quality={f"{stream.removesuffix('s')}_too_heavy": len(unit.nodes)})
    field_ = next(known.field for known in STREAMS if known.name == stream)
    since = beginning(source.since)
    nodes = [node for node in unit.nodes if since is None or (instant(node[field_]) or since) >= since]
    made = _rows(stream, nodes, source=source.name, repo_id=scope, repository=repository, state=state)
    if request["listing"] == WITHOUT_BOARD:
        made = replace(made, quality={**made.quality, "project_status_unreadable": len(nodes)})
    return made


def _rows(stream: str, nodes: list[Node], *, source: str, repo_id: str, repository: str, state: State) -> Page:
    match stream:
        case "pull_requests":
            return pull_requests.page(nodes, source=source, repo_id=repo_id, repository=repository, state=state)
        case "tickets":
            return issues.page(nodes, source=source, repo_id=repo_id, repository=repository)
        case "deployments":
            return delivery.deployments(nodes, source=source, repo_id=repo_id)
        case "releases":
            return delivery.releases(nodes, source=source, repo_id=repo_id)
        case "milestones":
            return delivery.milestones(nodes, source=source, repo_id=repo_id, repository=repository)
        case _:
            raise ValueError(f"there is no stream {stream}")


def _removed(source: GitHubSource, state: State) -> Iterator[Page]:
    """The farewell of every stored repository that the configuration no longer names."""
    stored = state.rows("repositories", ["repo_id", "name", "platform_id"], source=source.name).sort("repo_id")
    for repo_id, name, platform_id in stored.iter_rows():
        names = {name, repo_id.removeprefix(f"{source.name}:")}
        if platform_id and not any(map(source.wanted.has, names)):
            yield from repositories.farewell(repo_id, source=source.name, state=state)


@dataclass
class _Reading:
    """One repository on its way into the warehouse."""

    source: GitHubSource
    client: Client
    repository: Repository
    state: State
    full: bool
    failures: list[GitHubError]
    board: bool = field(default=True)

    def jobs(self) -> list[Callable[[], Iterator[Page]]]:
        """What there is to read, each part of it on its own."""
        parts: list[Callable[[], Iterator[Page]]] = [
            partial(self._stream, stream) for stream in STREAMS if self._has_news(stream)
        ]
        if self._has_new_runs():
            parts.append(self._runs)
        return [partial(self._guarded, part) for part in parts]

    def _guarded(self, part: Callable[[], Iterator[Page]]) -> Iterator[Page]:
        """The pages of a part; where it cannot be read, that is noted and the others go on."""
        try:
            yield from part()
        except (BudgetSpent, Refused):
            raise
        except GitHubError as error:
            self.failures.append(error)

    def _cursor(self, stream: str) -> str | None:
        return self.state.cursor(stream, self.repository.repo_id)

    def _newest(self, stream: _Stream) -> Node:
        """What the pulse says of the newest element of a list; empty where there is none."""
        told = (self.repository.told.get(stream.field_in_repository) or {}).get("nodes") or []
        return told[0] if told and told[0] else {}

    def _has_news(self, stream: _Stream) -> bool:
        """Whether a list holds something newer than what was read, or was not read to its end."""
        newest = self._newest(stream)
        cursor = Cursor.of(self._cursor(stream.name))
        if not newest:
            return stream.name == "tickets" and self._has_lost_issues()
        if self.full or cursor.watermark is None or cursor.after or cursor.watermark < newest[stream.field]:
            return True
        if stream.name == "deployments":
            return bool(self._unended_deployments())
        return stream.name == "tickets" and self._has_lost_issues()

    def _unended_deployments(self) -> list[datetime]:
        stored = self._rows("deployments", "status", "started_at")
        recent = budget.now() - _RECENT
        return stored.filter(~pl.col("status").is_in(delivery.FINAL), pl.col("started_at") > recent)[
            "started_at"
        ].to_list()

    def _rows(self, table: str, *columns: str) -> pl.DataFrame:
        return self.state.rows(table, columns, repo_id=self.repository.repo_id)

    def _stream(self, stream: _Stream) -> Iterator[Page]:
        """The pages of a list from its newest element back to where the last run stopped."""
        walk = Walk(
            fetch=partial(self._fetch, stream.name),
            skip=partial(units.skip, self.client, self.repository, stream.name),
            field=stream.field,
            overlap=stream.overlap,
            since=beginning(self.source.since),
        )
        cursor = Cursor() if self.full else Cursor.of(self._cursor(stream.name))
        restart: tuple[str, ...] = (stream.name,) if self.full else ()
        for unit, after in walk.units(cursor, Size(stream.most)):
            page = self._page(stream.name, unit.payloads)
            yield replace(page, cursor=str(after), restart=restart)
            restart = ()
        if stream.name == "tickets" and self._has_lost_issues():
            yield from self._sweep()

    def _fetch(self, listing: str, first: int, after: str | None) -> Unit:
        if listing == "tickets" and not self.board:
            listing = WITHOUT_BOARD
        try:
            return units.fetch(self.client, self.repository, listing, first, after)
        except ScopesLacking:
            if listing != "tickets":
                raise Forbidden(
                    f"{self.repository.name}: {listing}: the token lacks a scope",
                    hint="`leadline doctor` shows the scopes; docs/github.md lists those that are needed",
                ) from None
            self.board = False
            return self._fetch(listing, first, after)

    def _page(self, stream: str, payloads: Sequence[Payload]) -> Page:
        made = page_of(self.source, stream, self.repository.repo_id, payloads, self.state)
        return replace(made, payloads=payloads, requests=len(payloads))

    # -- issues that are gone

    def _stored_issues(self) -> pl.Series:
        return _issues_of(self.source.name, self.repository.repo_id, self.state)

    def _has_lost_issues(self) -> bool:
        """Whether more issues are stored than there are: some were deleted or transferred."""
        total = (self.repository.told.get("issues") or {}).get("totalCount")
        return total is not None and len(self._stored_issues()) > total

    def _sweep(self) -> Iterator[Page]:
        """One page that takes out the issues that are gone, from the numbers of those that are there."""
        payloads: list[Payload] = []
        after = None
        while True:
            unit = units.fetch(self.client, self.repository, "issue_numbers", 100, after)
            payloads += unit.payloads
            if unit.after is None:
                break
            after = unit.after
        yield self._page("tickets", payloads)

    # -- workflow runs

    def _signature(self) -> str:
        """What changes when anything in the repository does that could have started a run."""
        told = self.repository.told
        target = (told["defaultBranchRef"] or {}).get("target") or {}
        newest = [self._newest(stream).get(stream.field) for stream in STREAMS]
        return json.dumps([told["pushedAt"], target.get("oid"), target.get("checkSuites"), newest])

    def _has_new_runs(self) -> bool:
        if self.full or (stored := self._cursor(runs.STREAM)) is None:
            return not self.repository.told["isEmpty"]
        last = json.loads(stored)
        looked = instant(last["watermark"])
        is_old = looked is None or budget.now() - looked > _LOOK_AGAIN
        return is_old or last.get("signature") != self._signature() or bool(self._unended_runs())

    def _unended_runs(self) -> list[datetime]:
        stored = self._rows(runs.STREAM, "status", "created_at")
        recent = budget.now() - runs.LONGEST
        return stored.filter(pl.col("status") != "completed", pl.col("created_at") > recent)["created_at"].to_list()

    def _runs(self) -> Iterator[Page]:
        """The pages of workflow runs, from the oldest window on."""
        stored = None if self.full else self._cursor(runs.STREAM)
        now = budget.now().replace(microsecond=0)
        last = json.loads(stored)["watermark"] if stored else None
        start = runs.beginning(last, now, beginning(self.source.since), self._unended_runs())
        restart: tuple[str, ...] = (runs.STREAM,) if self.full else ()
        try:
            for window, payloads, left_out in runs.windows(self.client, self.repository, runs.Window(start, now)):
                page = self._page(runs.STREAM, payloads)
                quality = {"ci_attempts_left_out": left_out} if left_out else {}
                yield replace(page, cursor=self._looked(window.end), restart=restart, quality=quality)
                restart = ()
        except Forbidden:  # Actions are turned off, or not for this token: no reason to fail every night
            quality = {} if stored else {"ci_runs_unreadable": 1}
            yield Page(
                runs.STREAM,
                self.repository.repo_id,
                cursor=self._looked(now),
                restart=restart,
                requests=1,
                quality=quality,
            )

    def _looked(self, until: datetime) -> str:
        return json.dumps({"watermark": f"{until:%Y-%m-%dT%H:%M:%SZ}", "signature": self._signature()})


def _issues_of(source: str, repo_id: str, state: State) -> pl.Series:
    """`ticket_id` of the stored issues of a repository."""
    stored = state.rows("tickets", ["ticket_id"], source=source)
    return stored.filter(pl.col("ticket_id").str.starts_with(f"{repo_id}#"))["ticket_id"]


def _swept(source: GitHubSource, repo_id: str, payloads: Sequence[Payload], state: State) -> Page:
    """The page that takes out every stored issue whose number is not told."""
    there = [f"{repo_id}#{node['number']}" for said in payloads for node in units.read([said]).nodes]
    stored = _issues_of(source.name, repo_id, state)
    gone = stored.filter(~stored.is_in(there)).to_frame()
    tables = ("tickets", *issues.REPLACED)
    return Page(
        "tickets",
        repo_id,
        deletes=dict.fromkeys(tables, gone) if gone.height else {},
        quality={"issue_gone": gone.height} if gone.height else {},
    )
