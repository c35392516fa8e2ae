"""Whom a text written by a person means: `ana@acme.example`, `github:ana`, `Ana Ruiz <ana@acme.example>`, `Ana Ruiz`."""

from collections.abc import Iterable

import polars as pl

from leadline.identity import text


def normal(term: pl.Expr) -> pl.Expr:
    """Return a term as it is compared: lower case, spaces as one."""
    return term.str.to_lowercase().str.strip_chars().str.replace_all(r"\s+", " ")


def signature(name: pl.Expr, email: pl.Expr) -> pl.Expr:
    """Return `name <email>` as it is compared."""
    return normal(pl.format("{} <{}>", name.fill_null(""), email.fill_null("")))


def terms(identities: pl.DataFrame) -> pl.DataFrame:
    """Return what each identity answers to.

    Columns: identity_id, term.
    """
    name, email, account = pl.col("name"), pl.col("email"), pl.col("account")
    answers = [
        pl.col("identity_id"),
        pl.col("source") + ":" + account,
        pl.col("platform") + ":" + account,
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
    rows = pl.DataFrame(list(wanted), schema={"label": pl.String, "as_written": pl.String}, orient="row")
    asked = rows.with_columns(term=normal(pl.col("as_written")), clean=text.address(pl.col("as_written")))
    known = terms(identities)
    exact = asked.join(known, on="term")
    by_address = asked.join(known, left_on="clean", right_on="term")
    found = pl.concat([frame.select("label", "as_written", "identity_id") for frame in (exact, by_address)]).unique()
    return rows.join(found, on=["label", "as_written"], how="left").unique().sort(pl.all())
