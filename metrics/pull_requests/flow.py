"""The flow of every pull request: its events, the phases between them, and where an open one stands.

The phases follow each other: coding (first commit written to ready), pickup (ready to the first human answer), review
(that to the last approval, or to the merge where nobody approved), merge wait (last approval to the merge, or to the
merge queue) and queue wait, deploy wait. What cannot be measured is null, with the reason beside it. An answer or
approval given to a draft counts from the moment the draft became ready.

Misread: a short pickup says that somebody answered, not that the answer helped. A commit that was written long before
the work began (a cherry-pick) makes coding long; a branch rewritten before it was ever pushed makes it short.
"""

from datetime import datetime

import polars as pl

from metrics.clock import WorkingHours
from metrics.pull_requests.ageing import with_phase, with_risk
from metrics.registry import pipeline
from metrics.spans import NOT_MERGED, Reasons, first_reason, span
from warehouse.tables import Table
from warehouse.tables import columns as col

_REASONS = "`not_finished`, `not_merged`, `merge_time_unknown`"


class PullRequestFlow(Table):
    """One row per pull request, those of programs included: `author_is_human` tells them apart."""

    pr_id = col.key("Pull request")
    repo_id = col.text("Repository")
    number = col.number("Number within the repository")
    title = col.text("Title")
    url = col.text("Web address")
    author_id = col.person("Who opened it")
    author_is_human = col.flag("Whether a human opened it; an account that is gone is taken for one")
    team = col.text("The author's team at the opening, the first by name where there are several")
    state = col.text("`open`, `merged` or `closed`")
    is_draft = col.flag("Whether it was a draft at its end, or is one now")
    first_commit_at = col.instant("Earliest authored date of the commits it ever had")
    opened_at = col.instant("Opened")
    ready_at = col.instant("The last change from draft to ready before the first answer, or the opening")
    first_review_request_at = col.instant("A review was asked for, the first time")
    first_answer_at = col.instant("First review or comment by a human other than the author, even to a draft")
    first_response_at = col.instant("The same, but not before the draft it was given to became ready")
    first_ai_response_at = col.instant("First review or comment by an AI reviewer")
    first_review_at = col.instant("First review by a human other than the author")
    first_approval_at = col.instant("First approval by a human other than the author that was not dismissed")
    last_approval_at = col.instant("The last such approval")
    objected = col.flag("Whether the last verdict of some reviewer asks for changes")
    last_response_at = col.instant("Last review or comment by another human")
    last_commit_at = col.instant("When its last commit was applied")
    queued_at = col.instant("When it entered the merge queue from which it was merged")
    merged_at = col.instant("Merged")
    closed_at = col.instant("Merged or closed, the last time")
    deployed_at = col.instant("Finish of the first production deployment known to contain it")
    deployment_id = col.text("That deployment")
    coding_seconds = col.real("First commit written to ready")
    coding_reason = col.text("Why it is null: `first_commit_unknown`, `not_finished`, `never_ready`, `clock_negative`")
    pickup_seconds = col.real("Ready to the first answer")
    pickup_reason = col.text("Why it is null: `not_finished`, `no_review`, `never_ready`, `clock_negative`")
    pickup_working_seconds = col.real("The part of it in working hours")
    review_seconds = col.real("First answer to the last approval, or to the merge where nobody approved")
    review_reason = col.text(f"Why it is null: {_REASONS}, `no_review`, `clock_negative`")
    review_working_seconds = col.real("The part of it in working hours")
    merge_wait_seconds = col.real("Last approval to the merge, or to the merge queue")
    merge_wait_reason = col.text(f"Why it is null: {_REASONS}, `no_approval`")
    merge_wait_working_seconds = col.real("The part of it in working hours")
    queue_wait_seconds = col.real("In the merge queue, after the last approval")
    queue_wait_reason = col.text(f"Why it is null: {_REASONS}, `no_approval`, `not_queued`")
    deploy_wait_seconds = col.real("Merged to deployed")
    deploy_wait_reason = col.text(
        f"Why it is null: {_REASONS}, `no_deployment`, `first_deployment`, `deployment_commit_unknown`, "
        "`merge_commit_unknown`, `clock_negative`"
    )
    cycle_seconds = col.real("First commit written to merged")
    cycle_reason = col.text(f"Why it is null: {_REASONS}, `first_commit_unknown`, `clock_negative`")
    cycle_working_seconds = col.real("The part of it in working hours")
    lead_seconds = col.real("First commit written to deployed")
    lead_reason = col.text("Why it is null: as for `deploy_wait_seconds` and `cycle_seconds`")
    human_after_ai_seconds = col.real("First answer of an AI to the first answer of a human")
    human_after_ai_reason = col.text("Why it is null: `no_ai_review`, `not_finished`, `no_review`, `human_first`")
    human_after_ai_working_seconds = col.real("The part of it in working hours")
    abandoned_seconds = col.real(
        "First commit written, or the opening where that is earlier, to closed without a merge"
    )
    abandoned_reason = col.text("Why it is null: `not_finished`, `not_abandoned`, `end_unknown`, `clock_negative`")
    draft_seconds = col.real("Time spent as a draft; 0 for one that never was")
    rework_seconds = col.real("First review that does not approve to the first approval")
    rework_reason = col.text("Why it is null: `not_finished`, `no_review`, `no_approval`, `approved_at_once`")
    review_rounds = col.number("Reviews that do not approve and that a commit followed; null without a review")
    size_lines = col.number("Lines added and deleted; lock, generated and vendored files and records left out")
    size_class = col.text("`XS` up to 10 lines, `S` 50, `M` 250, `L` 1000, else `XL`")
    files = col.number("Files changed")
    human_reviewers = col.number("Humans other than the author who reviewed")
    responders = col.number("Humans other than the author who reviewed or commented")
    human_comments = col.number("Comments by them, those inside reviews included")
    review_comments = col.number("Those of the comments that are inside reviews")
    reviewed_by_ai_only = col.flag("Whether an AI reviewed or commented and no other human did")
    merged_without_review = col.flag("Whether it was merged before another human said anything; null if not merged")
    approved = col.flag("Whether another human approved, was not dismissed, and nobody objects")
    last_author_activity_at = col.instant("Last commit, review or comment of the author, or the opening")
    last_activity_at = col.instant("Last commit, or doing of a human")
    phase = col.text("Of an open one: `draft`, `pickup`, `review` or `merge`")
    phase_since = col.instant("Since when it is in that phase")
    age_seconds = col.real("For how long")
    phase_p50_seconds = col.real("Median of that phase in comparable merged pull requests; null for fewer than 5")
    phase_p85_seconds = col.real("85th percentile of the same; null for fewer than 10")
    is_at_risk = col.flag("Whether it has been in its phase for longer than that")
    at_risk_reason = col.text("Why that is null: `not_open`, `author_not_human`, `too_few_items`")


