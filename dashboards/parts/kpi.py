"""The figures at the head of a page: value, sparkline, and change against the scope's own past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import words
from dashboards.queries import about, attention
from dashboards.scope import Scope

EARLIER = 12
"""How many periods before the last one it is compared with, as in the digest."""

SPARKLINE = 52
"""How many periods the sparkline shows at most."""

ENOUGH = 4
"""Fewer earlier periods give no comparison."""

USUAL = (0.15, 0.85)
"""The quantiles of the periods before between which a value is as usual."""

_SUFFIXES = {"week": " per week", "month": " by month", "rolling_90d": ""}

Period = Literal["week", "month", "rolling_90d"]
Color = Literal["green", "red", "off"]
Arrow = Literal["up", "down", "off"]

OF_A_TEAM = {
    "members": "Commits and authors of a team are those of its members, in every repository.",
    "authors": "Pull requests of a team are those that its members opened.",
    "repositories": "Deployments and changes of a team are those of its repositories, whoever made them.",
    "pairs": "Congruence of a team is that of the pairs inside it; pairs of two teams stand below.",
    "tickets": "Tickets of a team are those of its projects, else those that are assigned to its members.",
    "code": "Files, hotspots and truck factor of a team are those of the code that it owns, whoever wrote it.",
}
"""What the figures of a team are taken from."""


@dataclass(frozen=True)
class Kpi:
    """A metric of the catalogue, the period it is shown by, and what a team's figure is taken from."""

    metric: str
    period: Period = "rolling_90d"
    of: Literal["members", "authors", "repositories", "pairs", "tickets", "code"] = "code"
    item: str | None = "file"
    """What `n` counts; None where that is the figure itself."""
    working: bool = False
    """Whether its seconds are those of the working clock."""
    title: str | None = None
    """What to call it where its title in the catalogue is too long for a figure."""
    past: Period | None = None
    """The periods that make the sparkline and what is usual, for a figure that has no earlier periods of its own."""


@dataclass(frozen=True)
class Change:
    """The last value against the median of those before."""

    text: str
    against: str
    arrow: Arrow


@dataclass(frozen=True)
class Figure:
    """What one figure shows: its value, a word beside it, the change, and the values of the periods."""

    value: str
    told: str | None
    change: Change | None = None
    trend: Sequence[float] = ()


def row(figures: Sequence[Kpi], scope: Scope, *, note: bool = True) -> None:
    """Draw a row of figures; of a team with what they are taken from, unless the page has said so (`note`)."""
    if scope.team and note:
        st.caption(" ".join(dict.fromkeys(OF_A_TEAM[kpi.of] for kpi in figures)))
    with st.grid(len(figures), min_column_width=170):
        for kpi in figures:
            draw(kpi, scope)


def draw(kpi: Kpi, scope: Scope) -> None:
    """Draw one figure; where it is not known, the reason stands in its place."""
    catalogue = data.rows(about.CATALOGUE).filter(pl.col("name") == kpi.metric)
    known = catalogue.row(0, named=True) if catalogue.height else {}
    unit = "working_seconds" if kpi.working else str(known.get("unit") or "count")
    series = data.rows(attention.series(kpi.metric, kpi.period, scope))
    if series.is_empty() and scope.observed[0] == "all":
        figure = _spread(kpi, unit, scope)
    else:
        figure = _observed(kpi, unit, series, scope)
    change = figure.change
    told = [figure.told] if change and figure.told else []
    told += [OF_A_TEAM[kpi.of]] if scope.team else []
    st.metric(
        f"{kpi.title or known.get('title') or kpi.metric}{_SUFFIXES[kpi.period]}",
        figure.value,
        change.text if change else None,
        delta_description=change.against if change else figure.told,
        delta_color=color(known.get("direction"), change.arrow) if change else "off",
        delta_arrow=change.arrow if change else "off",
        chart_data=figure.trend[-SPARKLINE:] if len(figure.trend) > ENOUGH else None,
        chart_type="area",
        help=described(known, told),
        border=True,
        height="stretch",
    )


