"""What came of the forecasts that were written down, and how those of one thing moved.

A promise is judged when its outcome is known or its day has passed. `how_many` counts the days from the one on which it
was made; `when` counts tickets from the beginning of that day. What has a name is finished when its last ticket is or,
if that is earlier, when it is closed.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import day, today
from metrics.registry import pipeline
from metrics.timelines.targets import TARGET
from warehouse.tables import Table
from warehouse.tables import columns as col

_NAMED = [*TARGET, "team"]


class ForecastOutcomes(Table):
    """One row per promise that was written down and has an answer."""

    made_at = col.key_instant("When it was made")
    team = col.key("Team, project where the configuration names no team, or `all`")
    question = col.key("`how_many`, `when`, `milestone`, `version`, `epic` or `sprint`")
    target = col.key("Days for `how_many`, tickets for `when`, else what is asked about")
    scope_mode = col.key("`fixed`, `growing` or `shared`")
    confidence = col.key_real("0.5, 0.7, 0.85 or 0.95")
    answer_on = col.day("The day that was promised")
    answer_items = col.number("The number of tickets that was promised")
    outcome_on = col.day("The day on which it was finished; null where it is not, or is not known")
    outcome_items = col.number("The number that was finished, once the days have passed")
    held = col.flag("Whether it came true; null while nobody can know")
    late_days = col.number("Days later than promised, negative for earlier")


class ForecastMoves(Table):
    """One row per forecast of something that has a name: how it changed from one time to the next."""

    team = col.key("Team, project where the configuration names no team, or `all`")
    question = col.key("`milestone`, `version`, `epic` or `sprint`")
    target = col.key("Id of the milestone, version or sprint; ticket of the epic")
    scope_mode = col.key("`fixed`, `growing` or `shared`")
    made_at = col.key_instant("When it was made")
    title = col.text("Its title")
    p50_on = col.day("The day by which it is finished with 50 %")
    p85_on = col.day("… with 85 %")
    due_on = col.day("Due date at that time")
    due_probability = col.real("Probability of the due date")
    remaining_items = col.number("Tickets that were open")
    moved_days = col.number("Days that the 85 % moved since the forecast before; positive is later")
    due_moved_days = col.number("Days that the due date moved since then")
    is_last_of_week = col.flag("Whether it is the last of its week: one point a week for a chart")


@pipeline(ForecastOutcomes)
def forecast_outcomes(
    forecasts: pl.LazyFrame,
    throughput_days: pl.LazyFrame,
    forecast_targets: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Every promise with what came of it."""
    made = forecasts.filter(pl.col("stated").is_not_null()).with_columns(made_on=day(pl.col("made_at"), zone))
    sums = throughput_days.sort("team", "day").select("team", "day", done=pl.col("finished").cum_sum().over("team"))
    ends = forecast_targets.select(*_NAMED, outcome_on="finished_on")
    is_counted = pl.col("question").is_in(["how_many", "when"])
    judged = [
        _how_many(made.filter(pl.col("question") == "how_many"), sums),
        _when(made.filter(pl.col("question") == "when"), sums),
        made.filter(~is_counted).join(ends, on=_NAMED, how="left").with_columns(outcome_items=None),
    ]
    columns = [*made.collect_schema().names(), "outcome_on", "outcome_items"]
    outcomes = pl.col("outcome_on").cast(pl.Date), pl.col("outcome_items").cast(pl.Int64)
    on, answer_on = pl.col("outcome_on"), pl.col("answer_on")
    in_time = (
        pl.when(on.is_not_null()).then(on <= answer_on).when(answer_on < today(as_of, zone)).then(pl.lit(value=False))
    )
    held = pl.when(pl.col("question") == "how_many").then(pl.col("outcome_items") >= pl.col("answer_items"))
    return (
        pl.concat([part.select(columns).with_columns(outcomes) for part in judged])
        .with_columns(
            held=pl.when(pl.col("question") == "how_many").then(held).otherwise(in_time),
            late_days=(on - answer_on).dt.total_days(),
        )
        .select(ForecastOutcomes.column_names())
        .sort(ForecastOutcomes.primary_key())
    )


@pipeline(ForecastMoves)
def forecast_moves(forecasts: pl.LazyFrame, *, zone: str) -> pl.LazyFrame:
    """How the forecasts of everything that has a name moved."""
    series = ["team", *TARGET, "scope_mode"]
    one = [*series, "made_at"]
    p50, p85 = (pl.col("answer_on").filter(pl.col("confidence") == confidence).first() for confidence in (0.5, 0.85))
    week = day(pl.col("made_at"), zone).dt.truncate("1w")
    return (
        forecasts.filter(~pl.col("question").is_in(["how_many", "when"]))
        .group_by(one)
        .agg(
            pl.col("title", "due_on", "due_probability", "remaining_items").first(),
            p50_on=p50,
            p85_on=p85,
        )
        .sort(one)
        .with_columns(
            moved_days=pl.col("p85_on").diff().over(series, order_by="made_at").dt.total_days(),
            due_moved_days=pl.col("due_on").diff().over(series, order_by="made_at").dt.total_days(),
            is_last_of_week=pl.col("made_at") == pl.col("made_at").max().over(*series, week),
        )
        .select(ForecastMoves.column_names())
        .sort(ForecastMoves.primary_key())
    )


def _how_many(made: pl.LazyFrame, sums: pl.LazyFrame) -> pl.LazyFrame:
    last = pl.col("made_on") + pl.duration(days=pl.col("target").cast(pl.Int64) - 1)
    done = pl.col("done_by") - pl.col("done_before").fill_null(0)
    return (
        made.with_columns(last=last)
        .join(sums.rename({"done": "done_by"}), left_on=["team", "last"], right_on=["team", "day"], how="left")
        .join(_before(sums), on=["team", "made_on"], how="left")
        .with_columns(outcome_on=None, outcome_items=done)
    )


def _when(made: pl.LazyFrame, sums: pl.LazyFrame) -> pl.LazyFrame:
    reached = sums.group_by("team", "done").agg(outcome_on=pl.col("day").min()).sort("done")
    return (
        made.join(_before(sums), on=["team", "made_on"], how="left")
        .with_columns(wanted=pl.col("done_before").fill_null(0) + pl.col("target").cast(pl.Int64))
        .sort("wanted")
        .join_asof(reached, left_on="wanted", right_on="done", by="team", strategy="forward", check_sortedness=False)
        .with_columns(outcome_items=None)
    )


def _before(sums: pl.LazyFrame) -> pl.LazyFrame:
    """What was done by the end of the day before."""
    return sums.select("team", made_on=pl.col("day").dt.offset_by("1d"), done_before="done")
