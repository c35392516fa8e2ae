"""Changes that are merged and do not reach production, for longer than is usual in their repository."""

from datetime import datetime, timedelta

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import HALF_AN_HOUR, MIN_MERGED, WINDOW, duration, merged_lately, named
from metrics.actions.wording import MOST_DAYS, counted, one_team, repository_name
from metrics.expressions import now, seconds_between
from metrics.registry import Rule, pipeline

QUANTILE = 0.85
NO_WAIT = timedelta(days=1)
"""What waits for less waits for nothing, however quick the repository is otherwise."""
UNUSUAL = timedelta(days=7)
"""What is long where the repository's own habit is not known."""
MOST_SINCE = timedelta(days=180)
"""A repository that deployed nothing for longer has given it up, or deploys elsewhere."""
NAME = "deployments_waiting"


@pipeline(ActionCandidates)
def propose_deployments_waiting(
    waiting_changes: pl.LazyFrame, deployments: pl.LazyFrame, pull_request_flow: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """One action for every repository with such changes."""
    usual = (
        merged_lately(pull_request_flow, as_of)
        .drop_nulls("deploy_wait_seconds")
        .group_by("repo_id")
        .agg(n=pl.len(), p85=pl.col("deploy_wait_seconds").quantile(QUANTILE, "linear"))
        .filter(pl.col("n") >= MIN_MERGED)
        .select("repo_id", "p85")
    )
    deploying = (
        deployments.filter(pl.col("finished_at") <= as_of)
        .group_by("repo_id")
        .agg(deployed_at=pl.col("finished_at").max())
        .filter(pl.col("deployed_at") > as_of - MOST_SINCE)
    )
    waiting = pl.col("waiting_seconds")
    limit = pl.coalesce("p85", pl.lit(UNUSUAL.total_seconds())).clip(NO_WAIT.total_seconds())
    is_late = waiting > limit
    since = seconds_between(pl.col("deployed_at"), now(as_of))
    return (
        waiting_changes.filter(pl.col("merged_at") <= as_of)
        .select("pr_id", "repo_id", "waiting_seconds")
        .join(pull_request_flow.select("pr_id", "number", "team"), on="pr_id")
        .join(usual, on="repo_id", how="left")
        .join(deploying, on="repo_id")
        .group_by("repo_id")
        .agg(
            pl.col("p85", "deployed_at").first(),
            team=one_team(),
            waiting=pl.len(),
            late=is_late.sum(),
            longest=waiting.max(),
            numbers=named(is_late, waiting),
        )
        .filter(pl.col("late") > 0)
        .pipe(
            candidates,
            "repo_id",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("repository"),
            item_id="repo_id",
            responsibility=pl.lit("project_management"),
            title=pl.format(
                "{} of {} {} for production",
                counted(pl.col("waiting"), "merged pull request"),
                repository_name(),
                pl.when(pl.col("waiting") == 1).then(pl.lit("waits")).otherwise(pl.lit("wait")),
            ),
            why=pl.format(
                "The oldest was merged {} ago, and the last deployment was {} ago; {}. Longer than that: {}.",
                duration(pl.col("longest")),
                duration(since),
                pl.when(pl.col("p85").is_null())
                .then(pl.lit("how long changes wait here is not known, so more than 7 days count as long"))
                .otherwise(
                    pl.format(
                        "of those deployed that were merged in the last 90 days 85 % were in production within {}{}",
                        duration(pl.col("p85")),
                        pl.when(pl.col("p85") < NO_WAIT.total_seconds())
                        .then(pl.lit(", and more than a day counts as long"))
                        .otherwise(pl.lit("")),
                    )
                ),
                "numbers",
            ),
            next_step=pl.lit("Deploy what is merged, or write down what it waits for and who can clear that."),
            actor_team="team",
            days_saved=(pl.col("waiting") * HALF_AN_HOUR).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit(
                "half an hour of searching in a larger deployment for each pull request that waits, at most 5 days"
            ),
            confidence=pl.lit(0.6),
        )
    )


RULE = Rule(
    name=NAME,
    title="Deployments waiting",
    responsibility="project_management",
    definition=(
        "Repositories, unless each merge is a deployment by itself, in which a merged pull request waits for "
        f"production longer than 85 % of those deployed did that were merged in the last {WINDOW.days} days, and for "
        f"more than a day (fewer than {MIN_MERGED}: for more than {UNUSUAL.days} days), and that deployed something in "
        f"the last {MOST_SINCE.days} days."
    ),
    propose=propose_deployments_waiting,
)
