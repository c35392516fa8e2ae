"""Pull requests and tickets of one team that wait for another one."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import WINDOW, duration
from metrics.actions.wording import MOST_DAYS, counted, number, repository_name
from metrics.clock import WorkingHours
from metrics.registry import Rule, pipeline

DAYS = 2
NAMED = 3
HALF_A_DAY = 0.5
NAME = "waiting_on_team"
PAIR = ["waiting_team", "on_team"]


@pipeline(ActionCandidates)
def propose_waiting_on_team(
    team_wait_items: pl.LazyFrame,
    team_waits: pl.LazyFrame,
    pull_request_flow: pl.LazyFrame,
    tickets: pl.LazyFrame,
    *,
    as_of: datetime,
    working_hours: WorkingHours,
) -> pl.LazyFrame:
    """One action for every pair of teams of which one waits for the other."""
    shown = team_waits.filter(pl.col("open_items").is_not_null()).select(PAIR).unique()
    waiting = (
        team_wait_items.filter(
            "is_open",
            pl.col("working_seconds") > DAYS * working_hours.day_seconds,
            # What has waited for as long is given up, or done elsewhere.
            pl.col("started_at") > as_of - WINDOW,
        )
        .join(shown, on=PAIR, how="semi")
        .join(_items(pull_request_flow, tickets), on="item_id")
        .group_by(*PAIR, "item_id", "item", "item_url")
        .agg(pl.col("seconds").max(), is_pr=(pl.col("kind") == "review").any())
        .sort(*PAIR, "seconds", "item", descending=[False, False, True, False])
    )
    n, more = pl.col("n"), pl.col("n").cast(pl.Int64) - NAMED
    return (
        waiting.group_by(PAIR, maintain_order=True)
        .agg(
            n=pl.len(),
            reviews=pl.col("is_pr").sum(),
            longest=pl.col("seconds").max(),
            first=pl.col("item").first(),
            url=pl.col("item_url").first(),
            names=pl.col("item").head(NAMED).str.join(", "),
        )
        .pipe(
            candidates,
            "url",
            team="waiting_team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("team_pair"),
            item_id=pl.format("{}>{}", *PAIR),
            responsibility=pl.lit("bridging"),
            title=pl.format("{} waits for {} with {}", *PAIR, _what()),
            why=pl.format(
                "{} {} waited for {} for more than two working days, the longest for {}: {}{}.",
                _what(),
                pl.when(n == 1).then(pl.lit("has")).otherwise(pl.lit("have")),
                "on_team",
                duration(pl.col("longest")),
                "names",
                pl.when(more > 0).then(pl.format(" and {} more", number(more))).otherwise(pl.lit("")),
            ),
            next_step=pl.format(
                "Ask {} for a day on which it takes {} up; plan without what it cannot promise.", "on_team", "first"
            ),
            actor_team="on_team",
            days_saved=(n * HALF_A_DAY).clip(0.1, MOST_DAYS).round(1),
            basis=pl.lit("half a day for each pull request or ticket that goes on, at most 5 days"),
            confidence=pl.lit(0.5),
        )
    )


def _items(flow: pl.LazyFrame, tickets: pl.LazyFrame) -> pl.LazyFrame:
    """How pull requests and tickets are called, and where they are."""
    reference = pl.format("{}#{}", repository_name(), "number")
    return pl.concat(
        [
            flow.select(item_id="pr_id", item=reference, item_url="url"),
            tickets.select(item_id="ticket_id", item="key", item_url="url"),
        ]
    )


def _what() -> pl.Expr:
    """`2 pull requests and 1 ticket`."""
    reviews, others = pl.col("reviews"), pl.col("n") - pl.col("reviews")
    both = pl.format("{} and {}", counted(reviews, "pull request"), counted(others, "ticket"))
    return (
        pl.when(others == 0)
        .then(counted(reviews, "pull request"))
        .when(reviews == 0)
        .then(counted(others, "ticket"))
        .otherwise(both)
    )


RULE = Rule(
    name=NAME,
    title="Waiting on another team",
    responsibility="bridging",
    definition=(
        "Pull requests that need another team's review, tickets blocked by another team's, and tickets handed over to "
        f"another team that have waited for more than two working days, but not for {WINDOW.days} days; grouped by the "
        "two teams, those too small to be shown left out."
    ),
    propose=propose_waiting_on_team,
)
