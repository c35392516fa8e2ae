# ruff: noqa: S608 - names come quoted from the file itself
"""Who sees what of people in a published file: views in place of its tables, and queries that stay within them.

A reader is a person, or nobody in particular, and the file says in `meta.privacy` what it may show them:

- Pages sum up: they see all rows, but no name, address or account except the reader's own.
- Queries that somebody typed can sum up by anything. They see of people only the reader: rows about somebody else are
  not there, references to others are null, and so are texts that may name them, and the names of teams with fewer
  members than `minimum_group`.

With `leads` both see everything. The views stand in a database in memory, the file is attached to it read-only; a query
that was typed may name nothing but the views (`check`).
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from warehouse.ddl import columns, literal, quoted
from warehouse.errors import QueryError, WarehouseUnusable
from warehouse.tables import CORE

Door = Literal["pages", "typed"]
Columns = list[tuple[str, str, bool, str | None]]
"""Name, type, whether it is part of the key, and what it has to do with people, of every column of a table."""

_SCHEMAS = frozenset({"main", "metrics", "meta", "information_schema", "pg_catalog"})
_FUNCTIONS = frozenset(
    {
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_schemas",
        "duckdb_tables",
        "duckdb_types",
        "duckdb_views",
        "generate_series",
        "generate_subscripts",
        "json_each",
        "json_tree",
        "range",
        "repeat",
        "repeat_row",
        "unnest",
    }
)
"""Table functions that read no table: others run SQL given as text, or tell the least and greatest of a column."""

_FILE = "published"
_READER = "getvariable('reader')"
_SMALL = f"""
    SELECT DISTINCT scope FROM {_FILE}.metrics.observations
    WHERE scope_kind = 'team' AND period = 'rolling_90d' AND reason = 'group_too_small'
"""


@dataclass(frozen=True)
class Sight:
    """What one reader sees through one door; `person_id` is None for a reader who is nobody in particular."""

    door: Door
    person_id: str | None = None


def policy(connection: duckdb.DuckDBPyConnection) -> str:
    """`off`, `self` or `leads`, as the open file says; raises WarehouseUnusable for a file that does not say it."""
    try:
        found = connection.execute("SELECT people FROM meta.privacy").fetchall()
    except duckdb.Error:
        found = []
    if not found:
        raise WarehouseUnusable(
            "the published file is of an older version: it does not say who may see what of people",
            hint="publish a new one with `leadline compute`",
        )
    return str(found[0][0])


def is_narrowed(people: str, door: Door) -> bool:
    """Whether a door shows less than the whole file; with `off`, pages need not be told what is not in it."""
    return people == "self" or (people == "off" and door == "typed")


def looked_through(connection: duckdb.DuckDBPyConnection, path: Path, door: Door) -> None:
    """Attach a published file to an empty database and put a view in the place of each of its tables."""
    connection.execute(f"ATTACH {literal(str(path))} AS {_FILE} (READ_ONLY)")
    salt = secrets.token_hex(16)
    has_observations = _declared(connection).get(("metrics", "observations")) is not None
    small = _SMALL if has_observations else "SELECT NULL::VARCHAR AS scope WHERE false"
    for (schema, table), described in _declared(connection).items():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        target = f"{quoted(schema)}.{quoted(table)}"
        shown = _typed(described, small, _harmless(schema, table)) if door == "typed" else _of_pages(described, salt)
        connection.execute(f"CREATE VIEW {target} AS {shown.format(table=f'{_FILE}.{target}')}")


def stand(cursor: duckdb.DuckDBPyConnection, sight: Sight) -> None:
    """Make a cursor see as the reader does."""
    reader = "NULL" if sight.person_id is None else literal(sight.person_id)
    cursor.execute(f"SET VARIABLE reader = CAST({reader} AS VARCHAR)")


def check(cursor: duckdb.DuckDBPyConnection, sql: str, sight: Sight) -> None:
    """Refuse a typed query that could look past the views; raises QueryError. Those of pages are our own."""
    if sight.door == "pages":
        return
    found = cursor.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(found[0][0])
    if tree.get("error"):
        raise QueryError(
            "only plain queries are allowed where people are hidden, no EXPLAIN", hint="begin with SELECT or FROM"
        )
    for node in _nodes(tree["statements"]):
        path = (node.get("qualified_name") or {}).get("path") or []
        kind = node.get("type")
        if kind in {"BASE_TABLE", "SHOW_REF"} and not (len(path) < 2 or (len(path) == 2 and path[0] in _SCHEMAS)):  # noqa: PLR2004
            raise QueryError(f"there is no table {'.'.join(path)}", hint="the page `Tables` lists what there is")
        if kind == "TABLE_FUNCTION" and _function(node) not in _FUNCTIONS:
            raise QueryError(f"{_function(node)}() is not allowed where people are hidden")


def _function(node: dict[str, Any]) -> str:
    return str((node.get("function") or {}).get("function_name", "")).lower()


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Every object in a tree of lists and objects."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def _declared(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Columns]:
    found = connection.execute(
        f'SELECT schema, "table", "column", type, key, privacy FROM {_FILE}.meta.dictionary '
        'ORDER BY schema, "table", position'
    ).fetchall()
    tables: dict[tuple[str, str], Columns] = {}
    for schema, table, *column in found:
        tables.setdefault((schema, table), []).append((column[0], column[1], column[2], column[3]))
    return tables


def _own(described: Columns) -> str:
    """Whether a row is the reader's: about them, or saying who they are."""
    marks = {name: privacy for name, _, _, privacy in described}
    about = [name for name, privacy in marks.items() if privacy == "about"]
    if not about and "name" in marks.values() and marks.get("person_id") == "person":
        about = ["person_id"]
    # Null where nobody reads, which no WHERE or WHEN takes for true.
    return " OR ".join(f"t.{quoted(name)} = {_READER}" for name in about) or "false"


