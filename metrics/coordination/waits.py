"""Which team waits for which, how long, and what it costs.

Of waits of the last 90 days that the other team ended. The cost is what they add to the waiting team's 85th percentile
of cycle time: that of its pull requests merged (of its tickets done, for the other kinds) in the last 90 days, less the
same percentile with the waits taken out.

Misread: a long wait can be cheap where the work goes on meanwhile, and a short one dear where it stands in the way of
the slowest items.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import TOO_SMALL, members_now, recent, sizes
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

KEY = ["waiting_team", "on_team", "kind"]
MEDIAN_NEEDS = 5
P85_NEEDS = 10
_FIGURES = [
    "n",
    "not_answered",
    "open_items",
    "p50_seconds",
    "p85_seconds",
    "p50_working_seconds",
    "p85_working_seconds",
    "cost_seconds",
]


class TeamWaits(Table):
    """One row per waiting team, team waited for, and kind."""

    waiting_team = col.key("The team that waits")
    on_team = col.key("The team that it waits for")
    kind = col.key("`review`, `blocked` or `hand_off`")
    n = col.number("Waits that the other team ended in the last 90 days")
    not_answered = col.number("Waits that ended without the other team")
    open_items = col.number("Waits that last now")
    p50_seconds = col.real("Median wait; null for fewer than 5")
    p85_seconds = col.real("85th percentile; null for fewer than 10")
    p50_working_seconds = col.real("Median of the working hours in it")
    p85_working_seconds = col.real("85th percentile of these")
    reason = col.text("Why percentiles are null: `group_too_small`, `too_few_items`, `no_items`")
    cost_seconds = col.real("What the waits add to the waiting team's 85th percentile of cycle time")
    cost_reason = col.text("Why that is null: `group_too_small`, `too_few_items`, `no_items`")


@pipeline(TeamWaits)
def team_waits(
    team_wait_items: pl.LazyFrame,
    pull_request_flow: pl.LazyFrame,
    ticket_flow: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """The waits of every team for every other, by kind."""
    size = sizes(members_now(team_members, as_of), minimum_group).select("team", "is_shown")
    counted = pl.col("is_answered").fill_null(value=False)
    figures: dict[str, pl.Expr] = {}
    for name in ("seconds", "working_seconds"):
        value = pl.col(name).filter(counted)
        figures[f"p50_{name}"] = pl.when(value.len() >= MEDIAN_NEEDS).then(value.median())
        figures[f"p85_{name}"] = pl.when(value.len() >= P85_NEEDS).then(value.quantile(0.85, "linear"))
    is_shown = pl.col("is_shown").fill_null(value=False) & pl.col("is_shown_on").fill_null(value=False)
    return (
        team_wait_items.group_by(KEY)
        .agg(
            n=counted.sum(),
            not_answered=(~pl.col("is_answered")).sum(),
            open_items=pl.col("is_open").sum(),
            **figures,
        )
        .join(_costs(team_wait_items.filter(counted), pull_request_flow, ticket_flow, as_of), on=KEY, how="left")
        .join(size.rename({"team": "waiting_team"}), on="waiting_team", how="left")
        .join(size.select(on_team="team", is_shown_on="is_shown"), on="on_team", how="left")
        .with_columns(
            reason=pl.when(~is_shown).then(pl.lit(TOO_SMALL)).otherwise(_few(pl.col("n"), pl.col("p85_seconds"))),
            cost_reason=pl.when(~is_shown).then(pl.lit(TOO_SMALL)).otherwise(_few(pl.col("n"), pl.col("cost_seconds"))),
        )
        .with_columns(pl.when(is_shown).then(pl.col(_FIGURES)))
        .select(TeamWaits.column_names())
        .sort(KEY)
    )


def _few(n: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Why a figure is null that has not enough items."""
    return pl.when(n == 0).then(pl.lit("no_items")).when(value.is_null()).then(pl.lit("too_few_items"))


def _costs(waits: pl.LazyFrame, flow: pl.LazyFrame, ticket_flow: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`cost_seconds` of every pair and kind whose waiting team has 10 items or more that were finished."""
    merged = flow.filter(recent(pl.col("merged_at"), as_of)).select("team", item_id="pr_id", took="cycle_seconds")
    done = ticket_flow.filter(recent(pl.col("done_at"), as_of)).select(
        "team", item_id="ticket_id", took="cycle_seconds"
    )
    items = pl.concat(
        [
            merged.with_columns(is_ticket=pl.lit(value=False)),
            done.with_columns(is_ticket=pl.lit(value=True)),
        ]
    ).drop_nulls()
    waited = waits.group_by(*KEY, "item_id").agg(waited=pl.col("seconds").sum())
    pairs = waits.select(KEY).unique().with_columns(is_ticket=pl.col("kind") != "review")
    took, left = pl.col("took"), pl.col("took") - pl.col("waited").fill_null(0.0)
    return (
        pairs.join(items, left_on=["waiting_team", "is_ticket"], right_on=["team", "is_ticket"])
        .join(waited, on=[*KEY, "item_id"], how="left")
        .group_by(KEY)
        .agg(
            cost_seconds=pl.when(pl.len() >= P85_NEEDS).then(
                took.quantile(0.85, "linear") - left.clip(0).quantile(0.85, "linear")
            )
        )
    )
