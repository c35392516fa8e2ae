"""Charts of the page about timelines: burn-up with a fan, chances of dates, how a forecast moved, reliability."""

from datetime import date

import altair as alt
import polars as pl

from dashboards.parts import colors, words
from dashboards.parts.charts import HEIGHT, PERCENT

DAYS = alt.Axis(format="%d %b %y", tickCount=6)

TALL = HEIGHT + 90

LOOK = {"Scope": 6, "Done": 0, "Growing": 2, "Shared": 1, "Fixed": 3}
"""Colours of what is drawn."""


def _colors(names: list[str]) -> alt.Color:
    scale = alt.Scale(domain=names, range=[colors.category(LOOK[name]) for name in names])
    return alt.Color("name:N", scale=scale, legend=alt.Legend(orient="top", title=None, symbolOpacity=1))


def burn_up(steps: pl.DataFrame, fans: pl.DataFrame, due: date | None) -> alt.LayerChart | alt.FacetChart:
    """Tickets in scope and done by day, and fans of the days on which all may be done.

    `steps` has `day`, `scope`, `done`; `fans` has `name` (of the mode), `day`, `low`, `high`, and `told`.
    """
    lines = steps.select("day", Scope="scope", Done="done").unpivot(
        ["Scope", "Done"], index="day", variable_name="name", value_name="tickets"
    )
    names = ["Scope", "Done", *fans["name"].unique(maintain_order=True).to_list()]
    color = _colors(names)
    most = max(1.0, *(float(frame[name].max() or 0) for frame, name in ((steps, "scope"), (fans, "high"))))  # type: ignore[arg-type]
    scale = alt.Scale(domain=[0, most])
    tickets = alt.Y("tickets:Q", title="Tickets", scale=scale, axis=alt.Axis(tickCount=5, format="d"))
    layers: list[alt.Chart] = []
    if fans.height:
        layers.append(
            alt.Chart(fans)
            .mark_area(opacity=0.35)
            .encode(
                x=alt.X("day:T", title=None, axis=DAYS),
                y=alt.Y("low:Q", title="Tickets", scale=scale),
                y2="high:Q",
                color=color,
                tooltip=[alt.Tooltip("name:N", title="Scope"), alt.Tooltip("told:N", title="All done")],
            )
        )
    layers.append(
        alt.Chart(lines)
        .mark_line(interpolate="step-after", strokeWidth=2.2)
        .encode(
            x=alt.X("day:T", title=None, axis=DAYS),
            y=tickets,
            color=color,
            tooltip=[
                alt.Tooltip("day:T", title="Day", format="%d %b %Y"),
                alt.Tooltip("name:N", title="What"),
                alt.Tooltip("tickets:Q", title="Tickets", format=","),
            ],
        )
    )
    return alt.layer(*layers, *_due(due)).properties(height=TALL)


def chances(frame: pl.DataFrame, due: date | None) -> alt.LayerChart | alt.FacetChart:
    """How probable it is that all is done by a day; columns `name` (of the mode), `answer_on`, `confidence`."""
    shown = frame.with_columns(told=pl.Series([words.share(one) for one in frame["confidence"]], dtype=pl.String))
    names = frame["name"].unique(maintain_order=True).to_list()
    line = (
        alt.Chart(shown)
        .mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=55))
        .encode(
            x=alt.X("answer_on:T", title="Done by", axis=DAYS),
            y=alt.Y(
                "confidence:Q",
                title="Chance",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1]),
            ),
            color=_colors(names),
            tooltip=[
                alt.Tooltip("name:N", title="Scope"),
                alt.Tooltip("told:N", title="Chance"),
                alt.Tooltip("answer_on:T", title="Done by", format="%d %b %Y"),
            ],
        )
    )
    return alt.layer(line, *_due(due)).properties(height=TALL)


def moves(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """How the day of 85 % moved, by the day of the forecast, and the due date; columns `name`, `made_at`, `p85_on`,
    `due_on`.
    """  # noqa: D205 - the columns are a part of the sentence
    names = frame["name"].unique(maintain_order=True).to_list()
    made = alt.X("made_at:T", title="Forecast made on", axis=DAYS)
    line = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=26))
        .encode(
            x=made,
            y=alt.Y("p85_on:T", title="85 % by", axis=alt.Axis(format="%d %b %y", tickCount=5)),
            color=_colors(names),
            tooltip=[
                alt.Tooltip("made_at:T", title="Made on", format="%d %b %Y"),
                alt.Tooltip("name:N", title="Scope"),
                alt.Tooltip("p50_on:T", title="50 % by", format="%d %b %Y"),
                alt.Tooltip("p85_on:T", title="85 % by", format="%d %b %Y"),
                alt.Tooltip("remaining_items:Q", title="Open tickets", format=","),
            ],
        )
    )
    promised = frame.drop_nulls("due_on").select("made_at", "due_on").unique().sort("made_at")
    layers = [line]
    if promised.height:
        layers.append(
            alt.Chart(promised)
            .mark_line(strokeDash=[5, 3], strokeWidth=2, color=colors.text(), interpolate="step-after")
            .encode(x=made, y="due_on:T", tooltip=alt.Tooltip("due_on:T", title="Due", format="%d %b %Y"))
        )
    return alt.layer(*layers).properties(height=HEIGHT + 50)


def reliability(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """What was promised against what came true, with intervals; on the dotted line both are the same.

    Columns `name` (what was asked), `confidence`, `share`, `low`, `high`, `sentence`.
    """
    axis = alt.Axis(labelExpr=PERCENT, values=[0.25, 0.5, 0.7, 0.85, 1])
    scale = alt.Scale(domain=[0, 1])
    promised = alt.X("confidence:Q", title="Promised", scale=scale, axis=axis)
    color = alt.Color("name:N", legend=alt.Legend(orient="top", title=None, columns=3))
    sure = pl.DataFrame({"confidence": [0.0, 1.0], "share": [0.0, 1.0]})
    diagonal = (
        alt.Chart(sure)
        .mark_line(strokeDash=[2, 4], color=colors.text(), opacity=0.6)
        .encode(x=promised, y=alt.Y("share:Q", title="Came true", scale=scale, axis=axis))
    )
    tooltip = [
        alt.Tooltip("name:N", title="Asked"),
        alt.Tooltip("sentence:N", title="Record"),
        alt.Tooltip("interval:N", title="95 % interval"),
    ]
    told = pl.Series(
        [words.between(low, high, "share") for low, high in frame.select("low", "high").iter_rows()], dtype=pl.String
    )
    base = alt.Chart(frame.with_columns(interval=told))
    bars = base.mark_rule(opacity=0.5, strokeWidth=2).encode(
        x=promised, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=color
    )
    line = base.mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=55)).encode(
        x=promised, y=alt.Y("share:Q", title="Came true", scale=scale, axis=axis), color=color, tooltip=tooltip
    )
    return alt.layer(diagonal, bars, line).properties(height=HEIGHT + 110)


def _due(due: date | None) -> list[alt.Chart]:
    """A line at the due date, with its name; none without one."""
    if due is None:
        return []
    base = alt.Chart(pl.DataFrame({"day": [due], "told": [f"due {words.day(due)}"]})).encode(x="day:T")
    return [
        base.mark_rule(color=colors.text(), strokeDash=[5, 3], strokeWidth=1.6).encode(tooltip="told:N"),
        base.mark_text(align="left", dx=5, color=colors.text(), fontSize=11).encode(y=alt.value(-6), text="told:N"),
    ]
