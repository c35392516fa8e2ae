"""Open items by place and age, beside how old others were when they moved on from there."""

from collections.abc import Mapping

import altair as alt
import polars as pl

from dashboards.parts import colors, words
from dashboards.parts.time_charts import axis, drawable, drawn, told


def place(names: list[str], title: str | None = None) -> alt.X:
    """The horizontal axis of named places, `x` being the column: 0 for the first, so that dots can stand beside it."""
    told_ = " : ".join(f"datum.value == {n} ? '{name}'" for n, name in enumerate(names))
    return alt.X(
        "x:Q",
        title=title,
        scale=alt.Scale(domain=[-0.5, len(names) - 0.5], nice=False),
        axis=alt.Axis(values=list(range(len(names))), labelExpr=f"{told_} : ''", grid=False, ticks=False),
    )


def beside(names: list[str], column: str, dots: int) -> pl.Expr:
    """Where the dot of a row stands: beside those of the same place, so that none hides another."""
    place = pl.col(column).replace_strict({name: n for n, name in enumerate(names)}, return_dtype=pl.Float64)
    return (place + (pl.int_range(pl.len()).over(column) % dots - (dots - 1) / 2) / dots * 0.7).alias("x")


def span_of(names: list[str], column: str) -> list[pl.Expr]:
    """From where to where a line across a place reaches."""
    place = pl.col(column).replace_strict({name: n for n, name in enumerate(names)}, return_dtype=pl.Float64)
    return [(place - 0.4).alias("x"), (place + 0.4).alias("x2")]


def ageing(
    items: pl.DataFrame,
    usual: pl.DataFrame,
    names: list[str],
    *,
    standings: Mapping[str, tuple[int, str]],
    item: str,
    age: str,
    level: float | None = None,
) -> alt.LayerChart | alt.FacetChart:
    """Open items (or a sample of many) as dots by place and age, and as lines the ages at which others left the place.

    `items` has `step` (the place, one of `names`), `age_seconds`, `standing` (one of `standings`, which say the colour
    and the shape of its dots), `label`, `title`; `usual` has `step`, `p50`, `p85`. `item` is what an item is called,
    `age` what its age is. `level` is an age (seconds) that a line goes through all places at.
    """
    at = place(names)
    few = drawable(items)
    shown = few.with_columns(drawn("age_seconds"), beside(names, "step", 15), told=told(few, "age_seconds"))
    domain = list(standings)
    look = alt.Scale(domain=domain, range=[colors.category(color) for color, _ in standings.values()])
    shapes = alt.Scale(domain=domain, range=[shape for _, shape in standings.values()])
    dots = (
        alt.Chart(shown)
        .mark_point(filled=True, size=64, opacity=0.85)
        .encode(
            x=at,
            y=axis(title=age),
            color=alt.Color("standing:N", scale=look, legend=alt.Legend(orient="top", title=None)),
            shape=alt.Shape("standing:N", scale=shapes, legend=None),
            tooltip=[
                alt.Tooltip("label:N", title=item),
                alt.Tooltip("title:N", title="Title"),
                alt.Tooltip("told:N", title=age),
                alt.Tooltip("standing:N", title="Against its like"),
            ],
        )
    )
    lines = usual.unpivot(["p50", "p85"], index="step", variable_name="figure", value_name="span").drop_nulls("span")
    named = lines.with_columns(
        drawn("span"),
        *span_of(names, "step"),
        told=told(lines, "span"),
        figure=pl.col("figure").replace_strict({"p50": "half", "p85": "85 %"}),
    ).with_columns(told=pl.format("{} moved on within {}", "figure", "told"))
    rules = (
        alt.Chart(named)
        .mark_rule(strokeWidth=2)
        .encode(
            x=at,
            x2="x2:Q",
            y="seconds:Q",
            strokeDash=alt.StrokeDash(
                "figure:N", scale=alt.Scale(domain=["half", "85 %"], range=[[1, 0], [4, 3]]), legend=None
            ),
            color=alt.value(colors.text()),
            opacity=alt.value(0.6),
            tooltip=alt.Tooltip("told:N", title="Usually"),
        )
    )
    layers: list[alt.Chart] = [rules, dots]
    if level is not None:
        layers += _level(level)
    return alt.layer(*layers).properties(height=340)


def _level(level: float) -> list[alt.Chart]:
    """A line at an age through all places, and what it is."""
    line = pl.DataFrame({"seconds": [level], "told": [f"Service level: {words.span(level)}"]})
    base = alt.Chart(line).encode(y="seconds:Q")
    return [
        base.mark_rule(color=colors.category(2), strokeWidth=1.5).encode(tooltip="told:N"),
        base.mark_text(align="right", dy=-6, color=colors.text(), fontSize=11).encode(
            x=alt.value("width"), text="told:N"
        ),
    ]
