"""Data quality: faults in what was collected, how many rows each concerns, and the figure that suffers.

Every check is one query over the warehouse that counts rows; a check that finds nothing leaves no row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl

from leadline.errors import Problem
from warehouse.store import Warehouse
from warehouse.tables import META

Row = tuple[str, str, int, str, str]
"""Check, severity, count, affected metric, hint."""


@dataclass(frozen=True)
class Check:
    """A fault that can be counted."""

    name: str
    severity: Literal["info", "warning", "error"]
    affects: str
    """The figures that suffer."""
    hint: str
    count: str
    """A query for the number of rows; `$now` is the instant of the run."""


CHECKS = (
    Check(
        "commits_without_date",
        "warning",
        "activity, code age, release rhythm",
        "The date in the commit is beyond what can be stored; such commits count in totals but in no week",
        "SELECT count(*) FROM commits WHERE authored_at IS NULL OR committed_at IS NULL",
    ),
    Check(
        "commits_from_the_future",
        "warning",
        "activity, code age",
        "The committer's clock was wrong; the commits count in a week that has not come yet",
        "SELECT count(*) FROM commits WHERE committed_at > $now + INTERVAL 1 DAY",
    ),
    Check(
        "commits_applied_before_written",
        "info",
        "lead times",
        "The author's clock was ahead of the committer's; durations that would be negative are left out",
        "SELECT count(*) FROM commits WHERE committed_at < authored_at - INTERVAL 1 HOUR",
    ),
    Check(
        "commits_without_line_counts",
        "info",
        "churn, ownership",
        "Run `leadline collect` without --no-line-counts to count their lines",
        "SELECT count(*) FROM commits WHERE additions IS NULL AND NOT is_merge",
    ),
    Check(
        "repositories_without_commits",
        "warning",
        "all figures of the repository",
        "The repository is empty, or its default branch does not exist",
        "SELECT count(*) FROM repositories WHERE repo_id NOT IN (SELECT repo_id FROM commits)",
    ),
    Check(
        "reverts_of_unknown_commits",
        "info",
        "time until reverted",
        "The message names a commit that is not in the repository, so its age is not known",
        "SELECT count(*) FROM commits AS r WHERE r.reverts_sha IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM commits AS c WHERE c.repo_id = r.repo_id AND starts_with(c.sha, r.reverts_sha))",
    ),
    Check(
        "identities_in_doubt",
        "info",
        "people, ownership, truck factor",
        "`leadline identities --suspects` lists them, with the configuration that settles each",
        "SELECT count(DISTINCT suspect) FROM identity_suspects",
    ),
)
"""What is checked after every run."""

MOST = 0.5
"""The share of a repository's tags that should be releases; below it the pattern is in doubt."""

STRANGERS = (
    ("unknown_identities", "identities", "people, ownership, truck factor"),
    ("unknown_team_members", "team", "figures by team"),
)
"""What strangers in a section of the configuration are called, and the figures that suffer."""

NAMED_ELSEWHERE = "`leadline compute` names them, with their place in the configuration"

_REPAIRS = 'SELECT "check", sum(count)::BIGINT AS count FROM meta.repairs GROUP BY ALL HAVING sum(count) > 0'


def findings(
    warehouse: Warehouse, now: datetime, *, release_tag: str, strangers: Sequence[Problem] = (), named: bool = True
) -> pl.DataFrame:
    """Return the rows of `meta.data_quality`: faults found now, rows repaired, tags ignored, strangers.

    `release_tag` is the regular expression that says which tags are releases; `strangers` are people of the
    configuration whom nobody answers to, named only where `named` says that people may be.
    """
    rows: list[Row] = [
        (check.name, check.severity, _count(warehouse, check, now), check.affects, check.hint) for check in CHECKS
    ]
    rows += [
        (
            check,
            "info",
            count,
            "what the rows describe",
            "The collector had to change or leave out something in these rows",
        )
        for check, count in warehouse.query(_REPAIRS).iter_rows()
    ]
    rows.append(_ignored_tags(warehouse, release_tag))
    for check, section, affects in STRANGERS:
        told = [str(stranger) for stranger in strangers if stranger.key.startswith(section)]
        rows.append((check, "warning", len(told), affects, "; ".join(told) if named else NAMED_ELSEWHERE))
    found = pl.DataFrame(rows, schema=META["data_quality"].column_names(), orient="row")
    return META["data_quality"].cast(found).filter(pl.col("count") > 0).sort("check")


def _ignored_tags(warehouse: Warehouse, release_tag: str) -> Row:
    """Count the tags that are no release, in repositories where most are not: the pattern may be too narrow."""
    tags = warehouse.read("tags", ["repo_id", "name"]).with_columns(is_release=pl.col("name").str.contains(release_tag))
    ignored = tags.filter(pl.col("is_release").mean().over("repo_id") < MOST).filter(~pl.col("is_release"))
    example = next(iter(ignored["name"].sort(descending=True)), "none")
    hint = (
        f"Of {tags.height:,} tags, {tags.filter('is_release').height:,} count as releases: [deployments] tag is "
        f"{release_tag}, which leaves out {example}, for example; widen it if that is a release"
    )
    return "tags_that_are_no_release", "warning", ignored.height, "release rhythm, deployment frequency", hint


def _count(warehouse: Warehouse, check: Check, now: datetime) -> int:
    found: int = warehouse.query(check.count.replace("$now", f"TIMESTAMP '{now:%Y-%m-%d %H:%M:%S}'")).item()
    return found
