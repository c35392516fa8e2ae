"""Which identities are programs: what the platform says, `[bot]`, known logins, and `bot` as a whole word.

`bot` inside a word says nothing: Talbot, Abbot, Bottomley and Sidebottom are people.
"""

from collections.abc import Sequence

import polars as pl

from leadline.identity import terms
from leadline.identity.known_bots import AUTOMATION, BY_ADDRESS, BY_APP, BY_LOGIN

HUMAN = "human"

APP = r"(?i)\[bot\]"
WHOLE_WORD = r"(?i)(^|[\s_./-])bot([\s_./\d-]|$)"
CAMEL = r"^\S*[\p{Ll}\p{Lu}\d]Bot$"
PROGRAM = r"(?i)(^|_)bot$|^(app|service_user|service_account|serviceaccount)$"

NO_REPLY_LOGIN = r"(?i)^(?:\d+[+-])?([^@]+)@users\.noreply\."


def with_kind(identities: pl.DataFrame, bots: Sequence[str]) -> pl.DataFrame:
    """Return the identities with `kind` and `is_certain`.

    `is_certain` is false where only the look of a name or login says that it is a program.
    """
    name, account = pl.col("name"), pl.col("account")
    login = account.fill_null(pl.col("email").str.extract(NO_REPLY_LOGIN))
    texts = [name, login]
    named = terms.answering(identities, [("bots", bot) for bot in bots])["identity_id"].drop_nulls()
    is_named = pl.col("identity_id").is_in(named.to_list())
    is_app = pl.any_horizontal(text.str.contains(APP).fill_null(value=False) for text in texts)
    is_typed = pl.col("platform_type").str.contains(PROGRAM).fill_null(value=False)
    looks = pl.any_horizontal(
        (text.str.contains(WHOLE_WORD) | text.str.contains(CAMEL)).fill_null(value=False) for text in texts
    )
    known = pl.coalesce(
        _look_up(pl.col("email").str.to_lowercase().str.replace(r"\+.*@", "@"), BY_ADDRESS),
        *(pl.when(text.str.contains(APP)).then(_look_up(_bare(text), BY_APP)) for text in texts),
        pl.when(is_typed).then(_look_up(_bare(login), BY_APP)),
        *(_look_up(_bare(text), BY_LOGIN) for text in texts),
    )
    certain = is_named | is_typed | is_app | known.is_not_null()
    kind = pl.coalesce(known, pl.when(certain | looks).then(pl.lit(AUTOMATION)), pl.lit(HUMAN))
    return identities.with_columns(kind=kind, is_certain=certain)


def _bare(text: pl.Expr) -> pl.Expr:
    """Return a login or name as the list of known programs spells it."""
    plain = text.str.to_lowercase().str.replace(r"\s*\[bot\]\s*$", "").str.strip_chars()
    return plain.str.replace_all(r"[\s_]+", "-")


def _look_up(text: pl.Expr, kinds: dict[str, str]) -> pl.Expr:
    return text.replace_strict(list(kinds), list(kinds.values()), default=None, return_dtype=pl.String)
