"""Who said what on a pull request: reviews and comments, and which of them answer its author.

An answer is a review or a comment by a human other than the author. Programs never answer; AI reviewers are told apart.
An account that is gone is taken for a human's. Where the author's is gone too, what another one said is taken for the
author's own, except for a verdict: nobody approves their own, or asks themselves for changes.
Comments that belong to a review are no answers of their own: they can be written hours before the review is submitted,
and its submission is the answer.
"""

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col


class PullRequestRemarks(Intermediate):
    """One row per review and comment, up to the end of the pull request or the time of the report."""

    remark_id = col.key("The review or comment")
    what = col.key("`review`, `inline` (a comment that is part of a review) or `comment`")
    pr_id = col.text("Pull request")
    person_id = col.person("Who made it; null for an account that is gone")
    at = col.instant("When it was submitted")
    state = col.text("Of a review: `approved`, `changes_requested`, `commented` or `dismissed`")
    is_author = col.flag("Whether it is by the author of the pull request")
    is_human = col.flag("Whether it is by a human other than the author")
    is_ai = col.flag("Whether it is by an AI reviewer, or is a review by another AI")
    is_answer = col.flag("Whether it answers the author: by another human, and no inline comment")


@pipeline(PullRequestRemarks)
def pull_request_remarks(
    pull_request_states: pl.LazyFrame, reviews: pl.LazyFrame, comments: pl.LazyFrame, people: pl.LazyFrame
) -> pl.LazyFrame:
    """Every remark with what its maker is to the pull request."""
    reviewed = reviews.select(
        "pr_id", "state", remark_id="review_id", what=pl.lit("review"), person_id="reviewer_id", at="submitted_at"
    )
    commented = comments.drop_nulls("pr_id").select(
        "pr_id",
        state=pl.lit(None, dtype=pl.String),
        remark_id="comment_id",
        what=pl.when(pl.col("in_review")).then(pl.lit("inline")).otherwise(pl.lit("comment")),
        person_id="author_id",
        at="created_at",
    )
    is_verdict = pl.col("state").is_in(("approved", "changes_requested")).fill_null(value=False)
    is_author = pl.col("person_id").eq_missing(pl.col("author_id")) & ~(pl.col("person_id").is_null() & is_verdict)
    by_other = ~is_author
    is_ai = (pl.col("kind") == "ai_reviewer") | ((pl.col("kind") == "ai_author") & (pl.col("what") == "review"))
    return (
        pl.concat([reviewed, commented], how="diagonal")
        .join(pull_request_states.select("pr_id", "author_id", "until"), on="pr_id")
        .filter(pl.col("at") <= pl.col("until"))
        .join(people.select("person_id", "kind"), on="person_id", how="left")
        .with_columns(
            is_author=is_author,
            is_human=by_other & (pl.col("kind") == "human").fill_null(value=True),
            is_ai=by_other & is_ai.fill_null(value=False),
        )
        .with_columns(is_answer=pl.col("is_human") & (pl.col("what") != "inline"))
        .select(PullRequestRemarks.column_names())
        .sort("remark_id", "what")
    )
