"""How names and addresses are made comparable: polars expressions over text columns."""

import polars as pl

from leadline.identity import generic

LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
"""Letters that Unicode does not decompose into a base letter and an accent."""

ASIDE = r"\([^)]*\)|<[^>]*>|\[[^\]]*\]"
"""What people add to their name: `Ana Ruiz (Acme)`."""


def folded(text: pl.Expr) -> pl.Expr:
    """Return text in lower case and without accents."""
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return plain.str.replace_many(list(LETTERS), list(LETTERS.values()))


def words(name: pl.Expr) -> pl.Expr:
    """Return the words of a name, folded: `AnaRuiz` and `ana.ruiz` are two; asides and titles are none."""
    plain = name.str.replace_all(ASIDE, " ").str.replace_all(r"['’`]", "")
    single = ~plain.str.strip_chars().str.contains(r"\s")
    split = pl.when(single).then(plain.str.replace_all(r"(\p{Ll})(\p{Lu})", "$1 $2")).otherwise(plain)
    found = folded(split).str.extract_all(r"\p{L}+")
    return found.list.set_difference(pl.lit(generic.TITLES, dtype=pl.List(pl.String)))


def full_name(name: pl.Expr) -> pl.Expr:
    """Return the key of a full name: its words sorted, initials left out; null unless two words tell something."""
    word = pl.element()
    found = words(name).list.eval(word.filter((word.str.len_chars() > 1) | word.str.contains(r"\p{Han}"))).list.sort()
    telling = found.list.set_difference(pl.lit(generic.WORDS, dtype=pl.List(pl.String))).list.len()
    return pl.when((telling > 1) & ~name.str.contains("@", literal=True)).then(found.list.join(" "))


def joined(text: pl.Expr) -> pl.Expr:
    """Return the letters and digits of a name, login or local part, folded and without anything in between."""
    return folded(text.str.replace_all(ASIDE, " ")).str.replace_all(r"[^\p{L}\p{N}]", "")


def address(text: pl.Expr) -> pl.Expr:
    """Return an e-mail address as it can be compared: lower case, without plus-tag, Gmail's dots and spellings."""
    plain = text.str.to_lowercase().str.replace(r"\s*[\[\(]at[\]\)]\s*", "@").str.strip_chars(" \t\"'<>;,")
    local = plain.str.extract(r"^(?:.*\s)?(.*)@[^@]*$").str.replace(r"(.)\+.*$", "$1")
    domain = plain.str.extract(r"@([^@]*)$").str.strip_chars_end(".")
    gmail = domain.is_in(["gmail.com", "googlemail.com"])
    return (
        pl.when(gmail)
        .then(local.str.replace_all(".", "", literal=True) + pl.lit("@gmail.com"))
        .otherwise(local + pl.lit("@") + domain)
    )


def is_own(clean: pl.Expr) -> pl.Expr:
    """Return whether a clean address can belong to one person: a real domain, and no placeholder or no-reply."""
    local, domain = local_part(clean), clean.str.extract(r"@([^@]*)$")
    return (
        domain.str.contains(r"^[^\s]+\.\p{L}[\p{L}\p{N}-]+$")
        & ~domain.str.contains(generic.HOST)
        & ~domain.is_in(generic.DOMAINS)
        & tells(local)
        & (local != "")
    ).fill_null(value=False)


def tells(local: pl.Expr) -> pl.Expr:
    """Return whether the local part of an address can say who someone is."""
    return ~(local.str.contains(generic.NO_REPLY) | joined(local).is_in(generic.PLACEHOLDERS))


def local_part(address: pl.Expr) -> pl.Expr:
    """Return what stands before the last `@` of an address."""
    return address.str.extract(r"^(.*)@[^@]*$")
