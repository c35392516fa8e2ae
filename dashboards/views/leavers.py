"""What would be lost if people left."""

import polars as pl
import streamlit as st

from dashboards import data, simulation
from dashboards.parts import empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, short, table
from dashboards.queries import about, code
from dashboards.scope import Scope


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw the choice of people and what would be left without an author or anyone who knows it."""
    if not data.rows(code.NAMED)["named"].any():
        if data.rows(about.PRIVACY)["people"][0] == "leads":
            empty.nothing_here("Nobody is known yet.")
        else:
            empty.hidden("The simulation names people, so it is not offered")
        return
    labels = _labels(data.rows(code.active_people(scope)))
    if not labels:
        empty.nothing_here("Nobody was active in the last 90 days.")
        return
    people = st.multiselect(
        "Who leaves?",
        list(labels),
        format_func=lambda person: labels.get(person, person),
        key="people",
        bind="query-params",
        placeholder="Choose one or several people who were active in the last 90 days",
    )
    if people:
        _outcome(scope, simulation.leave(data.rows(code.holdings(scope)), people), len(people))
    else:
        _held_by_one(scope, repositories)


def _labels(people: pl.DataFrame) -> dict[str, str]:
    """What to call each person, by name; people of one name are told apart by their id."""
    shared = people.with_columns(shared=pl.len().over("name"))
    return {
        person: name if name and count == 1 else f"{name or 'Person'} ({person[-8:]})"
        for person, name, count in shared.select("person_id", "name", "shared").iter_rows()
    }


def _outcome(scope: Scope, outcome: simulation.Outcome, people: int) -> None:
    files = outcome.files
    without_author, without_knower = files.filter("loses_author"), files.filter("loses_knower")
    with st.grid(4, min_column_width=170):
        _kept("Files with an active author", outcome.held, outcome.authored_before, outcome.authored_after)
        _kept("Files an active person knows", outcome.held, outcome.known_before, outcome.known_after)
        st.metric(
            "Left without an author",
            words.count(without_author.height, "file"),
            delta_description=words.count(int(without_author["lines"].sum()), "line"),
            border=True,
            height="stretch",
        )
        st.metric(
            "Left without anyone who knows",
            words.count(without_knower.height, "file"),
            delta_description=f"{(without_knower['revisions_90d'] > 0).sum():,} of them changed in 90 days",
            border=True,
            height="stretch",
        )
    if files.is_empty():
        st.success(
            f"Without {words.count(people, 'person', 'people')}, every file keeps an active author and somebody who "
            "knows it."
        )
        return
    sql = code.holdings(scope)
    left, right = st.columns([2, 3], gap="small")
    with left, card("By folder", sql=sql, frame=outcome.folders, key="leaver-folders"):
        table(
            outcome.folders.with_columns(pl.col("folder").replace("", "(root)")),
            {
                "folder": Column("Folder", width=128),
                "files_without_author": Column("No author", "count", width=68, help="Files without an active author"),
                "files_without_knower": Column("Nobody", "count", width=58, help="Files that nobody active knows"),
                "lines_without_author": Column("Lines", "count", width=55, help="Lines without an active author"),
            },
            alt="Folders by the lines that would be left without an author",
        )
    with right, card("By file, the largest first", sql=sql, frame=files, key="leaver-files"):
        table(
            files.with_columns(short("path", 40)),
            {
                "path": Column("File", width=245),
                "loses_author": Column("No author", "flag", width=70),
                "loses_knower": Column("Nobody", "flag", width=60, help="Nobody active knows it"),
                "lines": Column("Lines", "count", width=55),
                "revisions_90d": Column("Changes", "count", width=60, help="Commits of the last 90 days"),
            },
            alt="Files that would be left without an author or anyone who knows them",
        )


def _kept(title: str, held: int, before: int, after: int) -> None:
    """Draw the share of files that still have somebody, against the share before."""
    st.metric(
        title,
        words.share(after / max(held, 1)),
        words.change((after - before) / max(held, 1), 1, "points"),
        delta_description=f"from {words.share(before / max(held, 1))}",
        delta_arrow="down" if after < before else "off",
        delta_color="red" if after < before else "off",
        border=True,
    )


def _held_by_one(scope: Scope, repositories: dict[str, str]) -> None:
    sql = code.held_by_one(scope)
    folders = data.rows(sql)
    note = "Folders where one person is the only active author of at least half of the files."
    with card("Folders that hang on one person, the busiest first", sql=sql, frame=folders, key="held", note=note):
        if folders.is_empty():
            st.caption(":material/check: No folder hangs on one person.")
            return
        several = folders["repo_id"].n_unique() > 1
        table(
            folders.with_columns(repository=pl.col("repo_id").replace(repositories)),
            {
                **({"repository": Column("Repository", width=90)} if several else {}),
                "folder": Column("Folder", width=220),
                "held_by": Column("Only active author", "list", width=180),
                "revisions_90d": Column("Changes", "count", width=75, help="Changes of its files in the last 90 days"),
                "files": Column("Files", "count", width=65),
                "files_at_risk": Column(
                    "At risk", "count", width=65, help="Files that fewer than two active people know"
                ),
                "lines": Column("Lines", "count", width=75),
            },
            alt=f"{words.count(folders.height, 'folder')} in which one person is the only active author of most files",
            rows=16,
        )
