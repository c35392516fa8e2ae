"""In which status the time of tickets goes, and what waits there now."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, kpi, ticket_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import tickets
from dashboards.scope import Scope
from dashboards.views.pull_requests import too_small
from dashboards.views.tickets import leading, nothing

NOTE = (
    "Of tickets finished in the last 180 days, all visits to a status together, from creation to end; the chosen team "
    "does not narrow it. Which statuses are waiting or blocked is read from their names, or said by `flow.waiting` and "
    "`flow.blocked` of the source."
)

NONE = "No ticket of this project whose way through the statuses is known was finished in the last 180 days."

BESIDE = tuple(
    kpi.Kpi(metric, of="tickets", item="finished ticket", past="month")
    for metric in ("ticket_flow_efficiency", "ticket_lead_time", "ticket_returned_rate")
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw the share of each status of a project, and the table of its times."""
    kpi.row(BESIDE, scope, note=False)
    every = data.rows(tickets.PROJECTS)
    most = every.sort("tickets", "project", descending=[True, False])
    project = leading(scope, most.head(1).select("project"))
    sql = tickets.statuses(project or "")
    statuses = kinds(data.rows(sql))
    title = f"Where the time of tickets goes{f', {words.plain(project)}' if project else ''}"
    with card(title, sql=sql, frame=statuses, key="statuses", note=NOTE):
        known = statuses.filter(pl.col("share") > 0)
        if too_small(scope) or known.is_empty():
            nothing(NONE, hidden=too_small(scope))
            return
        said = largest(statuses)
        shown = known.with_columns(told=pl.Series([words.share(share) for share in known["share"]], dtype=pl.String))
        st.altair_chart(ticket_charts.statuses(shown), alt=said)
        others = every.height - 1
        more = " This is the project with most tickets; choose another above." if others and not scope.project else ""
        st.caption(f"{words.plain(said)}.{more}")
        table(
            statuses,
            {
                "step": Column("Status", width=170),
                "kind": Column("Taken for", width=110, help="Whether anybody works on a ticket in it"),
                "share": Column("Share of time", "bar", width=110),
                "p50_seconds": Column("Half at most", "span", width=100, help="Time in it, all visits together"),
                "p85_seconds": Column("85 % at most", "span", width=100),
                "n": Column("Tickets", "count", width=70, help="Finished tickets that were in it"),
                "p85": Column("Left at age", "span", width=100, help="85 % had left it for good at this age"),
                "open_tickets": Column("In it now", "count", width=80),
            },
            alt=said,
        )


def kinds(statuses: pl.DataFrame) -> pl.DataFrame:
    """Statuses with what they are taken for, in words."""
    return statuses.with_columns(
        kind=pl.when("is_blocked")
        .then(pl.lit(ticket_charts.STOPPED))
        .when("is_waiting")
        .then(pl.lit(ticket_charts.WAITING))
        .when(pl.col("status_category") == "todo")
        .then(pl.lit(ticket_charts.BEFORE))
        .when(pl.col("status_category") == "done")
        .then(pl.lit(ticket_charts.OVER))
        .otherwise(pl.lit(ticket_charts.WORK))
    )


def largest(statuses: pl.DataFrame) -> str:
    """In which status most of the time goes, and how much of it is waiting, in words."""
    known = statuses.drop_nulls("share").sort("share", "position", descending=[True, False])
    if known.is_empty():
        return "No finished ticket tells where its time went"
    first = known.row(0, named=True)
    idle = charts.total(known.filter(pl.col("kind") != ticket_charts.WORK), "share")
    return (
        f'Most of the time goes by in "{first["step"]}" ({words.share(first["share"])}); nobody works on a ticket for '
        f"{words.share(idle)} of its time"
    )
