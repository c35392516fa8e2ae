"""The declaration of the tables keeps the habits that people who write SQL rely on."""

import duckdb
import polars as pl
import pytest

from warehouse import ddl
from warehouse.dictionary import published
from warehouse.tables import CORE, META, SourceTable, Table

TABLES = [(f"{schema}.{name}", table) for schema, tables in published({}).items() for name, table in tables.items()]
COLUMNS = [(f"{name}.{column}", declared) for name, table in TABLES for column, declared in ddl.columns(table).items()]

# names that the design fixes although SQL wants them quoted
QUOTED = {"meta.data_quality.check", "meta.repairs.check", "meta.dictionary.table", "meta.dictionary.column"} | {
    "meta.metric_catalogue.table"
}


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_table_is_described_and_has_a_key(name: str, table: type[Table]) -> None:
    assert ddl.description(table).endswith(".")
    assert table.primary_key()
    assert name.split(".")[1].isidentifier()


def test_every_column_is_described() -> None:
    assert [name for name, column in COLUMNS if not column.description] == []


def test_names_say_what_a_column_holds() -> None:
    wrong = []
    for name, column in COLUMNS:
        last = name.rpartition(".")[2]
        expected = {
            last.endswith("_at"): pl.Datetime("us"),
            last.endswith("_on") and not last.startswith("is_"): pl.Date(),
            last.startswith(("is_", "has_")): pl.Boolean(),
            last.endswith("_id"): pl.String(),
        }.get(True, column.dtype)
        if column.dtype != expected or (column.dtype in {pl.Datetime("us"), pl.Date()} and expected != column.dtype):
            wrong.append(name)
    assert wrong == []


def test_instants_and_days_are_named_so() -> None:
    instants = [
        n for n, c in COLUMNS if c.dtype == pl.Datetime("us") and not n.endswith(("_at", "valid_from", "valid_to"))
    ]
    days = [n for n, c in COLUMNS if c.dtype == pl.Date() and not n.endswith(("_on", "period_start"))]
    assert (instants, days) == ([], [])


def test_no_column_has_to_be_quoted_in_sql() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'")
        reserved = {name for (name,) in rows.fetchall()} | {"order", "group", "window", "at", "end"}
    assert {name for name, _ in COLUMNS if name.rpartition(".")[2] in reserved} == QUOTED


def test_only_rows_from_sources_carry_the_source() -> None:
    for name, table in [*CORE.items(), *META.items()]:
        stamped = "collected_at" in table.columns()
        assert stamped == issubclass(table, SourceTable), name
