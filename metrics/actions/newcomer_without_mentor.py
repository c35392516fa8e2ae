"""A newcomer whose pull requests are hardly looked at, or wait far longer than those of others.

Nobody is named: the item is the repository, and its list of open pull requests tells the rest.
"""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import duration, named
from metrics.actions.wording import counted, number, repository_name
from metrics.expressions import now, seconds_between
from metrics.growth.onboarding import SETTLING
from metrics.registry import Rule, pipeline

NAME = "newcomer_without_mentor"
MIN_OPENED = 3
HALF = 0.5
SLOWER = 2.0
DAY = 86_400


@pipeline(ActionCandidates)
def propose_newcomer_without_mentor(
    onboarding: pl.LazyFrame,
    pull_request_flow: pl.LazyFrame,
    active_people: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """One action for every repository with such a newcomer, the one who waits for most."""
    opened = pull_request_flow.filter(pl.col("opened_at") <= as_of).join(
        onboarding.filter(pl.col("first_activity_at") > as_of - SETTLING).select(
            "team_pickup_p50_seconds", "pickup_p50_seconds", newcomer_team="team", author_id="person_id"
        ),
        on="author_id",
    )
    age = seconds_between(pl.col("opened_at"), now(as_of))
    is_bare = (pl.col("human_reviewers") == 0) & (age > DAY)
    bare, n = pl.col("bare"), pl.col("opened")
    usual, own = pl.col("team_pickup_p50_seconds"), pl.col("pickup_p50_seconds")
    is_slow = (own > SLOWER * usual).fill_null(value=False) & (own > DAY)
    # Where hardly anybody is, who is meant would be told.
    is_shown = active_people.filter("is_active").select(is_shown=pl.len() >= minimum_group)
    return (
        opened.group_by("author_id", "repo_id")
        .agg(
            pl.col("newcomer_team", "team_pickup_p50_seconds", "pickup_p50_seconds").first(),
            opened=pl.len().cast(pl.Int64),
            bare=is_bare.sum().cast(pl.Int64),
            numbers=named(is_bare, age),
        )
        .filter(n >= MIN_OPENED, (bare >= HALF * n) | is_slow)
        .sort("repo_id", "bare", "opened", "author_id", descending=[False, True, True, False])
        .unique("repo_id", keep="first", maintain_order=True)
        .join(is_shown, how="cross")
        .filter("is_shown")
        .pipe(
            candidates,
            "repo_id",
            team="newcomer_team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("repository"),
            item_id="repo_id",
            responsibility=pl.lit("mentoring"),
            title=pl.format("Somebody new to {} is left alone", repository_name()),
            why=pl.format(
                "Of {} that somebody who came in the last 90 days opened here, {} had no review by a day later{}{}.",
                counted(n, "pull request"),
                number(bare),
                pl.when(bare > 0).then(pl.format(" ({})", "numbers")).otherwise(pl.lit("")),
                pl.when(is_slow)
                .then(
                    pl.format(
                        "; half waited for an answer for {} and more, those of others {}",
                        duration(own),
                        duration(usual),
                    )
                )
                .otherwise(pl.lit("")),
            ),
            next_step=pl.lit(
                "Agree on who answers the next ones within the day, and review one of them together with the author."
            ),
            actor_team="newcomer_team",
            days_saved=(bare * 0.5 + pl.when(is_slow).then(1.0).otherwise(0.0)).clip(0.5, 5.0).round(1),
            basis=pl.lit(
                "half a day of waiting for each one without a review, a day where answers are slow, at most 5"
            ),
            confidence=pl.lit(0.6),
        )
    )


RULE = Rule(
    name=NAME,
    title="Newcomer without a mentor",
    responsibility="mentoring",
    definition=(
        f"Repositories in which somebody who came in the last {SETTLING.days} days opened {MIN_OPENED} or more pull "
        "requests, of which half or more had no review by a day later, or which wait more than twice as long for an "
        "answer as those of the rest of the team; not where fewer people are active than may be reported on."
    ),
    propose=propose_newcomer_without_mentor,
)
