"""What each rule compares: identities that share a key are joined by the rule.

Each function takes the prepared identities and returns a frame with node and key. Programs and people share no key,
except where somebody stated it.
"""

from collections.abc import Callable

import polars as pl

from leadline.identity import generic, terms, text
from leadline.identity.prepare import LOCAL
from leadline.identity.rules import IdentityRules, Rule

LONG = 8
"""From so many letters on, a login is rarely one that two people would choose."""


def of_rule(rule: Rule, people: pl.DataFrame, rules: IdentityRules) -> pl.DataFrame:
    """Return node and key of every identity that the rule has something to say about."""
    if rule == "config":
        return _config(people, rules)
    return _BY_RULE[rule](people).drop_nulls().filter(pl.col("key") != "").unique()


def _config(people: pl.DataFrame, rules: IdentityRules) -> pl.DataFrame:
    wanted = [(str(number), term) for number, group in enumerate(rules.merge, 1) for term in group]
    found = terms.answering(people, wanted).drop_nulls().join(people.select("identity_id", "node"), on="identity_id")
    return found.select("node", key=pl.format("merge {}", "label")).unique()


def _mailmap(people: pl.DataFrame) -> pl.DataFrame:
    """Identities that are mapped to the same name and address, and the identity that is written so."""
    as_written = people.select("node", key="written")
    return pl.concat([people.select("node", key="mapped").explode("key"), as_written])


def _no_reply(people: pl.DataFrame) -> pl.DataFrame:
    """The numeric id of a no-reply address, and its login unless two accounts had it one after the other."""
    login = pl.format("{}:{}", "host", "login")
    number = pl.format("{}#{}", "host", "account_number")
    by_login = people.select("node", "account_number", key=login)
    reused = by_login.group_by("key").agg(pl.col("account_number").drop_nulls().n_unique() > 1).filter("account_number")
    return pl.concat(
        [people.select("node", key=number), by_login.join(reused, on="key", how="anti").drop("account_number")]
    )


def _email(people: pl.DataFrame) -> pl.DataFrame:
    return people.filter("is_own", ~pl.col("is_shared")).select("node", key=_among_its_kind("clean"))


def _name(people: pl.DataFrame) -> pl.DataFrame:
    return people.select("node", key=_among_its_kind("full_name"))


def _login(people: pl.DataFrame) -> pl.DataFrame:
    """A joined name, and the one login or local part that equals it."""
    name = people.select("node", "group", "kind", side=pl.lit("name"), key=text.joined(pl.col("name")))
    handles = [
        people.select("node", "group", "kind", side=pl.lit("handle"), key=text.joined(handle))
        for handle in (pl.col("login"), LOCAL)
    ]
    usable = (pl.col("key").str.len_chars() >= LONG) & ~pl.col("key").is_in(generic.LOGINS)
    sides = pl.concat([name, *handles]).drop_nulls().filter(usable)
    owners = sides.group_by("key").agg(
        names=pl.col("group").filter(side="name").n_unique(), handles=pl.col("group").filter(side="handle").n_unique()
    )
    owned = owners.filter(names=1, handles=1)
    return sides.join(owned, on="key", how="semi").select("node", key=_among_its_kind("key"))


def _among_its_kind(column: str) -> pl.Expr:
    """Return the key with the kind beside it for programs, so that only programs share it."""
    return pl.when(pl.col("kind") == "human").then(pl.col(column)).otherwise(pl.format("{} ({})", column, "kind"))


_BY_RULE: dict[Rule, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "mailmap": _mailmap,
    "no_reply": _no_reply,
    "email": _email,
    "name": _name,
    "login": _login,
}
