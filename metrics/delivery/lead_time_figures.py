"""How long changes take to production, by period."""

from datetime import datetime

import polars as pl

from metrics.delivery.figure_inputs import CHANGES, RUNG
from metrics.delivery.scopes import in_scopes
from metrics.expressions import day
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, in_periods, percentile


@pipeline(Observations)
def lead_time_figures(
    change_lead_times: pl.LazyFrame,
    delivery_scopes: pl.LazyFrame,
    service_repositories: pl.LazyFrame,
    pull_request_scopes: pl.LazyFrame,
    delivery_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of how long changes take to production; a change counts when it was deployed."""
    deployed = change_lead_times.filter(pl.col("deployed_at").is_not_null()).select(
        "pr_id", "repo_id", "lead_seconds", "production_seconds", day=day(pl.col("deployed_at"), zone)
    )
    whole = service_repositories.filter("is_whole").select("repo_id", scope="service")
    of_parts = (
        deployed.join(pull_request_scopes.filter(pl.col("scope_kind") == "service"), on="pr_id")
        # Of a repository that belongs to it as a whole they are there already.
        .join(whole, on=["repo_id", "scope"], how="anti")
    )
    scoped = in_scopes(deployed, delivery_scopes)
    columns = scoped.collect_schema().names()
    items = in_periods(pl.concat([scoped, of_parts.select(columns)]), as_of=as_of, zone=zone)
    figures = [
        percentile(delivery_calendar, items, "change_lead_time", "lead_seconds"),
        percentile(delivery_calendar, items, "change_lead_time_p85", "lead_seconds", p85=True),
        percentile(delivery_calendar, items, "merge_to_production", "production_seconds"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


METRICS = (
    Metric(
        name="change_lead_time",
        title="Change lead time",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Time from the first commit of a pull request written to the first production deployment that contains "
            "its merge, median; null for fewer than 5."
        ),
        table="change_lead_times",
        inputs=CHANGES,
        exclusions=(
            "What is not deployed; what the first deployment of an environment held; merges that are not in the "
            "repository; pushes without a pull request (see `direct_commit_changes`)."
        ),
        pitfalls=(
            f"{RUNG} Where merges are the deployments, lead time ends with the merge and says nothing of what comes "
            "after. Squashed and rebased commits can carry the date of a rewrite."
        ),
        source="DORA 2024",
    ),
    Metric(
        name="change_lead_time_p85",
        title="Change lead time, 85 %",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition="The change lead time that 85 % of deployed pull requests did not exceed; null for fewer than 10.",
        table="change_lead_times",
        inputs=CHANGES,
        exclusions="As for the change lead time.",
        pitfalls=f"{RUNG} A few branches that lay long decide it; look at the ones behind it.",
        source="DORA 2024",
    ),
    Metric(
        name="merge_to_production",
        title="Merged to production",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Time from the merge of a pull request to the first production deployment that contains it, median; null "
            "for fewer than 5."
        ),
        table="change_lead_times",
        inputs=CHANGES,
        exclusions="As for the change lead time.",
        pitfalls=f"{RUNG} 0 where merges are the deployments. What still waits is in `waiting_changes`, not here.",
        source="Part of DORA's change lead time",
    ),
)
