"""Identities that are alike but were not joined, with the reason."""

import polars as pl


def suspects(members: pl.DataFrame, doubted: pl.DataFrame) -> pl.DataFrame:
    """Return the refused keys whose identities are still apart.

    `members` is everybody with node and person_id, `doubted` the refused links (node, key, rule, reason). Columns of
    the answer: suspect (text that numbers the case), identity_id, person_id, rule, reason.
    """
    cases = doubted.join(members.select("node", "identity_id", "person_id"), on="node")
    open_cases = cases.filter(pl.col("person_id").n_unique().over("rule", "key") > 1)
    return open_cases.select(
        suspect=pl.format("{}: {}", "rule", "key"),
        identity_id="identity_id",
        person_id="person_id",
        rule="rule",
        reason="reason",
    ).sort(pl.all())
