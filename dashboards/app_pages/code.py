"""Where is code or knowledge at risk? Hotspots, coupling, ownership, knowledge by folder, leavers."""

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats, kpi
from dashboards.views import coupling, hotspots, knowledge, leavers, ownership

FIGURES = tuple(kpi.Kpi(metric) for metric in ("truck_factor", "files_at_risk", "knowledge_loss", "hotspots"))

VIEWS = {
    "Hotspots": hotspots.draw,
    "Coupling": coupling.draw,
    "Ownership": ownership.draw,
    "Knowledge": knowledge.draw,
    "Leavers": leavers.draw,
}

chosen = scope.current()
repositories = scope.repository_labels()
st.title("Where is code or knowledge at risk?")
caveats.age()
kpi.row(FIGURES, chosen)
tabs = st.tabs(list(VIEWS), key="view", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen, repositories)
