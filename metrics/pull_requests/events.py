"""What else happened to a pull request: commits, requests for review, the merge queue, the last sign of life.

Commits count as activity when they were applied. A pull request is taken out of the merge queue when it is merged,
too: a removal in the last minute before the merge belongs to the merge.
"""

from datetime import timedelta

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

OF_THE_MERGE = timedelta(minutes=1)


class PullRequestActivity(Intermediate):
    """One row per pull request."""

    pr_id = col.key("Pull request")
    first_commit_at = col.instant("Earliest authored date of the commits it ever had")
    last_commit_at = col.instant("When its last commit was applied")
    first_review_request_at = col.instant("A review was asked for, the first time")
    queued_at = col.instant("When it entered the merge queue from which it was merged")
    last_author_activity_at = col.instant("Last commit, review or comment of the author, or the opening")
    last_activity_at = col.instant("Last commit, or doing of a human")


@pipeline(PullRequestActivity)
def pull_request_activity(  # noqa: PLR0917 - one parameter a table
    pull_requests: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    pull_request_events: pl.LazyFrame,
    pull_request_commits: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    people: pl.LazyFrame,
) -> pl.LazyFrame:
    """The commits, events and last activity of every pull request, up to its end."""
    states = pull_request_states.select("pr_id", "author_id", "opened_at", "merged_at", "until")
    humans = people.filter(pl.col("kind") == "human").select(actor_id="person_id")
    is_known = pl.col("at") <= pl.col("until")
    applied = pull_request_commits.select("pr_id", "authored_at", at=pl.coalesce("committed_at", "authored_at")).join(
        states, on="pr_id"
    )
    events = (
        pull_request_events.rename({"occurred_at": "at"})
        .join(states.select("pr_id", "merged_at", "until"), on="pr_id")
        .filter(is_known)
    )
    happened = pl.concat(
        [
            applied.filter(is_known).select("pr_id", "at", by_author=pl.lit(value=True)),
            pull_request_remarks.filter(pl.col("is_author") | pl.col("is_human")).select(
                "pr_id", "at", by_author="is_author"
            ),
            events.join(humans, on="actor_id", how="semi").select("pr_id", "at", by_author=pl.lit(value=False)),
            states.select("pr_id", at="opened_at", by_author=pl.lit(value=True)),
        ]
    )
    return (
        states.join(pull_requests.select("pr_id", told_at="first_commit_at"), on="pr_id")
        .join(_commits(applied), on="pr_id", how="left")
        .join(_events(events), on="pr_id", how="left")
        .join(
            happened.group_by("pr_id").agg(
                last_author_activity_at=pl.col("at").filter("by_author").max(), last_activity_at=pl.col("at").max()
            ),
            on="pr_id",
            how="left",
        )
        .with_columns(first_commit_at=pl.min_horizontal("told_at", "written_at"))
        .select(PullRequestActivity.column_names())
        .sort("pr_id")
    )


def _commits(applied: pl.LazyFrame) -> pl.LazyFrame:
    at = pl.col("at")
    return applied.group_by("pr_id").agg(
        written_at=pl.col("authored_at").min(), last_commit_at=at.filter(at <= pl.col("until")).max()
    )


def _events(events: pl.LazyFrame) -> pl.LazyFrame:
    at, kind = pl.col("at"), pl.col("kind")
    removed = at.filter((kind == "dequeued") & (at < pl.col("merged_at") - OF_THE_MERGE)).max()
    queued = at.filter((kind == "queued") & pl.col("merged_at").is_not_null()).max()
    return events.group_by("pr_id").agg(
        first_review_request_at=at.filter(kind == "review_requested").min(),
        queued_at=pl.when(removed.is_null() | (queued > removed)).then(queued),
    )
