"""The changes that deployments brought: pull requests by the commit of their merge, and commits without one.

A squash or a rebase makes new commits: a pull request is found by the commit that its merge made, or else by its own
last one (`metrics.delivery.merged`). What the first
deployment of a line holds is not known to be new: its changes have no lead time (`first_deployment`), and count as
not measured; unless an older line of the repository measures them.

What a deployment of an unknown commit held nobody knows: what was merged before it neither waits nor is deployed
(`deployment_commit_unknown`), until a later deployment of its line tells.
"""

from datetime import datetime

import polars as pl

from metrics.delivery.production import IN_ORDER, LINE
from metrics.expressions import now, seconds_between
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

_COMMIT = ["repo_id", "sha"]


class DeploymentChanges(Table):
    """One row per deployment and pull request that it brought to production."""

    deployment_id = col.key("Deployment")
    pr_id = col.key("Pull request")


class ChangeLeadTimes(Table):
    """One row per merged pull request of a repository that is deployed: how long until it was in production."""

    pr_id = col.key("Pull request")
    repo_id = col.text("Repository")
    merged_at = col.instant("Merged")
    deployment_id = col.text("The first deployment that contains it")
    deployed_at = col.instant("When that was")
    lead_seconds = col.real("First commit written to deployed")
    lead_reason = col.text(
        "Why it is null: `first_deployment`, `no_deployment`, `deployment_commit_unknown`, `merge_commit_unknown`, "
        "`first_commit_unknown` or `clock_negative`"
    )
    production_seconds = col.real("Merged to deployed")
    production_reason = col.text("Why it is null")


class DirectCommitChanges(Table):
    """One row per deployed commit of the default branch that no pull request brought, merges left out."""

    repo_id = col.key("Repository")
    sha = col.key("Commit")
    deployment_id = col.text("The first deployment that contains it")
    lead_seconds = col.real("Written to deployed")
    lead_reason = col.text("Why it is null: `first_deployment`, `first_commit_unknown` or `clock_negative`")


class WaitingChanges(Table):
    """One row per pull request merged into the default branch that no deployment has brought to production yet."""

    pr_id = col.key("Pull request")
    repo_id = col.text("Repository, one in which a merge is not a deployment by itself")
    merged_at = col.instant("Merged")
    waiting_seconds = col.real("Time since then")


@pipeline(DeploymentChanges)
def deployment_changes(deployment_commits: pl.LazyFrame, merged_commits: pl.LazyFrame) -> pl.LazyFrame:
    """Every deployed pull request, once for each line that it was deployed on."""
    return (
        merged_commits.select("pr_id", *_COMMIT)
        .join(deployment_commits, on=_COMMIT)
        .select(DeploymentChanges.column_names())
        .sort(DeploymentChanges.primary_key())
    )


