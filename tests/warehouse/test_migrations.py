"""An older file becomes the declared one without losing a row; a newer one is refused."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse import ddl
from warehouse.connect import connect
from warehouse.errors import WarehouseUnusable
from warehouse.migrations import migrate
from warehouse.store import Warehouse
from warehouse.tables import Table, by_name
from warehouse.tables import columns as col


class Tickets(Table):
    """Tickets of version 1."""

    ticket_id = col.key("Ticket")
    points = col.text("Points, as text")


OLD: dict[str, ddl.Tables] = {"main": by_name(Tickets)}


def new() -> dict[str, ddl.Tables]:
    class Tickets(Table):
        """Tickets of version 2."""

        ticket_id = col.key("Ticket")
        story_points = col.real("Points")
        labels = col.texts("Labels")

    class Sprints(Table):
        """Sprints."""

        sprint_id = col.key("Sprint")

    return {"main": by_name(Tickets, Sprints)}


def rename_points(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("ALTER TABLE main.tickets RENAME points TO story_points")
    connection.execute("ALTER TABLE main.tickets ALTER story_points TYPE DOUBLE")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A file of version 1 with a row."""
    with connect(tmp_path / "old.duckdb") as opened:
        assert migrate(opened, OLD, ()) == 1
        opened.execute("INSERT INTO tickets VALUES ('T-1', '3.5')")
        yield opened


def test_older_file_keeps_its_rows_and_gets_what_is_new(connection: duckdb.DuckDBPyConnection) -> None:
    for _ in range(2):
        assert migrate(connection, new(), (rename_points,)) == 2
        assert connection.execute("SELECT ticket_id, story_points, labels FROM tickets").fetchall() == [
            ("T-1", 3.5, None)
        ]
        assert connection.execute("FROM sprints").fetchall() == []
    comments = connection.execute(
        "SELECT comment FROM duckdb_columns() WHERE column_name = 'labels' AND NOT internal"
    ).fetchall()
    assert comments == [("Labels",)]


def test_newer_file_is_refused_untouched(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, new(), (rename_points,))
    with pytest.raises(WarehouseUnusable, match=r"newer version of leadline \(version 2, known is 1\)") as caught:
        migrate(connection, OLD, ())
    assert "update leadline" in str(caught.value.hint)
    assert connection.execute("SELECT story_points FROM tickets").fetchall() == [(3.5,)]


def test_failed_step_leaves_the_old_file(connection: duckdb.DuckDBPyConnection) -> None:
    def fail(connection: duckdb.DuckDBPyConnection) -> None:
        rename_points(connection)
        connection.execute("SELECT error('no')")

    with pytest.raises(duckdb.InvalidInputException):
        migrate(connection, new(), (fail,))
    assert connection.execute("FROM tickets").fetchall() == [("T-1", "3.5")]
    assert migrate(connection, OLD, ()) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "ALTER TABLE tickets ADD COLUMN colour VARCHAR",
            r"tickets.*colour of the warehouse is VARCHAR and is not known",
        ),
        (
            "ALTER TABLE tickets ALTER points TYPE BIGINT USING 1",
            r"points of the warehouse is BIGINT and is VARCHAR here",
        ),
        ("CREATE TABLE extra (i INT)", r"has a table main\.extra that this version does not know"),
        ("ALTER TABLE tickets DROP ticket_id", r"ticket_id cannot be added to rows that exist"),
    ],
)
def test_what_needs_a_step_is_named(connection: duckdb.DuckDBPyConnection, change: str, message: str) -> None:
    connection.execute(change)
    with pytest.raises(WarehouseUnusable, match=message):
        migrate(connection, OLD, ())


def test_real_warehouse_without_a_column_is_completed(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path):
        pass
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("ALTER TABLE commits DROP COLUMN reverts_sha")
        connection.execute("DROP TABLE tags")
        connection.execute("INSERT INTO commits (repo_id, sha, subject) VALUES ('r', 'a', 'First')")
    with Warehouse.open(tmp_path) as warehouse:
        assert warehouse.read("commits", ["sha", "subject", "reverts_sha"]).rows() == [("a", "First", None)]
        assert warehouse.read("tags").is_empty()
