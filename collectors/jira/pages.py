"""From archived answers to the page that they make: the same while collecting and when the tables are made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from collectors.jira import boards, issues, projects, removal, server, units
from collectors.jira.server import Server
from collectors.jira.values import utc
from collectors.rows import beginning
from warehouse.tables import Page, Payload, State

QUERY = "query"
"""Scope of the tickets of a source with a question of its own."""


@dataclass(frozen=True)
class JiraSource:
    """A `[[source]]` of kind `jira`: which tickets, and from when on what changed in them counts."""

    name: str
    base_url: str
    projects: tuple[str, ...] = ()
    jql: str | None = None
    since: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """Custom fields by what they hold, as id or name, where they cannot be found by themselves."""

    def has(self, stream: str, scope: str) -> bool:
        """Whether the configuration still names what a page belongs to."""
        if stream not in {issues.STREAM, projects.STREAM}:
            return True
        if self.jql is not None:
            return stream == projects.STREAM or scope == QUERY
        return scope in self.projects


def page_of(source: JiraSource, stream: str, scope: str, payloads: Sequence[Payload], state: State) -> Page:
    """The page again from the answers that it was made of; empty where the configuration names its scope no more.

    Pure but for what `state` knows of the same source: answers read again in their order give the same tables.
    """
    name = source.name
    if not source.has(stream, scope):
        return Page(stream, scope)
    match stream:
        case server.STREAM:
            return server.page(server.read(payloads, source.base_url, source.fields, state), source=name, state=state)
        case projects.STREAM:
            return projects.page(payloads, source=name, scope=scope, state=state)
        case boards.STREAM:
            return boards.page(payloads, source=name, state=state)
        case removal.SWEEP:
            return removal.page(payloads, source=name, state=state)
        case _:
            return _tickets_of(source, scope, payloads, state)


def _tickets_of(source: JiraSource, scope: str, payloads: Sequence[Payload], state: State) -> Page:
    unit = units.read(payloads)
    if unit.is_skipped:
        return Page(issues.STREAM, scope, quality={"issue_too_heavy": len(unit.issues)})
    since = beginning(source.since)
    news = [issue for issue in unit.news if since is None or utc(issue["fields"]["updated"]) >= since]
    return issues.page(news, known_server(state), source=source.name, scope=scope, state=state)


def known_server(state: State) -> Server:
    """What was last told of the server."""
    known = Server.of(state.cursor(server.STREAM, server.SCOPE))
    if known is None:
        raise ValueError("nothing is known of the server that the answers come from")
    return known
