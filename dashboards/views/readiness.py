"""What tickets lacked when work on them began, and which of the next ones are not ready."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import scope_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import code, requirements
from dashboards.scope import Scope
from dashboards.views.pull_requests import too_small
from dashboards.views.requirements import share_by_month
from dashboards.views.tickets import names, nothing

NOTE = (
    "Ready is a ticket that has all that `[readiness] needs` in leadline.toml asks for: at its start or, where it has "
    "not begun, now. A ticket that is ready on paper can still be a riddle."
)

NONE = "No ticket whose readiness is known was begun in this period."


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw the share begun before they were ready, what they lacked, and the list of the next that are not ready."""
    hidden = too_small(scope)
    left, right = st.columns([1, 1], gap="small")
    with left:
        share_by_month(
            "unready_starts", scope, title="Begun before they were ready, by month", key="unready-starts", note=NOTE,
            none=NONE, hidden=hidden,
        )  # fmt: skip
    sql = requirements.lacking(scope)
    lacking = told(data.rows(sql))
    with right, card("What they lacked, last 90 days", sql=sql, frame=lacking, key="lacking", note=NOTE):
        if hidden or lacking.is_empty():
            nothing("Every ticket begun in the last 90 days had what it needs.", hidden=hidden)
        else:
            said = f"{lacking['items'][0]:,} of {lacking['of_all'][0]:,} lacked this: {lacking['name'][0].lower()}"
            st.altair_chart(scope_charts.counts(lacking, title="Tickets begun"), alt=said)
            st.caption(f"{said}.")
    sql = requirements.unready(scope)
    unready = data.rows(sql).with_columns(
        pl.col("missing").list.eval(pl.element().replace(requirements.NEEDS)).list.join(", ")
    )
    with card(
        "Still to be done and not ready, the next to come first", sql=sql, frame=unready, key="unready", note=NOTE
    ):
        if unready.is_empty():
            nothing("Every ticket that is still to be done is ready, as far as is known.")
            return
        said = waiting(unready)
        _table(unready, said)
        st.caption(f"{said}.")


def told(lacking: pl.DataFrame) -> pl.DataFrame:
    """What was lacking in words: `name`, `items`, and the share of all tickets."""
    shares = [words.share(n / of_all) for n, of_all in lacking.select("tickets", "of_all").iter_rows()]
    return lacking.with_columns(
        name=pl.col("need").replace(requirements.NEEDS), items="tickets", told=pl.Series(shares, dtype=pl.String)
    )


def waiting(unready: pl.DataFrame) -> str:
    """How many are not ready, and how many of them stand in a running sprint, in words."""
    planned = unready["sprint"].count()
    said = (
        f"{words.count(unready.height, 'ticket')} still to be done {'is' if unready.height == 1 else 'are'} not ready"
    )
    return f"{said}, {planned:,} of them in a running sprint" if planned else said


def _table(unready: pl.DataFrame, said: str) -> None:
    named = bool(data.rows(code.NAMED)["named"][0]) and bool(unready["assignee"].count())
    table(
        unready.head(requirements.LISTED),
        {
            "url": Column("", "link", width=34),
            **names(unready, title=200),
            "missing": Column("Lacks", width=165),
            "step": Column("Status", width=85),
            **({"sprint": Column("Sprint", width=80)} if unready["sprint"].count() else {}),
            **({"assignee": Column("Assignee", width=85)} if named else {}),
            "type": Column("Type", width=70),
            "created_at": Column("Created", "day", width=92),
        },
        alt=said,
    )
