"""Pull requests that touch the files of two teams or more; files that are not people's work do not count.

Misread: some of them are good news, as one team helps another. Many of them say that the cut of the code is not the cut
of the teams.
"""

import polars as pl

from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col


class CrossTeamChanges(Table):
    """One row per pull request by a human of which at least one file belongs to a team."""

    pr_id = col.key("Pull request")
    repo_id = col.text("Repository")
    team = col.text("Team of its author")
    merged_at = col.instant("When it was merged; null where it was not")
    files = col.number("Files in it that belong to a team")
    owning_teams = col.texts("The teams that they belong to, by name")
    is_cross_team = col.flag("Whether these are two or more")
    is_told = col.flag("Whether the configuration or CODEOWNERS names the team of each; else by who changes it most")


@pipeline(CrossTeamChanges)
def cross_team_changes(
    pull_request_states: pl.LazyFrame,
    pull_request_files: pl.LazyFrame,
    path_classes: pl.LazyFrame,
    owning_teams: pl.LazyFrame,
) -> pl.LazyFrame:
    """The owning teams of every pull request's files."""
    files = (
        pull_request_files.select("pr_id", "path")
        .unique()
        .join(pull_request_states.filter("author_is_human"), on="pr_id")
        .join(path_classes.filter("is_counted"), on=["repo_id", "path"], how="semi")
        .join(owning_teams.rename({"team": "owner"}), on=["repo_id", "path"])
    )
    return (
        files.group_by("pr_id")
        .agg(
            pl.col("repo_id", "team", "merged_at").first(),
            files=pl.len(),
            owning_teams=pl.col("owner").unique().sort(),
            is_cross_team=pl.col("owner").n_unique() > 1,
            is_told=pl.col("is_told").all(),
        )
        .select(CrossTeamChanges.column_names())
        .sort("pr_id")
    )
