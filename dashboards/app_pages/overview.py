"""What needs attention? The actions of each team, and how things have moved."""

import polars as pl
import streamlit as st

from dashboards import data, scope, settings
from dashboards.parts import action, caveats, charts, empty, kpi, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import attention

FIGURES = (
    kpi.Kpi("commits", "week", of="members", item=None),
    kpi.Kpi("active_authors", "week", of="members", item=None),
    kpi.Kpi("truck_factor"),
    kpi.Kpi("files_at_risk"),
)

SHOWN = 3
"""Actions of a team that are shown before somebody asks for all."""

chosen = scope.current()
repositories = scope.repository_labels()
st.title("What needs attention?")
where = repositories.get(chosen.repository or "") or words.count(len(repositories), "repository", "repositories")
actions = data.rows(attention.actions(chosen))
new = int(actions["is_new"].fill_null(value=False).sum())
told = [words.plain(settings.current().name), words.plain(where), words.plain(chosen.team)]
told.append(words.count(actions.height, "action") + (f", {new} new since the run before" if new else ""))
st.caption(" · ".join(filter(None, told)))

caveats.failures()
caveats.age()
kpi.row(FIGURES, chosen)

left, right = st.columns([3, 2], gap="small")

with left:
    if actions.is_empty():
        empty.no_action(narrowed=bool(chosen.repository or chosen.team))
    for (team,), of_team in actions.group_by("team", maintain_order=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(words.plain(str(team)) if team else "No team", anchor=False, width="stretch")
            everything = of_team.height <= SHOWN or st.toggle(
                f"All {of_team.height}", key=f"all {team or ''}", bind="query-params"
            )
        for row in of_team.head(of_team.height if everything else SHOWN).iter_rows(named=True):
            action.draw(row, repositories)

with right:
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
