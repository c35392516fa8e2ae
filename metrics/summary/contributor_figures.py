"""New contributors, and how few people make half of the commits (CHAOSS)."""

from datetime import datetime

import polars as pl

from metrics.registry import Metric, pipeline
from metrics.summary.observations import PERIOD, SCOPE, Observations, in_periods, observe


@pipeline(Observations)
def contributor_figures(
    credit_scopes: pl.LazyFrame, calendar: pl.LazyFrame, *, as_of: datetime, zone: str, minimum_group: int
) -> pl.LazyFrame:
    """Observations of `new_contributors` and, for the last 90 days, `contributor_absence_factor`."""
    firsts = credit_scopes.group_by(*SCOPE, "person_id").agg(day=pl.col("day").min())
    newcomers = observe(
        calendar,
        in_periods(firsts, as_of=as_of, zone=zone),
        metric="new_contributors",
        unit="people",
        value=pl.len(),
        empty=0,
    )
    shares = (
        in_periods(credit_scopes, as_of=as_of, zone=zone)
        .filter(pl.col("period") == "rolling_90d")
        .group_by(*PERIOD, "person_id")
        .agg(contributions=pl.col("weight").sum().round(6))
    )
    absence = observe(
        calendar.filter(pl.col("period") == "rolling_90d"),
        shares,
        metric="contributor_absence_factor",
        unit="people",
        value=absence_factor(pl.col("contributions")),
        needed=minimum_group,
        too_few="group_too_small",
    )
    return pl.concat([newcomers, absence]).sort(Observations.primary_key())


def absence_factor(contributions: pl.Expr) -> pl.Expr:
    """The smallest number of contributors who together made at least half of the contributions."""
    largest_first = contributions.sort(descending=True)
    return (largest_first.cum_sum() < contributions.sum() / 2 - 1e-6).sum() + 1


METRICS = (
    Metric(
        name="new_contributors",
        title="New contributors",
        unit="people",
        direction="higher",
        responsibility="mentoring",
        definition="People whose first commit in the scope lies in the period.",
        table="contributors",
        inputs=("commits", "commit_parents", "commit_trailers", "people", "team_members"),
        exclusions="Programs.",
        pitfalls=(
            "A person under two names that were not merged counts twice. Where the history is only collected from a "
            "day on, everybody seems to be new on it."
        ),
        source="CHAOSS: New Contributors",
    ),
    Metric(
        name="contributor_absence_factor",
        title="Contributor absence factor",
        unit="people",
        direction="higher",
        responsibility="strategy",
        definition="The smallest number of people who together made half of the commits of the last 90 days.",
        table="contributors",
        inputs=("commits", "commit_parents", "commit_trailers", "people", "team_members"),
        exclusions="Programs; groups smaller than the configured minimum.",
        pitfalls="Commits, not knowledge: compare it with the truck factor.",
        source="CHAOSS: Contributor Absence Factor",
    ),
)
