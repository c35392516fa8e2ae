"""The figures at the head of a page: value, sparkline, and change against the scope's own past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.queries import about, attention
from dashboards.scope import Scope

EARLIER = 12
"""How many periods before the last one it is compared with."""

ENOUGH = 4
"""Fewer earlier periods give no comparison."""

_PERIODS = ("week", "month", "rolling_90d")
_COLORS: dict[str, Literal["normal", "inverse", "off"]] = {"higher": "normal", "lower": "inverse", "neutral": "off"}


@dataclass(frozen=True)
class Change:
    """The last value against the median of those before."""

    text: str
    against: str


def row(metrics: Sequence[str], scope: Scope) -> None:
    """Draw a row of figures, one a metric of the catalogue."""
    with st.grid(len(metrics), min_column_width=170):
        for metric in metrics:
            figure(metric, scope)


def figure(metric: str, scope: Scope) -> None:
    """Draw one figure; where it is not known, the reason stands in its place."""
    catalogue = data.rows(about.CATALOGUE).filter(pl.col("name") == metric)
    known = catalogue.row(0, named=True) if catalogue.height else {}
    series = one_period(data.rows(attention.series(metric, scope)))
    values = series.drop_nulls("value")
    unit = str(known.get("unit") or "count")
    last = series.row(-1, named=True) if series.height else {}
    change = changed(values["value"].to_list(), unit) if last.get("value") is not None else None
    st.metric(
        known.get("title") or metric.replace("_", " ").capitalize(),
        words.number(last.get("value"), unit),
        change.text if change else None,
        delta_description=change.against if change else reason(last),
        delta_color=_COLORS.get(str(known.get("direction")), "off") if change else "off",
        chart_data=values["value"].tail(4 * EARLIER + 4).to_list() if values.height > ENOUGH else None,
        chart_type="area",
        help=described(known),
        border=True,
        height="stretch",
    )


def one_period(series: pl.DataFrame) -> pl.DataFrame:
    """The observations of the shortest period that there are any of, in order of time."""
    for period in _PERIODS:
        found = series.filter(pl.col("period") == period)
        if found.height:
            return found.sort("period_start")
    return series


def changed(values: Sequence[float], unit: str) -> Change | None:
    """The last value against the median of the periods before; None where these are too few."""
    earlier = pl.Series(values[-EARLIER - 1 : -1], dtype=pl.Float64)
    if len(earlier) < ENOUGH:
        return None
    usual = earlier.quantile(0.5) or 0.0
    against = f"from {words.number(usual, unit)} usually"
    difference = values[-1] - usual
    if unit == "share":
        return Change(f"{100 * difference:+.1f} points", against)
    if usual:
        return Change(f"{100 * difference / usual:+.0f}%", against)
    return Change(f"{difference:+,.0f}", against)


def reason(observation: dict[str, object]) -> str | None:
    """Why there is no value, or how many items it was taken from, in words."""
    if not observation:
        return "not computed for this scope"
    if observation.get("value") is None:
        return str(observation.get("reason") or "not known").replace("_", " ")
    items = observation.get("n")
    return f"from {items:,} items" if isinstance(items, int) else None


def described(known: dict[str, object]) -> str | None:
    """Definition and pitfalls of a metric, as help."""
    if not known:
        return None
    parts = [words.plain(str(known["definition"] or ""))]
    if known["pitfalls"]:
        parts.append(f"**How it is misread:** {words.plain(str(known['pitfalls']))}")
    return "\n\n".join(parts)
