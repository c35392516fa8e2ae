"""What the pipelines publish: the tables they feed, and the catalogues as tables."""

from dataclasses import asdict

import polars as pl

from metrics.catalogue import METRICS, PIPELINES, RULES
from warehouse.tables import Table
from warehouse.tables.meta import MetricCatalogue, RuleCatalogue


def published_tables() -> dict[str, type[Table]]:
    """Return the tables of schema `metrics`, by name."""
    return {pipeline.feeds: pipeline.schema for pipeline in PIPELINES if pipeline.is_published}


def catalogues() -> dict[str, pl.DataFrame]:
    """Return the catalogues of metrics and of rules as the tables of schema `meta` that hold them."""
    metrics = pl.DataFrame([asdict(metric) for metric in METRICS], schema=MetricCatalogue.column_names())
    rules = pl.DataFrame([vars(rule) for rule in RULES], schema=RuleCatalogue.column_names())
    return {
        "metric_catalogue": MetricCatalogue.cast(metrics).sort("name"),
        "rule_catalogue": RuleCatalogue.cast(rules).sort("name"),
    }
