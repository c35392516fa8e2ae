"""Are we delivering, how fast, how safely? Lead time, deployments, what waits, builds."""

import streamlit as st

from dashboards import data, scope
from dashboards.parts import caveats, kpi
from dashboards.queries import delivery
from dashboards.views import builds, deployments, lead_time, undeployed

FIGURES = (
    kpi.Kpi("change_lead_time", of="repositories", item="change", past="month"),
    kpi.Kpi("deployment_frequency", of="repositories", item="deployment", past="month"),
    kpi.Kpi("change_fail_rate", of="repositories", item="deployment", past="month"),
    kpi.Kpi(
        "failed_deployment_recovery_time",
        of="repositories",
        item="failed deployment",
        past="month",
        title="Recovery from failures",
    ),
)

VIEWS = {
    "Lead time": lead_time.draw,
    "Deployments": deployments.draw,
    "Waiting": undeployed.draw,
    "CI": builds.draw,
}

chosen = scope.current()
repositories = scope.repository_labels()
st.title("Are we delivering, how fast, how safely?")
caveats.failures()
st.caption(f"{deployments.found_in(data.rows(delivery.found_by(chosen)))}. Figures: the last 90 days; lines: by month.")
kpi.row(FIGURES, chosen)
tabs = st.tabs(list(VIEWS), key="delivery", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen, repositories)
