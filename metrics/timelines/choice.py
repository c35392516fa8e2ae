"""Which window to draw from: the one whose forecasts came closest to what happened, by what was known at the time.

Windows are compared on the cases that they share: the score is the CRPS of a window / the mean CRPS of all windows that
answered the same questions, averaged over the seven questions; below 1 is better than the others. Until 20 cases are
known, 90 days drawn by days are used.

Misread: the best window is the least bad one. Whether it is any good is told by the calibration.
"""

import polars as pl

from metrics.registry import Intermediate, pipeline
from metrics.timelines.promises import CONFIDENCES
from metrics.timelines.windows import WINDOWS
from warehouse.tables import Table
from warehouse.tables import columns as col

NEEDED = 20
WINDOW = ["sampling", "window_days"]
_ASKED = ["question", "target"]
_KEY = ["team", *WINDOW, *_ASKED]


class WindowScores(Intermediate):
    """One row per team, day from which forecasts look ahead, and window."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    origin = col.key_day("The first day that is forecast")
    sampling = col.key("`days` or `weeks`")
    window_days = col.key_number("Length of the window")
    cases = col.number("Cases whose outcome was known by then")
    score = col.real("CRPS / mean CRPS of the windows; null for fewer than 20 cases")
    is_usable = col.flag("Whether the window held enough to draw from")
    is_chosen = col.flag("Whether it is the best of those that did")


class ForecastWindows(Table):
    """One row per team and window, as it is now."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    sampling = col.key("`days`: each day from days of its kind; `weeks`: seven days together")
    window_days = col.key_number("Length of the window")
    cases = col.number("Forecasts of the past whose outcome is known")
    score = col.real("CRPS / mean CRPS of the windows for the same questions: below 1 is better than the others")
    is_usable = col.flag("Whether the window holds enough to draw from")
    is_chosen = col.flag("Whether forecasts draw from it")
    reason = col.text("`too_little_data` where it is not usable, `too_few_cases` where there is no score")


@pipeline(WindowScores)
def window_scores(forecast_cases: pl.LazyFrame) -> pl.LazyFrame:
    """The score of every window at every time, and which one was chosen."""
    once = forecast_cases.filter(pl.col("confidence") == CONFIDENCES[0])
    origins = once.select("team", "origin").unique()
    usable = once.select("team", "origin", *WINDOW).unique().with_columns(is_usable=pl.lit(value=True))
    scores = _scores(once, origins)
    best = pl.struct(pl.col("score").fill_null(float("inf")).round(9), "preference")
    candidate = pl.when("is_usable").then(best.rank("ordinal").over("team", "origin", "is_usable"))
    return (
        origins.join(_windows(), how="cross")
        .join(scores, on=["team", "origin", *WINDOW], how="left")
        .join(usable, on=["team", "origin", *WINDOW], how="left")
        .with_columns(pl.col("cases").fill_null(0), pl.col("is_usable").fill_null(value=False))
        .with_columns(score=pl.when(pl.col("cases") >= NEEDED).then("score"))
        .with_columns(is_chosen=(candidate == 1).fill_null(value=False))
        .select(WindowScores.column_names())
        .sort(WindowScores.primary_key())
    )


@pipeline(ForecastWindows)
def forecast_windows(window_scores: pl.LazyFrame, throughput_days: pl.LazyFrame) -> pl.LazyFrame:
    """The windows of every team as they are now; a team without enough finished tickets has none that is usable."""
    now = throughput_days.group_by("team").agg(origin=pl.col("day").max().dt.offset_by("1d"))
    return (
        now.join(_windows(), how="cross")
        .join(window_scores, on=["team", "origin", *WINDOW], how="left")
        .with_columns(pl.col("cases").fill_null(0), pl.col("is_usable", "is_chosen").fill_null(value=False))
        .with_columns(
            reason=pl.when(~pl.col("is_usable"))
            .then(pl.lit("too_little_data"))
            .when(pl.col("score").is_null())
            .then(pl.lit("too_few_cases"))
        )
        .select(ForecastWindows.column_names())
        .sort(ForecastWindows.primary_key())
    )


def _scores(once: pl.LazyFrame, origins: pl.LazyFrame) -> pl.LazyFrame:
    """`cases` and `score` of every window by what was known on the day of each origin."""
    known = (
        once.filter(pl.col("crps").is_not_null())
        .with_columns(usual=pl.col("crps").mean().over("team", "origin", *_ASKED))
        .group_by(*_KEY, "known_on")
        .agg(cases=pl.len().cast(pl.Int64), crps=pl.col("crps").sum(), usual=pl.col("usual").sum())
        .sort(*_KEY, "known_on")
        .with_columns(pl.col("cases", "crps", "usual").cum_sum().over(_KEY))
        .sort("known_on")
    )
    asked = origins.join(known.select(_KEY).unique(), on="team").sort("origin")
    # Where every window was exactly right, they are equally good.
    ratio = pl.when(pl.col("usual") > 0).then(pl.col("crps") / pl.col("usual")).otherwise(1.0)
    return (
        asked.join_asof(known, left_on="origin", right_on="known_on", by=_KEY, check_sortedness=False)
        .filter(pl.col("cases").is_not_null())
        .group_by("team", "origin", *WINDOW)
        .agg(cases=pl.col("cases").sum(), score=ratio.mean())
    )


def _windows() -> pl.LazyFrame:
    rows = [(window.sampling, window.window_days, place) for place, window in enumerate(WINDOWS)]
    return pl.LazyFrame(
        rows, schema={"sampling": pl.String, "window_days": pl.Int64, "preference": pl.Int64}, orient="row"
    )
