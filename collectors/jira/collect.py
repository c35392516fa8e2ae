"""From projects to pages: what is there, what is new in it, and all that belongs to that."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

import polars as pl

from collectors.jira import boards, completion, issues, jql, projects, removal, search, server, units
from collectors.jira.answers import now
from collectors.jira.client import Client
from collectors.jira.errors import BudgetSpent, Forbidden, JiraError, Refused
from collectors.jira.pages import QUERY, JiraSource, known_server, page_of
from collectors.jira.projects import Project
from collectors.jira.search import Search
from collectors.jira.units import Unit
from collectors.jira.values import instant, utc
from collectors.jira.walk import Cursor, Walk
from collectors.page_size import Size
from collectors.parallel import merged
from collectors.rows import beginning
from warehouse.tables import Page, Payload, State

_SELDOM = timedelta(days=7)
"""So often is looked for what is gone, and for boards that are new."""
_MOST = 100
"""Tickets of a page, at most."""
_KEYS_OF_CLOUD, _KEYS_OF_SERVER = 5000, 1000
_FEW = 10
"""So many tickets may all be gone at once; where more are, nobody may be allowed to see them any more."""


@dataclass(frozen=True)
class _Part:
    """Answers that a page will be made of, when its turn has come: so pages see what those before them stored."""

    stream: str
    scope: str
    payloads: Sequence[Payload]
    requests: int
    cursor: str | None = None
    restart: tuple[str, ...] = ()
    only_news: bool = False
    """Whether the answers are not kept where they say nothing that is not stored already."""


def collect(source: JiraSource, client: Client, state: State, *, full: bool = False) -> Iterator[Page]:
    """The pages that bring the warehouse up to date with what Jira knows of the tickets.

    First comes a page with what is known of the server; then projects with their tickets, several at a time; then
    boards and sprints, and once a week or with `full` the tickets that are gone. `full` reads everything again. A
    project that cannot be read does not stop the others: when they are done, an ExceptionGroup of JiraError is raised.
    BudgetSpent and Refused end everything at once; what was yielded before is complete.
    """
    run = _Run(source, client, state, full)
    yield from run.pages()
    if run.failures:
        raise ExceptionGroup(f"{len(run.failures)} parts of {source.name} could not be read", run.failures)


@dataclass
class _Run:
    """One collection."""

    source: JiraSource
    client: Client
    state: State
    full: bool
    failures: list[JiraError] = field(default_factory=list)
    read: list[Project] = field(default_factory=list)
    """Projects whose tickets were read to the end."""

    def pages(self) -> Iterator[Page]:
        """All of them, in order."""
        had_tickets = not self._stored().is_empty()
        payloads, self.account = server.ask(self.client)
        page = page_of(self.source, server.STREAM, server.SCOPE, payloads, self.state)
        is_new = page.cursor != self.state.cursor(server.STREAM, server.SCOPE)
        yield replace(page, payloads=payloads if is_new else (), requests=len(payloads) + 1)
        self.search = Search(self.client, known_server(self.state))
        self._look_for_wished_fields()
        wanted = self.source.projects if self.source.jql is None else [None]
        jobs = [partial(self._guarded, key) for key in wanted]
        yield from map(self._made, merged(jobs, min(self.client.workers, len(jobs)), self.client.stop))
        self.client.resume()
        yield from self._farewells()
        for part in (self._query_projects, self._sprints, partial(self._sweep, had_tickets=had_tickets)):
            yield from map(self._made, self._guard(part()))

    def _made(self, part: _Part) -> Page:
        """The page of a part."""
        page = Page(part.stream, part.scope)
        payloads = part.payloads
        if payloads:
            page = page_of(self.source, part.stream, part.scope, payloads, self.state)
            if part.only_news and not self._is_news(page):
                page, payloads = Page(part.stream, part.scope), ()
        return replace(page, payloads=payloads, requests=part.requests, cursor=part.cursor, restart=part.restart)

    def _look_for_wished_fields(self) -> None:
        for what, name in self.source.fields.items():
            if not self.search.server.fields.known[what]:
                self.failures.append(
                    Forbidden(f'there is no custom field "{name}"', hint=f"check fields.{what}: its name, or its id")
                )

    def _guard(self, part: Iterator[_Part]) -> Iterator[_Part]:
        """A part of the work; where it cannot be done, that is noted and the others go on."""
        try:
            yield from part
        except (BudgetSpent, Refused):
            raise
        except JiraError as error:
            self.failures.append(error)

    def _guarded(self, wanted: str | None) -> Iterator[_Part]:
        return self._guard(self._project(wanted) if wanted else self._query())

    # -- tickets

    def _project(self, wanted: str) -> Iterator[_Part]:
        """A project: its versions, then its tickets.

        One that is archived shows no ticket any more: what was read of it stays.
        """
        project = projects.ask(self.client, self.search.server, wanted)
        yield _Part(projects.STREAM, wanted, [project.payload], 1, only_news=True)
        if not project.is_archived:
            yield from self._tickets(jql.of_projects([project.key]), wanted)
        self.read.append(project)

    def _query(self) -> Iterator[_Part]:
        yield from self._tickets(jql.without_order(self.source.jql or ""), QUERY)

    def _tickets(self, asked: str, scope: str) -> Iterator[_Part]:
        """The tickets of a scope, from the oldest change that is not read yet to the newest."""
        digest = sha256(json.dumps([asked, self.search.server.fields.ids]).encode()).hexdigest()[:12]
        cursor = Cursor.of(None if self.full else self.state.cursor(issues.STREAM, scope), digest)
        restart: tuple[str, ...] = () if cursor.watermark else (issues.STREAM,)
        walk = Walk(
            fetch=self.search.page,
            scope=asked,
            clock=jql.Clock(self.account.zone),
            since=beginning(self.source.since),
            size=Size(_MOST),
        )
        for unit, after in walk.units(cursor):
            if not cursor.anew:
                self._leave_out_what_is_stored(unit)
            if not unit.is_skipped:
                completion.complete(self.client, self.search.server, unit)
            units.seal(unit)
            requests, payloads = len(unit.payloads), unit.payloads if unit.news else ()
            yield _Part(issues.STREAM, scope, payloads, requests, after.text, restart)
            restart = ()

    def _leave_out_what_is_stored(self, unit: Unit) -> None:
        """Leave out the tickets that have not changed since they were stored."""
        told = {f"{self.source.name}:{issue['id']}": issue for issue in unit.news}
        stored = self.state.rows(issues.STREAM, ["ticket_id", "updated_at"], ticket_id=list(told))
        for ticket_id, updated_at in stored.iter_rows():
            if updated_at == instant(told[ticket_id]["fields"]["updated"]):
                unit.left_out.append(str(told[ticket_id]["id"]))

    # -- what belongs to several projects

    def _farewells(self) -> Iterator[Page]:
        """The farewell of every stored project that the configuration no longer names.

        None of any while one that it names cannot be read: it may have another key by now. Where the source has got a
        question in place of projects, or the other way round, only the cursors go: the tickets may be the same.
        """
        scopes = sorted(self._stored_projects()) if self.source.jql is not None else [QUERY]
        for scope in scopes:
            if self.state.cursor(issues.STREAM, scope) is not None:
                yield Page(issues.STREAM, scope, restart=(issues.STREAM,))
        if self.source.jql is not None or len(self.read) < len(self.source.projects):
            return
        named = {*self.source.projects, *(project.key for project in self.read)}
        for key in sorted(self._stored_projects() - named):
            yield removal.farewell(key, source=self.source.name, state=self.state)

    def _query_projects(self) -> Iterator[_Part]:
        """The versions of the projects that the tickets of a question are in."""
        for key in sorted(self._stored_projects()) if self.source.jql is not None else ():
            try:
                project = projects.ask(self.client, self.search.server, key)
            except Forbidden:  # its tickets may be shown though the project is not
                continue
            self.read.append(project)
            yield _Part(projects.STREAM, key, [project.payload], 1, only_news=True)

    def _sprints(self) -> Iterator[_Part]:
        """What the boards tell; which boards there are, and what became of old sprints, is asked once a week."""
        stored = json.loads(self.state.cursor(boards.STREAM, boards.SCOPE) or "{}")
        keys = sorted(project.key for project in self.read)
        is_due = self.full or stored.get("projects") != keys or _is_long_ago(stored.get("listed"))
        sprints = self.state.rows(boards.STREAM, ["sprint_id", "state"], source=self.source.name)
        going_on = sprints.filter(pl.col("state").is_in(["active", "future"]))["sprint_id"]
        before = self.client.requests
        payloads = boards.ask(
            self.client,
            keys,
            known=None if is_due else stored["boards"],
            open_ones=[sprint_id.removeprefix(f"{self.source.name}:") for sprint_id in going_on],
            is_cloud=self.search.server.is_cloud,
        )
        cursor = None
        if is_due:
            listed = boards.boards_in(payloads)
            cursor = json.dumps({"projects": keys, "boards": listed, "listed": _written(now())}, ensure_ascii=False)
        yield _Part(boards.STREAM, boards.SCOPE, payloads, self.client.requests - before, cursor, only_news=True)

    def _sweep(self, *, had_tickets: bool) -> Iterator[_Part]:
        """Look for tickets that are gone: deleted, moved to where nobody looks, or hidden."""
        cursor = json.dumps({"looked": _written(now()), "jql": self.source.jql})
        if not had_tickets:  # all that is stored was just read
            yield _Part(removal.SWEEP, removal.ALL, (), 0, cursor)
            return
        looked = json.loads(self.state.cursor(removal.SWEEP, removal.ALL) or "{}")
        is_due = self.full or _is_long_ago(looked.get("looked")) or looked.get("jql") != self.source.jql
        keys = None if self.source.jql is not None else sorted(p.key for p in self.read if not p.is_archived)
        if not is_due or keys == []:
            return
        asked = jql.without_order(self.source.jql or "") if keys is None else jql.of_projects(keys)
        size = _KEYS_OF_CLOUD if self.search.server.is_cloud else _KEYS_OF_SERVER
        found = search.whole(self.search, jql.question(asked, order="key ASC"), size)
        if found is None:  # tickets come and go too fast to be sure; the next run looks again
            return
        payloads = removal.asked_of(found, keys)
        gone, known = removal.missing(payloads, source=self.source.name, state=self.state)
        if gone.height == known > _FEW:
            raise Forbidden(
                f"none of {known} known tickets is shown any more",
                hint="check what the account may see; they stay until then, or until the source is taken out",
            )
        yield _Part(removal.SWEEP, removal.ALL, payloads, len(payloads), cursor, only_news=True)

    def _stored(self) -> pl.DataFrame:
        return self.state.rows(issues.STREAM, ["project"], source=self.source.name)

    def _stored_projects(self) -> set[str]:
        return set(self._stored()["project"].drop_nulls())

    def _is_news(self, page: Page) -> bool:
        """Whether a page says anything that is not stored yet."""
        if page.deletes or page.updates:
            return True
        for table, frame in page.upserts.items():
            stored = self.state.rows(table, frame.columns, source=self.source.name)
            if frame.join(stored, on=frame.columns, how="anti", nulls_equal=True).height:
                return True
        return False


def _is_long_ago(text: str | None) -> bool:
    return text is None or now() - utc(text) > _SELDOM


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
