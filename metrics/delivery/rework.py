"""Deployments that nobody planned: made because of an incident or a bug in production.

Rework is a deployment that is a rollback, or brings a revert of something deployed, a hotfix, or a change that closes
an incident or bug opened after the deployment before it. What tickets are bugs, the configuration says for where time
goes (`[investment.bug]`).

Misread: a bug that is mended without a ticket, a hotfix branch or a revert is not seen.
"""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from metrics.delivery.incidents import is_ruled
from metrics.delivery.production import IN_ORDER, LINE
from metrics.expressions import months_ago, now
from metrics.registry import Intermediate, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

RULES = ("rollback", "revert", "hotfix", "incident_or_bug")
"""In the order in which one of them is named where several apply."""
ANY = "any"

_CLOSING = ("closing_reference", "branch", "title")
"""Where a pull request names a ticket that it means to settle; texts name others too."""
_DAYS, _MONTHS = 90, 6


class DeploymentRework(Intermediate):
    """One row per deployment and rule that makes it rework."""

    deployment_id = col.key("Deployment")
    rule = col.key("`rollback`, `revert`, `hotfix` or `incident_or_bug`")


class ReworkRules(Table):
    """One row per repository, span of time and rule; a deployment can be rework by several rules."""

    repo_id = col.key("Repository")
    span = col.key("`90d` or `6mo`, up to now")
    rule = col.key("`rollback`, `revert`, `hotfix`, `incident_or_bug`; `any` counts every deployment once")
    deployments = col.number("Deployments of that time")
    rework_deployments = col.number("… that were rework by the rule")
    share = col.real("Their share")


@pipeline(DeploymentRework)
def deployment_rework(  # noqa: PLR0917 - one parameter a table
    production_deployments: pl.LazyFrame,
    deployment_commits: pl.LazyFrame,
    deployment_changes: pl.LazyFrame,
    hotfixes: pl.LazyFrame,
    reverted_changes: pl.LazyFrame,
    pull_request_tickets: pl.LazyFrame,
    tickets: pl.LazyFrame,
    incidents: pl.LazyFrame,
    *,
    incident_types: Collection[str],
    incident_labels: Collection[str],
    bug_types: Collection[str],
    bug_labels: Collection[str],
) -> pl.LazyFrame:
    """Every rule that applies; what the first deployment of a line brought is not known, so only later ones are."""
    key = "deployment_id"
    previous_at = pl.col("finished_at").shift(1).over(LINE)
    timed = production_deployments.sort(*LINE, *IN_ORDER).with_columns(previous_at=previous_at)
    later = timed.filter("has_predecessor")
    brought = later.join(deployment_changes, on=key)
    ruled = is_ruled([*incident_types, *bug_types], [*incident_labels, *bug_labels])
    wrong = pl.concat(
        [
            tickets.filter(ruled).select("ticket_id", wrong_at="created_at"),
            # The ticket of a reported incident is one, whatever its type says.
            incidents.select("ticket_id", wrong_at="opened_at"),
        ]
    )
    settled = pull_request_tickets.filter(pl.col("found_in").is_in(_CLOSING)).join(wrong, on="ticket_id")
    opened = pl.col("wrong_at")
    found = {
        "rollback": timed.filter("is_rollback"),
        "revert": _reverting(later, deployment_commits, timed, reverted_changes),
        "hotfix": brought.join(hotfixes, on="pr_id"),
        "incident_or_bug": brought.join(settled, on="pr_id").filter(
            opened > pl.col("previous_at"), opened <= pl.col("finished_at")
        ),
    }
    parts = [frame.select(key, rule=pl.lit(rule)) for rule, frame in found.items()]
    return pl.concat(parts).unique().sort(key, "rule")


def _reverting(later: pl.LazyFrame, commits: pl.LazyFrame, timed: pl.LazyFrame, reverted: pl.LazyFrame) -> pl.LazyFrame:
    """Deployments that brought a revert of what an earlier one had brought."""
    deployed = (
        commits.join(timed.select("deployment_id", deployed_at="finished_at"), on="deployment_id")
        .group_by("repo_id", original_sha="sha")
        .agg(pl.col("deployed_at").min())
    )
    return (
        later.select("deployment_id", "repo_id", "finished_at")
        .join(commits.select("deployment_id", "sha"), on="deployment_id")
        .join(reverted, on=["repo_id", "sha"])
        .join(deployed, on=["repo_id", "original_sha"])
        .filter(pl.col("deployed_at") < pl.col("finished_at"))
    )


@pipeline(ReworkRules)
def rework_rules(
    production_deployments: pl.LazyFrame, deployment_rework: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """What every rule adds to the rework of a repository, over the last 90 days and 6 months."""
    key = "deployment_id"
    starts = {"90d": now(as_of) - pl.duration(days=_DAYS), "6mo": months_ago(as_of, _MONTHS)}
    rules = pl.LazyFrame({"rule": [*RULES, ANY]})
    found = pl.concat([deployment_rework, deployment_rework.select(key, rule=pl.lit(ANY)).unique()])
    parts = []
    for span, start in starts.items():
        lately = production_deployments.filter(pl.col("finished_at") > start).select("repo_id", key)
        rework = lately.join(found, on=key).group_by("repo_id", "rule").agg(rework_deployments=pl.len())
        parts.append(
            lately.group_by("repo_id")
            .agg(deployments=pl.len())
            .join(rules, how="cross")
            .join(rework, on=["repo_id", "rule"], how="left")
            .with_columns(pl.col("rework_deployments").fill_null(0), span=pl.lit(span))
        )
    return (
        pl.concat(parts)
        .with_columns(share=pl.col("rework_deployments") / pl.col("deployments"))
        .select(ReworkRules.column_names())
        .sort(ReworkRules.primary_key())
    )
