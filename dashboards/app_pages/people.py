"""Who is overloaded, who is growing? How load is spread, focus and hours, newcomers, the spread of knowledge."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats, kpi
from dashboards.views import focus_hours, knowledge_spread, load, newcomers

FIGURES = (
    kpi.Kpi("tickets_touched", of="members", item="week of a person", past="month"),
    kpi.Kpi("after_hours", of="members", item="commit or review", past="month"),
    kpi.Kpi("days_to_first_merge", of="members", item="newcomer", past="month"),
    kpi.Kpi("new_knowledge_pairs", of="members", item=None, past="month"),
)

chosen = scope.current()
repositories = scope.repository_labels()
st.title("Who is overloaded, who is growing?")
caveats.failures()
st.caption(
    "Distributions and cohorts: nobody is ranked here. Figures: the last 90 days; lines: by month. Teams narrow this "
    "page, repositories only the list of folders, which no team narrows."
)
kpi.row(FIGURES, scope.Scope(team=chosen.team, weeks=chosen.weeks))
VIEWS: dict[str, Callable[[scope.Scope], None]] = {
    "Load": load.draw,
    "Focus and hours": focus_hours.draw,
    "Newcomers": newcomers.draw,
    "Knowledge": partial(knowledge_spread.draw, repositories=repositories),
}
tabs = st.tabs(list(VIEWS), key="people_view", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen)
