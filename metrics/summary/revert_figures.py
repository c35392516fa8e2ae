"""Reverts by period, and how long what was reverted had lived."""

from datetime import datetime

import polars as pl

from metrics.registry import Metric, pipeline
from metrics.summary.observations import MEDIAN_NEEDS, SCOPE, Observations, in_periods, observe

COMMIT = ["repo_id", "sha"]


@pipeline(Observations)
def revert_figures(
    reverts: pl.LazyFrame, credit_scopes: pl.LazyFrame, calendar: pl.LazyFrame, *, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """Observations of `reverts` and `time_to_revert`."""
    commits = credit_scopes.select(*SCOPE, *COMMIT, "day").unique()
    items = in_periods(
        commits.join(reverts.select(*COMMIT, "until_reverted_seconds"), on=COMMIT), as_of=as_of, zone=zone
    )
    seconds = pl.col("until_reverted_seconds")
    figures = [
        observe(calendar, items, metric="reverts", unit="count", value=pl.len(), empty=0),
        observe(
            calendar,
            items,
            metric="time_to_revert",
            unit="seconds",
            value=seconds.median(),
            n=seconds.count(),
            coverage=seconds.count() / pl.len(),
            needed=MEDIAN_NEEDS,
        ),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


METRICS = (
    Metric(
        name="reverts",
        title="Reverts",
        unit="count",
        direction="lower",
        responsibility="execution",
        definition="Commits of the default branch whose message says, in git's sentence, which commit they revert.",
        table="reverts",
        inputs=("commits", "commit_parents", "commit_trailers", "people"),
        exclusions="Merges; reverts made by hand, without git's sentence; reverts by programs only.",
        pitfalls="A team that reverts quickly may be safer than one that never does.",
        source="git revert",
    ),
    Metric(
        name="time_to_revert",
        title="Time until reverted",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition="Median time from when a commit was applied to when its revert was; null for fewer than 5.",
        table="reverts",
        inputs=("commits", "commit_parents", "commit_trailers", "people"),
        exclusions="Reverted commits that are not in the repository; negative times.",
        pitfalls="Only reverts that happened: what is still to be reverted is not in it.",
        source="git revert",
    ),
)