@pipeline(PullRequestFlow)
def pull_request_flow(  # noqa: PLR0917 - one parameter a table
    pull_requests: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    pull_request_drafts: pl.LazyFrame,
    pull_request_verdicts: pl.LazyFrame,
    pull_request_sizes: pl.LazyFrame,
    pull_request_activity: pl.LazyFrame,
    change_lead_times: pl.LazyFrame,
    *,
    as_of: datetime,
    working_hours: WorkingHours,
) -> pl.LazyFrame:
    """Every pull request with its events, phases, size, answers and, while it is open, its age."""
    described = pull_requests.select("pr_id", "number", "title", "url")
    deployed = change_lead_times.select(
        "pr_id",
        "deployment_id",
        "deployed_at",
        "lead_seconds",
        "lead_reason",
        deploy_wait_seconds="production_seconds",
        deploy_wait_reason="production_reason",
    )
    counts = ("human_reviewers", "responders", "human_comments", "review_comments")
    events = (
        pull_request_states.join(described, on="pr_id")
        .join(pull_request_drafts, on="pr_id")
        .join(pull_request_verdicts, on="pr_id", how="left")
        .join(pull_request_sizes, on="pr_id")
        .join(pull_request_activity, on="pr_id")
        .join(deployed, on="pr_id", how="left")
        .with_columns(pl.col(counts).fill_null(0))
    )
    flow = _deployed(_answered(_phased(events, working_hours)))
    return with_risk(with_phase(flow, as_of), as_of).select(PullRequestFlow.column_names()).sort("pr_id")


