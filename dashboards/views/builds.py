"""Which CI workflows fail, flake or have become slow."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import delivery
from dashboards.scope import Scope

NOTE = (
    "Of the last 90 days. Fails: the last 3 or more runs on the default branch failed. Flaky: at least 5 % of the "
    "runs, 5 or more, changed their outcome when run again on the same commit. Slower: over 20 or more runs, the "
    "median is 25 % and a minute or more above that of the 90 days before."
)
"""When a workflow is in trouble, as the table says it."""

FAILS, FLAKY, SLOW = "Fails", "Flaky", "Slower"


def draw(scope: Scope, repositories: dict[str, str]) -> None:
    """Draw how many workflows are in trouble, and all of them."""
    sql = delivery.builds(scope)
    builds = judged(data.rows(sql)).with_columns(repository=pl.col("repo_id").replace(repositories))
    with card("CI workflows, those in trouble first", sql=sql, frame=builds, key="builds", note=NOTE):
        if builds.is_empty():
            empty.nothing_here("No CI run of the last 90 days is known here.", "leadline run")
            return
        st.caption(f"{in_trouble(builds)}.")
        _table(builds)


def judged(builds: pl.DataFrame) -> pl.DataFrame:
    """Workflows with their `trouble`, those that have some first."""
    troubles = {"is_broken": FAILS, "is_flaky": FLAKY, "is_slow": SLOW}
    found = [pl.when(is_so).then(pl.lit(name)) for is_so, name in troubles.items()]
    return builds.with_columns(trouble=pl.concat_str(found, separator=", ", ignore_nulls=True)).sort(
        pl.col("trouble") == "",
        ~pl.col("trouble").str.starts_with(FAILS),
        pl.col("failed_runs").fill_null(0) * -1,
        "repo_id",
        "name",
    )


def in_trouble(builds: pl.DataFrame) -> str:
    """How many workflows are in which trouble, in words."""
    counts = {name: builds.filter(pl.col("trouble").str.contains(name)).height for name in (FAILS, FLAKY, SLOW)}
    said = [
        f"{counts[FAILS]:,} {'fails' if counts[FAILS] == 1 else 'fail'} now" if counts[FAILS] else "",
        f"{counts[FLAKY]:,} {'is' if counts[FLAKY] == 1 else 'are'} flaky" if counts[FLAKY] else "",
        f"{counts[SLOW]:,} became slower" if counts[SLOW] else "",
    ]
    everything = words.count(builds.height, "workflow")
    return f"Of {everything}, {', '.join(filter(None, said)) or 'none is in trouble'}"


def _table(builds: pl.DataFrame) -> None:
    minutes = pl.col("waiting_minutes_per_pr") * 60
    table(
        builds.with_columns(waiting_seconds_per_pr=minutes).head(delivery.LISTED),
        {
            "url": Column("", "link", width=34, help="The last run on the default branch"),
            "trouble": Column("Trouble", width=65),
            "name": Column("Workflow", width=125),
            "repository": Column("Repository", width=90),
            "runs": Column("Runs", "count", width=45),
            "failure_share": Column("Failed", "bar", width=80, help="Failed runs / finished runs"),
            "flaky_share": Column("Flaky", "bar", width=80, help="Runs whose outcome changed on the same commit"),
            "failing_streak": Column("In a row", "count", width=55, help="Last runs of the default branch that failed"),
            "p50_seconds": Column("Half take", "span", width=65, help="Median duration of a run"),
            "slowdown_share": Column("Change", "change", width=60, help="Of the median, against the 90 days before"),
            "time_to_green_p50_seconds": Column(
                "To green",
                "span",
                width=65,
                help="Median time from a failure on the default branch to the next success",
            ),
            "waiting_seconds_per_pr": Column(
                "Per change", "span", width=72, help="Time waited for it per pull request"
            ),
        },
        alt=in_trouble(builds),
        rows=18,
    )
