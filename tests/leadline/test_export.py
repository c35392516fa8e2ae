"""Whatever a query answers with can be written as CSV and JSON."""

import io
import json

import duckdb
import pytest

from leadline.export import write

QUERY = """
SELECT map([1], ['é']) AS m, 'x'::BLOB AS b, {'a': 1, 'on': DATE '2026-01-01'} AS s, [map([1], ['a'])] AS lm,
    ['x'::BLOB] AS lb, [{'k': 1}] AS ls, ['a', 'b'] AS l, 3 AS n
UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL ORDER BY n NULLS LAST
"""


def written(form: str) -> str:
    with duckdb.connect() as connection:
        frame = connection.sql(QUERY).pl()
    target = io.BytesIO()
    write(frame, form, target)
    return target.getvalue().decode()


def test_csv_has_texts_for_what_is_nested() -> None:
    first, second = written("csv").splitlines()[1:]
    assert first == (
        '"{""1"": ""é""}",78,"{""a"": 1, ""on"": ""2026-01-01""}","[{""1"": ""a""}]","[""78""]","[{""k"": 1}]",a;b,3'
    )
    assert second == ",,,,,,,"


def test_json_keeps_what_it_knows() -> None:
    first, second = json.loads(written("json"))
    assert first["s"] == {"a": 1, "on": "2026-01-01"}
    assert (first["l"], first["ls"], first["n"]) == (["a", "b"], [{"k": 1}], 3)
    assert (first["m"], first["b"], first["lb"]) == ('{"1": "é"}', "78", '["78"]')
    assert set(second.values()) == {None}


@pytest.mark.parametrize("form", ["csv", "json"])
def test_no_rows_are_written_as_none(form: str) -> None:
    with duckdb.connect() as connection:
        frame = connection.sql(f"SELECT * FROM ({QUERY}) LIMIT 0").pl()  # noqa: S608 - of this file
    target = io.BytesIO()
    write(frame, form, target)
    assert target.getvalue().decode().strip() in {"m,b,s,lm,lb,ls,l,n", "[]"}
