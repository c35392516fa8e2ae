"""Whose work counts where: every credited commit under the whole, its repository, and its people's teams."""

from datetime import datetime

import polars as pl

from metrics.code.services import commits_of_services
from metrics.expressions import day
from metrics.nesting import with_teams_above
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

COMMIT = ["repo_id", "sha"]
KEY = ["scope_kind", "scope", "repo_id", "sha", "person_id"]


class CreditScopes(Intermediate):
    """One row per scope, commit of the default branch (no merges) and person who took part in it."""

    scope_kind = col.key("`all`, `repository`, `service` or `team`")
    scope = col.key("`all`, id of the repository, or name of the service or team")
    repo_id = col.key("Repository")
    sha = col.key("Commit")
    person_id = col.key_person("Person")
    weight = col.real("The person's share of the credit")
    day = col.day("The day it was applied, in the reporting zone")


@pipeline(CreditScopes)
def credit_scopes(  # noqa: PLR0917 - one parameter a table
    main_commits: pl.LazyFrame,
    commit_credits: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    service_repositories: pl.LazyFrame,
    service_files: pl.LazyFrame,
    commit_files: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """The credit of commits by scope; a team has what its people did while they were in it or in a team inside it."""
    at = pl.col("committed_at")
    work = (
        main_commits.filter(~pl.col("is_merge"), at <= as_of)
        .select(*COMMIT, "committed_at", day=day(at, zone))
        .join(commit_credits, on=COMMIT)
    )
    members = with_teams_above(team_members.select("team", "person_id", "valid_from", "valid_to"), teams)
    of_teams = (
        work.join(members, on="person_id")
        .filter(at >= pl.col("valid_from"), pl.col("valid_to").is_null() | (at < pl.col("valid_to")))
        .unique(["team", *COMMIT, "person_id"], keep="any")
        .with_columns(scope_kind=pl.lit("team"), scope=pl.col("team"))
    )
    whole, single = commits_of_services(service_repositories, service_files, commit_files)
    of_services = pl.concat(
        [work.join(whole, on="repo_id"), work.join(single, on=COMMIT)], how="diagonal"
    ).with_columns(scope_kind=pl.lit("service"), scope=pl.col("service"))
    parts = [
        work.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all")),
        work.with_columns(scope_kind=pl.lit("repository"), scope=pl.col("repo_id")),
        of_teams,
        of_services,
    ]
    return pl.concat([part.select(CreditScopes.column_names()) for part in parts]).sort(KEY)
