"""A team, or a project of no team, that has begun more than it finishes."""

from datetime import datetime, timedelta

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.ticket_wording import HALF_A_DAY
from metrics.actions.wording import MOST_DAYS, counted, number
from metrics.registry import Rule, pipeline

NAME = "too_much_in_progress"
LATELY = timedelta(days=28)
MIN_IN_PROGRESS = 5
MIN_FINISHED = 4
NAMED = 5


@pipeline(ActionCandidates)
def propose_too_much_in_progress(
    ticket_flow: pl.LazyFrame, parent_scope: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """One action for every such team or project."""
    is_begun = pl.col("state") == "in_progress"
    begun, finished = pl.col("begun"), pl.col("finished")
    surplus = begun - finished
    weeks = (begun / finished * 4).round(0)
    oldest = (
        pl.col("key").filter(is_begun).sort_by(pl.col("age_seconds").filter(is_begun), descending=True, nulls_last=True)
    )
    is_team = pl.col("team").is_not_null()
    return (
        ticket_flow.drop_nulls("project")
        # An epic is not begun beside its stories.
        .join(parent_scope, on="ticket_id", how="anti")
        # What belongs to no team is told by project.
        .with_columns(
            place=pl.coalesce("team", "project"), item_id=pl.coalesce("team", pl.format("{}:{}", "source", "project"))
        )
        .group_by("team", "place", "item_id")
        .agg(
            begun=is_begun.sum().cast(pl.Int64),
            finished=(pl.col("done_at") > as_of - LATELY).sum().cast(pl.Int64),
            oldest=oldest.head(NAMED).str.join(", "),
        )
        .filter(begun >= MIN_IN_PROGRESS, finished >= MIN_FINISHED, begun > finished)
        .pipe(
            candidates,
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.when(is_team).then(pl.lit("team")).otherwise(pl.lit("project")),
            item_id="item_id",
            responsibility=pl.lit("allocation"),
            title=pl.format("{} has begun more than it finishes", "place"),
            why=pl.format(
                "{} are in progress, and {} finished in the last four weeks: at that pace it takes {} to finish what "
                "is begun. The oldest: {}.",
                counted(begun, "ticket"),
                pl.when(finished == 1).then(pl.lit("1 was")).otherwise(pl.format("{} were", number(finished))),
                counted(weeks, "week"),
                "oldest",
            ),
            next_step=pl.lit(
                "Begin nothing new until some of it is finished, the oldest first; put back what nobody works on."
            ),
            actor_team="team",
            days_saved=(surplus * HALF_A_DAY).clip(HALF_A_DAY, MOST_DAYS).round(1),
            basis=pl.lit(
                "half a day of switching to and fro for each ticket in progress beyond what four weeks finish, at most "
                "5 days"
            ),
            confidence=pl.lit(0.5),
        )
    )


RULE = Rule(
    name=NAME,
    title="More begun than is finished",
    responsibility="allocation",
    definition=(
        f"Teams, and projects of no team, with {MIN_IN_PROGRESS} or more tickets in progress that are more than were "
        f"finished in the last {LATELY.days} days, where {MIN_FINISHED} or more were. Tickets that have parts are not "
        "counted beside these."
    ),
    propose=propose_too_much_in_progress,
)
