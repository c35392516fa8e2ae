"""Charts of spans of time: every item as a dot, its weekly figures as lines, and how the items spread.

Axes of spans are logarithmic: hours and weeks stand on one picture, and no long one hides the others.
"""

import altair as alt
import polars as pl

from dashboards.parts import colors, words
from dashboards.parts.charts import HEIGHT
from dashboards.queries.windows import DOTS

HOUR, DAY = 3600, 86400

LEAST = 60.0
"""Seconds below which a span is drawn as this: a logarithm knows no zero."""

CALENDAR_TICKS = {60: "1 min", 600: "10 min", HOUR: "1 h", 6 * HOUR: "6 h", DAY: "1 day", 3 * DAY: "3 days"} | {
    7 * DAY: "1 week",
    30 * DAY: "1 month",
    91 * DAY: "3 months",
    365 * DAY: "1 year",
    3 * 365 * DAY: "3 years",
    10 * 365 * DAY: "10 years",
}
WORKING_TICKS = {60: "1 min", 600: "10 min", HOUR: "1 h"} | {n * HOUR: f"{n} h" for n in (3, 10, 30, 100, 300, 1000)}

CALENDAR_STEPS = {HOUR: "1 h", 6 * HOUR: "6 h", DAY: "1 day", 3 * DAY: "3 days", 7 * DAY: "1 week"} | {
    14 * DAY: "2 weeks",
    30 * DAY: "1 month",
}
WORKING_STEPS = {n * HOUR: f"{n} h" for n in (1, 2, 4, 8, 16, 40)}
"""Where one bar of the spread ends and the next begins."""

HALF, MOST = "Half took at most", "85 % took at most"


def axis(*, working: bool = False, title: str | None = None) -> alt.Y:
    """The vertical axis of spans in seconds, `seconds` being the column."""
    return alt.Y("seconds:Q", title=title, scale=alt.Scale(type="log", nice=False), axis=ticks(working=working))


def ticks(*, working: bool = False) -> alt.Axis:
    """Marks at spans that people speak of."""
    named = WORKING_TICKS if working else CALENDAR_TICKS
    told = " : ".join(f"datum.value == {seconds} ? '{name}'" for seconds, name in named.items())
    return alt.Axis(values=list(named), labelExpr=f"{told} : ''")


def drawn(column: str) -> pl.Expr:
    """A column of seconds as it is drawn."""
    return pl.col(column).clip(lower_bound=LEAST).alias("seconds")


def told(frame: pl.DataFrame, column: str, *, working: bool = False) -> pl.Series:
    """A column of seconds in words."""
    return pl.Series([words.span(seconds, working=working) for seconds in frame[column]], dtype=pl.String)


def drawable(items: pl.DataFrame) -> pl.DataFrame:
    """As many of the items as can be drawn, the same every time."""
    return items.sample(DOTS, seed=0) if items.height > DOTS else items


def what_is_drawn(items: pl.DataFrame, what: str) -> str:
    """What the dots of a chart are, in words."""
    return f"Every dot is a {what}" if items.height <= DOTS else f"The dots are {DOTS:,} of the {what}s, drawn by lot"


def trend(
    items: pl.DataFrame,
    periods: pl.DataFrame,
    *,
    at: str,
    span: str,
    name: str,
    working: bool = False,
    item: str = "Pull request",
) -> alt.LayerChart | alt.FacetChart:
    """Items (or a sample of many) as dots at their end, the median and 85th percentile of each period over them.

    `items` has `title`, `label` and the columns that `at` and `span` (seconds) name; `periods` has `period_start`,
    `p50`, `p85` and `n`; `item` is what an item is called.
    """
    shown = drawable(items)
    marks = (
        alt.Chart(shown.select("label", "title", at=at, seconds=drawn(span), told=told(shown, span, working=working)))
        .mark_circle(size=26, opacity=0.3, color=colors.category(6))
        .encode(
            x=alt.X("at:T", title=None, axis=alt.Axis(format="%b %y", tickCount=6)),
            y=axis(working=working, title=name),
            tooltip=[
                alt.Tooltip("label:N", title=item),
                alt.Tooltip("title:N", title="Title"),
                alt.Tooltip("told:N", title=name),
                alt.Tooltip("at:T", title="On", format="%d %b %Y"),
            ],
        )
    )
    lines = pl.concat(
        [
            periods.select("period_start", "n", figure=pl.lit(figure), span=column)
            for column, figure in (("p50", HALF), ("p85", MOST))
        ]
    )
    # Periods without a figure stay: the line breaks there instead of crossing over what is not known.
    figures = lines.with_columns(drawn("span"), told=told(lines, "span", working=working))
    scale = alt.Scale(domain=[HALF, MOST], range=[colors.category(0), colors.category(1)])
    line = (
        alt.Chart(figures)
        .mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=22))
        .encode(
            x="period_start:T",
            y="seconds:Q",
            color=alt.Color("figure:N", scale=scale, legend=alt.Legend(orient="top", title=None)),
            strokeDash=alt.StrokeDash(
                "figure:N", scale=alt.Scale(domain=[HALF, MOST], range=[[1, 0], [5, 3]]), legend=None
            ),
            tooltip=[
                alt.Tooltip("period_start:T", title="From", format="%d %b %Y"),
                alt.Tooltip("figure:N", title="Figure"),
                alt.Tooltip("told:N", title=name),
                alt.Tooltip("n:Q", title=f"{item}s", format=","),
            ],
        )
    )
    return alt.layer(marks, line).properties(height=HEIGHT + 50)


def spread(
    items: pl.DataFrame, *, span: str, working: bool = False, item: str = "Pull request"
) -> alt.LayerChart | alt.FacetChart:
    """How many items took how long, as bars from quick to slow; written beside them: how many were done by then."""
    bars = spread_rows(items, span=span, working=working)
    order = bars["step"].to_list()
    base = alt.Chart(bars).encode(
        y=alt.Y("step:N", sort=order, title=None),
        tooltip=[
            alt.Tooltip("step:N", title="Took"),
            alt.Tooltip("items:Q", title=f"{item}s", format=","),
            alt.Tooltip("by_then:N", title="Of all, done by then"),
        ],
    )
    bar = base.mark_bar(color=colors.category(0), height=alt.RelativeBandSize(0.7)).encode(
        x=alt.X("items:Q", title=f"{item}s (beside: share done by then)", axis=alt.Axis(tickCount=4, format="d"))
    )
    text = base.mark_text(align="left", dx=5, color=colors.text(), fontSize=11).encode(x="items:Q", text="by_then:N")
    return alt.layer(bar, text).properties(height=HEIGHT + 50)


def spread_rows(items: pl.DataFrame, *, span: str, working: bool = False) -> pl.DataFrame:
    """Items by how long they took: `step`, `items`, and the share that was done by the end of the step in words."""
    steps = WORKING_STEPS if working else CALENDAR_STEPS
    limits = list(steps)
    names = [f"up to {name}" for name in steps.values()] + [f"over {list(steps.values())[-1]}"]
    seconds = items[span].drop_nulls()
    counts = [
        seconds.filter((seconds > low) & (seconds <= high)).len()
        for low, high in zip([float("-inf"), *limits], [*limits, float("inf")], strict=True)
    ]
    done = pl.Series(counts, dtype=pl.Int64).cum_sum() / max(len(seconds), 1)
    return pl.DataFrame({"step": names, "items": counts, "by_then": [words.share(share) for share in done]})
