"""Set-based loading does what a loop over a dictionary would do, and never doubles a key."""

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import loading

KEYS = ["repo_id", "path"]
SCHEMA = {"repo_id": pl.String, "path": pl.String, "lines": pl.Int64, "blob_sha": pl.String}

keys = st.tuples(st.sampled_from("rs"), st.sampled_from(["a", "b'", 'c"', "d\n", "é"]))
values = st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("xy"))
rows_by_key = st.dictionaries(keys, values, max_size=6)
pages = st.lists(
    st.tuples(
        rows_by_key, rows_by_key, st.sets(st.tuples(st.sampled_from("rs"), st.none() | st.integers(0, 3)), max_size=3)
    ),
    max_size=5,
)

Rows = dict[tuple[str, str], tuple[int | None, str | None]]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE files (repo_id VARCHAR, path VARCHAR, lines BIGINT, blob_sha VARCHAR)")
        yield opened


def frame(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame([(*key, *value) for key, value in rows.items()], schema=SCHEMA, orient="row")


@settings(deadline=None, max_examples=60)
@given(pages=pages)
def test_agrees_with_a_dictionary(
    connection: duckdb.DuckDBPyConnection, pages: list[tuple[Rows, Rows, set[tuple[str, int | None]]]]
) -> None:
    connection.execute("DELETE FROM files")
    expected: Rows = {}
    for whole, changed, gone in pages:
        kept = {key: value for key, value in expected.items() if (key[0], value[0]) not in gone}
        some = pl.DataFrame(sorted(gone, key=str), schema={"repo_id": pl.String, "lines": pl.Int64}, orient="row")
        assert loading.delete(connection, "files", some) == len(expected) - len(kept)
        expected = kept | whole
        assert loading.upsert(connection, "files", KEYS, frame(whole)) == len(whole)
        there = {key: (value[0], expected[key][1]) for key, value in changed.items() if key in expected}
        assert loading.update(connection, "files", KEYS, frame(changed).drop("blob_sha")) == len(there)
        expected |= there
        found = connection.execute("SELECT * FROM files").fetchall()
        assert sorted(found, key=str) == sorted(((*key, *value) for key, value in expected.items()), key=str)
