"""Who should be talking across teams and is not, and the files that bind them.

Of the pairs inside a team there is a count only (`coordination`): what one person owes another in a team is for the two
to settle. Between two teams the ten strongest gaps are listed with those whose work meets there.

Misread: that two people left no trace of a conversation is no reproach. It is a question to ask.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.matrices import bonds, entries
from metrics.coordination.needs import tie_entries, work_entries
from metrics.coordination.window import members_now, sizes, with_teams
from metrics.registry import Intermediate, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

MOST = 10
PATHS = 3
PAIR = ["person_a", "person_b"]
TEAMS = ["team_a", "team_b"]


class GapPairs(Intermediate):
    """The 10 strongest gaps inside each team and between each two."""

    person_a = col.key_person("The person whose id sorts first")
    person_b = col.key_person("The other person")
    team_a = col.key("The team whose name sorts first")
    team_b = col.key("The other team; the same for a gap inside a team")
    strength = col.real("The requirement")


class GapFiles(Intermediate):
    """One row per such gap and file that it comes from."""

    person_a = col.key_person("The person whose id sorts first")
    person_b = col.key_person("The other person")
    repo_id = col.key("Repository")
    path = col.key("Newest path of the file")
    weight = col.real("How much of the requirement comes from the file")


class CoordinationGaps(Table):
    """One row per strong requirement between two people of different teams who did not talk in 90 days."""

    person_a = col.key_person("The person whose id sorts first")
    person_b = col.key_person("The other person")
    team_a = col.text("Team of the first person, the first by name where there are several")
    team_b = col.text("Team of the second person, likewise")
    strength = col.real("The requirement: how many changes of the two meet in the same or coupled files")
    paths = col.texts("The files that bind them most, as `<repository>:<path>`; at most 3")


@pipeline(GapPairs)
def gap_pairs(required_pairs: pl.LazyFrame, team_members: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The strongest gaps."""
    place = pl.int_range(pl.len()).over(TEAMS)
    gaps = required_pairs.filter("is_gap").select(*PAIR, "strength")
    return (
        with_teams(gaps, members_now(team_members, as_of))
        .sort(*TEAMS, "strength", *PAIR, descending=[False, False, True, False, False])
        .filter(place < MOST)
        .select(GapPairs.column_names())
        .sort(GapPairs.primary_key())
    )


@pipeline(GapFiles)
def gap_files(gap_pairs: pl.LazyFrame, recent_work: pl.LazyFrame, file_ties: pl.LazyFrame) -> pl.LazyFrame:
    """The files behind the strongest gaps."""
    numbers = recent_work.select("person_id", "person").unique()
    pairs = (
        gap_pairs.select(PAIR)
        .unique()
        .join(numbers.rename({"person_id": "person_a", "person": "row"}), on="person_a")
        .join(numbers.rename({"person_id": "person_b", "person": "column"}), on="person_b")
    )
    files = recent_work.select("repo_id", "path", pl.col("file").cast(pl.UInt32)).unique()
    ends = pl.col("row", "column").cast(pl.UInt32)
    return (
        bonds(work_entries(recent_work), tie_entries(file_ties), entries(pairs, "pairs", "row", "column"))
        .join(pairs.with_columns(ends), on=["row", "column"])
        .join(files, on="file")
        .select(*PAIR, "repo_id", "path", weight=pl.col("value") / 2)
        .sort(GapFiles.primary_key())
    )


@pipeline(CoordinationGaps)
def coordination_gaps(
    gap_pairs: pl.LazyFrame,
    gap_files: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """The strongest gaps between teams that may be reported on."""
    members = members_now(team_members, as_of)
    shown = sizes(members, minimum_group).filter("is_shown").select("team")
    place = pl.int_range(pl.len()).over(PAIR)
    file = pl.format("{}:{}", "repo_id", "path")
    paths = (
        gap_files.with_columns(file=file)
        .sort(*PAIR, "weight", "file", descending=[False, False, True, False])
        .filter(place < PATHS)
        .group_by(PAIR, maintain_order=True)
        .agg(paths="file")
    )
    first = members.join(shown, on="team", how="semi").group_by("person_id").agg(pl.col("team").min())
    return (
        gap_pairs.filter(pl.col("team_a") != pl.col("team_b"))
        .join(shown.rename({"team": "team_a"}), on="team_a", how="semi")
        .join(shown.rename({"team": "team_b"}), on="team_b", how="semi")
        .select(*PAIR, "strength")
        .unique()
        .join(paths, on=PAIR)
        .join(first.rename({"person_id": "person_a", "team": "team_a"}), on="person_a")
        .join(first.rename({"person_id": "person_b", "team": "team_b"}), on="person_b")
        .select(CoordinationGaps.column_names())
        .sort(PAIR)
    )
