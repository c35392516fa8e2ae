"""What a team finishes next, whatever it is: how many in so many days, and when the next ones are done."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import timelines
from dashboards.scope import Scope
from dashboards.views.forecasts import nothing, why

NOTE = (
    "Drawn from what was finished in the window of the past whose forecasts came closest to what happened. A promise "
    "with 85 % is one that is broken about every seventh time, if the future is like the past: see Record for how "
    "often it was."
)


def draw(scope: Scope, who: str) -> None:
    """Draw how many tickets are finished in the next days, when the next ones are, and the weeks before."""
    sql = timelines.following(who)
    rows = data.rows(sql)
    how_many, when = (rows.filter(pl.col("question") == question) for question in ("how_many", "when"))
    left, right = st.columns(2, gap="small")
    with left, card("How many are finished in …", sql=sql, frame=how_many, key="how-many", note=NOTE):
        if _known(scope, how_many, "items_50"):
            table(
                how_many.with_columns(asked=pl.format("{} days", "target")),
                {
                    "asked": Column("In", width=65),
                    **{f"items_{share}": Column(f"{share} % ≥", "count", width=80) for share in PERCENTS},
                },
                alt=expected(rows),
            )
            st.caption(f"{expected(rows)}.")
    with right, card("When are the next … finished", sql=sql, frame=when, key="when", note=NOTE):
        if _known(scope, when, "on_50"):
            table(
                when.with_columns(asked=pl.format("{} tickets", "target")),
                {
                    "asked": Column("The next", width=72),
                    **{f"on_{share}": Column(f"{share} % by", "day", width=82) for share in PERCENTS},
                },
                alt=expected(rows),
            )
            st.caption(drawn(rows))
    _weeks(scope, who)


PERCENTS = (50, 70, 85, 95)


def _known(scope: Scope, rows: pl.DataFrame, column: str) -> bool:
    """Whether there is a forecast; else say why there is none."""
    if rows[column].drop_nulls().len():
        return True
    reasons = sorted({why(reason) for reason in rows["reason"].drop_nulls()})
    nothing(scope, f"No forecast: {', '.join(reasons)}." if reasons else "No forecast is made of this team.")
    return False


def expected(rows: pl.DataFrame) -> str:
    """What four weeks bring, in words."""
    month = rows.filter(pl.col("question") == "how_many", pl.col("target") == 28)  # noqa: PLR2004 - four weeks
    if month.is_empty() or month["items_85"][0] is None:
        return "How many tickets the next weeks bring is not known"
    least, half = month["items_85"][0], month["items_50"][0]
    return f"In 28 days at least {least:,} tickets with 85 %, at least {half:,} every second time"


def drawn(rows: pl.DataFrame) -> str:
    """What the forecasts are drawn from, in words."""
    known = rows.drop_nulls("window_days")
    if known.is_empty():
        return ""
    by = "seven days together" if known["sampling"][0] == "weeks" else "day by day"
    return f"Drawn from the last {known['window_days'][0]} days, {by}."


def _weeks(scope: Scope, who: str) -> None:
    sql = timelines.finished(who, scope)
    weeks = data.rows(sql)
    with card("Tickets finished a week", sql=sql, frame=weeks, key="finished", note="Whole weeks only."):
        if weeks.is_empty():
            nothing(scope, "No ticket was finished in this period.")
            return
        done, came = (int(charts.total(weeks, name)) for name in ("finished", "created"))
        said = (
            f"{words.count(done, 'ticket')} finished in {words.count(weeks.height, 'week')}, {came:,} created meanwhile"
        )
        st.altair_chart(charts.weekly(weeks, "finished", "Tickets finished"), alt=said)
        st.caption(f"{said}.")
