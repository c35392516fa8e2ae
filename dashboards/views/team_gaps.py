"""Which teams depend on each other and do not talk, and the files that bind them."""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, team_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import code, coordination
from dashboards.scope import Scope
from dashboards.views.teams import across, nothing, short_files

MEASURES = ("Gaps", "Talk", "Depend")

NOTE = (
    "Two people depend on each other where they changed the same files, or files that keep changing together, in the "
    "last 90 days. They talk where they met in a review, a comment, a ticket or a joint commit. A gap is a dependency "
    "in the top quarter of all and no trace of talking. A team with itself is about its own members, who also talk "
    "without a trace."
)

PEOPLE_NOTE = (
    "The ten strongest gaps between each two teams. Strength: how many changes of the two meet in the same or coupled "
    "files. That two people left no trace is no reproach: it is a question to ask."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw teams against teams, the pairs of teams with their files, and the pairs of people behind the gaps."""
    sql = coordination.teams(scope)
    pairs = data.rows(sql)
    left, right = st.columns([2, 3], gap="small")
    with left, card("Team by team", sql=sql, frame=pairs, key="team-grid", note=NOTE):
        if pairs.is_empty():
            nothing("The work of no two people met in the last 90 days.")
            return
        measure = str(
            st.segmented_control(
                "What the cells say",
                MEASURES,
                default=MEASURES[0],
                required=True,
                format_func=lambda name: LABELS[name],
                key="cells",
                bind="query-params",
                label_visibility="collapsed",
            )
        )
        st.altair_chart(
            team_charts.grid(cells(pairs, measure), rows="", columns="", tooltip=TOOLTIP), alt=takeaway(pairs)
        )
        st.caption(f"{takeaway(pairs)}.")
    with right, card("What binds them", sql=sql, frame=pairs, key="team-pairs", note=NOTE):
        _pairs(across(pairs), repositories)
    _people(scope, repositories)


LABELS = {"Gaps": "Gaps", "Talk": "Share that talks", "Depend": "Pairs that depend"}

TOOLTIP = {
    "row": "Team",
    "column": "and",
    "required": "Pairs of people who depend on each other",
    "satisfied": "Of these, pairs that talk",
    "talk": "Share that talks",
    "weighted": "The same, by strength",
    "gaps": "Gaps",
    "hours": "Working hours in common a day",
    "why": "Not known because",
}


def cells(pairs: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Both halves of the grid, with the text and the heat of a measure; a team with itself is never hot."""
    value, hot = {
        "Gaps": (pl.col("gaps"), pl.col("gaps")),
        "Talk": (pl.col("congruence"), 1 - pl.col("congruence")),
        "Depend": (pl.col("required"), pl.col("required")),
    }[measure]
    most = pl.lit(1.0) if measure == "Talk" else hot.filter(pl.col("team_a") != pl.col("team_b")).max().clip(1)
    shown = pairs.with_columns(
        value=value.cast(pl.Float64),
        heat=pl.when(pl.col("team_a") != pl.col("team_b")).then((hot / most).cast(pl.Float64)),
        why=pl.col("reason").str.replace_all("_", " "),
    )
    unit = "share" if measure == "Talk" else "count"
    shown = shown.with_columns(
        text=pl.Series([words.number(one, unit) for one in shown["value"]], dtype=pl.String),
        talk=team_charts.shares(shown, "congruence"),
        weighted=team_charts.shares(shown, "weighted_congruence"),
        hours=pl.Series([words.number(one) for one in shown["overlap_hours"]], dtype=pl.String),
    )
    return team_charts.both_ways(shown.drop("paths"))


def takeaway(pairs: pl.DataFrame) -> str:
    """How many dependencies between teams have nobody talking, and where most of them are, in words."""
    between = across(pairs)
    required, talk = (between.select(pl.col(name).sum()).item() or 0 for name in ("required", "satisfied"))
    if not between.height:
        return "No two people of different teams depend on each other"
    known = between.drop_nulls("gaps")
    if known.is_empty():
        why = words.reason(between["reason"].drop_nulls().first())  # type: ignore[arg-type]
        pairs_told = words.count(required, "pair")
        return f"{pairs_told} of people of different teams depend on each other; who talks is not known: {why}"
    said = f"{talk:,} of {words.count(required, 'pair')} of people of different teams talk"
    worst = known.filter(pl.col("gaps") > 0).sort("gaps", "team_a", "team_b", descending=[True, False, False])
    if worst.is_empty():
        return f"{said}; none of the others depend on each other strongly"
    first = worst.row(0, named=True)
    gaps = int(known["gaps"].sum())
    return (
        f"{said}; {words.count(gaps, 'strong dependency', 'strong dependencies')} without a trace, most between "
        f"{words.plain(first['team_a'])} and {words.plain(first['team_b'])} ({first['gaps']:,})"
    )


def _pairs(pairs: pl.DataFrame, repositories: Mapping[str, str]) -> None:
    if pairs.is_empty():
        nothing("No two people of different teams depend on each other.")
        return
    apart = bool(pairs["pairs_apart"].drop_nulls().sum())
    table(
        pairs.with_columns(
            files=short_files("paths", repositories, pairs), teams=pl.format("{} – {}", "team_a", "team_b")
        ),
        {
            "teams": Column("Teams", width=150),
            "gaps": Column("Gaps", "count", width=50),
            "congruence": Column("Talk", "percent", width=45, help="Pairs that talked, of those that depend"),
            "required": Column("of", "count", width=45, help="Pairs of people who depend on each other"),
            **(
                {"pairs_apart": Column("Apart", "count", width=55, help="Under 2 working hours in common")}
                if apart
                else {}
            ),
            "files": Column("Files that bind the gaps", width=165),
        },
        alt=takeaway(pairs),
        rows=12,
    )


def _people(scope: Scope, repositories: Mapping[str, str]) -> None:
    sql = coordination.gaps(scope)
    found = data.rows(sql)
    named = bool(data.rows(code.NAMED)["named"][0])
    title = f"{words.count(found.height, 'pair')} of people who should talk, the strongest first"
    if empty.is_left_out():
        title = "Pairs of people who should talk"
    with card(title, sql=sql, frame=found, key="gaps", note=PEOPLE_NOTE):
        if empty.is_left_out():
            empty.hidden("Which two people is not shown")
            return
        if found.is_empty():
            nothing("No strong dependency between two teams is without a trace of talking.")
            return
        table(
            found.with_columns(files=short_files("paths", repositories, found)).head(coordination.LISTED),
            {
                **({"first": Column("Person", width=110)} if named else {}),
                "team_a": Column("Team", width=105),
                **({"second": Column("and", width=110)} if named else {}),
                "team_b": Column("of team" if named else "and", width=110),
                "strength": Column("Strength", "count", width=75, help="Changes of the two that meet"),
                "files": Column("Files that bind them", width=335),
            },
            alt=title,
            rows=12,
        )
