"""What the pipelines publish: the tables they feed, and the metric catalogue as a table."""

from dataclasses import asdict

import polars as pl

from metrics.catalogue import METRICS, PIPELINES
from warehouse.tables import Table
from warehouse.tables.meta import MetricCatalogue


def published_tables() -> dict[str, type[Table]]:
    """Return the tables of schema `metrics`, by name."""
    return {pipeline.feeds: pipeline.schema for pipeline in PIPELINES if pipeline.is_published}


def metric_rows() -> pl.DataFrame:
    """Return the metric catalogue in the columns of `meta.metric_catalogue`."""
    rows = [asdict(metric) for metric in METRICS]
    return MetricCatalogue.cast(pl.DataFrame(rows, schema=MetricCatalogue.column_names())).sort("name")
