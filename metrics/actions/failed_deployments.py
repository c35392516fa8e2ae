"""A repository whose deployments keep failing."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import WINDOW, duration
from metrics.actions.wording import MOST_DAYS, counted, number, repository_name
from metrics.delivery.scopes import only_teams
from metrics.expressions import now, seconds_between
from metrics.registry import Rule, pipeline

LAST = 5
MIN_SHARE = 0.6
MIN_STREAK = 2
NAME = "failed_deployments"


@pipeline(ActionCandidates)
def propose_failed_deployments(
    deployments: pl.LazyFrame, delivery_scopes: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """One action for every such repository, about the last deployment that failed, for the team whose it is."""
    failed = pl.col("failed").fill_null(value=False)
    newest_first = deployments.filter(pl.col("finished_at") <= as_of).sort(
        "finished_at", "deployment_id", descending=True
    )
    lately = pl.col("finished_at") > as_of - WINDOW
    of_last = failed.head(LAST)
    first_failed = pl.when(failed).then(pl.int_range(pl.len())).min()
    since = seconds_between(pl.col("failed_at"), now(as_of))
    cause = pl.col("cause").replace_strict(
        {
            "incident": "an incident",
            "rollback": "a rollback",
            "revert": "a revert",
            "hotfix": "a hotfix",
        },
        default=None,
        return_dtype=pl.String,
    )
    return (
        newest_first.group_by("repo_id", maintain_order=True)
        .agg(
            deployments=pl.len(),
            last=pl.len().clip(upper_bound=LAST),
            last_failed=of_last.sum(),
            # Failures before the first success, seen from now.
            streak=failed.cast(pl.Int64).cum_prod().sum(),
            failed_lately=(failed & lately).sum(),
            deployed_lately=lately.sum(),
            deployment_id=pl.col("deployment_id").get(first_failed, null_on_oob=True),
            url=pl.col("url").get(first_failed, null_on_oob=True),
            cause=pl.col("failure_cause").get(first_failed, null_on_oob=True),
            failed_at=pl.col("finished_at").get(first_failed, null_on_oob=True),
        )
        .filter(
            pl.col("failed_at") > as_of - WINDOW,
            (pl.col("streak") >= MIN_STREAK)
            | ((pl.col("deployments") >= LAST) & (pl.col("last_failed") >= MIN_SHARE * LAST)),
        )
        .join(only_teams(delivery_scopes), on="repo_id", how="left")
        .pipe(
            candidates,
            "repo_id",
            "team",
            "url",
            rule=pl.lit(NAME),
            item_kind=pl.lit("deployment"),
            item_id="deployment_id",
            responsibility=pl.lit("problem_solving"),
            title=pl.when(pl.col("streak") >= MIN_STREAK)
            .then(pl.format("The last {} deployments of {} failed", number(pl.col("streak")), repository_name()))
            .otherwise(
                pl.format(
                    "{} of the last {} deployments of {} failed",
                    number(pl.col("last_failed")),
                    number(pl.col("last")),
                    repository_name(),
                )
            ),
            why=pl.format(
                "{} of {} in the last 90 days needed somebody at once; the last one was {} ago{}.",
                number(pl.col("failed_lately")),
                counted(pl.col("deployed_lately"), "deployment"),
                duration(since),
                pl.when(cause.is_null()).then(pl.lit("")).otherwise(pl.format(", by {}", cause)),
            ),
            next_step=pl.lit(
                "Deploy nothing more on top before the cause is known; look at the failed ones together for what they "
                "have in common, and add the check that would have stopped them."
            ),
            actor_team="team",
            days_saved=(pl.col("failed_lately") / 2).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit(
                "half a day for each deployment that fails in the next 90 days, taken to be as many as in the last, at "
                "most 5 days"
            ),
            confidence=pl.lit(0.6),
        )
    )


RULE = Rule(
    name=NAME,
    title="Failed deployments in a row",
    responsibility="problem_solving",
    definition=(
        f"Repositories whose last {MIN_STREAK} deployments or more failed, or {100 * MIN_SHARE:.0f} % or more of the "
        f"last {LAST}, the last failure within {WINDOW.days} days."
    ),
    propose=propose_failed_deployments,
)
