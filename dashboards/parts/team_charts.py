"""Charts of the page about coordination: teams against teams as a grid."""

from collections.abc import Mapping

import altair as alt
import polars as pl

from dashboards.parts import colors, words

CELL = 46
"""Height of a row of a grid in pixels."""


def grid(
    frame: pl.DataFrame, *, rows: str, columns: str, tooltip: Mapping[str, str]
) -> alt.LayerChart | alt.FacetChart:
    """Teams against teams: a cell each, coloured by `heat` (0 to 1; null is not coloured), with its `text` in it.

    `frame` has `row`, `column`, `heat`, `text` and what `tooltip` names with headings; `rows` and `columns` say what
    the two sides are.
    """
    down, across = (frame[name].unique().sort().to_list() for name in ("row", "column"))
    inks = [colors.text() if heat is None else colors.ink(colors.heat(heat)) for heat in frame["heat"]]
    fills = [colors.surface() if heat is None else colors.heat(heat) for heat in frame["heat"]]
    shown = frame.with_columns(ink=pl.Series(inks, dtype=pl.String), fill=pl.Series(fills, dtype=pl.String))
    base = alt.Chart(shown).encode(
        x=alt.X(
            "column:N",
            sort=across,
            scale=alt.Scale(domain=across),
            title=columns,
            axis=alt.Axis(orient="top", labelAngle=-40, labelLimit=95, labelOverlap=False),
        ),
        y=alt.Y("row:N", sort=down, scale=alt.Scale(domain=down), title=rows, axis=alt.Axis(labelLimit=115)),
        tooltip=[alt.Tooltip(f"{name}:N", title=title) for name, title in tooltip.items()],
    )
    boxes = base.mark_rect(stroke=colors.heat(0), strokeWidth=1).encode(
        color=alt.Color("fill:N", scale=None, legend=None)
    )
    text = base.mark_text(fontSize=13).encode(text="text:N", color=alt.Color("ink:N", scale=None, legend=None))
    layers: alt.LayerChart = alt.layer(boxes, text).resolve_scale(color="independent")
    return layers.properties(height=CELL * len(down) + 130)


def both_ways(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of teams, each of which stands once, with `row` and `column` for both halves of a grid."""
    there = pairs.with_columns(row="team_a", column="team_b")
    back = pairs.filter(pl.col("team_a") != pl.col("team_b")).with_columns(row="team_b", column="team_a")
    return pl.concat([there, back]).sort("row", "column")


def spans(frame: pl.DataFrame, column: str, *, working: bool = False) -> pl.Series:
    """A column of seconds in words."""
    return pl.Series([words.span(seconds, working=working) for seconds in frame[column]], dtype=pl.String)


def shares(frame: pl.DataFrame, column: str) -> pl.Series:
    """A column of shares in words."""
    return pl.Series([words.share(share) for share in frame[column]], dtype=pl.String)
