"""How many pull requests are opened, merged and given up, how large they are, and how long they take.

A pull request counts in the period in which it was merged or closed, under its author's teams at the opening.
"""

from datetime import datetime

import polars as pl

from metrics.pull_requests.scoped import dated
from metrics.registry import Metric, pipeline
from metrics.summary.observations import Observations, observe, percentile, share


@pipeline(Observations)
def pull_request_flow_figures(
    pull_request_flow: pl.LazyFrame,
    pull_request_scopes: pl.LazyFrame,
    pull_request_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of the flow of pull requests."""

    def when(at: str) -> pl.LazyFrame:
        return dated(pull_request_flow, pull_request_scopes, at, as_of=as_of, zone=zone)

    calendar = pull_request_calendar
    merged = when("merged_at")
    ended = when("closed_at").with_columns(is_abandoned=pl.col("state") == "closed")
    figures = [
        observe(calendar, merged, metric="merged_pull_requests", unit="count", value=pl.len(), empty=0),
        observe(calendar, when("opened_at"), metric="opened_pull_requests", unit="count", value=pl.len(), empty=0),
        percentile(calendar, merged, "pull_request_cycle_time", "cycle_seconds"),
        percentile(calendar, merged, "pull_request_cycle_time_p85", "cycle_seconds", p85=True),
        percentile(calendar, merged, "coding_time", "coding_seconds"),
        percentile(calendar, merged, "pull_request_size", "size_lines", unit="lines"),
        share(calendar, ended, "abandoned_rate", "is_abandoned"),
        percentile(calendar, ended.filter("is_abandoned"), "abandoned_time", "abandoned_seconds"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


_INPUTS = (
    "pull_requests",
    "pull_request_commits",
    "pull_request_events",
    "reviews",
    "comments",
    "people",
    "team_members",
)
_HUMANS = "Pull requests by programs"
_CYCLE_PITFALLS = (
    "Starts with the first commit written, which can be long before the work was meant to be shared; merged is not yet "
    "in production. Compare it with the team's own past, not with other teams."
)

METRICS = (
    Metric(
        name="merged_pull_requests",
        title="Merged pull requests",
        unit="count",
        direction="neutral",
        responsibility="project_management",
        definition="Pull requests that were merged in the period.",
        table="pull_request_flow",
        inputs=("pull_requests", "people", "team_members"),
        exclusions=f"{_HUMANS}.",
        pitfalls="Says how work is cut into pieces, not how much was done.",
        source="CHAOSS: Change Requests Accepted",
    ),
    Metric(
        name="opened_pull_requests",
        title="Opened pull requests",
        unit="count",
        direction="neutral",
        responsibility="project_management",
        definition="Pull requests that were opened in the period, drafts included.",
        table="pull_request_flow",
        inputs=("pull_requests", "people", "team_members"),
        exclusions=f"{_HUMANS}.",
        pitfalls="More opened than merged over weeks is a queue that grows.",
        source="CHAOSS: Change Requests",
    ),
    Metric(
        name="pull_request_cycle_time",
        title="Pull request cycle time",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition=(
            "Median time from the first commit written to the merge, of the pull requests merged in the period; null "
            "for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=f"{_HUMANS}; pull requests without known commits; negative times.",
        pitfalls=_CYCLE_PITFALLS,
        source="DORA 2024; LinearB and Swarmia name other events: see `pull_request_flow_definitions`",
    ),
    Metric(
        name="pull_request_cycle_time_p85",
        title="Pull request cycle time, 85th percentile",
        unit="seconds",
        direction="lower",
        responsibility="project_management",
        definition=(
            "85 of 100 pull requests merged in the period took no longer from the first commit written to the merge; "
            "null for fewer than 10."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=f"{_HUMANS}; pull requests without known commits; negative times.",
        pitfalls=_CYCLE_PITFALLS,
        source="DORA 2024; the percentile as in the Kanban Guide",
    ),
    Metric(
        name="coding_time",
        title="Coding time",
        unit="seconds",
        direction="neutral",
        responsibility="execution",
        definition=(
            "Median time from the first commit written to the moment the pull request was ready for review; null for "
            "fewer than 5."
        ),
        table="pull_request_flow",
        inputs=_INPUTS,
        exclusions=f"{_HUMANS}; pull requests whose first known commit was written after they were ready.",
        pitfalls="A branch that is squashed before it is pushed seems to have taken no time.",
        source="LinearB, DevLake: coding time; here up to ready, not to the opening",
    ),
    Metric(
        name="pull_request_size",
        title="Pull request size",
        unit="lines",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median of lines added and deleted, of the pull requests merged in the period; null for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=("pull_requests", "pull_request_files", "head_files", "people", "team_members"),
        exclusions=f"{_HUMANS}; lines in lock, generated and vendored files, changelogs and lists of authors.",
        pitfalls=(
            "Moved code counts twice. Where the files of a pull request are not known, generated lines are in it."
        ),
        source="DORA: working in small batches",
    ),
    Metric(
        name="abandoned_rate",
        title="Abandoned pull requests",
        unit="share",
        direction="lower",
        responsibility="execution",
        definition="Pull requests closed without a merge / all that ended in the period.",
        table="pull_request_flow",
        inputs=("pull_requests", "people", "team_members"),
        exclusions=f"{_HUMANS}.",
        pitfalls="Trying something out and closing it is no waste by itself. Some projects merge by hand and close.",
        source="CHAOSS: Change Requests Declined",
    ),
    Metric(
        name="abandoned_time",
        title="Time spent on abandoned pull requests",
        unit="seconds",
        direction="lower",
        responsibility="execution",
        definition=(
            "Median time from the first commit written (or the opening, where that is earlier) to the end, of the pull "
            "requests closed without a merge in the period; null for fewer than 5."
        ),
        table="pull_request_flow",
        inputs=("pull_requests", "pull_request_commits", "people", "team_members"),
        exclusions=f"{_HUMANS}; pull requests that end before they begin.",
        pitfalls="How long they lay about, not how long somebody worked on them; tidying up once makes it long.",
        source="leadline",
    ),
)
