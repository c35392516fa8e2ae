"""Which pull requests are open, in which phase for how long, and who can move them."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import review_charts, words
from dashboards.parts.ageing import ageing
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import code, reviews
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL, labelled, names, nothing, too_small

NOTE = (
    "The age of each in its phase, by the calendar; those of programs are left out. Longer than 85 %: compared with "
    "pull requests of the same repository and size that moved on from that phase. The lines are those of all that "
    "merged in the last 180 days."
)

SUGGESTED = (
    "Who fits best, by what they did to these files lately and how many reviews they owe already; a suggestion, to be "
    "asked in turn"
)

CHOICES = ("At risk", "All open")


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw open pull requests by age, and the list of those that take unusually long with who can move them."""
    sql = reviews.open_now(scope)
    pull_requests = standing(labelled(data.rows(sql), repositories))
    with card("Open pull requests by phase and age", sql=sql, frame=pull_requests, key="open", note=NOTE):
        if pull_requests.is_empty():
            nothing("No pull request is open here.")
            return
        phases = list(reviews.PHASES.values())
        usual = data.rows(reviews.usual(scope)).with_columns(step=pl.col("phase").replace(reviews.PHASES))
        if too_small(scope):
            st.caption(f":material/info: The lines are left out. {TOO_SMALL}")
            usual = usual.clear()
        chart = ageing(
            pull_requests,
            usual,
            phases,
            standings=review_charts.STANDINGS,
            item="Pull request",
            age="In this phase for",
        )
        st.altair_chart(chart, alt=at_risk(pull_requests))
        st.caption(f"{at_risk(pull_requests)}.")
    choice = st.segmented_control(
        "Which",
        CHOICES,
        default=CHOICES[0] if pull_requests["is_at_risk"].count() else CHOICES[1],
        required=True,
        key="which",
        bind="query-params",
        label_visibility="collapsed",
    )
    listed = pull_requests if choice == CHOICES[1] else pull_requests.filter("is_at_risk")
    title = (
        "Open, the most unusual first" if choice == CHOICES[1] else "At risk: longer in its phase than 85 % of its like"
    )
    with card(title, sql=sql, frame=listed, key="at-risk", note=NOTE):
        if listed.is_empty():
            nothing("None has been in its phase longer than usual.")
        else:
            _table(listed)


def standing(pull_requests: pl.DataFrame) -> pl.DataFrame:
    """Open pull requests with their phase in words, and how their age compares."""
    return pull_requests.with_columns(
        step=pl.col("phase").replace(reviews.PHASES),
        standing=pl.when("is_at_risk")
        .then(pl.lit(review_charts.AT_RISK))
        .when(pl.col("is_at_risk").is_null())
        .then(pl.lit(review_charts.NOT_KNOWN))
        .otherwise(pl.lit(review_charts.AS_USUAL)),
    )


def at_risk(pull_requests: pl.DataFrame) -> str:
    """How many of the open ones take unusually long, and in which phase most of them are, in words."""
    late = pull_requests.filter("is_at_risk")
    said = (
        f"{late.height:,} of {words.count(pull_requests.height, 'open pull request')} "
        f"{'has' if late.height == 1 else 'have'} been in the same phase for unusually long"
    )
    if late.height:
        phase, count = late.group_by("step").len().sort("len", "step", descending=[True, False]).row(0)
        said += f", most of them {phase.lower()} ({count:,})"
    unknown = pull_requests["is_at_risk"].null_count()
    return f"{said}; {unknown:,} cannot be compared: too few of their like have merged" if unknown else said


def _table(pull_requests: pl.DataFrame) -> None:
    named = bool(data.rows(code.NAMED)["named"][0]) and bool(pull_requests["author"].count())
    table(
        pull_requests.head(reviews.LISTED),
        {
            "url": Column("", "link", width=34),
            **names(pull_requests, "Pull request", title=140),
            **({"author": Column("Author", width=85)} if named else {}),
            "step": Column("Phase", width=115),
            "age_seconds": Column("For", "span", width=65, help="How long it has been in this phase"),
            "phase_p85_seconds": Column("85 % within", "span", width=78, help="Of its like: same repository and size"),
            "next_step": Column("Next", width=165, help="Who can move it, by what was said last"),
            **({"could_review": Column("Could review", width=110, help=SUGGESTED)} if named else {}),
            "size_lines": Column("Lines", "count", width=45),
        },
        alt=at_risk(pull_requests),
        rows=16,
    )
