"""What a deployment to production is, found on a ladder: the best rung that has any wins for a repository.

`deployment` (a success in a production environment) › `ci_run` (a successful run on the default branch whose name
says that it deploys) › `release` › `tag` › `merge` of a pull request into the default branch; in the order of the
configuration. Rungs are never mixed: a repository has deployments of one rung.

Misread: a tag, a release or a merge is not a deployment where it is only a promise; the rung stands beside every
figure.
"""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

LINE = ["repo_id", "line"]
"""What deployments follow each other on: an environment, or a workflow that deploys, of a repository."""
IN_ORDER = ["finished_at", "deployment_id"]

_FOUND: dict[str, type[pl.DataType] | pl.DataType] = {
    "deployment_id": pl.String,
    "repo_id": pl.String,
    "line": pl.String,
    "environment": pl.String,
    "ref": pl.String,
    "sha": pl.String,
    "url": pl.String,
    "finished_at": pl.Datetime("us"),
}


class ProductionDeployments(Intermediate):
    """One row per successful change to production, of the best rung that has any for the repository."""

    deployment_id = col.key("The platform's deployment, or `<repository>:<rung>:<what it was found by>`")
    repo_id = col.text("Repository")
    rung = col.text("How it was found: `deployment`, `ci_run`, `release`, `tag` or `merge`")
    line = col.text("Environment or workflow; empty where the rung knows neither")
    environment = col.text("Environment, where the rung knows it")
    ref = col.text("Branch or tag")
    sha = col.text("Commit")
    url = col.text("Web address")
    finished_at = col.instant("When it was there for the first time")
    is_known = col.flag("Whether its commit is, so that what it holds is")
    is_first = col.flag("Whether it is the first one known of its line")
    has_predecessor = col.flag("Whether a commit deployed on its line before it is known, so that its range is")
    is_rollback = col.flag("Whether the same commit had been deployed there before")


@pipeline(ProductionDeployments)
def production_deployments(  # noqa: PLR0917 - one parameter a table
    collected_deployments: pl.LazyFrame,
    deployment_statuses: pl.LazyFrame,
    ci_runs: pl.LazyFrame,
    releases: pl.LazyFrame,
    tags: pl.LazyFrame,
    release_gaps: pl.LazyFrame,
    pull_requests: pl.LazyFrame,
    repositories: pl.LazyFrame,
    commits: pl.LazyFrame,
    *,
    as_of: datetime,
    rungs: Collection[str],
    deployments_environment: str,
    deployments_ci_run: str,
) -> pl.LazyFrame:
    """Every deployment up to `as_of`."""
    on_main = repositories.select("repo_id", "default_branch")
    found = {
        "deployment": _reported(collected_deployments, deployment_statuses, deployments_environment),
        "ci_run": _runs(ci_runs, on_main, deployments_ci_run),
        "release": _releases(releases, tags),
        "tag": release_gaps.select("repo_id", "sha", ref="tag", finished_at="released_at", what="tag"),
        "merge": _merges(pull_requests, on_main),
    }
    parts = [_of_rung(frame, rung, list(rungs)) for rung, frame in found.items()]
    best = (
        pl.concat(parts)
        # What is reported of a repository that is not collected is counted as a fault of the data and belongs nowhere.
        .drop_nulls("repo_id")
        .filter(pl.col("finished_at") <= as_of, pl.col("place").is_not_null())
        .filter(pl.col("place") == pl.col("place").min().over("repo_id"))
        .sort(*LINE, *IN_ORDER)
    )
    known = pl.coalesce("is_known", ~pl.col("has_commits").fill_null(value=False)) & pl.col("sha").is_not_null()
    of_repository = commits.group_by("repo_id").agg(has_commits=pl.len() > 0)
    number = pl.col("is_known").cast(pl.Int64)
    known_before = number.cum_sum().over(LINE) - number
    return (
        best.join(commits.select("repo_id", "sha", is_known=pl.lit(value=True)), on=["repo_id", "sha"], how="left")
        .join(of_repository, on="repo_id", how="left")
        .with_columns(is_known=known)
        .sort(*LINE, *IN_ORDER)
        .with_columns(
            is_first=pl.int_range(pl.len()).over(LINE) == 0,
            has_predecessor=known_before > 0,
            is_rollback=pl.col("sha").is_not_null() & (pl.int_range(pl.len()).over(*LINE, "sha") > 0),
        )
        .select(ProductionDeployments.column_names())
        .sort("deployment_id")
    )


