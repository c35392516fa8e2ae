"""How often promises were kept: the points of the reliability diagram, and the sentence that says so.

Two records: the *backtest*, by the window that was best by what was known at each time, so that no forecast gains from
hindsight; and what was *stored*, the forecasts that leadline published and never computes again.

Misread: Wilson's interval takes the cases for independent. Those of neighbouring weeks are not: the true interval is
wider. 85 % kept in 97 % of the cases is no triumph either: earlier dates could have been promised.
"""

import polars as pl

from metrics.delivery.intervals import wilson
from metrics.registry import Metric, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

NEEDED = 10
_POINT = ["team", "basis", "question", "scope_mode", "confidence"]


class ForecastCalibration(Table):
    """One row per team, record, question, mode and confidence."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    basis = col.key("`backtest` or `stored`")
    question = col.key("`how_many`, `when`, `milestone`, `version`, `epic` or `sprint`")
    scope_mode = col.key("`fixed`, `growing` or `shared`: each is a promise of its own")
    confidence = col.key_real("What was promised")
    cases = col.number("Promises whose outcome is known")
    hits = col.number("Promises that came true")
    share = col.real("Share that came true; null for fewer than 10")
    low = col.real("Lower bound of Wilson's 95 % interval")
    high = col.real("Upper bound")
    sentence = col.text("The same in words")
    reason = col.text("Why the share is null: `too_few_cases`")


@pipeline(ForecastCalibration)
def forecast_calibration(forecast_hits: pl.LazyFrame, forecast_outcomes: pl.LazyFrame) -> pl.LazyFrame:
    """Every point of every team's diagrams."""
    point = ["team", "question", "scope_mode", "confidence", "held"]
    stored = forecast_outcomes.filter(pl.col("held").is_not_null())
    promises = pl.concat(
        [
            forecast_hits.filter("is_chosen")
            .with_columns(scope_mode=pl.lit("fixed"))
            .select(*point, basis=pl.lit("backtest")),
            stored.select(*point, basis=pl.lit("stored")),
        ]
    )
    share, n = pl.col("hits") / pl.col("cases"), pl.col("cases")
    low, high = wilson(share, n)
    enough = n >= NEEDED
    said = pl.format(
        "Our {} % came true in {} % of {} cases.",
        (pl.col("confidence") * 100).round().cast(pl.Int64),
        (share * 100).round().cast(pl.Int64),
        n,
    )
    return (
        promises.group_by(_POINT)
        .agg(cases=pl.len().cast(pl.Int64), hits=pl.col("held").sum().cast(pl.Int64))
        .with_columns(
            share=pl.when(enough).then(share),
            low=pl.when(enough).then(low),
            high=pl.when(enough).then(high),
            sentence=pl.when(enough).then(said),
            reason=pl.when(~enough).then(pl.lit("too_few_cases")),
        )
        .select(ForecastCalibration.column_names())
        .sort(ForecastCalibration.primary_key())
    )


_INPUTS = ("tickets", "ticket_status_intervals", "team_scopes", "team_members")

METRICS = (
    Metric(
        name="forecast_calibration",
        title="Promises kept",
        unit="share",
        direction="neutral",
        responsibility="timelines",
        definition=(
            "Promises of 50, 70, 85 and 95 % that came true / promises whose outcome is known: of every Monday of the "
            "last two years, from what was known then, by the window that was best by then."
        ),
        table="forecast_calibration",
        inputs=_INPUTS,
        exclusions=(
            "Mondays on which the window held fewer than 20 finished tickets or 5 days with any; promises of 0 "
            "tickets; promises beyond two years; outcomes that are not known yet."
        ),
        pitfalls=(
            "Cases of neighbouring weeks look at the same days: few of them are independent. Much more kept than "
            "promised means that earlier dates could have been promised."
        ),
        source="Gneiting, Balabdaoui and Raftery, Probabilistic forecasts, calibration and sharpness, 2007",
    ),
    Metric(
        name="forecast_score",
        title="Score of a window",
        unit="ratio",
        direction="lower",
        responsibility="timelines",
        definition=(
            "CRPS of a window's forecasts / mean CRPS of all windows for the same questions and days, averaged over "
            "seven questions: how many in 7, 14, 28, 56 days; when 10, 20, 40 are finished. The lowest is chosen."
        ),
        table="forecast_windows",
        inputs=_INPUTS,
        exclusions="Windows that held too little; fewer than 20 cases.",
        pitfalls="It compares windows of one team with each other; it does not say whether the best is any good.",
        source="Gneiting and Raftery, Strictly proper scoring rules, prediction, and estimation, 2007",
    ),
)
