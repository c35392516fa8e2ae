"""The network of conversations over that of requirements: missing links, silos, brokers (kaiaulu).

A missing link is a required pair that did not talk. A silo is a required pair with an end that talked to nobody at all.
A broker is a person through whom alone all conversations of their team with another one go.

Misread: a broker is often a team's willing helper; the risk is the day on which they are ill.

Source: Paradis and Kazman, Kaiaulu; Tamburri et al., Exploring community smells in open source, 2019.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import NOT_COLLECTED, TOO_SMALL, members_now, sizes, with_teams
from metrics.expressions import total
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

PAIR = ["person_a", "person_b"]
SCOPE = ["scope_kind", "scope"]
_COUNTS = {
    "required": pl.len().cast(pl.Int64),
    "missing": total(~pl.col("talks")).cast(pl.Int64),
    "silos": total(pl.col("is_silo")).cast(pl.Int64),
}
_FIGURES = ["required", "missing", "silos", "brokers", "broker_ids"]


class CommunicationNetworks(Table):
    """One row for the whole and for every team: what the network of conversations lacks."""

    scope_kind = col.key("`all` or `team`")
    scope = col.key("`all`, or name of the team")
    people = col.number("People with a requirement or a conversation; of a team, its members")
    required = col.number("Required pairs; of a team, those with at least one end in it")
    missing = col.number("Of these, pairs that did not talk")
    silos = col.number("Of these, pairs with an end that talked to nobody")
    brokers = col.number("People through whom alone all conversations of their team with another one go")
    broker_ids = col.persons("Who they are")
    reason = col.text("Why figures are null: `group_too_small`, `no_conversations` (none are collected)")


@pipeline(CommunicationNetworks)
def communication_networks(
    required_pairs: pl.LazyFrame,
    conversations: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """What the whole network and that of every team lacks."""
    members = members_now(team_members, as_of)
    size = sizes(members, minimum_group)
    talking = _ends(conversations)
    judged = _judged(required_pairs, talking)
    figures = pl.concat(
        [
            judged.select(**_COUNTS, scope_kind=pl.lit("all"), scope=pl.lit("all")).filter(pl.col("required") > 0),
            _of_teams(judged, members),
        ],
        how="diagonal",
    )
    seen = pl.concat([talking.select("person_id"), _ends(required_pairs).select("person_id")]).unique()
    scopes = pl.concat(
        [
            seen.select(people=pl.len(), is_shown=pl.len() >= minimum_group)
            .filter(pl.col("people") > 0)
            .select("people", "is_shown", scope_kind=pl.lit("all"), scope=pl.lit("all")),
            size.select(people="members", is_shown="is_shown", scope_kind=pl.lit("team"), scope="team"),
        ]
    )
    return (
        scopes.join(figures, on=SCOPE, how="left")
        .join(_brokers(conversations, members, size), on=SCOPE, how="left")
        .with_columns(
            pl.when(pl.col("required").is_null()).then(0).otherwise(pl.col("missing", "silos")).name.keep(),
            pl.col("required", "brokers").fill_null(0),
            pl.col("broker_ids").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        )
        .with_columns(
            pl.when("is_shown").then(pl.col(_FIGURES)),
            reason=pl.when(~pl.col("is_shown"))
            .then(pl.lit(TOO_SMALL))
            .when(pl.col("missing").is_null())
            .then(pl.lit(NOT_COLLECTED)),
        )
        .select(CommunicationNetworks.column_names())
        .sort(SCOPE)
    )


def _ends(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Each pair once for each of its ends, in `person_id`."""
    return pl.concat([pairs.select(*PAIR, person_id=end) for end in PAIR])


def _judged(required: pl.LazyFrame, talking: pl.LazyFrame) -> pl.LazyFrame:
    """The required pairs with `talks` and `is_silo`."""
    heard = talking.select("person_id").unique()
    a, b = (heard.select(pl.col("person_id").alias(end), pl.lit(value=True).alias(f"heard_{end}")) for end in PAIR)
    is_silo = pl.col("heard_person_a").is_null() | pl.col("heard_person_b").is_null()
    return (
        required.select(*PAIR, "talks")
        .join(a, on="person_a", how="left")
        .join(b, on="person_b", how="left")
        .select(*PAIR, "talks", is_silo=pl.when(pl.col("talks").is_not_null()).then(is_silo))
    )


def _of_teams(judged: pl.LazyFrame, members: pl.LazyFrame) -> pl.LazyFrame:
    """The counts of the pairs with at least one end in each team: those with the one, and the other, less with both."""
    first = judged.join(members.rename({"person_id": "person_a"}), on="person_a")
    second = judged.join(members.rename({"person_id": "person_b"}), on="person_b")
    both = first.join(members.rename({"person_id": "person_b"}), on=["person_b", "team"])
    counts = [
        part.group_by("team").agg(**_COUNTS).with_columns(pl.col(list(_COUNTS)) * sign)
        for part, sign in ((first, 1), (second, 1), (both, -1))
    ]
    return (
        pl.concat(counts)
        .group_by("team")
        .agg(total(pl.col(name)) for name in _COUNTS)
        .select(*_COUNTS, scope_kind=pl.lit("team"), scope="team")
    )


def _brokers(conversations: pl.LazyFrame, members: pl.LazyFrame, size: pl.LazyFrame) -> pl.LazyFrame:
    """The brokers of every team, and of all; teams that may not be reported on have none, nor has anybody with them."""
    shown = size.filter("is_shown").select("team")
    across = with_teams(conversations.select(PAIR), members).filter(~pl.col("shares_team"))
    edges = across.select(*PAIR, "team_a", "team_b")
    sides = pl.concat(
        [edges.select(*PAIR, team=own, other=other) for own, other in (("team_a", "team_b"), ("team_b", "team_a"))]
    )
    speakers = (
        _sided(sides)
        .join(members, on=["person_id", "team"], how="semi")
        .join(shown, on="team", how="semi")
        .join(shown.rename({"team": "other"}), on="other", how="semi")
        .group_by("team", "other")
        .agg(speakers=pl.col("person_id").n_unique(), person_id=pl.col("person_id").first())
        .filter(pl.col("speakers") == 1)
        .select("team", "person_id")
        .unique()
    )
    by_scope = pl.concat(
        [
            speakers.select("person_id", scope_kind=pl.lit("team"), scope="team"),
            speakers.select("person_id", scope_kind=pl.lit("all"), scope=pl.lit("all")).unique(),
        ]
    )
    return by_scope.group_by(SCOPE).agg(brokers=pl.len(), broker_ids=pl.col("person_id").sort())


def _sided(sides: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat([sides.select("team", "other", person_id=end) for end in PAIR])
