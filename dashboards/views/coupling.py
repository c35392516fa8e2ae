"""Pairs of files that keep changing together."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, network, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, short, table
from dashboards.queries import code
from dashboards.scope import Scope

DEGREES = (30, 50, 70, 90)
HEIGHT = 500
LISTED = 500

NOTE = (
    "Degree: shared commits as a share of the mean commits of the two files; commits of more than 30 files are left "
    "out. Pairs with at least 5 shared commits."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw the filters, the circle of files, the pairs of folders and the list of pairs."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        search = st.text_input(
            "File or folder",
            key="path",
            bind="query-params",
            placeholder="Part of a path",
            icon=":material/search:",
            type="search",
            label_visibility="collapsed",
            width=170,
        )
        least = st.segmented_control(
            "Least degree",
            DEGREES,
            default=DEGREES[0],
            required=True,
            format_func=lambda degree: f"≥ {degree} %",
            key="least",
            bind="query-params",
            label_visibility="collapsed",
        )
        tests = st.toggle("With tests", key="with_tests", bind="query-params")
        folders = st.toggle("Across folders", key="across_folders", bind="query-params")
        teams = st.toggle("Across teams", key="across_teams", bind="query-params")
    sql = code.coupling(scope, search=search.strip(), least=int(least), tests=tests, folders=folders, teams=teams)
    pairs = data.rows(sql)
    if pairs.is_empty():
        empty.nothing_here("No two files change together that often.")
        return
    left, right = st.columns([3, 2], gap="small")
    with left, card(f"The {network.PAIRS} strongest pairs", sql=sql, frame=pairs, key="circle", note=NOTE):
        st.echarts_chart(network.option(pairs), height=HEIGHT, alt=network.takeaway(pairs), key="coupling-circle")
    with right:
        _folders(sql, pairs)
    title = f"{words.count(pairs.height, 'pair')}, the strongest first"
    with card(title, sql=sql, frame=pairs, key="pairs", note=NOTE):
        _pairs(pairs, repositories)


def _folders(sql: str, pairs: pl.DataFrame) -> None:
    between = (
        pairs.filter("crosses_folder")
        .with_columns(folder=pl.min_horizontal("folder_a", "folder_b"), other=pl.max_horizontal("folder_a", "folder_b"))
        .filter(pl.col("folder") != pl.col("other"))
        .group_by("folder", "other")
        .agg(pairs=pl.len(), degree=pl.col("degree").max() / 100)
        .sort("pairs", "degree", "folder", "other", descending=[True, True, False, False])
        .with_columns(pl.col("folder", "other").replace("", "(root)"))
    )
    with card("Folders that change together", sql=sql, frame=between, key="folder-pairs"):
        if between.is_empty():
            st.caption(":material/check: All pairs lie within one folder (of two levels).")
            return
        table(
            between,
            {
                "folder": Column("Folder", width=110),
                "other": Column("changes with", width=110),
                "pairs": Column("Pairs", "count", width=50),
                "degree": Column("Most", "percent", width=50, help="Degree of the strongest pair"),
            },
            alt=f"{words.count(between.height, 'pair')} of folders share files that change together",
            rows=17,
        )


def _pairs(pairs: pl.DataFrame, repositories: dict[str, str]) -> None:
    shown = pairs.head(LISTED).with_columns(
        repository=pl.col("repo_id").replace(repositories), degree=pl.col("degree") / 100
    )
    several, teams = shown["repo_id"].n_unique() > 1, bool(shown["crosses_team"].any())
    table(
        shown.with_columns(short("path_a", 44), short("path_b", 44)),
        {
            "path_a": Column("File", width=270),
            "path_b": Column("changes with", width=270),
            "degree": Column("Degree", "bar", width=90),
            "shared": Column("Shared", "count", width=65, help="Commits with both"),
            "shared_12m": Column("Lately", "count", width=65, help="Commits with both in the last 12 months"),
            **({"crosses_team": Column("Two teams", "flag", width=75)} if teams else {}),
            **({"repository": Column("Repository", width=90)} if several else {}),
        },
        alt=network.takeaway(pairs),
    )
