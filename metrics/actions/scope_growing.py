"""A large task that gets new parts faster than parts of it are finished: it moves away from its end."""

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.ticket_wording import HALF_A_DAY, of_tickets, titled
from metrics.actions.wording import MOST_DAYS, counted, number
from metrics.registry import Rule, pipeline
from metrics.scope.parents import LATELY

NAME = "scope_growing"
MIN_ADDED = 3
MIN_CHILDREN = 5


@pipeline(ActionCandidates)
def propose_scope_growing(parent_scope: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every such parent."""
    added, finished = pl.col("added_30d"), pl.col("finished_30d")
    left = pl.col("children") - pl.col("children_done")
    growing = parent_scope.filter(
        pl.col("state") == "in_progress",
        pl.col("children") >= MIN_CHILDREN,
        added >= MIN_ADDED,
        added > finished,
    )
    return of_tickets(
        growing,
        rule=pl.lit(NAME),
        responsibility=pl.lit("requirements"),
        title=pl.format("{} grows faster than it is finished", "key"),
        why=pl.format(
            "{} got {} in the last 30 days and finished {}; {} of {} are left{}.",
            titled(),
            counted(added, "new part"),
            number(finished),
            number(left),
            number(pl.col("children")),
            pl.when(pl.col("growth").is_not_null())
            .then(
                pl.format(
                    ", {} more than when work on it began with {}",
                    number(pl.col("children_added")),
                    number(pl.col("children_at_start")),
                )
            )
            .otherwise(pl.lit("")),
        ),
        next_step=pl.lit(
            "Go through what was added with those who asked for it: what belongs to this, what is a later step, what "
            "can go?"
        ),
        days_saved=((added - finished) * HALF_A_DAY).clip(HALF_A_DAY, MOST_DAYS).round(1),
        basis=pl.lit("half a day for each part added beyond what was finished, at most 5 days"),
        confidence=pl.lit(0.5),
    )


RULE = Rule(
    name=NAME,
    title="Scope grows faster than it is finished",
    responsibility="requirements",
    definition=(
        f"Tickets in progress with {MIN_CHILDREN} or more children, that got {MIN_ADDED} or more of them in the last "
        f"{LATELY.days} days, after the start, and more than were finished in the same time."
    ),
    propose=propose_scope_growing,
)
