"""How often did promises hold? The reliability diagram, the sentences, the windows, and published forecasts."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import forecast_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import timelines
from dashboards.scope import Scope
from dashboards.views.forecasts import nothing, why

BASES = {"backtest": "Backtest", "stored": "Published forecasts"}

NOTE = (
    "Backtest: every Monday of the last two years, what would have been promised by what was known then. Published: "
    "what leadline wrote down. On the dotted line as much came true as was promised; below it promises were too bold, "
    "above it earlier dates could have been promised. Neighbouring weeks look at the same days, so the true intervals "
    "are wider."
)

WINDOWS_NOTE = (
    "Score: how far a window's forecasts were from what happened (CRPS), against the mean of all windows for the same "
    "questions: below 1 is better than the others. The best one that holds enough is used."
)

ASKED = {"how_many": "How many", "when": "When"}


def draw(scope: Scope, who: str) -> None:
    """Draw what was promised against what came true, in a diagram and in sentences; the windows; past promises."""
    sql = timelines.calibration(who)
    record = told(data.rows(sql))
    basis = str(
        st.segmented_control(
            "Whose record",
            list(BASES),
            default="backtest",
            required=True,
            format_func=lambda one: BASES[one],
            key="basis",
            bind="query-params",
            label_visibility="collapsed",
        )
    )
    points = record.filter(pl.col("basis") == basis)
    known = points.drop_nulls("share")
    left, right = st.columns(2, gap="small")
    with left, card("Promised, and came true", sql=sql, frame=points, key="reliability", note=NOTE):
        if known.is_empty():
            nothing(scope, "Fewer than 10 promises have an outcome that is known.")
        else:
            st.altair_chart(forecast_charts.reliability(known), alt=verdict(known))
            st.caption(f"{verdict(known)}.")
    with right:
        with card("In words", sql=sql, frame=points, key="record", note=NOTE):
            _sentences(scope, points)
        _windows(scope, who)
    _outcomes(who)


def told(record: pl.DataFrame) -> pl.DataFrame:
    """The record with the `name` of what was asked; what has a name is asked in modes, each a promise of its own."""
    asked = pl.col("question").replace(ASKED)
    mode = pl.col("scope_mode")
    is_plain = pl.col("question").is_in(list(ASKED))
    return record.with_columns(
        name=pl.when(is_plain).then(asked).otherwise(pl.format("{}, {}", asked.str.to_titlecase(), mode))
    )


def verdict(known: pl.DataFrame) -> str:
    """Whether promises were too bold, too careful, or about right, in words; by those of 85 %."""
    careful = known.filter(pl.col("confidence") == 0.85)  # noqa: PLR2004 - what most people promise
    if careful.is_empty():
        return "No promise with 85 % has a record yet"
    cases, hits = (int(careful[name].sum()) for name in ("cases", "hits"))
    kept = hits / cases
    low, high = careful["low"].min(), careful["high"].max()
    if careful.filter(pl.col("high") < 0.85).height:  # noqa: PLR2004
        what = "too bold: promise what is called 95 %, or later dates"
    elif careful.filter(pl.col("low") > 0.85).height:  # noqa: PLR2004
        what = "too careful: earlier dates could have been promised"
    else:
        what = f"about right, as far as can be told ({words.between(low, high, 'share')})"  # type: ignore[arg-type]
    return f"What is called 85 % came true in {words.share(kept)} of {words.count(cases, 'case')}: {what}"


def _sentences(scope: Scope, points: pl.DataFrame) -> None:
    if points.is_empty():
        nothing(scope, "No promise has an outcome that is known yet.")
        return
    table(
        points.with_columns(
            said=pl.coalesce("sentence", pl.lit("Too few cases to say.")), promised=pl.col("confidence")
        ),
        {
            "name": Column("Asked", width=75),
            "said": Column("Record", width=245),
            "low": Column("From", "percent", width=42, help="Lower bound of the 95 % interval"),
            "high": Column("to", "percent", width=42, help="Upper bound"),
        },
        alt="How often promises of each confidence came true",
        rows=8,
    )


def _windows(scope: Scope, who: str) -> None:
    sql = timelines.windows(who)
    windows = data.rows(sql)
    with card("Which past it is drawn from", sql=sql, frame=windows, key="windows", note=WINDOWS_NOTE):
        if windows.is_empty():
            nothing(scope, "No ticket was finished yet.")
            return
        shown = windows.with_columns(
            name=pl.format("{} days, by {}", "window_days", "sampling"),
            score=pl.col("score").round(2),
            why=pl.Series([why(one) if one else None for one in windows["reason"]], dtype=pl.String),
        )
        best = shown.filter("is_chosen")
        table(
            shown,
            {
                "name": Column("Window", width=120),
                "score": Column("Score", "count", width=48),
                "cases": Column("Cases", "count", width=50),
                "is_chosen": Column("Used", "flag", width=45),
                "why": Column("Not known because", width=140),
            },
            alt=f"Forecasts draw from {best['name'][0]}" if best.height else "No window holds enough",
            rows=8,
        )


def _outcomes(who: str) -> None:
    sql = timelines.outcomes(who)
    outcomes = data.rows(sql)
    if outcomes.is_empty():
        return
    held = int(outcomes["held"].sum())
    title = f"Published promises of 85 %: {held:,} of {outcomes.height:,} held"
    with card(title, sql=sql, frame=outcomes, key="outcomes", note=NOTE):
        shown = outcomes.head(timelines.LISTED).with_columns(
            asked=pl.when(pl.col("question") == "how_many")
            .then(pl.format("How many in {} days", "target"))
            .when(pl.col("question") == "when")
            .then(pl.format("The next {} tickets", "target"))
            .otherwise(pl.format("{} ({})", pl.coalesce("title", "target"), "scope_mode"))
        )
        table(
            shown,
            {
                "made_at": Column("Made", "day", width=95),
                "asked": Column("Asked", width=240),
                "answer_on": Column("Promised", "day", width=95),
                "outcome_on": Column("Done", "day", width=95),
                "late_days": Column("Days late", "count", width=75, help="Negative: earlier"),
                "answer_items": Column("Promised tickets", "count", width=115),
                "outcome_items": Column("Finished", "count", width=70),
                "held": Column("Held", "flag", width=50),
            },
            alt=title,
            rows=10,
        )
