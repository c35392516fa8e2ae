"""What reached production: when, found how, what failed and why, and what was rework."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import delivery_charts, empty, kpi, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import delivery
from dashboards.scope import Scope

BESIDE = tuple(
    kpi.Kpi(metric, of="repositories", item=item, past="month")
    for metric, item in (("deployment_rework_rate", "deployment"), ("time_to_restore", "incident"))
)

RUNGS = {
    "deployment": "Reported deployments",
    "ci_run": "CI runs",
    "release": "Releases",
    "tag": "Tags",
    "merge": "Merges",
}
"""How deployments are found, in words, the best way first."""

CAUSES = {
    "incident": "An incident opened",
    "rollback": "It was rolled back",
    "revert": "A change of it was reverted",
    "hotfix": "A hotfix followed",
}
"""Why a deployment is taken to have failed, in words."""

NONE = (
    "No deployment is known here. `[deployments]` in leadline.toml says where they are found: the platform's "
    "deployments, CI runs, releases, tags or merges; `leadline record deployment` reports one from any pipeline."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw deployments on a line of time, the failed ones, rework beside, and how they are found."""
    sql = delivery.deployments(scope)
    deployments = told(data.rows(sql), repositories)
    note = (
        "Failed: within 7 days and before the next deployment an incident opened, it was rolled back, a change of it "
        "was reverted, or a hotfix followed."
    )
    with card("Deployments to production", sql=sql, frame=deployments, key="deployments", note=note):
        if deployments.is_empty():
            empty.nothing_here(NONE)
        else:
            said = how_many_failed(data.rows(delivery.fail_rate(scope)))
            st.altair_chart(delivery_charts.timeline(deployments), alt=said)
            st.caption(f"{said}.")
    left, right = st.columns([3, 2], gap="small")
    with left:
        _failed(sql, deployments)
        _incidents(scope, repositories)
    with right:
        kpi.row(BESIDE, scope)
        _rework(scope)
    _found_by(scope, repositories)


def told(deployments: pl.DataFrame, repositories: dict[str, str]) -> pl.DataFrame:
    """Deployments with repository, outcome, cause and recovery in words; what failed is drawn last."""
    failed, rolled_back = pl.col("failed").fill_null(value=False), pl.col("is_rollback").fill_null(value=False)
    return deployments.with_columns(
        repository=pl.col("repo_id").replace(repositories),
        outcome=pl.when(failed)
        .then(pl.lit(delivery_charts.FAILED))
        .when(rolled_back)
        .then(pl.lit(delivery_charts.ROLLED_BACK))
        .otherwise(pl.lit(delivery_charts.WENT_WELL)),
        place=failed.cast(pl.Int8),
        cause=pl.Series([causes(found) for found in deployments["causes"].to_list()], dtype=pl.String),
        recovered=pl.Series([words.span(span) for span in deployments["recovery_seconds"]], dtype=pl.String),
    )


def causes(found: list[str] | None) -> str | None:
    """The causes of a failure in words; None without one."""
    return ", ".join(CAUSES.get(cause, words.reason(cause)) for cause in found or []) or None


def how_many_failed(rate: pl.DataFrame) -> str:
    """How many deployments of the last 90 days failed, with the interval of their share, in words."""
    if rate.is_empty():
        return "How many of the last 90 days failed is not known"
    value, n, low, high = rate.row(0)
    return (
        f"{round(value * n):,} of {words.count(n, 'deployment')} in the last 90 days failed: {words.share(value)} "
        f"(95 % interval: {words.share(low)} to {words.share(high)})"
    )


def _failed(sql: str, deployments: pl.DataFrame) -> None:
    failed = deployments.filter("failed")
    with card("Deployments that failed", sql=sql, frame=failed, key="failed"):
        if failed.is_empty():
            empty.nothing_here("None in this period." if deployments.height else NONE)
            return
        table(
            failed.head(delivery.LISTED),
            {
                "url": Column("", "link", width=34),
                "finished_at": Column("Deployed", "day", width=88),
                "repository": Column("Repository", width=70),
                "ref": Column("What", width=52),
                "cause": Column("Why it counts as failed", width=145),
                "recovery_seconds": Column("Recovered", "span", width=68),
            },
            alt=f"{words.count(failed.height, 'failed deployment')} with cause and time to recovery",
            rows=8,
        )


