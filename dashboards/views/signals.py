"""Which weekly figures are out of the ordinary, and which just go up and down."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, ticket_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import attention, tickets
from dashboards.scope import Scope
from dashboards.views.ticket_flow import BEHAVIOUR_NOTE
from dashboards.views.ticket_flow import signals as told

NONE = "No figure has 8 weeks with a value yet: too few for limits."


def draw(scope: Scope) -> None:
    """Draw what the last week says of every weekly figure, and the chart of the chosen one."""
    sql = attention.signals(scope)
    found = data.rows(sql)
    known = found.filter(pl.col("mean").is_not_null())
    with card(
        "Signal or noise? The last week of every figure", sql=sql, frame=found, key="signals", note=BEHAVIOUR_NOTE
    ):
        if known.is_empty():
            empty.nothing_here(NONE)
            return
        st.caption(f"{takeaway(known)}.")
        loud = known.drop_nulls("signal")
        if loud.height:
            table(
                loud.with_columns(
                    pl.Series("value", _in_words(loud, "value")),
                    pl.Series("mean", _in_words(loud, "mean")),
                    pl.col("signal").str.replace_all("_", " "),
                ),
                {
                    "title": Column("Figure", width=220),
                    "week": Column("Week of", "day", width=92),
                    "value": Column("Value", width=100),
                    "mean": Column("Mean", width=100),
                    "side": Column("Side", width=70),
                    "signal": Column("Because", width=170),
                },
                alt=takeaway(known),
                rows=6,
            )
    titles = dict(known.select("metric", "title").iter_rows())
    metric = st.selectbox(
        "Figure", list(titles), format_func=titles.__getitem__, key="figure", bind="query-params", width=320
    )
    sql = tickets.behaviour(scope, metric)
    weeks = data.rows(sql)
    title = f"{titles[metric]}: which weeks are out of the ordinary?"
    with card(title, sql=sql, frame=weeks, key="signal-weeks", note=BEHAVIOUR_NOTE):
        unit = known.filter(pl.col("metric") == metric)["unit"][0]
        said = told(weeks)
        st.altair_chart(ticket_charts.behaviour(weeks, name=titles[metric], in_days=unit == "seconds"), alt=said)
        st.caption(f"{said}.")


def takeaway(known: pl.DataFrame) -> str:
    """How many figures say something, and that the others do not."""
    loud = known["signal"].count()
    quiet = known.height - loud
    if not loud:
        return f"All {words.count(known.height, 'weekly figure')} are within their limits: ups and downs are noise"
    return (
        f"{loud:,} of {words.count(known.height, 'weekly figure')} {'is' if loud == 1 else 'are'} out of the ordinary; "
        f"what the other {quiet:,} do is noise"
    )


def _in_words(found: pl.DataFrame, column: str) -> list[str]:
    return [words.number(value, unit) for value, unit in found.select(column, "unit").iter_rows()]
