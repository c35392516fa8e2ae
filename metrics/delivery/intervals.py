"""Between which bounds a share may truly lie: a rate of 1 in 3 deployments says little.

Wilson's interval of 95 %: it stays between 0 and 1 and is right for few items, where the usual one is not.

Misread: it tells how uncertain a share of few items is, not whether the items are typical.
"""

import polars as pl

from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

RATIOS = (
    "change_fail_rate",
    "deployment_rework_rate",
    "ci_failure_share",
    "ci_flaky_share",
    "merged_without_review",
    "reviewed_by_ai_only",
    "abandoned_rate",
    "ticket_reopened_rate",
    "ticket_returned_rate",
    "ticket_sle_kept",
    "unready_starts",
    "changed_requirements",
    "planning_accuracy",
    "unplanned_share",
    "carried_over_share",
    "untracked_work",
    "after_hours",
)
"""Metrics whose value is a share of the `n` items of the period."""

_Z = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


class RatioIntervals(Table):
    """One row per observation of a share that has a value."""

    metric = col.key("Name of the metric in the catalogue")
    scope_kind = col.key("`all`, `team`, `project` or `repository`")
    scope = col.key("Name of the team or project, id of the repository, `all`")
    period = col.key("`week`, `month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    low = col.real("Lower bound of Wilson's 95 % interval")
    high = col.real("Upper bound")


@pipeline(RatioIntervals)
def ratio_intervals(observations: pl.LazyFrame) -> pl.LazyFrame:
    """The interval of every share."""
    share, n = pl.col("value"), pl.col("n")
    low, high = wilson(share, n)
    return (
        observations.filter(pl.col("metric").is_in(RATIOS), share.is_not_null(), n > 0)
        .with_columns(low=low, high=high)
        .select(RatioIntervals.column_names())
        .sort(RatioIntervals.primary_key())
    )


def wilson(share: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The bounds of a share of n items."""
    scale = 1 + _Z**2 / n
    centre = (share + _Z**2 / (2 * n)) / scale
    half = _Z / scale * (share * (1 - share) / n + _Z**2 / (4 * n * n)).sqrt()
    # Where none or all are, the bound is exact; floating point would miss it by a hair.
    low = pl.when(share > 0).then((centre - half).clip(0, 1)).otherwise(0.0)
    high = pl.when(share < 1).then((centre + half).clip(0, 1)).otherwise(1.0)
    return low, high
