"""One repository: what is new in it, and how that is read."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import polars as pl

from collectors.github import budget, delivery, runs, units
from collectors.github.client import Client
from collectors.github.errors import BudgetSpent, Forbidden, GitHubError, Refused
from collectors.github.pages import NUMBERS, WITHOUT_BOARD
from collectors.github.source import GitHubSource
from collectors.github.streams import RECENT, STREAMS, Stream
from collectors.github.units import Repository, ScopesLacking, Unit
from collectors.github.walk import Cursor, Walk
from collectors.page_size import Size
from collectors.rows import Node, beginning, instant
from collectors.told import Told
from warehouse.tables import Payload, State

_LOOK_AGAIN = timedelta(days=1)
"""After so long workflow runs are looked at, though nothing else is new: a schedule may have started them."""

Job = Callable[[], Iterator[Told]]


@dataclass
class Reading:
    """One repository on its way into the warehouse.

    What there is to read is decided before any job begins; the jobs, which run in threads, ask `state` nothing.
    """

    source: GitHubSource
    client: Client
    repository: Repository
    state: State
    full: bool
    failures: list[GitHubError]
    """What could not be read, of this and other repositories."""
    board: bool = field(default=True)
    """Whether the token may read project boards, as far as is known."""

    def jobs(self) -> list[Job]:
        """What there is to read, each part of it on its own."""
        parts: list[Job] = []
        for stream in STREAMS:
            cursor = Cursor.of(self._cursor(stream.name))
            if self._has_news(stream, cursor):
                parts.append(partial(self._stream, stream, cursor))
        stored = self._cursor(runs.STREAM)
        unended = self._unended_runs()
        if self._has_new_runs(stored, unended):
            parts.append(partial(self._runs, stored, unended))
        return [partial(self._guarded, part) for part in parts]

    def sweep(self, issues_stored: int) -> list[Job]:
        """The job that tells which issues are still there; none where no more are stored than there are."""
        total = (self.repository.told.get("issues") or {}).get("totalCount")
        return [partial(self._guarded, self._numbers)] if total is not None and issues_stored > total else []

    def _guarded(self, part: Job) -> Iterator[Told]:
        """What a part tells; where it cannot be read, that is noted and the others go on."""
        try:
            yield from part()
        except (BudgetSpent, Refused):
            raise
        except GitHubError as error:
            self.failures.append(error)

    def _cursor(self, stream: str) -> str | None:
        return self.state.cursor(stream, self.repository.repo_id)

    def _rows(self, table: str, *columns: str) -> pl.DataFrame:
        return self.state.rows(table, columns, repo_id=self.repository.repo_id)

    # -- lists

    def _newest(self, stream: Stream) -> Node:
        """What the pulse says of the newest element of a list; empty where there is none."""
        told = (self.repository.told.get(stream.field_in_repository) or {}).get("nodes") or []
        return told[0] if told and told[0] else {}

    def _total(self, stream: Stream) -> int | None:
        """How many elements a list has, where that says more than its newest one."""
        told = self.repository.told.get(stream.field_in_repository) or {}
        return told.get("totalCount") if stream.grows_anywhere else None

    def _has_news(self, stream: Stream, cursor: Cursor) -> bool:
        """Whether a list holds something that was not read, or may hold it, or was not read to its end."""
        newest = self._newest(stream)
        if not newest:
            return False
        if self.full or cursor.watermark is None or cursor.after or cursor.watermark < newest[stream.field]:
            return True
        if cursor.is_fresh or (cursor.total is not None and cursor.total != self._total(stream)):
            return True
        return stream.name == "deployments" and self._has_unended_deployments()

    def _has_unended_deployments(self) -> bool:
        stored = self._rows("deployments", "status", "started_at")
        recent = budget.now() - RECENT
        return not stored.filter(~pl.col("status").is_in(delivery.FINAL), pl.col("started_at") > recent).is_empty()

    def _stream(self, stream: Stream, cursor: Cursor) -> Iterator[Told]:
        """A list from its newest element back to where the last run stopped; to its end where it grew anywhere."""
        walk = Walk(
            fetch=partial(self._fetch, stream.name),
            skip=partial(units.skip, self.client, self.repository, stream.name),
            field=stream.field,
            overlap=stream.overlap,
            since=beginning(self.source.since),
        )
        total = self._total(stream)
        is_whole = self.full or (cursor.total is not None and cursor.total != total)
        restart: tuple[str, ...] = (stream.name,) if self.full else ()
        for unit, reached in walk.units(Cursor() if is_whole else cursor, Size(stream.most)):
            after = reached if reached.after else replace(reached, total=total)
            yield self._told(stream.name, unit.payloads, str(after), restart)
            restart = ()

    def _told(
        self, stream: str, payloads: list[Payload], cursor: str | None = None, restart: tuple[str, ...] = ()
    ) -> Told:
        return Told(stream, self.repository.repo_id, payloads, cursor, restart)

    def _fetch(self, listing: str, first: int, after: str | None) -> Unit:
        if listing == "tickets" and not self.board:
            listing = WITHOUT_BOARD
        try:
            return units.fetch(self.client, self.repository, listing, first, after)
        except ScopesLacking as lacking:
            if listing != "tickets":
                raise Forbidden(
                    f"{self.repository.name}: {listing}: {lacking}",
                    hint="`leadline doctor` shows the scopes; docs/github.md lists those that are needed",
                ) from None
            self.board = False
            return self._fetch(listing, first, after)

    def _numbers(self) -> Iterator[Told]:
        """The numbers of all issues, as one page that takes out those that are gone."""
        payloads: list[Payload] = []
        after = None
        while True:
            unit = units.fetch(self.client, self.repository, NUMBERS, 100, after)
            payloads += unit.payloads
            if unit.after is None:
                break
            after = unit.after
        yield self._told("tickets", payloads)

    # -- workflow runs

    def _signature(self) -> str:
        """What changes when anything in the repository does that could have started a run."""
        told = self.repository.told
        target = (told["defaultBranchRef"] or {}).get("target") or {}
        newest = [self._newest(stream).get(stream.field) for stream in STREAMS]
        return json.dumps([told["pushedAt"], target.get("oid"), target.get("checkSuites"), newest])

    def _has_new_runs(self, stored: str | None, unended: list[datetime]) -> bool:
        if self.full or stored is None:
            return not self.repository.told["isEmpty"]
        last = json.loads(stored)
        looked = instant(last["watermark"])
        is_old = looked is None or budget.now() - looked > _LOOK_AGAIN
        return is_old or last.get("signature") != self._signature() or bool(unended)

    def _unended_runs(self) -> list[datetime]:
        stored = self._rows(runs.STREAM, "status", "created_at")
        recent = budget.now() - runs.LONGEST
        return stored.filter(pl.col("status") != "completed", pl.col("created_at") > recent)["created_at"].to_list()

    def _runs(self, stored: str | None, unended: list[datetime]) -> Iterator[Told]:
        """Workflow runs, from the oldest window on."""
        now = budget.now().replace(microsecond=0)
        last = json.loads(stored)["watermark"] if stored and not self.full else None
        start = runs.beginning(last, now, beginning(self.source.since), unended)
        restart: tuple[str, ...] = (runs.STREAM,) if self.full else ()
        try:
            for window, payloads, left_out in runs.windows(self.client, self.repository, runs.Window(start, now)):
                told = self._told(runs.STREAM, payloads, self._looked(window.end), restart)
                yield replace(told, quality={"ci_attempts_left_out": left_out}) if left_out else told
                restart = ()
        except Forbidden:  # Actions are turned off, or not for this token: no reason to fail every night
            told = self._told(runs.STREAM, [], self._looked(now), restart)
            yield told if stored and not self.full else replace(told, quality={"ci_runs_unreadable": 1})

    def _looked(self, until: datetime) -> str:
        return json.dumps({"watermark": f"{until:%Y-%m-%dT%H:%M:%SZ}", "signature": self._signature()})
