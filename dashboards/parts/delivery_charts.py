"""Charts of the page about delivery: the parts of lead time, and deployments on a line of time."""

import altair as alt
import polars as pl

from dashboards.parts import colors, words
from dashboards.parts.charts import PERCENT

PARTS = (0, 4, 2, 5, 1, 3)
"""Colours of the parts of lead time, in their order."""

WENT_WELL, FAILED, ROLLED_BACK = "Went well", "Failed", "Rollback"


def phases(frame: pl.DataFrame, *, rest: str) -> alt.LayerChart | alt.FacetChart:
    """One bar of the lead time and its parts, `rest` being none; columns `phase`, `share`, `p50` and `n`."""
    shown = frame.with_columns(
        told=pl.Series([words.share(share) for share in frame["share"]], dtype=pl.String),
        median=pl.Series([words.span(seconds) for seconds in frame["p50"]], dtype=pl.String),
        middle=pl.col("share").cum_sum() - pl.col("share") / 2,
        place=pl.int_range(pl.len()),
    )
    names = shown["phase"].to_list()
    palette = [
        colors.heat(0) if name == rest else colors.category(PARTS[n % len(PARTS)]) for n, name in enumerate(names)
    ]
    base = alt.Chart(shown)
    bar = base.mark_bar(height=38).encode(
        x=alt.X("share:Q", title="Share of the lead time", axis=alt.Axis(labelExpr=PERCENT, tickCount=5)),
        color=alt.Color(
            "phase:N",
            sort=names,
            scale=alt.Scale(domain=names, range=palette),
            legend=alt.Legend(orient="top", title=None, columns=7),
        ),
        order=alt.Order("place:O"),
        tooltip=[
            alt.Tooltip("phase:N", title="Part"),
            alt.Tooltip("told:N", title="Share of the lead time"),
            alt.Tooltip("median:N", title="Half took at most"),
            alt.Tooltip("n:Q", title="Pull requests", format=","),
        ],
    )
    inks = [colors.ink(color) for color in palette]
    text = (
        base.transform_filter("datum.share > 0.07")
        .mark_text(fontWeight=600)
        .encode(
            x="middle:Q",
            text="told:N",
            color=alt.Color("phase:N", scale=alt.Scale(domain=names, range=inks), legend=None),
        )
    )
    layers: alt.LayerChart = alt.layer(bar, text).resolve_scale(color="independent")
    return layers.properties(height=126)


def timeline(frame: pl.DataFrame) -> alt.Chart:
    """Deployments as marks on a line for each repository; of the frame that `deployments.told` gives."""
    names = [WENT_WELL, ROLLED_BACK, FAILED]
    look = [colors.category(0), colors.category(4), colors.category(1)]
    repositories = frame["repository"].unique().sort().to_list()
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_point(filled=True)
        .encode(
            x=alt.X("finished_at:T", title=None, axis=alt.Axis(format="%d %b %y", tickCount=7)),
            y=alt.Y("repository:N", sort=repositories, title=None, axis=alt.Axis(labelLimit=180, grid=True)),
            color=alt.Color(
                "outcome:N",
                scale=alt.Scale(domain=names, range=look),
                legend=alt.Legend(orient="top", title=None, symbolOpacity=1),
            ),
            shape=alt.Shape(
                "outcome:N", scale=alt.Scale(domain=names, range=["circle", "triangle-left", "cross"]), legend=None
            ),
            size=alt.Size("outcome:N", scale=alt.Scale(domain=names, range=[34, 90, 110]), legend=None),
            opacity=alt.Opacity("outcome:N", scale=alt.Scale(domain=names, range=[0.45, 1, 1]), legend=None),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("repository:N", title="Repository"),
                alt.Tooltip("ref:N", title="Deployed"),
                alt.Tooltip("finished_at:T", title="When (UTC)", format="%d %b %Y, %H:%M"),
                alt.Tooltip("outcome:N", title="Outcome"),
                alt.Tooltip("cause:N", title="Failed by"),
                alt.Tooltip("recovered:N", title="Recovered after"),
                alt.Tooltip("pull_requests:Q", title="Pull requests", format=","),
            ],
        )
        .properties(height=34 * len(repositories) + 90)
    )
    return chart


def rework(frame: pl.DataFrame) -> alt.Chart:
    """Unplanned deployments by the rule that found them; columns `name`, `deployments`, `told`."""
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(color=colors.category(1), height=alt.RelativeBandSize(0.6))
        .encode(
            x=alt.X("deployments:Q", title="Deployments", axis=alt.Axis(tickMinStep=1, tickCount=5, format="d")),
            y=alt.Y("name:N", sort=frame["name"].to_list(), title=None, axis=alt.Axis(labelLimit=240)),
            tooltip=[
                alt.Tooltip("name:N", title="Because"),
                alt.Tooltip("deployments:Q", title="Deployments", format=","),
                alt.Tooltip("told:N", title="Of all deployments"),
            ],
        )
        .properties(height=30 * frame.height + 60)
    )
    return chart


def waits(frame: pl.DataFrame, usual: float | None) -> alt.LayerChart | alt.FacetChart:
    """What waits as dots by age for each repository, and a line where 85 % had been deployed; `usual` in seconds."""
    days = frame.with_columns(days=pl.col("waiting_seconds") / 86400)
    repositories = frame["repository"].unique().sort().to_list()
    dots = (
        alt.Chart(days)
        .mark_circle(size=70, opacity=0.6, color=colors.category(0))
        .encode(
            x=alt.X("days:Q", title="Days since the merge", axis=alt.Axis(tickCount=6)),
            y=alt.Y("repository:N", sort=repositories, title=None, axis=alt.Axis(labelLimit=180)),
            tooltip=[
                alt.Tooltip("label:N", title="Pull request"),
                alt.Tooltip("title:N", title="Title"),
                alt.Tooltip("told:N", title="Waits for"),
            ],
        )
    )
    layers: list[alt.Chart] = [dots]
    if usual is not None:
        line = pl.DataFrame({"days": [usual / 86400], "told": [f"85 % had waited less: {words.span(usual)}"]})
        base = alt.Chart(line).encode(x="days:Q")
        layers += [
            base.mark_rule(color=colors.category(1), strokeDash=[5, 3], strokeWidth=2).encode(tooltip="told:N"),
            base.mark_text(align="left", dx=5, dy=4, color=colors.text(), fontSize=11).encode(
                y=alt.value(4), text="told:N"
            ),
        ]
    return alt.layer(*layers).properties(height=34 * len(repositories) + 80)
