"""What was planned for each sprint, what came and went while it ran, and what was finished."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import scope_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import requirements
from dashboards.scope import Scope
from dashboards.views.pull_requests import too_small
from dashboards.views.tickets import names, nothing

NOTE = (
    "Planned is what was in the sprint a day after its start; what came later was added. Told as it was at the end of "
    "the sprint. Planning accuracy: planned and finished / planned; it is easily had by planning little."
)

NONE = "No sprint with these tickets was started in this period; a team without sprints has none."


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw the sprints with what became of their tickets, the table of them, and the tickets of one."""
    sql = requirements.sprints(scope)
    sprints = data.rows(sql)
    with card("What became of the tickets of each sprint", sql=sql, frame=sprints, key="sprints", note=NOTE):
        if too_small(scope) or sprints.is_empty():
            nothing(NONE, hidden=too_small(scope))
            return
        said = accuracy(sprints)
        st.altair_chart(scope_charts.sprints(sprints.head(30)), alt=said)
        st.caption(f"{said}.")
    with card("Sprints, the last one first", sql=sql, frame=sprints, key="sprint-list", note=NOTE):
        _table(sprints)
    _one(scope, sprints)


def accuracy(sprints: pl.DataFrame) -> str:
    """How much of what was planned was finished in the sprints that are over, and how much came later, in words."""
    over = sprints.filter("is_over")
    if over.is_empty():
        return "No sprint is over yet"
    planned, done, added = (int(over[name].sum()) for name in ("planned", "planned_completed", "added"))
    return (
        f"In {words.count(over.height, 'sprint')} that {'is' if over.height == 1 else 'are'} over, "
        f"{words.share(done / planned if planned else None)} of {words.count(planned, 'planned ticket')} "
        f"{'was' if planned == 1 else 'were'} finished; {words.count(added, 'ticket')} came in after the first day"
    )


def _table(sprints: pl.DataFrame) -> None:
    table(
        sprints,
        {
            "name": Column("Sprint", width=112),
            **({"board": Column("Board", width=110)} if sprints["board"].n_unique() > 1 else {}),
            "started_at": Column("Start", "day", width=86),
            "planned": Column("Planned", "count", width=62),
            "planning_accuracy": Column("Accuracy", "bar", width=88, help="Planned and finished / planned; when over"),
            "added": Column("Added", "count", width=55, help="After the first day"),
            "removed": Column("Taken out", "count", width=70),
            "completed": Column("Finished", "count", width=70),
            "unplanned_share": Column("Unplanned", "percent", width=80, help="Of the finished: added, or incidents"),
            "carried_over": Column("Carried over", "count", width=88),
            "carried_twice": Column("… again", "count", width=60, help="Of these, for the second time or more"),
            "reestimated": Column("Re-estimated", "count", width=90),
        },
        alt=accuracy(sprints),
        rows=10,
    )


def _one(scope: Scope, sprints: pl.DataFrame) -> None:
    labels = dict(sprints.select("sprint_id", pl.coalesce("name", "sprint_id")).iter_rows())
    chosen = st.selectbox(
        "Sprint", list(labels), format_func=lambda one: str(labels[one]), key="sprint", bind="query-params", width=320
    )
    sql = requirements.sprint_tickets(scope, str(chosen))
    tickets = data.rows(sql)
    late = tickets.filter((pl.col("came") != "Planned") | (pl.col("outcome") == "Taken out"))
    title = f"{words.plain(str(labels[chosen]))}: tickets that came later first"
    with card(title, sql=sql, frame=tickets, key="sprint-tickets", note=NOTE):
        said = f"{words.count(late.height, 'ticket')} of {tickets.height:,} came or went after the first day"
        table(
            tickets.head(requirements.LISTED),
            {
                "url": Column("", "link", width=34),
                **names(tickets, title=165),
                "came": Column("Came", width=90),
                "added_at": Column("Put in", "day", width=88),
                "outcome": Column("Became", width=95),
                "step": Column("Status now", width=92),
                "points_at_start": Column("Points", "count", width=55, help="A day after the start of the sprint"),
                "points_at_end": Column("… at end", "count", width=62),
                "times_carried": Column("Carried over", "count", width=90, help="In how many sprints up to this one"),
            },
            alt=said,
            rows=12,
        )
        st.caption(f"{said}.")
