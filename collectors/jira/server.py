"""What is known of a server: its kind, its statuses, its fields, and the clock by which it reads dates."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from collectors.jira.client import Client
from collectors.jira.errors import Malformed
from collectors.jira.fields import Fields
from collectors.jira.values import Item
from collectors.rows import Row
from warehouse.tables import Page, Payload, State

STREAM = "server"
SCOPE = "all"

_CATEGORIES = {"new": "todo", "undefined": "todo", "indeterminate": "in_progress", "done": "done"}


@dataclass(frozen=True)
class Status:
    """A status: what it is called now, and what it means."""

    name: str
    category: str | None


@dataclass(frozen=True)
class Server:
    """What rows are made with; kept as the cursor of its stream, so that a rebuild knows it too."""

    is_cloud: bool
    base_url: str
    """The address that people use."""
    statuses: Mapping[str, Status]
    """By id; those that are gone are remembered."""
    fields: Fields

    @property
    def api(self) -> str:
        """Where REST begins, below the base address."""
        return "rest/api/3" if self.is_cloud else "rest/api/2"

    @classmethod
    def of(cls, text: str | None) -> Self | None:
        """The server as it was stored; None where there is none, or one of another version."""
        try:
            stored = json.loads(text or "")
            statuses = {identifier: Status(*status) for identifier, status in stored["statuses"].items()}
            fields = Fields({what: [(i, n) for i, n in names] for what, names in stored["fields"].items()})
            return cls(stored["is_cloud"], stored["base_url"], statuses, fields)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    def __str__(self) -> str:
        return json.dumps(
            {
                "is_cloud": self.is_cloud,
                "base_url": self.base_url,
                "statuses": {i: [status.name, status.category] for i, status in sorted(self.statuses.items())},
                "fields": {what: [list(name) for name in names] for what, names in self.fields.known.items()},
            },
            ensure_ascii=False,
        )

    def status(self, identifier: str | None, name: str | None) -> Status:
        """The status of an id, with the name that it has now.

        One that is gone has the name of its time, and the category of a status of that name; null where there is none.
        """
        if identifier is not None and identifier in self.statuses:
            return self.statuses[identifier]
        named = (known for known in self.statuses.values() if name and known.name.casefold() == name.casefold())
        return Status(name or identifier or "unknown", next((known.category for known in named), None))


@dataclass(frozen=True)
class Account:
    """Who asks."""

    name: str
    zone: str | None
    """The zone in which dates of its questions are read."""


def detect(client: Client) -> tuple[bool, Item, Payload]:
    """Whether the server is Jira Cloud, what it says of itself, and the answer as it is archived."""
    document = client.get("rest/api/2/serverInfo")
    about = expected(document.body, dict, "serverInfo")
    kept = Payload(json.dumps({"about": "serverInfo"}), document.text, document.received_at)
    return about.get("deploymentType") == "Cloud", about, kept


def account(client: Client, *, is_cloud: bool) -> Account:
    """Who asks; raises Refused where the credentials are not taken: other questions are answered to anybody."""
    document = client.get(f"rest/api/{3 if is_cloud else 2}/myself")
    told = expected(document.body, dict, "myself")
    return Account(str(told.get("displayName") or told.get("name") or "?"), told.get("timeZone"))


def introduced(client: Client) -> tuple[str, str, Account]:
    """What kind of Jira it is, its version, and who asks."""
    is_cloud, about, _ = detect(client)
    kind = "Jira Cloud" if is_cloud else "Jira Server or Data Center"
    return kind, str(about.get("version") or "of unknown version"), account(client, is_cloud=is_cloud)


def ask(client: Client) -> tuple[list[Payload], Account]:
    """What a server says of itself, as it is archived, and who asks."""
    is_cloud, _, kept = detect(client)
    who = account(client, is_cloud=is_cloud)
    payloads = [kept]
    for about in ("field", "status"):
        document = client.get(f"rest/api/{3 if is_cloud else 2}/{about}")
        expected(document.body, list, about)
        payloads.append(Payload(json.dumps({"about": about}), document.text, document.received_at))
    return payloads, who


def read(payloads: Sequence[Payload], base_url: str, wished: Mapping[str, str], state: State) -> Server:
    """The server that the answers tell of; statuses that are gone stay as they were known."""
    told = {json.loads(said.request)["about"]: json.loads(said.body) for said in payloads}
    about = told["serverInfo"]
    before = Server.of(state.cursor(STREAM, SCOPE))
    return Server(
        is_cloud=about.get("deploymentType") == "Cloud",
        base_url=str(about.get("baseUrl") or base_url).rstrip("/"),
        statuses={**(before.statuses if before else {}), **_statuses(told["status"])},
        fields=Fields.found(told["field"], wished),
    )


def page(server: Server, *, source: str, state: State) -> Page:
    """The page that stores what is known; statuses that have another name or meaning now get it everywhere."""
    before = Server.of(state.cursor(STREAM, SCOPE))
    changed = {
        identifier: status
        for identifier, status in server.statuses.items()
        if before and before.statuses.get(identifier, status) != status
    }
    updates: dict[str, pl.DataFrame] = {}
    for table, keys in (("tickets", ["ticket_id"]), ("ticket_status_intervals", ["ticket_id", "entered_at"])):
        rows = state.rows(table, [*keys, "status_id"], source=source, status_id=list(changed)) if changed else None
        if rows is not None and not rows.is_empty():
            new: list[Row] = [
                {"status_id": i, "status": status.name, "status_category": status.category}
                for i, status in changed.items()
            ]
            schema = {"status_id": pl.String, "status": pl.String, "status_category": pl.String}
            named = rows.join(pl.DataFrame(new, schema=schema), on="status_id")
            updates[table] = named.select(*keys, "status", "status_category")
    return Page(STREAM, SCOPE, updates=updates, cursor=str(server))


def expected(body: Any, kind: type, what: str) -> Any:
    """The body, where it has the shape that is promised; raises Malformed where it has not."""
    if not isinstance(body, kind):
        raise Malformed(f"{what}: an answer of another shape", hint="check base_url: it may not be Jira that answers")
    return body


def _statuses(told: Iterable[Item]) -> dict[str, Status]:
    return {
        str(status["id"]): Status(
            str(status.get("name") or status["id"]),
            _CATEGORIES.get((status.get("statusCategory") or {}).get("key", "")),
        )
        for status in told
    }
