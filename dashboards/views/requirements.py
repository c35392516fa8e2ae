"""Which requirements changed during the work, and whether such tickets cost more."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import scope_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import requirements
from dashboards.scope import Scope
from dashboards.views.pull_requests import too_small
from dashboards.views.tickets import names, nothing

NOTE = (
    "Changes of description, acceptance criteria and estimate between start and end of the work, by the day that the "
    "ticket was finished. A text that is made clearer is a change like one that asks for more."
)

REWORK_NOTE = (
    "Finished tickets whose requirements changed during the work beside the others. That the two go together does not "
    "say that one makes the other; large tickets do both more often."
)

NONE = "No ticket was finished in this period."


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw the share of finished tickets that changed, what changed ones cost, and the changes themselves."""
    hidden = too_small(scope)
    left, right = st.columns([1, 1], gap="small")
    with left:
        share_by_month(
            "changed_requirements", scope, title="Finished tickets that had changed, by month", key="changed",
            note=NOTE, none=NONE, hidden=hidden,
        )  # fmt: skip
    sql = requirements.changes(scope)
    changes = data.rows(sql).with_columns(name=pl.col("kind").replace(requirements.KINDS))
    with right, card("What changed, last 90 days", sql=sql, frame=changes, key="change-kinds", note=NOTE):
        if hidden or changes.is_empty():
            nothing("Nothing changed after the start in the last 90 days.", hidden=hidden)
        else:
            counted = kinds(changes)
            said = f"Most often: {counted['name'][0].lower()} ({counted['items'][0]:,} of {changes.height:,} changes)"
            st.altair_chart(scope_charts.counts(counted, title="Changes"), alt=said)
            st.caption(f"{said}.")
    _rework(scope, hidden=hidden)
    with card("Changes of the last 90 days, the last one first", sql=sql, frame=changes, key="changes", note=NOTE):
        if changes.is_empty():
            nothing("Nothing changed after the start in the last 90 days.")
            return
        table(
            changes.head(requirements.LISTED),
            {
                "url": Column("", "link", width=34),
                **names(changes, title=205),
                "name": Column("What changed", width=140),
                "from_value": Column("From", width=80),
                "to_value": Column("To", width=110),
                "after_start_seconds": Column("After the start", "span", width=105),
                "changed_at": Column("When", "day", width=92),
            },
            alt="What changed after the start in the last 90 days, the last change first",
        )


def share_by_month(
    metric: str, scope: Scope, *, title: str, key: str, note: str, none: str, hidden: bool
) -> None:  # fmt: skip
    """Draw the card of a share by month."""
    sql = requirements.trend(metric, scope)
    months = data.rows(sql).filter(pl.col("period") == "month")
    with card(title, sql=sql, frame=months, key=key, note=note):
        known = months.drop_nulls("value")
        if hidden or known.is_empty():
            nothing(none, hidden=hidden)
            return
        last = known.sort("period_start").row(-1, named=True)
        said = f"{words.share(last['value'])} of {last['n']:,} in the month of {words.day(last['period_start'])}"
        st.altair_chart(scope_charts.shares(months, title="Share"), alt=f"{title}: {said}")
        st.caption(f"{said}.")


def kinds(changes: pl.DataFrame) -> pl.DataFrame:
    """Changes by what changed: `name`, `items`, and the share of all in words; the most frequent first."""
    counted = changes.group_by("name").agg(items=pl.len()).sort("items", "name", descending=[True, False])
    return counted.with_columns(
        told=pl.Series([words.share(items / changes.height) for items in counted["items"]], dtype=pl.String)
    )


def _rework(scope: Scope, *, hidden: bool) -> None:
    sql = requirements.rework(scope)
    compared = data.rows(sql)
    with card("Do changed requirements go with rework?", sql=sql, frame=compared, key="rework", note=REWORK_NOTE):
        if hidden or compared.is_empty():
            nothing(NONE, hidden=hidden)
            return
        told = compared.with_columns(
            requirements=pl.col("requirements").replace({"changed": "Changed", "unchanged": "Not changed"})
        )
        table(
            told,
            {
                **({"project": Column("Project", width=130)} if compared["project"].n_unique() > 1 else {}),
                "requirements": Column("Requirements", width=110),
                "n": Column("Tickets", "count", width=70),
                "cycle_p50_seconds": Column("Half took at most", "span", width=120, help="Cycle time"),
                "reopened_share": Column("Reopened", "percent", width=85, help="Taken up again within 30 days"),
                "returned_share": Column("Put back", "percent", width=80, help="Before the start, in between"),
                "review_rounds_p50": Column("Review rounds", "count", width=105, help="Median, of their pull requests"),
                "pull_requests": Column("Pull requests", "count", width=100),
            },
            alt=dearer(compared),
            rows=10,
        )
        st.caption(f"{words.plain(dearer(compared))}.")


def dearer(compared: pl.DataFrame) -> str:
    """How much longer changed tickets took in the project with most of them, in words."""
    wide = compared.drop_nulls("cycle_p50_seconds").sort("n", descending=True)
    for project in wide["project"].unique(maintain_order=True):
        both = dict(wide.filter(pl.col("project") == project).select("requirements", "cycle_p50_seconds").iter_rows())
        if {"changed", "unchanged"} <= both.keys():
            return (
                f"{project}: half of the changed ones took at most {words.span(both['changed'])}, of the others "
                f"{words.span(both['unchanged'])}"
            )
    return "Too few tickets of both kinds were finished to compare how long they took"
