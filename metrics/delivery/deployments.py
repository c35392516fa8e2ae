"""Every deployment to production, what it brought, whether it failed, how it was mended, and whether it was rework."""

import polars as pl

from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col


class Deployments(Table):
    """Successful changes to production, of the best rung that has any for the repository."""

    deployment_id = col.key("The platform's deployment, or `<repository>:<rung>:<what it was found by>`")
    repo_id = col.text("Repository")
    rung = col.text("How it was found: `deployment`, `ci_run`, `release`, `tag` or `merge`")
    environment = col.text("Environment, where the rung knows it")
    ref = col.text("Branch or tag")
    sha = col.text("Commit")
    url = col.text("Web address")
    finished_at = col.instant("When it was there for the first time")
    is_first = col.flag("Whether it is the first one known of its repository and environment")
    has_predecessor = col.flag("Whether a commit deployed there before it is known, so that what it brought is known")
    is_rollback = col.flag("Whether the same commit had been deployed there before")
    pull_requests = col.number("Pull requests that it brought; null without a predecessor")
    direct_commits = col.number("Commits that it brought without a pull request; null without a predecessor")


@pipeline(Deployments)
def deployments(
    production_deployments: pl.LazyFrame, deployment_changes: pl.LazyFrame, direct_commit_changes: pl.LazyFrame
) -> pl.LazyFrame:
    """Every deployment with what became of it."""
    key = "deployment_id"
    requests = deployment_changes.group_by(key).agg(pull_requests=pl.len())
    commits = direct_commit_changes.group_by(key).agg(direct_commits=pl.len())
    counted = pl.col("pull_requests", "direct_commits")
    return (
        production_deployments.join(requests, on=key, how="left")
        .join(commits, on=key, how="left")
        .with_columns(pl.when(pl.col("has_predecessor")).then(counted.fill_null(0)).name.keep())
        .select(Deployments.column_names())
        .sort(key)
    )
