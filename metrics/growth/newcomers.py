"""Who came new, and when: first commit, pull request, review or comment of a person, anywhere.

Of somebody whose first trace lies within 30 days of the first one in that repository nobody knows whether they were
there before: these are no newcomers. A history begins with the first commit by the committer's clock.

Misread: the first trace is not the first day at work.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.coordination.window import members_at
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

UNTOLD = timedelta(days=30)
"""Who is seen first so soon after the beginning of a history may have been there before it."""


class Newcomers(Intermediate):
    """One row per person whose coming was seen."""

    person_id = col.key_person("Person")
    first_activity_at = col.instant("First trace")
    repo_id = col.text("Repository of that trace")
    team = col.text("Team then, or the first one later; the first by name where there are several")


@pipeline(Newcomers)
def newcomers(  # noqa: PLR0917 - one parameter a table
    commits: pl.LazyFrame,
    commit_credits: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    people: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """Everybody whose coming was seen up to now."""
    key = ["repo_id", "sha"]
    written = commits.select(
        *key, at=pl.coalesce("authored_at", "committed_at"), seen_at=pl.coalesce("committed_at", "authored_at")
    ).join(commit_credits, on=key)
    said = pull_request_remarks.join(pull_request_states.select("pr_id", "repo_id"), on="pr_id")
    traces = pl.concat(
        [
            written.select("repo_id", "person_id", "at", "seen_at"),
            pull_request_states.select("repo_id", person_id="author_id", at="opened_at", seen_at="opened_at"),
            said.select("repo_id", "person_id", "at", seen_at="at"),
        ]
    ).filter(pl.col("at") <= as_of)
    humans = people.filter(pl.col("kind") == "human")
    # Authors' clocks can be decades wrong, which would make everybody a newcomer to what seemed to have begun then.
    begins = traces.group_by("repo_id").agg(begins=pl.col("seen_at").min())
    first = (
        traces.join(humans, on="person_id", how="semi")
        .sort("person_id", "at", "repo_id")
        .unique("person_id", keep="first", maintain_order=True)
        .join(begins, on="repo_id")
        .filter(pl.col("at") - pl.col("begins") > UNTOLD)
        .select("person_id", "repo_id", first_activity_at="at")
    )
    return (
        first.join(_teams(first, team_members, as_of), on="person_id", how="left")
        .select(Newcomers.column_names())
        .sort("person_id")
    )


def _teams(first: pl.LazyFrame, team_members: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """The team of each person at their first trace, or the first that they joined after it."""
    then = members_at(first.select("person_id", "first_activity_at"), team_members, "person_id", "first_activity_at")
    of_then = then.group_by("person_id").agg(team=pl.col("team").min())
    later = (
        team_members.filter(pl.col("valid_from") <= as_of)
        .join(first, on="person_id")
        .filter(pl.col("valid_from") > pl.col("first_activity_at"))
        .join(of_then, on="person_id", how="anti")
        .sort("person_id", "valid_from", "team")
        .unique("person_id", keep="first", maintain_order=True)
    )
    return pl.concat([of_then.select("person_id", "team"), later.select("person_id", "team")])
