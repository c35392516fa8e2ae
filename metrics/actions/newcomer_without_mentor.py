"""Newcomers whose pull requests are hardly answered, or wait far longer than those of others.

Nobody is named, and no figure is one person's: the item is the repository, all such newcomers are told of together, and
nothing is told where so few people took part that it would be plain who is meant.
"""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.recent import WINDOW, duration, named
from metrics.actions.wording import counted, number, one_team, repository_name
from metrics.clock import WorkingHours, working_seconds
from metrics.coordination.window import members_now, sizes
from metrics.expressions import now
from metrics.growth.onboarding import SETTLING
from metrics.registry import Rule, pipeline

NAME = "newcomer_without_mentor"
MIN_OPENED = 3
HALF = 0.5
SLOWER = 2.0
DAY = 86_400
PERSON = ["repo_id", "author_id"]


@pipeline(ActionCandidates)
def propose_newcomer_without_mentor(
    onboarding: pl.LazyFrame,
    pull_request_flow: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    working_hours: WorkingHours,
    minimum_group: int,
) -> pl.LazyFrame:
    """One action for every repository with such newcomers."""
    n, bare, is_slow = pl.col("opened"), pl.col("bare"), pl.col("is_slow")
    usual, own = pl.col("team_pickup_p50_seconds"), pl.col("pickup_p50_seconds")
    new = onboarding.filter(pl.col("first_activity_at") > as_of - SETTLING).select(
        usual, author_id="person_id", is_slow=((own > SLOWER * usual) & (own > DAY)).fill_null(value=False)
    )
    # One that is a draft asks nobody yet.
    ready = pull_request_flow.filter(
        pl.col("opened_at") <= as_of, ~pl.col("is_draft").fill_null(value=False), pl.col("ready_at").is_not_null()
    )
    waited = working_seconds(
        pl.col("ready_at"), pl.coalesce("first_response_at", "merged_at", "closed_at", now(as_of)), working_hours
    )
    is_merged_bare = pl.col("first_response_at").is_null() & (pl.col("state") == "merged")
    opened = ready.join(new, on="author_id").with_columns(
        waited=waited, is_bare=(waited > working_hours.day_seconds) | is_merged_bare
    )
    alone = (
        opened.group_by(PERSON)
        .agg(opened=pl.len(), bare=pl.col("is_bare").sum(), is_slow=is_slow.first())
        .filter(n >= MIN_OPENED, (bare >= HALF * n) | is_slow)
        .select(PERSON)
    )
    small = sizes(members_now(team_members, as_of), minimum_group).filter(~pl.col("is_shown")).select("team")
    team = pl.col("team")
    return (
        opened.join(alone, on=PERSON, how="semi")
        .group_by("repo_id")
        .agg(
            team=one_team(),
            opened=pl.len().cast(pl.Int64),
            bare=pl.col("is_bare").sum().cast(pl.Int64),
            numbers=named(pl.col("is_bare"), pl.col("waited")),
            is_slow=is_slow.any(),
            usual=usual.filter(is_slow).max(),
        )
        .join(_taking_part(pull_request_flow, pull_request_remarks, as_of), on="repo_id")
        .filter(pl.col("people") >= minimum_group)
        .join(small.with_columns(is_small=pl.lit(value=True)), on="team", how="left")
        .with_columns(team=pl.when(pl.col("is_small").is_null()).then(team))
        .pipe(
            candidates,
            "repo_id",
            "team",
            rule=pl.lit(NAME),
            item_kind=pl.lit("repository"),
            item_id="repo_id",
            responsibility=pl.lit("mentoring"),
            title=pl.format("Newcomers to {} are left alone", repository_name()),
            why=pl.format(
                "Of {} by people who came in the last 90 days, {} had no answer within a working day{}{}.",
                counted(n, "pull request"),
                number(bare),
                pl.when(bare > 0).then(pl.format(" ({})", "numbers")).otherwise(pl.lit("")),
                pl.when(is_slow)
                .then(
                    pl.format(
                        "; they wait more than twice as long as those of others, of which half are answered within {}",
                        duration(pl.col("usual")),
                    )
                )
                .otherwise(pl.lit("")),
            ),
            next_step=pl.lit(
                "Agree on who answers the next ones within the day, and review one of them together with the author."
            ),
            actor_team="team",
            days_saved=(bare * 0.5 + pl.when(is_slow).then(1.0).otherwise(0.0)).clip(0.5, 5.0).round(1),
            basis=pl.lit(
                "half a day of waiting for each one without an answer, a day where answers are slow, at most 5"
            ),
            confidence=pl.lit(0.6),
        )
    )


def _taking_part(flow: pl.LazyFrame, remarks: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`repo_id`, and how many `people` opened, reviewed or commented pull requests there in the last 90 days."""
    opened = flow.filter("author_is_human").select("repo_id", at="opened_at", person_id="author_id")
    said = remarks.filter("is_human").join(flow.select("pr_id", "repo_id"), on="pr_id")
    return (
        pl.concat([opened, said.select("repo_id", "at", "person_id")])
        .filter(pl.col("at") > as_of - WINDOW, pl.col("at") <= as_of)
        .group_by("repo_id")
        .agg(people=pl.col("person_id").drop_nulls().n_unique())
    )


RULE = Rule(
    name=NAME,
    title="Newcomer without a mentor",
    responsibility="mentoring",
    definition=(
        f"Repositories in which somebody who came in the last {SETTLING.days} days opened {MIN_OPENED} or more pull "
        "requests, drafts left out, of which half or more had no answer within a working day or were merged without "
        "one, or whose pull requests wait for an answer more than twice as long as those of the rest of the team, and "
        "longer than a day; not where fewer people took part in the last 90 days than may be reported on."
    ),
    propose=propose_newcomer_without_mentor,
)
