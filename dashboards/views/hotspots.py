"""Large files that change often."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, treemap, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import code
from dashboards.scope import Scope

MAP_HEIGHT = 520
LISTED = 300

NOTE = (
    "The few large files that most changes go into (`is_hotspot`), source code only unless tests are asked for. "
    f"Those that changed fewer than {code.LEAST_CHANGES} times in 12 months are left out. The CSV has the score: "
    "percent rank of changes × percent rank of lines, within the repository."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw the map of files and the ranked list."""
    sql = code.file_map(scope)
    files = data.rows(sql)
    with card(
        "Size and change of every file",
        sql=sql,
        frame=files,
        key="map",
        note="Area: lines at the head. Colour: commits of the last 12 months. Click a folder to zoom in.",
    ):
        if files["lines"].drop_nulls().is_empty():
            empty.nothing_here("No files with lines yet.", "leadline run")
        else:
            st.echarts_chart(
                treemap.option(files, repositories=repositories, height=MAP_HEIGHT),
                height=MAP_HEIGHT,
                alt=treemap.takeaway(files),
                key="hotspot-map",
            )
            st.caption(f"{treemap.takeaway(files)}.")
    tests = st.toggle("With tests", key="with_tests", bind="query-params")
    sql = code.hotspots(scope, tests=tests)
    hotspots = data.rows(sql)
    with card("Hotspots, the most changed first", sql=sql, frame=hotspots, key="hotspots", note=NOTE):
        if hotspots.is_empty():
            empty.nothing_here(f"No hotspot changed {code.LEAST_CHANGES} times or more in the last 12 months.")
        else:
            _table(hotspots, repositories)


def _table(hotspots: pl.DataFrame, repositories: dict[str, str]) -> None:
    shown = hotspots.head(LISTED).with_columns(repository=pl.col("repo_id").replace(repositories))
    several, teams = shown["repo_id"].n_unique() > 1, shown["team"].null_count() < shown.height
    table(
        shown,
        {
            "path": Column("File", width=330),
            **({"repository": Column("Repository", width=90)} if several else {}),
            "revisions": Column("Changes", "count", width=70, help="Commits of the last 12 months"),
            "revisions_before": Column("Before", "count", width=70, help="Commits of the 12 months before those"),
            "trend": Column("Trend", "change", width=70, help="Changes against the 12 months before"),
            "lines": Column("Lines", "count", width=70),
            "authors": Column("People", "count", width=60, help="Who changed it in the last 12 months"),
            **({"team": Column("Team", width=90)} if teams else {}),
        },
        alt=f"{words.count(shown.height, 'hotspot')}, the most changed first, with changes, trend and size",
    )
