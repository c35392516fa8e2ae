"""How good is the data? Freshness, quality, tables, metrics, and SQL over all of it."""

import streamlit as st

from dashboards.views import catalogue, freshness, quality, revisions, sql, tables

VIEWS = {
    "Freshness": freshness.draw,
    "Quality": quality.draw,
    "Revisions": revisions.draw,
    "Tables": tables.draw,
    "Metrics": catalogue.draw,
    "SQL": sql.draw,
}

st.title("How good is the data?")
tabs = st.tabs(list(VIEWS), key="about", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            draw()
