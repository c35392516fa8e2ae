"""The charts that Altair draws, in the colours of the theme."""

import altair as alt
import polars as pl

from dashboards.parts import colors, words

HEIGHT = 210

PERCENT = "format(100 * datum.value, '.0f') + ' %'"
"""An axis of shares, written as everywhere else."""


def total(frame: pl.DataFrame, column: str) -> float:
    """The sum of a column, as a plain number; 0 without rows."""
    return float(frame.select(pl.col(column).cast(pl.Float64).sum()).item())


def weekly(frame: pl.DataFrame, value: str, title: str) -> alt.LayerChart | alt.FacetChart:
    """Bars of a weekly count, and the mean of eight weeks over them; columns `week` and `value`."""
    smoothed = frame.sort("week").with_columns(trend=pl.col(value).rolling_mean(8, min_samples=4))
    base = alt.Chart(smoothed).encode(x=alt.X("week:T", title=None, axis=alt.Axis(format="%b %y", tickCount=6)))
    tooltip = [
        alt.Tooltip("week:T", title="Week of", format="%d %b %Y"),
        alt.Tooltip(f"{value}:Q", title=title, format=","),
        alt.Tooltip("trend:Q", title="Mean of 8 weeks", format=".1f"),
    ]
    bars = base.mark_bar(color=colors.category(0), opacity=0.45).encode(
        y=alt.Y(f"{value}:Q", title=title, axis=alt.Axis(tickCount=4)), tooltip=tooltip
    )
    line = base.mark_line(color=colors.category(1), strokeWidth=2.2).encode(y="trend:Q", tooltip=tooltip)
    return alt.layer(bars, line).properties(height=HEIGHT)


def knowers(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Files by how many active people know them: all of them pale, those that changed lately in front."""
    order = frame["knowers"].to_list()
    base = alt.Chart(frame).encode(
        y=alt.Y("knowers:N", sort=order, title="People who know it", axis=alt.Axis(titlePadding=8)),
        tooltip=[
            alt.Tooltip("knowers:N", title="People who know it"),
            alt.Tooltip("files:Q", title="Files", format=","),
            alt.Tooltip("changing:Q", title="… changed in 90 days", format=","),
            alt.Tooltip("lines:Q", title="Lines", format=","),
        ],
    )
    color = (
        alt.when(alt.FieldOneOfPredicate("knowers", ["0", "1"]))
        .then(alt.value(colors.category(1)))
        .otherwise(alt.value(colors.category(0)))
    )
    all_files = base.mark_bar(opacity=0.3).encode(
        x=alt.X("files:Q", title="Files (solid: changed in 90 days)", axis=alt.Axis(tickCount=4)), color=color
    )
    changing = base.mark_bar(height=alt.RelativeBandSize(0.45)).encode(x="changing:Q", color=color)
    return alt.layer(all_files, changing).properties(height=HEIGHT)


def shares(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Lines by team as bars: all pale, those of active people in front; columns `lines`, `active_lines`."""
    everything = total(frame, "lines") or 1
    shown = frame.with_columns(
        share=pl.col("lines") / everything, active_share=pl.col("active_lines").fill_null(0) / everything
    )
    shown = shown.with_columns(told=_told(shown["share"]), told_active=_told(shown["active_share"]))
    base = alt.Chart(shown).encode(
        y=alt.Y("team:N", sort=shown["team"].to_list(), title=None, axis=alt.Axis(labelLimit=220)),
        tooltip=[
            alt.Tooltip("team:N", title="Team"),
            alt.Tooltip("told:N", title="Share of lines"),
            alt.Tooltip("told_active:N", title="… by people active in 90 days"),
            alt.Tooltip("lines:Q", title="Lines", format=",.0f"),
        ],
    )
    axis = alt.Axis(labelExpr=PERCENT, tickCount=5)
    everybody = base.mark_bar(opacity=0.3, color=colors.category(0)).encode(
        x=alt.X("share:Q", title="Share of lines (solid: active people)", axis=axis)
    )
    active = base.mark_bar(color=colors.category(0), height=alt.RelativeBandSize(0.45)).encode(x="active_share:Q")
    return alt.layer(everybody, active).properties(height=34 * shown.height + 70)


def concentration(frame: pl.DataFrame) -> alt.Chart:
    """One bar of all lines: those of active people, then the others; columns `written_by`, `share`, `people`."""
    chart: alt.Chart = (
        alt.Chart(frame.with_columns(told=_told(frame["share"]), place=pl.int_range(pl.len())))
        .mark_bar(height=30)
        .encode(
            x=alt.X("share:Q", title="Share of lines", axis=alt.Axis(labelExpr=PERCENT, tickCount=5)),
            color=alt.Color(
                "written_by:N",
                scale=alt.Scale(
                    domain=["Active people", "Inactive people"], range=[colors.category(0), colors.heat(0.25)]
                ),
                legend=alt.Legend(orient="top", title=None),
            ),
            order=alt.Order("place:O"),
            tooltip=[
                alt.Tooltip("written_by:N", title="Written by"),
                alt.Tooltip("told:N", title="Share of lines"),
                alt.Tooltip("people:Q", title="People", format=","),
            ],
        )
        .properties(height=120)
    )
    return chart


def _told(shares: pl.Series) -> pl.Series:
    """Shares in words, written as everywhere else."""
    return pl.Series([words.share(share) for share in shares], dtype=pl.String)


def folders_at_risk(frame: pl.DataFrame) -> alt.Chart:
    """Folders by the share of lines whose authors have left, coloured by truck factor."""
    shown = frame.with_columns(
        level_of_risk=pl.when(pl.col("truck_factor").is_null())
        .then(pl.lit("–"))
        .when(pl.col("truck_factor") <= 1)
        .then(pl.lit("1"))
        .when(pl.col("truck_factor") == 2)  # noqa: PLR2004 - a truck factor of two
        .then(pl.lit("2"))
        .otherwise(pl.lit("3+")),
        told=_told(frame["lost_share"]),
    )
    scale = alt.Scale(
        domain=["1", "2", "3+", "–"],
        range=[colors.category(1), colors.category(4), colors.category(0), colors.category(6)],
    )
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X("lost_lines:Q", title="Lines whose authors are inactive", axis=alt.Axis(tickCount=5, format="~s")),
            y=alt.Y("folder:N", sort=shown["folder"].to_list(), title=None, axis=alt.Axis(labelLimit=200)),
            color=alt.Color(
                "level_of_risk:N",
                scale=scale,
                title="Truck factor",
                legend=alt.Legend(orient="top", titleOrient="left"),
            ),
            tooltip=[
                alt.Tooltip("folder:N", title="Folder"),
                alt.Tooltip("told:N", title="Share of lines lost"),
                alt.Tooltip("lost_lines:Q", title="Lines lost", format=",.0f"),
                alt.Tooltip("truck_factor:Q", title="Truck factor"),
                alt.Tooltip("files_at_risk:Q", title="Files at risk", format=","),
                alt.Tooltip("files:Q", title="Files", format=","),
            ],
        )
        .properties(height=24 * shown.height + 105)
    )
    return chart
