"""How much people have on their hands: tickets in progress, open pull requests, reviews they owe and reviews they gave.

Of people who were active in the last 90 days, or have something on their hands. Teams get the distribution, which is
what can be acted on: who has most is no rank, and most of something is no worth.

Misread: a large ticket counts as a small one. Much on one's hands is often a sign of waiting, not of diligence.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import TOO_SMALL, members_now, recent
from metrics.nesting import with_teams_above
from metrics.registry import pipeline
from metrics.spans import first_reason
from metrics.summary.observations import MEDIAN_NEEDS, P85_NEEDS
from warehouse.tables import Table
from warehouse.tables import columns as col

MEASURES = ("tickets_in_progress", "open_pull_requests", "owed_reviews", "reviews_given")
_FIGURES = ("with_none", "total", "median", "p85", "most", "top_share")


class Load(Table):
    """One row per person."""

    person_id = col.key_person("Person")
    tickets_in_progress = col.number("Tickets in progress that are assigned to them; parents of others left out")
    open_pull_requests = col.number("Their open pull requests, drafts included")
    owed_reviews = col.number("Open pull requests by others that wait for the review they were asked for")
    reviews_given = col.number("Reviews that they gave in the last 90 days")


class TeamLoad(Table):
    """One row per measure for the whole and every team: how it is spread, with nobody named."""

    scope_kind = col.key("`all` or `team`")
    scope = col.key("`all`, or name of the team")
    measure = col.key("`tickets_in_progress`, `open_pull_requests`, `owed_reviews` or `reviews_given`")
    people = col.number("People it is spread over")
    with_none = col.number("Of these, with none")
    total = col.number("All of it")
    median = col.real("Half of them have no more; null for fewer than 5 people")
    p85 = col.real("85 of 100 have no more; null for fewer than 10 people")
    most = col.number("The most that one of them has")
    top_share = col.real("The share of the total that one person has who has most; null where there is none")
    reason = col.text("Why figures are null: `group_too_small` for all, `too_few_people` for percentiles")


@pipeline(Load)
def load(  # noqa: PLR0917 - one parameter a table
    ticket_flow: pl.LazyFrame,
    parent_scope: pl.LazyFrame,
    pull_request_flow: pl.LazyFrame,
    owed_reviews: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    active_people: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """The load of every person now."""
    is_open = pl.col("state") == "open"
    begun = ticket_flow.filter(pl.col("state") == "in_progress").join(parent_scope, on="ticket_id", how="anti")
    owed = (
        owed_reviews.filter(pl.col("settled_at").is_null())
        .join(pull_request_flow.filter(is_open), on="pr_id", how="semi")
        .unique(["pr_id", "person_id"])
    )
    given = pull_request_remarks.filter("is_human", pl.col("what") == "review", recent(pl.col("at"), as_of))
    held = {
        "tickets_in_progress": begun.select(person_id="assignee_id"),
        "open_pull_requests": pull_request_flow.filter(is_open).select(person_id="author_id"),
        "owed_reviews": owed.select("person_id"),
        "reviews_given": given.select("person_id"),
    }
    humans = people.filter(pl.col("kind") == "human")
    everybody = pl.concat([active_people.filter("is_active").select("person_id"), *held.values()])
    counted = everybody.drop_nulls().unique().join(humans, on="person_id", how="semi")
    for name, rows in held.items():
        counts = rows.drop_nulls().group_by("person_id").agg(pl.len().cast(pl.Int64).alias(name))
        counted = counted.join(counts, on="person_id", how="left")
    return counted.with_columns(pl.col(MEASURES).fill_null(0)).select(Load.column_names()).sort("person_id")


@pipeline(TeamLoad)
def team_load(
    load: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """How the load is spread over the people of each team, and over all."""
    members = with_teams_above(members_now(team_members, as_of), teams)
    everybody = load.select("person_id", scope_kind=pl.lit("all"), scope=pl.lit("all"))
    in_teams = members.select("person_id", scope_kind=pl.lit("team"), scope="team")
    value, n = pl.col("value"), pl.col("people")
    spread = (
        pl.concat([everybody, in_teams])
        .join(load, on="person_id")
        .unpivot(list(MEASURES), index=["scope_kind", "scope", "person_id"], variable_name="measure")
        .group_by("scope_kind", "scope", "measure")
        .agg(
            people=pl.len().cast(pl.Int64),
            with_none=(value == 0).sum(),
            total=value.sum(),
            median=value.median(),
            p85=value.quantile(0.85, "linear"),
            most=value.max(),
            top_share=pl.when(value.sum() > 0).then(value.max() / value.sum()),
        )
    )
    is_small = n < minimum_group
    return (
        spread.with_columns(
            median=pl.when(n >= MEDIAN_NEEDS).then("median"),
            p85=pl.when(n >= P85_NEEDS).then("p85"),
            reason=first_reason({TOO_SMALL: is_small, "too_few_people": n < P85_NEEDS}),
        )
        .with_columns(pl.when(~is_small).then(pl.col(_FIGURES)), people=pl.when(~is_small).then("people"))
        .select(TeamLoad.column_names())
        .sort(TeamLoad.primary_key())
    )
