"""What builds cost: how often they fail, how long they take, and whether they can be believed.

A run counts by its last attempt. One that failed and succeeded when it was started again, on the same commit, is
flaky: nothing changed but its luck.

Misread: a red build on a branch is work in progress; streaks and times to green are those of the default branch.
Attempts that were over before collecting began are not known where the platform tells of the last one only, so there
are at least as many flaky runs as shown.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import Intermediate, pipeline
from metrics.summary.observations import MEDIAN_NEEDS
from warehouse.tables import Table
from warehouse.tables import columns as col

WINDOW = timedelta(days=90)
MIN_FLAKY_SHARE, MIN_FLAKY = 0.05, 5
MIN_SLOWDOWN, MIN_RUNS, MIN_ADDED_SECONDS = 0.25, 20, 60
MIN_STREAK = 3

_FAILED = ("failure", "timed_out", "startup_failure")
_WORKFLOW = ["repo_id", "name"]


class CiResults(Intermediate):
    """One row per workflow run that ended in success or failure, whatever it took."""

    run = col.key("The run without its attempt")
    repo_id = col.text("Repository")
    name = col.text("Workflow")
    event = col.text("What started it")
    branch = col.text("Branch")
    sha = col.text("Commit")
    created_at = col.instant("Created")
    finished_at = col.instant("When the last attempt finished")
    has_failed = col.flag("Whether the last attempt failed")
    is_flaky = col.flag("Whether an attempt failed and a later one succeeded")
    seconds = col.real("Time that the last attempt took; null where clocks contradict each other")
    all_seconds = col.real("Time that all attempts took")
    url = col.text("Web address")


class CiWorkflows(Table):
    """One row per workflow of which a run ended in success or failure in the last 90 days."""

    repo_id = col.key("Repository")
    name = col.key("Workflow")
    runs = col.number("Runs that ended in success or failure")
    failed_runs = col.number("… in failure, by their last attempt")
    failure_share = col.real("Their share")
    p50_seconds = col.real("Median time of the successful ones; null for fewer than 5")
    p50_seconds_before = col.real("The same in the 90 days before")
    slowdown_share = col.real("By how much the median grew; null where either is not known")
    flaky_runs = col.number("Runs whose outcome changed from failure to success by starting them again")
    flaky_share = col.real("Their share")
    time_to_green_p50_seconds = col.real(
        "Median time from a first failure on the default branch to the next success; null for fewer than 5"
    )
    waiting_minutes_per_pr = col.real("Minutes of runs on the commits of a pull request, mean over those that have any")
    last_conclusion = col.text("How the last run on the default branch ended: `success` or `failure`")
    failing_since = col.instant("When the present streak of failures there began; null while it succeeds")
    failing_streak = col.number("Failures in a row there, up to now")
    is_flaky = col.flag(
        f"Whether it cannot be believed: {MIN_FLAKY} or more flaky runs that are {100 * MIN_FLAKY_SHARE:.0f} % or more"
    )
    is_slow = col.flag(
        f"Whether its median grew by {100 * MIN_SLOWDOWN:.0f} % and {MIN_ADDED_SECONDS} seconds or more, over "
        f"{MIN_RUNS} or more runs"
    )
    is_broken = col.flag(f"Whether the last {MIN_STREAK} runs or more on the default branch failed")
    url = col.text("The last run on the default branch")


@pipeline(CiResults)
def ci_results(ci_runs: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Every run up to `as_of`; attempts that were cancelled or skipped say nothing and are left out.

    The jobs of a pipeline are part of its run, and would count twice.
    """
    is_failed = pl.col("conclusion").is_in(_FAILED)
    seconds = seconds_between(pl.col("started_at"), pl.col("finished_at"))
    failed_before = pl.col("is_failed") & (pl.col("attempt") < pl.col("attempt").max())
    return (
        ci_runs.filter(
            pl.col("status") == "completed",
            is_failed | (pl.col("conclusion") == "success"),
            pl.col("finished_at") <= as_of,
            pl.col("name").is_not_null(),
            pl.col("parent_run_id").is_null(),
        )
        .with_columns(
            run=pl.col("run_id").str.replace(r"/\d+$", ""),
            is_failed=is_failed,
            seconds=pl.when(seconds >= 0).then(seconds),
        )
        .sort("run", "attempt", "run_id")
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("repo_id", "name", "event", "branch", "sha", "finished_at", "url", "seconds").last(),
            created_at=pl.col("created_at").first(),
            has_failed=pl.col("is_failed").last(),
            is_flaky=failed_before.any() & ~pl.col("is_failed").last(),
            all_seconds=pl.col("seconds").sum(),
        )
        .select(CiResults.column_names())
        .sort("run")
    )


