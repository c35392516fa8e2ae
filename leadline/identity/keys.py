"""What each rule compares: identities that share a key are joined by the rule, unless the key is in doubt.

Programs and people share no key, except where somebody stated it.
"""

from collections.abc import Callable

import polars as pl

from leadline.identity import generic, terms, text
from leadline.identity.bots import HUMAN
from leadline.identity.prepare import LOCAL
from leadline.identity.rules import IdentityRules, Rule

LONG = 8
"""From so many letters on, a login is rarely one that two people would choose."""

SHORTEST = 4
"""One-word names of fewer letters are not even worth a question."""

TWO_CLAIMS = "the platform takes the signature for more than one account"
SHARED_ADDRESS = "many people use the address"
SHARED_LOGIN = "more than two people go by it"
ONE_WORD = "the name is too short to go by"


def of_rule(rule: Rule, people: pl.DataFrame, rules: IdentityRules) -> pl.DataFrame:
    """Return what the rule compares of each of the prepared identities.

    `people` has a column group beside them: where more trusted rules put each identity. Columns of the answer: node,
    key, and doubt (why those who share the key are not joined; null where they are).
    """
    found = _config(people, rules) if rule == "config" else _BY_RULE[rule](people)
    usable = found.filter(pl.col("key") != "")
    with_doubt = usable if "doubt" in usable.columns else usable.with_columns(doubt=pl.lit(None, dtype=pl.String))
    return with_doubt.select("node", "key", "doubt").unique()


def _config(people: pl.DataFrame, rules: IdentityRules) -> pl.DataFrame:
    wanted = [(str(number), term) for number, group in enumerate(rules.merge, 1) for term in group]
    found = terms.answering(people, wanted).drop_nulls().join(people.select("identity_id", "node"), on="identity_id")
    return found.select("node", key=pl.format("merge {}", "label"))


def _mailmap(people: pl.DataFrame) -> pl.DataFrame:
    """Identities that are mapped to the same name and address, and the identity that is written so."""
    mapped = people.select("node", key="mapped").explode("key").drop_nulls()
    as_written = people.select("node", key="written").join(mapped, on="key", how="semi")
    return pl.concat([mapped, as_written])


def _platform(people: pl.DataFrame) -> pl.DataFrame:
    """Accounts, and the signatures that the platform takes for them; one taken for several is only worth a question."""
    claims = people.select("node", signature="identity_id", account="accounts").explode("account").drop_nulls()
    is_disputed = pl.col("account").n_unique().over("signature") > 1
    claimed = claims.with_columns(
        key=pl.when(is_disputed).then("signature").otherwise("account"),
        doubt=pl.when(is_disputed).then(pl.lit(TWO_CLAIMS)),
    )
    accounts = claimed.drop("node").join(people.select("node", account="identity_id"), on="account")
    return pl.concat([side.select("node", "key", "doubt") for side in (claimed, accounts)])


def _no_reply(people: pl.DataFrame) -> pl.DataFrame:
    """The numeric id of a no-reply address, and its login unless two accounts had it one after the other."""
    login = pl.format("{}:{}", "host", "login")
    number = pl.format("{}#{}", "host", "account_number")
    by_login = people.select("node", "account_number", key=login)
    reused = by_login.group_by("key").agg(pl.col("account_number").drop_nulls().n_unique() > 1)
    once = by_login.join(reused.filter("account_number"), on="key", how="anti")
    return pl.concat([people.select("node", key=number), once.select("node", "key")])


def _email(people: pl.DataFrame) -> pl.DataFrame:
    shared = pl.when("is_shared").then(pl.lit(SHARED_ADDRESS))
    return people.filter("is_own").select("node", key=_among_its_kind("clean"), doubt=shared)


def _name(people: pl.DataFrame) -> pl.DataFrame:
    """Full names; names of one word are only worth a question, where two people have the same."""
    full = people.select("node", key=_among_its_kind("full_name"), doubt=pl.lit(None, dtype=pl.String))
    word = text.joined(pl.col("name"))
    is_word = pl.col("full_name").is_null() & (word.str.len_chars() >= SHORTEST) & ~word.is_in(generic.WORDS)
    single = people.filter(is_word, kind=HUMAN).select("node", "group", key=word, doubt=pl.lit(ONE_WORD))
    twice = single.filter(pl.col("group").n_unique().over("key") == 2)  # noqa: PLR2004 - one may be the other
    first_names = people.select(key=pl.col("full_name").str.split(" ")).explode("key").unique()
    return pl.concat([full, twice.drop("group").join(first_names, on="key", how="anti")])


def _login(people: pl.DataFrame) -> pl.DataFrame:
    """Joined names, logins and local parts that two people go by, at least one of them as a login or local part."""
    local = text.joined(LOCAL)
    # Half of a full name is no login: `alexandre@…` says no more than the first name does.
    is_half = text.words(pl.col("name")).list.contains(local) & pl.col("full_name").is_not_null()
    by = {
        "name": text.joined(pl.col("name")),
        "login": text.joined(pl.col("login")),
        "local": pl.when(~is_half & text.tells(LOCAL)).then(local),
    }
    usable = (pl.col("key").str.len_chars() >= LONG) & ~pl.col("key").is_in(generic.LOGINS)
    sides = pl.concat(
        [people.select("node", "group", "kind", side=pl.lit(side), key=key) for side, key in by.items()]
    ).filter(usable)
    group = pl.col("group")
    handles = sides.with_columns(
        owners=group.n_unique().over("key"), has_handle=(pl.col("side") != "name").any().over("key")
    ).filter("has_handle")
    several = pl.when(pl.col("owners") > 2).then(pl.lit(SHARED_LOGIN))  # noqa: PLR2004 - the one and the other
    return handles.select("node", key=_among_its_kind("key"), doubt=several)


def _among_its_kind(column: str) -> pl.Expr:
    """Return the key with the kind beside it for programs, so that only programs share it."""
    return pl.when(pl.col("kind") == HUMAN).then(pl.col(column)).otherwise(pl.format("{} ({})", column, "kind"))


_BY_RULE: dict[Rule, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "mailmap": _mailmap,
    "platform": _platform,
    "no_reply": _no_reply,
    "email": _email,
    "name": _name,
    "login": _login,
}
