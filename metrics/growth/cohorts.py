"""Newcomers by the quarter in which they came: medians, which are what a team can learn from.

Misread: the last cohorts are not done yet: of those who still have to merge their tenth pull request nobody knows how
long it will take, and the median is that of the quick ones. `reached` tells how many that are.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import TOO_SMALL
from metrics.expressions import day
from metrics.growth.onboarding import MERGES
from metrics.nesting import with_teams_above
from metrics.registry import Metric, pipeline
from metrics.spans import first_reason
from metrics.summary.observations import MEDIAN_NEEDS, Observations, in_periods, percentile
from warehouse.tables import Table
from warehouse.tables import columns as col

_MEDIANS = {
    **{f"{name}_merge_days_p50": f"{name}_merge_days" for name in MERGES},
    "pickup_p50_seconds": "pickup_p50_seconds",
    "team_pickup_p50_seconds": "team_pickup_p50_seconds",
    "rounds_p50": "rounds_p50",
    "team_rounds_p50": "team_rounds_p50",
    "reviewers_p50": "reviewers",
    "top_reviewer_share_p50": "top_reviewer_share",
    "first_review_days_p50": "first_review_days",
    "folders_90d_p50": "folders_90d",
}
_REACHED = {f"reached_{name}": f"{name}_merge_days" for name in MERGES}


class OnboardingCohorts(Table):
    """One row per quarter and scope in which somebody came; medians are null for fewer than 5 people."""

    scope_kind = col.key("`all` or `team`")
    scope = col.key("`all`, or name of the team")
    cohort = col.key("Quarter of the first trace: `2026-Q1`")
    people = col.number("Newcomers")
    reached_first = col.number("Of these, with a merged pull request so far")
    reached_third = col.number("… with three")
    reached_tenth = col.number("… with ten")
    first_merge_days_p50 = col.real("Median days to the first merge, of those who have it")
    third_merge_days_p50 = col.real("… to the third")
    tenth_merge_days_p50 = col.real("… to the tenth")
    pickup_p50_seconds = col.real("Median of how long their first ten pull requests waited for an answer")
    team_pickup_p50_seconds = col.real("… those of others at the same time")
    rounds_p50 = col.real("Median of the review rounds of their first ten pull requests")
    team_rounds_p50 = col.real("… of others at the same time")
    reviewers_p50 = col.real("Median number of people who reviewed the first ten")
    top_reviewer_share_p50 = col.real("Median share of these that one person reviewed")
    first_review_days_p50 = col.real("Median days to the first review that they gave, of those who did")
    folders_90d_p50 = col.real("Median number of folders that they changed in their first 90 days")
    reason = col.text("Why all figures are null: `group_too_small`; or medians: `too_few_people`")


@pipeline(OnboardingCohorts)
def onboarding_cohorts(onboarding: pl.LazyFrame, teams: pl.LazyFrame, *, minimum_group: int) -> pl.LazyFrame:
    """Every cohort of the whole and of every team."""

    def median(column: str) -> pl.Expr:
        value = pl.col(column)
        return pl.when(value.count() >= MEDIAN_NEEDS).then(value.median())

    figures = [*_REACHED, *_MEDIANS]
    n = pl.col("people")
    return (
        _scoped(onboarding, teams)
        .group_by("scope_kind", "scope", "cohort")
        .agg(
            people=pl.len().cast(pl.Int64),
            **{name: pl.col(column).count().cast(pl.Int64) for name, column in _REACHED.items()},
            **{name: median(column) for name, column in _MEDIANS.items()},
        )
        .with_columns(reason=first_reason({TOO_SMALL: n < minimum_group, "too_few_people": n < MEDIAN_NEEDS}))
        .with_columns(pl.when(n >= minimum_group).then(pl.col([*figures, "people"])))
        .select(OnboardingCohorts.column_names())
        .sort(OnboardingCohorts.primary_key())
    )


@pipeline(Observations)
def onboarding_figures(
    onboarding: pl.LazyFrame,
    teams: pl.LazyFrame,
    pull_request_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of how long newcomers took to a merge that they reached in the period."""
    calendar = pull_request_calendar.filter(pl.col("scope_kind").is_in(["all", "team"]))
    scoped = _scoped(onboarding, teams)
    figures = []
    for name in ("first", "tenth"):
        days = pl.col(f"{name}_merge_days")
        at = pl.col("first_activity_at") + pl.duration(seconds=days * 86_400)
        reached = scoped.filter(days.is_not_null()).with_columns(day=day(at, zone))
        items = in_periods(reached, as_of=as_of, zone=zone)
        figures.append(percentile(calendar, items, f"days_to_{name}_merge", f"{name}_merge_days", unit="days"))
    return pl.concat(figures).sort(Observations.primary_key())


def _scoped(onboarding: pl.LazyFrame, teams: pl.LazyFrame) -> pl.LazyFrame:
    """Newcomers under the whole and under their team and those above it."""
    of_teams = with_teams_above(onboarding.drop_nulls("team"), teams)
    return pl.concat(
        [
            onboarding.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all")),
            of_teams.with_columns(scope_kind=pl.lit("team"), scope=pl.col("team")),
        ]
    )


_INPUTS = ("commits", "pull_requests", "reviews", "comments", "people", "team_members")
_EXCLUDED = (
    "People whose first trace lies within 30 days of the first one in that repository: they may have been there before."
)

METRICS = (
    Metric(
        name="days_to_first_merge",
        title="Days to the first merge",
        unit="days",
        direction="lower",
        responsibility="mentoring",
        definition=(
            "Median days from a newcomer's first trace to their first merged pull request, of those who reached it in "
            "the period; null for fewer than 5."
        ),
        table="onboarding",
        inputs=_INPUTS,
        exclusions=_EXCLUDED,
        pitfalls="Where the first trace is the pull request itself, it is the time of one review. Typos are quick.",
        source="leadline",
    ),
    Metric(
        name="days_to_tenth_merge",
        title="Days to the tenth merge",
        unit="days",
        direction="lower",
        responsibility="mentoring",
        definition=(
            "Median days from a newcomer's first trace to their tenth merged pull request, of those who reached it in "
            "the period; null for fewer than 5."
        ),
        table="onboarding",
        inputs=_INPUTS,
        exclusions=_EXCLUDED,
        pitfalls="Those who never reach it are not in it: `onboarding_cohorts` tells how many do.",
        source="leadline, after the ramp-up time of other tools",
    ),
)
