"""A build that cannot be believed, has become slow, or stays broken."""

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import duration
from metrics.actions.wording import MOST_DAYS, counted, number, percent, repository_name
from metrics.delivery.ci import MIN_FLAKY, MIN_FLAKY_SHARE, MIN_RUNS, MIN_SLOWDOWN, MIN_STREAK
from metrics.delivery.scopes import only_teams
from metrics.registry import Rule, pipeline

_DAY = 8 * 3600
NAME = "build_trouble"


@pipeline(ActionCandidates)
def propose_build_trouble(ci_workflows: pl.LazyFrame, delivery_scopes: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every such workflow, for the team whose repository it is in."""
    added = pl.col("p50_seconds") - pl.col("p50_seconds_before")
    flaky, slow, broken = pl.col("is_flaky"), pl.col("is_slow"), pl.col("is_broken")
    nothing = pl.lit("")
    saved = (
        pl.when(flaky).then(pl.col("flaky_runs") / 32).otherwise(0.0)
        + pl.when(slow).then(added * pl.col("runs") / _DAY).otherwise(0.0)
        + pl.when(broken).then(pl.col("failing_streak") / 16).otherwise(0.0)
    )
    return (
        ci_workflows.filter(flaky | slow | broken)
        .join(only_teams(delivery_scopes), on="repo_id", how="left")
        .pipe(
            candidates,
            "repo_id",
            "team",
            "url",
            rule=pl.lit(NAME),
            item_kind=pl.lit("workflow"),
            item_id=pl.format("{}:{}", "repo_id", "name"),
            responsibility=pl.lit("problem_solving"),
            title=pl.format(
                "{} of {} {}",
                "name",
                repository_name(),
                pl.when(broken)
                .then(pl.lit("stays broken"))
                .when(flaky)
                .then(pl.lit("cannot be believed"))
                .otherwise(pl.lit("has become slow")),
            ),
            why=pl.concat_str(
                pl.when(broken)
                .then(pl.format("The last {} on the default branch failed. ", counted(pl.col("failing_streak"), "run")))
                .otherwise(nothing),
                pl.when(flaky)
                .then(
                    pl.format(
                        "{} of {} in the last 90 days ({}) failed and then succeeded on the same commit. ",
                        number(pl.col("flaky_runs")),
                        counted(pl.col("runs"), "run"),
                        percent(pl.col("flaky_share")),
                    )
                )
                .otherwise(nothing),
                pl.when(slow)
                .then(
                    pl.format(
                        "Half of the {} of the last 90 days took {} or more; in the 90 days before it was {}. ",
                        counted(pl.col("runs"), "run"),
                        duration(pl.col("p50_seconds")),
                        duration(pl.col("p50_seconds_before")),
                    )
                )
                .otherwise(nothing),
            ).str.strip_chars_end(),
            next_step=pl.when(broken)
            .then(pl.lit("Mend the default branch before anything else is merged, or switch the workflow off."))
            .when(flaky)
            .then(pl.lit("Find the steps that failed and succeeded on the same commit; mend them or take them out."))
            .otherwise(pl.lit("Look which step grew, and whether it can run beside the others or less often.")),
            actor_team="team",
            days_saved=saved.clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit(
                "a quarter of an hour for each flaky run, the time added to each run, and half an hour for each "
                "failure in a row, in the next 90 days as in the last, at most 5 days"
            ),
            confidence=pl.lit(0.6),
        )
    )


RULE = Rule(
    name=NAME,
    title="Build flaky, slowing or broken",
    responsibility="problem_solving",
    definition=(
        f"Workflows that ran in the last 90 days, with {MIN_FLAKY} or more flaky runs that are "
        f"{100 * MIN_FLAKY_SHARE:.0f} % or more of all; or whose median time over {MIN_RUNS} or more runs is "
        f"{100 * MIN_SLOWDOWN:.0f} % and a minute or more over that of the 90 days before; or whose last {MIN_STREAK} "
        "runs or more on the default branch failed."
    ),
    propose=propose_build_trouble,
)
