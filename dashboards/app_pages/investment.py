"""Where does the effort go? Kinds of work under three weights, how they move, bugs."""

from dataclasses import replace

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats, kpi
from dashboards.views import bugs, investment

FIGURES = (
    kpi.Kpi("bugs_reported", of="tickets", item=None, past="month"),
    kpi.Kpi("open_bugs", of="tickets", item=None),
    kpi.Kpi("bug_age", of="tickets", item="open bug"),
    kpi.Kpi("incidents_per_deployment", of="repositories", item="deployment", past="month"),
)

VIEWS = {"Mix": investment.draw_mix, "By month": investment.draw_months, "Bugs": bugs.draw}

st.title("Where does the effort go?")
caveats.failures()
chosen = scope.current()
if chosen.repository:
    st.caption(":material/info: Kinds of work are told of teams and of the whole: no repository narrows this page.")
chosen = replace(chosen, repository=None)
st.caption("Figures: the last 90 days, or what is open now; lines: by month.")
kpi.row(FIGURES, chosen)
tabs = st.tabs(list(VIEWS), key="investment", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen)
