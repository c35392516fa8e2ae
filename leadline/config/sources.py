"""Where data comes from: one model for each kind of source."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Protocol, Self, TypeVar

from pydantic import Field, model_validator

from leadline.config.types import (
    BaseUrl,
    Count,
    FilePath,
    Flag,
    GitRepository,
    OwnedRepository,
    Section,
    Some,
    SourceName,
    Text,
    Unique,
    Variable,
)


class _OneToken(Protocol):
    @property
    def token_env(self) -> str | None: ...
    @property
    def token_file(self) -> str | None: ...


OneToken = TypeVar("OneToken", bound=_OneToken)


def _needs_one_token(source: OneToken) -> OneToken:
    if (source.token_env is None) == (source.token_file is None):
        raise ValueError("expected exactly one of token_env and token_file")
    return source


class Stages(Section):
    """Which statuses begin and end the work on a ticket."""

    start: tuple[Text, ...] | None = Field(default=None, examples=[["In Progress"]])
    """Work begins when a ticket enters one of them; default: every status of category "in progress"."""
    done: tuple[Text, ...] | None = Field(default=None, examples=[["Done"]])
    """Work ends when a ticket enters one of them; default: every status of category "done"."""


class Flow(Stages):
    """What the statuses of the tickets mean."""

    waiting: tuple[Text, ...] | None = Field(default=None, examples=[["In Review", "Ready for Test"]])
    """Nobody works on a ticket in one of them; default: names with blocked, waiting, review, ready, on hold."""
    blocked: tuple[Text, ...] | None = Field(default=None, examples=[["Blocked"]])
    """A ticket in one of them cannot go on; default: names with blocked, impeded, on hold."""
    reset_on_backlog: Flag = True
    """Whether the work on a ticket that is put back before the start begins anew."""
    types: Mapping[Text, Stages] = Field(default={}, examples=[{"Bug": {"start": ["In Progress"]}}])
    """Other beginnings and ends for the tickets of a type."""


class GitSource(Section):
    """Plain git repositories: no token needed."""

    kind: Literal["git"]
    """Kind of source."""
    name: SourceName = Field(examples=["local"])
    """Name of the source; ids begin with it, so it should never change."""
    repositories: Annotated[tuple[GitRepository, ...], Some, Unique] = Field(
        examples=[["/srv/git/app.git", "https://example.org/lib.git"]]
    )
    """Paths (relative to the configuration file) and URLs (file, http, https, ssh)."""


class GitHubSource(Section):
    """GitHub, or GitHub Enterprise: pull requests, issues, CI runs, releases, deployments."""

    kind: Literal["github"]
    """Kind of source."""
    name: SourceName = Field(examples=["github"])
    """Name of the source; ids begin with it, so it should never change."""
    token_env: Variable | None = Field(default=None, examples=["GITHUB_TOKEN"])
    """Environment variable that holds the token, or several of them; or give token_file, or app_id and the key."""
    token_file: FilePath | None = Field(default=None, examples=["/run/secrets/github-token"])
    """File that holds the token, or several of them."""
    app_id: Annotated[int | str, Field(union_mode="left_to_right")] | None = Field(default=None, examples=[123456])
    """Id of a GitHub App."""
    private_key_file: FilePath | None = Field(default=None, examples=["/run/secrets/github-app.pem"])
    """File that holds the private key of the GitHub App."""
    base_url: BaseUrl = "https://api.github.com"
    """Address of the API; `https://HOST/api/v3` for GitHub Enterprise."""
    repositories: Annotated[tuple[OwnedRepository, ...], Some, Unique] = Field(examples=[["acme/app", "acme/*"]])
    """Repositories as `owner/name`; a glob such as `acme/*` is expanded."""
    archived: Flag = True
    """Whether a glob includes archived repositories."""
    forks: Flag = False
    """Whether a glob includes forks."""
    since: date | None = Field(default=None, examples=[date(2025, 1, 1)])
    """Leave out what was last changed before this day."""
    git: Flag = True
    """Whether to clone the repositories and read their history too."""
    wait_minutes: Count = 1
    """How long a run waits at most for the rate limit to be renewed; else it saves, ends, and the next one goes on."""
    flow: Flow = Flow()
    """What the statuses of its issues mean."""

    @model_validator(mode="after")
    def _has_credentials(self) -> Self:
        if (self.app_id is None) != (self.private_key_file is None):
            raise ValueError("app_id and private_key_file belong together")
        if sum(way is not None for way in (self.token_env, self.token_file, self.app_id)) != 1:
            raise ValueError("expected exactly one of token_env, token_file, or app_id with private_key_file")
        return self


class GitLabSource(Section):
    """GitLab: merge requests, issues, pipelines, releases, deployments."""

    kind: Literal["gitlab"]
    """Kind of source."""
    name: SourceName = Field(examples=["gitlab"])
    """Name of the source; ids begin with it, so it should never change."""
    base_url: BaseUrl = "https://gitlab.com"
    """Address of the GitLab instance."""
    token_env: Variable | None = Field(default=None, examples=["GITLAB_TOKEN"])
    """Environment variable that holds the token; or give token_file."""
    token_file: FilePath | None = Field(default=None, examples=["/run/secrets/gitlab-token"])
    """File that holds the token."""
    projects: Annotated[tuple[OwnedRepository, ...], Some, Unique] = Field(examples=[["group/app", "group/*"]])
    """Projects with their group; a glob such as `group/*` is expanded, subgroups included."""
    archived: Flag = True
    """Whether a glob includes archived projects."""
    forks: Flag = False
    """Whether a glob includes forks."""
    since: date | None = Field(default=None, examples=[date(2025, 1, 1)])
    """Leave out what was last changed before this day."""
    git: Flag = True
    """Whether to clone the repositories and read their history too."""
    wait_minutes: Count = 1
    """How long a run waits at most for the rate limit to be renewed; else it saves, ends, and the next one goes on."""
    flow: Flow = Flow()
    """What the statuses of its issues mean."""

    @model_validator(mode="after")
    def _has_credentials(self) -> Self:
        return _needs_one_token(self)


class JiraFields(Section):
    """Custom fields of a Jira that are not found by their type or English name: each by its name, or its id."""

    story_points: Text | None = Field(default=None, examples=["Größe"])
    """Field with the story points; default: the one called Story Points or Story point estimate."""
    acceptance_criteria: Text | None = Field(default=None, examples=["Definition of Done"])
    """Field with the acceptance criteria; default: the one called so."""
    flagged: Text | None = Field(default=None, examples=["Blockiert"])
    """Field with the flag of what cannot go on; default: the one called Flagged or Impediment."""
    epic: Text | None = Field(default=None, examples=["customfield_10014"])
    """Field with the epic, where it is not the parent; default: the one of type epic link."""
    sprint: Text | None = Field(default=None, examples=["customfield_10020"])
    """Field with the sprints; default: the one of type sprint."""


class JiraSource(Section):
    """Jira Cloud or Data Center: tickets, their history, sprints."""

    kind: Literal["jira"]
    """Kind of source."""
    name: SourceName = Field(examples=["jira"])
    """Name of the source; ids begin with it, so it should never change."""
    base_url: BaseUrl = Field(examples=["https://acme.atlassian.net"])
    """Address of the Jira instance."""
    user_env: Variable | None = Field(default=None, examples=["JIRA_USER"])
    """Environment variable that holds the e-mail of the account (Cloud), or its name where the token is its password;
    leave out for a personal access token of Data Center."""
    token_env: Variable | None = Field(default=None, examples=["JIRA_TOKEN"])
    """Environment variable that holds the token; or give token_file."""
    token_file: FilePath | None = Field(default=None, examples=["/run/secrets/jira-token"])
    """File that holds the token."""
    projects: Annotated[tuple[Text, ...], Some, Unique] | None = Field(default=None, examples=[["APP", "OPS"]])
    """Keys of the projects; or give jql."""
    jql: Text | None = Field(default=None, examples=["project = APP AND created >= -52w"])
    """Which tickets to collect, as a JQL query."""
    since: date | None = Field(default=None, examples=[date(2025, 1, 1)])
    """Leave out what was last changed before this day."""
    fields: JiraFields = JiraFields()
    """Custom fields that cannot be found by themselves."""
    wait_minutes: Count = 1
    """How long a run waits at most where Jira wants to be left alone; else it saves, ends, and the next one goes on."""
    flow: Flow = Flow()
    """What the statuses of its tickets mean."""

    @model_validator(mode="after")
    def _has_credentials(self) -> Self:
        if (self.projects is None) == (self.jql is None):
            raise ValueError("expected exactly one of projects and jql")
        return _needs_one_token(self)


Source = Annotated[GitSource | GitHubSource | GitLabSource | JiraSource, Field(discriminator="kind")]
"""A source of data, told apart by `kind`."""
