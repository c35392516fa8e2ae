"""Everything that is computed: the literal lists that the engine, the reference and the dashboards read."""

from metrics.actions import (
    actions,
    code_without_owner,
    file_at_risk,
    hidden_coupling,
    hotspot_heating,
    key_person,
    release_overdue,
)
from metrics.code import (
    active_people,
    change_coupling,
    commit_credits,
    file_places,
    file_scopes,
    file_teams,
    files,
    folders,
    hotspots,
    leavers,
    main_commits,
    ownership,
    path_classes,
    revisions,
    truck_factor,
)
from metrics.delivery import (
    changes,
    deployments,
    production,
    ranges,
)
from metrics.history import activity, contributors, releases, reverts
from metrics.registry import Metric, Pipeline, Rule
from metrics.summary import (
    activity_figures,
    calendar,
    contributor_figures,
    credit_scopes,
    deployment_figures,
    knowledge_figures,
    revert_figures,
)

RULES: tuple[Rule, ...] = (
    file_at_risk.RULE,
    code_without_owner.RULE,
    hotspot_heating.RULE,
    hidden_coupling.RULE,
    key_person.RULE,
    release_overdue.RULE,
)
"""The rules of `metrics.actions`."""

PIPELINES: tuple[Pipeline, ...] = (
    path_classes.path_classes,
    main_commits.main_commits,
    revisions.revisions,
    commit_credits.commit_credits,
    active_people.active_people,
    file_teams.file_teams,
    file_places.file_places,
    file_scopes.file_scopes,
    ownership.ownership,
    files.files,
    folders.folders,
    truck_factor.truck_factor,
    change_coupling.change_coupling,
    hotspots.hotspots,
    leavers.leavers,
    activity.activity,
    activity.churn,
    contributors.contributors,
    reverts.reverts,
    releases.release_gaps,
    releases.release_rhythm,
    production.production_deployments,
    ranges.deployment_commits,
    changes.deployment_changes,
    changes.change_lead_times,
    changes.direct_commit_changes,
    changes.waiting_changes,
    deployments.deployments,
    credit_scopes.credit_scopes,
    calendar.calendar,
    activity_figures.activity_figures,
    contributor_figures.contributor_figures,
    revert_figures.revert_figures,
    deployment_figures.deployment_figures,
    knowledge_figures.knowledge_figures,
    *(rule.propose for rule in RULES),
    actions.actions,
)
"""Every pipeline; several may feed one table."""

METRICS: tuple[Metric, ...] = (
    *files.METRICS,
    *ownership.METRICS,
    *truck_factor.METRICS,
    *change_coupling.METRICS,
    *hotspots.METRICS,
    *leavers.METRICS,
    *activity_figures.METRICS,
    *contributor_figures.METRICS,
    *revert_figures.METRICS,
    *deployment_figures.METRICS,
    *releases.METRICS,
)
"""The metric catalogue."""
