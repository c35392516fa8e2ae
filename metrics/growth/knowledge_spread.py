"""How knowledge spreads: people who change files of a folder for the first time.

Misread: the first time is no mastery. At the beginning of a history everything is new.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import members_at
from metrics.expressions import day, folder
from metrics.nesting import with_teams_above
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, in_periods, observe
from warehouse.tables import Table
from warehouse.tables import columns as col


class KnowledgeSpread(Table):
    """One row per person and folder in which they ever changed a file."""

    person_id = col.key_person("Person")
    repo_id = col.key("Repository")
    folder = col.key("Folder, at most two levels deep; empty at the root")
    first_at = col.instant("Their first change there")


@pipeline(KnowledgeSpread)
def knowledge_spread(file_revisions: pl.LazyFrame, commit_credits: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """When each person first changed something in each folder; bulk changes teach nobody."""
    return (
        file_revisions.filter("is_counted", ~pl.col("is_bulk"), pl.col("committed_at") <= as_of)
        .join(commit_credits.select("repo_id", "sha", "person_id"), on=["repo_id", "sha"])
        .group_by("person_id", "repo_id", folder(pl.col("path")).alias("folder"))
        .agg(first_at=pl.col("committed_at").min())
        .select(KnowledgeSpread.column_names())
        .sort(KnowledgeSpread.primary_key())
    )


@pipeline(Observations)
def knowledge_spread_figures(
    knowledge_spread: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of the pairs of person and folder that are new in the period."""
    pairs = knowledge_spread.with_columns(day=day(pl.col("first_at"), zone))
    of_teams = with_teams_above(members_at(pairs, team_members, "person_id", "first_at"), teams)
    items = pl.concat(
        [
            pairs.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all")),
            of_teams.with_columns(scope_kind=pl.lit("team"), scope=pl.col("team")).drop("team"),
        ]
    )
    shown = calendar.filter(pl.col("scope_kind").is_in(["all", "team"]))
    found = observe(
        shown,
        in_periods(items, as_of=as_of, zone=zone),
        metric="new_knowledge_pairs",
        unit="count",
        value=pl.len(),
        empty=0,
    )
    return found.sort(Observations.primary_key())


METRICS = (
    Metric(
        name="new_knowledge_pairs",
        title="New to a folder",
        unit="count",
        direction="neutral",
        responsibility="mentoring",
        definition=(
            "Pairs of a person and a folder, two levels deep, in which that person changed a file for the first time "
            "in the period."
        ),
        table="knowledge_spread",
        inputs=("commits", "commit_files", "people", "team_members"),
        exclusions="Programs; commits of more than 30 files; files that are no people's work.",
        pitfalls="New folders and new people raise it as well as people who learn from each other.",
        source="leadline",
    ),
)
