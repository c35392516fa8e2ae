"""What reached users and what went wrong: CI runs, releases, deployments, incidents."""

from warehouse.tables import columns as col
from warehouse.tables.base import SourceTable


class Deployments(SourceTable):
    """Deployments that a platform or pipeline reported."""

    deployment_id = col.key("`<source>:<native id>`")
    repo_id = col.text("Repository")
    environment = col.text("Environment")
    is_production = col.flag("Whether the environment is production")
    sha = col.text("Commit that was deployed")
    ref = col.git_ref("Branch or tag that was deployed")
    status = col.text("Outcome")
    started_at = col.instant("Start")
    finished_at = col.instant("First success, or the end")
    rung = col.text("How it was found: `deployment`, `ci_run`, `release`, `tag` or `merge`")
    url = col.text("Web address")


class DeploymentStatuses(SourceTable):
    """What a platform says happened to a deployment, in order."""

    status_id = col.key("`<source>:<native id>`")
    deployment_id = col.text("Deployment")
    status = col.text("`queued`, `pending`, `waiting`, `in_progress`, `success`, `failure`, `error`, `inactive`, …")
    created_at = col.instant("When")


class CiRuns(SourceTable):
    """Runs of CI workflows and pipelines, one row per attempt."""

    run_id = col.key("`<source>:<native id>/<attempt>`")
    repo_id = col.text("Repository")
    name = col.text("Workflow or pipeline")
    event = col.text("What started it")
    branch = col.git_ref("Branch")
    sha = col.text("Commit")
    status = col.text("State of the run")
    conclusion = col.text("Outcome")
    attempt = col.number("Number of the attempt, from 1")
    parent_run_id = col.text("The run of the pipeline that a job belongs to; null for a run of a workflow or pipeline")
    actor_id = col.person("Who started it")
    created_at = col.instant("When it was created")
    started_at = col.instant("When it started")
    finished_at = col.instant("When it finished")
    url = col.text("Web address")


class Releases(SourceTable):
    """Releases published on a platform."""

    release_id = col.key("`<source>:<native id>`")
    repo_id = col.text("Repository")
    tag = col.text("Tag")
    name = col.text("Name")
    is_prerelease = col.flag("Whether it is a pre-release")
    created_at = col.instant("When it was created")
    published_at = col.instant("When it was published")
    author_id = col.person("Who published it")
    url = col.text("Web address")


class Incidents(SourceTable):
    """Incidents that a pipeline or pager reported; with those that tickets tell of in `metrics.incidents`."""

    incident_id = col.key("`<source>:<native id>`")
    repo_id = col.text("Repository or service it hit")
    ticket_id = col.text("Ticket that stands for it")
    severity = col.text("Severity")
    title = col.text("What happened, in a line")
    url = col.text("Web address")
    opened_at = col.instant("When it began")
    resolved_at = col.instant("When it was resolved")