def _phased(events: pl.LazyFrame, hours: WorkingHours) -> pl.LazyFrame:
    """The events with the phases between them."""
    commit, ready, answer = pl.col("first_commit_at"), pl.col("ready_at"), pl.col("first_response_at")
    merged, state = pl.col("merged_at"), pl.col("state")
    # Approved while it was a draft is approved when it became ready.
    approval = pl.when(pl.col("last_approval_at").is_not_null()).then(pl.max_horizontal("last_approval_at", answer))
    queued = pl.max_horizontal("queued_at", approval)
    is_open = state == "open"
    unready: Reasons = {"not_finished": is_open & ready.is_null(), "never_ready": ready.is_null()}
    unanswered: Reasons = {
        "not_finished": is_open & (answer.is_null() | ready.is_null()),
        "no_review": answer.is_null(),
        "never_ready": ready.is_null(),
    }
    no_commit: Reasons = {"first_commit_unknown": commit.is_null()}
    unapproved: Reasons = {**NOT_MERGED, "no_approval": approval.is_null()}
    is_queued = pl.col("queued_at").is_not_null()
    reviewed, objected = pl.col("first_review_at"), pl.col("first_objection_at")
    first_approval = pl.col("first_approval_at")
    reworked: Reasons = {
        "not_finished": is_open & first_approval.is_null(),
        "no_review": reviewed.is_null(),
        "no_approval": first_approval.is_null(),
        "approved_at_once": objected.is_null(),
    }
    ai, human = pl.col("first_ai_response_at"), pl.col("first_answer_at")
    after_ai: Reasons = {
        "no_ai_review": ai.is_null(),
        "not_finished": is_open & human.is_null(),
        "no_review": human.is_null(),
        "human_first": human < ai,
    }
    begun, closed = pl.min_horizontal("first_commit_at", "opened_at"), pl.col("closed_at")
    kept: Reasons = {"not_finished": is_open, "not_abandoned": state == "merged", "end_unknown": closed.is_null()}
    return events.with_columns(
        *span("human_after_ai", ai, human, after_ai, hours),
        *span("abandoned", begun, closed, kept),
        *span("coding", commit, ready, {**no_commit, **unready}),
        *span("pickup", ready, answer, unanswered, hours),
        *span("review", answer, pl.coalesce(approval, merged), {**NOT_MERGED, "no_review": answer.is_null()}, hours),
        *span("merge_wait", approval, pl.when(is_queued).then(queued).otherwise(merged), unapproved, hours),
        *span("queue_wait", queued, merged, {**unapproved, "not_queued": ~is_queued}),
        *span("cycle", commit, merged, {**NOT_MERGED, **no_commit}, hours),
        *span("rework", objected, first_approval, reworked),
    )


def _answered(flow: pl.LazyFrame) -> pl.LazyFrame:
    """What the answers amount to."""
    is_unanswered = pl.col("first_answer_at").is_null()
    is_objected = pl.col("is_objected").fill_null(value=False)
    return flow.with_columns(
        reviewed_by_ai_only=is_unanswered & pl.col("first_ai_response_at").is_not_null(),
        merged_without_review=pl.when(pl.col("state") == "merged").then(is_unanswered),
        objected=is_objected,
        approved=pl.col("last_approval_at").is_not_null() & ~is_objected,
    )


def _deployed(flow: pl.LazyFrame) -> pl.LazyFrame:
    """The spans up to production, and why they are null: repositories that are never deployed have no say in it."""
    unmerged = first_reason(NOT_MERGED)
    return flow.with_columns(
        pl.coalesce(
            unmerged, f"{name}_reason", pl.when(pl.col(f"{name}_seconds").is_null()).then(pl.lit("no_deployment"))
        ).alias(f"{name}_reason")
        for name in ("deploy_wait", "lead")
    )
