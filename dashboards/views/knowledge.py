"""Where would knowledge be missing: truck factor and lost lines by folder."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, short, table
from dashboards.queries import code
from dashboards.scope import Scope

BARS = 14


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw knowledge by folder, as bars and as a list, and the truck factors of repositories and teams."""
    level = st.segmented_control(
        "Folders",
        ["Second level", "First level"],
        default="Second level",
        required=True,
        key="level",
        bind="query-params",
        label_visibility="collapsed",
    )
    sql = code.folders(scope, 1 if level == "First level" else 2)
    folders = data.rows(sql)
    _lost(sql, folders, repositories)
    note = (
        "Truck factor: people whose leaving would leave more than half of the files without an author. Folders of "
        "fewer than 10 files have none."
    )
    with card("Truck factor and risk by folder", sql=sql, frame=folders, key="folders", note=note):
        if folders.is_empty():
            empty.nothing_here("No folders yet.", "leadline compute")
        else:
            _table(_labelled(folders, repositories))
    _scopes(scope, repositories)


def _lost(sql: str, folders: pl.DataFrame, repositories: dict[str, str]) -> None:
    note = "Share of each folder's lines whose authors were inactive for 90 days, times its lines."
    with card("Lines whose authors have left", sql=sql, frame=folders, key="lost", note=note):
        lost = folders.with_columns(lost_lines=pl.col("lost_share") * pl.col("lines")).drop_nulls("lost_lines")
        if lost.is_empty():
            empty.nothing_here("Lines are not counted here.", "leadline collect")
            return
        shown = _labelled(lost.sort("lost_lines", descending=True).head(BARS), repositories)
        gone = charts.total(lost, "lost_lines") / max(charts.total(lost, "lines"), 1)
        takeaway = f"{words.share(gone)} of all lines were written by people who are no longer active"
        st.altair_chart(charts.folders_at_risk(shown), alt=f"{takeaway}, most of them in {shown['folder'][0]}")
        st.caption(f"{takeaway}.")


def _labelled(folders: pl.DataFrame, repositories: dict[str, str]) -> pl.DataFrame:
    """Folders with their repository in front, where several are shown."""
    if folders["repo_id"].n_unique() < 2:  # noqa: PLR2004 - one repository needs no name
        return folders
    return folders.with_columns(folder=pl.format("{}/{}", pl.col("repo_id").replace(repositories), "folder"))


def _table(folders: pl.DataFrame) -> None:
    table(
        folders.with_columns(short("folder", 60)),
        {
            "folder": Column("Folder", width=290),
            "truck_factor": Column("Truck factor", "count", width=85),
            "lost_share": Column("Lines lost", "bar", width=78, help="Share of lines whose authors are inactive"),
            "at_risk_share": Column("At risk", "bar", width=78, help="Share of its files at risk"),
            "files": Column("Files", "count", width=50),
            "lines": Column("Lines", "count", width=58),
            "active_file_authors": Column(
                "Authors", "count", width=65, help="Active people who author one of its files"
            ),
            "revisions_90d": Column("Changes", "count", width=65, help="Changes of its files in the last 90 days"),
        },
        alt="Truck factor, lost lines and files at risk of each folder",
        rows=16,
    )


def _scopes(scope: Scope, repositories: dict[str, str]) -> None:
    sql = code.truck_factors(scope)
    scopes = data.rows(sql)
    if scopes.height < 2:  # noqa: PLR2004 - a single one stands at the head of the page
        return
    with card("Truck factor of repositories and teams", sql=sql, frame=scopes, key="truck"):
        table(
            scopes.with_columns(scope=pl.col("scope").replace(repositories)),
            {
                "scope_kind": Column("Kind", width=90),
                "scope": Column("Name", width=220),
                "truck_factor": Column("Truck factor", "count"),
                "active_authors": Column("Active authors", "count"),
                "authors": Column("Authors", "count"),
                "authored_files": Column("Files with an author", "count"),
                "files": Column("Files", "count"),
            },
            alt="Truck factor of each repository and team",
        )
