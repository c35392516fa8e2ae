"""The ways from one page to another, with what they are to show in the URL."""

from collections.abc import Mapping

import streamlit as st

PAGES = "app_pages"

TODAY = f"{PAGES}/today.py"
DELIVERY = f"{PAGES}/delivery.py"
FLOW = f"{PAGES}/flow.py"
SCOPE = f"{PAGES}/scope.py"
REVIEWS = f"{PAGES}/reviews.py"
COORDINATION = f"{PAGES}/coordination.py"
TIMELINES = f"{PAGES}/timelines.py"
PEOPLE = f"{PAGES}/people.py"
INVESTMENT = f"{PAGES}/investment.py"
CODE = f"{PAGES}/code.py"
DATA = f"{PAGES}/data.py"

_HERE = "path of this page"


def stand_on(path: str) -> None:
    """Remember the page of this run by its path in the URL."""
    st.session_state[_HERE] = path


def to_sql(sql: str, key: str) -> None:
    """The way to a query on the data page; on that page itself a button: a link to it would leave the URL as it is."""
    told = "Open this query on the data page"
    if st.session_state.get(_HERE) == "data":
        st.button("SQL", key=f"sql-{key}", on_click=_show, args=(sql.strip(),), type="tertiary", help=told)
    else:
        st.page_link(DATA, label="SQL", query_params={"about": "SQL", "sql": sql.strip()}, help=told)


def _show(sql: str) -> None:
    st.session_state["about"] = "SQL"
    st.session_state["sql"] = sql


def to(page: str, label: str, parameters: Mapping[str, str], *, icon: str = ":material/arrow_forward:") -> None:
    """A link to a page with the given parameters in its URL."""
    st.page_link(page, label=label, icon=icon, query_params=dict(parameters))