@pipeline(CiWorkflows)
def ci_workflows(
    ci_results: pl.LazyFrame,
    repositories: pl.LazyFrame,
    pull_requests: pl.LazyFrame,
    pull_request_commits: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """Every workflow that ran lately."""
    start = as_of - WINDOW
    finished = pl.col("finished_at")
    recent = ci_results.filter(finished > start)
    before = ci_results.filter(finished <= start, finished > start - WINDOW)
    # A pull request of a fork can come from a branch of the same name.
    of_request = pl.col("event").str.starts_with("pull_request").fill_null(value=False)
    on_main = (
        ci_results.filter(~of_request)
        .join(repositories.select("repo_id", branch="default_branch"), on=["repo_id", "branch"], how="semi")
        .sort(*_WORKFLOW, "created_at", "run")
    )
    return (
        recent.group_by(_WORKFLOW)
        .agg(
            runs=pl.len(),
            failed_runs=pl.col("has_failed").sum(),
            failure_share=pl.col("has_failed").mean(),
            flaky_runs=pl.col("is_flaky").sum(),
            flaky_share=pl.col("is_flaky").mean(),
            p50_seconds=_median(_successful()),
        )
        .join(before.group_by(_WORKFLOW).agg(p50_seconds_before=_median(_successful())), on=_WORKFLOW, how="left")
        .join(_streaks(on_main), on=_WORKFLOW, how="left")
        .join(_times_to_green(on_main, start), on=_WORKFLOW, how="left")
        .join(_waiting(recent, pull_requests, pull_request_commits), on=_WORKFLOW, how="left")
        .with_columns(
            slowdown_share=pl.when(pl.col("p50_seconds_before") > 0).then(
                pl.col("p50_seconds") / pl.col("p50_seconds_before") - 1
            ),
            failing_streak=pl.col("failing_streak").fill_null(0),
        )
        .with_columns(**troubles())
        .select(CiWorkflows.column_names())
        .sort(_WORKFLOW)
    )


def troubles() -> dict[str, pl.Expr]:
    """Whether a workflow is flaky, slow or broken, of its other columns."""
    added = pl.col("p50_seconds") - pl.col("p50_seconds_before")
    found = {
        "is_flaky": (pl.col("flaky_share") >= MIN_FLAKY_SHARE) & (pl.col("flaky_runs") >= MIN_FLAKY),
        # A quarter of a few seconds is more, but nobody waits for it.
        "is_slow": (pl.col("slowdown_share") >= MIN_SLOWDOWN)
        & (pl.col("runs") >= MIN_RUNS)
        & (added >= MIN_ADDED_SECONDS),
        "is_broken": pl.col("failing_streak") >= MIN_STREAK,
    }
    return {name: is_so.fill_null(value=False) for name, is_so in found.items()}


def _successful() -> pl.Expr:
    return pl.col("seconds").filter(~pl.col("has_failed"))


def _median(seconds: pl.Expr) -> pl.Expr:
    return pl.when(seconds.count() >= MEDIAN_NEEDS).then(seconds.median())


def _streaks(on_main: pl.LazyFrame) -> pl.LazyFrame:
    """How the last run of the default branch ended, and since when and how often in a row it has failed."""
    successes = (~pl.col("has_failed")).cast(pl.Int64).cum_sum().over(_WORKFLOW)
    since_success = on_main.with_columns(successes=successes).filter(
        pl.col("has_failed"), pl.col("successes") == pl.col("successes").max().over(_WORKFLOW)
    )
    last = on_main.group_by(_WORKFLOW, maintain_order=True).agg(pl.col("has_failed", "url").last())
    streaks = since_success.group_by(_WORKFLOW).agg(failing_since=pl.col("finished_at").min(), failing_streak=pl.len())
    return last.join(streaks, on=_WORKFLOW, how="left").select(
        *_WORKFLOW,
        "url",
        "failing_since",
        "failing_streak",
        last_conclusion=pl.when("has_failed").then(pl.lit("failure")).otherwise(pl.lit("success")),
    )


def _times_to_green(on_main: pl.LazyFrame, start: datetime) -> pl.LazyFrame:
    """Median time from the first failure of a streak to the success that ended it after `start`."""
    before = pl.col("has_failed").shift(1).over(_WORKFLOW).fill_null(value=False)
    broken_at = pl.when(pl.col("has_failed") & ~before).then("finished_at").forward_fill().over(_WORKFLOW)
    seconds = seconds_between(pl.col("broken_at"), pl.col("finished_at"))
    return (
        on_main.with_columns(broken_at=broken_at, is_end=before & ~pl.col("has_failed"))
        .filter("is_end", pl.col("finished_at") > start, seconds >= 0)
        .group_by(_WORKFLOW)
        .agg(time_to_green_p50_seconds=_median(seconds))
    )


def _waiting(recent: pl.LazyFrame, pull_requests: pl.LazyFrame, request_commits: pl.LazyFrame) -> pl.LazyFrame:
    """Mean minutes of runs per pull request: those on any commit that was ever its head, until it was closed."""
    requests = pull_requests.select("pr_id", "repo_id", "closed_at", "head_sha")
    commits = pl.concat(
        [
            request_commits.select("pr_id", "sha"),
            requests.select("pr_id", sha="head_sha").filter(pl.col("sha").is_not_null()),
        ]
    ).unique()
    is_open = pl.col("closed_at").is_null() | (pl.col("created_at") <= pl.col("closed_at"))
    return (
        recent.join(commits.join(requests, on="pr_id"), on=["repo_id", "sha"])
        .filter(is_open)
        .group_by(*_WORKFLOW, "pr_id")
        .agg(minutes=pl.col("all_seconds").sum() / 60)
        .group_by(_WORKFLOW)
        .agg(waiting_minutes_per_pr=pl.col("minutes").mean())
    )
