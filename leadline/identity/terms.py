"""Whom a text means that a person wrote.

That is an address (`ana@acme.example`), an account (`github:ana`, `ana`), a signature (`Ana <ana@acme.example>`) or a
name.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from leadline.identity import text

HOSTS = {"github": "github.com", "gitlab": "gitlab.com"}
"""Where the accounts of a source live that is named like a platform, unless told otherwise."""


def with_host(identities: pl.DataFrame, hosts: Mapping[str, str]) -> pl.DataFrame:
    """Return the identities with `source_host`: where the accounts of their source live; its name where not known."""
    known = HOSTS | dict(hosts)
    return identities.with_columns(source_host=pl.col("source").replace(list(known), list(known.values())))


def normal(term: pl.Expr) -> pl.Expr:
    """Return a term as it is compared: lower case, spaces as one."""
    return term.str.to_lowercase().str.strip_chars().str.replace_all(r"\s+", " ")


def signature(name: pl.Expr, email: pl.Expr) -> pl.Expr:
    """Return `name <email>` as it is compared."""
    return normal(pl.format("{} <{}>", name.fill_null(""), email.fill_null("")))


def terms(identities: pl.DataFrame) -> pl.DataFrame:
    """Return what each identity (with its source_host) answers to.

    Columns: identity_id, term.
    """
    name, email, account = pl.col("name"), pl.col("email"), pl.col("account")
    answers = [
        pl.col("identity_id"),
        pl.col("source") + ":" + account,
        pl.col("source_host") + ":" + account,
        pl.col("source_host").str.strip_suffix(".com") + ":" + account,
        account,
        signature(name, email),
        email,
        text.address(email),
        name,
    ]
    return (
        pl.concat([identities.select("identity_id", term=normal(answer)) for answer in answers])
        .drop_nulls()
        .filter(pl.col("term") != "")
        .unique()
    )


def answering(identities: pl.DataFrame, wanted: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """Return the identities that the wanted (label, term) pairs mean; a label can mean several.

    Columns: label, as_written, identity_id (null where nobody answers).
    """
    rows = pl.DataFrame([*wanted], schema={"label": pl.String, "as_written": pl.String}, orient="row")
    asked = rows.with_columns(term=normal(pl.col("as_written")), clean=text.address(pl.col("as_written")))
    known = terms(identities if rows.height else identities.clear())
    exact = asked.join(known, on="term")
    by_address = asked.join(known, left_on="clean", right_on="term")
    found = pl.concat([frame.select("label", "as_written", "identity_id") for frame in (exact, by_address)]).unique()
    return rows.join(found, on=["label", "as_written"], how="left").unique().sort(pl.all())
