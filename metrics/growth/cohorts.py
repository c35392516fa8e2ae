"""Newcomers by the quarter in which they came: medians, which are what a team can learn from.

Misread: the last cohorts are not done yet: of those who still have to merge their tenth pull request nobody knows how
long it will take, and the median is that of the quick ones. `reached_tenth` tells how many that are.

Waits and rounds are medians of pull requests, all first ones of a cohort together: who opened ten counts ten times.
"""

from datetime import datetime

import polars as pl

from metrics.allocation.enough_people import of_enough_people
from metrics.coordination.window import TOO_SMALL
from metrics.expressions import day
from metrics.growth.onboarding import MERGES, SETTLING, first_pull_requests, median
from metrics.nesting import with_teams_above
from metrics.registry import Metric, pipeline
from metrics.spans import first_reason
from metrics.summary.observations import MEDIAN_NEEDS, Observations, in_periods, percentile
from warehouse.tables import Table
from warehouse.tables import columns as col

_OF_PEOPLE = {
    **{f"{name}_merge_days_p50": f"{name}_merge_days" for name in MERGES},
    "reviewers_p50": "reviewers",
    "top_reviewer_share_p50": "top_reviewer_share",
    "first_review_days_p50": "first_review_days",
    "folders_90d_p50": "folders_90d",
}
"""Medians of what there is once of a person."""
_OF_PULL_REQUESTS = {
    "pickup_p50_seconds": "pickup_seconds",
    "pickup_working_p50_seconds": "pickup_working_seconds",
    "rounds_p50": "review_rounds",
}
"""Medians of what there is once of a pull request: a median of people's medians would be none."""
_REACHED = {
    **{f"reached_{name}": f"{name}_merge_days" for name in MERGES},
    "gave_review": "first_review_days",
    "settled": "folders_90d",
}
_COUNTS = {"answered": "pickup_seconds", "reviewed": "review_rounds"}
_GROUP = ["scope_kind", "scope", "cohort"]


class OnboardingCohorts(Table):
    """One row per quarter and scope in which somebody came.

    Medians are null for fewer than 5 people or pull requests, and where they are those of too few people to be told.
    """

    scope_kind = col.key("`all` or `team`")
    scope = col.key("`all`, or name of the team")
    cohort = col.key("Quarter of the first trace in the reporting zone: `2026-Q1`")
    people = col.number("Newcomers")
    reached_first = col.number("Of these, with a merged pull request so far")
    reached_third = col.number("… with three")
    reached_tenth = col.number("… with ten")
    gave_review = col.number("… with a review that they gave")
    settled = col.number("… with 90 days behind them and their folders known")
    pull_requests = col.number("Their first ten pull requests, of all of them together")
    answered = col.number("Of these, with an answer")
    reviewed = col.number("… with a review")
    first_merge_days_p50 = col.real("Median days to the first merge, of those who have it")
    third_merge_days_p50 = col.real("… to the third")
    tenth_merge_days_p50 = col.real("… to the tenth")
    pickup_p50_seconds = col.real("Median of how long their first ten pull requests waited for an answer")
    pickup_working_p50_seconds = col.real("… in working hours")
    team_pickup_p50_seconds = col.real("… those of others at the same time")
    team_pickup_working_p50_seconds = col.real("… in working hours")
    rounds_p50 = col.real("Median of the review rounds of their first ten pull requests")
    team_rounds_p50 = col.real("… of others at the same time")
    reviewers_p50 = col.real("Median number of people who reviewed the first ten")
    top_reviewer_share_p50 = col.real("Median share of these that one person reviewed")
    first_review_days_p50 = col.real("Median days to the first review that they gave, of those who did")
    folders_90d_p50 = col.real("Median number of folders that they changed in their first 90 days")
    reason = col.text("Why all figures are null: `group_too_small`; or medians of people: `too_few_people`")


@pipeline(OnboardingCohorts)
def onboarding_cohorts(
    onboarding: pl.LazyFrame, pull_request_flow: pl.LazyFrame, teams: pl.LazyFrame, *, minimum_group: int
) -> pl.LazyFrame:
    """Every cohort of the whole and of every team."""
    needed = max(MEDIAN_NEEDS, minimum_group)

    def of_people(column: str) -> pl.Expr:
        value = pl.col(column)
        return pl.when(value.count() >= needed).then(value.median())

    scoped = _scoped(onboarding, teams)
    met = _met(onboarding, scoped, pull_request_flow, minimum_group)
    n = pl.col("people")
    counts = ["pull_requests", *_COUNTS]
    hidden = [name for name in OnboardingCohorts.column_names() if name not in {*_GROUP, "reason"}]
    return (
        scoped.group_by(_GROUP)
        .agg(
            people=pl.len().cast(pl.Int64),
            **{name: pl.col(column).count().cast(pl.Int64) for name, column in _REACHED.items()},
            **{name: of_people(column) for name, column in _OF_PEOPLE.items()},
        )
        .join(met, on=_GROUP, how="left")
        .join(_of_others(met, scoped, _scoped(_facts(pull_request_flow), teams), minimum_group), on=_GROUP, how="left")
        .with_columns(
            pl.col(counts).fill_null(0),
            reason=first_reason({TOO_SMALL: n < minimum_group, "too_few_people": n < MEDIAN_NEEDS}),
        )
        .with_columns(pl.when(n >= minimum_group).then(pl.col(hidden)))
        .select(OnboardingCohorts.column_names())
        .sort(OnboardingCohorts.primary_key())
    )


