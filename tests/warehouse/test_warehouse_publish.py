"""A generation holds everything people query, names persons or nobody, and appears at once or not at all."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse import generations
from warehouse.dictionary import dictionary_rows, published, reference_markdown
from warehouse.errors import ContractError, WarehouseError
from warehouse.publish import publish
from warehouse.reader import Reader
from warehouse.store import Warehouse
from warehouse.tables import Table, by_name
from warehouse.tables import columns as col
from warehouse.tables.meta import MetricCatalogue

StartPython = Callable[..., subprocess.Popen[str]]


class Load(Table):
    """How much each person has to do."""

    person_id = col.key_person("Person")
    name = col.personal("Name to show")
    items = col.number("Open items")


class Empty(Table):
    """A table that nothing feeds yet."""

    period = col.key_instant("Period")


SCHEMAS = by_name(Load, Empty)
FRAMES = {"load": pl.DataFrame({"person_id": ["p1"], "name": ["Ada"], "items": [3]})}


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_holds_every_table_described(filled: Warehouse) -> None:
    path = publish(filled, filled.start_run(), FRAMES, SCHEMAS)
    declared = {(schema, name) for schema, tables in published(SCHEMAS).items() for name in tables}
    described = rows(path, "SELECT schema_name, table_name FROM duckdb_tables() WHERE comment <> ''")
    assert set(described) == declared
    plain = "SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND coalesce(comment, '') = ''"
    assert rows(path, plain) == [(0,)]
    columns = "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
    dictionary = dictionary_rows(SCHEMAS).select("schema", "table", "column", "type").rows()
    assert sorted(rows(path, columns)) == sorted(dictionary)
    assert rows(path, "SELECT count(*) FROM meta.dictionary") == [(len(dictionary),)]
    assert rows(path, "FROM metrics.load") == [("p1", "Ada", 3)]
    assert rows(path, "FROM metrics.empty") == []


def test_names_persons_in_place_of_identities(filled: Warehouse) -> None:
    path = publish(filled, "run", {}, {})
    commits = "SELECT sha, author_id, committer_id, author_name FROM commits ORDER BY sha"
    assert rows(path, commits) == [("a", "p1", "p1", "Ada"), ("b", "p2", "git:Nobody", "Bob")]
    assert rows(path, "SELECT person_id, value FROM commit_trailers") == [("p2", "Bob <bob@example.org>")]
    assert rows(path, "SELECT status FROM meta.runs") == [("running",)]


def test_without_people_no_name_or_address_is_in_the_file(filled: Warehouse) -> None:
    path = publish(filled, "run", FRAMES, SCHEMAS, people="off")
    ((first, first_committer), (second, second_committer)) = rows(
        path, "SELECT author_id, committer_id FROM commits ORDER BY sha"
    )
    assert first == first_committer
    assert str(second_committer).startswith("unknown-")
    people = rows(path, "SELECT person_id, name FROM people")
    assert {person for person, _ in people} == {first, second}
    assert all(re.fullmatch("p-[0-9a-f]{12}", str(person)) for person, _ in people)
    assert {name for _, name in people} == {f"Person {str(person)[2:10]}" for person, _ in people}
    assert rows(path, "SELECT DISTINCT person_id FROM identities ORDER BY ALL") == sorted([(first,), (second,)])
    assert rows(path, "SELECT count(DISTINCT identity_id), count(email) FROM identities") == [(2, 0)]
    for needle in (b"Ada", b"ada@example", b"Nobody", b"bob@example"):
        assert needle not in path.read_bytes()


def test_without_people_strangers_are_pseudonyms_in_lists_as_well(filled: Warehouse) -> None:
    class Crew(Table):
        """Who works on what."""

        item = col.key("Item")
        lead_id = col.person("Who leads it")
        person_ids = col.persons("Who works on it")

    stranger = "git:Nobody <nobody@example.org>"
    frame = pl.DataFrame(
        {
            "item": ["a", "b", "c", "d"],
            "lead_id": ["p1", stranger, None, col.NOBODY],
            "person_ids": [["p2", stranger, "p1"], [], None, [col.NOBODY]],
        }
    )
    shown = publish(filled, "1", {"crew": frame}, by_name(Crew))
    assert rows(shown, "FROM metrics.crew ORDER BY item") == frame.rows()
    path = publish(filled, "2", {"crew": frame}, by_name(Crew), people="off")
    (known, strange, *others) = rows(path, "SELECT lead_id, person_ids FROM metrics.crew ORDER BY item")
    pseudonym = strange[0]
    assert str(pseudonym).startswith("unknown-")
    people = dict(rows(path, "SELECT author_id, count(*) FROM commits GROUP BY ALL"))
    ada, (bob,) = known[0], set(people) - {known[0]}
    assert [known, strange, *others] == [
        (ada, [bob, pseudonym, ada]),
        (pseudonym, []),
        (None, None),
        (col.NOBODY, [col.NOBODY]),
    ]
    assert b"obody@" not in path.read_bytes()


def test_without_people_figures_about_one_are_left_out_and_said_to_be(filled: Warehouse) -> None:
    class Duties(Table):
        """Who has to do what."""

        item = col.key("Item")
        person_id = col.person("Who", is_about=True)

    frames = FRAMES | {"duties": pl.DataFrame({"item": ["a"], "person_id": ["p1"]})}
    schemas = SCHEMAS | by_name(Duties)
    for people, found in (("leads", 1), ("self", 1), ("off", 0)):
        path = publish(filled, f"run-{people}", frames, schemas, people=people, minimum_group=5)
        assert rows(path, "FROM meta.privacy") == [(people, 5)]
        assert rows(path, "SELECT count(*) FROM metrics.load") == [(found,)]
        assert rows(path, "SELECT count(*) FROM metrics.duties") == [(found,)]
    told = dict(rows(path, "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'metrics'"))
    assert told["load"] == (
        "Empty, as it is about single people and `[privacy] people` is `off`. How much each person has to do."
    )
    assert told["empty"] == "A table that nothing feeds yet."


def test_without_people_ids_cannot_be_followed_from_one_file_to_the_next(filled: Warehouse) -> None:
    ids = [
        {person for (person,) in rows(publish(filled, run, {}, {}, people="off"), "SELECT person_id FROM people")}
        for run in ("run-1", "run-2")
    ]
    assert not ids[0] & ids[1]


def test_frames_keep_their_declaration(filled: Warehouse) -> None:
    for frames, message in [
        ({"load": FRAMES["load"].drop("items")}, r"metrics\.load\.items: the column is missing"),
        ({"load": pl.concat([FRAMES["load"]] * 2)}, r"metrics\.load: the same primary key twice: person_id='p1'"),
        ({"other": FRAMES["load"]}, r"metrics\.other: no such table; there are load, empty"),
    ]:
        with pytest.raises(ContractError, match=message):
            publish(filled, "run", frames, SCHEMAS)
    assert generations.current(filled.directory) is None


def test_catalogue_is_published(filled: Warehouse) -> None:
    empty = MetricCatalogue.create_empty()
    row = {name: ["commits"] if name == "inputs" else name for name in empty.columns}
    path = publish(filled, "run", {}, {}, catalogues={"metric_catalogue": pl.DataFrame([row], schema=empty.schema)})
    assert rows(path, 'SELECT name, "table", inputs FROM meta.metric_catalogue') == [("name", "table", ["commits"])]


def test_last_three_generations_are_kept_and_old_readers_read_on(filled: Warehouse) -> None:
    first = publish(filled, "run-1", {}, {})
    with duckdb.connect(first, read_only=True) as old:
        for run in range(2, 6):
            publish(filled, f"run-{run}", {}, {})
        assert old.execute("SELECT count(*) FROM commits").fetchone() == (2,)
    folder = filled.directory / "published"
    assert sorted(path.name for path in folder.iterdir()) == [f"leadline-run-{run}.duckdb" for run in (3, 4, 5)]
    link = filled.directory / "leadline.duckdb"
    assert str(link.readlink()) == "published/leadline-run-5.duckdb"
    assert rows(link, "SELECT count(*) FROM commits") == [(2,)]


def test_current_generation_stays_even_when_it_sorts_first(filled: Warehouse) -> None:
    for run in ("9", "8", "7", "6", "5"):
        publish(filled, run, {}, {})
    assert generations.current(filled.directory) == filled.directory / "published" / "leadline-5.duckdb"
    assert len(list((filled.directory / "published").iterdir())) == 3


def test_generation_is_read_only_and_never_overwritten(filled: Warehouse) -> None:
    path = publish(filled, "run", {}, {})
    assert path.stat().st_mode & 0o777 == 0o444
    with pytest.raises(WarehouseError, match="run run has published already"):
        publish(filled, "run", {}, {})
    with pytest.raises(WarehouseError, match="cannot be part of a file name"):
        publish(filled, "../run", {}, {})


def test_what_a_crash_left_is_removed(filled: Warehouse) -> None:
    folder = filled.directory / "published"
    folder.mkdir()
    left = [folder / ".unfinished-old.duckdb", folder / ".unfinished-old.duckdb.wal"]
    link = filled.directory / ".unfinished-leadline.duckdb"
    for path in left:
        path.write_bytes(b"half")
    link.symlink_to("nowhere")
    path = publish(filled, "run", {}, {})
    assert list(folder.iterdir()) == [path]
    assert not link.is_symlink()


def test_pointer_file_serves_where_there_are_no_symlinks(filled: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: str) -> None:
        raise OSError("no symlinks here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    publish(filled, "run-1", {}, {})
    path = publish(filled, "run-2", {}, {})
    assert (filled.directory / "leadline.duckdb").read_text() == "published/leadline-run-2.duckdb\n"
    assert Reader(filled.directory).generation() == path


def test_open_readers_never_block_and_followers_follow(filled: Warehouse, start_python: StartPython) -> None:
    publish(filled, "run-0", {}, {})
    shell = start_python(
        """
        import duckdb, sys
        connection = duckdb.connect(sys.argv[1], read_only=True)
        for line in sys.stdin:
            print(connection.execute("SELECT count(*) FROM tags").fetchone()[0], flush=True)
        """,
        filled.directory / "leadline.duckdb",
    )
    follower = start_python(
        """
        import sys
        from pathlib import Path
        from warehouse.reader import Reader
        reader = Reader(Path(sys.argv[1]))
        for line in sys.stdin:
            print(reader.query("SELECT count(*) FROM tags").frame.item(), flush=True)
        """,
        filled.directory,
    )

    def ask(process: subprocess.Popen[str]) -> int:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("count\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    assert (ask(shell), ask(follower)) == (0, 0)
    for run in range(1, 6):
        names = [f"v{n}" for n in range(run)]
        filled.replace("tags", pl.DataFrame({"repo_id": ["r"] * run, "name": names}))
        publish(filled, f"run-{run}", {}, {})
        assert (ask(shell), ask(follower)) == (0, run)


def test_dictionary_and_reference_say_the_same() -> None:
    page = reference_markdown(SCHEMAS)
    assert "### `metrics.load`\n\nHow much each person has to do.\n" in page
    assert "| **person_id** | VARCHAR | Person |" in page
    dictionary = dictionary_rows(SCHEMAS)
    keys = dictionary.filter((pl.col("schema") == "main") & (pl.col("table") == "commits") & pl.col("key"))
    assert keys["column"].to_list() == ["repo_id", "sha"]
    described = dictionary.filter(pl.col("table") == "commits")["column"].to_list()
    assert described[:2] == ["repo_id", "sha"]
    assert described[-2:] == ["source", "collected_at"]
    assert page.count("\n| **") == dictionary["key"].sum()
