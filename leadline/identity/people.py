"""One row per person: a stable id, the best name and address, and whether it is a program."""

import hashlib
from collections.abc import Sequence

import polars as pl

from leadline.identity import text
from leadline.identity.bots import HUMAN


def people(members: pl.DataFrame, mailmap: pl.DataFrame) -> pl.DataFrame:
    """Return group, person_id, name, email, kind and is_bot of every group of the prepared identities.

    The id is made from the group's canonical identity: the address of its own that sorts first or, where it has none
    (or shares it with a group that must stay apart), the identity that sorts first. So it does not depend on the order
    of rows, and it stays as it is when further identities join, unless one of them brings an own address that sorts
    before all others.
    """
    ids = _with_ids(members)
    shown = _name(members, mailmap).join(_email(members, mailmap), on="group").join(_kind(members), on="group")
    return ids.join(shown, on="group").sort("person_id")


def _with_ids(members: pl.DataFrame) -> pl.DataFrame:
    own = pl.col("clean").filter(pl.col("is_own") & ~pl.col("is_shared")).min()
    canonical = members.group_by("group").agg(own=own, first=pl.col("identity_id").min())
    # Two people who must stay apart can have an address in common.
    unique = pl.when(pl.col("own").is_not_null() & (pl.len().over("own") == 1)).then("own").otherwise("first")
    texts = canonical.select("group", canonical=unique)
    digests = [hashlib.sha256(text.encode()).hexdigest()[:12] for text in texts["canonical"]]
    return texts.select("group", person_id=pl.lit("p-") + pl.Series(digests, dtype=pl.String))


def _name(members: pl.DataFrame, mailmap: pl.DataFrame) -> pl.DataFrame:
    """Return the best name of each group: `.mailmap`'s, then a platform's full name, then the most complete one."""
    name = pl.col("name")
    mapped = mailmap.join(members.select("identity_id", "group"), on="identity_id")
    names = pl.concat(
        [
            mapped.select("group", name="mapped_name", rank=pl.lit(0)),
            members.select("group", "name", rank=pl.when(pl.col("account").is_null()).then(2).otherwise(1)),
            members.select("group", name="account", rank=pl.lit(4)),
            members.select("group", name=text.local_part(pl.col("email")), rank=pl.lit(5)),
        ]
    ).filter(name.str.strip_chars() != "")
    short = text.full_name(name).is_null()
    order = [
        pl.when(short).then(pl.max_horizontal("rank", 3)).otherwise("rank"),
        ~name.str.contains(r"^[^\s@]+\s[^@]+$"),
        ~name.str.contains(r"\p{Lu}\p{Ll}+\b"),
        -pl.len().over("group", "name").cast(pl.Int64),
        -text.words(name).list.len().cast(pl.Int64),
        -name.str.len_bytes().cast(pl.Int64),
    ]
    return _first(members, names, "name", order)


def _email(members: pl.DataFrame, mailmap: pl.DataFrame) -> pl.DataFrame:
    """Return the best address of each group: `.mailmap`'s, then one of its own without a tag, then any."""
    mapped = mailmap.join(members.select("identity_id", "group"), on="identity_id")
    email = pl.col("email").str.strip_chars()
    is_own = pl.col("is_own") & ~pl.col("is_shared")
    is_plain = ~email.str.contains(r"[+\s]")
    addresses = pl.concat(
        [
            mapped.select("group", email="mapped_email", rank=pl.lit(0)),
            members.select("group", email=email, rank=pl.when(~is_own).then(3).when(is_plain).then(1).otherwise(2)),
        ]
    ).filter(pl.col("email") != "")
    return _first(members, addresses, "email", ["rank", pl.col("email").str.to_lowercase()])


def _first(
    members: pl.DataFrame, candidates: pl.DataFrame, column: str, order: Sequence[str | pl.Expr]
) -> pl.DataFrame:
    """Return every group with its first candidate in the given order; null where it has none."""
    ranked = candidates.sort("group", *order, column).unique("group", keep="first", maintain_order=True)
    return members.select("group").unique().join(ranked.select("group", column), on="group", how="left")


def _kind(members: pl.DataFrame) -> pl.DataFrame:
    """Return the kind: a program where one identity certainly is, or where all of them look like it."""
    certain = pl.col("kind").filter((pl.col("kind") != HUMAN) & pl.col("is_certain")).min()
    alike = pl.when((pl.col("kind") != HUMAN).all()).then(pl.col("kind").min())
    kinds = members.group_by("group").agg(kind=pl.coalesce(certain, alike, pl.lit(HUMAN)))
    return kinds.with_columns(is_bot=pl.col("kind") != HUMAN)
