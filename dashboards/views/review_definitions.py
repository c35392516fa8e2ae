"""The same pull requests under the rules of other tools, so that their numbers can be compared with ours."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import review_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import reviews
from dashboards.scope import Scope
from dashboards.views.pull_requests import nothing, too_small

NAMES = {
    "leadline": "leadline",
    "devlake": "DevLake",
    "middleware": "middleware",
    "linearb": "LinearB",
    "swarmia": "Swarmia",
    "gitlab": "GitLab",
}

RULES = {
    "leadline": "Coding: first commit to ready; pickup: to the first answer of a person; review: to the last approval; "
    "merge wait: to the merge. A part that did not happen is missing, not 0.",
    "devlake": "Coding: first commit to opened; pickup: to the first comment or review of somebody else; review: to "
    "the merge. The cycle adds up coding, or 0, and deploy wait, or 0.",
    "middleware": "First response: ready to the first review; rework: to the first approval, 0 where the first review "
    "approves; merge: to the merge. The cycle runs from ready to merged.",
    "linearb": "Coding: first commit to opened; pickup: to the first comment; review: to the merge; deploy: to the "
    "release.",
    "swarmia": "In progress: first commit or opened, whichever came first, to the first review request; in review: to "
    "the last approval; then to the merge.",
    "gitlab": "Lead time: merged to deployed.",
}
"""What each definition measures, in short."""

ORDER = (
    "in_progress", "coding", "first_response", "pickup", "in_review", "review", "rework", "merge_wait", "queue_wait",
    "merge", "deploy_wait", "deploy", "cycle", "lead", "lead_time",
)  # fmt: skip
"""Phases in the order in which they happen; the whole comes last."""

WHOLE = ("cycle", "lead_time", "lead")
"""The phase that stands for the whole, the first one that a definition has."""

NONE = "No pull request was merged in the last 90 days."


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw the choice of a definition, its phases with figures and reasons, and the whole by every definition."""
    chosen = str(
        st.segmented_control(
            "Measured as by",
            reviews.DEFINITIONS,
            default=reviews.DEFINITIONS[0],
            required=True,
            format_func=lambda definition: NAMES[definition],
            key="definition",
            bind="query-params",
        )
    )
    st.caption(RULES[chosen])
    left, right = st.columns([3, 2], gap="small")
    with left:
        _phases(scope, chosen)
    with right:
        _compared(scope, chosen)


def _phases(scope: Scope, chosen: str) -> None:
    sql = reviews.defined(scope, chosen)
    phases = in_order(data.rows(sql))
    note = "Of pull requests merged in the last 90 days, by the calendar. Medians need 5, 85th percentiles 10 of them."
    with card(f"Phases by the rules of {NAMES[chosen]}", sql=sql, frame=phases, key="defined", note=note):
        if (hidden := too_small(scope)) or phases.is_empty():
            nothing(NONE, hidden=hidden)
            return
        shown = phases.drop_nulls("p50")
        if shown.height:
            st.altair_chart(review_charts.defined(shown), alt=longest(shown))
        table(
            phases,
            {
                "name": Column("Phase", width=85),
                "p50": Column("Half within", "span", width=72),
                "p85": Column("85 % within", "span", width=76),
                "n": Column("Known for", "count", width=68),
                "of_all": Column("of", "count", width=40),
                "why": Column("Not known because", width=125),
            },
            alt="Figures of each phase, of how many pull requests, and why others have none",
        )


def in_order(phases: pl.DataFrame) -> pl.DataFrame:
    """Phases as they follow each other, with their `name` in words."""
    place = {phase: n for n, phase in enumerate(ORDER)}
    return phases.with_columns(
        name=pl.Series([words.reason(phase).capitalize() for phase in phases["phase"]], dtype=pl.String)
    ).sort(pl.col("phase").replace_strict(place, default=len(ORDER)), "phase")


def longest(phases: pl.DataFrame) -> str:
    """The phase with the largest median, the whole left out, in words."""
    parts = phases.filter(~pl.col("phase").is_in(list(WHOLE)))
    row = (parts if parts.height else phases).sort("p50", descending=True).row(0, named=True)
    return f"{row['name']} takes longest: half took at most {words.span(row['p50'])}"


def _compared(scope: Scope, chosen: str) -> None:
    sql = reviews.compared(scope)
    whole = wholes(data.rows(sql))
    note = "The median of the whole by each definition. They start and end at different events: that is the difference."
    with card("The whole, by every definition", sql=sql, frame=whole, key="compared", note=note):
        known = whole.drop_nulls("p50")
        if (hidden := too_small(scope)) or known.is_empty():
            nothing(NONE, hidden=hidden)
            return
        least, most = known["p50"].min(), known["p50"].max()
        said = f"The same pull requests take {words.span(least)} to {words.span(most)}, as one counts"  # type: ignore[arg-type]
        st.altair_chart(review_charts.compared(known, NAMES[chosen]), alt=said)
        st.caption(f"{said}.")


def wholes(compared: pl.DataFrame) -> pl.DataFrame:
    """One row per definition, in their order: its whole."""
    place = {phase: n for n, phase in enumerate(WHOLE)}
    order = {definition: n for n, definition in enumerate(reviews.DEFINITIONS)}
    rows = (
        compared.filter(pl.col("phase").is_in(list(WHOLE)))
        .sort(pl.col("phase").replace_strict(place, default=9))
        .unique("definition", keep="first", maintain_order=True)
        .sort(pl.col("definition").replace_strict(order, default=9))
    )
    return rows.with_columns(
        definition=pl.col("definition").replace(NAMES),
        name=pl.Series([words.reason(phase).capitalize() for phase in rows["phase"]], dtype=pl.String),
    )
