"""How long pull requests wait for people, how deep and by whom they are reviewed.

Waiting is measured in working hours: a night is no neglect. A pull request counts in the period in which it was merged,
under its author's teams at the opening.
"""

from datetime import datetime

import polars as pl

from metrics.pull_requests.scoped import dated
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, observe, percentile, rolling_start, share


@pipeline(Observations)
def pull_request_response_figures(
    pull_request_flow: pl.LazyFrame,
    pull_request_scopes: pl.LazyFrame,
    pull_request_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of the answers to pull requests."""
    calendar = pull_request_calendar
    merged = dated(pull_request_flow, pull_request_scopes, "merged_at", as_of=as_of, zone=zone)
    lines = pl.col("size_lines").filter(pl.col("size_lines") > 0)
    remarks = pl.col("review_comments").filter(pl.col("size_lines") > 0)
    with_ai = merged.drop_nulls("first_ai_response_at")
    figures = [
        percentile(calendar, merged, "pickup_time", "pickup_working_seconds"),
        percentile(calendar, merged, "pickup_time_p85", "pickup_working_seconds", p85=True),
        percentile(calendar, merged, "review_time", "review_working_seconds"),
        percentile(calendar, merged, "merge_wait", "merge_wait_working_seconds"),
        percentile(calendar, merged, "review_rounds", "review_rounds", unit="rounds"),
        share(calendar, merged, "merged_without_review", "merged_without_review"),
        share(calendar, merged, "reviewed_by_ai_only", "reviewed_by_ai_only"),
        percentile(calendar, with_ai, "human_response_after_ai", "human_after_ai_working_seconds"),
        observe(
            calendar,
            merged,
            metric="review_depth",
            unit="per 100 lines",
            value=pl.when(lines.count() > 0).then(remarks.sum() * 100 / lines.sum()),
            n=lines.count(),
            coverage=lines.count() / pl.len(),
        ),
        _at_risk(pull_request_flow, pull_request_scopes, calendar, as_of, zone),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


def _at_risk(
    flow: pl.LazyFrame, scopes: pl.LazyFrame, calendar: pl.LazyFrame, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """The open pull requests as of now: there is no such figure for the past."""
    is_open = scopes.join(flow.filter(pl.col("state") == "open"), on="pr_id").with_columns(
        period=pl.lit("rolling_90d"), period_start=rolling_start(as_of, zone)
    )
    risk = pl.col("is_at_risk")
    return observe(
        calendar.filter(pl.col("period") == "rolling_90d"),
        is_open,
        metric="open_pull_requests_at_risk",
        unit="count",
        # Where nothing can be compared, nobody knows whether anything is late.
        value=pl.when(risk.count() > 0).then(risk.sum()),
        coverage=risk.count() / pl.len(),
        empty=0,
    )


_INPUTS = ("pull_requests", "pull_request_events", "reviews", "comments", "people", "team_members")
_HUMANS = "Pull requests by programs"

METRICS = (
    Metric(
        name="pickup_time",
        title="Pickup time",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median working time from ready to the first review or comment by a human other than the author, of the "
            "pull requests merged in the period; an answer to a draft counts 0. Null for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=(
            f"{_HUMANS}; answers by programs and AI reviewers; pull requests that nobody answered before the merge."
        ),
        pitfalls="Merging without an answer does not show here: look at `merged_without_review` beside it.",
        source="LinearB: pickup time; CHAOSS: Time to First Response",
    ),
    Metric(
        name="pickup_time_p85",
        title="Pickup time, 85th percentile",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition=(
            "85 of 100 pull requests merged in the period waited no longer, in working time, from ready to the first "
            "answer; null for fewer than 10."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=(
            f"{_HUMANS}; answers by programs and AI reviewers; pull requests that nobody answered before the merge."
        ),
        pitfalls="Merging without an answer does not show here: look at `merged_without_review` beside it.",
        source="LinearB: pickup time",
    ),
    Metric(
        name="review_time",
        title="Review time",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median working time from the first answer to the last approval, or to the merge where nobody approved; "
            "null for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=f"{_HUMANS}; pull requests that nobody answered.",
        pitfalls="Contains the author's work on what was asked for. 0 where the first answer approves.",
        source="LinearB, DevLake: review time; here up to the last approval",
    ),
    Metric(
        name="merge_wait",
        title="Merge wait",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median working time from the last approval to the merge, or to the merge queue; null for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=f"{_HUMANS}; pull requests that nobody approved; time in the merge queue.",
        pitfalls="Waiting for a slow build is in it.",
        source="middleware: merge time; Swarmia",
    ),
    Metric(
        name="review_rounds",
        title="Review rounds",
        unit="rounds",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median number of times that a review without approval was followed by a commit, before the first "
            "approval, of the pull requests merged in the period; null for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=(*_INPUTS, "pull_request_commits"),
        exclusions=f"{_HUMANS}; pull requests without a review.",
        pitfalls="Rounds can teach: many of them with a newcomer are no fault.",
        source="middleware: rework cycles",
    ),
    Metric(
        name="merged_without_review",
        title="Merged without human review",
        unit="share",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Merged pull requests on which no human other than the author said anything before the merge / all merged "
            "in the period."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=f"{_HUMANS}.",
        pitfalls="Work done in pairs, or talked over elsewhere, leaves no trace here.",
        source="CHAOSS: Change Request Reviews",
    ),
    Metric(
        name="reviewed_by_ai_only",
        title="Reviewed by AI only",
        unit="share",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Merged pull requests on which an AI reviewed or commented and no other human did / all merged in the "
            "period."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=f"{_HUMANS}.",
        pitfalls=(
            "Only AI reviewers that are known as such; one that writes under a person's account counts as that person."
        ),
        source="leadline",
    ),
    Metric(
        name="human_response_after_ai",
        title="Human response after an AI's",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median working time from the first review or comment by an AI reviewer to the first one by a human other "
            "than the author, of the pull requests merged in the period on which an AI said something first; null for "
            "fewer than 5."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=f"{_HUMANS}; pull requests on which a human came first, or only an AI said anything.",
        pitfalls=(
            "An AI answers within minutes: beside `pickup_time` it tells whether people wait until its findings are "
            "mended, or leave the review to it. Look at `reviewed_by_ai_only` for those that no human answered."
        ),
        source="leadline",
    ),
    Metric(
        name="review_depth",
        title="Review depth",
        unit="per 100 lines",
        direction="neutral",
        responsibility="mentoring",
        definition=(
            "Comments inside reviews by humans other than the author, per 100 lines added and deleted, over all pull "
            "requests merged in the period together."
        ),
        table="pull_request_flow",
        inputs=(*_INPUTS, "pull_request_files", "head_files"),
        exclusions=f"{_HUMANS}; pull requests without lines; comments outside reviews.",
        pitfalls="Large pull requests get fewer comments a line: it falls when sizes grow.",
        source="CHAOSS: Change Request Reviews",
    ),
    Metric(
        name="open_pull_requests_at_risk",
        title="Open pull requests at risk",
        unit="count",
        direction="lower",
        responsibility="execution",
        definition=(
            "Open pull requests that have been in their phase for longer than 85 of 100 merged in the last 180 days, "
            "of the same repository and size class, or of the repository where fewer than 10 of these are known."
        ),
        table="pull_request_flow",
        inputs=(*_INPUTS, "pull_request_files", "head_files"),
        exclusions=f"{_HUMANS}; repositories with fewer than 10 comparable pull requests, which `coverage` tells.",
        pitfalls=(
            "About one in seven is beyond the mark at the end of each phase by its definition; the list matters more."
        ),
        source="Kanban Guide: work item age",
    ),
)
