"""How columns are declared: one short constructor for each kind of column that the core tables use.

Every constructor takes the description that ends up in the frame contract, the data dictionary, DuckDB's `COMMENT ON`
and the reference page.
"""

import dataframely as dy

NOBODY = "*"
"""What a column of persons holds where nobody in particular is meant: programs and unknown authors together."""


def key(description: str) -> dy.String:
    """A text column that is part of the primary key."""
    return dy.String(primary_key=True, description=description)


def key_instant(description: str) -> dy.Datetime:
    """A UTC instant that is part of the primary key."""
    return dy.Datetime(time_unit="us", primary_key=True, description=description)


def key_number(description: str) -> dy.Int64:
    """A whole number that is part of the primary key."""
    return dy.Int64(primary_key=True, description=description)


def key_real(description: str) -> dy.Float64:
    """A real number of a fixed choice (`0.5`, `0.85`, …) that is part of the primary key."""
    return dy.Float64(primary_key=True, description=description)


def text(description: str) -> dy.String:
    """An optional text column."""
    return dy.String(nullable=True, description=description)


def personal(description: str) -> dy.String:
    """An optional text column that names a person: replaced by a pseudonym where privacy asks for it."""
    return dy.String(nullable=True, description=description, metadata={"personal": True})


def mention(description: str, *, shown: str = "false") -> dy.String:
    """An optional text that may name people in passing: left out where privacy hides people.

    `shown` is an SQL condition over the row `t` and the text, `{value}`, under which it names nobody, and stays.
    """
    return dy.String(nullable=True, description=description, metadata={"mention": shown})


def git_ref(description: str) -> dy.String:
    """An optional branch or tag. Where privacy hides people only usual names stay: others begin with their author's."""
    usual = "(refs/(heads|tags)/)?(main|master|trunk|develop|staging|production|v?[0-9][-.0-9a-z]*)"
    return mention(description, shown=f"regexp_full_match({{value}}, '{usual}')")


def person(description: str, *, is_about: bool = False) -> dy.String:
    """A reference to `people`.

    The warehouse stores the identity that the source named; the published file holds the person it belongs to.
    `is_about`: the row is a figure about that person, as with `key_person`, and is published only where those are.
    """
    return dy.String(nullable=True, description=description, metadata={"person": True, "about": is_about})


def known_person(description: str) -> dy.String:
    """An optional id of `people` itself, which no identity stands for in the warehouse either."""
    return dy.String(nullable=True, description=description, metadata={"known": True})


def key_known_person(description: str) -> dy.String:
    """An id of `people` itself that is the primary key."""
    return dy.String(primary_key=True, description=description, metadata={"known": True})


def instant(description: str) -> dy.Datetime:
    """An optional UTC instant, in microseconds, without a zone."""
    return dy.Datetime(time_unit="us", nullable=True, description=description)


def day(description: str) -> dy.Date:
    """An optional calendar date."""
    return dy.Date(nullable=True, description=description)


def number(description: str) -> dy.Int64:
    """An optional whole number."""
    return dy.Int64(nullable=True, description=description)


def real(description: str) -> dy.Float64:
    """An optional real number."""
    return dy.Float64(nullable=True, description=description)


def flag(description: str) -> dy.Bool:
    """An optional truth value; null means not known."""
    return dy.Bool(nullable=True, description=description)


def texts(description: str) -> dy.List:
    """An optional list of texts."""
    return dy.List(dy.String(), nullable=True, description=description)


def persons(description: str) -> dy.List:
    """An optional list of references to `people`."""
    return dy.List(dy.String(), nullable=True, description=description, metadata={"person": True})


def key_person(description: str) -> dy.String:
    """A reference to `people` that is part of the primary key: the row is about that person."""
    return dy.String(primary_key=True, description=description, metadata={"person": True, "about": True})


def key_day(description: str) -> dy.Date:
    """A calendar date that is part of the primary key."""
    return dy.Date(primary_key=True, description=description)


def key_personal(description: str) -> dy.String:
    """A text column that is part of the primary key and names a person: replaced like `personal`, but never by null."""
    return dy.String(primary_key=True, description=description, metadata={"personal": True})
