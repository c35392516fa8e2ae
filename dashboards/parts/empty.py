"""What a page says when there is nothing to show: which command fills it."""

import streamlit as st

from dashboards import settings


def nothing_published() -> None:
    """The page before the first run."""
    st.info(
        f"Nothing is published in `{settings.current().directory}` yet.\n\n"
        "`leadline run` collects, computes and publishes; this page shows the result as soon as it is there.",
        title="No data yet",
        icon=":material/hourglass_empty:",
    )


def nothing_here(what: str, command: str = "leadline run") -> None:
    """A card without content: why it is empty, and the command that fills it."""
    st.caption(f":material/info: {what} `{command}` brings in what is new.")
