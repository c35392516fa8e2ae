# ruff: noqa: S608 - names come quoted from the declaration, values are parameters
"""From identities to persons, as SQL: what leaves the warehouse names persons, or nobody where privacy asks for it."""

import dataframely as dy

from warehouse.ddl import columns, literal, quoted, sql_type
from warehouse.tables import Table
from warehouse.tables.columns import NOBODY

PRIVATE = ("about", "person", "name", "text")
"""What a column can have to do with people, as `meta.dictionary` says it; the first that holds."""


def privacy(column: dy.Column) -> str | None:
    """What a column has to do with people, one of `PRIVATE`; None for one that has nothing.

    `about`: the person that the row is about; `person`: a reference to one; `name`: a name, address or account; `text`:
    a text that may name somebody.
    """
    marks = column.metadata or {}
    if marks.get("about"):
        return "about"
    if marks.get("person") or marks.get("known"):
        return "person"
    if marks.get("personal"):
        return "name"
    return "text" if "mention" in marks else None


def is_about_people(table: type[Table]) -> bool:
    """Whether every row of a table is about a single person, or about two of them."""
    return any(privacy(column) == "about" for column in columns(table).values())


def select_persons(target: str, table: type[Table], *, catalog: str, salt: str | None = None) -> str:
    """A SELECT of all columns of `target` with persons in place of identities.

    `catalog` is the quoted name of the database that holds `identities` and `people`. With a `salt`, columns declared
    as personal lose their content (`select_masked`), and persons become pseudonyms.
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
            is_known = f"{known}.person_id IS NOT NULL"
            pseudonym = _pseudonym(f"{known}.person_id", salt)
            replaced[name] = f"CASE WHEN {is_known} THEN {pseudonym} ELSE {_stranger(value, salt)} END"
    if salt is not None:
        replaced |= _masked(table, salt)
    return _select(target, table, replaced) + "".join(f" {join}" for join in joins)


def select_masked(target: str, table: type[Table], *, catalog: str, salt: str | None) -> str:
    """A SELECT of all columns of `target`, which names persons already; with a `salt`, without personal content.

    Persons become pseudonyms, in lists as well: the same in every table, others in every generation, for an id is made
    from an address and could be looked up. A name beside a `person_id` becomes one that goes with its pseudonym, a
    personal key a pseudonym of its value, and every other personal column null, as does a text that may name people.
    """
    if salt is None:
        return _select(target, table, {})
    people = f"(SELECT list(person_id) AS ids FROM {catalog}.main.people) AS known"
    return _select(target, table, _renamed(table, salt) | _masked(table, salt)) + f" CROSS JOIN {people}"


def _renamed(table: type[Table], salt: str) -> dict[str, str]:
    """Columns of persons with pseudonyms; those of people who are not in `known.ids` can be told apart."""
    replaced = {}
    for name, column in columns(table).items():
        if (column.metadata or {}).get("person"):
            is_list = isinstance(column, dy.List)
            value = "person" if is_list else f"t.{quoted(name)}"
            shown = (
                f"CASE WHEN {value} = {literal(NOBODY)} THEN {value} "
                f"WHEN list_contains(known.ids, {value}) THEN {_pseudonym(value, salt)} "
                f"ELSE {_stranger(value, salt)} END"
            )
            replaced[name] = f"list_transform(t.{quoted(name)}, lambda person: {shown})" if is_list else shown
    return replaced


def _masked(table: type[Table], salt: str) -> dict[str, str]:
    declared = columns(table)
    masked = {}
    for name, column in declared.items():
        marks, value = column.metadata or {}, f"t.{quoted(name)}"
        if marks.get("known"):
            masked[name] = _pseudonym(value, salt)
        elif "mention" in marks:
            masked[name] = f"CASE WHEN {marks['mention'].format(value=value)} THEN {value} END"
        elif not marks.get("personal"):
            continue
        elif column.primary_key:
            masked[name] = _stranger(value, salt)
        elif name == "name" and "person_id" in declared:
            masked[name] = f"'Person ' || {_digest('t.person_id', salt)}[:8]"
        else:
            masked[name] = f"CAST(NULL AS {sql_type(column.dtype)})"
    return masked


def _pseudonym(person_id: str, salt: str) -> str:
    return f"'p-' || {_digest(person_id, salt)}[:12]"


def _stranger(value: str, salt: str) -> str:
    return f"'unknown-' || {_digest(value, salt)}"


def _digest(value: str, salt: str) -> str:
    return f"md5({literal(salt)} || {value})"


def _select(target: str, table: type[Table], replaced: dict[str, str]) -> str:
    shown = (f"{replaced.get(name, f't.{quoted(name)}')} AS {quoted(name)}" for name in columns(table))
    return f"SELECT {', '.join(shown)} FROM {target} AS t"
