"""Every pull request as it stood at the time of the report.

What lies after that is not known yet: a pull request merged later is still open. One that was closed and reopened keeps
its first opening and its last end.

An account that is gone is taken for a person's, here and in all that follows from here: programs stay known as such.
What such an account opened counts in the whole and in its repository, and in no team.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import now
from metrics.nesting import with_teams_above
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col


class PullRequestStates(Intermediate):
    """One row per pull request that was opened by then."""

    pr_id = col.key("Pull request")
    repo_id = col.text("Repository")
    author_id = col.person("Who opened it")
    author_is_human = col.flag("Whether a human opened it; an account that is gone is taken for one")
    team = col.text("The author's team at the opening, the first by name where there are several")
    state = col.text("`open`, `merged` or `closed`; one whose end has no known time has ended all the same")
    opened_at = col.instant("When it was opened")
    merged_at = col.instant("When it was merged; null where nobody knows")
    closed_at = col.instant("When it was merged or closed, the last time; null while it is open, or where nobody knows")
    until = col.instant("How far its story is told: its end, or the time of the report")


@pipeline(PullRequestStates)
def pull_request_states(
    pull_requests: pl.LazyFrame, people: pl.LazyFrame, team_members: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """The pull requests with their state, their end and their author's team."""
    opened = pull_requests.filter(pl.col("created_at") <= as_of)
    told = pl.col("state")
    # A merge closes: where only the time of that is known, it is the merge's.
    merged_at = pl.coalesce("merged_at", pl.when(told == "merged").then("closed_at"))
    is_timeless = pl.all_horizontal(pl.col("merged_at", "closed_at").is_null())
    is_merged = ((merged_at <= as_of) | (is_timeless & (told == "merged"))).fill_null(value=False)
    is_closed = ((told != "open") & ((pl.col("closed_at") <= as_of) | is_timeless)).fill_null(value=False)
    end = pl.when(is_merged).then(merged_at).when(is_closed).then("closed_at")
    humans = people.select(author_id="person_id", author_is_human=pl.col("kind") == "human")
    teams = _teams_at_opening(opened, team_members).group_by("pr_id").agg(team=pl.col("team").min())
    return (
        opened.join(humans, on="author_id", how="left")
        .join(teams, on="pr_id", how="left")
        .select(
            "pr_id",
            "repo_id",
            "author_id",
            "team",
            author_is_human=pl.col("author_is_human").fill_null(value=True),
            state=pl.when(is_merged)
            .then(pl.lit("merged"))
            .when(is_closed)
            .then(pl.lit("closed"))
            .otherwise(pl.lit("open")),
            opened_at="created_at",
            merged_at=pl.when(is_merged).then(merged_at),
            closed_at=end,
            until=pl.coalesce(end, now(as_of)),
        )
        .select(PullRequestStates.column_names())
        .sort("pr_id")
    )


class PullRequestScopes(Intermediate):
    """Where a pull request counts: one row per pull request by a human and scope."""

    scope_kind = col.key("`all`, `repository`, `service` or `team`")
    scope = col.key(
        "`all`, id of the repository, name of a service with files that it changes, or of a team that the author was "
        "in at the opening, or above it"
    )
    pr_id = col.key("Pull request")


@pipeline(PullRequestScopes)
def pull_request_scopes(  # noqa: PLR0917 - one parameter a table
    pull_request_states: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    service_repositories: pl.LazyFrame,
    service_files: pl.LazyFrame,
    pull_request_files: pl.LazyFrame,
) -> pl.LazyFrame:
    """The scopes of every pull request: one whose author is in two teams counts once in each, and once in the whole."""
    counted = pull_request_states.filter("author_is_human").rename({"opened_at": "created_at"})
    of_teams = with_teams_above(_teams_at_opening(counted, team_members), teams)
    whole = counted.join(service_repositories.filter("is_whole"), on="repo_id").select("pr_id", "service")
    in_part = (
        counted.select("pr_id", "repo_id")
        .join(pull_request_files.select("pr_id", "path"), on="pr_id")
        .join(service_files, on=["repo_id", "path"])
        .select("pr_id", "service")
    )
    of_services = pl.concat([whole, in_part]).unique()
    parts = [
        of_services.select("pr_id", scope_kind=pl.lit("service"), scope=pl.col("service")),
        counted.select("pr_id", scope_kind=pl.lit("all"), scope=pl.lit("all")),
        counted.select("pr_id", scope_kind=pl.lit("repository"), scope=pl.col("repo_id")),
        of_teams.select("pr_id", scope_kind=pl.lit("team"), scope=pl.col("team")),
    ]
    key = PullRequestScopes.column_names()
    return pl.concat([part.select(key) for part in parts]).sort(key)


def _teams_at_opening(pull_requests: pl.LazyFrame, team_members: pl.LazyFrame) -> pl.LazyFrame:
    at = pl.col("created_at")
    members = team_members.select("team", "valid_from", "valid_to", author_id="person_id")
    return (
        pull_requests.select("pr_id", "author_id", "created_at")
        .join(members, on="author_id")
        .filter(at >= pl.col("valid_from"), pl.col("valid_to").is_null() | (at < pl.col("valid_to")))
        .select("pr_id", "team")
        .unique()
    )
