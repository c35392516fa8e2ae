"""Deliveries at an instant: what had begun by then, as far as it had come."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from metrics.past.cut import taken_back, until


def known(tables: Mapping[str, pl.LazyFrame], as_of: datetime) -> dict[str, pl.LazyFrame]:
    """The tables about deployments, runs, releases and incidents."""
    begun = pl.coalesce("started_at", "finished_at")
    is_running = (pl.col("finished_at") > as_of).fill_null(value=False)
    running = pl.when(is_running).then(pl.lit("in_progress")).otherwise("status").alias("status")
    opened = pl.coalesce("opened_at", "resolved_at")
    return {
        "deployments": tables["deployments"]
        .filter((begun <= as_of) | begun.is_null())
        .with_columns(running)
        .with_columns(taken_back("finished_at", as_of)),
        "deployment_statuses": until(tables["deployment_statuses"], "created_at", as_of),
        "ci_runs": until(tables["ci_runs"], "created_at", as_of)
        .with_columns(running, conclusion=pl.when(~is_running).then("conclusion"))
        .with_columns(taken_back(at, as_of) for at in ("started_at", "finished_at")),
        "releases": tables["releases"].filter(
            pl.coalesce("published_at", "created_at").is_null() | (pl.coalesce("published_at", "created_at") <= as_of)
        ),
        "incidents": tables["incidents"]
        .filter((opened <= as_of) | opened.is_null())
        .with_columns(taken_back("resolved_at", as_of)),
    }
