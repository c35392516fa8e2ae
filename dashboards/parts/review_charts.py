"""Charts of the page about reviews: what is open by age, size against time, reviews between teams."""

import altair as alt
import polars as pl

from dashboards.parts import ageing, colors
from dashboards.parts.time_charts import axis, drawable, drawn, told

AT_RISK, AS_USUAL, NOT_KNOWN = "Longer than 85 %", "As usual", "Too little to compare"

STANDINGS = {AT_RISK: (1, "diamond"), AS_USUAL: (0, "circle"), NOT_KNOWN: (6, "square")}
"""Colour and shape of what is open, by how its age compares."""

SIZES = {"XS": "up to 10", "S": "11–50", "M": "51–250", "L": "251–1,000", "XL": "over 1,000"}
"""Lines of each size class."""


def sizes(items: pl.DataFrame, medians: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Merged pull requests by size class and time to merge, with the median of each class as a line."""
    order = [f"{name}: {lines}" for name, lines in SIZES.items()]
    place = ageing.place(order, "Lines changed")
    few = drawable(items)
    shown = few.with_columns(drawn("open_seconds"), ageing.beside(order, "size", 21), told=told(few, "open_seconds"))
    dots = (
        alt.Chart(shown)
        .mark_circle(size=26, opacity=0.35, color=colors.category(0))
        .encode(
            x=place,
            y=axis(title="Ready to merged"),
            tooltip=[
                alt.Tooltip("label:N", title="Pull request"),
                alt.Tooltip("title:N", title="Title"),
                alt.Tooltip("told:N", title="Ready to merged"),
                alt.Tooltip("size_lines:Q", title="Lines", format=","),
            ],
        )
    )
    known = medians.drop_nulls("p50")
    lines = (
        alt.Chart(known.with_columns(drawn("p50"), *ageing.span_of(order, "size"), told=told(known, "p50")))
        .mark_rule(strokeWidth=3, color=colors.category(1))
        .encode(
            x=place,
            x2="x2:Q",
            y="seconds:Q",
            tooltip=[alt.Tooltip("told:N", title="Half merged within"), alt.Tooltip("n:Q", title="Pull requests")],
        )
    )
    return alt.layer(dots, lines).properties(height=290)


def defined(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Phases of a definition: the span within which 85 % are as a pale bar, that of half of them in front."""
    shown = frame.with_columns(
        told_p50=told(frame, "p50"), told_p85=told(frame, "p85"), hours_p50=pl.col("p50") / 3600,
        hours_p85=pl.col("p85") / 3600,
    )  # fmt: skip
    base = alt.Chart(shown).encode(
        y=alt.Y("name:N", sort=shown["name"].to_list(), title=None),
        tooltip=[
            alt.Tooltip("name:N", title="Phase"),
            alt.Tooltip("told_p50:N", title="Half took at most"),
            alt.Tooltip("told_p85:N", title="85 % took at most"),
            alt.Tooltip("n:Q", title="Pull requests", format=","),
        ],
    )
    most = base.mark_bar(opacity=0.3, color=colors.category(0)).encode(
        x=alt.X("hours_p85:Q", title="Hours (solid: half took at most, pale: 85 %)", axis=alt.Axis(tickCount=5))
    )
    half = base.mark_bar(color=colors.category(0), height=alt.RelativeBandSize(0.45)).encode(x="hours_p50:Q")
    return alt.layer(most, half).properties(height=38 * shown.height + 60)


def compared(frame: pl.DataFrame, chosen: str) -> alt.LayerChart | alt.FacetChart:
    """The whole by every definition as bars; columns `definition`, `name`, `p50`; the chosen one stands out."""
    shown = frame.with_columns(told=told(frame, "p50"), hours=pl.col("p50") / 3600)
    base = alt.Chart(shown).encode(
        y=alt.Y("definition:N", sort=shown["definition"].to_list(), title=None),
        x=alt.X("hours:Q", title="Hours that half took at most", axis=alt.Axis(tickCount=4)),
        tooltip=[
            alt.Tooltip("definition:N", title="By"),
            alt.Tooltip("name:N", title="From, to"),
            alt.Tooltip("told:N", title="Half took at most"),
            alt.Tooltip("n:Q", title="Pull requests", format=","),
        ],
    )
    color = (
        alt.when(alt.datum.definition == chosen)
        .then(alt.value(colors.category(0)))
        .otherwise(alt.value(colors.category(6)))
    )
    bars = base.mark_bar(height=alt.RelativeBandSize(0.6)).encode(color=color)
    text = base.mark_text(align="left", dx=5, color=colors.text(), fontSize=11).encode(text="told:N")
    return alt.layer(bars, text).properties(height=30 * shown.height + 60)


def between_teams(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Reviews by the team of the author and that of the reviewer, as a grid coloured by their number."""
    rows, columns = (frame[name].unique().sort().to_list() for name in ("author_team", "reviewer_team"))
    most = frame.select(pl.col("reviews").max()).item() or 1
    stops = list(colors.heat_scale())
    cell = [
        alt.Tooltip("author_team:N", title="Pull requests of"),
        alt.Tooltip("reviewer_team:N", title="Reviewed by"),
        alt.Tooltip("reviews:Q", title="Reviews", format=","),
        alt.Tooltip("comments:Q", title="Comments", format=","),
        alt.Tooltip("told:N", title="Of the reviews of these pull requests"),
    ]
    shown = frame.with_columns(
        ink=pl.Series([colors.ink(colors.heat(reviews / most)) for reviews in frame["reviews"]], dtype=pl.String)
    )
    base = alt.Chart(shown).encode(
        x=alt.X(
            "reviewer_team:N",
            sort=columns,
            title="Reviewed by",
            axis=alt.Axis(orient="top", labelAngle=0, labelLimit=200),
        ),
        y=alt.Y("author_team:N", sort=rows, title="Pull requests of", axis=alt.Axis(labelLimit=200)),
        tooltip=cell,
    )
    boxes = base.mark_rect(stroke=colors.surface(), strokeWidth=2).encode(
        color=alt.Color("reviews:Q", scale=alt.Scale(domain=[0, most], range=stops), legend=None)
    )
    text = base.mark_text(fontSize=13).encode(
        text=alt.Text("reviews:Q", format=","), color=alt.Color("ink:N", scale=None, legend=None)
    )
    layers: alt.LayerChart = alt.layer(boxes, text).resolve_scale(color="independent")
    return layers.properties(height=46 * len(rows) + 80)


def rounds(frame: pl.DataFrame) -> alt.Chart:
    """Merged pull requests by how often they went back to their author; columns `name`, `changes`, `told`."""
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(color=colors.category(0), height=alt.RelativeBandSize(0.6))
        .encode(
            x=alt.X("changes:Q", title="Pull requests", axis=alt.Axis(tickCount=5, format="d")),
            y=alt.Y("name:N", sort=frame["name"].to_list(), title="Rounds"),
            tooltip=[
                alt.Tooltip("name:N", title="Rounds of review"),
                alt.Tooltip("changes:Q", title="Pull requests", format=","),
                alt.Tooltip("told:N", title="Half merged within"),
            ],
        )
        .properties(height=44 * frame.height + 80)
    )
    return chart
