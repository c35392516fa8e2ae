"""Under which scopes deployments, incidents and runs count, and the periods of these scopes."""

from datetime import datetime

import polars as pl

from metrics.code.globs import is_called, repository_regex
from metrics.code.services import commits_of_services
from metrics.expressions import day
from metrics.nesting import with_teams_above
from metrics.registry import Intermediate, pipeline
from metrics.summary.calendar import every_period
from metrics.summary.observations import SCOPE
from warehouse.tables import Table
from warehouse.tables import columns as col


class DeliveryScopes(Table):
    """One row per scope and repository in it; the whole holds what belongs to no repository too and is not listed."""

    scope_kind = col.key("`repository`, `service` or `team`")
    scope = col.key("Id of the repository, or name of the service or team")
    repo_id = col.key("Repository")
    is_own = col.flag("Whether it is of that very team; else of one inside it")


class ServiceDeployments(Intermediate):
    """One row per service that is a part of a repository, and deployment that brought a change of it."""

    service = col.key("Service")
    deployment_id = col.key("Deployment")


class DeliveryCalendar(Intermediate):
    """One row per scope and period, from the first deployment, incident or run of the scope on."""

    scope_kind = col.key("`all`, `repository`, `service` or `team`")
    scope = col.key("`all`, id of the repository, or name of the service or team")
    period = col.key("`week`, `month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    period_end = col.day("The day after its last day")
    is_suppressed = col.flag("Whether the team has fewer members than may be reported on")


@pipeline(DeliveryScopes)
def delivery_scopes(
    repositories: pl.LazyFrame,
    team_scopes: pl.LazyFrame,
    teams: pl.LazyFrame,
    service_repositories: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every repository on its own, in each service that it belongs to as a whole, and in each team that owns it.

    A team owns its configured repositories, and those of the teams inside it.

    What is configured is the end of a name or address, whole parts of it: `app` and `acme/app` are both `acme/app`. A
    star stands for any text, as in the check of the configuration.
    """
    patterns = team_scopes.filter(pl.col("kind") == "repository").select(
        "team", regex=repository_regex(pl.col("pattern"))
    )
    of_teams = (
        repositories.select("repo_id", "name", "url")
        .join(patterns, how="cross")
        .filter(is_called("regex"))
        .select("repo_id", "team")
        .unique()
    )
    own = ["repo_id", "team"]
    of_teams = (
        with_teams_above(of_teams, teams)
        .join(of_teams.with_columns(is_own=pl.lit(value=True)), on=own, how="left")
        .select("repo_id", pl.col("is_own").fill_null(value=False), scope_kind=pl.lit("team"), scope="team")
    )
    of_services = service_repositories.filter("is_whole").select(
        "repo_id", scope_kind=pl.lit("service"), scope="service", is_own=pl.lit(value=True)
    )
    alone = repositories.select("repo_id", scope_kind=pl.lit("repository"), scope="repo_id", is_own=pl.lit(value=True))
    parts = [part.select(DeliveryScopes.column_names()) for part in (alone, of_services, of_teams)]
    return pl.concat(parts).sort(DeliveryScopes.primary_key())


@pipeline(ServiceDeployments)
def service_deployments(
    deployment_commits: pl.LazyFrame,
    commit_files: pl.LazyFrame,
    service_repositories: pl.LazyFrame,
    service_files: pl.LazyFrame,
) -> pl.LazyFrame:
    """The deployments of every such service: those that brought a commit that changed one of its files."""
    _, single = commits_of_services(service_repositories, service_files, commit_files)
    return (
        deployment_commits.join(single, on=["repo_id", "sha"])
        .select("service", "deployment_id")
        .unique()
        .sort("service", "deployment_id")
    )


@pipeline(DeliveryCalendar)
def delivery_calendar(  # noqa: PLR0917 - one parameter a table
    deployments: pl.LazyFrame,
    incidents: pl.LazyFrame,
    ci_results: pl.LazyFrame,
    delivery_scopes: pl.LazyFrame,
    service_deployments: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Every period of every scope that has anything to tell."""
    traces = [
        deployments.select("repo_id", at="finished_at"),
        incidents.select("repo_id", at="opened_at"),
        ci_results.select("repo_id", at="finished_at"),
    ]
    dated = pl.concat(traces).select("repo_id", day=day(pl.col("at"), zone))
    of_parts = in_parts(deployments.select("deployment_id", day=day(pl.col("finished_at"), zone)), service_deployments)
    everything = pl.concat([part.select(*SCOPE, "day") for part in (in_scopes(dated, delivery_scopes), of_parts)])
    first = everything.group_by(SCOPE).agg(first=pl.col("day").min())
    members = with_teams_above(team_members, teams)
    return every_period(first, members, as_of=as_of, zone=zone, minimum_group=minimum_group).select(
        DeliveryCalendar.column_names()
    )


def only_teams(delivery_scopes: pl.LazyFrame) -> pl.LazyFrame:
    """`repo_id` and `team` of the repositories that are exactly one team's."""
    return (
        delivery_scopes.filter(pl.col("scope_kind") == "team", "is_own")
        .group_by("repo_id")
        .agg(team=pl.col("scope").min(), teams=pl.len())
        .filter(pl.col("teams") == 1)
        .select("repo_id", "team")
    )


def in_scopes(items: pl.LazyFrame, delivery_scopes: pl.LazyFrame) -> pl.LazyFrame:
    """The items once for the whole, and once for each scope that their repository is in."""
    whole = items.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all"))
    parts = items.join(delivery_scopes, on="repo_id").select(whole.collect_schema().names())
    return pl.concat([whole, parts])


def in_parts(items: pl.LazyFrame, service_deployments: pl.LazyFrame) -> pl.LazyFrame:
    """The items with a `deployment_id` once for each service that is a part of a repository and was changed by it."""
    return items.join(service_deployments, on="deployment_id").select(
        pl.all().exclude("service"), scope_kind=pl.lit("service"), scope="service"
    )