def _of_rung(found: pl.LazyFrame, rung: str, order: list[str]) -> pl.LazyFrame:
    """What a rung found with all columns, and its place in the order; null where the configuration leaves it out."""
    columns = found.collect_schema().names()
    named = pl.concat_str(pl.col("repo_id"), pl.lit(f":{rung}:"), pl.col("what")) if "what" in columns else None
    given = found if named is None else found.with_columns(deployment_id=named)
    names = [*columns, "deployment_id"]
    return given.select(
        *(pl.col(name).cast(kind) if name in names else pl.lit(None, kind).alias(name) for name, kind in _FOUND.items())
    ).with_columns(
        line=pl.col("line").fill_null(""),
        rung=pl.lit(rung),
        place=pl.lit(order.index(rung) if rung in order else None, dtype=pl.Int64),
    )


def is_production(environment: str) -> pl.Expr:
    """Whether a deployment is one to production; null where nobody knows."""
    # Without an environment, only the one who reported it can know.
    return pl.coalesce(pl.col("environment").str.contains(f"(?i){environment}"), "is_production")


def _reported(deployments: pl.LazyFrame, statuses: pl.LazyFrame, environment: str) -> pl.LazyFrame:
    """Deployments that succeeded in production, as of their first success: a later state does not undo it."""
    succeeded = (
        statuses.filter(pl.col("status") == "success")
        .group_by("deployment_id")
        .agg(succeeded_at=pl.col("created_at").min())
    )
    ended_well = pl.when(pl.col("status") == "success").then("finished_at")
    return (
        deployments.filter(is_production(environment))
        .join(succeeded, on="deployment_id", how="left")
        .with_columns(line="environment", finished_at=pl.coalesce("succeeded_at", ended_well))
        .select(_FOUND.keys())
    )


def _runs(ci_runs: pl.LazyFrame, on_main: pl.LazyFrame, pattern: str) -> pl.LazyFrame:
    """Successful runs that deploy the default branch; a workflow deploys a commit once, however often in a row."""
    # A pull request of a fork can come from a branch of the same name.
    of_request = pl.col("event").str.starts_with("pull_request").fill_null(value=False)
    order = ["finished_at", "run_id"]
    # A commit that comes again after another one has taken that one back.
    is_new = pl.col("sha") != pl.col("sha").shift().over("repo_id", "name", order_by=order)
    return (
        ci_runs.filter(
            pl.col("status") == "completed",
            pl.col("conclusion") == "success",
            pl.col("name").str.contains(f"(?i){pattern}"),
            ~of_request,
        )
        .join(on_main, left_on=["repo_id", "branch"], right_on=["repo_id", "default_branch"], how="semi")
        .filter(is_new.fill_null(value=True))
        .select("repo_id", "sha", "url", "finished_at", line="name", ref="branch", what="run_id")
    )


def _releases(releases: pl.LazyFrame, tags: pl.LazyFrame) -> pl.LazyFrame:
    """Releases that are no pre-releases; several at one commit are one deployment."""
    return (
        releases.filter(~pl.col("is_prerelease").fill_null(value=False), pl.col("published_at").is_not_null())
        .join(tags.select("repo_id", "sha", tag="name"), on=["repo_id", "tag"])
        .sort("published_at", "tag", "release_id")
        .unique(["repo_id", "sha"], keep="first", maintain_order=True)
        .select("repo_id", "sha", "url", ref="tag", finished_at="published_at", what="tag")
    )


def _merges(pull_requests: pl.LazyFrame, on_main: pl.LazyFrame) -> pl.LazyFrame:
    """Merges of pull requests into the default branch; several merged by one commit are one deployment."""
    return (
        pull_requests.filter(pl.col("state") == "merged", pl.col("merge_sha").is_not_null())
        .join(on_main, left_on=["repo_id", "base_branch"], right_on=["repo_id", "default_branch"], how="semi")
        .sort("merged_at", "pr_id")
        .unique(["repo_id", "merge_sha"], keep="first", maintain_order=True)
        .select("repo_id", "url", sha="merge_sha", ref="base_branch", finished_at="merged_at", what="merge_sha")
    )
