"""What views of tickets share: the project that is looked at, short lists, and what to say where there is no ticket."""

from dataclasses import replace

import polars as pl
import streamlit as st

from dashboards import data, scope
from dashboards.parts import empty
from dashboards.parts.table import Column
from dashboards.queries import tickets, windows
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL


def choose_project() -> Scope:
    """Draw the choice of a project, and return what the page looks at: tickets know projects, not repositories."""
    chosen = scope.current()
    found = data.rows(tickets.PROJECTS)["project"].to_list()
    of_repository = scope.repository_labels().get(chosen.repository or "")
    project = None
    if len(found) > 1:
        project = st.selectbox(
            "Project",
            [None, *found],
            format_func=lambda name: name or "All projects",
            key="project",
            bind="query-params",
            width=320,
        )
    if project is None and of_repository in found:
        project = of_repository
    elif chosen.repository and found:
        st.caption(
            ":material/info: Tickets belong to projects, not to repositories: the chosen repository does not narrow "
            "this page."
        )
    if chosen.team and project:
        st.caption(":material/info: Figures at the head are those of the team, in all projects.")
    return replace(chosen, repository=None, project=project)


def leading(chosen: Scope, counted: pl.DataFrame) -> str | None:
    """The project whose statuses are drawn: the chosen one, else the one with most of the counted tickets."""
    if chosen.project or counted.is_empty():
        return chosen.project
    most = counted.drop_nulls("project").group_by("project").len().sort("len", "project", descending=[True, False])
    return str(most["project"][0]) if most.height else None


def names(frame: pl.DataFrame, *, title: int) -> dict[str, Column]:
    """The columns with key and title of a table, `title` pixels wide; what long keys need is taken from the title."""
    letters = frame.select(pl.col("label").str.len_chars().max()).item() or 0
    room = min(max(75, 20 + 7 * letters), 75 + title // 3)
    return {"label": Column("Ticket", width=room), "title": Column("Title", width=title + 75 - room)}


def nothing(why: str, *, hidden: bool = False) -> None:
    """A card without tickets: why, how they come here where none is known at all, or that they are `hidden`."""
    if hidden:
        empty.nothing_here(TOO_SMALL)
    elif data.rows(windows.ANY_TICKET)["is_known"][0]:
        empty.nothing_here(why)
    else:
        empty.nothing_here(
            'No ticket is known yet: a tracker has them, such as `[[source]] kind = "jira"` in leadline.toml.',
            "leadline run",
        )
