"""What is stuck, and what is slow? Tickets by age, cycle time, flow, time in status, what is blocked."""

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats, kpi
from dashboards.views import blocked_tickets, stuck_tickets, ticket_flow, ticket_statuses, ticket_times, tickets

FIGURES = (
    kpi.Kpi("ticket_cycle_time", of="tickets", item="ticket", past="month"),
    kpi.Kpi("tickets_in_progress", of="tickets", item=None, past="month"),
    kpi.Kpi("tickets_beyond_sle", of="tickets", item="begun ticket", title="Beyond the service level"),
    kpi.Kpi("stalled_tickets", of="tickets", item="begun ticket", title="Stalled"),
)

VIEWS = {
    "Stuck": stuck_tickets.draw,
    "Cycle time": ticket_times.draw,
    "Flow": ticket_flow.draw,
    "Time in status": ticket_statuses.draw,
    "Blocked": blocked_tickets.draw,
}

repositories = scope.repository_labels()
st.title("What is stuck, and what is slow?")
caveats.failures()
chosen = tickets.choose_project()
st.caption("Figures: the last 90 days, or what is in progress now; lines: by month.")
kpi.row(FIGURES, chosen)
tabs = st.tabs(list(VIEWS), key="flow", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen, repositories)