def _of_pages(described: Columns, salt: str) -> str:
    shown = []
    for name, kind, _, privacy in described:
        value = f"t.{quoted(name)}"
        if privacy == "name":
            value = f"CASE WHEN {_own(described)} THEN {value} END"
        elif privacy in {"about", "person"} and kind.endswith("[]"):
            value = f"list_transform({value}, lambda person: {_without_address('person', salt)})"
        elif privacy in {"about", "person"}:
            value = _without_address(value, salt)
        shown.append(f"{value} AS {quoted(name)}")
    return f"SELECT {', '.join(shown)} FROM {{table}} AS t"


def _without_address(person: str, salt: str) -> str:
    """A person's id; in place of an identity that belongs to nobody known, which can be an address, a pseudonym."""
    return f"CASE WHEN contains({person}, ':') THEN 'unknown-' || md5({literal(salt)} || {person}) ELSE {person} END"


def _harmless(schema: str, table: str) -> dict[str, str]:
    """The conditions under which a text names nobody, by column; nothing is known of those of metric tables."""
    declared = columns(CORE[table]) if schema == "main" and table in CORE else {}
    marks = {name: column.metadata or {} for name, column in declared.items()}
    return {name: str(marked["mention"]) for name, marked in marks.items() if "mention" in marked}


def _typed(described: Columns, small: str, harmless: dict[str, str]) -> str:
    shown, kept = [], []
    if any(privacy == "about" or (is_key and privacy) for _, _, is_key, privacy in described):
        kept.append(f"({_own(described)})")
    for name, kind, is_key, privacy in described:
        value = f"t.{quoted(name)}"
        if privacy in {"about", "person"} and kind.endswith("[]"):
            value = f"list_filter({value}, lambda person: person = {_READER})"
        elif privacy in {"about", "person"}:
            value = f"CASE WHEN {value} = {_READER} THEN {value} END"
        elif privacy == "name":
            value = f"CASE WHEN {_own(described)} THEN {value} END"
        elif privacy == "text":
            value = f"CASE WHEN {harmless.get(name, 'false').format(value=value)} THEN {value} END"
        elif kind == "VARCHAR" and _is_team(name) and not _holds_teams(described):
            if is_key:
                kept.append(f"{value} NOT IN ({small})")
            value = f"CASE WHEN {value} NOT IN ({small}) THEN {value} END"
        shown.append(f"{value} AS {quoted(name)}")
    where = f" WHERE {' AND '.join(kept)}" if kept else ""
    return f"SELECT {', '.join(shown)} FROM {{table}} AS t{where}"


def _is_team(name: str) -> bool:
    return name == "team" or name.startswith("team_") or name.endswith("_team")


def _holds_teams(described: Columns) -> bool:
    """Whether the table says which teams there are and what they own, which is no figure about their people."""
    return {name for name, *_ in described} <= {"team", "parent", "kind", "pattern"}