def _incidents(scope: Scope, repositories: dict[str, str]) -> None:
    sql = delivery.incidents(scope)
    incidents = data.rows(sql).with_columns(repository=pl.col("repo_id").replace(repositories))
    note = "Tickets that `[incidents]` in leadline.toml matches, and those that `leadline record incident` reported."
    with card("Incidents, open ones first", sql=sql, frame=incidents, key="incidents", note=note):
        if incidents.is_empty():
            empty.nothing_here("None in this period.")
            return
        table(
            incidents,
            {
                "url": Column("", "link", width=34),
                "title": Column("Incident", width=120),
                "severity": Column("Severity", width=52),
                "repository": Column("Repository", width=78),
                "opened_at": Column("Opened", "day", width=88),
                "restore_seconds": Column("Resolved", "span", width=70),
            },
            alt=f"{words.count(incidents.height, 'incident')}, open ones first",
            rows=6,
        )


def _rework(scope: Scope) -> None:
    sql = delivery.rework(scope)
    rules = data.rows(sql)
    note = (
        "Unplanned deployments of the last 90 days: one that reverts something deployed, closes an incident or a bug "
        "opened after the deployment before, is a hotfix by branch, label or title, or is a rollback. "
        "Several can apply."
    )
    with card("What made deployments unplanned", sql=sql, frame=rules, key="rework", note=note):
        if rules.is_empty():
            empty.nothing_here("No deployment of the last 90 days was rework.")
            return
        shown = rules.with_columns(
            name=pl.Series([REWORK.get(rule, words.reason(rule).capitalize()) for rule in rules["rule"]]),
            told=pl.Series([words.share(share) for share in rules["share"]]),
        )
        first = shown.row(0, named=True)
        st.altair_chart(
            delivery_charts.rework(shown),
            alt=f"Most rework: {first['name'].lower()}, {words.count(first['deployments'], 'deployment')}",
        )


REWORK = {
    "revert": "Reverts something deployed",
    "incident_or_bug": "Closes an incident or a new bug",
    "hotfix": "Is a hotfix",
    "rollback": "Is a rollback",
}
"""Why a deployment counts as rework, in words."""


def _found_by(scope: Scope, repositories: dict[str, str]) -> None:
    sql = delivery.found_by(scope)
    found = data.rows(sql).with_columns(
        repository=pl.col("repo_id").replace(repositories),
        found_by=pl.col("rung").replace(RUNGS).fill_null("Nothing found"),
    )
    note = (
        "The best way that finds any in a repository, in the order of `[deployments] rungs`; ways are never mixed. "
        "Reported: by the platform or a pipeline. Merges: every merge to the default branch counts as a deployment, so "
        "nothing ever waits there."
    )
    with card("How deployments are found", sql=sql, frame=found, key="found-by", note=note):
        table(
            found,
            {
                "repository": Column("Repository", width=170),
                "found_by": Column("Found by", width=170),
                "deployments": Column("90 days", "count", width=60, help="Deployments of the last 90 days"),
                "failed": Column("Failed", "count", width=55, help="Failed ones among them"),
                "ever": Column("All", "count", width=60, help="All that are known"),
                "last_at": Column("Last", "day", width=100),
                "waiting": Column("Waiting", "count", width=65, help="Merged changes that are not deployed yet"),
                "longest_wait_seconds": Column("Longest wait", "span", width=95),
            },
            alt=f"{found_in(found)}",
        )


def found_in(found: pl.DataFrame) -> str:
    """In how many repositories deployments are found which way, in words."""
    if found.is_empty():
        return "No repository is known yet"
    counts = found.group_by("rung").len().filter(pl.col("rung").is_not_null())
    by_rung = dict(counts.iter_rows())
    one, many = "repository", "repositories"
    said = [f"{_rung(rung)} in {words.count(by_rung[rung], one, many)}" for rung in RUNGS if rung in by_rung]
    none = found["rung"].null_count()
    if none:
        said.append(f"none known in {words.count(none, one, many)}")
    return f"How deployments are found: {', '.join(said)}"


def _rung(rung: str) -> str:
    return RUNGS[rung] if rung == "ci_run" else RUNGS[rung].lower()
