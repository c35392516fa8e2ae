"""Anybody may write any SQL: it reads what is published, and can do nothing else."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from warehouse.errors import NoGeneration, QueryError, QueryTimeout, WarehouseUnusable
from warehouse.publish import publish
from warehouse.reader import Reader
from warehouse.store import Warehouse
from warehouse.tables import Page


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Two commits, published."""
    directory = tmp_path_factory.mktemp("data")
    with Warehouse.open(directory) as warehouse:
        commits = pl.DataFrame({"repo_id": ["r", "r"], "sha": ["a", "b"]})
        page = Page("commits", "r", upserts={"commits": commits})
        warehouse.load(page, source="git", run_id="run", now=datetime.now(UTC))
        publish(warehouse, "run", {}, {})
    return Reader(directory)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) AS n FROM commits",
        "FROM commits SELECT count(*) AS n",
        "WITH c AS (SELECT * FROM commits) SELECT count(*) AS n FROM c;",
        "SELECT n FROM (VALUES (2)) AS t(n) -- a comment; with a semicolon",
    ],
)
def test_queries(reader: Reader, sql: str) -> None:
    result = reader.query(sql)
    assert_frame_equal(result.frame.cast(pl.Int64), pl.DataFrame({"n": [2]}))
    assert (result.truncated, result.seconds < 5) == (False, True)


@pytest.mark.parametrize("sql", ["SHOW TABLES", "DESCRIBE commits", "SUMMARIZE commits", "EXPLAIN FROM commits"])
def test_looking_around_is_allowed(reader: Reader, sql: str) -> None:
    assert reader.query(sql, limit=1).frame.height == 1


def test_parameters(reader: Reader) -> None:
    assert reader.query("SELECT sha FROM commits WHERE sha = ?", ["a"]).frame.rows() == [("a",)]
    assert reader.query("SELECT sha FROM commits WHERE sha = $sha", {"sha": "b"}).frame.rows() == [("b",)]


def test_rows_beyond_the_limit_are_cut_and_that_is_said(reader: Reader) -> None:
    cut = reader.query("FROM range(1000000000)", limit=10)
    assert (cut.frame.height, cut.truncated) == (10, True)
    whole = reader.query("FROM range(10)", limit=10)
    assert (whole.frame.height, whole.truncated) == (10, False)


