"""From the way people write a team's members to the persons meant."""

from collections.abc import Mapping, Sequence

import polars as pl

from leadline.identity import terms
from leadline.identity.matching import Matched


def resolve_members(matched: Matched, members: Sequence[str], hosts: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return whom each text means: `ana@acme.example`, `github:ana`, `Ana Ruiz <ana@acme.example>`, a login or a name.

    Columns: member, person_id (null where nobody, or more than one person, answers to it), candidates (how many people
    answer). One row per distinct member, in the order given. `hosts` is that of the IdentityRules.
    """
    wanted = dict.fromkeys(members)
    found = terms.answering(
        terms.with_host(matched.identities, hosts or {}), [(member, member) for member in wanted]
    ).join(matched.identities.select("identity_id", "person_id"), on="identity_id", how="left")
    answers = found.group_by(member="label").agg(
        person_id=pl.col("person_id").drop_nulls().unique().sort().first(),
        candidates=pl.col("person_id").drop_nulls().n_unique(),
    )
    one = answers.with_columns(person_id=pl.when(pl.col("candidates") == 1).then("person_id"))
    order = pl.DataFrame({"member": list(wanted)}, schema={"member": pl.String})
    return order.join(one, on="member", how="left", maintain_order="left")
