"""Charts of the page about the flow of tickets: cumulative flow, process behaviour, time in status, blocked time."""

import altair as alt
import polars as pl

from dashboards.parts import colors
from dashboards.parts.charts import HEIGHT, PERCENT
from dashboards.parts.time_charts import DAY, axis, drawable, drawn, told

BLOCKED, LATE, STALLED = "Blocked", "Older than 85 %", "Nothing happens"
AS_USUAL, NOT_KNOWN = "As usual", "Too little to compare"

STANDINGS = {
    BLOCKED: (1, "cross"),
    LATE: (4, "diamond"),
    STALLED: (3, "triangle-up"),
    AS_USUAL: (0, "circle"),
    NOT_KNOWN: (6, "square"),
}
"""Colour and shape of a ticket in progress, by what is the matter with it."""

TO_DO, IN_PROGRESS, DONE = "To do", "In progress", "Finished"
_BANDS = {DONE: 2, IN_PROGRESS: 0, TO_DO: 6}

SIGNAL, ORDINARY = "Out of the ordinary", "Ordinary week"

WORK, WAITING, STOPPED = "Worked on", "Waiting", "Blocked"
BEFORE, OVER = "Before the start", "Taken for done"
_KINDS = {WORK: 0, WAITING: 4, STOPPED: 1, BEFORE: 6, OVER: 2}


def cumulative(frame: pl.DataFrame, *, with_todo: bool) -> alt.LayerChart | alt.FacetChart:
    """Tickets as bands over time, since the period began; columns `day`, `created`, `begun` and `finished`."""
    first = frame.select(pl.col("finished").first()).item() or 0
    bands = frame.select(
        "day",
        pl.lit(0).alias("zero"),
        finished=pl.col("finished") - first,
        begun=pl.col("begun") - first,
        created=pl.max_horizontal("created", "begun") - first,
    )
    parts = [(DONE, "zero", "finished"), (IN_PROGRESS, "finished", "begun")]
    parts += [(TO_DO, "begun", "created")] if with_todo else []
    shown = pl.concat(
        [
            bands.select("day", band=pl.lit(name), low=pl.col(low).cast(pl.Int64), high=pl.col(high).cast(pl.Int64))
            for name, low, high in parts
        ]
    ).with_columns(items=pl.col("high") - pl.col("low"))
    names = [name for name, _, _ in reversed(parts)]
    scale = alt.Scale(domain=names, range=[colors.category(_BANDS[name]) for name in names])
    chart = (
        alt.Chart(shown)
        .mark_area(opacity=0.75, line=False)
        .encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %y", tickCount=6)),
            y=alt.Y("low:Q", title="Tickets since the period began", axis=alt.Axis(tickCount=5, format=",d")),
            y2="high:Q",
            color=alt.Color("band:N", scale=scale, legend=alt.Legend(orient="top", title=None)),
            tooltip=[
                alt.Tooltip("day:T", title="Day", format="%d %b %Y"),
                alt.Tooltip("band:N", title="Tickets"),
                alt.Tooltip("items:Q", title="Number", format=","),
            ],
        )
    )
    return alt.layer(chart).properties(height=HEIGHT + 110)


def arrivals(frame: pl.DataFrame) -> alt.Chart:
    """Tickets created and finished by week as lines; columns `week`, `name` and `value`."""
    names = ["Created", "Finished"]
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=16))
        .encode(
            x=alt.X("week:T", title=None, axis=alt.Axis(format="%b %y", tickCount=5)),
            y=alt.Y("value:Q", title="Tickets a week", axis=alt.Axis(tickCount=4, format="d", tickMinStep=1)),
            color=alt.Color(
                "name:N",
                scale=alt.Scale(domain=names, range=[colors.category(6), colors.category(2)]),
                legend=alt.Legend(orient="top", title=None),
            ),
            strokeDash=alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=[[4, 3], [1, 0]]), legend=None),
            tooltip=[
                alt.Tooltip("week:T", title="Week of", format="%d %b %Y"),
                alt.Tooltip("name:N", title="Tickets"),
                alt.Tooltip("value:Q", title="Number", format=","),
            ],
        )
        .properties(height=HEIGHT + 20)
    )
    return chart


