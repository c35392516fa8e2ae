"""What the pipelines publish: the tables they feed, and the catalogues as tables."""

import hashlib
from dataclasses import asdict

import polars as pl

from metrics.catalogue import METRICS, PIPELINES, RULES
from metrics.summary.revisions import Catalogued
from warehouse.tables import Table
from warehouse.tables.meta import MetricCatalogue, RuleCatalogue


def published_tables() -> dict[str, type[Table]]:
    """Return the tables of schema `metrics`, by name."""
    return {pipeline.feeds: pipeline.schema for pipeline in PIPELINES if pipeline.is_published}


def catalogued() -> dict[str, Catalogued]:
    """Return a fingerprint of the definition of every metric, and the core tables that it is computed from."""
    return {
        metric.name: Catalogued(
            fingerprint(metric.definition, metric.exclusions, metric.unit), tuple(sorted(metric.inputs))
        )
        for metric in METRICS
    }


def fingerprint(*said: object) -> str:
    """Return a short text that is another one as soon as something said is another one."""
    return hashlib.sha256("\0".join(map(str, said)).encode()).hexdigest()[:12]


def catalogues() -> dict[str, pl.DataFrame]:
    """Return the catalogues of metrics and of rules as the tables of schema `meta` that hold them."""
    metrics = pl.DataFrame([asdict(metric) for metric in METRICS], schema=MetricCatalogue.column_names())
    rules = pl.DataFrame([vars(rule) for rule in RULES], schema=RuleCatalogue.column_names())
    return {
        "metric_catalogue": MetricCatalogue.cast(metrics).sort("name"),
        "rule_catalogue": RuleCatalogue.cast(rules).sort("name"),
    }
