"""Who must not be one person, and which keys therefore join nobody.

Rules are applied from the most trusted to the least. Where the keys of one rule would bring two people together that
must stay apart, all keys of that rule on any path between the two are refused: those keys are the weakest links, and
nothing tells which of them is the wrong one. The answer is the same for every order of the rows.
"""

from itertools import combinations, groupby
from operator import itemgetter

import networkx as nx
import polars as pl

from leadline.identity import terms
from leadline.identity.rules import TRUSTED, IdentityRules, Rule

NOT_SAME = "the configuration says they are not the same"
TWO_ACCOUNTS = "two accounts of one platform"


def marks(people: pl.DataFrame, rules: IdentityRules) -> pl.DataFrame:
    """Return what sets identities apart: two of one dimension with different labels must not be joined.

    Columns: node, dimension, label, reason.
    """
    account = people.filter(pl.col("account_number").is_not_null() | pl.col("account").is_not_null()).select(
        "node",
        dimension=pl.format("account {}", "host"),
        label=pl.coalesce("account_number", "login"),
        reason=pl.lit(TWO_ACCOUNTS),
    )
    wanted = [
        (f"{number} {side}", term) for number, pair in enumerate(rules.not_same) for side, term in enumerate(pair)
    ]
    found = terms.answering(people, wanted).drop_nulls().join(people.select("identity_id", "node"), on="identity_id")
    pairs = found.select(
        "node",
        dimension=pl.format("not_same {}", pl.col("label").str.extract(r"^(\d+)")),
        label=pl.col("label").str.extract(r"(\d+)$"),
        reason=pl.lit(NOT_SAME),
    )
    # Whom both texts of a pair mean is on the first one's side.
    once = pairs.sort(pl.all()).unique(["node", "dimension"], keep="first", maintain_order=True)
    return pl.concat([account, once])


def refused(rule: Rule, links: pl.DataFrame, groups: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of a rule that must join nobody.

    `links` has group and key, `groups` has node and group: where more trusted rules put each node. Columns of the
    answer: key, reason.
    """
    binding = marks.filter(pl.col("reason") == NOT_SAME) if rule in TRUSTED else marks
    labels = groups.join(binding, on="node").group_by("group", "dimension", "reason").agg(pl.col("label").unique())
    graph = nx.Graph(links.select("group", "key").rows())
    answer: dict[str, str] = {}
    for case, contested in groupby(_contested(graph, labels).rows(), key=itemgetter(0, 1, 2)):
        sides = [(group, label) for *_, group, label in contested]
        for (one, of_one), (other, of_other) in combinations(sides, 2):
            if _differ(of_one, of_other) and nx.has_path(graph, one, other):
                keys = _keys_between(graph, one, other)
                answer |= dict.fromkeys(keys, case[2])
                graph.remove_nodes_from(keys)
    return pl.DataFrame(sorted(answer.items()), schema={"key": pl.String, "reason": pl.String}, orient="row")


def _contested(graph: nx.Graph, labels: pl.DataFrame) -> pl.DataFrame:
    """Return the groups that the keys would join although they differ (part, dimension, reason, group, label)."""
    parts = [(part, group) for part, nodes in enumerate(nx.connected_components(graph)) for group in nodes]
    of_group = pl.DataFrame(
        [(part, group) for part, group in parts if isinstance(group, int)],
        schema={"part": pl.Int64, "group": pl.UInt32},
        orient="row",
    )
    marked = labels.join(of_group, on="group")
    each, together = pl.col("label").list.len().max(), pl.col("label").explode().n_unique()
    differing = marked.group_by("part", "dimension").agg(differ=together > each).filter("differ")
    found = marked.join(differing, on=["part", "dimension"], how="semi")
    return found.select("part", "dimension", "reason", "group", "label").sort("part", "dimension", "group")


def _differ(one: list[str], other: list[str]) -> bool:
    """Whether two sets of labels say that two groups are not one: none of the two holds the other."""
    return not (set(one) <= set(other) or set(other) <= set(one))


def _keys_between(graph: nx.Graph, one: int, other: int) -> list[str]:
    """Return the keys on any simple path between two groups.

    With an edge between the two added, those are the keys of the biconnected component that holds it.
    """
    part = graph.subgraph(nx.node_connected_component(graph, one)).copy()
    part.add_edge(one, other)
    between = next(nodes for nodes in nx.biconnected_components(part) if {one, other} <= nodes)
    return sorted(node for node in between if isinstance(node, str))
