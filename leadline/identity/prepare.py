"""Identities with everything that the rules compare beside them."""

import polars as pl

from leadline.identity import bots, terms, text
from leadline.identity.rules import IdentityRules

SHARED_BY = 4
"""An address that so many different full names use belongs to no one of them."""

LOCAL = text.local_part(pl.col("email"))

_GITHUB = r"(?i)^(?:(\d+)\+)?([^@+]+)@users\.noreply\.(.+)$"
_GITLAB = r"(?i)^(?:(\d+)-)?([^@]+)@users\.noreply\.(.*gitlab.*)$"


def prepared(
    identities: pl.DataFrame, mailmap: pl.DataFrame, signatures: pl.DataFrame, rules: IdentityRules
) -> pl.DataFrame:
    """Return the identities sorted by id, with what the rules compare.

    New are node (row number), source_host, kind, is_certain, written and mapped (whom `.mailmap` takes it for),
    accounts (those that the platform takes it for), clean (address), is_own and is_shared (of the clean address),
    full_name, host, account_number and login.
    """
    in_order = identities.sort("identity_id").with_row_index("node")
    written = terms.signature(pl.col("name"), pl.col("email"))
    with_host = terms.with_host(in_order, rules.hosts).with_columns(written=written)
    compared = _with_account(_with_names(bots.with_kind(with_host, rules.bots)))
    mapped = compared.join(_mapped(mailmap), on="identity_id", how="left", maintain_order="left")
    taken_for = signatures.group_by(identity_id="signature_id").agg(accounts=pl.col("account_id").unique().sort())
    claimed = mapped.join(taken_for, on="identity_id", how="left", maintain_order="left")
    return claimed.with_columns(is_shared=_is_shared())


def _with_names(people: pl.DataFrame) -> pl.DataFrame:
    """Add the clean address and the full name; an address given as the name counts where there is no other."""
    clean = text.address(pl.col("email"))
    instead = text.address(pl.when(pl.col("name").str.contains(r"^[^\s@]+@[^\s@]+$")).then(pl.col("name")))
    found = people.with_columns(
        clean=pl.when(text.is_own(clean)).then(clean).otherwise(instead), full_name=text.full_name(pl.col("name"))
    )
    return found.with_columns(is_own=text.is_own(pl.col("clean")))


def _with_account(people: pl.DataFrame) -> pl.DataFrame:
    """Add the platform account that the row is, or that its no-reply address names."""
    email = pl.col("email")
    is_gitlab = email.str.contains(_GITLAB)
    number, login, host = (
        pl.when(is_gitlab).then(email.str.extract(_GITLAB, part)).otherwise(email.str.extract(_GITHUB, part))
        for part in (1, 2, 3)
    )
    native = pl.col("identity_id").str.extract(r":(\d+)$")
    is_account = pl.col("account").is_not_null()
    return people.with_columns(
        host=pl.when(is_account).then(pl.col("source_host")).otherwise(host.str.to_lowercase()),
        account_number=pl.when(is_account).then(native).otherwise(number),
        login=pl.coalesce("account", login).str.to_lowercase(),
    )


def _mapped(mailmap: pl.DataFrame) -> pl.DataFrame:
    """Return whom `.mailmap` takes each identity for (identity_id, mapped); several where repositories disagree."""
    given = mailmap.select("identity_id", mapped=terms.signature(pl.col("mapped_name"), pl.col("mapped_email")))
    return given.group_by("identity_id").agg(pl.col("mapped").unique().sort())


def _is_shared() -> pl.Expr:
    """Return whether many full names use the address, or `.mailmap` gives it to different addresses."""
    names = pl.col("full_name").drop_nulls().n_unique().over("clean")
    owners = pl.col("mapped").list.first().str.extract(r"<(.*)>$").drop_nulls().n_unique().over("clean")
    return pl.col("clean").is_not_null() & ((names >= SHARED_BY) | (owners > 1))
