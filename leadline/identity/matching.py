"""Which identities are one person: rule after rule, from the most trusted to the least."""

from dataclasses import dataclass

import networkx as nx
import polars as pl

from leadline.identity import apart, keys
from leadline.identity.people import people
from leadline.identity.prepare import prepared
from leadline.identity.rules import PROBABLE, RULES, IdentityRules, Rule
from leadline.identity.suspects import suspects
from warehouse.tables.people import AccountSignatures, Identities, People


@dataclass(frozen=True)
class Matched:
    """Who is who, why, and where the matcher refused to say so."""

    people: pl.DataFrame
    """Table `people`."""
    identities: pl.DataFrame
    """Table `identities` with person_id and matched_by filled."""
    edges: pl.DataFrame
    """identity_a, identity_b, rule, is_probable: every reason to join two identities that was followed."""
    suspects: pl.DataFrame
    """suspect (number), identity_id, person_id, rule, reason: alike, but not joined."""


def match(
    identities: pl.DataFrame, mailmap: pl.DataFrame, rules: IdentityRules, signatures: pl.DataFrame | None = None
) -> Matched:
    """Return the people behind the identities; the order of rows makes no difference.

    `identities`, `mailmap` and `signatures` have the columns of the tables Identities, Mailmap and AccountSignatures;
    no signatures are given where no platform was asked.
    """
    claims = AccountSignatures.create_empty() if signatures is None else signatures
    everyone = prepared(identities, mailmap, claims, rules)
    marks = apart.marks(everyone, rules)
    members = everyone.with_columns(group="node")
    followed, doubted = [], []
    for rule in RULES:
        links = _links(keys.of_rule(rule, members, rules), members)
        certain = links.filter(pl.col("doubt").is_null())
        refused = apart.refused(rule, certain, members.select("node", "group"), marks)
        judged = links.join(refused, on="key", how="left").with_columns(reason=pl.coalesce("doubt", "reason"))
        doubted.append(judged.filter(pl.col("reason").is_not_null()).select("node", "key", "reason", rule=pl.lit(rule)))
        kept = judged.filter(pl.col("reason").is_null())
        followed.append(_edges(rule, kept))
        members = _joined(members, kept)
    edges = pl.concat(followed).sort(pl.all())
    return _matched(members, mailmap, edges, pl.concat(doubted))


def _links(found: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return node, key, doubt and group of the keys that two nodes or more share."""
    shared = found.filter(pl.len().over("key") > 1)
    return shared.join(members.select("node", "group"), on="node").sort("key", "node")


def _edges(rule: Rule, links: pl.DataFrame) -> pl.DataFrame:
    """Return an edge from the first identity of each key to every other one."""
    stars = links.select("node", first=pl.col("node").min().over("key")).filter(pl.col("node") != pl.col("first"))
    return stars.select(
        node_a="first",
        node_b="node",
        rule=pl.lit(rule, dtype=pl.Enum(list(RULES))),
        is_probable=pl.lit(rule in PROBABLE),
    ).unique()


def _joined(members: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return the members with the groups that share a key made one, named by its first node."""
    graph = nx.Graph(links.select("group", "key").rows())
    parts = ([node for node in part if isinstance(node, int)] for part in nx.connected_components(graph))
    renamed = {group: min(part) for part in parts for group in part}
    return members.with_columns(pl.col("group").replace(renamed))


def _matched(members: pl.DataFrame, mailmap: pl.DataFrame, edges: pl.DataFrame, doubted: pl.DataFrame) -> Matched:
    """Return the answer in the columns of the tables."""
    found = people(members, mailmap)
    by_rule = pl.concat([edges.select("rule", node=end) for end in ("node_a", "node_b")])
    strongest = by_rule.group_by("node").agg(pl.col("rule").min().cast(pl.String))
    named = (
        members.drop("person_id", "matched_by")
        .join(found.select("group", "person_id"), on="group")
        .join(strongest, on="node", how="left")
        .with_columns(matched_by=pl.col("rule").fill_null("self"))
        .sort("identity_id")
    )
    ids = named.select("node", "identity_id")
    return Matched(
        people=People.validate(found.select(People.column_names()), cast=True),
        identities=Identities.validate(named.select(Identities.column_names()), cast=True),
        edges=edges.join(ids.rename({"node": "node_a", "identity_id": "identity_a"}), on="node_a")
        .join(ids.rename({"node": "node_b", "identity_id": "identity_b"}), on="node_b")
        .select("identity_a", "identity_b", pl.col("rule").cast(pl.String), "is_probable")
        .sort("identity_a", "identity_b", "rule"),
        suspects=suspects(named, doubted),
    )
