"""How newcomers arrive: from the first trace to the 1st, 3rd and 10th merged pull request, and who answers them.

Rounds, pickup and reviewers are those of the first ten pull requests that they opened; beside them stands what pull
requests of others in their team, of all where they have none, met with in the same time, of 90 days at most.

Misread: who does other work than merging does not arrive by it. A cohort compares with other cohorts, a person with
nobody.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import day, folder, seconds_between
from metrics.registry import pipeline
from metrics.spans import first_reason
from metrics.summary.observations import MEDIAN_NEEDS
from warehouse.tables import Table
from warehouse.tables import columns as col

FIRST_PULL_REQUESTS = 10
MERGES = {"first": 1, "third": 3, "tenth": 10}
"""The merges that are looked for."""
SETTLING = timedelta(days=90)
"""How long the breadth of the beginning is looked at."""
_DAY = 86_400


class Onboarding(Table):
    """One row per newcomer."""

    person_id = col.key_person("Person")
    team = col.text("Team at the first trace, or the first one later")
    cohort = col.text("Quarter of the first trace in the reporting zone: `2026-Q1`")
    first_activity_at = col.instant("First commit, pull request, review or comment")
    opened = col.number("Pull requests opened so far")
    merged = col.number("Of these, merged")
    first_merge_days = col.real("Days from the first trace to the first merge")
    third_merge_days = col.real("… to the third")
    tenth_merge_days = col.real("… to the tenth")
    merge_reason = col.text("Why one of these is null: `not_yet`")
    rounds_p50 = col.real("Median of the review rounds of the first ten pull requests; null for fewer than 5 reviewed")
    pickup_p50_seconds = col.real("Median of their time to the first answer; null for fewer than 5 answered")
    team_rounds_p50 = col.real("Review rounds of others at the same time; null for fewer than 5")
    team_pickup_p50_seconds = col.real("Their time to the first answer; null for fewer than 5")
    reviewers = col.number("People who reviewed the first ten pull requests; null where none was opened")
    top_reviewer_share = col.real("Of those of them that were reviewed, the share that one person reviewed; or null")
    first_review_days = col.real("Days from the first trace to the first review that they gave; null for none so far")
    folders_90d = col.number("Folders, two levels deep, in which they changed files in their first 90 days")
    folders_reason = col.text(
        "Why it is null: `too_recent`, or `no_code` where of the repository of the first trace no file is known"
    )


@pipeline(Onboarding)
def onboarding(
    newcomers: pl.LazyFrame,
    pull_request_flow: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    file_revisions: pl.LazyFrame,
    commit_credits: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """The arrival of every newcomer so far."""
    own = _own(newcomers, pull_request_flow)
    begun = _begun(own)
    start = pl.col("first_activity_at")
    told = (
        newcomers.join(_merges(own), on="person_id", how="left")
        .join(_answers(begun), on="person_id", how="left")
        .join(_others(begun, pull_request_flow), on="person_id", how="left")
        .join(_reviewers(begun, pull_request_remarks), on="person_id", how="left")
        .join(_given(pull_request_remarks), on="person_id", how="left")
        .join(_folders(newcomers, file_revisions, commit_credits), on="person_id", how="left")
    )
    is_recent = start > as_of - SETTLING
    with_code = file_revisions.select("repo_id", is_code_known=pl.lit(value=True)).unique()
    is_code_known = pl.col("is_code_known").fill_null(value=False) | pl.col("folders_90d").is_not_null()
    came_on = day(start, zone)
    reason = first_reason({"no_code": ~is_code_known, "too_recent": is_recent})
    return (
        told.join(with_code, on="repo_id", how="left")
        .with_columns(
            pl.col("opened", "merged").fill_null(0),
            cohort=pl.format("{}-Q{}", came_on.dt.year(), came_on.dt.quarter()),
            merge_reason=pl.when(pl.col("tenth_merge_days").is_null()).then(pl.lit("not_yet")),
            first_review_days=seconds_between(start, pl.col("first_review_at")) / _DAY,
            folders_90d=pl.when(reason.is_null()).then(pl.col("folders_90d").fill_null(0)),
            folders_reason=reason,
        )
        .select(Onboarding.column_names())
        .sort("person_id")
    )


def first_pull_requests(newcomers: pl.LazyFrame, flow: pl.LazyFrame) -> pl.LazyFrame:
    """The first ten pull requests that each newcomer opened, with what `flow` tells of them."""
    return _begun(_own(newcomers, flow))


def _own(newcomers: pl.LazyFrame, flow: pl.LazyFrame) -> pl.LazyFrame:
    came = newcomers.select("first_activity_at", newcomer_team="team", author_id="person_id")
    return flow.join(came, on="author_id").filter(pl.col("opened_at") >= pl.col("first_activity_at"))


def _begun(own: pl.LazyFrame) -> pl.LazyFrame:
    in_order = own.sort("author_id", "opened_at", "pr_id").group_by("author_id", maintain_order=True)
    return in_order.head(FIRST_PULL_REQUESTS)


def _merges(own: pl.LazyFrame) -> pl.LazyFrame:
    """`person_id`, `opened`, `merged`, and the days to each merge that is looked for."""
    days = seconds_between(pl.col("first_activity_at"), pl.col("merged_at")) / _DAY
    is_merged = pl.col("state") == "merged"
    in_order = days.filter(is_merged).drop_nulls().sort()
    return own.group_by(person_id="author_id").agg(
        opened=pl.len(),
        merged=is_merged.sum(),
        **{f"{name}_merge_days": in_order.get(place - 1, null_on_oob=True) for name, place in MERGES.items()},
    )


def _answers(begun: pl.LazyFrame) -> pl.LazyFrame:
    return begun.group_by(person_id="author_id").agg(
        rounds_p50=median(pl.col("review_rounds")), pickup_p50_seconds=median(pl.col("pickup_seconds"))
    )


def median(value: pl.Expr) -> pl.Expr:
    """The median within a group; null for fewer than five values."""
    return pl.when(value.count() >= MEDIAN_NEEDS).then(value.median())


def _others(begun: pl.LazyFrame, flow: pl.LazyFrame) -> pl.LazyFrame:
    """What pull requests of other people met with from the first to the last of the first ten, or for 90 days."""
    opened, number = pl.col("opened_at"), pl.col("newcomer")
    spans = (
        begun.group_by(person_id="author_id")
        .agg(
            begins=opened.min(),
            ends=pl.min_horizontal(opened.max(), opened.min() + SETTLING),
            newcomer_team=pl.col("newcomer_team").first(),
        )
        .sort("person_id")
        .with_row_index("newcomer")
    )
    # Many meet many here: numbers instead of names, and teams before times, keep what is compared small.
    others = (
        flow.filter("author_is_human")
        .join(spans.select(author_id="person_id", author="newcomer"), on="author_id", how="left")
        .select("author", "team", "opened_at", "review_rounds", "pickup_seconds")
    )
    span = spans.select("newcomer", "newcomer_team", "begins", "ends")
    is_then = (opened >= pl.col("begins"), opened <= pl.col("ends"))
    of_team = span.drop_nulls("newcomer_team").join_where(
        others.drop_nulls("team"), pl.col("newcomer_team") == pl.col("team"), *is_then
    )
    of_all = span.filter(pl.col("newcomer_team").is_null()).drop("newcomer_team")
    met = ["newcomer", "author", "review_rounds", "pickup_seconds"]
    found = (
        pl.concat([of_team.select(met), of_all.join_where(others.drop("team"), *is_then).select(met)])
        .filter(pl.col("author").ne_missing(number))
        .group_by("newcomer")
        .agg(team_rounds_p50=median(pl.col("review_rounds")), team_pickup_p50_seconds=median(pl.col("pickup_seconds")))
    )
    return spans.select("person_id", "newcomer").join(found, on="newcomer").drop("newcomer")


def _reviewers(begun: pl.LazyFrame, remarks: pl.LazyFrame) -> pl.LazyFrame:
    """How many people reviewed the first ten pull requests, and how much of that one of them did."""
    reviews = remarks.filter("is_human", pl.col("what") == "review").drop_nulls("person_id")
    given = (
        begun.select("author_id", "pr_id")
        .join(reviews.select("pr_id", "person_id").unique(), on="pr_id")
        .group_by("author_id", "person_id")
        .agg(reviewed=pl.len())
        .group_by("author_id")
        .agg(reviewers=pl.len(), top=pl.col("reviewed").max())
    )
    seen = (
        begun.select("author_id", "pr_id")
        .join(reviews.select("pr_id").unique(), on="pr_id")
        .group_by("author_id")
        .agg(seen=pl.len())
    )
    return (
        begun.select(person_id="author_id")
        .unique()
        .join(given, left_on="person_id", right_on="author_id", how="left")
        .join(seen, left_on="person_id", right_on="author_id", how="left")
        .select(
            "person_id",
            reviewers=pl.col("reviewers").fill_null(0),
            top_reviewer_share=pl.col("top") / pl.col("seen"),
        )
    )


def _given(remarks: pl.LazyFrame) -> pl.LazyFrame:
    reviews = remarks.filter("is_human", pl.col("what") == "review").drop_nulls("person_id")
    return reviews.group_by("person_id").agg(first_review_at=pl.col("at").min())


def _folders(newcomers: pl.LazyFrame, file_revisions: pl.LazyFrame, credits_: pl.LazyFrame) -> pl.LazyFrame:
    """The folders in which each newcomer changed files in the first 90 days."""
    at, start = pl.col("committed_at"), pl.col("first_activity_at")
    return (
        file_revisions.filter("is_counted", ~pl.col("is_bulk"))
        .join(credits_.select("repo_id", "sha", "person_id"), on=["repo_id", "sha"])
        .join(newcomers.select("person_id", "first_activity_at"), on="person_id")
        .filter(at >= start, at < start + SETTLING)
        .group_by("person_id")
        .agg(folders_90d=pl.struct("repo_id", folder(pl.col("path")).alias("folder")).n_unique())
    )
