"""What to do: the actions of each team, best first."""

import polars as pl
import streamlit as st

from dashboards import data, settings
from dashboards.parts import action, empty, words
from dashboards.queries import attention
from dashboards.scope import Scope

SHOWN = 3
"""Actions of a team that are shown before somebody asks for all."""


def summary(chosen: Scope, repositories: dict[str, str]) -> None:
    """Draw in one line what the page is about, and the figures of the list."""
    actions = data.rows(attention.actions(chosen))
    where = repositories.get(chosen.repository or "") or words.count(len(repositories), "repository", "repositories")
    st.caption(
        " · ".join(filter(None, map(words.plain, (settings.current().name, where, chosen.team))))
        + " · at most ten of a team are shown, and at most ten new ones in a week"
    )
    closed = data.rows(attention.closed(chosen, days=7))
    new = int(actions["is_new"].fill_null(value=False).sum())
    days = actions.select(pl.col("days_saved") * pl.col("confidence")).sum().item() or 0.0
    figures = (
        ("Open actions", words.number(actions.height), "the most worthwhile first"),
        ("New", words.number(new), "since the run before"),
        (
            "Expected to be saved",
            words.number(round(days, 1), "days"),
            "weighed by how sure the rules are",
        ),
        ("No longer true", words.number(closed.filter(pl.col("how") == "no_longer_true").height), "in the last 7 days"),
    )
    with st.grid(len(figures), min_column_width=170):
        for label, value, told in figures:
            st.metric(label, value, delta_description=told, border=True, height="stretch")


def draw(chosen: Scope, repositories: dict[str, str]) -> None:
    """Draw the actions by team, those of the chosen responsibilities."""
    actions = data.rows(attention.actions(chosen))
    if actions.is_empty():
        empty.no_action(narrowed=bool(chosen.repository or chosen.team))
        return
    served = sorted(actions["responsibility"].drop_nulls().unique().to_list())
    wanted = st.pills(
        "Serves",
        served,
        selection_mode="multi",
        format_func=words.responsibility,
        key="serves",
        bind="query-params",
        label_visibility="collapsed",
    )
    if wanted:
        actions = actions.filter(pl.col("responsibility").is_in(wanted))
    for (team,), of_team in actions.group_by("team", maintain_order=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(words.plain(str(team)) if team else "No team", anchor=False, width="stretch")
            everything = of_team.height <= SHOWN or st.toggle(
                f"All {of_team.height}", key=f"all {team or ''}", bind="query-params"
            )
        for row in of_team.head(of_team.height if everything else SHOWN).iter_rows(named=True):
            action.draw(row, repositories)
