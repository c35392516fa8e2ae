"""The ways from one page to another, with what they are to show in the URL."""

from collections.abc import Mapping

import streamlit as st

PAGES = "app_pages"

OVERVIEW = f"{PAGES}/overview.py"
CODE = f"{PAGES}/code.py"
DATA = f"{PAGES}/data.py"


def to_sql(sql: str) -> None:
    """The link that opens a query on the data page."""
    st.page_link(
        DATA,
        label="SQL",
        query_params={"about": "SQL", "sql": sql.strip()},
        help="Open this query on the data page",
    )


def to(page: str, label: str, parameters: Mapping[str, str], *, icon: str = ":material/arrow_forward:") -> None:
    """A link to a page with the given parameters in its URL."""
    st.page_link(page, label=label, icon=icon, query_params=dict(parameters))
