"""Who was merged with whom, for people to read, and the configuration that would correct it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import networkx as nx
import polars as pl
import tomlkit

from leadline.identity.matching import Matched
from leadline.identity.rules import PROBABLE, IdentityRules

ONE_PERSON = "alike, but not merged: take the # away where they are one person"
TWO_PEOPLE = "merged only by a name or login: take the # away where they are different people"


@dataclass(frozen=True)
class Correction:
    """Identities that the matcher is not sure of, as the configuration would name them."""

    person: str
    """Name of the person, or what the identities have in common."""
    terms: tuple[str, ...]
    """One identity of each part that would be merged, or held apart."""


def merged(matched: Matched, *, everybody: bool = False) -> pl.DataFrame:
    """Return the identities of people with two or more of them, or of everybody.

    Columns: person_id, person, kind, identity, matched_by, is_probable; sorted by person.
    """
    several = matched.identities.filter(pl.lit(everybody) | (pl.len().over("person_id") > 1))
    named = several.join(matched.people.select("person_id", "kind", person="name"), on="person_id")
    return named.select(
        "person_id",
        "person",
        "kind",
        "matched_by",
        identity=_term(),
        is_probable=pl.col("matched_by").is_in(PROBABLE),
    ).sort(pl.col("person").str.to_lowercase(), "person_id", "identity")


def suspects(matched: Matched) -> pl.DataFrame:
    """Return who is alike but was not merged: suspect, person, identity, rule, reason; sorted by suspect."""
    names = matched.people.select("person_id", person="name")
    terms = matched.identities.select("identity_id", identity=_term())
    named = matched.suspects.join(names, on="person_id", how="left").join(terms, on="identity_id")
    return named.select("suspect", "person", "identity", "rule", "reason", "person_id").sort(pl.all())


def to_merge(matched: Matched) -> list[Correction]:
    """Return one correction a suspect: an identity of each person it touches."""
    firsts = suspects(matched).group_by("suspect", "person_id").agg(pl.col("identity").min())
    cases = firsts.group_by("suspect").agg(pl.col("identity").sort()).sort("suspect")
    return [Correction(suspect, tuple(terms)) for suspect, terms in cases.iter_rows()]


def to_part(matched: Matched) -> list[Correction]:
    """Return one correction a person that only a probable rule holds together: an identity of each certain part."""
    certain = matched.edges.filter(~pl.col("is_probable")).select("identity_a", "identity_b")
    graph = nx.Graph(certain.rows())
    graph.add_nodes_from(matched.identities["identity_id"])
    parts = [(min(part), part) for part in nx.connected_components(graph)]
    of_part = pl.DataFrame(
        [(identity, first) for first, part in parts for identity in part],
        schema={"identity_id": pl.String, "part": pl.String},
        orient="row",
    )
    named = matched.identities.select("identity_id", "person_id", identity=_term()).join(of_part, on="identity_id")
    firsts = named.group_by("person_id", "part").agg(pl.col("identity").min())
    several = firsts.group_by("person_id").agg(pl.col("identity").sort()).filter(pl.col("identity").list.len() > 1)
    found = several.join(matched.people.select("person_id", "name"), on="person_id").sort("name", "person_id")
    return [Correction(name, tuple(terms)) for name, terms in found.select("name", "identity").iter_rows()]


def as_toml(rules: IdentityRules, merge: Sequence[Correction], part: Sequence[Correction]) -> str:
    """Return section `[identities]` to paste: what the configuration says now, and the corrections as comments."""
    lines = ["[identities]"]
    for key, present, offered, why in (
        ("merge", rules.merge, merge, ONE_PERSON),
        ("not_same", rules.not_same, part, TWO_PEOPLE),
    ):
        if present or offered:
            comments = [f"    # {_array(case.terms)}," for case in offered]
            said = [f"    {_array(group)}," for group in present]
            lines += [f"{key} = [", *said, *([f"    # {why}"] if comments else []), *comments, "]"]
    if rules.bots:
        lines.append(f"bots = {_array(rules.bots)}")
    return "\n".join(lines)


def _array(texts: Iterable[str]) -> str:
    return f"[{', '.join(tomlkit.string(text).as_string() for text in texts)}]"


def _term() -> pl.Expr:
    """Return an identity as the configuration names it: `github:ana` or `Ana Ruiz <ana@acme.example>`."""
    signature = pl.format("{} <{}>", pl.col("name").fill_null(""), pl.col("email").fill_null(""))
    return pl.coalesce(pl.format("{}:{}", "source", "account"), signature)
