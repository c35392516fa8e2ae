"""Published figures that are different now, and why.

Of weeks and months that were over when they were first published; a rolling figure is another one every day. The
reasons are looked for in this order, the first that holds is told: the definition is another one; the configuration is;
tickets that were finished in the period were taken up again; rows that are dated in the period were collected, or read
anew, after the figure was published. What none of these explains is `unexplained`.

Misread: the evidence counts rows of the whole period, whatever the scope. A platform's row is read anew with every
change of its pull request or ticket, so that not every one of them is new.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import polars as pl

from metrics.expressions import day, now
from metrics.registry import pipeline
from metrics.summary.figures_published import EXACT, KEY, gained
from warehouse.tables import Table
from warehouse.tables import columns as col

PERIODS = {"week": "1w", "month": "1mo"}
_TIMES = {
    "commits": ("committed_at",),
    "pull_requests": ("created_at", "merged_at", "closed_at"),
    "reviews": ("submitted_at",),
    "comments": ("created_at",),
    "tickets": ("created_at", "resolved_at"),
    "deployments": ("finished_at",),
    "ci_runs": ("created_at",),
    "releases": ("published_at",),
    "incidents": ("opened_at", "resolved_at"),
}
"""What dates the rows of each table."""


class Catalogued(NamedTuple):
    """What is known of how a metric is computed."""

    definition: str
    """Fingerprint of its definition."""
    inputs: tuple[str, ...]
    """Core tables that it is computed from."""


class Revisions(Table):
    """One row per figure and time that it was published with another value than before."""

    metric = col.key("Name of the metric in the catalogue")
    scope_kind = col.key("Kind of the scope, as in `metrics.observations`")
    scope = col.key("Name of the scope")
    period = col.key("`week` or `month`")
    period_start = col.key_day("First day of the period in the reporting zone")
    revised_at = col.key_instant("When the other value was published")
    published_at = col.instant("When the value before was published")
    before = col.real("The value before; null with a reason")
    after = col.real("The value after; null with a reason")
    n_before = col.number("Items it was taken from before")
    n_after = col.number("Items it was taken from after")
    reason_before = col.text("Why the value before is null")
    reason_after = col.text("Why the value after is null")
    why = col.text("`changed_definition`, `changed_configuration`, `reopened_item`, `late_data` or `unexplained`")
    evidence = col.text("What speaks for that")


@pipeline(Revisions)
def revisions(  # noqa: PLR0917 - one parameter a table
    observations: pl.LazyFrame,
    previous_figures: pl.LazyFrame,
    ticket_completions: pl.LazyFrame,
    commits: pl.LazyFrame,
    pull_requests: pl.LazyFrame,
    reviews: pl.LazyFrame,
    comments: pl.LazyFrame,
    tickets: pl.LazyFrame,
    collected_deployments: pl.LazyFrame,
    ci_runs: pl.LazyFrame,
    releases: pl.LazyFrame,
    collected_incidents: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    catalogued: Mapping[str, Catalogued],
    configuration: str,
) -> pl.LazyFrame:
    """Every revision so far, that of this run included."""
    record = previous_figures.filter(pl.col("period").is_in(list(PERIODS)))
    definitions = {metric: entry.definition for metric, entry in catalogued.items()}
    fresh = gained(observations.filter(pl.col("period").is_in(list(PERIODS))), record).with_columns(
        published_at=now(as_of),
        definition=pl.col("metric").replace_strict(definitions, default=None, return_dtype=pl.String),
        configuration=pl.lit(configuration),
    )
    revised = _revised(pl.concat([record.select(fresh.collect_schema().names()), fresh]))
    dated = {
        "commits": commits,
        "pull_requests": pull_requests,
        "reviews": reviews,
        "comments": comments,
        "tickets": tickets,
        "deployments": collected_deployments,
        "ci_runs": ci_runs,
        "releases": releases,
        "incidents": collected_incidents,
    }
    return (
        revised.join(_reopened(revised, ticket_completions, catalogued, zone), on=[*KEY, "revised_at"], how="left")
        .join(_late(revised, dated, catalogued, zone), on=[*KEY, "revised_at"], how="left")
        .with_columns(_why())
        .select(Revisions.column_names())
        .sort(Revisions.primary_key())
    )


def _revised(record: pl.LazyFrame) -> pl.LazyFrame:
    """Every figure beside what was published of it before."""
    before = {
        "before": "value",
        "n_before": "n",
        "reason_before": "reason",
        "definition_before": "definition",
        "configuration_before": "configuration",
        "was_published_at": "published_at",
    }
    return (
        record.sort(*KEY, "published_at")
        .with_columns(pl.col(column).shift(1).over(KEY).alias(name) for name, column in before.items())
        .filter(
            pl.col("was_published_at").is_not_null(),
            # Only the number of items, or nothing that can be seen, is another one: no revision of the figure.
            pl.col("value").round(EXACT).ne_missing(pl.col("before").round(EXACT))
            | pl.col("reason").ne_missing(pl.col("reason_before")),
        )
        .rename({"published_at": "revised_at"})
        .rename({"value": "after", "n": "n_after", "reason": "reason_after", "was_published_at": "published_at"})
    )


def _reopened(
    revised: pl.LazyFrame, completions: pl.LazyFrame, catalogued: Mapping[str, Catalogued], zone: str
) -> pl.LazyFrame:
    """How many tickets that were finished in the period were taken up again between the two publications."""
    of_tickets = [metric for metric, entry in catalogued.items() if "tickets" in entry.inputs]
    taken_up = _in_periods(completions.drop_nulls("left_at").select("left_at", at="completed_at"), zone)
    return (
        revised.filter(pl.col("metric").is_in(of_tickets))
        .join(taken_up, on=["period", "period_start"])
        .filter(pl.col("left_at") > pl.col("published_at"), pl.col("left_at") <= pl.col("revised_at"))
        .group_by(*KEY, "revised_at")
        .agg(reopened=pl.len().cast(pl.Int64))
    )


def _late(
    revised: pl.LazyFrame, dated: Mapping[str, pl.LazyFrame], catalogued: Mapping[str, Catalogued], zone: str
) -> pl.LazyFrame:
    """Which rows that are dated in the period were collected between the two publications: `late`, in words."""
    rows = pl.concat(
        [
            dated[table].select("collected_at", at=at, table=pl.lit(table))
            for table, times in _TIMES.items()
            for at in times
        ]
    )
    inputs = pl.LazyFrame(
        [(metric, table) for metric, entry in catalogued.items() for table in entry.inputs],
        schema={"metric": pl.String, "table": pl.String},
        orient="row",
    )
    # Few batches collect many rows: they are counted before they are looked at.
    batches = (
        _in_periods(rows.drop_nulls(["at", "collected_at"]), zone)
        .group_by("table", "period", "period_start", "collected_at")
        .agg(rows=pl.len().cast(pl.Int64))
    )
    counted = (
        revised.select(*KEY, "revised_at", "published_at")
        .join(inputs, on="metric")
        .join(batches, on=["table", "period", "period_start"])
        .filter(pl.col("collected_at") > pl.col("published_at"), pl.col("collected_at") <= pl.col("revised_at"))
        .group_by(*KEY, "revised_at", "table")
        .agg(pl.col("rows").sum())
    )
    told = pl.format("{} of {}", "rows", pl.col("table").str.replace_all("_", " "))
    return (
        counted.sort(*KEY, "revised_at", "rows", "table", descending=[*[False] * 6, True, False])
        .group_by(*KEY, "revised_at", maintain_order=True)
        .agg(late=told.str.join(", "))
    )


def _in_periods(rows: pl.LazyFrame, zone: str) -> pl.LazyFrame:
    """The rows once for the week and once for the month that their `at` lies in."""
    on = day(pl.col("at"), zone)
    return pl.concat(
        [
            rows.with_columns(period=pl.lit(name), period_start=on.dt.truncate(length))
            for name, length in PERIODS.items()
        ]
    )


def _why() -> list[pl.Expr]:
    is_defined = pl.col("definition").ne_missing(pl.col("definition_before"))
    is_configured = pl.col("configuration").ne_missing(pl.col("configuration_before"))
    reopened, late = pl.col("reopened"), pl.col("late")
    reasons = (
        (is_defined, "changed_definition", pl.lit("the definition of the metric is another one")),
        (is_configured, "changed_configuration", pl.lit("leadline.toml says something else about what is counted")),
        (reopened.is_not_null(), "reopened_item", pl.format("{} taken up again since", _tickets(reopened))),
        (late.is_not_null(), "late_data", pl.format("collected or read anew since: {}", late)),
    )
    return [
        pl.coalesce(*(pl.when(holds).then(pl.lit(name)) for holds, name, _ in reasons), pl.lit("unexplained")).alias(
            "why"
        ),
        pl.coalesce(*(pl.when(holds).then(said) for holds, _, said in reasons)).alias("evidence"),
    ]


def _tickets(n: pl.Expr) -> pl.Expr:
    return (
        pl.when(n == 1)
        .then(pl.lit("1 ticket that was finished then was"))
        .otherwise(pl.format("{} tickets that were finished then were", n))
    )
