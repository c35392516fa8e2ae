"""Everything that is computed: the literal lists that the engine, the reference and the dashboards read."""

from metrics.code.active_people import active_people
from metrics.code.commit_credits import commit_credits
from metrics.code.main_commits import main_commits
from metrics.code.path_classes import path_classes
from metrics.code.revisions import revisions
from metrics.registry import Metric, Pipeline, Rule

PIPELINES: tuple[Pipeline, ...] = (path_classes, main_commits, revisions, commit_credits, active_people)
"""Every pipeline; several may feed one table."""

METRICS: tuple[Metric, ...] = ()
"""The metric catalogue."""

RULES: tuple[Rule, ...] = ()
"""The rules of `metrics.actions`."""
