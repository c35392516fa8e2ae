"""Where does review time go? What is open, pickup, depth, definitions, reviews between teams."""

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats, kpi
from dashboards.views import open_reviews, review_definitions, review_depth, review_teams, review_times

FIGURES = (
    kpi.Kpi("pickup_time", of="authors", item="pull request", past="month", working=True),
    kpi.Kpi("review_time", of="authors", item="pull request", past="month", working=True),
    kpi.Kpi("merged_without_review", of="authors", item="pull request", past="month"),
    kpi.Kpi("open_pull_requests_at_risk", of="authors", item="open pull request"),
)

VIEWS = {
    "Open now": open_reviews.draw,
    "Pickup": review_times.draw,
    "Size and depth": review_depth.draw,
    "Definitions": review_definitions.draw,
    "Between teams": review_teams.draw,
}

chosen = scope.current()
repositories = scope.repository_labels()
st.title("Where does review time go?")
caveats.failures()
st.caption("Figures: the last 90 days; lines: by month.")
kpi.row(FIGURES, chosen)
tabs = st.tabs(list(VIEWS), key="reviews", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen, repositories)
