"""How long open tickets still take, given how old they are: what became of tickets of their type that grew as old.

Kaplan and Meier's curve: the share that is still open at each age, from tickets finished and, as far as they have come,
from those still open. A ticket that is begun is compared by the time since its begin, one that is not by the time since
its creation. Of those that were open at its age, half are finished within `p50_days`.

Types that finished fewer than 20 are compared with all types of their team, and that is said. Where the curve ends
before enough are finished, nothing is said: nobody knows how long the rest will take.

Misread: an old ticket rarely is nearly done. Where nobody works on the old ones, the curve is flat, and the answer is
far off or none.

Source: Kaplan and Meier, Nonparametric estimation from incomplete observations, 1958.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import pipeline
from metrics.timelines.tickets import WHOLE
from warehouse.tables import Table
from warehouse.tables import columns as col

NEEDED = 20
_DAY = 86_400
_CURVE = ["team", "type", "since"]
_ASKED = {"p50": 0.5, "p85": 0.85}


class TicketSurvival(Table):
    """One row per team, type, clock and age at which a ticket was finished: the share that was open for longer."""

    team = col.key("Team, or project where the configuration names no team")
    type = col.key("Type of the ticket; `all` for all types together")
    since = col.key("`started` or `created`: from when the age is counted")
    age_days = col.key_real("Age in days")
    at_risk = col.number("Tickets that were open at that age")
    finished = col.number("Of these, finished at it")
    surviving = col.real("Share that is open for longer")


class OpenTicketForecasts(Table):
    """One row per open ticket of a team that may be reported on."""

    ticket_id = col.key("Ticket")
    team = col.text("Team, or project where the configuration names no team")
    type = col.text("Type")
    since = col.text("`started` or `created`: from when its age is counted")
    age_days = col.real("Age in days")
    compared_with = col.text("The type that it is compared with; `all` for all types of the team")
    n = col.number("Tickets of that type that were finished")
    open_at_age = col.real("Share of these that was open for longer than that; null where no age is known")
    p50_days = col.real("Days within which half of those that grew as old were finished")
    p85_days = col.real("… 85 %")
    reason = col.text("Why a figure is null: `too_few_items`, `curve_too_short`")


@pipeline(TicketSurvival)
def ticket_survival(forecast_tickets: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The curves of every team's types."""
    lives = _lives(forecast_tickets, as_of)
    both = pl.concat([lives, lives.with_columns(type=pl.lit(WHOLE))])
    ages = both.group_by(*_CURVE, "age_days").agg(
        left=pl.len().cast(pl.Int64), finished=(~pl.col("is_open")).sum().cast(pl.Int64)
    )
    at_risk = pl.col("left").cum_sum(reverse=True).over(_CURVE, order_by="age_days")
    stays = 1 - pl.col("finished") / pl.col("at_risk")
    return (
        ages.with_columns(at_risk=at_risk)
        .with_columns(surviving=stays.cum_prod().over(_CURVE, order_by="age_days"))
        .filter(pl.col("finished") > 0)
        .select(TicketSurvival.column_names())
        .sort(TicketSurvival.primary_key())
    )


@pipeline(OpenTicketForecasts)
def open_ticket_forecasts(
    forecast_tickets: pl.LazyFrame, ticket_survival: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """What is to be expected of every open ticket."""
    # A begun ticket stands under both clocks; that of its begin says more.
    lives = (
        _lives(forecast_tickets, as_of)
        .filter("is_open")
        .sort("ticket_id", "since", descending=[False, True])
        .unique("ticket_id", keep="first", maintain_order=True)
    )
    curves = ticket_survival.sort(*_CURVE, "age_days")
    sizes = ticket_survival.group_by(_CURVE).agg(n=pl.col("finished").sum())
    own = sizes.filter(pl.col("n") >= NEEDED).select(*_CURVE, has_own=pl.lit(value=True))
    asked = (
        lives.join(own, on=_CURVE, how="left")
        .with_columns(own_type="type", type=pl.when("has_own").then("type").otherwise(pl.lit(WHOLE)))
        .join(sizes, on=_CURVE, how="left")
        .with_columns(pl.col("n").fill_null(0))
    )
    now = (
        asked.sort("age_days")
        .join_asof(
            curves.select(*_CURVE, "age_days", open_at_age="surviving").sort("age_days"),
            on="age_days",
            by=_CURVE,
            check_sortedness=False,
        )
        # Younger than any that was finished: all were open.
        .with_columns(open_at_age=pl.when(pl.col("n") >= NEEDED).then(pl.col("open_at_age").fill_null(1.0)))
    )
    for name, share in _ASKED.items():
        now = _remaining(now, curves, name, share)
    too_short = pl.col("p50_days").is_null() | pl.col("p85_days").is_null()
    return (
        now.with_columns(
            compared_with="type",
            type="own_type",
            reason=pl.when(pl.col("n") < NEEDED)
            .then(pl.lit("too_few_items"))
            .when(too_short)
            .then(pl.lit("curve_too_short")),
        )
        .select(OpenTicketForecasts.column_names())
        .sort("ticket_id")
    )


def _lives(tickets: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Every ticket once for each clock that is known, with the age that it has or had at its end."""
    end = pl.coalesce("done_at", pl.lit(as_of, dtype=pl.Datetime("us")))
    parts = [
        tickets.filter(pl.col(at).is_not_null()).with_columns(
            since=pl.lit(since), age_days=seconds_between(pl.col(at), end) / _DAY
        )
        for since, at in (("started", "started_at"), ("created", "created_at"))
    ]
    return (
        pl.concat(parts)
        # What is over, nobody knows when, says nothing of ages; nor do dates that contradict each other.
        .filter(~pl.col("is_suppressed"), pl.col("is_open") | pl.col("done_at").is_not_null(), pl.col("age_days") >= 0)
        .with_columns(pl.col("type").fill_null(""))
        .select("ticket_id", *_CURVE, "age_days", "is_open")
    )


def _remaining(now: pl.LazyFrame, curves: pl.LazyFrame, name: str, share: float) -> pl.LazyFrame:
    """Days until so large a share of those that were open at its age were finished."""
    # The first age at which no more than that are open: along a falling curve, the highest share not above it.
    reached = curves.group_by(*_CURVE, wanted="surviving").agg(reached_days=pl.col("age_days").min()).sort("wanted")
    return (
        # A share that is missed by the last digit of a product is reached.
        now.with_columns(wanted=pl.col("open_at_age") * (1 - share) + 1e-12)
        .sort("wanted")
        .join_asof(reached, on="wanted", by=_CURVE, check_sortedness=False)
        .with_columns((pl.col("reached_days") - pl.col("age_days")).alias(f"{name}_days"))
        .drop("wanted", "reached_days")
    )