def _facts(flow: pl.LazyFrame) -> pl.LazyFrame:
    facts = _OF_PULL_REQUESTS.values()
    return flow.filter("author_is_human").select("pr_id", "opened_at", "team", *facts, person_id="author_id")


def _medians(minimum_group: int, prefix: str = "") -> dict[str, pl.Expr]:
    """The medians of a group's pull requests, where they are those of enough people."""

    def of_enough(column: str) -> pl.Expr:
        people = pl.col("person_id").filter(pl.col(column).is_not_null()).n_unique()
        return pl.when(people >= minimum_group).then(median(pl.col(column)))

    return {f"{prefix}{name}": of_enough(column) for name, column in _OF_PULL_REQUESTS.items()}


def _met(
    onboarding: pl.LazyFrame, scoped: pl.LazyFrame, pull_request_flow: pl.LazyFrame, minimum_group: int
) -> pl.LazyFrame:
    """What the first ten pull requests of every cohort met with, and from when to when they were opened."""
    at = pl.col("opened_at")
    begun = first_pull_requests(onboarding, pull_request_flow).select(
        "opened_at",
        *_OF_PULL_REQUESTS.values(),
        person_id="author_id",
        ends=pl.min_horizontal(at.max().over("author_id"), at.min().over("author_id") + SETTLING),
    )
    return (
        scoped.select(*_GROUP, "person_id")
        .join(begun, on="person_id")
        .group_by(_GROUP)
        .agg(
            begins=at.min(),
            ends=pl.col("ends").max(),
            pull_requests=pl.len().cast(pl.Int64),
            **{name: pl.col(column).count().cast(pl.Int64) for name, column in _COUNTS.items()},
            **_medians(minimum_group),
        )
    )


def _of_others(met: pl.LazyFrame, scoped: pl.LazyFrame, facts: pl.LazyFrame, minimum_group: int) -> pl.LazyFrame:
    """What pull requests of the same scope by people of no such cohort met with in the same time."""
    at = pl.col("opened_at")
    return (
        met.select(*_GROUP, "begins", "ends")
        .join_where(
            facts.drop("team").rename({"scope_kind": "kind", "scope": "of"}),
            pl.col("scope") == pl.col("of"),
            pl.col("scope_kind") == pl.col("kind"),
            at >= pl.col("begins"),
            at <= pl.col("ends"),
        )
        .join(scoped.select(*_GROUP, "person_id"), on=[*_GROUP, "person_id"], how="anti")
        .group_by(_GROUP)
        .agg(**_medians(minimum_group, "team_"))
    )


@pipeline(Observations)
def onboarding_figures(
    onboarding: pl.LazyFrame,
    teams: pl.LazyFrame,
    pull_request_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    minimum_group: int,
) -> pl.LazyFrame:
    """Observations of how long newcomers took to a merge that they reached in the period."""
    calendar = pull_request_calendar.filter(pl.col("scope_kind").is_in(["all", "team"]))
    scoped = _scoped(onboarding, teams)
    figures = []
    for name in ("first", "tenth"):
        days = pl.col(f"{name}_merge_days")
        at = pl.col("first_activity_at") + pl.duration(microseconds=(days * 86_400e6).round(0))
        reached = scoped.filter(days.is_not_null()).with_columns(day=day(at, zone))
        items = in_periods(reached, as_of=as_of, zone=zone)
        found = percentile(calendar, items, f"days_to_{name}_merge", f"{name}_merge_days", unit="days")
        figures.append(of_enough_people(found, items, minimum_group))
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
            "the period; null for fewer than 5, and for fewer than `[privacy] minimum_group`."
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
            "the period; null for fewer than 5, and for fewer than `[privacy] minimum_group`."
        ),
        table="onboarding",
        inputs=_INPUTS,
        exclusions=_EXCLUDED,
        pitfalls="Those who never reach it are not in it: `onboarding_cohorts` tells how many do.",
        source="leadline, after the ramp-up time of other tools",
    ),
)
