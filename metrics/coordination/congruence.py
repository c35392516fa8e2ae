"""Do the people whose work depends on each other talk? By team, and by pair of teams.

Congruence = required pairs that talked / required pairs; weighted: the same by the strength of the requirement. A row
of one team with itself is about the pairs inside it, where people also talk without a trace; a row of two teams about
the pairs across them. Null where nobody needs anybody.

Misread: 1 is no goal. Two teams whose work is bound by hundreds of pairs may be better served by another cut of the
code than by more meetings.

Source: Cataldo, Wagstrom, Herbsleb, Carley, Identification of coordination requirements, 2006.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.overlap import APART_HOURS, overlap_hours
from metrics.coordination.window import NOT_COLLECTED, TOO_SMALL, members_now, sizes, with_teams
from metrics.expressions import today, total
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

TEAMS = ["team_a", "team_b"]
PATHS = 5
_FIGURES = [
    "required",
    "satisfied",
    "gaps",
    "congruence",
    "weighted_congruence",
    "overlap_hours",
    "overlap_coverage",
    "pairs_apart",
    "paths",
]


class Coordination(Table):
    """One row per team (with itself) and per pair of teams with a coordination requirement between them."""

    team_a = col.key("Team; of a pair, the one whose name sorts first")
    team_b = col.key("The other team; the same one for the pairs inside a team")
    window_end = col.key_day("Last of the 90 days, in the reporting zone")
    people_a = col.number("Members of the first team")
    people_b = col.number("Members of the second team")
    required = col.number("Pairs of people whose work depends on each other")
    satisfied = col.number("Of these, pairs who talked")
    congruence = col.real("satisfied / required")
    weighted_congruence = col.real("The same, every pair by the strength of its requirement")
    gaps = col.number("Pairs whose requirement is in the top quartile of all and who did not talk")
    paths = col.texts("The files that bind the gaps most, as `<repository>:<path>`; at most 5")
    overlap_hours = col.real("Working hours that required pairs have in common a day, by strength of the requirement")
    overlap_coverage = col.real("Share of the required pairs for which the working hours of both are known")
    pairs_apart = col.number("Required pairs with under 2 hours in common")
    reason = col.text(
        "Why figures are null: `group_too_small`, `no_requirement`, `no_conversations` (none are collected)"
    )


@pipeline(Coordination)
def coordination(
    required_pairs: pl.LazyFrame,
    gap_pairs: pl.LazyFrame,
    gap_files: pl.LazyFrame,
    person_offsets: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """The congruence of every team, and of every pair of teams that need each other."""
    members = members_now(team_members, as_of)
    size = sizes(members, minimum_group)
    own = size.select(team_a="team", team_b="team")
    figures = _figures(with_teams(_timed(required_pairs, person_offsets), members))
    is_shown = pl.col("is_shown_a") & pl.col("is_shown_b")
    reason = (
        pl.when(~is_shown)
        .then(pl.lit(TOO_SMALL))
        .when(pl.col("required") == 0)
        .then(pl.lit("no_requirement"))
        .when(pl.col("congruence").is_null())
        .then(pl.lit(NOT_COLLECTED))
    )
    return (
        pl.concat([own, figures.select(TEAMS)])
        .unique()
        .join(figures, on=TEAMS, how="left")
        .join(_paths(gap_pairs, gap_files), on=TEAMS, how="left")
        .join(size.select(team_a="team", people_a="members", is_shown_a="is_shown"), on="team_a")
        .join(size.select(team_b="team", people_b="members", is_shown_b="is_shown"), on="team_b")
        .with_columns(
            pl.when(pl.col("required").is_null())
            .then(0)
            .otherwise(pl.col("satisfied", "gaps", "pairs_apart"))
            .name.keep(),
            pl.col("required").fill_null(0),
            pl.col("paths").fill_null(pl.lit([], dtype=pl.List(pl.String))),
            window_end=today(as_of, zone),
        )
        .with_columns(pl.when(is_shown).then(pl.col(_FIGURES)), reason=reason)
        .select(Coordination.column_names())
        .sort(Coordination.primary_key())
    )


def _timed(pairs: pl.LazyFrame, offsets: pl.LazyFrame) -> pl.LazyFrame:
    """The pairs with the working hours that they have in common; null where one's are not known."""
    a, b = (
        offsets.select(pl.col("person_id").alias(f"person_{end}"), pl.col("offset_minutes").alias(f"offset_{end}"))
        for end in "ab"
    )
    return (
        pairs.join(a, on="person_a", how="left")
        .join(b, on="person_b", how="left")
        .with_columns(hours=overlap_hours(pl.col("offset_a"), pl.col("offset_b")))
        .drop("offset_a", "offset_b")
    )


def _figures(pairs: pl.LazyFrame) -> pl.LazyFrame:
    hours, strength = pl.col("hours"), pl.col("strength")
    timed = strength.filter(hours.is_not_null())
    return pairs.group_by(TEAMS).agg(
        required=pl.len(),
        satisfied=total(pl.col("talks")),
        congruence=pl.col("talks").mean(),
        weighted_congruence=total(pl.col("talks") * strength) / strength.sum(),
        gaps=total(pl.col("is_gap")),
        overlap_hours=pl.when(timed.len() > 0).then((hours * strength).sum() / timed.sum()),
        overlap_coverage=hours.count() / pl.len(),
        pairs_apart=(hours < APART_HOURS).sum(),
    )


def _paths(gap_pairs: pl.LazyFrame, gap_files: pl.LazyFrame) -> pl.LazyFrame:
    """The files that the gaps of each pair of teams come from, the most binding first."""
    place = pl.int_range(pl.len()).over(TEAMS)
    file = pl.format("{}:{}", "repo_id", "path")
    return (
        gap_pairs.join(gap_files, on=["person_a", "person_b"])
        .group_by(*TEAMS, file=file)
        .agg(pl.col("weight").sum())
        .sort(*TEAMS, "weight", "file", descending=[False, False, True, False])
        .filter(place < PATHS)
        .group_by(TEAMS, maintain_order=True)
        .agg(paths="file")
    )
