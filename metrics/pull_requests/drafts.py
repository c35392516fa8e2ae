"""When a pull request was a draft, when it was ready, and when it was first answered.

A pull request whose first change is from draft to ready was opened as a draft. *Ready* is the last such change before
the first human answer, or the opening. An answer given to a draft counts as given at the moment the draft became ready:
its author did not wait. One that never became ready again keeps the time it was given at.
"""

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

KINDS = ("ready_for_review", "converted_to_draft")


class PullRequestDrafts(Intermediate):
    """One row per pull request."""

    pr_id = col.key("Pull request")
    is_draft = col.flag("Whether it was a draft at its end, or is one now")
    draft_since = col.instant("Since when; null where it is none")
    ready_since = col.instant("When it became ready the last time, or the opening; null where it is a draft")
    draft_seconds = col.real("Time spent as a draft altogether")
    ready_at = col.instant("The last change from draft to ready before the first answer, or the opening")
    first_answer_at = col.instant("First review or comment by a human other than the author, even to a draft")
    first_response_at = col.instant("The same, but not before the draft it was given to became ready")


@pipeline(PullRequestDrafts)
def pull_request_drafts(
    pull_requests: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    pull_request_events: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
) -> pl.LazyFrame:
    """Drafts, readiness and the first answer of every pull request."""
    states = pull_request_states.select("pr_id", "opened_at", "until")
    answers = pull_request_remarks.filter("is_answer").group_by("pr_id").agg(answer=pl.col("at").min())
    stretches = _stretches(pull_requests, states, pull_request_events).join(answers, on="pr_id", how="left")
    start, end, answer = pl.col("start"), pl.col("end"), pl.col("answer")
    ready = start.filter(~pl.col("is_draft"))
    while_ready = start.filter(~pl.col("is_draft") & (start <= answer) & (end.is_null() | (answer < end)))
    since_draft = start.filter(~pl.col("is_draft") & (start > answer))
    seconds = seconds_between(start, pl.coalesce("end", "until"))
    return (
        stretches.group_by("pr_id")
        .agg(
            pl.col("opened_at").first(),
            is_draft=pl.col("is_draft").filter(end.is_null()).any(),
            draft_since=start.filter(pl.col("is_draft") & end.is_null()).max(),
            ready_since=start.filter(~pl.col("is_draft") & end.is_null()).max(),
            draft_seconds=seconds.filter("is_draft").clip(0).sum(),
            while_ready=while_ready.max(),
            since_draft=since_draft.min(),
            last_ready=ready.max(),
            first_answer_at=answer.first(),
        )
        .with_columns(
            ready_at=pl.coalesce("while_ready", "since_draft", "last_ready"),
            first_response_at=pl.when(
                pl.col("while_ready").is_null()
                & pl.col("since_draft").is_not_null()
                # Before there was anything to answer: a fault of the clocks, which shows as a negative span.
                & (pl.col("first_answer_at") >= pl.col("opened_at"))
            )
            .then("since_draft")
            .otherwise("first_answer_at"),
        )
        .select(PullRequestDrafts.column_names())
        .sort("pr_id")
    )


def _stretches(pull_requests: pl.LazyFrame, states: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """The stretches of time as a draft and as ready, alternating; the last one has no end."""
    changes = events.filter(pl.col("kind").is_in(KINDS)).select(
        "pr_id", "event_id", start="occurred_at", is_draft=pl.col("kind") == "converted_to_draft"
    )
    first = changes.group_by("pr_id").agg(turned_draft=pl.col("is_draft").sort_by("start", "event_id").first())
    opening = (
        states.join(first, on="pr_id", how="left")
        .join(pull_requests.select("pr_id", drafted="is_draft"), on="pr_id")
        .select(
            "pr_id",
            event_id=pl.lit(""),
            start="opened_at",
            is_draft=pl.coalesce(~pl.col("turned_draft"), pl.col("drafted"), pl.lit(value=False)),
            place=pl.lit(0),
        )
    )
    # The opening comes first even where the clocks disagree.
    order = ["place", "start", "event_id"]
    turned = pl.col("is_draft") != pl.col("is_draft").shift().over("pr_id", order_by=order)
    return (
        pl.concat([opening, changes.with_columns(place=pl.lit(1))], how="diagonal")
        .join(states, on="pr_id")
        .filter((pl.col("place") == 0) | (pl.col("start") <= pl.col("until")))
        .filter(turned.fill_null(value=True))
        .with_columns(end=pl.col("start").shift(-1).over("pr_id", order_by=order))
        .select("pr_id", "is_draft", "start", "end", "opened_at", "until")
    )
