"""Which deployments needed somebody at once, and why.

A deployment failed if within 7 days, and before the next one, an incident began; or the next one rolled it back or
brought a hotfix; or a change of it was reverted. Each cause is kept, and a deployment fails once, however many there
are. An incident is laid to the last deployment of the repository before it; the other causes stay in the environment.
A hotfix that follows a rollback mends what was rolled back, not the rollback.

Misread: incidents that nobody wrote down are not seen. The last deployments can still fail: their 7 days are not over.
"""

from datetime import timedelta

import polars as pl

from metrics.delivery.production import IN_ORDER, LINE
from metrics.registry import Intermediate, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

HORIZON = timedelta(days=7)
CAUSES = ("incident", "rollback", "revert", "hotfix")
"""In the order in which one of them is named where several apply."""

_HOTFIX = r"(?i)\bhot-?fix\b"
_HOTFIX_BRANCH = r"(?i)^(hotfix|hf)/"


class Hotfixes(Intermediate):
    """One row per pull request that says it is a hotfix, by its branch, a label or its title."""

    pr_id = col.key("Pull request")


class DeploymentFailures(Table):
    """One row per failed deployment and cause."""

    deployment_id = col.key("Deployment")
    cause = col.key("`incident`, `rollback`, `revert` or `hotfix`")
    failed_by = col.text("The first incident, deployment, commit or pull request that tells of it")
    failed_at = col.instant("When that was")
    mended_at = col.instant(
        "When the last incident was resolved, or the rollback, the hotfix or the revert was deployed; null before"
    )


@pipeline(Hotfixes)
def hotfixes(pull_requests: pl.LazyFrame) -> pl.LazyFrame:
    """Every hotfix."""
    by_label = pl.col("labels").list.eval(pl.element().str.contains(_HOTFIX)).list.any()
    by_branch = pl.col("head_branch").str.contains(_HOTFIX_BRANCH)
    by_title = pl.col("title").str.contains(_HOTFIX)
    says_so = (rule.fill_null(value=False) for rule in (by_branch, by_label, by_title))
    return pull_requests.filter(pl.any_horizontal(says_so)).select("pr_id").sort("pr_id")


@pipeline(DeploymentFailures)
def deployment_failures(  # noqa: PLR0917 - one parameter a table
    production_deployments: pl.LazyFrame,
    deployment_commits: pl.LazyFrame,
    deployment_changes: pl.LazyFrame,
    hotfixes: pl.LazyFrame,
    incidents: pl.LazyFrame,
    reverted_changes: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every cause of every failure."""
    timed = _timed(production_deployments)
    causes = [
        _by_incident(production_deployments, incidents),
        _by_rollback(timed),
        _by_revert(timed, deployment_commits, reverted_changes),
        _by_hotfix(timed, deployment_changes.join(hotfixes, on="pr_id", how="semi")),
    ]
    return (
        pl.concat(causes)
        .sort("deployment_id", "cause", "failed_at", "failed_by")
        .group_by("deployment_id", "cause", maintain_order=True)
        .agg(
            pl.col("failed_by", "failed_at").first(),
            # What began several times is over when all of it is.
            mended_at=pl.when(pl.col("mended_at").null_count() == 0).then(pl.col("mended_at").max()),
        )
        .sort("deployment_id", "cause")
    )


def _timed(production_deployments: pl.LazyFrame) -> pl.LazyFrame:
    """Every deployment with the next one of its line within the horizon."""
    following = {
        "next_id": "deployment_id",
        "next_at": "finished_at",
        "next_sha": "sha",
        "next_is_rollback": "is_rollback",
        "next_has_predecessor": "has_predecessor",
    }
    in_time = pl.col("next_at") <= pl.col("finished_at") + HORIZON
    return (
        production_deployments.sort(*LINE, *IN_ORDER)
        .with_columns(pl.col(column).shift(-1).over(LINE).alias(name) for name, column in following.items())
        .with_columns(pl.when(in_time).then(name).alias(name) for name in following)
    )


def _by_incident(production_deployments: pl.LazyFrame, incidents: pl.LazyFrame) -> pl.LazyFrame:
    last = production_deployments.sort("finished_at", "deployment_id").unique(
        ["repo_id", "finished_at"], keep="last", maintain_order=True
    )
    return (
        incidents.select("repo_id", "incident_id", "opened_at", "resolved_at")
        .drop_nulls(["repo_id", "opened_at"])
        .sort("opened_at")
        .join_asof(
            last.select("repo_id", "deployment_id", "finished_at"),
            left_on="opened_at",
            right_on="finished_at",
            by="repo_id",
            tolerance=HORIZON,
            check_sortedness=False,  # sorted above; groups are not checked
        )
        .drop_nulls("deployment_id")
        .select(
            "deployment_id",
            cause=pl.lit("incident"),
            failed_by="incident_id",
            failed_at="opened_at",
            mended_at="resolved_at",
        )
    )


def _by_rollback(timed: pl.LazyFrame) -> pl.LazyFrame:
    # The same commit once more takes nothing back.
    return timed.filter("next_is_rollback", pl.col("next_sha").ne_missing(pl.col("sha"))).select(
        "deployment_id", cause=pl.lit("rollback"), failed_by="next_id", failed_at="next_at", mended_at="next_at"
    )


def _by_revert(timed: pl.LazyFrame, commits: pl.LazyFrame, reverted: pl.LazyFrame) -> pl.LazyFrame:
    """Deployments a change of which was reverted until the next one at the latest."""
    at, end = pl.col("reverted_at"), pl.min_horizontal(pl.col("finished_at") + HORIZON, "next_at")
    mending = (
        commits.join(timed.select("deployment_id", "line", mended_at="finished_at"), on="deployment_id")
        .group_by("repo_id", "line", "sha")
        .agg(pl.col("mended_at").min())
    )
    return (
        timed.filter("has_predecessor")
        .select("deployment_id", *LINE, "finished_at", "next_at")
        .join(commits.select("deployment_id", original_sha="sha"), on="deployment_id")
        .join(reverted, on=["repo_id", "original_sha"])
        .filter(at >= pl.col("finished_at"), at <= end)
        .join(mending, on=["repo_id", "line", "sha"], how="left")
        .select(
            "deployment_id",
            cause=pl.lit("revert"),
            failed_by="sha",
            failed_at="reverted_at",
            mended_at=pl.when(pl.col("mended_at") > pl.col("finished_at")).then("mended_at"),
        )
    )


def _by_hotfix(timed: pl.LazyFrame, brought: pl.LazyFrame) -> pl.LazyFrame:
    first = brought.group_by(next_id="deployment_id").agg(pl.col("pr_id").min())
    # Where nothing known was deployed before the next one, a hotfix in it can be of long ago.
    return (
        timed.filter(~pl.col("is_rollback"), "next_has_predecessor")
        .join(first, on="next_id")
        .select("deployment_id", cause=pl.lit("hotfix"), failed_by="pr_id", failed_at="next_at", mended_at="next_at")
    )
