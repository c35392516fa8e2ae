"""What the reviewers of a pull request said: approvals, objections, rounds, and who took part.

Only humans other than the author count; AI reviewers appear in columns of their own. A round is an objection (a review
that does not approve) that a later commit follows, before the first approval: three objections in a row and then a
commit are one round. Commits count when they were applied, so that a rebase is one answer, not many. A request for
changes stands until its reviewer approves or it is dismissed; a later approval by somebody else does not lift it. An
approval stands unless it is dismissed, or its reviewer asks for changes after it.
"""

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

_WITHDRAWN = ("changes_requested", "dismissed")
_VERDICTS = ("approved", *_WITHDRAWN)


class PullRequestVerdicts(Intermediate):
    """One row per pull request on which anybody but its author said anything."""

    pr_id = col.key("Pull request")
    first_other_at = col.instant("First review or comment by anybody other than the author, programs included")
    first_review_at = col.instant("First review by another human")
    first_ai_response_at = col.instant("First review or comment by an AI")
    first_objection_at = col.instant("First review that does not approve, before the first approval")
    first_approval_at = col.instant("First approval that stands")
    last_approval_at = col.instant("Last approval that stands")
    is_objected = col.flag("Whether the last verdict of some reviewer asks for changes")
    last_response_at = col.instant("Last review or comment by another human")
    review_rounds = col.number("Objections followed by a commit, before the first approval; null without a review")
    human_reviewers = col.number("Other humans who reviewed")
    responders = col.number("Other humans who reviewed or commented")
    human_comments = col.number("Comments by other humans, those inside reviews included")
    review_comments = col.number("Those of them that are inside reviews")


@pipeline(PullRequestVerdicts)
def pull_request_verdicts(pull_request_remarks: pl.LazyFrame, pull_request_commits: pl.LazyFrame) -> pl.LazyFrame:
    """The verdicts on every pull request."""
    at, what, person = (pl.col(name) for name in ("at", "what", "person_id"))
    is_review = pl.col("is_human") & (what == "review")
    is_answer = pl.col("is_answer")
    is_comment = pl.col("is_human") & (what != "review")
    approved = at.filter("stands")
    return (
        pull_request_remarks.filter(~pl.col("is_author"))
        .with_columns(stands=_stands())
        .group_by("pr_id")
        .agg(
            first_other_at=at.filter(what != "inline").min(),
            first_review_at=at.filter(is_review).min(),
            first_ai_response_at=at.filter(pl.col("is_ai") & (what != "inline")).min(),
            first_approval_at=approved.min(),
            last_approval_at=approved.max(),
            last_response_at=at.filter(is_answer).max(),
            human_reviewers=person.filter(is_review).n_unique(),
            responders=person.filter(is_answer).n_unique(),
            human_comments=is_comment.sum(),
            review_comments=(is_comment & (what == "inline")).sum(),
        )
        .join(_rounds(pull_request_remarks, pull_request_commits), on="pr_id", how="left")
        .join(_objected(pull_request_remarks), on="pr_id", how="left")
        .with_columns(pl.col("is_objected").fill_null(value=False))
        # Approved at once: reviewed, and no rounds.
        .with_columns(
            review_rounds=pl.when(pl.col("first_review_at").is_not_null()).then(pl.col("review_rounds").fill_null(0))
        )
        .select(PullRequestVerdicts.column_names())
        .sort("pr_id")
    )


def _stands() -> pl.Expr:
    """Whether a remark is an approval by another human that they did not take back, and that was not dismissed."""
    at, is_review = pl.col("at"), pl.col("is_human") & (pl.col("what") == "review")
    withdrawn = at.filter(is_review & pl.col("state").is_in(_WITHDRAWN)).max().over("pr_id", "person_id")
    is_last = withdrawn.is_null() | (at > withdrawn)
    return (is_review & (pl.col("state") == "approved") & is_last).fill_null(value=False)


def _rounds(remarks: pl.LazyFrame, commits: pl.LazyFrame) -> pl.LazyFrame:
    """The first objection and the rounds of every pull request that was not approved at once."""
    reviews = (
        remarks.filter("is_human", pl.col("what") == "review")
        .with_columns(is_approval=_stands())
        .filter(pl.col("is_approval") | pl.col("state").ne_missing("approved"))
        .select("pr_id", "at", "is_approval", is_review=pl.lit(value=True))
    )
    pushed = (
        commits.select("pr_id", at=pl.coalesce("committed_at", "authored_at"))
        .drop_nulls("at")
        .join(reviews, on="pr_id", how="semi")
        .with_columns(is_approval=pl.lit(value=False), is_review=pl.lit(value=False))
    )
    at, is_review = pl.col("at"), pl.col("is_review")
    approval = at.filter("is_approval").min().over("pr_id")
    # A commit of the very moment of an objection does not answer it: it comes first.
    after_objection = is_review.shift().over("pr_id", order_by=["at", "is_review"])
    return (
        pl.concat([reviews, pushed])
        .with_columns(approval=approval)
        .filter(pl.col("approval").is_null() | (at < pl.col("approval")))
        .with_columns(is_answer=~is_review & after_objection.fill_null(value=False))
        .group_by("pr_id")
        .agg(
            first_objection_at=at.filter(is_review).min(),
            review_rounds=pl.col("is_answer").sum(),
        )
    )


def _objected(remarks: pl.LazyFrame) -> pl.LazyFrame:
    """Every pull request in which an objection stands: nobody but its reviewer can take it back."""
    asks = pl.col("state") == "changes_requested"
    return (
        remarks.filter("is_human", pl.col("what") == "review", pl.col("state").is_in(_VERDICTS))
        # Of two at the same instant the one that asks for changes is taken for the last: rather quiet than wrong.
        .sort("pr_id", "person_id", "at", asks)
        .group_by("pr_id", "person_id", maintain_order=True)
        .agg(is_objected=asks.last())
        .group_by("pr_id")
        .agg(pl.col("is_objected").any())
    )
