"""Charts of the page about scope: sprints, growth of parents, shares over time, what was lacking."""

import altair as alt
import polars as pl

from dashboards.parts import colors, words
from dashboards.parts.charts import HEIGHT, PERCENT

PLANNED_DONE, ADDED_DONE = "Planned, finished", "Added, finished"
PLANNED_LEFT, ADDED_LEFT, REMOVED = "Planned, not finished", "Added, not finished", "Taken out"

OUTCOMES = {
    PLANNED_DONE: ("planned_completed", 2),
    ADDED_DONE: ("added_completed", 5),
    PLANNED_LEFT: ("planned_left", 1),
    ADDED_LEFT: ("added_left", 4),
    REMOVED: ("removed", 6),
}
"""What becomes of tickets of a sprint: the column that counts it, and its colour."""

AT_START, ADDED = "There at the start", "Added later"


def sprints(frame: pl.DataFrame) -> alt.Chart:
    """Sprints as bars of what became of their tickets, the oldest first; of the frame that the query gives."""
    told = frame.sort("started_at", "sprint_id").with_columns(
        accuracy=pl.Series([words.share(share) for share in frame.sort("started_at", "sprint_id")["planning_accuracy"]])
    )
    shown = pl.concat(
        [
            told.select(
                "sprint_id", "name", "accuracy", outcome=pl.lit(name), items=pl.col(column).cast(pl.Int64), place=n
            )
            for n, (name, (column, _)) in enumerate((key, value) for key, value in OUTCOMES.items())
        ]
    )
    labels = dict(told.select("sprint_id", "name").iter_rows())
    order = told["sprint_id"].to_list()
    cut = (
        f"{{{', '.join(f'{_quoted(key)}: {_quoted(str(name or key))}' for key, name in labels.items())}}}[datum.value]"
    )
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X(
                "sprint_id:N",
                sort=order,
                title=None,
                axis=alt.Axis(labelExpr=cut, labelAngle=-40, labelLimit=110, labelOverlap="greedy"),
            ),
            y=alt.Y("items:Q", title="Tickets", axis=alt.Axis(tickCount=5, format="d", tickMinStep=1)),
            color=alt.Color(
                "outcome:N",
                scale=alt.Scale(
                    domain=list(OUTCOMES), range=[colors.category(color) for _, color in OUTCOMES.values()]
                ),
                legend=alt.Legend(orient="top", title=None, columns=5),
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("name:N", title="Sprint"),
                alt.Tooltip("outcome:N", title="Tickets"),
                alt.Tooltip("items:Q", title="Number", format=","),
                alt.Tooltip("accuracy:N", title="Planning accuracy"),
            ],
        )
        .properties(height=HEIGHT + 110)
    )
    return chart


def _quoted(text: str) -> str:
    """Text inside an expression: nothing in it ends the quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")
    return f"'{escaped}'"


def growth(frame: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Parents with the children they had at the start and those that came later; a mark at how many are done."""
    order = frame["label"].to_list()
    parts = pl.concat(
        [
            frame.select("label", "title", "told", part=pl.lit(AT_START), items="children_at_start", place=0),
            frame.select("label", "title", "told", part=pl.lit(ADDED), items="children_added", place=1),
        ]
    )
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=180))
    tooltip = [
        alt.Tooltip("label:N", title="Parent"),
        alt.Tooltip("title:N", title="Title"),
        alt.Tooltip("told:N", title="Grown by"),
    ]
    bars = (
        alt.Chart(parts)
        .mark_bar(height=alt.RelativeBandSize(0.65))
        .encode(
            x=alt.X("items:Q", title="Children (line: done)", axis=alt.Axis(tickCount=5, format="d", tickMinStep=1)),
            y=y,
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=[AT_START, ADDED], range=[colors.category(0), colors.category(4)]),
                legend=alt.Legend(orient="top", title=None),
            ),
            order=alt.Order("place:Q"),
            tooltip=[*tooltip, alt.Tooltip("part:N", title="Children"), alt.Tooltip("items:Q", title="Number")],
        )
    )
    done = (
        alt.Chart(frame)
        .mark_tick(thickness=3, color=colors.text())
        .encode(x="children_done:Q", y=y, tooltip=[*tooltip, alt.Tooltip("children_done:Q", title="Done")])
    )
    return alt.layer(bars, done).properties(height=26 * frame.height + 80)


def shares(frame: pl.DataFrame, *, title: str) -> alt.Chart:
    """A share by week or month as a line; columns `period_start`, `value` and `n`."""
    shown = frame.with_columns(told=pl.Series([words.share(share) for share in frame["value"]], dtype=pl.String))
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_line(color=colors.category(0), strokeWidth=2.2, point=alt.OverlayMarkDef(size=28))
        .encode(
            x=alt.X("period_start:T", title=None, axis=alt.Axis(format="%b %y", tickCount=6)),
            y=alt.Y(
                "value:Q",
                title=title,
                scale=alt.Scale(domainMin=0),
                axis=alt.Axis(labelExpr=PERCENT, tickCount=4),
            ),
            tooltip=[
                alt.Tooltip("period_start:T", title="From", format="%d %b %Y"),
                alt.Tooltip("told:N", title=title),
                alt.Tooltip("n:Q", title="Of", format=","),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart


def counts(frame: pl.DataFrame, *, title: str) -> alt.LayerChart | alt.FacetChart:
    """Named numbers as bars, their share beside; columns `name`, `items` and `told`."""
    base = alt.Chart(frame).encode(
        y=alt.Y("name:N", sort=frame["name"].to_list(), title=None, axis=alt.Axis(labelLimit=200)),
        x=alt.X("items:Q", title=title, axis=alt.Axis(tickCount=4, format="d", tickMinStep=1)),
        tooltip=[
            alt.Tooltip("name:N", title="What"),
            alt.Tooltip("items:Q", title=title, format=","),
            alt.Tooltip("told:N", title="Of all"),
        ],
    )
    bars = base.mark_bar(color=colors.category(0), height=alt.RelativeBandSize(0.6))
    text = base.mark_text(align="left", dx=5, color=colors.text(), fontSize=11).encode(text="told:N")
    return alt.layer(bars, text).properties(height=34 * frame.height + 60)
