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
from metrics.history.activity import activity, churn
from metrics.history.contributors import contributors
from metrics.history.releases import deployments_by_tag, release_gaps, release_rhythm
from metrics.history.reverts import reverts
from metrics.registry import Metric, Pipeline, Rule
from metrics.summary.activity_figures import activity_figures
from metrics.summary.calendar import calendar
from metrics.summary.contributor_figures import contributor_figures
from metrics.summary.credit_scopes import credit_scopes
from metrics.summary.deployment_figures import deployment_figures
from metrics.summary.knowledge_figures import knowledge_figures
from metrics.summary.revert_figures import revert_figures

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
    activity,
    churn,
    contributors,
    reverts,
    release_gaps,
    release_rhythm,
    deployments_by_tag,
    credit_scopes,
    calendar,
    activity_figures,
    contributor_figures,
    revert_figures,
    deployment_figures,
    knowledge_figures,
)
"""Every pipeline; several may feed one table."""

METRICS: tuple[Metric, ...] = ()
"""The metric catalogue."""

RULES: tuple[Rule, ...] = ()
"""The rules of `metrics.actions`."""
