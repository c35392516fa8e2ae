"""A reader sees of people what the file says they may, whatever they ask."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import duckdb
import polars as pl
import pytest
from filled_world import fill

from warehouse.errors import QueryError, WarehouseUnusable
from warehouse.publish import People, publish
from warehouse.reader import Reader
from warehouse.sight import Sight
from warehouse.store import Warehouse
from warehouse.tables import Table, by_name
from warehouse.tables import columns as col


class Load(Table):
    """How much each person has to do."""

    person_id = col.key_person("Person")
    items = col.number("Open items")


class Edges(Table):
    """Who answered whom."""

    author_id = col.key_person("Author")
    reviewer_id = col.key_person("Reviewer")
    reviews = col.number("Reviews")


class Flow(Table):
    """Items, each with who did it."""

    item = col.key("Item")
    author_id = col.person("Author")
    person_ids = col.persons("Who knows it")
    team = col.text("Team")
    seconds = col.real("How long it took")


class Waits(Table):
    """How long teams wait."""

    waiting_team = col.key("Team that waits")
    on_team = col.text("Team that it waits for")
    n = col.number("How often")


class Observations(Table):
    """Figures by period."""

    metric = col.key("Metric")
    scope_kind = col.key("Kind")
    scope = col.key("Scope")
    period = col.key("Period")
    value = col.real("Value")
    reason = col.text("Why it is null")


SCHEMAS = by_name(Load, Edges, Flow, Waits, Observations)
FRAMES = {
    "load": pl.DataFrame({"person_id": ["p1", "p2"], "items": [3, 4]}),
    "edges": pl.DataFrame({"author_id": ["p1", "p2", "p2"], "reviewer_id": ["p2", "p1", "p3"], "reviews": [1, 2, 3]}),
    "flow": pl.DataFrame(
        {
            "item": ["a", "b", "c"],
            "author_id": ["p1", "p2", None],
            "person_ids": [["p1", "p2"], ["p2"], None],
            "team": ["Large", "Small", None],
            "seconds": [1.0, 2.0, 3.0],
        }
    ),
    "waits": pl.DataFrame({"waiting_team": ["Large", "Small"], "on_team": ["Small", "Large"], "n": [1, 2]}),
    "observations": pl.DataFrame(
        {
            "metric": ["m", "m"],
            "scope_kind": ["team", "team"],
            "scope": ["Large", "Small"],
            "period": ["rolling_90d", "rolling_90d"],
            "value": [1.0, None],
            "reason": [None, "group_too_small"],
        }
    ),
}
Ask = Callable[..., list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """The rows of a query as a reader sees them, over a file that was published for `people`."""
    readers = {}
    for people in get_args(People):
        with Warehouse.open(tmp_path_factory.mktemp(people)) as warehouse:
            fill(warehouse)
            publish(warehouse, "run", FRAMES, SCHEMAS, people=people)
            readers[people] = Reader(warehouse.directory)

    def ask_(sql: str, seen: Sight | None, people: People = "self") -> list[tuple[object, ...]]:
        return readers[people].query(sql, seen=seen, timeout_seconds=20).frame.rows()

    return ask_


def everything(ask: Ask, seen: Sight, people: People) -> str:
    """All that a reader can get from any column of any table."""
    tables = ask('SELECT DISTINCT schema, "table" FROM meta.dictionary ORDER BY ALL', seen, people)
    return "\n".join(str(ask(f'FROM "{schema}"."{table}"', seen)) for schema, table in tables if table != "dictionary")


@pytest.mark.parametrize("people", ["self", "off"])
@pytest.mark.parametrize("door", ["pages", "typed"])
def test_who_is_nobody_sees_no_name_anywhere(ask: Ask, door: str, people: People) -> None:
    found = everything(ask, Sight(door), people)  # type: ignore[arg-type]
    assert "Large" in found
    for name in ("Ada", "Bob", "example.org", "Nobody"):
        assert name not in found


def test_who_signed_in_sees_their_own_name_and_no_other(ask: Ask) -> None:
    for door in ("pages", "typed"):
        found = everything(ask, Sight(door, "p1"), "self")
        assert "Ada" in found
        assert "Bob" not in found
        assert "Nobody" not in found


def test_typed_queries_hold_of_people_only_the_reader(ask: Ask) -> None:
    ada, nobody = Sight("typed", "p1"), Sight("typed")
    assert ask("FROM metrics.load", ada) == [("p1", 3)]
    assert ask("FROM metrics.load", nobody) == []
    assert ask("FROM metrics.edges ORDER BY reviews", ada) == [("p1", None, 1), (None, "p1", 2)]
    assert ask("SELECT item, author_id, person_ids FROM metrics.flow ORDER BY item", ada) == [
        ("a", "p1", ["p1"]),
        ("b", None, []),
        ("c", None, None),
    ]
    assert ask("SELECT author_id, count(*) FROM commits GROUP BY ALL ORDER BY ALL", ada) == [("p1", 1), (None, 1)]
    assert ask("SELECT author_id, count(*) FROM commits GROUP BY ALL", nobody) == [(None, 2)]
    assert ask("SELECT person_id, name FROM people", ada) == [("p1", "Ada")]
    assert ask("SELECT name FROM identities", ada) == [("Ada",)]
    assert ask("SELECT count(*) FROM commit_trailers", ada) == [(0,)]
    assert ask("SELECT person_id FROM commit_trailers", Sight("typed", "p2")) == [("p2",)]


def test_typed_queries_leave_out_texts_that_may_name_people(ask: Ask) -> None:
    changes = "SELECT field, to_value FROM ticket_changes ORDER BY field"
    assert ask(changes, Sight("typed", "p1")) == [("assignee", None), ("status", "Done")]
    assert ask(changes, Sight("pages")) == [("assignee", "ada"), ("status", "Done")]
    assert ask("SELECT DISTINCT branch FROM ci_runs ORDER BY ALL", Sight("typed")) == [("main",), (None,)]


def test_typed_queries_do_not_tell_small_teams_apart(ask: Ask) -> None:
    seen = Sight("typed")
    assert ask("SELECT team, median(seconds) FROM metrics.flow GROUP BY ALL ORDER BY ALL", seen) == [
        ("Large", 1.0),
        (None, 2.5),
    ]
    assert ask("FROM metrics.waits", seen) == [("Large", None, 1)]


def test_pages_sum_up_over_everybody(ask: Ask) -> None:
    seen = Sight("pages")
    assert ask("SELECT count(DISTINCT person_id), sum(items) FROM metrics.load", seen) == [(2, 7)]
    assert ask("SELECT team, count(*) FROM metrics.flow GROUP BY ALL ORDER BY ALL", seen) == [
        ("Large", 1),
        ("Small", 1),
        (None, 1),
    ]
    joined = "SELECT name, items FROM metrics.load JOIN people USING (person_id) ORDER BY items"
    assert ask(joined, seen) == [(None, 3), (None, 4)]
    assert ask(joined, Sight("pages", "p2")) == [(None, 3), ("Bob", 4)]


def test_leads_see_everything_through_both_doors(ask: Ask) -> None:
    for door in ("pages", "typed"):
        assert ask("FROM metrics.load", Sight(door), "leads") == [("p1", 3), ("p2", 4)]
        assert ask("SELECT name FROM people ORDER BY ALL", Sight(door), "leads") == [("Ada",), ("Bob",)]
    assert ask("EXPLAIN FROM people", Sight("typed"), "leads")


def test_one_reader_does_not_see_what_another_may(ask: Ask) -> None:
    for reader, name in [("p1", "Ada"), ("p2", "Bob"), ("p1", "Ada")]:
        assert ask("SELECT name FROM people", Sight("typed", reader)) == [(name,)]
    assert ask("SELECT name FROM people", Sight("typed")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "FROM published.metrics.load",
        "FROM published.people",
        "FROM published.main.people",
        'FROM "published"."main"."people"',
        "SELECT published.main.people.name FROM published.main.people",
        "FROM (SELECT * FROM published.people)",
        "SELECT (SELECT max(name) FROM published.people)",
        "WITH p AS (FROM published.people) FROM p",
        "WITH RECURSIVE p AS (SELECT 1 AS n UNION ALL SELECT n FROM p, published.people) FROM p",
        "SELECT 1 WHERE EXISTS (FROM published.people WHERE name = 'Ada')",
        "SELECT name FROM people UNION ALL SELECT name FROM published.people",
        "SELECT list(x.name) FROM commits, LATERAL (SELECT name FROM published.people) AS x",
        "SELECT 1 ORDER BY (SELECT max(name) FROM published.people)",
        "SELECT count(*) FILTER (author_id IN (SELECT person_id FROM published.people)) FROM commits",
        "FROM query('FROM published.people')",
        "FROM query_table('published.people')",
        "FROM query_table(['published.people'])",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM published.people'))",
        "SUMMARIZE published.people",
        "SUMMARIZE SELECT * FROM published.people",
        "DESCRIBE published.people",
        "FROM pragma_storage_info('published.main.people')",
        "FROM pragma_table_info('published.main.people')",
        "PIVOT published.people ON kind USING max(name)",
        "FROM (PIVOT published.people ON kind USING max(name))",
        "UNPIVOT published.people ON name, kind",
        "EXPLAIN ANALYZE FROM published.people",
        "TABLE published.people",
        "VALUES ((SELECT max(name) FROM published.people))",
        "FROM people POSITIONAL JOIN published.people",
        "SELECT x FROM range(3) AS r(x) WHERE x = (SELECT count(*) FROM published.main.people)",
        "SELECT array(SELECT name FROM published.people)",
        "FROM 'published.main.people'",
        "FROM published.people AT (VERSION => 1)",
        "EXECUTE x",
        "CALL pragma_storage_info('published.main.people')",
        "SET VARIABLE reader = 'p1'",
    ],
)
def test_nothing_that_is_typed_looks_past_the_views(ask: Ask, sql: str) -> None:
    with pytest.raises(QueryError) as refused:
        ask(sql, Sight("typed"))
    assert "Ada" not in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM people WHERE name = error('Ada')",
        "SELECT getvariable('reader')",
        "SELECT sql FROM duckdb_views() WHERE view_name = 'people'",
        "FROM duckdb_tables()",
        "FROM duckdb_columns()",
        "SHOW TABLES",
        "SHOW ALL TABLES",
        "SUMMARIZE people",
        "DESCRIBE metrics.load",
        "SELECT count(*) OVER (PARTITION BY author_name) FROM commits",
        "SELECT stats(name) FROM people",
        "FROM information_schema.tables",
        "SELECT unnest([1, 2]), x FROM range(2) AS r(x)",
    ],
)
def test_looking_around_gives_nobody_away(ask: Ask, sql: str) -> None:
    found = str(ask(sql, Sight("typed")))
    for name in ("Ada", "Bob", "p1", "p2"):
        assert name not in found


def test_a_file_that_does_not_say_who_may_see_what_shows_nobody_anything(filled: Warehouse, tmp_path: Path) -> None:
    path = publish(filled, "run", FRAMES, SCHEMAS)
    copy = tmp_path / "old" / "published" / path.name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(path.read_bytes())
    (tmp_path / "old" / "leadline.duckdb").symlink_to(f"published/{path.name}")
    with duckdb.connect(copy) as connection:
        connection.execute("DROP TABLE meta.privacy")
    reader = Reader(tmp_path / "old")
    with pytest.raises(WarehouseUnusable, match="older version"):
        reader.query("FROM commits", seen=Sight("pages"))
    assert reader.query("FROM commits").frame.height == 2


def test_a_new_generation_is_seen_at_once(filled: Warehouse) -> None:
    reader, seen = Reader(filled.directory), Sight("typed", "p1")
    publish(filled, "run-1", FRAMES, SCHEMAS, people="self")
    assert reader.query("SELECT count(*) FROM metrics.load", seen=seen).frame.item() == 1
    publish(filled, "run-2", FRAMES, SCHEMAS, people="leads")
    assert reader.query("SELECT count(*) FROM metrics.load", seen=seen).frame.item() == 2
    publish(filled, "run-3", FRAMES, SCHEMAS, people="off")
    assert reader.query("SELECT count(*) FROM metrics.load", seen=seen).frame.item() == 0
