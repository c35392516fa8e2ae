"""Where the effort goes, by kind of work, under three weights side by side.

Items finished count what is small as what is large; person-days in progress count what lies about; activity counts who
commits in small steps twice. Where the three agree, the picture is believable; where they differ by more than 15 points
the category is marked uncertain.

Misread: it is a share of what leaves a trace: meetings, support and hiring do not. No right mix exists.
"""

from datetime import datetime

import polars as pl

from metrics.allocation.efforts import days_begin
from metrics.expressions import day
from metrics.registry import pipeline
from metrics.summary.observations import PERIOD, in_periods
from warehouse.tables import Table
from warehouse.tables import columns as col

WEIGHTS = ("items", "person_days", "activity")
UNCERTAIN = 0.15


class Investment(Table):
    """One row per scope, period and kind of work with any effort; teams too small to be shown are left out."""

    scope_kind = col.key("`all`, `service` or `team`")
    scope = col.key("`all`, or name of the service or team")
    period = col.key("`month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    category = col.key("Kind of work, or `unclassified`")
    items = col.number("Tickets finished")
    items_share = col.real("Their share of all that were finished; null where none was")
    person_days = col.real(
        "Days that people had its tickets in progress, a person's day split over their tickets; null where the period "
        "began longer ago than these are told"
    )
    person_days_share = col.real("Their share of all such days; null where there are none")
    activity = col.number("Commits, pull requests and reviews")
    activity_share = col.real("Their share of all; null where there are none")
    spread = col.real("Largest less smallest of the three shares; null where only one is known")
    is_uncertain = col.flag("Whether that is more than 0.15; null where the spread is")


@pipeline(Investment)
def investment_mix(
    efforts: pl.LazyFrame,
    ticket_calendar: pl.LazyFrame,
    pull_request_calendar: pl.LazyFrame,
    calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """The mix of every month that is over and of the last 90 days."""
    shown = (
        pl.concat(
            [part.select(*PERIOD, "is_suppressed") for part in (ticket_calendar, pull_request_calendar, calendar)]
        )
        .filter(~pl.col("is_suppressed"), pl.col("period") != "week")
        .select(PERIOD)
        .unique()
    )
    amount = pl.col("amount")
    summed = (
        in_periods(efforts.filter(pl.col("day") <= day(pl.lit(as_of), zone)), as_of=as_of, zone=zone)
        .join(shown, on=PERIOD, how="semi")
        .group_by(*PERIOD, "category")
        .agg(amount.filter(pl.col("weight") == weight).sum().alias(weight) for weight in WEIGHTS)
    )
    shares = [f"{weight}_share" for weight in WEIGHTS]
    total = {weight: pl.col(weight).sum().over(PERIOD) for weight in WEIGHTS}
    known = pl.sum_horizontal(pl.col(share).is_not_null().cast(pl.Int64) for share in shares)
    spread = pl.max_horizontal(shares) - pl.min_horizontal(shares)
    return (
        summed.with_columns(
            pl.when(total[weight] > 0).then(pl.col(weight) / total[weight]).alias(f"{weight}_share")
            for weight in WEIGHTS
        )
        .with_columns(spread=pl.when(known > 1).then(spread))
        .with_columns(person_days=pl.when(pl.col("period_start") >= days_begin(as_of, zone)).then("person_days"))
        # Shares are sums of fractions: what lies on the line is not over it for a rounding error.
        .with_columns(is_uncertain=pl.col("spread").round(9) > UNCERTAIN)
        .select(Investment.column_names())
        .sort(Investment.primary_key())
    )