@pipeline(ChangeLeadTimes)
def change_lead_times(
    deployment_changes: pl.LazyFrame,
    production_deployments: pl.LazyFrame,
    merged_commits: pl.LazyFrame,
    pull_requests: pl.LazyFrame,
    pull_request_commits: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every merged pull request with its first deployment, or the reason why none is known."""
    written = pull_request_commits.group_by("pr_id").agg(written_at=pl.col("authored_at").min())
    started = pl.min_horizontal("first_commit_at", "written_at")
    undeployed = (
        pl.when(pl.col("deployment_id").is_null() & ~pl.col("is_known"))
        .then(pl.lit("merge_commit_unknown"))
        .when(pl.col("deployment_id").is_null() & _is_in_doubt())
        .then(pl.lit("deployment_commit_unknown"))
        .when(pl.col("deployment_id").is_null())
        .then(pl.lit("no_deployment"))
        .when(~pl.col("has_predecessor"))
        .then(pl.lit("first_deployment"))
    )
    no_start = pl.when(started.is_null()).then(pl.lit("first_commit_unknown"))
    return (
        merged_commits.join(pull_requests.select("pr_id", "first_commit_at"), on="pr_id")
        .join(_doubts(production_deployments), on="repo_id")
        .join(_first(deployment_changes, production_deployments, ["pr_id"]), on="pr_id", how="left")
        .join(written, on="pr_id", how="left")
        .with_columns(
            *_span("lead", started, "deployed_at", pl.coalesce(undeployed, no_start)),
            *_span("production", pl.col("merged_at"), "deployed_at", undeployed),
        )
        .select(ChangeLeadTimes.column_names())
        .sort("pr_id")
    )


@pipeline(DirectCommitChanges)
def direct_commit_changes(  # noqa: PLR0917 - one parameter a table
    deployment_commits: pl.LazyFrame,
    production_deployments: pl.LazyFrame,
    commits: pl.LazyFrame,
    merged_commits: pl.LazyFrame,
    pull_requests: pl.LazyFrame,
    pull_request_commits: pl.LazyFrame,
) -> pl.LazyFrame:
    """Deployed commits that were pushed straight to the default branch."""
    requested = pl.concat(
        [
            pull_requests.select("repo_id", sha="merge_sha"),
            merged_commits.select(_COMMIT),
            pull_request_commits.join(pull_requests.select("pr_id", "repo_id"), on="pr_id").select(_COMMIT),
        ]
    )
    no_start = pl.when(pl.col("authored_at").is_null()).then(pl.lit("first_commit_unknown"))
    first = pl.when(~pl.col("has_predecessor")).then(pl.lit("first_deployment"))
    return (
        commits.filter("on_default_branch", ~pl.col("is_merge"))
        .select(*_COMMIT, "authored_at")
        .join(requested, on=_COMMIT, how="anti")
        .join(_first(deployment_commits, production_deployments, _COMMIT), on=_COMMIT)
        .with_columns(*_span("lead", pl.col("authored_at"), "deployed_at", pl.coalesce(first, no_start)))
        .select(DirectCommitChanges.column_names())
        .sort(DirectCommitChanges.primary_key())
    )


@pipeline(WaitingChanges)
def waiting_changes(
    change_lead_times: pl.LazyFrame,
    merged_commits: pl.LazyFrame,
    production_deployments: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """What waits in the default branch; of a line that is not the default branch nobody knows what it waits for."""
    deployed = production_deployments.filter(pl.col("rung") != "merge")
    return (
        change_lead_times.filter(pl.col("production_reason") == "no_deployment")
        .join(deployed, on="repo_id", how="semi")
        .join(merged_commits.filter("is_on_main"), on="pr_id", how="semi")
        .select("pr_id", "repo_id", "merged_at", waiting_seconds=seconds_between(pl.col("merged_at"), now(as_of)))
        .sort("pr_id")
    )


def _doubts(production_deployments: pl.LazyFrame) -> pl.LazyFrame:
    """Every repository that is deployed, and until when what it deployed is not known."""
    is_last = pl.col("finished_at") == pl.col("finished_at").max().over(LINE)
    return (
        production_deployments.with_columns(is_last=is_last)
        .group_by("repo_id")
        .agg(
            has_known=pl.col("is_known").any(),
            unknown_at=pl.col("finished_at").filter(~pl.col("is_known") & pl.col("is_last")).max(),
        )
    )


def _is_in_doubt() -> pl.Expr:
    return ~pl.col("has_known") | (pl.col("merged_at") <= pl.col("unknown_at")).fill_null(value=False)


def _first(brought: pl.LazyFrame, production_deployments: pl.LazyFrame, key: list[str]) -> pl.LazyFrame:
    """The first deployment of every change on any line; of a new line only where no older one measures the change."""
    begun = pl.col("finished_at").filter("is_known").min().over(LINE)
    deployed = production_deployments.select("deployment_id", "finished_at", "has_predecessor", begun_at=begun)
    oldest = pl.col("begun_at").filter("has_predecessor").min().over(key)
    is_measured_elsewhere = ~pl.col("has_predecessor") & (oldest < pl.col("begun_at"))
    return (
        brought.join(deployed, on="deployment_id")
        .filter(~is_measured_elsewhere.fill_null(value=False))
        .sort(*key, *IN_ORDER)
        .unique(key, keep="first", maintain_order=True)
        .select(*key, "deployment_id", "has_predecessor", deployed_at="finished_at")
    )


def _span(name: str, start: pl.Expr, end: str, reason: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The seconds of a span, and why they are null."""
    seconds = seconds_between(start, pl.col(end))
    is_measured = reason.is_null() & (seconds >= 0)
    return (
        pl.when(is_measured).then(seconds).alias(f"{name}_seconds"),
        pl.when(~is_measured.fill_null(value=False))
        .then(pl.coalesce(reason, pl.lit("clock_negative")))
        .alias(f"{name}_reason"),
    )
