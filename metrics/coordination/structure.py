"""How far the members of a team work on the same things, and teams on different ones.

From the changes of counted files in the last 90 days. Cohesion: mean cosine similarity of the members' changes by file,
each as a vector of length 1. Coupling: cosine of two teams' summed changes. Autonomy: share of a team's changes in
files where it made at least two thirds of all changes.

Misread: a team of specialists has low cohesion rightly; a young one that pairs a lot has high cohesion. Compare a team
with its own past.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import TOO_SMALL, members_now, sizes
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]
TEAMS = ["team_a", "team_b"]
OWN = 2 / 3
PATHS = 5
_NOTHING = 1e-9
_FIGURES = ["active_members", "files", "changes", "cohesion", "autonomy"]


class TeamStructure(Table):
    """One row per team: how its members' work of the last 90 days lies together."""

    team = col.key("Team")
    members = col.number("Members now")
    active_members = col.number("Members who changed a counted file")
    files = col.number("Files that they changed")
    changes = col.real("Changes of these files; those of a person in several teams in equal parts")
    cohesion = col.real("Mean cosine similarity of two members' changes by file")
    cohesion_reason = col.text("Why it is null: `group_too_small`, `too_few_people` (fewer than two are active)")
    autonomy = col.real("Share of the changes in files where the team made at least two thirds of all changes")
    autonomy_reason = col.text("Why it is null: `group_too_small`, `no_items`")


class TeamCoupling(Table):
    """One row per pair of teams that changed a file in common in the last 90 days."""

    team_a = col.key("The team whose name sorts first")
    team_b = col.key("The other team")
    coupling = col.real("Cosine of the two teams' changes by file; null where a team has too few members")
    shared_files = col.number("Files that both changed")
    paths = col.texts("Those that bind them most, as `<repository>:<path>`; at most 5")
    reason = col.text("Why the figures are null: `group_too_small`")


@pipeline(TeamStructure)
def team_structure(
    recent_work: pl.LazyFrame,
    team_work: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """Cohesion and autonomy of every team."""
    members = members_now(team_members, as_of)
    in_all = recent_work.group_by(FILE).agg(all_changes=pl.col("changes").sum())
    is_own = pl.col("changes") >= OWN * pl.col("all_changes") - _NOTHING
    work = (
        team_work.join(in_all, on=FILE)
        .group_by("team")
        .agg(
            files=pl.len(),
            autonomy=pl.col("changes").filter(is_own).sum() / pl.col("changes").sum(),
            changes=pl.col("changes").sum(),
        )
    )
    is_small, active = ~pl.col("is_shown"), pl.col("active_members")
    return (
        sizes(members, minimum_group)
        .join(work, on="team", how="left")
        .join(_cohesion(recent_work, members), on="team", how="left")
        .with_columns(
            pl.col("active_members", "files").fill_null(0),
            pl.col("changes").fill_null(0.0),
        )
        .with_columns(
            pl.when("is_shown").then(pl.col(_FIGURES)),
            cohesion_reason=pl.when(is_small)
            .then(pl.lit(TOO_SMALL))
            .when(active < 2)  # noqa: PLR2004 - two can be alike
            .then(pl.lit("too_few_people")),
            autonomy_reason=pl.when(is_small).then(pl.lit(TOO_SMALL)).when(active == 0).then(pl.lit("no_items")),
        )
        .select(TeamStructure.column_names())
        .sort("team")
    )


def _cohesion(work: pl.LazyFrame, members: pl.LazyFrame) -> pl.LazyFrame:
    """Mean cosine of all pairs: the sum of n unit vectors is as long, squared, as n and all cosines twice."""
    length = pl.col("changes").cast(pl.Float64).pow(2).sum().over("person_id").sqrt()
    n = pl.col("active_members")
    own = work.select("person_id", *FILE, part=pl.col("changes") / length).join(members, on="person_id")
    active = own.group_by("team").agg(active_members=pl.col("person_id").n_unique())
    together = own.group_by("team", *FILE).agg(pl.col("part").sum())
    squared = together.group_by("team").agg(squared=pl.col("part").pow(2).sum())
    cohesion = (pl.col("squared") - n) / (n * (n - 1.0))
    return active.join(squared, on="team").select(
        "team", "active_members", cohesion=pl.when(n > 1).then(cohesion.clip(0, 1))
    )


@pipeline(TeamCoupling)
def team_coupling(
    team_work: pl.LazyFrame, team_members: pl.LazyFrame, *, as_of: datetime, minimum_group: int
) -> pl.LazyFrame:
    """Every pair of teams with files in common."""
    size = sizes(members_now(team_members, as_of), minimum_group)
    lengths = team_work.group_by("team").agg(length=pl.col("changes").pow(2).sum().sqrt())
    both = (
        team_work.rename({"team": "team_a"})
        .join(team_work.rename({"team": "team_b"}), on=FILE, suffix="_b")
        .filter(pl.col("team_a") < pl.col("team_b"))
        .with_columns(product=pl.col("changes") * pl.col("changes_b"), file=pl.format("{}:{}", *FILE))
    )
    is_shown = pl.col("is_shown_a") & pl.col("is_shown_b")
    return (
        both.sort("product", "file", descending=[True, False])
        .group_by(TEAMS, maintain_order=True)
        .agg(pl.col("product").sum(), shared_files=pl.len(), paths=pl.col("file").head(PATHS))
        .join(lengths.rename({"team": "team_a", "length": "length_a"}), on="team_a")
        .join(lengths.rename({"team": "team_b", "length": "length_b"}), on="team_b")
        .join(size.select(team_a="team", is_shown_a="is_shown"), on="team_a")
        .join(size.select(team_b="team", is_shown_b="is_shown"), on="team_b")
        .with_columns(coupling=(pl.col("product") / (pl.col("length_a") * pl.col("length_b"))).clip(0, 1))
        .with_columns(
            pl.when(is_shown).then(pl.col("coupling", "shared_files", "paths")),
            reason=pl.when(~is_shown).then(pl.lit(TOO_SMALL)),
        )
        .select(TeamCoupling.column_names())
        .sort(TEAMS)
    )
