"""Every deployment to production, what it brought, whether it failed, how it was mended, and whether it was rework."""

from collections.abc import Collection

import polars as pl

from metrics.delivery.failures import CAUSES
from metrics.delivery.rework import RULES
from metrics.expressions import seconds_between
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col


class Deployments(Table):
    """Successful changes to production, of the best rung that has any for the repository."""

    deployment_id = col.key("The platform's deployment, or `<repository>:<rung>:<what it was found by>`")
    repo_id = col.text("Repository")
    rung = col.text("How it was found: `deployment`, `ci_run`, `release`, `tag` or `merge`")
    line = col.text("What deployments follow each other on: the environment or workflow; empty where neither is known")
    environment = col.text("Environment, where the rung knows it")
    ref = col.git_ref("Branch or tag")
    sha = col.text("Commit")
    url = col.text("Web address")
    finished_at = col.instant("When it was there for the first time")
    is_first = col.flag("Whether it is the first one known of its repository and environment or deploying workflow")
    has_predecessor = col.flag("Whether a commit deployed there before it is known, so that what it brought is known")
    is_rollback = col.flag("Whether the same commit had been deployed there before")
    failed = col.flag("Whether it needed somebody at once: within 7 days, and before the next one")
    failure_cause = col.text("The first of `incident`, `rollback`, `revert` and `hotfix` that applies")
    failed_by = col.text("Incident, deployment, commit or pull request that tells of it")
    recovered_at = col.instant("When it was mended")
    recovery_seconds = col.real("Deployed to mended")
    recovery_reason = col.text("Why it is null: `not_failed`, `not_recovered` or `clock_negative`")
    is_rework = col.flag("Whether nobody planned it: it mends what is in production")
    rework_rule = col.text("The first of `rollback`, `revert`, `hotfix` and `incident_or_bug` that applies")
    pull_requests = col.number("Pull requests that it brought; null without a predecessor")
    direct_commits = col.number("Commits that it brought to production without a pull request; null likewise")


@pipeline(Deployments)
def deployments(  # noqa: PLR0917 - one parameter a table
    production_deployments: pl.LazyFrame,
    deployment_changes: pl.LazyFrame,
    direct_commit_changes: pl.LazyFrame,
    deployment_failures: pl.LazyFrame,
    deployment_recoveries: pl.LazyFrame,
    deployment_rework: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every deployment with what became of it."""
    key = "deployment_id"
    requests = deployment_changes.group_by(key).agg(pull_requests=pl.len())
    commits = direct_commit_changes.group_by(key).agg(direct_commits=pl.len())
    failed = _first(deployment_failures, "cause", CAUSES).select(key, "failed_by", failure_cause="cause")
    rework = _first(deployment_rework, "rule", RULES).select(key, rework_rule="rule")
    counted = pl.col("pull_requests", "direct_commits")
    seconds = seconds_between(pl.col("finished_at"), pl.col("recovered_at"))
    return (
        production_deployments.join(requests, on=key, how="left")
        .join(commits, on=key, how="left")
        .join(failed, on=key, how="left")
        .join(deployment_recoveries, on=key, how="left")
        .join(rework, on=key, how="left")
        .with_columns(
            pl.when("has_predecessor").then(counted.fill_null(0)).name.keep(),
            failed=pl.col("failure_cause").is_not_null(),
            is_rework=pl.col("rework_rule").is_not_null(),
            recovery_seconds=pl.when(seconds >= 0).then(seconds),
            recovery_reason=pl.when(pl.col("failure_cause").is_null())
            .then(pl.lit("not_failed"))
            .when(seconds.is_null())
            .then(pl.lit("not_recovered"))
            .when(seconds < 0)
            .then(pl.lit("clock_negative")),
        )
        .select(Deployments.column_names())
        .sort(key)
    )


def _first(found: pl.LazyFrame, column: str, order: Collection[str]) -> pl.LazyFrame:
    """One row per deployment: that of the value which stands first in the order."""
    place = pl.col(column).replace_strict(list(order), list(range(len(order))), return_dtype=pl.Int64)
    return found.sort("deployment_id", place).unique("deployment_id", keep="first", maintain_order=True)