def _observed(kpi: Kpi, unit: str, series: pl.DataFrame, scope: Scope) -> Figure:
    """The last observation of a scope, beside those before it."""
    last = series.row(-1, named=True) if series.height else {}
    past = data.rows(attention.series(kpi.metric, kpi.past, scope)) if kpi.past else series
    values = before(past, last)["value"].extend(series["value"].tail(1)) if kpi.past else series["value"]
    return Figure(
        words.number(last.get("value"), unit),
        _still_active(scope) if kpi.metric == "truck_factor" and last.get("value") else reason(last, kpi.item),
        changed(values, unit),
        past["value"].drop_nulls().to_list(),
    )


def before(past: pl.DataFrame, last: Mapping[str, object]) -> pl.DataFrame:
    """The months or weeks that were over when the 90 days of the last figure began: no item is in both."""
    ends = pl.col("period_start").shift(-1)
    return past.sort("period_start").filter(ends <= pl.lit(last["period_start"])) if last else past.clear()


def _spread(kpi: Kpi, unit: str, scope: Scope) -> Figure:
    """The least and the greatest value of the repositories, for a metric that is not computed over all of them."""
    values = data.rows(attention.by_repository(kpi.metric, kpi.period))["value"].drop_nulls().sort().to_list()
    if not values:
        return Figure(words.MISSING, reason({}, kpi.item))
    least, greatest = (words.number(value, unit) for value in (values[0], values[-1]))
    counts_people = kpi.metric == "truck_factor" and values[-1]
    if len(values) == 1:
        return Figure(least, _still_active(scope) if counts_people else None)
    told = words.count(len(values), "repository", "repositories")
    if counts_people:
        people, active = data.rows(attention.truck_people(scope)).row(0)
        told += f", {active:,} of {people:,} active" if active is not None else ""
    return Figure(least if least == greatest else f"{least} – {greatest}", told)


def _still_active(scope: Scope) -> str | None:
    """How many of the people that truck factors count are still there; None where privacy hides it."""
    people, active = data.rows(attention.truck_people(scope)).row(0)
    if active is None:
        return None
    if people == 1:
        return f"who is {'still' if active else 'no longer'} active"
    return f"of whom {active or 'none'} {'is' if active < 2 else 'are'} still active"  # noqa: PLR2004 - grammar


def changed(values: pl.Series, unit: str) -> Change | None:
    """The last value against up to 12 periods before, as in the digest; None where it or most of them are not known.

    Within the range that seven in ten of them lie in it is as usual; else it is compared with their median.
    """
    last, earlier = values.tail(1).to_list(), values.head(-1).tail(EARLIER).drop_nulls().cast(pl.Float64)
    usual = earlier.median()
    if not last or last[0] is None or len(earlier) < ENOUGH or not isinstance(usual, float):
        return None
    unit = "count" if unit == "per week" else unit  # the value itself says it
    low, high = (earlier.quantile(edge, "linear") for edge in USUAL)
    if low is not None and high is not None and low <= last[0] <= high:
        return Change("as usual", f"{words.between(low, high, unit)} usually", "off")
    difference = last[0] - usual
    arrow: Arrow = "up" if difference > 0 else "down"
    if unit == "share":
        text = words.change(difference, 1, "points")
    elif usual:
        text = words.change(last[0] / usual - 1)
    else:
        text = f"{'+' if difference > 0 else words.MINUS}{words.number(abs(difference), unit)}"
    return Change(text, f"from {words.number(usual, unit)} usually", arrow)


def color(direction: object, arrow: Arrow) -> Color:
    """Green for a change to the better, red for one to the worse, gray where neither can be said."""
    if arrow == "off" or direction not in {"higher", "lower"}:
        return "off"
    return "green" if (arrow == "up") is (direction == "higher") else "red"


def reason(observation: Mapping[str, object], item: str | None) -> str | None:
    """Why there is no value, or of how many items it was taken, in words."""
    if not observation:
        return "not computed for this scope"
    if observation.get("value") is None:
        return str(observation.get("reason") or "not known").replace("_", " ")
    items = observation.get("n")
    return f"of {words.count(items, item)}" if item and isinstance(items, int) else None


def described(known: Mapping[str, object], told: Sequence[str] = ()) -> str | None:
    """Definition and pitfalls of a metric, as help; `told`: what the figure was taken from."""
    parts = [f"**{said[0].upper()}{said[1:]}**" for said in told]
    if not known:
        return "\n\n".join(parts) or None
    parts.append(words.plain(str(known["definition"] or "")))
    if known["pitfalls"]:
        parts.append(f"**How it is misread:** {words.plain(str(known['pitfalls']))}")
    return "\n\n".join(parts)