def test_types_are_those_of_tables_and_charts(reader: Reader) -> None:
    sql = "SELECT sum(1) AS a, 2.5 AS b, INTERVAL 36 HOUR AS c, sum(1e18::HUGEINT * 100) AS d, INTERVAL 1 DAY AS a"
    frame = reader.query(sql).frame
    assert frame.rows() == [(1, 2.5, "36:00:00", 1e20, "1 day")]
    assert frame.dtypes[:2] == [pl.Int64, pl.Float64]
    rare = reader.query("SELECT [INTERVAL 1 DAY], union_value(k := 1), TIME '12:00', UUID '%s', [1]" % ("0" * 32)).frame
    assert rare.row(0)[:2] == ("[1 day]", "1")


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO teams VALUES ('x', NULL)",
        "UPDATE teams SET parent = 'x'",
        "DELETE FROM commits",
        "WITH x AS (DELETE FROM commits RETURNING *) SELECT * FROM x",
        "CREATE TABLE x AS SELECT 1",
        "CREATE TEMP TABLE x AS SELECT 1",
        "DROP TABLE commits",
        "COPY commits TO '{folder}/out.csv'",
        "COPY teams FROM '/etc/passwd'",
        "EXPORT DATABASE '{folder}/out'",
        "IMPORT DATABASE '{folder}'",
        "ATTACH '{folder}/other.duckdb' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH leadline",
        "USE main",
        "INSTALL httpfs",
        "LOAD json",
        "UPDATE EXTENSIONS",
        "SET threads = 1",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET memory_limit",
        "SET VARIABLE x = 1",
        "PRAGMA threads = 1",
        "PRAGMA database_list",
        "PRAGMA enable_profiling",
        "CALL pragma_version()",
        "CALL enable_logging()",
        "SELECT * FROM enable_logging(storage = 'file', storage_config = {{'path': '{folder}/out'}})",
        "CHECKPOINT",
        "VACUUM",
        "BEGIN",
        "PREPARE x AS SELECT 1",
        "EXECUTE x",
        "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')",
        "EXPLAIN ANALYZE COPY commits TO '{folder}/out.csv'",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE commits",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_json('/etc/passwd')",
        "SELECT * FROM read_parquet('/etc/passwd')",
        "SELECT * FROM read_duckdb('{folder}/warehouse.duckdb')",
        "SELECT * FROM read_text('http://127.0.0.1:9/x')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM parquet_metadata('/etc/passwd')",
        "SELECT * FROM query('COPY commits TO ''{folder}/out.csv''')",
        "SELECT getenv('HOME')",
        "SELECT * FROM reader",
        "SELEC 1",
        "SELECT nothing FROM commits",
        "",
        "-- nothing",
    ],
)
def test_everything_else_is_refused_in_a_few_words(reader: Reader, sql: str) -> None:
    folder = reader.directory
    (folder / "secret.csv").write_text("secret\n1\n")
    before = sorted(folder.rglob("*"))
    with pytest.raises(QueryError) as caught:
        reader.query(sql.format(folder=folder))
    message = str(caught.value)
    assert 0 < len(message) <= 400
    assert str(folder) not in message
    assert "\n" not in message
    assert sorted(folder.rglob("*")) == before
    assert reader.query("SELECT count(*) FROM commits").frame.item() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "SELECT count(*) FROM range(1000000000) a, range(100000) b WHERE (a.range * b.range) % 7 = 3",
        "SELECT pg_sleep(60)",
    ],
)
def test_endless_query_is_ended(reader: Reader, sql: str) -> None:
    began = time.perf_counter()
    with pytest.raises(QueryTimeout, match=r"longer than 0\.2 seconds"):
        reader.query(sql, timeout_seconds=0.2)
    assert time.perf_counter() - began < 30
    assert reader.query("SELECT 1", timeout_seconds=30).frame.item() == 1


def test_memory_is_bounded(reader: Reader) -> None:
    with pytest.raises(QueryError, match="more memory than it may have"):
        reader.query("SELECT list(a.range) FROM range(1000000000) a", timeout_seconds=60)


def test_nothing_published(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    assert reader.generation() is None
    with pytest.raises(NoGeneration, match="nothing is published"):
        reader.query("SELECT 1")
    (tmp_path / "leadline.duckdb").symlink_to("published/leadline-gone.duckdb")
    with pytest.raises(NoGeneration):
        reader.query("SELECT 1")


def test_threads_read_while_generations_come_and_go(filled: Warehouse) -> None:
    publish(filled, "run-1", {}, {})
    reader, done = Reader(filled.directory), threading.Event()

    def read() -> int:
        queries = 0
        while not done.is_set():
            assert reader.query("SELECT count(*) FROM commits", timeout_seconds=60).frame.item() == 2
            queries += 1
        return queries

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read) for _ in range(4)]
        try:
            for run in range(2, 8):
                publish(filled, f"run-{run}", {}, {})
        finally:
            done.set()
        assert all(future.result() > 0 for future in reading)
    newest = filled.directory / "published" / "leadline-run-7.duckdb"
    assert reader.generation() == newest
    assert reader.query("SELECT database_name FROM duckdb_databases() WHERE NOT internal").frame.item() == newest.stem
    reader.close()
    assert reader.query("SELECT count(*) FROM commits").frame.item() == 2


def test_damaged_generation_is_named_with_the_next_step(tmp_path: Path) -> None:
    generation = tmp_path / "published" / "leadline-x.duckdb"
    generation.parent.mkdir()
    generation.write_bytes(b"not a database at all" * 500)
    (tmp_path / "leadline.duckdb").symlink_to("published/leadline-x.duckdb")
    with pytest.raises(WarehouseUnusable, match=r"leadline-x\.duckdb cannot be read") as caught:
        Reader(tmp_path).query("SELECT 1")
    assert caught.value.hint == "publish a new one with `leadline compute`"


def test_file_in_place_of_the_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(NoGeneration):
        Reader(tmp_path / "data").query("SELECT 1")
