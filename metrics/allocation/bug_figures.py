"""Bugs that come in, go out and stay, and incidents for each deployment.

A bug is a ticket that the rule `bug` of `[investment]` takes: what an earlier rule takes is none.

Misread: more bugs reported can mean more users, or better ears. A bug that is called a story is none here.
"""

from datetime import datetime

import polars as pl

from metrics.allocation.categories import BUG
from metrics.delivery.scopes import in_scopes
from metrics.expressions import day, now, seconds_between
from metrics.pull_requests.scoped import dated
from metrics.registry import Metric, pipeline
from metrics.summary.observations import (
    MEDIAN_NEEDS,
    PERIOD,
    Observations,
    in_periods,
    observe,
    rolling_start,
)


@pipeline(Observations)
def bug_figures(
    tickets: pl.LazyFrame,
    ticket_categories: pl.LazyFrame,
    ticket_spans: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of bugs reported and finished, and of those that are open now; none where no bug was ever seen."""
    bugs = (
        tickets.filter(pl.col("created_at") <= as_of)
        .select("ticket_id", "created_at")
        .join(ticket_categories.filter(pl.col("category") == BUG), on="ticket_id", how="semi")
        .join(ticket_spans.select("ticket_id", "state", "done_at"), on="ticket_id")
        .with_columns(age_seconds=seconds_between(pl.col("created_at"), now(as_of)))
    )
    seen = ticket_scopes.join(bugs, on="ticket_id", how="semi").select("scope_kind", "scope").unique()
    calendar = ticket_calendar.join(seen, on=["scope_kind", "scope"], how="semi")
    rolling = calendar.filter(pl.col("period") == "rolling_90d")
    is_open = bugs.filter(pl.col("state") != "done")
    standing = ticket_scopes.join(is_open, on="ticket_id").with_columns(
        period=pl.lit("rolling_90d"), period_start=rolling_start(as_of, zone)
    )

    def counted(at: str, metric: str) -> pl.LazyFrame:
        items = dated(bugs, ticket_scopes, at, as_of=as_of, zone=zone, key="ticket_id")
        return observe(calendar, items, metric=metric, unit="count", value=pl.len(), empty=0)

    age = pl.col("age_seconds")
    figures = [
        counted("created_at", "bugs_reported"),
        counted("done_at", "bugs_finished"),
        observe(rolling, standing, metric="open_bugs", unit="count", value=pl.len(), empty=0),
        observe(
            rolling,
            standing,
            metric="bug_age",
            unit="seconds",
            value=age.median(),
            n=age.count(),
            needed=MEDIAN_NEEDS,
        ),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


@pipeline(Observations)
def incident_rate_figures(
    incidents: pl.LazyFrame,
    production_deployments: pl.LazyFrame,
    delivery_scopes: pl.LazyFrame,
    delivery_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of incidents that began, for each deployment that finished, in the period."""
    began = incidents.select("repo_id", is_incident=pl.lit(value=True), day=day(pl.col("opened_at"), zone))
    deployed = production_deployments.select(
        "repo_id", is_incident=pl.lit(value=False), day=day(pl.col("finished_at"), zone)
    )
    items = in_periods(
        in_scopes(pl.concat([began, deployed]).drop_nulls("day"), delivery_scopes), as_of=as_of, zone=zone
    )
    deployments = (~pl.col("is_incident")).sum()
    # A company that never wrote an incident down has none that is known, not none.
    known = incidents.select(is_told=pl.len() > 0)
    calendar = delivery_calendar.join(known, how="cross").filter("is_told").drop("is_told")
    return observe(
        calendar,
        items,
        metric="incidents_per_deployment",
        unit="ratio",
        value=pl.when(deployments > 0).then(pl.col("is_incident").sum() / deployments),
        n=deployments,
        too_few="no_deployments",
    ).sort("metric", *PERIOD)


_INPUTS = ("tickets", "ticket_status_intervals", "team_scopes", "team_members")

METRICS = (
    Metric(
        name="bugs_reported",
        title="Bugs reported",
        unit="count",
        direction="lower",
        responsibility="problem_solving",
        definition="Bugs created in the period.",
        table="ticket_categories",
        inputs=_INPUTS,
        exclusions="Scopes in which no bug was ever seen.",
        pitfalls="More users, or better ears, report more.",
        source="leadline",
    ),
    Metric(
        name="bugs_finished",
        title="Bugs finished",
        unit="count",
        direction="neutral",
        responsibility="problem_solving",
        definition="Bugs whose work ended in the period, fixed or not.",
        table="ticket_categories",
        inputs=_INPUTS,
        exclusions="Bugs that were taken up again since: they are finished when they end for good.",
        pitfalls="Closing what nobody will fix counts as well; see how the age of open bugs moves.",
        source="leadline",
    ),
    Metric(
        name="open_bugs",
        title="Open bugs",
        unit="count",
        direction="lower",
        responsibility="problem_solving",
        definition="Bugs that are not finished now.",
        table="ticket_categories",
        inputs=_INPUTS,
        exclusions="Scopes in which no bug was ever seen.",
        pitfalls="A tracker that nobody tidies keeps all that were ever reported.",
        source="leadline",
    ),
    Metric(
        name="bug_age",
        title="Age of open bugs",
        unit="seconds",
        direction="lower",
        responsibility="problem_solving",
        definition="Median time since open bugs were created; null for fewer than 5.",
        table="ticket_categories",
        inputs=_INPUTS,
        exclusions="Bugs that are finished.",
        pitfalls="It falls when many new ones come in.",
        source="leadline",
    ),
    Metric(
        name="incidents_per_deployment",
        title="Incidents per deployment",
        unit="ratio",
        direction="lower",
        responsibility="problem_solving",
        definition="Incidents that began in the period / deployments to production that finished in it.",
        table="incidents",
        inputs=("incidents", "tickets", "deployments", "ci_runs", "releases", "tags", "repositories"),
        exclusions="Periods without a deployment; everything where no incident was ever written down.",
        pitfalls="Says nothing about which deployment caused which incident; `change_fail_rate` does.",
        source="leadline",
    ),
)
