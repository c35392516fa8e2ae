"""Everything that is computed: the literal lists that the engine, the reference and the dashboards read."""

from metrics.code.path_classes import path_classes
from metrics.registry import Metric, Pipeline, Rule

PIPELINES: tuple[Pipeline, ...] = (path_classes,)
"""Every pipeline; several may feed one table."""

METRICS: tuple[Metric, ...] = ()
"""The metric catalogue."""

RULES: tuple[Rule, ...] = ()
"""The rules of `metrics.actions`."""
