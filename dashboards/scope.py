"""What a page looks at: a repository, service, team, period. The choice lives in the URL and holds on every page."""

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

from dashboards import data
from warehouse.ddl import literal

PERIODS = MappingProxyType({"3 months": 13, "1 year": 52, "3 years": 156, "All time": None})
"""Weeks that trends show, by label."""

DEFAULT_PERIOD = "1 year"

REPOSITORIES = "SELECT repo_id, name FROM repositories ORDER BY lower(name), repo_id"
_KEPT = "chosen scope"

SERVICES = "SELECT DISTINCT service FROM metrics.service_repositories ORDER BY lower(service)"

_OF_SERVICE = "{column} IN (SELECT s.repo_id FROM metrics.service_repositories AS s WHERE s.service = {service})"
TEAMS = "SELECT team FROM teams ORDER BY lower(team)"


@dataclass(frozen=True)
class Scope:
    """A repository, a service and a team (None: all of them), and the weeks that trends show (None: all).

    Pages about tickets look at a project instead of a repository. Figures are those of the service; lists have what is
    in its repositories.
    """

    repository: str | None = None
    team: str | None = None
    weeks: int | None = PERIODS[DEFAULT_PERIOD]
    project: str | None = None
    service: str | None = None

    def where(
        self, *conditions: str, repository: str | None = "repo_id", team: str | None = "team", project: str = "project"
    ) -> str:
        """A WHERE clause with the filters on the named columns and further conditions; empty without any."""
        parts = list(conditions)
        if self.repository and repository:
            parts.append(f"{repository} = {literal(self.repository)}")
        if self.service and repository:
            parts.append(_OF_SERVICE.format(column=repository, service=literal(self.service)))
        if self.team and team:
            parts.append(f"{team} = {literal(self.team)}")
        if self.project:
            parts.append(f"{project} = {literal(self.project)}")
        return f"WHERE {' AND '.join(parts)}" if parts else ""

    def since(self, column: str, newest: str) -> str:
        """A condition that keeps the chosen period: the weeks up to the newest one, which `newest` selects."""
        return "TRUE" if self.weeks is None else f"{column} > ({newest}) - INTERVAL {self.weeks} WEEK"

    @property
    def observed(self) -> tuple[str, str]:
        """Kind and name of the scope in `metrics.observations`: team, service, project, repository, in this order."""
        if self.team:
            return "team", self.team
        if self.service:
            return "service", self.service
        if self.project:
            return "project", self.project
        return ("repository", self.repository) if self.repository else ("all", "all")


def keep(chosen: Scope) -> None:
    """Remember the choice for the page of this run."""
    st.session_state[_KEPT] = chosen


def current() -> Scope:
    """The choice of this run."""
    kept: Scope = st.session_state[_KEPT]
    return kept


def choose() -> Scope:
    """Draw the filters into the sidebar and return what is chosen."""
    labels = repository_labels()
    teams = data.rows(TEAMS)["team"].to_list()
    services = data.rows(SERVICES)["service"].to_list()
    service = None
    with st.sidebar:
        repository = st.selectbox(
            "Repository",
            [None, *labels],
            format_func=lambda repo_id: labels.get(repo_id, "All repositories"),
            key="repository",
            bind="query-params",
        )
        if services:
            service = st.selectbox(
                "Service",
                [None, *services],
                format_func=lambda name: name or "All services",
                key="service",
                bind="query-params",
                help="Figures are those of the service; lists have what is in its repositories.",
            )
        team = st.selectbox(
            "Team",
            [None, *teams],
            format_func=lambda name: name or "All teams",
            key="team",
            bind="query-params",
            disabled=not teams,
            help=None if teams else "No teams are configured: add `[[team]]` sections to leadline.toml.",
        )
        period = st.selectbox(
            "Period of trends",
            list(PERIODS),
            index=list(PERIODS).index(DEFAULT_PERIOD),
            key="period",
            bind="query-params",
            help="How far back charts over time reach. Figures about files cover the time that their definition says.",
        )
    return Scope(repository, team, PERIODS[period], service=service)


def repository_labels() -> dict[str, str]:
    """What to call each repository: its name, or its id where two share a name."""
    found = data.rows(REPOSITORIES)
    shared = Counter(found["name"])
    return {repo_id: name if name and shared[name] == 1 else repo_id for repo_id, name in found.iter_rows()}
