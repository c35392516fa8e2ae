"""Whether tickets whose requirements changed during the work cost more than the others.

Misread: that the two go together does not say that one makes the other; large tickets do both more often.
"""

import polars as pl

from metrics.registry import pipeline
from metrics.summary.observations import MEDIAN_NEEDS
from warehouse.tables import Table
from warehouse.tables import columns as col


class RequirementRework(Table):
    """Two rows per project, over its finished tickets whose start is known: requirements changed, and not changed."""

    project = col.key("Project")
    requirements = col.key("`changed` or `unchanged`")
    n = col.number("Tickets finished")
    reopened_share = col.real("Of these, taken up again within 30 days after they were done")
    returned_share = col.real("Of these, put back before the start in between")
    cycle_p50_seconds = col.real("Median cycle time; null for fewer than 5")
    pull_requests = col.number("Merged pull requests that serve them")
    review_rounds_p50 = col.real("Median number of review rounds of these; null for fewer than 5")


@pipeline(RequirementRework)
def requirement_rework(
    ticket_flow: pl.LazyFrame,
    ticket_requirements: pl.LazyFrame,
    pull_request_tickets: pl.LazyFrame,
    pull_request_flow: pl.LazyFrame,
) -> pl.LazyFrame:
    """The comparison for every project."""
    changed = pl.when(pl.col("requirement_changes") > 0).then(pl.lit("changed")).otherwise(pl.lit("unchanged"))
    finished = (
        ticket_flow.filter(pl.col("cycle_seconds").is_not_null())
        .join(ticket_requirements.select("ticket_id", "requirement_changes"), on="ticket_id")
        .drop_nulls("project")
        .with_columns(requirements=changed)
    )
    key = ["project", "requirements"]
    cycle, rounds = pl.col("cycle_seconds"), pl.col("review_rounds")
    reviewed = (
        finished.select(*key, "ticket_id")
        .join(pull_request_tickets.select("ticket_id", "pr_id"), on="ticket_id")
        .join(pull_request_flow.filter(pl.col("state") == "merged").select("pr_id", "review_rounds"), on="pr_id")
        .unique([*key, "pr_id"])
        .group_by(key)
        .agg(pull_requests=pl.len(), review_rounds_p50=pl.when(rounds.count() >= MEDIAN_NEEDS).then(rounds.median()))
    )
    return (
        finished.group_by(key)
        .agg(
            n=pl.len(),
            reopened_share=pl.col("reopened").mean(),
            returned_share=pl.col("returned").mean(),
            cycle_p50_seconds=pl.when(cycle.count() >= MEDIAN_NEEDS).then(cycle.median()),
        )
        .join(reviewed, on=key, how="left")
        .with_columns(pl.col("pull_requests").fill_null(0))
        .select(RequirementRework.column_names())
        .sort(key)
    )
