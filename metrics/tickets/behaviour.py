"""Process behaviour charts: which weeks are out of the ordinary, and which are just noise.

Limits are the mean ± 2.66 times the mean of the differences between neighbouring weeks, over the last 26 weeks that
have a value; the lower one is not below 0. Signals, the strongest first: a week beyond a limit; two of three beyond two
thirds of the way to it, on the same side; four of five beyond one third; eight in a row on one side of the mean.

Of what mostly does not happen in a week, limits say nothing: every time that it does would be a signal.

Misread: a week within the limits needs no story. A signal says that something changed, not what, nor that it was good.
"""

import polars as pl

from metrics.registry import pipeline
from metrics.spans import first_reason
from warehouse.tables import Table
from warehouse.tables import columns as col

WEEKS = 26
NEEDED = 8
SCALE = 2.66
_SERIES = ["metric", "scope_kind", "scope"]
_RUNS = {"two_of_three": (2 / 3, 2, 3), "four_of_five": (1 / 3, 4, 5), "eight_on_one_side": (0.0, 8, 8)}
"""How far out (of the distance to the limit), how many, of how many weeks."""


class ProcessBehaviour(Table):
    """One row per metric, scope and week with a value, of the last 26 such weeks."""

    metric = col.key("Name of the metric in the catalogue")
    scope_kind = col.key("`all`, `team`, `project`, `service` or `repository`")
    scope = col.key("Name of the team, project or service, id of the repository, `all`")
    period_start = col.key_day("First day of the week")
    value = col.real("The figure")
    moving_range = col.real("How far it is from that of the week before")
    mean = col.real("Mean of the figures")
    lower = col.real("Lower limit, not below 0")
    upper = col.real("Upper limit")
    signal = col.text(
        "`beyond_limit`, `two_of_three`, `four_of_five` or `eight_on_one_side`; null for an ordinary week"
    )
    side = col.text("`above` or `below`, for a week with a signal")
    reason = col.text(
        "Why there are no limits: `too_few_weeks` (fewer than 8 with a value), or `mostly_none` (more than half are 0)"
    )


@pipeline(ProcessBehaviour)
def process_behaviour(observations: pl.LazyFrame) -> pl.LazyFrame:
    """The charts of every weekly series."""
    value, spread = pl.col("value"), pl.col("spread")
    distance = (value - pl.col("mean")) / spread  # 1 at the limit
    weeks = (
        observations.filter(pl.col("period") == "week", value.is_not_null())
        .select(*_SERIES, "period_start", "value")
        .sort(*_SERIES, "period_start")
        .with_columns(back=pl.col("period_start").rank("ordinal", descending=True).over(_SERIES))
        .filter(pl.col("back") <= WEEKS)
        .with_columns(moving_range=value.diff().abs().over(_SERIES, order_by="period_start"))
    )
    limits = weeks.group_by(_SERIES).agg(
        n=pl.len(),
        none=(value == 0).sum(),
        mean=value.mean(),
        spread=SCALE * pl.col("moving_range").mean(),
    )
    outside = value > pl.col("mean") + spread, value < (pl.col("mean") - spread).clip(0)
    return (
        weeks.join(limits, on=_SERIES)
        .with_columns(
            reason=first_reason(
                {"too_few_weeks": pl.col("n") < NEEDED, "mostly_none": pl.col("none") * 2 > pl.col("n")}
            ),
            distance=pl.when(spread > 0).then(distance).otherwise(0.0),
        )
        .sort(*_SERIES, "period_start")
        .with_columns(above=_signal(pl.col("distance"), outside[0]), below=_signal(-pl.col("distance"), outside[1]))
        .with_columns(
            signal=pl.coalesce("above", "below"),
            side=pl.when(pl.col("above").is_not_null())
            .then(pl.lit("above"))
            .when(pl.col("below").is_not_null())
            .then(pl.lit("below")),
        )
        .with_columns(
            *(
                pl.when(pl.col("reason").is_null()).then(expression).alias(name)
                for name, expression in {
                    "mean": pl.col("mean"),
                    "lower": (pl.col("mean") - spread).clip(0),
                    "upper": pl.col("mean") + spread,
                    "signal": pl.col("signal"),
                    "side": pl.col("side"),
                }.items()
            )
        )
        .select(ProcessBehaviour.column_names())
        .sort(ProcessBehaviour.primary_key())
    )


def _signal(distance: pl.Expr, is_outside: pl.Expr) -> pl.Expr:
    """The strongest signal of a week on one side."""
    runs = [
        pl.when(_many(distance > far, few, of) & (distance > far)).then(pl.lit(name))
        for name, (far, few, of) in _RUNS.items()
    ]
    return pl.coalesce(pl.when(is_outside).then(pl.lit("beyond_limit")), *runs)


def _many(is_out: pl.Expr, few: int, of: int) -> pl.Expr:
    out = is_out.cast(pl.Int64).rolling_sum(of, min_samples=few)
    return (out >= few).over(_SERIES, order_by="period_start").fill_null(value=False)
