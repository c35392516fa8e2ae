"""How things move: commits, what is known of the files, releases."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, empty, kpi, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import attention
from dashboards.scope import Scope
from dashboards.views import signals

FIGURES = (
    kpi.Kpi("commits", "week", of="members", item=None),
    kpi.Kpi("active_authors", "week", of="members", item=None),
    kpi.Kpi("truck_factor"),
    kpi.Kpi("files_at_risk"),
)


def draw(chosen: Scope, repositories: dict[str, str]) -> None:
    """Draw figures, commits by week, how many people know each file, and releases."""
    kpi.row(FIGURES, chosen)
    signals.draw(chosen)
    left, right = st.columns([1, 1], gap="small")
    with left:
        _activity(chosen)
        _releases(chosen, repositories)
    with right:
        _knowers(chosen)


def _activity(chosen: Scope) -> None:
    sql = attention.activity(chosen)
    activity = data.rows(sql)
    known = activity.drop_nulls("commits")
    title = "Commits per week by its members" if chosen.team else "Commits per week"
    note = "Of people, on the default branch, without merges; weeks that are over. A team's are those of its members."
    with card(title, sql=sql, frame=activity, key="activity", note=note):
        if activity.is_empty():
            empty.nothing_here("No commits in any week that is over.")
        elif known.is_empty():
            empty.nothing_here(f"Not shown: {activity['reason'][-1].replace('_', ' ')}.")
        else:
            last, usual = known["commits"][-1], words.number(known["commits"].cast(pl.Float64).quantile(0.5, "linear"))
            st.altair_chart(
                charts.weekly(known, "commits", "Commits"),
                alt=f"{words.count(last, 'commit')} in the last week, {usual} in a usual one",
            )


def _knowers(chosen: Scope) -> None:
    sql = attention.knowers(chosen)
    known = data.rows(sql)
    with card(
        "How many people know each file",
        sql=sql,
        frame=known,
        key="knowers",
        note="People who wrote or reviewed changes of the file and were active in the last 90 days.",
    ):
        if known.is_empty():
            empty.nothing_here("No files yet.", "leadline compute")
        else:
            few = known.filter(pl.col("knowers").is_in(["0", "1"]))["files"].sum()
            takeaway = f"{few:,} of {known['files'].sum():,} files are known by fewer than two active people"
            st.altair_chart(charts.knowers(known), alt=takeaway)
            st.caption(f"{takeaway}.")


def _releases(chosen: Scope, repositories: dict[str, str]) -> None:
    sql = attention.releases(chosen)
    releases = data.rows(sql).with_columns(
        repository=pl.col("repo_id").replace(repositories),
        days_since_last=pl.col("days_since_last").floor(),
        p50_days=pl.col("p50_days").round(),
    )
    with card(
        "Releases",
        sql=sql,
        frame=releases,
        key="releases",
        note="Tags that match the configured pattern. Overdue: longer ago than 85 % of the gaps of three years.",
    ):
        if releases.is_empty():
            empty.nothing_here("No tag here matches `[deployments] tag`.")
        else:
            table(
                releases,
                {
                    "repository": Column("Repository", width=85),
                    "last_tag": Column("Last", width=65),
                    "days_since_last": Column("Days ago", "count", width=62),
                    "p50_days": Column("Usually", "count", width=58, help="Median days between releases, three years"),
                    "is_overdue": Column("Late", "flag", width=40, help="Longer ago than 85 % of the gaps"),
                },
                alt="Last release of each repository and whether it is overdue",
            )
