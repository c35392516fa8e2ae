"""Who should be talking, and is not? Gaps between teams, networks, who waits for whom, code that teams share."""

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats, kpi
from dashboards.views import team_code, team_gaps, team_network, team_waits

FIGURES = (
    kpi.Kpi("congruence", of="pairs", item="pair"),
    kpi.Kpi("cross_team_change", of="authors", item="pull request", past="month"),
    kpi.Kpi("hand_off_wait", of="tickets", item="hand-off", past="month", working=True),
    kpi.Kpi("blocked_on_others", of="tickets", item="ticket"),
)

VIEWS = {
    "Gaps": team_gaps.draw,
    "Network": team_network.draw,
    "Waits": team_waits.draw,
    "Shared code": team_code.draw,
}

chosen = scope.current()
repositories = scope.repository_labels()
st.title("Who should be talking, and isn't?")
caveats.failures()
caveats.age()
st.caption("Figures: the last 90 days; lines: by month. Teams and pairs of teams: their work in all repositories.")
kpi.row(FIGURES, chosen)
tabs = st.tabs(list(VIEWS), key="coordination", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen, repositories)
