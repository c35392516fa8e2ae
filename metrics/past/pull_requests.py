"""Pull requests at an instant: those that were open then are open, reviews and comments of later are not there."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from metrics.past.cut import taken_back, until

_DRAFT = {"converted_to_draft": True, "ready_for_review": False}


def known(tables: Mapping[str, pl.LazyFrame], as_of: datetime) -> dict[str, pl.LazyFrame]:
    """The tables about pull requests and what is said on them."""
    opened = until(tables["pull_requests"], "created_at", as_of)
    of_opened = {
        name: tables[name].join(opened, on="pr_id", how="semi")
        for name in ("pull_request_files", "pull_request_mentions", "pull_request_tickets")
    }
    return {
        "pull_requests": _requests(opened, tables["pull_request_events"], as_of),
        **of_opened,
        "pull_request_commits": until(
            tables["pull_request_commits"].join(opened, on="pr_id", how="semi"), "committed_at", as_of
        ),
        "pull_request_events": until(tables["pull_request_events"], "occurred_at", as_of),
        "reviews": until(tables["reviews"], "submitted_at", as_of),
        "comments": until(tables["comments"], "created_at", as_of),
    }


def _requests(opened: pl.LazyFrame, events: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    ended = pl.min_horizontal("merged_at", "closed_at")
    is_open = (pl.col("state") == "open") | (ended > as_of).fill_null(value=False)
    # The next change of being a draft tells what it was before.
    later = (
        events.filter(pl.col("kind").is_in(list(_DRAFT)), pl.col("occurred_at") > as_of)
        .sort("pr_id", "occurred_at", "event_id")
        .group_by("pr_id", maintain_order=True)
        .agg(was_draft=pl.col("kind").first() == "ready_for_review")
    )
    return (
        opened.join(later, on="pr_id", how="left")
        .with_columns(
            state=pl.when(is_open).then(pl.lit("open")).otherwise("state"),
            is_draft=pl.coalesce("was_draft", "is_draft"),
            merge_sha=pl.when(~is_open).then("merge_sha"),
            merged_by_id=pl.when(~is_open).then("merged_by_id"),
            updated_at=pl.min_horizontal("updated_at", pl.lit(as_of)),
        )
        .with_columns(taken_back(at, as_of) for at in ("merged_at", "closed_at", "ready_at"))
        .drop("was_draft")
    )
