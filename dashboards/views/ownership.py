"""Who wrote a file or folder, and who still knows it."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, short, table
from dashboards.queries import code
from dashboards.scope import Scope

LIST = "ownership-files"
PEOPLE = 12


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw the list of files to choose from, and the shares of the chosen file or folder."""
    path = st.text_input(
        "File or folder",
        key="path",
        bind="query-params",
        placeholder="File or folder, or a part of a path; empty: everything",
        icon=":material/search:",
        type="search",
        label_visibility="collapsed",
    )
    chosen = _existing(scope, path.strip())
    left, right = st.columns([3, 2], gap="small")
    with left:
        _files(scope, _around(chosen) if chosen else path.strip())
    with right:
        _teams(scope, chosen)
        if chosen:
            _people(scope, chosen)


def _existing(scope: Scope, path: str) -> str:
    """The path where it is a file or folder, else nothing."""
    return path if path and data.rows(code.people_shares(scope, path)).height else ""


def _around(path: str) -> str:
    """The folder of a file; a folder as it is."""
    folder, slash, name = path.rpartition("/")
    return folder + slash if "." in name else path


def _files(scope: Scope, search: str) -> None:
    sql = code.files(scope, search)
    files = data.rows(sql)
    title = f"Files with “{words.plain(search)}”, those at risk first" if search else "Files, those at risk first"
    note = (
        "Choose a row to see who wrote the file. At risk: fewer than two people who know it are still active. At most "
        "500 files are listed."
    )
    with card(title, sql=sql, frame=files, key="files", note=note):
        if files.is_empty():
            empty.nothing_here("No file has that in its path." if search else "No files yet.")
            return
        table(
            files.with_columns(short("path", 33)),
            {
                "path": Column("File", width=205),
                "knowers": Column("Know it", "count", width=56, help="Active people who wrote or reviewed it"),
                "lost_share": Column("Lost", "bar", width=72, help="Share of lines whose authors are inactive"),
                "lines": Column("Lines", "count", width=52),
                "revisions_90d": Column("Changes", "count", width=62, help="Commits of the last 90 days"),
                "is_at_risk": Column("At risk", "flag", width=55),
                "last_changed_at": Column("Last change", "day", width=95),
            },
            alt="Files with the number of people who know them",
            rows=17,
            key=LIST,
            on_select=lambda: _choose(files),
        )


def _choose(files: pl.DataFrame) -> None:
    """Put the path of the selected row into the search field, and so into the URL."""
    rows = st.session_state[LIST].selection.rows
    if rows and rows[0] < files.height:
        st.session_state["path"] = files["path"][rows[0]]


def _teams(scope: Scope, path: str) -> None:
    sql = code.team_shares(scope, path)
    teams = data.rows(sql)
    with card("Written by team" if path else "Everything, by team", sql=sql, frame=teams, key="team-shares"):
        if not teams["lines"].sum():
            empty.nothing_here("Lines are not counted here.", "leadline collect")
            return
        lost = 1 - charts.total(teams, "active_lines") / charts.total(teams, "lines")
        takeaway = f"{words.share(lost)} of the lines were written by people who are no longer active"
        st.altair_chart(charts.shares(teams, "team"), alt=f"Shares of lines by team; {takeaway}")
        st.caption(f"{takeaway}.")


def _people(scope: Scope, path: str) -> None:
    if not data.rows(code.NAMED)["named"].any():
        st.caption(
            ':material/visibility_off: Figures about single people are not shown: `[privacy] people` is `"off"`, or '
            "nobody is known yet."
        )
        return
    sql = code.people_shares(scope, path)
    people = data.rows(sql)
    with card("Written by person", sql=sql, frame=people, key="people-shares"):
        if not people["lines"].sum():
            empty.nothing_here("Lines are not counted here.", "leadline collect")
            return
        first = people.row(0, named=True)
        st.altair_chart(
            charts.shares(_with_others(people), "person"),
            alt=f"{first['person']} wrote {words.share(first['lines'] / charts.total(people, 'lines'))} of the lines",
        )


def _with_others(people: pl.DataFrame) -> pl.DataFrame:
    """The first people as they are, all others as one row."""
    shown = people.select("person", "lines", active_lines=pl.when("is_active").then("lines").otherwise(0.0))
    if people.height <= PEOPLE + 1:
        return shown
    rest = shown.slice(PEOPLE)
    others = rest.select(pl.lit(f"{rest.height} others").alias("person"), pl.col("lines", "active_lines").sum())
    return pl.concat([shown.head(PEOPLE), others])
