"""Which team reviews the pull requests of which: teams only, nobody is ranked."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, empty, review_charts, words
from dashboards.parts.card import card
from dashboards.queries import reviews
from dashboards.queries.windows import NO_TEAM
from dashboards.scope import Scope
from dashboards.views.pull_requests import nothing

NOTE = (
    "Reviews of people by people in the chosen period. Somebody in two teams counts for the first by name; teams with "
    "fewer members than `[privacy] minimum_group` are shown together."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw reviews from team to team."""
    sql = reviews.team_edges(scope)
    edges = data.rows(sql)
    with card("Who reviews for whom, team by team", sql=sql, frame=edges, key="team-edges", note=NOTE):
        if empty.is_left_out():
            empty.hidden("Who reviews for whom is not shown")
        elif edges.is_empty():
            nothing("No review by a person in this period.")
        elif set(edges["author_team"]) | set(edges["reviewer_team"]) <= {NO_TEAM}:
            empty.nothing_here("Nobody here belongs to a team: add `[[team]]` sections to leadline.toml.")
        else:
            shares = pl.col("reviews") / pl.col("reviews").sum().over("author_team")
            shown = edges.with_columns(share=shares)
            shown = shown.with_columns(told=pl.Series([words.share(share) for share in shown["share"]]))
            st.altair_chart(review_charts.between_teams(shown), alt=across(edges))
            st.caption(f"{across(edges)}.")


def across(edges: pl.DataFrame) -> str:
    """How many reviews cross teams, in words."""
    everything = charts.total(edges, "reviews")
    inside = charts.total(edges.filter(pl.col("author_team") == pl.col("reviewer_team")), "reviews")
    return (
        f"{words.share(1 - inside / everything if everything else None)} of {words.count(int(everything), 'review')} "
        "cross from one team to another"
    )
