"""The line at the foot of every page: how old the data is, and whether the last run went well."""

import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.queries import about


def footer() -> None:
    """Draw the line; nothing while nothing is published."""
    generation = data.generation()
    if generation is None:
        return
    sources = data.rows(about.FRESHNESS)
    told = [
        f"{words.plain(row['source'])} changed {words.ago(row['changed_at'])}"
        for row in sources.iter_rows(named=True)
        if row["changed_at"]
    ]
    runs = data.rows(about.LAST_RUN)
    when = f"Data of {words.instant(runs['started_at'][0])}" if runs.height else "No run is known"
    failed = [words.plain(row["source"]) for row in sources.iter_rows(named=True) if row["status"] == "failed"]
    if failed:
        told.append(f":red[last run failed for {', '.join(failed)}]")
    st.caption(f":material/schedule: {' · '.join([when, *told])} · generation `{generation.removeprefix('leadline-')}`")
