"""One figure of a period beside its own past."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from leadline import published
from leadline.config import Config

PAST_PERIODS = 12
"""How many periods before the reported one a figure is compared with."""

MINIMUM_PAST = 4
"""From how many of them on one can speak of what is usual."""

_PAST = {
    "week": timedelta(weeks=PAST_PERIODS),
    "month": timedelta(days=32 * PAST_PERIODS),
    "rolling_90d": timedelta(),
}
"""How far before the first day asked for a figure's past reaches; of the rolling 90 days only the last are kept."""

_COPIED = ("metric", "title", "unit", "direction", "table", "value", "n", "reason", "definition", "pitfalls")

_FIGURES = """
    SELECT o.metric, c.title, o.unit, c.direction, c."table", c.definition, c.pitfalls,
      o.period_start, o.value, o.n, o.reason
    FROM metrics.observations AS o JOIN meta.metric_catalogue AS c ON c.name = o.metric
    WHERE o.scope_kind = $scope_kind AND o.scope = $scope AND o.period = $period
      AND o.period_start BETWEEN $since AND $start
    ORDER BY o.metric, o.period_start
"""


@dataclass(frozen=True)
class Figure:
    """One figure of the period beside its own past."""

    metric: str
    title: str
    unit: str
    direction: str
    table: str
    """The table of schema `metrics` with the items behind it."""
    value: float | None
    n: int | None
    reason: str | None
    usual: float | None
    """Median of the periods before, nulls left out; None for fewer than MINIMUM_PAST."""
    low: float | None
    high: float | None
    """Between these lie seven in ten of the periods before (15th to 85th percentile)."""
    past: tuple[float | None, ...]
    """The periods before and this one, oldest first."""
    last_start: date
    """First day of the newest period that has a row."""
    definition: str
    pitfalls: str

    @property
    def is_usual(self) -> bool:
        """Whether the value lies within the usual range, so that a change means nothing."""
        known = self.value is not None and self.low is not None and self.high is not None
        return known and self.low <= self.value <= self.high  # type: ignore[operator]  # all three are known


def figures(config: Config, team: str | None, period: str, start: date) -> list[Figure]:
    """Return the figures of a period that begins on `start`, for everybody or one team, by name.

    One that is known neither for it nor for any of the periods before has nothing to say, and is left out.
    """
    rows = published.query(
        config,
        _FIGURES,
        {
            "scope_kind": "team" if team else "all",
            "scope": team or "all",
            "period": period,
            "start": start,
            "since": start - _PAST[period],
        },
    )
    known = rows.filter(pl.col("value").is_not_null().any().over("metric"))
    return [_figure(part) for part in known.partition_by("metric", maintain_order=True)]


def _figure(rows: pl.DataFrame) -> Figure:
    last = rows.row(-1, named=True)
    before = rows["value"].head(-1).drop_nulls()
    median = before.median() if before.len() >= MINIMUM_PAST else None
    return Figure(
        **{name: last[name] for name in _COPIED},
        usual=float(median) if isinstance(median, int | float) else None,
        low=before.quantile(0.15, "linear") if median is not None else None,
        high=before.quantile(0.85, "linear") if median is not None else None,
        past=tuple(rows["value"]),
        last_start=last["period_start"],
    )
