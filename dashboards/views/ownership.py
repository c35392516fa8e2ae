"""Who wrote a file or folder, and who still knows it."""

from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, short, table
from dashboards.queries import code
from dashboards.scope import Scope

LIST = "ownership-files"

SEEN = 12
"""People that are seen without scrolling."""

SCROLLED = 390
"""Height in pixels of a longer list."""


@dataclass(frozen=True)
class Place:
    """A file or folder that exists; `folder` is the one whose files are listed, empty at the root."""

    path: str
    folder: str
    is_file: bool


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw who knows the chosen file or folder and whose lines it holds, and the list of files to choose from."""
    path = st.text_input(
        "File or folder",
        key="path",
        bind="query-params",
        placeholder="File or folder, or a part of a path; empty: everything",
        icon=":material/search:",
        type="search",
        label_visibility="collapsed",
    ).strip()
    place = _existing(scope, path)
    chosen = place.path if place else ""
    left, right = st.columns([3, 2] if place else 2, gap="small")
    if place:
        with left:
            _knowers(scope, place)
    with right if place else left:
        _concentration(scope, chosen)
    with right:
        _teams(scope, chosen)
    _files(scope, place, path)


def _existing(scope: Scope, path: str) -> Place | None:
    """The file or folder at a path; None where nothing is."""
    path = path.rstrip("/")
    found = data.rows(code.place(scope, path)).row(0, named=True)
    if not path or not found["files"]:
        return None
    return Place(path, path.rpartition("/")[0] if found["is_file"] else path, found["is_file"])


def _knowers(scope: Scope, place: Place) -> None:
    sql = code.knowers(scope, place.path)
    people = data.rows(sql)
    note = (
        "People who created it, changed it outside bulk changes, or reviewed a change, and were active anywhere in the "
        "last 90 days; by name."
    )
    with card(f"Active people who know {words.plain(place.path)}", sql=sql, frame=people, key="people", note=note):
        if empty.is_left_out():
            empty.hidden("How many active people know it is not shown")
        elif people.is_empty():
            st.markdown(":material/warning: Nobody who was active in the last 90 days knows it.")
        elif not data.rows(code.NAMED)["named"].any():
            known = words.count(int(people["people"].sum()), "active person knows", "active people know")
            empty.hidden(f"{known} it; who they are is not shown")
        else:
            _names(people)


def _names(people: pl.DataFrame) -> None:
    """A table that nobody can sort: it is no ranking. Its cells are Markdown."""
    with st.container(height=SCROLLED if people.height > SEEN else "content", border=False):
        st.table(
            people.select(
                pl.Series("Name", [words.plain(name) for name in people["person"]], dtype=pl.String),
                pl.col("files").alias("Files known here"),
                pl.Series("Last change", [words.day(at) for at in people["last_at"]], dtype=pl.String),
            ),
            border="horizontal",
            hide_index=True,
            alt=f"{words.count(people.height, 'active person', 'active people')} who know it, by name",
        )


def _files(scope: Scope, place: Place | None, search: str) -> None:
    sql = code.files(scope, folder=place.folder) if place else code.files(scope, search)
    files = data.rows(sql)
    if place:
        title = f"{'Beside it, in' if place.is_file else 'Files in'} {words.plain(place.folder) or 'all folders'}"
    else:
        title = f"Files with “{words.plain(search)}” in their path" if search else "Files"
    note = (
        "Choose a row to see who knows the file. At risk: fewer than two people who know it are still active. Changes: "
        "commits of the last 90 days. At most 500 files are listed."
    )
    with card(f"{title}, those at risk first", sql=sql, frame=files, key="files", note=note):
        if files.is_empty():
            empty.nothing_here("No file that is people's work has that in its path." if search else "No files yet.")
            return
        table(
            files.with_columns(short("path", 80)),
            {
                "path": Column("File", width=380),
                "knowers": Column("Know it", "count", width=65, help="Active people who wrote or reviewed it"),
                "lost_share": Column("Lost", "bar", width=85, help="Share of lines whose authors are inactive"),
                "lines": Column("Lines", "count", width=65),
                "revisions_90d": Column("Changes", "count", width=70, help="Commits of the last 90 days"),
                "is_at_risk": Column("At risk", "flag", width=60),
                "last_changed_at": Column("Last change", "day", width=100),
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
    title = "Lines by team" if path else "Lines of everything, by team"
    if teams["team"].to_list() == [code.NO_TEAM]:
        return
    with card(title, sql=sql, frame=teams, key="team-shares", note="By the team of who wrote them."):
        if empty.is_left_out():
            empty.hidden("Who wrote what is not shown")
            return
        if not teams["lines"].sum():
            empty.nothing_here("Lines are not counted here.", "leadline collect")
            return
        first = teams.row(0, named=True)
        share = words.share(first["lines"] / charts.total(teams, "lines"))
        st.altair_chart(charts.shares(teams), alt=f"Shares of lines by team; {first['team']}: {share}")


def _concentration(scope: Scope, path: str) -> None:
    sql = code.concentration(scope, path)
    parts = data.rows(sql)
    note = (
        "Of the lines at the head that people wrote (programs are left out); active: in the last 90 days, anywhere. A "
        "person is taken to have written the same share of the lines as of all lines ever added."
    )
    title = "Are its authors still here?" if path else "Are the authors of everything still here?"
    with card(title, sql=sql, frame=parts, key="concentration", note=note):
        if empty.is_left_out():
            empty.hidden("Who wrote what is not shown")
            return
        if parts.is_empty():
            empty.nothing_here("Lines are not counted here.", "leadline collect")
            return
        st.altair_chart(charts.concentration(parts), alt=concentrated(parts))
        st.caption(f"{concentrated(parts)}.")


def concentrated(parts: pl.DataFrame) -> str:
    """How much active people wrote, and how much of all a single person did, in a sentence that names nobody."""
    active = parts.filter(pl.col("written_by") == "Active people")
    share, people = (charts.total(active, column) for column in ("share", "people"))
    everybody = int(charts.total(parts, "people"))
    if everybody == 1:
        return f"One person wrote all of it and is {'still' if people else 'no longer'} active"
    largest = words.share(float(parts.select(pl.col("largest_single_share").max()).item()))
    said = f"the largest part by one person is {largest}"
    if not people:
        return f"None of the {everybody:,} people who wrote it is still active; {said}"
    are = "is" if people == 1 else "are"
    return (
        f"{words.share(share)} was written by the {people:,.0f} of {everybody:,} people who {are} still active; {said}"
    )
