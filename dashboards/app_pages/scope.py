"""What changed after we started? Sprints, growth, requirements, readiness, work without a ticket."""

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats, kpi
from dashboards.views import growth, readiness, requirements, sprints, tickets, untracked

FIGURES = (
    kpi.Kpi("planning_accuracy", of="tickets", item="planned ticket", past="month"),
    kpi.Kpi("unplanned_share", of="tickets", item="finished ticket", past="month"),
    kpi.Kpi("changed_requirements", of="tickets", item="ticket", past="month", title="Requirements changed"),
    kpi.Kpi("unready_starts", of="tickets", item="begun ticket", past="month"),
)

VIEWS = {
    "Sprints": sprints.draw,
    "Growth": growth.draw,
    "Requirements": requirements.draw,
    "Readiness": readiness.draw,
    "Untracked": untracked.draw,
}

repositories = scope.repository_labels()
st.title("What changed after we started?")
caveats.failures()
chosen = tickets.choose_project()
st.caption("Figures: the last 90 days; lines: by month.")
kpi.row(FIGURES, chosen)
tabs = st.tabs(list(VIEWS), key="scope", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen, repositories)