def behaviour(frame: pl.DataFrame, *, name: str, in_days: bool) -> alt.LayerChart | alt.FacetChart:
    """A weekly figure with its mean and limits, weeks out of the ordinary marked; of `metrics.process_behaviour`."""
    scale = DAY if in_days else 1
    title = f"{name} (days)" if in_days else name
    shown = frame.with_columns(
        pl.col("value", "mean", "lower", "upper") / scale,
        standing=pl.when(pl.col("signal").is_null()).then(pl.lit(ORDINARY)).otherwise(pl.lit(SIGNAL)),
        why=pl.col("signal").str.replace_all("_", " "),
    )
    base = alt.Chart(shown).encode(x=alt.X("week:T", title=None, axis=alt.Axis(format="%b %y", tickCount=5)))
    y = alt.Y("value:Q", title=title, axis=alt.Axis(tickCount=4))
    band = base.mark_area(opacity=0.13, color=colors.category(0)).encode(y=alt.Y("lower:Q", title=title), y2="upper:Q")
    mean = base.mark_line(strokeDash=[5, 3], color=colors.text(), opacity=0.6).encode(y="mean:Q")
    line = base.mark_line(color=colors.category(6), strokeWidth=1.3).encode(y=y)
    domain = [SIGNAL, ORDINARY]
    dots = base.mark_point(filled=True, opacity=1).encode(
        y=y,
        color=alt.Color(
            "standing:N",
            scale=alt.Scale(domain=domain, range=[colors.category(1), colors.category(6)]),
            legend=alt.Legend(orient="top", title=None),
        ),
        shape=alt.Shape("standing:N", scale=alt.Scale(domain=domain, range=["diamond", "circle"]), legend=None),
        size=alt.Size("standing:O", sort=domain, scale=alt.Scale(domain=domain, range=[90, 26]), legend=None),
        tooltip=[
            alt.Tooltip("week:T", title="Week of", format="%d %b %Y"),
            alt.Tooltip("value:Q", title=title, format=",.1f"),
            alt.Tooltip("mean:Q", title="Mean", format=",.1f"),
            alt.Tooltip("lower:Q", title="Lower limit", format=",.1f"),
            alt.Tooltip("upper:Q", title="Upper limit", format=",.1f"),
            alt.Tooltip("why:N", title="Because"),
        ],
    )
    return alt.layer(band, mean, line, dots).properties(height=HEIGHT + 20)


def statuses(frame: pl.DataFrame) -> alt.Chart:
    """The share of all time that finished tickets spent in each status; of the frame that the view tells."""
    kinds = [kind for kind in _KINDS if kind in set(frame["kind"])]
    chart: alt.Chart = (
        alt.Chart(frame.with_columns(half=told(frame, "p50_seconds"), most=told(frame, "p85_seconds")))
        .mark_bar(height=alt.RelativeBandSize(0.65))
        .encode(
            x=alt.X(
                "share:Q", title="Share of the time from creation to end", axis=alt.Axis(labelExpr=PERCENT, tickCount=6)
            ),
            y=alt.Y("step:N", sort=frame["step"].to_list(), title=None, axis=alt.Axis(labelLimit=200)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[colors.category(_KINDS[kind]) for kind in kinds]),
                legend=alt.Legend(orient="top", title=None),
            ),
            tooltip=[
                alt.Tooltip("step:N", title="Status"),
                alt.Tooltip("told:N", title="Share of the time"),
                alt.Tooltip("half:N", title="Half spent at most"),
                alt.Tooltip("most:N", title="85 % spent at most"),
                alt.Tooltip("n:Q", title="Finished tickets", format=","),
            ],
        )
        .properties(height=34 * frame.height + 90)
    )
    return chart


def definitions(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Cycle time by definition: what 85 % took at most as a pale bar, what half did in front."""
    shown = frame.with_columns(
        days_p50=pl.col("p50") / DAY,
        days_p85=pl.col("p85") / DAY,
        told_p50=told(frame, "p50"),
        told_p85=told(frame, "p85"),
    )
    base = alt.Chart(shown).encode(
        y=alt.Y("name:N", sort=shown["name"].to_list(), title=None, axis=alt.Axis(labelLimit=260)),
        tooltip=[
            alt.Tooltip("name:N", title="By"),
            alt.Tooltip("told_p50:N", title="Half took at most"),
            alt.Tooltip("told_p85:N", title="85 % took at most"),
            alt.Tooltip("n:Q", title="Tickets", format=","),
        ],
    )
    most = base.mark_bar(opacity=0.3, color=colors.category(0)).encode(
        x=alt.X("days_p85:Q", title="Days (solid: half took at most, pale: 85 %)", axis=alt.Axis(tickCount=5))
    )
    half = base.mark_bar(color=colors.category(0), height=alt.RelativeBandSize(0.45)).encode(x="days_p50:Q")
    return alt.layer(most, half).properties(height=36 * shown.height + 60)


def blocked(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Blocked spans (or a sample of many) as dots, by cause and length; of the frame that the view tells."""
    domain = ["Still blocked", "Cleared"]
    few = drawable(frame)
    base = alt.Chart(few.with_columns(drawn("seconds"), told=told(few, "seconds")))
    dots = base.mark_point(filled=True, size=60, opacity=0.75).encode(
        x=alt.X("name:N", sort=frame["name"].unique(maintain_order=True).to_list(), title=None,
                axis=alt.Axis(labelAngle=0, labelLimit=220)),
        xOffset=alt.XOffset("place:Q"),
        y=axis(title="Blocked for"),
        color=alt.Color(
            "standing:N",
            scale=alt.Scale(domain=domain, range=[colors.category(1), colors.category(6)]),
            legend=alt.Legend(orient="top", title=None),
        ),
        shape=alt.Shape("standing:N", scale=alt.Scale(domain=domain, range=["diamond", "circle"]), legend=None),
        tooltip=[
            alt.Tooltip("label:N", title="Ticket"),
            alt.Tooltip("title:N", title="Title"),
            alt.Tooltip("told:N", title="Blocked for"),
            alt.Tooltip("by_key:N", title="By"),
        ],
    )  # fmt: skip
    return alt.layer(dots).properties(height=HEIGHT + 40)
