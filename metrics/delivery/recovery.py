"""When a failed deployment was mended.

When the last of its incidents was resolved, or when the first rollback, hotfix or revert was deployed: whichever came
first. A ticket is often closed long after what it tells of was taken back.
"""

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col


class DeploymentRecoveries(Intermediate):
    """One row per failed deployment."""

    deployment_id = col.key("Deployment")
    recovered_at = col.instant("When it was mended; null while it is not")


@pipeline(DeploymentRecoveries)
def deployment_recoveries(deployment_failures: pl.LazyFrame) -> pl.LazyFrame:
    """Every failed deployment with its recovery."""
    by_incident = pl.col("cause") == "incident"
    at = pl.col("mended_at")
    return (
        deployment_failures.group_by("deployment_id")
        .agg(resolved_at=at.filter(by_incident).max(), replaced_at=at.filter(~by_incident).min())
        .select("deployment_id", recovered_at=pl.min_horizontal("resolved_at", "replaced_at"))
        .sort("deployment_id")
    )
