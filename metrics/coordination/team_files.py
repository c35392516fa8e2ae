"""Which team a file is taken to belong to, and which files each team changes.

A file belongs to the team that the configuration or CODEOWNERS says (`file_teams`), else to the team whose members made
most of its changes in the last 90 days, the first by name of equals.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import members_now
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]


class TeamWork(Intermediate):
    """One row per team and file that its members changed in the last 90 days."""

    team = col.key("Team")
    repo_id = col.key("Repository")
    path = col.key("Newest path of the file")
    changes = col.real("Changes by members; those of a person in several teams in equal parts")


class OwningTeams(Intermediate):
    """One row per file with a team."""

    repo_id = col.key("Repository")
    path = col.key("Path of the file")
    team = col.text("The team")
    is_told = col.flag("Whether the configuration or CODEOWNERS says so; else it is the team with most changes")


@pipeline(TeamWork)
def team_work(recent_work: pl.LazyFrame, team_members: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The changes of every team."""
    members = members_now(team_members, as_of).with_columns(part=1 / pl.len().over("person_id"))
    return (
        recent_work.join(members, on="person_id")
        .group_by("team", *FILE)
        .agg(changes=(pl.col("changes") * pl.col("part")).sum().round(9))
        .sort(TeamWork.primary_key())
    )


@pipeline(OwningTeams)
def owning_teams(file_teams: pl.LazyFrame, team_work: pl.LazyFrame) -> pl.LazyFrame:
    """The team of every file that has one."""
    told = file_teams.drop_nulls("team").select(*FILE, "team", is_told=pl.lit(value=True))
    most = (
        team_work.sort(*FILE, "changes", "team", descending=[False, False, True, False])
        .unique(FILE, keep="first", maintain_order=True)
        .join(told, on=FILE, how="anti")
        .select(*FILE, "team", is_told=pl.lit(value=False))
    )
    return pl.concat([told, most]).sort(FILE)
