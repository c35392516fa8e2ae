"""Faults in what was collected as rows of `meta.data_quality`.

A check that finds nothing leaves no row.
"""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from leadline.errors import Problem
from leadline.quality import code, platform
from leadline.quality.check import Check
from leadline.quality.repairs import explained
from warehouse.store import Warehouse
from warehouse.tables import META

Row = tuple[str, str, int, Sequence[str], str, str]
"""Check, severity, count, items, affected metric, hint."""

NAMED = 20
"""How many of its items a finding names."""

CHECKS = (*code.CHECKS, *platform.CHECKS)
"""What is checked after every run."""

MOST = 0.5
"""The share of a repository's tags that should be releases; below it the pattern is in doubt."""

MENTIONED = 5
"""How many environments a hint names."""

STRANGERS = (
    ("unknown_identities", "identities", "people, ownership, truck factor"),
    ("unknown_team_members", "team", "figures by team"),
)
"""What strangers in a section of the configuration are called, and the figures that suffer."""

NAMED_ELSEWHERE = "`leadline compute` names them, with their place in the configuration"

_REPAIRS = """
    SELECT "check", sum(count)::BIGINT AS count, list(DISTINCT scope ORDER BY scope) AS scopes
    FROM meta.repairs GROUP BY ALL HAVING sum(count) > 0
"""
_COMMIT = "repo_id || '@' || left(sha, 12)"
_FOUND = """
    SELECT count(*) AS count, list(DISTINCT item ORDER BY item)[:{named}] AS items FROM ({items}) AS found(item)
"""


def findings(
    warehouse: Warehouse,
    now: datetime,
    *,
    release_tag: str,
    environment: str,
    strangers: Sequence[Problem] = (),
    named: bool = True,
    self_check: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the rows of `meta.data_quality`: faults found now, rows repaired, tags ignored, strangers.

    `release_tag` is the regular expression that says which tags are releases, `environment` the one that says which
    environments are production; `strangers` are people of the configuration whom nobody answers to, named only where
    `named` says that people may be; `self_check` is `metrics.ticket_self_check`.
    """
    rows = [_checked(warehouse, check, now, named=named) for check in CHECKS]
    for check, count, scopes in warehouse.query(_REPAIRS).iter_rows():
        repair = explained(check)
        rows.append((check, repair.severity, count, scopes[:NAMED], repair.affects, repair.hint))
    rows.append(_without_production(warehouse, environment))
    rows.append(_ignored_tags(warehouse, release_tag))
    if self_check is not None:
        rows.append(_flow_that_does_not_add_up(self_check))
    for check, section, affects in STRANGERS:
        told = [str(stranger) for stranger in strangers if stranger.key.startswith(section)]
        items = [stranger.key for stranger in strangers if stranger.key.startswith(section)][:NAMED]
        rows.append((check, "warning", len(told), items, affects, "; ".join(told) if named else NAMED_ELSEWHERE))
    found = pl.DataFrame(rows, schema=META["data_quality"].column_names(), orient="row")
    return META["data_quality"].cast(found).filter(pl.col("count") > 0).sort("check")


def _without_production(warehouse: Warehouse, environment: str) -> Row:
    """Count the repositories that are deployed, but never to an environment that counts as production."""
    from metrics.delivery.production import is_production

    found = warehouse.read("deployments", ["repo_id", "environment", "is_production"]).drop_nulls("repo_id")
    missing = found.filter(~is_production(environment).fill_null(value=False).any().over("repo_id"))
    names = missing["environment"].drop_nulls().unique().sort().head(MENTIONED)
    hint = (
        f"[deployments] environment is {environment}, which none of their environments matches "
        f"({', '.join(names) or 'they have no names'}); widen it if one of them is production"
    )
    affects = "deployment frequency, change lead time, change fail rate"
    repositories = missing["repo_id"].unique().sort()
    items = repositories.head(NAMED).to_list()
    return "repositories_without_production_environment", "warning", repositories.len(), items, affects, hint


def _ignored_tags(warehouse: Warehouse, release_tag: str) -> Row:
    """Count the tags that are no release, in repositories where most are not: the pattern may be too narrow."""
    tags = warehouse.read("tags", ["repo_id", "name"]).with_columns(is_release=pl.col("name").str.contains(release_tag))
    ignored = tags.filter(pl.col("is_release").mean().over("repo_id") < MOST).filter(~pl.col("is_release"))
    example = next(iter(ignored["name"].sort(descending=True)), "none")
    hint = (
        f"Of {tags.height:,} tags, {tags.filter('is_release').height:,} count as releases: [deployments] tag is "
        f"{release_tag}, which leaves out {example}, for example; widen it if that is a release"
    )
    items = ignored["name"].unique().sort().head(NAMED).to_list()
    return "tags_that_are_no_release", "warning", ignored.height, items, "release rhythm, deployment frequency", hint


def _flow_that_does_not_add_up(self_check: pl.DataFrame) -> Row:
    """Name the projects whose work in progress is far from throughput x time in progress."""
    large = self_check.filter(pl.col("scope_kind") == "project", "is_large")
    hint = (
        "Over 90 days the tickets in progress should be as many as are finished a day x the days they take; here it is "
        "less than half or more than one and a half times that: tickets were begun and forgotten, or closed without "
        "having been moved, or the board was tidied in one go. metrics.ticket_self_check has the numbers"
    )
    affects = "cycle time, work in progress, age of tickets"
    return (
        "work_in_progress_does_not_add_up",
        "warning",
        large.height,
        large["scope"].head(NAMED).to_list(),
        affects,
        hint,
    )


def _checked(warehouse: Warehouse, check: Check, now: datetime, *, named: bool) -> Row:
    """What a check finds; its items are left out where they are people who may not be named."""
    items = check.items.replace("$now", f"TIMESTAMP '{now:%Y-%m-%d %H:%M:%S}'").replace("$commit", _COMMIT)
    count, found = warehouse.query(_FOUND.format(items=items, named=NAMED)).row(0)
    shown = (found or []) if named or not check.personal else []
    return check.name, check.severity, count, shown, check.affects, check.hint
