"""What views of forecasts share: whose they are, names of modes, days in words, and what to say without a forecast."""

from datetime import date

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, words
from dashboards.queries import timelines
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL, too_small

FIXED_NOTE = (
    "Fixed: the tickets that are open now, nothing comes in and nobody does anything else. Hardly ever so: never "
    "promise this date."
)

RANGE_NOTE = (
    "Growing: tickets come in as they did, and the team turns to this alone. Shared: growing, and other work goes on "
    "as in the last 90 days. What really happens lies mostly between the two: read them as a range."
)

WHYS = {
    "too_little_data": "too few finished lately",
    "beyond_two_years": "beyond two years",
    "growth_not_measured": "growth not known yet",
    "share_not_measured": "share of the work not known yet",
    "group_too_small": "group too small",
}


def choose(scope: Scope) -> str:
    """Whose forecasts are shown: the chosen team, a project that stands for one, or all together."""
    if scope.repository:
        st.caption(
            ":material/info: Forecasts are made by team: the chosen repository does not narrow this page.",
            width="stretch",
        )
    if scope.team:
        return scope.team
    projects = data.rows(timelines.PROJECTS)["team"].to_list()
    if not projects:
        return timelines.WHOLE
    chosen = st.selectbox(
        "Project",
        [None, *projects],
        format_func=lambda name: name or "All of them",
        key="project",
        bind="query-params",
        width=320,
        help="Projects stand for teams where the configuration names none.",
    )
    return str(chosen) if chosen else timelines.WHOLE


def why(reason: str | None) -> str:
    """Why there is no date, in words."""
    return WHYS.get(reason or "", words.reason(reason))


def between(first: date | None, last: date | None) -> str:
    """Two days as a range, the year said once: `3 Mar – 20 May 2027`."""
    days = sorted({one for one in (first, last) if one})
    if len(days) < 2:  # noqa: PLR2004 - a range has two ends
        return words.day(days[0]) if days else words.MISSING
    low, high = days
    begin = f"{low.day} {low:%b}" if low.year == high.year else words.day(low)
    return f"{begin} – {words.day(high)}"


def named(frame: pl.DataFrame, *, fixed: bool) -> pl.DataFrame:
    """Rows by mode with the `name` of it, growing and shared first; those of a fixed scope where they are asked for."""
    modes = [mode for mode in timelines.MODES if fixed or mode != "fixed"]
    place = {mode: n for n, mode in enumerate(timelines.MODES)}
    return (
        frame.filter(pl.col("scope_mode").is_in(modes))
        .with_columns(name=pl.col("scope_mode").replace(timelines.MODES))
        .sort(pl.col("scope_mode").replace_strict(place, default=9, return_dtype=pl.Int64), maintain_order=True)
    )


def nothing(scope: Scope, said: str) -> None:
    """A card without content: that the team is too small, why it is empty, or how forecasts come here."""
    if too_small(scope):
        empty.nothing_here(TOO_SMALL)
    elif data.rows(timelines.KNOWN)["is_known"][0]:
        empty.nothing_here(said)
    else:
        empty.nothing_here(
            'Nothing is forecast yet: a tracker is needed, such as `[[source]] kind = "jira"` in leadline.toml, and '
            "some tickets that were finished.",
            "leadline run",
        )
