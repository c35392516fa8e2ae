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

SPARKLINE = 52
"""How many periods the sparkline shows at most."""

ENOUGH = 4
"""Fewer earlier periods give no comparison."""

_COLORS: dict[str, Literal["normal", "inverse", "off"]] = {"higher": "normal", "lower": "inverse", "neutral": "off"}

_SUFFIXES = {"week": " per week", "month": " by month", "rolling_90d": ""}

Period = Literal["week", "month", "rolling_90d"]


@dataclass(frozen=True)
class Kpi:
    """A metric of the catalogue and the period it is shown by."""

    metric: str
    period: Period = "rolling_90d"


@dataclass(frozen=True)
class Change:
    """The last value against the median of those before."""

    text: str
    against: str


def row(figures: Sequence[Kpi], scope: Scope) -> None:
    """Draw a row of figures."""
    with st.grid(len(figures), min_column_width=170):
        for kpi in figures:
            figure(kpi, scope)


def figure(kpi: Kpi, scope: Scope) -> None:
    """Draw one figure; where it is not known, the reason stands in its place."""
    catalogue = data.rows(about.CATALOGUE).filter(pl.col("name") == kpi.metric)
    known = catalogue.row(0, named=True) if catalogue.height else {}
    unit = str(known.get("unit") or "count")
    series = data.rows(attention.series(kpi.metric, kpi.period, scope))
    if series.is_empty() and scope.observed[0] == "all":
        value, told, change, values = *_spread(kpi, unit), None, []
    else:
        values = series["value"].drop_nulls().to_list()
        last = series.row(-1, named=True) if series.height else {}
        value, told = words.number(last.get("value"), unit), reason(last)
        change = changed(values, unit) if last.get("value") is not None else None
    st.metric(
        f"{known.get('title') or kpi.metric}{_SUFFIXES[kpi.period]}",
        value,
        change.text if change else None,
        delta_description=change.against if change else told,
        delta_color=_COLORS.get(str(known.get("direction")), "off") if change else "off",
        chart_data=values[-SPARKLINE:] if len(values) > ENOUGH else None,
        chart_type="area",
        help=described(known),
        border=True,
        height="stretch",
    )


def _spread(kpi: Kpi, unit: str) -> tuple[str, str | None]:
    """The least and the greatest value of the repositories, for a metric that is not computed over all of them."""
    values = data.rows(attention.by_repository(kpi.metric, kpi.period))["value"].drop_nulls().sort().to_list()
    if not values:
        return words.MISSING, reason({})
    least, greatest = (words.number(value, unit) for value in (values[0], values[-1]))
    told = f"across {words.count(len(values), 'repository', 'repositories')}"
    return (least if least == greatest else f"{least} – {greatest}"), told


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
        return Change(f"{100 * difference / usual:+.0f} %", against)
    return Change(f"{difference:+,.1f}", against)


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
