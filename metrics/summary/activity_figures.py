"""Commits, active authors and churn by period.

Only people's commits count, and of their lines only those in files that are people's work. A team's figures are
those of its members, wherever they worked; co-authors of other teams keep their share.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import total
from metrics.registry import Metric, pipeline
from metrics.summary.observations import SCOPE, Observations, in_periods, observe

COMMIT = ["repo_id", "sha"]


@pipeline(Observations)
def activity_figures(
    credit_scopes: pl.LazyFrame, file_revisions: pl.LazyFrame, calendar: pl.LazyFrame, *, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """Observations of `commits`, `active_authors` and `churn`."""
    commits = credit_scopes.group_by(*SCOPE, *COMMIT, "day").agg(weight=pl.col("weight").sum())
    lines = (
        file_revisions.filter("is_counted")
        .with_columns(lines=pl.col("additions") + pl.col("deletions"))
        .group_by(COMMIT)
        .agg(lines=total(pl.col("lines")), changes=pl.len(), measured=pl.col("lines").count())
    )
    dated = in_periods(commits, as_of=as_of, zone=zone)
    churned = in_periods(commits.join(lines, on=COMMIT), as_of=as_of, zone=zone)
    people = in_periods(credit_scopes.select(*SCOPE, "day", "person_id").unique(), as_of=as_of, zone=zone)
    figures = [
        observe(calendar, dated, metric="commits", unit="count", value=pl.len(), empty=0),
        observe(
            calendar,
            people,
            metric="active_authors",
            unit="people",
            value=pl.col("person_id").n_unique(),
            n=pl.col("person_id").n_unique(),
            empty=0,
        ),
        observe(
            calendar,
            churned,
            metric="churn",
            unit="lines",
            value=total(pl.col("lines") * pl.col("weight")),
            n=pl.col("changes").sum(),
            coverage=pl.col("measured").sum() / pl.col("changes").sum(),
            empty=0,
        ),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


METRICS = (
    Metric(
        name="commits",
        title="Commits",
        unit="count",
        direction="neutral",
        responsibility="execution",
        definition=(
            "Commits of the default branch by people, in the week, month or 90 days in which they were applied."
        ),
        table="activity",
        inputs=("commits", "commit_parents", "commit_trailers", "people"),
        exclusions="Merges; commits by programs only.",
        pitfalls="Says how work is cut into pieces, not how much was done.",
        source="CHAOSS: Code Changes Commits",
    ),
    Metric(
        name="active_authors",
        title="Active authors",
        unit="people",
        direction="neutral",
        responsibility="allocation",
        definition="People who wrote or co-wrote a commit of the default branch in the period.",
        table="churn",
        inputs=("commits", "commit_parents", "commit_trailers", "people", "team_members"),
        exclusions="Merges; programs.",
        pitfalls="People who review, plan or help do not appear.",
        source="CHAOSS: Contributors",
    ),
    Metric(
        name="churn",
        title="Churn",
        unit="lines",
        direction="neutral",
        responsibility="execution",
        definition="Lines added plus lines deleted in files that are people's work; co-authors share them.",
        table="churn",
        inputs=("commits", "commit_parents", "commit_files", "head_files", "commit_trailers", "people", "team_members"),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS; programs. Binary files."
        ),
        pitfalls="Moving and reformatting code is churn too; bulk commits are shown apart in `activity`.",
        source="code-maat",
    ),
)
