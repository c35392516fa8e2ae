"""Everything that is computed: the literal lists that the engine, the reference and the dashboards read."""

from metrics.code.active_people import active_people
from metrics.code.change_coupling import change_coupling
from metrics.code.commit_credits import commit_credits
from metrics.code.file_places import file_places
from metrics.code.file_scopes import file_scopes
from metrics.code.file_teams import file_teams
from metrics.code.files import files
from metrics.code.folders import folders
from metrics.code.hotspots import hotspots
from metrics.code.leavers import leavers
from metrics.code.main_commits import main_commits
from metrics.code.ownership import ownership
from metrics.code.path_classes import path_classes
from metrics.code.revisions import revisions
from metrics.code.truck_factor import truck_factor
from metrics.registry import Metric, Pipeline, Rule

PIPELINES: tuple[Pipeline, ...] = (
    path_classes,
    main_commits,
    revisions,
    commit_credits,
    active_people,
    file_teams,
    file_places,
    file_scopes,
    ownership,
    truck_factor,
    change_coupling,
    files,
    hotspots,
    folders,
    leavers,
)
"""Every pipeline; several may feed one table."""

METRICS: tuple[Metric, ...] = ()
"""The metric catalogue."""

RULES: tuple[Rule, ...] = ()
"""The rules of `metrics.actions`."""
