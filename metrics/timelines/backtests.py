"""How good the forecasts of the past would have been, window by window.

hits: at least as many were finished, or no later, than promised. Brier score: the mean square of the difference
between the probability that was stated and what happened (1 or 0). CRPS: how far the whole distribution was from what
happened, in tickets or days. Promises of 0 tickets say nothing and are left out.

Misread: neighbouring Mondays look at mostly the same weeks. 52 cases over 56 days are far fewer than 52 that have
nothing to do with each other.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import today
from metrics.registry import Intermediate, pipeline
from metrics.timelines.choice import WINDOW
from warehouse.tables import Table
from warehouse.tables import columns as col

_PROMISE = ["question", "target", "confidence"]


class ForecastHits(Intermediate):
    """One row per promise of the past whose outcome is known."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    origin = col.key_day("The first day that was forecast")
    sampling = col.key("`days` or `weeks`")
    window_days = col.key_number("Length of the window")
    question = col.key("`how_many` or `when`")
    target = col.key_number("Days, for `how_many`; tickets, for `when`")
    confidence = col.key_real("Confidence of the promise")
    held = col.flag("Whether it came true")
    stated = col.real("Probability that was stated")
    crps = col.real("Score of the whole distribution")
    is_chosen = col.flag("Whether the window was the best by what was known at the time")


class ForecastBacktests(Table):
    """One row per team, window, question and confidence: promises of the last two years whose outcome is known."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    sampling = col.key("`days`: each day from days of its kind; `weeks`: seven days together")
    window_days = col.key_number("Length of the window")
    question = col.key("`how_many` or `when`")
    target = col.key_number("Days, for `how_many`; tickets, for `when`")
    confidence = col.key_real("Confidence of the promise")
    horizon_days = col.number("The days looked ahead; null for `when`")
    cases = col.number("Promises")
    hits = col.number("Promises that came true")
    brier = col.real("Mean square of stated probability − outcome; 0 is best")
    crps = col.real("Mean score of the distribution, in tickets for `how_many`, in days for `when`; 0 is best")


@pipeline(ForecastHits)
def forecast_hits(
    forecast_cases: pl.LazyFrame, window_scores: pl.LazyFrame, *, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """Every promise that was made and can be judged."""
    outcome, answer = pl.col("outcome"), pl.col("answer")
    # What took longer than was looked ahead has no outcome, and was late.
    held = pl.when(pl.col("question") == "how_many").then(outcome >= answer).otherwise(outcome <= answer)
    chosen = window_scores.select("team", "origin", *WINDOW, "is_chosen")
    return (
        forecast_cases.filter(pl.col("known_on") <= today(as_of, zone), answer > 0, pl.col("crps").is_not_null())
        .join(chosen, on=["team", "origin", *WINDOW])
        .with_columns(held=held.fill_null(value=False))
        .select(ForecastHits.column_names())
        .sort(ForecastHits.primary_key())
    )


@pipeline(ForecastBacktests)
def forecast_backtests(forecast_hits: pl.LazyFrame) -> pl.LazyFrame:
    """The record of every window."""
    return (
        forecast_hits.group_by("team", *WINDOW, *_PROMISE)
        .agg(
            cases=pl.len(),
            hits=pl.col("held").sum(),
            brier=(pl.col("stated") - pl.col("held")).pow(2).mean(),
            crps=pl.col("crps").mean(),
        )
        .with_columns(horizon_days=pl.when(pl.col("question") == "how_many").then("target"))
        .select(ForecastBacktests.column_names())
        .sort(ForecastBacktests.primary_key())
    )
