"""Publishing: a new read-only file with everything people query, and an atomic switch to it."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import duckdb
import polars as pl

from warehouse import contracts, ddl, generations
from warehouse.connect import failures_told
from warehouse.dictionary import PUBLISHED_META, dictionary_rows, published
from warehouse.errors import ContractError
from warehouse.persons import is_about_people, select_masked, select_persons
from warehouse.store import Warehouse
from warehouse.tables import META, Table

People = Literal["off", "self", "leads"]

_INCOMING = "incoming_rows"
_LEFT_OUT = "Empty, as it is about single people and `[privacy] people` is `off`. "


def publish(
    warehouse: Warehouse,
    run_id: str,
    frames: Mapping[str, pl.DataFrame],
    schemas: Mapping[str, type[Table]],
    *,
    catalogues: Mapping[str, pl.DataFrame] = MappingProxyType({}),
    people: People = "leads",
    minimum_group: int = 4,
    as_of: datetime | None = None,
    is_past: bool = False,
) -> Path:
    """Write the generation of a run, make it the current one, and return its path.

    It holds schema `main` (the core tables, with persons in place of identities), `metrics` (a table for each of
    `schemas`, filled from `frames`, empty where there is no frame) and `meta` with the dictionary and the
    `catalogues` (`metric_catalogue`, `rule_catalogue`). With people="off" people, their names and addresses are left
    out, or replaced by pseudonyms, and tables of `metrics` about single people are empty. What the file may show of
    people, and to whom, stands in `meta.privacy`; `warehouse.sight` keeps to it. `meta.generation` says for which
    instant (now, in UTC, where none is given) the frames were computed, and whether it `is_past`.

    Readers go on undisturbed. What the file says about the run itself is what `finish_run` noted before. A crash at any
    moment leaves the former generation current. Raises ContractError for a frame that breaks its declaration.
    """
    metrics = _checked(frames, schemas)
    meta = {
        "dictionary": dictionary_rows(schemas),
        "privacy": pl.DataFrame({"people": [people], "minimum_group": [minimum_group]}),
        "generation": pl.DataFrame(
            {"known_at": [as_of or datetime.now(UTC).replace(tzinfo=None)], "is_past": [is_past]},
            schema={"known_at": pl.Datetime("us"), "is_past": pl.Boolean},
        ),
        **{name: contracts.complete_rows(rows, PUBLISHED_META[name], name) for name, rows in catalogues.items()},
    }
    generations.tidy(warehouse.directory)
    built = generations.unfinished(warehouse.directory, run_id)
    salt = secrets.token_hex(16) if people == "off" else None
    with failures_told(warehouse.file, written=built), warehouse.cursor() as connection:
        connection.execute(f"ATTACH {ddl.literal(str(built))} AS generation")
        try:
            connection.execute("BEGIN")
            _fill(connection, schemas, metrics | meta, salt)
            connection.execute("COMMIT")
            connection.execute("DETACH generation")
        except BaseException:
            for undo in ("ROLLBACK", "DETACH generation"):
                with suppress(duckdb.Error):  # one that the failure has done already
                    connection.execute(undo)
            raise
    generation = generations.switch(warehouse.directory, built, run_id)
    generations.tidy(warehouse.directory)
    return generation


def _checked(frames: Mapping[str, pl.DataFrame], schemas: Mapping[str, type[Table]]) -> dict[str, pl.DataFrame]:
    """The frames of the metric tables, each with exactly the declared columns."""
    for name in frames:
        if name not in schemas:
            raise ContractError(f"metrics.{name}: no such table; there are {', '.join(schemas)}")
    return {name: contracts.complete_rows(frame, schemas[name], f"metrics.{name}") for name, frame in frames.items()}


def _fill(
    connection: duckdb.DuckDBPyConnection,
    schemas: Mapping[str, type[Table]],
    frames: Mapping[str, pl.DataFrame],
    salt: str | None,
) -> None:
    """Create, fill and describe every table of the attached generation."""
    for schema, tables in published(schemas).items():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS generation.{ddl.quoted(schema)}")
        for name, table in tables.items():
            own = f"{ddl.quoted(schema)}.{ddl.quoted(name)}"
            target = f"generation.{own}"
            connection.execute(ddl.create_table(target, table))
            if schema == "main":
                rows = select_persons(f"warehouse.{own}", table, catalog="warehouse", salt=salt)
                connection.execute(f"INSERT INTO {target} {rows}")
            elif schema == "meta" and name in META:
                connection.execute(f"INSERT INTO {target} {_masked(f'warehouse.{own}', table, salt)}")
            elif schema == "metrics" and salt is not None and is_about_people(table):
                connection.execute(f"COMMENT ON TABLE {target} IS {ddl.literal(_LEFT_OUT + ddl.description(table))}")
                continue
            elif name in frames:
                connection.register(_INCOMING, frames[name].to_arrow())
                connection.execute(f"INSERT INTO {target} {_masked(_INCOMING, table, salt)}")
                connection.unregister(_INCOMING)
            for comment in ddl.comments(target, table):
                connection.execute(comment)


def _masked(target: str, table: type[Table], salt: str | None) -> str:
    return select_masked(target, table, catalog="warehouse", salt=salt)
