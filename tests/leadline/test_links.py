"""Which pull request serves which ticket: only what a ticket is called counts, and the nearest tracker first."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline import links
from leadline.links import FOUND_IN, pull_request_tickets
from tests.leadline.conftest import configure, leadline
from tests.leadline.world import World
from warehouse.store import Warehouse
from warehouse.tables import CORE, Page

AT = datetime(2026, 3, 1)  # noqa: DTZ001 - instants are stored as naive UTC
HOSTS = {"gh": "github.com", "mirror": "github.com", "ghe": "git.acme.example", "jira": "acme.atlassian.net"}

Mention = tuple[str, str, str]
"""pr_id, reference, found_in."""
Ticket = tuple[str, str]
"""ticket_id, key."""
Repository = tuple[str, str]
"""repo_id, name."""


def source_of(native: str) -> str:
    return native.partition(":")[0]


def frame(table: str, rows: Sequence[tuple[str, ...]], *columns: str) -> pl.DataFrame:
    """Return rows of a table as the warehouse holds them: with the source that the id names."""
    schema = {name: column.dtype for name, column in CORE[table].columns().items()}
    complete = [
        {name: dict(zip(columns, row, strict=True)).get(name) for name in schema}
        | {"source": source_of(row[0]), "collected_at": AT}
        for row in rows
    ]
    return pl.DataFrame(complete, schema=schema)


def linked(
    mentions: Sequence[Mention], tickets: Sequence[Ticket], repositories: Sequence[Repository] = ()
) -> list[tuple[object, ...]]:
    found = pull_request_tickets(
        frame("pull_request_mentions", mentions, "pr_id", "reference", "found_in").lazy(),
        frame("tickets", tickets, "ticket_id", "key").lazy(),
        frame("repositories", repositories, "repo_id", "name").lazy(),
        hosts=HOSTS,
    )
    return found.collect().rows()


def test_whole_rows_of_every_kind_of_reference() -> None:
    mentions = [
        ("gh:acme/app#1", "acme/app#7", "body"),
        ("gh:acme/app#1", "acme/app#7", "closing_reference"),
        ("gh:acme/app#1", "APP-12", "title"),
        ("gh:acme/app#1", "UTF-8", "title"),
        ("gh:acme/app#1", "APP-13", "commit"),
        ("gh:acme/app#2", "Acme/Lib#3", "commit"),
        ("gh:acme/app#2", "acme/app#99", "body"),
        ("ghe:ops/infra#4", "APP-12", "branch"),
    ]
    tickets = [("gh:acme/app#7", "acme/app#7"), ("gh:acme/lib#3", "acme/lib#3"), ("jira:10012", "APP-12")]

    assert linked(mentions, tickets) == [
        ("gh:acme/app#1", "gh:acme/app#7", "closing_reference", "gh", AT),
        ("gh:acme/app#1", "jira:10012", "title", "gh", AT),
        ("gh:acme/app#2", "gh:acme/lib#3", "commit", "gh", AT),
        ("ghe:ops/infra#4", "jira:10012", "branch", "ghe", AT),
    ]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [(("ghe", "mirror", "gh"), "gh"), (("ghe", "mirror"), "mirror"), (("ghe",), "ghe"), ((), None)],
)
def test_the_nearest_tracker_is_meant(sources: tuple[str, ...], expected: str | None) -> None:
    tickets = [(f"{source}:acme/app#7", "acme/app#7") for source in sources]

    found = linked([("gh:acme/app#1", "acme/app#7", "body")], tickets)

    assert [row[1] for row in found] == ([f"{expected}:acme/app#7"] if expected else [])


@pytest.mark.parametrize("key", ["acme/old#7", "acme/new#7"])
@pytest.mark.parametrize("reference", ["acme/old#7", "acme/new#7"])
def test_a_renamed_repository_answers_to_both_names(key: str, reference: str) -> None:
    found = linked([("gh:acme/old#1", reference, "title")], [("gh:acme/old#7", key)], [("gh:acme/old", "acme/new")])

    assert [row[1] for row in found] == ["gh:acme/old#7"]


@pytest.mark.parametrize("key", ["acme/old#7", "acme/new#7"])
def test_a_name_that_another_repository_took_over_means_that_one(key: str) -> None:
    repositories = [("gh:acme/old", "acme/new"), ("gh:acme/next", "acme/old")]
    tickets = [("gh:acme/old#7", key), ("gh:acme/next#7", "acme/old#7")]

    found = linked([("gh:acme/old#1", "acme/old#7", "title")], tickets, repositories)

    assert [row[1] for row in found] == ["gh:acme/next#7"]


NAMES = ["acme/app", "Acme/lib", "acme/new"]
REPOSITORIES = st.lists(
    st.tuples(st.builds("{}:{}".format, st.sampled_from(["gh", "mirror", "ghe"]), st.sampled_from(NAMES)),
              st.sampled_from(NAMES)),
    unique_by=(lambda row: row[0], lambda row: (source_of(row[0]), row[1])),
    max_size=5,
)  # fmt: skip
MENTIONS = st.lists(
    st.tuples(
        st.builds("{}:acme/app#{}".format, st.sampled_from(["gh", "ghe", "mirror"]), st.integers(1, 3)),
        st.sampled_from(["acme/app#1", "ACME/APP#2", "acme/lib#1", "acme/new#1", "APP-1", "app-2", "UTF-8"]),
        st.sampled_from(FOUND_IN),
    ),
    unique=True,
    max_size=25,
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Mention], list[Ticket], list[Repository]]:
    repositories = draw(REPOSITORIES)
    numbered = [(repo, name, number) for repo, name in repositories for number in (1, 2)]
    chosen = draw(st.lists(st.sampled_from(numbered), unique=True)) if numbered else []
    tickets = [(f"{repo}#{number}", f"{name}#{number}") for repo, name, number in chosen]
    tickets += draw(
        st.lists(st.sampled_from([("jira:1", "APP-1"), ("jira:2", "APP-2"), ("jira:9", "OPS-1")]), unique=True)
    )
    return draw(MENTIONS), tickets, repositories


def naive(
    mentions: Sequence[Mention], tickets: Sequence[Ticket], repositories: Sequence[Repository]
) -> set[tuple[str, str, str]]:
    """The same answer, a mention at a time."""
    name_of = dict(repositories)
    best: dict[tuple[str, str], str] = {}
    for pr_id, reference, found_in in mentions:
        candidates = []
        for ticket_id, key in tickets:
            source, _, native = ticket_id.partition(":")
            repo_id, _, number = ticket_id.rpartition("#")
            current = f"{name_of[repo_id]}#{number}" if repo_id in name_of else key
            distance = 0 if source == source_of(pr_id) else 1 if HOSTS[source] == HOSTS[source_of(pr_id)] else 2
            if reference.lower() == current.lower():
                candidates.append((distance, 0, source, ticket_id))
            elif reference.lower() in {key.lower(), native.lower()} and re.search(r"#\d+$", ticket_id):
                candidates.append((distance, 1, source, ticket_id))
        if candidates:
            link = (pr_id, min(candidates)[3])
            best[link] = min(best.get(link, found_in), found_in, key=FOUND_IN.index)
    return {(*link, found_in) for link, found_in in best.items()}


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_a_naive_reading_agrees(world: tuple[list[Mention], list[Ticket], list[Repository]]) -> None:
    found = linked(*world)

    assert {row[:3] for row in found} == naive(*world)
    assert found == sorted(found)


def test_links_are_stored_with_the_source_of_the_pull_request(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        run = warehouse.start_run()
        said = pl.DataFrame({"pr_id": ["gh:acme/app#1"], "reference": ["APP-1"], "found_in": ["title"]})
        keys = pl.DataFrame({"ticket_id": ["jira:1"], "key": ["APP-1"]})
        warehouse.load(Page("p", "s", upserts={"pull_request_mentions": said}), source="gh", run_id=run, now=AT)
        warehouse.load(Page("t", "s", upserts={"tickets": keys}), source="jira", run_id=run, now=AT)

        links.resolve(warehouse, HOSTS)
        links.resolve(warehouse, HOSTS)

        assert warehouse.read("pull_request_tickets").rows() == [("gh:acme/app#1", "jira:1", "title", "gh", AT)]
        assert warehouse.sources() == ["gh", "jira"]


def test_compute_publishes_links_and_who_the_platform_says_people_are(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path)
    leadline(tmp_path, "collect")
    ben = "local:Ben Østergård <ben@acme.example>"
    frames = {
        "pull_request_mentions": {"pr_id": "local:app#1", "reference": "app-1", "found_in": "branch"},
        "tickets": {"ticket_id": "local:10", "key": "APP-1"},
        "identities": {"identity_id": "local:5", "account": "x9", "platform_type": "User"},
        "account_signatures": {"signature_id": ben, "account_id": "local:5"},
    }
    page = Page("all", "app", upserts={table: pl.DataFrame([row]) for table, row in frames.items()})
    with Warehouse.open(tmp_path / "leadline-data") as warehouse:
        warehouse.load(page, source="local", run_id=warehouse.start_run(), now=AT)

    leadline(tmp_path, "compute")

    links_found = "SELECT pr_id, ticket_id, found_in FROM pull_request_tickets"
    ben_is = (
        "SELECT i.account, i.matched_by, p.name FROM identities AS i JOIN people AS p USING (person_id) "
        "WHERE account IS NOT NULL"
    )
    csv = [
        leadline(tmp_path, "sql", query, "--format", "csv").stdout.splitlines()[1] for query in (links_found, ben_is)
    ]
    assert csv == ["local:app#1,local:10,branch", "x9,platform,Ben Østergård"]
