"""Work that nobody asked for in the tracker: merged pull requests that serve no ticket."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards import scope as chosen_scope
from dashboards.parts import charts, kpi, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import requirements
from dashboards.scope import Scope
from dashboards.views import pull_requests
from dashboards.views.pull_requests import labelled, too_small
from dashboards.views.requirements import share_by_month
from dashboards.views.tickets import nothing

NOTE = (
    "Pull requests by people, merged in the last 90 days, in whose branch, title, text or commits no known ticket is "
    "named. A typo needs no ticket; where the tracker is not collected, everything looks untracked."
)

FIGURES = (kpi.Kpi("untracked_work", of="authors", item="merged pull request", past="month"),)

NONE = "Every pull request merged in the last 90 days serves a ticket."


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - pull requests know no project
    """Draw the share of merged pull requests without a ticket, and the list of them; the chosen repository counts."""
    chosen = chosen_scope.current()
    hidden = too_small(chosen)
    left, right = st.columns([1, 2], gap="small")
    with left:
        kpi.row(FIGURES, chosen)
    with right:
        share_by_month(
            "untracked_work", chosen, title="Merged without a ticket, by month", key="untracked-trend", note=NOTE,
            none="No pull request was merged in this period.", hidden=hidden,
        )  # fmt: skip
    sql = requirements.untracked(chosen)
    found = labelled(data.rows(sql), repositories)
    with card(
        "Merged without a ticket, last 90 days, the largest first", sql=sql, frame=found, key="untracked", note=NOTE
    ):
        if found.is_empty():
            nothing(NONE)
            return
        said = size(found)
        table(
            found.head(requirements.LISTED),
            {
                "url": Column("", "link", width=34),
                **pull_requests.names(found, "Pull request", title=420),
                "size_lines": Column("Lines", "count", width=70),
                "merged_at": Column("Merged", "day", width=100),
            },
            alt=said,
        )
        st.caption(f"{said}.")


def size(found: pl.DataFrame) -> str:
    """How many there are and how much they changed, in words."""
    lines = words.count(int(charts.total(found, "size_lines")), "changed line")
    return f"{words.count(found.height, 'pull request')} with {lines}"
