"""Charts of where effort goes and how it is spread: kinds of work, bugs, load, arrivals."""

import altair as alt
import polars as pl

from dashboards.parts import colors, words
from dashboards.parts.charts import HEIGHT, PERCENT

DISTANCE = 26
"""Pixels for a row of bars."""


def mix(frame: pl.DataFrame, weights: dict[str, str]) -> alt.Chart:
    """Kinds of work with a bar for each weight; of the frame that the query gives, `name` being what each is called."""
    told = list(weights.values())
    shown = pl.concat(
        [
            frame.select(
                "name",
                pl.col(f"{weight}_share").alias("share"),
                pl.col(weight).cast(pl.Float64).alias("amount"),
                weight=pl.lit(label),
            )
            for weight, label in weights.items()
        ]
    ).drop_nulls("share")
    shown = shown.with_columns(told=pl.Series([words.share(share) for share in shown["share"]], dtype=pl.String))
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="Share", axis=alt.Axis(labelExpr=PERCENT, tickCount=5)),
            y=alt.Y("name:N", sort=frame["name"].to_list(), title=None, axis=alt.Axis(labelLimit=200)),
            yOffset=alt.YOffset("weight:N", sort=told),
            color=alt.Color(
                "weight:N",
                sort=told,
                scale=alt.Scale(domain=told, range=[colors.category(n) for n in (0, 4, 2)]),
                legend=alt.Legend(orient="top", title=None),
            ),
            tooltip=[
                alt.Tooltip("name:N", title="Kind of work"),
                alt.Tooltip("weight:N", title="By"),
                alt.Tooltip("told:N", title="Share"),
                alt.Tooltip("amount:Q", title="Amount", format=",.1f"),
            ],
        )
        .properties(height=2 * DISTANCE * frame.height + 80)
    )
    return chart


def by_month(frame: pl.DataFrame, *, value: str, title: str, order: list[str]) -> alt.Chart:
    """Kinds of work stacked by month; columns `period_start`, `name`, and `value`, a share."""
    shown = frame.drop_nulls(value).with_columns(place=pl.col("name").replace_strict(order, range(len(order))))
    shown = shown.with_columns(told=pl.Series([words.share(share) for share in shown[value]], dtype=pl.String))
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X("yearmonth(period_start):T", title=None, axis=alt.Axis(format="%b %y", tickCount=8)),
            y=alt.Y(f"{value}:Q", title=title, axis=alt.Axis(labelExpr=PERCENT, tickCount=5)),
            color=alt.Color(
                "name:N",
                sort=order,
                scale=alt.Scale(domain=order, range=[colors.category(n) for n in range(len(order))]),
                legend=alt.Legend(orient="top", title=None, columns=5),
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("period_start:T", title="Month", format="%B %Y"),
                alt.Tooltip("name:N", title="Kind of work"),
                alt.Tooltip("told:N", title=title),
            ],
        )
        .properties(height=HEIGHT + 50)
    )
    return chart


def lines(frame: pl.DataFrame, *, title: str, order: list[str]) -> alt.Chart:
    """Named counts by month as lines; columns `period_start`, `name` and `value`."""
    chart: alt.Chart = (
        alt.Chart(frame.drop_nulls("value"))
        .mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=28))
        .encode(
            x=alt.X("period_start:T", title=None, axis=alt.Axis(format="%b %y", tickCount=6)),
            y=alt.Y("value:Q", title=title, axis=alt.Axis(tickCount=4)),
            color=alt.Color(
                "name:N",
                scale=alt.Scale(domain=order, range=[colors.category(n) for n in range(len(order))]),
                legend=alt.Legend(orient="top", title=None),
            ),
            tooltip=[
                alt.Tooltip("period_start:T", title="Month", format="%B %Y"),
                alt.Tooltip("name:N", title="What"),
                alt.Tooltip("value:Q", title=title, format=",.1f"),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart


def spread(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Teams with how something lies on their people: median as a mark, up to the 85th percentile and to the most.

    Columns `scope`, `median`, `p85`, `most` and `people`.
    """
    order = frame["scope"].to_list()
    base = alt.Chart(frame).encode(
        y=alt.Y("scope:N", sort=order, title=None, axis=alt.Axis(labelLimit=200)),
        tooltip=[
            alt.Tooltip("scope:N", title="Team"),
            alt.Tooltip("people:Q", title="People"),
            alt.Tooltip("median:Q", title="Half have at most", format=".1f"),
            alt.Tooltip("p85:Q", title="85 of 100 have at most", format=".1f"),
            alt.Tooltip("most:Q", title="Most"),
        ],
    )
    x = alt.X(
        "most:Q",
        title="Per person (mark: median, dark: up to the 85th percentile, pale: to the most)",
        axis=alt.Axis(tickMinStep=1, format=",d"),
    )
    whole = base.mark_bar(opacity=0.25, color=colors.category(0), height=10).encode(x=x)
    usual = base.mark_bar(color=colors.category(0), height=10, opacity=0.7).encode(x="p85:Q")
    middle = base.mark_tick(color=colors.text(), thickness=3, size=18).encode(x="median:Q")
    return alt.layer(whole, usual, middle).properties(height=DISTANCE * frame.height + 70)


def arrivals(frame: pl.DataFrame) -> alt.Chart:
    """Cohorts by the share of their people who had a merged pull request after so many days.

    Columns `cohort`, `days`, `share`, `people`; newer cohorts stand out.
    """
    order = frame["cohort"].unique().sort().to_list()
    shown = frame.with_columns(told=pl.Series([words.share(share) for share in frame["share"]], dtype=pl.String))
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_line(interpolate="step-after", strokeWidth=2.2)
        .encode(
            x=alt.X(
                "days:Q",
                title="Days since the first trace",
                scale=alt.Scale(domainMin=0),
                axis=alt.Axis(tickCount=6),
            ),
            y=alt.Y("share:Q", title="Have merged", axis=alt.Axis(labelExpr=PERCENT, tickCount=5)),
            color=alt.Color(
                "cohort:N",
                sort=order,
                scale=alt.Scale(domain=order, range=[colors.category(len(order) - 1 - n) for n in range(len(order))]),
                legend=alt.Legend(orient="top", title=None, columns=6),
            ),
            tooltip=[
                alt.Tooltip("cohort:N", title="Came in"),
                alt.Tooltip("days:Q", title="Day", format=".0f"),
                alt.Tooltip("told:N", title="Have merged"),
                alt.Tooltip("people:Q", title="Newcomers"),
            ],
        )
        .properties(height=HEIGHT + 60)
    )
    return chart
