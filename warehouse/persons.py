# ruff: noqa: S608 - names come quoted from the declaration, values are parameters
"""From identities to persons, as SQL: what leaves the warehouse names persons, or nobody where privacy asks for it."""

import dataframely as dy

from warehouse.ddl import columns, literal, quoted, sql_type
from warehouse.tables import Table
from warehouse.tables.columns import NOBODY


def select_persons(target: str, table: type[Table], *, catalog: str, salt: str | None = None) -> str:
    """A SELECT of all columns of `target` with persons in place of identities.

    `catalog` is the quoted name of the database that holds `identities` and `people`. With a `salt`, columns declared
    as personal lose their content (`select_masked`), and what belongs to no known person becomes a pseudonym.
    """
    replaced, joins = {}, []
    for position, (name, column) in enumerate(columns(table).items()):
        if not (column.metadata or {}).get("person"):
            continue
        value, mapped, known = f"t.{quoted(name)}", f"i{position}", f"p{position}"
        joins.append(f"LEFT JOIN {catalog}.main.identities AS {mapped} ON {mapped}.identity_id = {value}")
        replaced[name] = f"coalesce({mapped}.person_id, {value})"
        if salt is not None:
            joins.append(f"LEFT JOIN {catalog}.main.people AS {known} ON {known}.person_id = {replaced[name]}")
            replaced[name] = f"coalesce({known}.person_id, {_pseudonym(value, salt)})"
    if salt is not None:
        replaced |= _masked(table, salt)
    return _select(target, table, replaced) + "".join(f" {join}" for join in joins)


def select_masked(target: str, table: type[Table], *, catalog: str, salt: str | None) -> str:
    """A SELECT of all columns of `target`, which names persons already; with a `salt`, without personal content.

    A name beside a `person_id` becomes a pseudonym of that person, a personal key a pseudonym of its value, and every
    other personal column null. Who is not among the people of `catalog` becomes a pseudonym, in lists as well.
    """
    if salt is None:
        return _select(target, table, {})
    people = f"(SELECT list(person_id) AS ids FROM {catalog}.main.people) AS known"
    return _select(target, table, _strangers(table, salt) | _masked(table, salt)) + f" CROSS JOIN {people}"


def _strangers(table: type[Table], salt: str) -> dict[str, str]:
    """Columns of persons with pseudonyms for those who are not in `known.ids`."""
    replaced = {}
    for name, column in columns(table).items():
        if (column.metadata or {}).get("person"):
            is_list = isinstance(column, dy.List)
            value = "person" if is_list else f"t.{quoted(name)}"
            is_shown = f"{value} = {literal(NOBODY)} OR list_contains(known.ids, {value})"
            shown = f"CASE WHEN {is_shown} THEN {value} ELSE {_pseudonym(value, salt)} END"
            replaced[name] = f"list_transform(t.{quoted(name)}, lambda person: {shown})" if is_list else shown
    return replaced


def _masked(table: type[Table], salt: str) -> dict[str, str]:
    declared = columns(table)
    masked = {}
    for name, column in declared.items():
        if not (column.metadata or {}).get("personal"):
            continue
        if column.primary_key:
            masked[name] = _pseudonym(f"t.{quoted(name)}", salt)
        elif name == "name" and "person_id" in declared:
            masked[name] = "'Person ' || left(md5(t.person_id), 8)"
        else:
            masked[name] = f"CAST(NULL AS {sql_type(column.dtype)})"
    return masked


def _pseudonym(value: str, salt: str) -> str:
    return f"'unknown-' || md5({literal(salt)} || {value})"


def _select(target: str, table: type[Table], replaced: dict[str, str]) -> str:
    shown = (f"{replaced.get(name, f't.{quoted(name)}')} AS {quoted(name)}" for name in columns(table))
    return f"SELECT {', '.join(shown)} FROM {target} AS t"
