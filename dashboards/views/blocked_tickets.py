"""What could not go on in the last 90 days, why, for how long, and what holds it now."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import kpi, ticket_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import code, tickets
from dashboards.scope import Scope
from dashboards.views.tickets import names, nothing

NOTE = (
    "Flagged, in a status that means blocked, or while a ticket that blocks it was open; only time between start and "
    "end of the work counts. A flag that nobody clears blocks for ever."
)

BESIDE = (
    kpi.Kpi("blocked_tickets", of="tickets", item="begun ticket"),
    kpi.Kpi("ticket_blocked_share", of="tickets", item="finished ticket", past="month"),
    kpi.Kpi("ticket_reopened_rate", of="tickets", item="completion", past="month"),
)

NONE = "Nothing was blocked in the last 90 days, as far as flags, statuses and links tell."


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw blocked spans by cause and length, and the list of them."""
    kpi.row(BESIDE, scope, note=False)
    sql = tickets.blocks(scope)
    blocks = told(data.rows(sql))
    with card("Blocked in the last 90 days, by cause", sql=sql, frame=blocks, key="blocks", note=NOTE):
        if blocks.is_empty():
            nothing(NONE)
            return
        said = most(blocks)
        st.altair_chart(ticket_charts.blocked(blocks), alt=said)
        st.caption(f"{said}.")
    with card("What blocks what, those that last first", sql=sql, frame=blocks, key="blocked", note=NOTE):
        _table(blocks)


def told(blocks: pl.DataFrame) -> pl.DataFrame:
    """Blocked spans with their cause in words, whether they last, and where among their like they are drawn."""
    return blocks.with_columns(
        name=pl.col("cause").replace(tickets.CAUSES),
        standing=pl.when("is_blocked").then(pl.lit("Still blocked")).otherwise(pl.lit("Cleared")),
        place=pl.int_range(pl.len()).over("cause") % 21,
    )


def most(blocks: pl.DataFrame) -> str:
    """How many were blocked and by what for longest, in words."""
    tickets_, lasting = blocks["ticket_id"].n_unique(), blocks.filter("is_blocked")["ticket_id"].n_unique()
    by_cause = blocks.group_by("name").agg(pl.col("seconds").sum()).sort("seconds", "name", descending=[True, False])
    cause, seconds = by_cause.row(0)
    return (
        f"{words.count(tickets_, 'ticket was', 'tickets were')} blocked, {lasting:,} still "
        f"{'is' if lasting == 1 else 'are'}; the cause that took most time: {cause.lower()} "
        f"({words.span(seconds)} together)"
    )


def _table(blocks: pl.DataFrame) -> None:
    named = bool(data.rows(code.NAMED)["named"][0])
    people = {
        name: Column(heading, width=90)
        for name, heading in (("assignee", "Assignee"), ("by_assignee", "Who has that"))
        if named and blocks[name].count()
    }
    table(
        blocks.head(tickets.LISTED),
        {
            "url": Column("", "link", width=34),
            **names(blocks, title=150),
            **({"assignee": people["assignee"]} if "assignee" in people else {}),
            "name": Column("Why", width=170),
            "seconds": Column("For", "span", width=75),
            "standing": Column("Now", width=90),
            "by_key": Column("Blocked by", width=85),
            "by_status": Column("Which is in", width=90),
            **({"by_assignee": people["by_assignee"]} if "by_assignee" in people else {}),
            "blocked_at": Column("Since", "day", width=90),
        },
        alt=most(blocks),
        rows=14,
    )
