"""A sprint that holds more than its board finishes in one: what does not fit is better taken out than carried over."""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.ticket_wording import HALF_A_DAY, near_sprints
from metrics.actions.wording import MOST_DAYS, counted, number, one_team
from metrics.registry import Rule, pipeline
from metrics.summary.observations import MEDIAN_NEEDS, P85_NEEDS

NAME = "sprint_over_committed"
MIN_SPRINTS, MOST_SPRINTS = 3, 10
HIGH = 0.85


@pipeline(ActionCandidates)
def propose_sprint_over_committed(
    sprints: pl.LazyFrame,
    ticket_sprints: pl.LazyFrame,
    sprint_scope: pl.LazyFrame,
    ticket_flow: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """One action for every such sprint that runs or comes next."""
    near = near_sprints(sprints, as_of).join(sprints.select("sprint_id", "board"), on="sprint_id")
    done_in_it = sprint_scope.filter(~pl.col("is_over")).select("sprint_id", "completed")
    is_in = (pl.col("added_at") <= as_of) & (pl.col("removed_at").is_null() | (pl.col("removed_at") > as_of))
    left = (
        ticket_sprints.filter(is_in)
        .select("sprint_id", "ticket_id")
        .unique()
        .join(near, on="sprint_id")
        .join(ticket_flow.filter(pl.col("state") != "done").select("ticket_id", "team"), on="ticket_id")
        .group_by("sprint_id", "sprint", "board")
        .agg(left=pl.len().cast(pl.Int64), team=one_team())
        .join(done_in_it, on="sprint_id", how="left")
        .with_columns(completed=pl.col("completed").fill_null(0))
    )
    ended = pl.col("ended")
    held, usual, best = pl.col("left") + pl.col("completed"), pl.col("usual"), pl.col("best")
    surplus = (held - best).round(0)
    return (
        left.join(_finished(sprint_scope), on="board")
        .filter(held > best)
        .pipe(
            candidates,
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("sprint"),
            item_id="sprint_id",
            responsibility=pl.lit("timelines"),
            title=pl.format(
                "{} holds more than a sprint of its board finishes", pl.col("sprint").fill_null("A sprint")
            ),
            why=pl.format(
                "It holds {}, {} of them finished. In the last {} this board finished {}{}.",
                counted(held, "ticket"),
                number(pl.col("completed")),
                counted(ended, "sprint"),
                pl.when(usual.is_not_null())
                .then(pl.format("{} in the middle, and ", counted(usual, "ticket")))
                .otherwise(pl.lit("")),
                pl.when(ended >= P85_NEEDS)
                .then(pl.format("in one of seven more than {}", number(best)))
                .otherwise(pl.format("never more than {}", number(best))),
            ),
            next_step=pl.format(
                "Agree now on what to take out: {} would leave what can be finished in a good sprint.",
                counted(surplus.clip(1), "ticket"),
            ),
            actor_team="team",
            days_saved=(surplus * HALF_A_DAY).clip(HALF_A_DAY, MOST_DAYS).round(1),
            basis=pl.lit("half a day of starting and laying down again for each ticket too many, at most 5 days"),
            confidence=pl.lit(0.6),
        )
    )


def _finished(sprint_scope: pl.LazyFrame) -> pl.LazyFrame:
    """What each board finished in its last sprints, empty ones left out: `usual`, the median, and `best`.

    `best` is the 85th percentile; the most where there are too few sprints for one. Below five there is no median.
    """
    completed, n = pl.col("completed"), pl.len()
    return (
        sprint_scope.filter("is_over", pl.col("planned") + pl.col("added") > 0)
        .drop_nulls("board")
        .sort("board", "ended_at", "sprint_id", descending=[False, True, True])
        .group_by("board", maintain_order=True)
        .head(MOST_SPRINTS)
        .group_by("board")
        .agg(
            ended=pl.len().cast(pl.Int64),
            usual=pl.when(n >= MEDIAN_NEEDS).then(completed.median()),
            best=pl.when(n >= P85_NEEDS).then(completed.quantile(HIGH, "linear")).otherwise(completed.max()),
        )
        .filter(pl.col("ended") >= MIN_SPRINTS, pl.col("best") > 0)
    )


RULE = Rule(
    name=NAME,
    title="Sprint over-committed",
    responsibility="timelines",
    definition=(
        "Sprints that run, and the next one of every board, that hold more tickets, with those that were finished in "
        f"it, than 85 of 100 of the board's last {MOST_SPRINTS} sprints finished, or than any of them where fewer "
        f"ended; where {MIN_SPRINTS} or more did that held any ticket."
    ),
    propose=propose_sprint_over_committed,
)
