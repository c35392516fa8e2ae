"""When will it be done? Dates and their chances, what comes next, how often promises held, due dates."""

import streamlit as st

from dashboards import scope
from dashboards.parts import caveats
from dashboards.views import due_dates, forecast_figures, forecast_next, forecast_record, forecast_targets, forecasts

VIEWS = {
    "Targets": forecast_targets.draw,
    "What comes next": forecast_next.draw,
    "Record": forecast_record.draw,
    "Due dates": due_dates.draw,
}

chosen = scope.current()
st.title("When will it be done?")
caveats.failures()
who = forecasts.choose(chosen)
forecast_figures.row(who)
tabs = st.tabs(list(VIEWS), key="timelines", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw(chosen, who)
