"""What needs you today? The actions of each team, what closed, and how things move."""

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats
from dashboards.views import closed_actions, movement, open_actions

VIEWS = {"To do": open_actions.draw, "Closed lately": closed_actions.draw, "How things move": movement.draw}

chosen = scope.current()
repositories = scope.repository_labels()
st.title("What needs you today?")
open_actions.summary(chosen, repositories)
caveats.failures()
caveats.age()
tabs = st.tabs(list(VIEWS), key="today", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen, repositories)
