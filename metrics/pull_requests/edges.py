"""Who answers whom: the directed network of reviews, week by week.

Misread: a person with few edges may review a lot in one repository; weights say how often, not how well.
"""

import polars as pl

from metrics.expressions import day
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

EDGE = ["author_id", "reviewer_id", "repo_id", "week"]


class ReviewEdges(Table):
    """One row per author, other human who reviewed or commented, repository and week.

    Accounts that are gone are left out: nobody knows which of them is which.
    """

    author_id = col.key_person("Who opened the pull requests; a human")
    reviewer_id = col.key_person("Who answered; another human")
    repo_id = col.key("Repository")
    week = col.key_day("Monday of the week in the reporting zone")
    reviews = col.number("Reviews submitted")
    comments = col.number("Comments written, those inside reviews included")


@pipeline(ReviewEdges)
def review_edges(pull_request_remarks: pl.LazyFrame, pull_request_states: pl.LazyFrame, *, zone: str) -> pl.LazyFrame:
    """Reviews and comments between humans, up to the end of each pull request."""
    by_humans = (
        pull_request_states.filter("author_is_human").drop_nulls("author_id").select("pr_id", "repo_id", "author_id")
    )
    is_review = pl.col("what") == "review"
    return (
        pull_request_remarks.filter("is_human")
        .drop_nulls("person_id")
        .join(by_humans, on="pr_id")
        .group_by("author_id", "repo_id", reviewer_id="person_id", week=day(pl.col("at"), zone).dt.truncate("1w"))
        .agg(reviews=is_review.sum(), comments=(~is_review).sum())
        .select(ReviewEdges.column_names())
        .sort(EDGE)
    )
