"""Pull requests under the names and definitions of CHAOSS, so that they can be compared with other projects'."""

from datetime import datetime

import polars as pl

from metrics.expressions import seconds_between
from metrics.pull_requests.scoped import dated
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, observe, percentile


@pipeline(Observations)
def pull_request_chaoss_figures(
    pull_request_flow: pl.LazyFrame,
    pull_request_scopes: pl.LazyFrame,
    pull_request_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of closure and acceptance ratio, duration, and time to first response."""
    calendar = pull_request_calendar
    opened_at = pl.col("opened_at")
    spans = {
        "duration": seconds_between(opened_at, pl.col("merged_at")),
        "response": seconds_between(opened_at, pl.col("first_answer_at")),
    }
    flow = pull_request_flow.with_columns(
        pl.when(seconds >= 0).then(seconds).alias(name) for name, seconds in spans.items()
    )

    def when(at: str) -> pl.LazyFrame:
        return dated(flow, pull_request_scopes, at, as_of=as_of, zone=zone)

    ended = when("closed_at")
    both = pl.concat(
        [
            ended.with_columns(opened=pl.lit(value=False)),
            when("opened_at").with_columns(opened=pl.lit(value=True)),
        ]
    )
    opened, is_merged = pl.col("opened").sum(), pl.col("state") == "merged"
    declined = (~is_merged).sum()
    figures = [
        observe(
            calendar,
            both,
            metric="change_request_closure_ratio",
            unit="ratio",
            value=pl.when(opened > 0).then((~pl.col("opened")).sum() / opened),
            n=opened,
        ),
        observe(
            calendar,
            ended,
            metric="change_request_acceptance_ratio",
            unit="ratio",
            value=pl.when(declined > 0).then(is_merged.sum() / declined),
        ),
        percentile(calendar, when("merged_at"), "change_request_duration", "duration"),
        percentile(calendar, when("first_answer_at"), "time_to_first_response", "response"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


_HUMANS = "Pull requests by programs"

METRICS = (
    Metric(
        name="change_request_closure_ratio",
        title="Change request closure ratio",
        unit="ratio",
        direction="higher",
        responsibility="execution",
        definition="Pull requests merged or closed in the period / pull requests opened in it.",
        table="pull_request_flow",
        inputs=("pull_requests", "people", "team_members"),
        exclusions=f"{_HUMANS}; periods in which none was opened.",
        pitfalls=(
            "Above 1 the queue shrinks; clearing it once by closing what is old makes a good figure and nothing else."
        ),
        source="CHAOSS: Change Request Closure Ratio",
    ),
    Metric(
        name="change_request_acceptance_ratio",
        title="Change request acceptance ratio",
        unit="ratio",
        direction="neutral",
        responsibility="execution",
        definition="Pull requests merged in the period / pull requests closed in it without a merge.",
        table="pull_request_flow",
        inputs=("pull_requests", "people", "team_members"),
        exclusions=f"{_HUMANS}; periods in which none was closed without a merge.",
        pitfalls="A ratio of merged to declined, not a share: 9 of 10 accepted is 9, not 0.9.",
        source="CHAOSS: Change Request Acceptance Ratio",
    ),
    Metric(
        name="change_request_duration",
        title="Change request duration",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Median time from opening to merge, of the pull requests merged in the period; null for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=("pull_requests", "people", "team_members"),
        exclusions=f"{_HUMANS}; negative times.",
        pitfalls="Time as a draft is in it, work before the opening is not.",
        source="CHAOSS: Change Requests Duration",
    ),
    Metric(
        name="time_to_first_response",
        title="Time to first response",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median time from opening to the first review or comment by a human other than the author, of the pull "
            "requests first answered in the period; null for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=("pull_requests", "reviews", "comments", "people", "team_members"),
        exclusions=f"{_HUMANS}; answers by programs; pull requests that nobody answered before their end.",
        pitfalls="On the calendar's clock and from the opening, draft or not: `pickup_time` is fairer to reviewers.",
        source="CHAOSS: Time to First Response",
    ),
)
