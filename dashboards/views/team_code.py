"""Where the cut of the code is not the cut of the teams: teams on the same files, changes across teams."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import coordination
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL, labelled, names
from dashboards.views.teams import nothing, short_files

STRUCTURE = (
    "Of changes of the last 90 days. Cohesion: how alike the members' changes are, file by file (cosine). Autonomy: "
    "share of the team's changes in files where it made at least two thirds of all changes. Compare a team with its "
    "own past: a team of specialists has low cohesion rightly."
)

COUPLING = "How alike the changes of two teams are, file by file (cosine); 100 % would be the same files as often."

CROSSING = (
    "Pull requests merged in the last 90 days that touch files of two teams or more. Some of them are good news, as "
    "one team helps another."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw how the work of each team lies together, which teams share files, and changes that cross teams."""
    left, right = st.columns(2, gap="small")
    with left:
        _structure(scope)
    with right:
        _coupling(scope, repositories)
    _crossing(scope, repositories)


def _structure(scope: Scope) -> None:
    sql = coordination.structure(scope)
    teams = data.rows(sql)
    with card("How the work of each team lies together", sql=sql, frame=teams, key="structure", note=STRUCTURE):
        if teams.is_empty():
            nothing("No team changed code in the last 90 days.")
            return
        table(
            teams.with_columns(
                why=pl.coalesce("autonomy_reason", "cohesion_reason").str.replace_all("_", " ").fill_null("")
            ),
            {
                "team": Column("Team", width=95),
                "autonomy": Column("Autonomy", "bar", width=80),
                "cohesion": Column("Cohesion", "bar", width=80),
                "active_members": Column("Active", "count", width=48, help="Members who changed counted files"),
                "files": Column("Files", "count", width=42),
                "why": Column("Not known", width=62, help="Why not"),
            },
            alt=f"Autonomy and cohesion of {words.count(teams.height, 'team')}",
            rows=10,
        )


def _coupling(scope: Scope, repositories: dict[str, str]) -> None:
    sql = coordination.coupling(scope)
    pairs = data.rows(sql)
    with card("Teams that change the same files", sql=sql, frame=pairs, key="team-coupling", note=COUPLING):
        known = pairs.drop_nulls("coupling")
        if known.is_empty():
            if pairs.is_empty():
                nothing("No two teams changed the same file in the last 90 days.")
            else:
                empty.nothing_here(TOO_SMALL)
            return
        table(
            known.with_columns(
                files=short_files("paths", repositories, known), teams=pl.format("{} – {}", "team_a", "team_b")
            ),
            {
                "teams": Column("Teams", width=125),
                "coupling": Column("Alike", "bar", width=75),
                "shared_files": Column("Files", "count", width=42),
                "files": Column("Those that bind them most", width=160),
            },
            alt=f"{words.count(known.height, 'pair')} of teams change the same files",
            rows=10,
        )


def _crossing(scope: Scope, repositories: dict[str, str]) -> None:
    sql = coordination.crossing(scope)
    changes = data.rows(sql)
    title = f"{words.count(changes.height, 'change')} across teams, those of most teams first"
    with card(title, sql=sql, frame=changes, key="crossing", note=CROSSING):
        if changes.is_empty():
            nothing("No change touched the files of two teams in the last 90 days.")
            return
        shown = labelled(changes, repositories)
        table(
            shown.head(coordination.LISTED),
            {
                "url": Column("", "link", width=34),
                **names(shown, "Pull request", title=235),
                "team": Column("Opened by", width=110),
                "owning_teams": Column("Files of", "list", width=230),
                "files": Column("Files", "count", width=55),
                "merged_at": Column("Merged", "day", width=95),
            },
            alt=title,
            rows=14,
        )
