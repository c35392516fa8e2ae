"""Who reviews whom: how far reviews cross teams, go both ways, and lie on few shoulders.

Of reviews by humans, submitted in the last 90 days, of pull requests by other humans. Gini = 2 Σ i·x_(i) / (n Σ x) −
(n + 1) / n over the reviews given by everybody who could have, 0 where all give as many; divided by 1 − 1/n it reaches
1 in small teams, too.

Accounts that are gone are left out.

Misread: few reviewers can be right where few know the code. It is a question of what happens on their holidays.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.window import TOO_SMALL, members_now, recent, sizes
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

SCOPE = ["scope_kind", "scope"]
TOP = 3
_FIGURES = [
    "reviewers",
    "reviews_given",
    "reviews_received",
    "across_share",
    "reciprocity",
    "top_three_share",
    "gini",
    "gini_corrected",
    "isolated",
]


class ReviewNetworks(Table):
    """One row for the whole and for every team."""

    scope_kind = col.key("`all` or `team`")
    scope = col.key("`all`, or name of the team")
    people = col.number("Who could review: members active in the last 90 days; of all, who opened or reviewed any")
    reviewers = col.number("Of these, people who did")
    reviews_given = col.number("Reviews that they gave")
    reviews_received = col.number("Reviews of pull requests that they opened")
    across_share = col.real("Share of the received ones that came from outside the team; null for the whole")
    reciprocity = col.real("Share of the pairs (author, reviewer) among them that also go the other way round")
    top_three_share = col.real("Share of the given ones that the three who review most gave")
    gini = col.real("How unequally the reviews are spread over people, 0 to 1 − 1/people")
    gini_corrected = col.real("The same, 0 to 1")
    isolated = col.number("People who gave no review and received none")
    reason = col.text("Why the figures are null: `group_too_small`, or some of them: `no_reviews`")


@pipeline(ReviewNetworks)
def review_networks(
    pull_request_remarks: pl.LazyFrame,
    pull_request_states: pl.LazyFrame,
    active_people: pl.LazyFrame,
    team_members: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """The reviews of the last 90 days as a network, for the whole and every team."""
    members = members_now(team_members, as_of)
    shown = sizes(members, minimum_group).select("is_shown", scope_kind=pl.lit("team"), scope="team")
    edges = _edges(pull_request_remarks, pull_request_states, as_of)
    eligible = _eligible(edges, pull_request_states, active_people, members, as_of)
    own = _own(eligible, edges)
    return (
        own.group_by(SCOPE)
        .agg(_figures())
        .join(_pairs(eligible, edges), on=SCOPE, how="left")
        .join(shown, on=SCOPE, how="left")
        .with_columns(is_shown=pl.coalesce("is_shown", pl.col("people") >= minimum_group))
        .with_columns(
            pl.when("is_shown").then(pl.col(_FIGURES)),
            people=pl.when("is_shown").then("people"),
            reason=pl.when(~pl.col("is_shown"))
            .then(pl.lit(TOO_SMALL))
            .when((pl.col("reviews_given") == 0) & (pl.col("reviews_received") == 0))
            .then(pl.lit("no_reviews")),
        )
        .select(ReviewNetworks.column_names())
        .sort(SCOPE)
    )


def _edges(remarks: pl.LazyFrame, states: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """`author_id`, `reviewer_id` and `reviews` of the last 90 days."""
    by_humans = states.filter("author_is_human").drop_nulls("author_id").select("pr_id", "author_id")
    return (
        remarks.filter(pl.col("what") == "review", pl.col("is_human"), recent(pl.col("at"), as_of))
        .drop_nulls("person_id")
        .join(by_humans, on="pr_id")
        .group_by("author_id", reviewer_id="person_id")
        .agg(reviews=pl.len().cast(pl.Int64))
    )


def _eligible(
    edges: pl.LazyFrame, states: pl.LazyFrame, active: pl.LazyFrame, members: pl.LazyFrame, as_of: datetime
) -> pl.LazyFrame:
    """Who could review in each scope."""
    authors = states.filter(pl.col("author_is_human"), recent(pl.col("opened_at"), as_of)).select(person_id="author_id")
    took_part = pl.concat([authors, *(edges.select(person_id=end) for end in ("author_id", "reviewer_id"))])
    of_teams = members.join(active.filter("is_active"), on="person_id", how="semi")
    return pl.concat(
        [
            took_part.drop_nulls().unique().select("person_id", scope_kind=pl.lit("all"), scope=pl.lit("all")),
            of_teams.select("person_id", scope_kind=pl.lit("team"), scope="team"),
        ]
    )


def _own(eligible: pl.LazyFrame, edges: pl.LazyFrame) -> pl.LazyFrame:
    """Every eligible person with the reviews they gave and received."""
    given = edges.group_by(person_id="reviewer_id").agg(given=pl.col("reviews").sum())
    received = edges.group_by(person_id="author_id").agg(received=pl.col("reviews").sum())
    return (
        eligible.join(given, on="person_id", how="left")
        .join(received, on="person_id", how="left")
        .with_columns(pl.col("given", "received").fill_null(0))
    )


def _figures() -> list[pl.Expr]:
    given = pl.col("given")
    n, total = pl.len().cast(pl.Float64), given.sum()
    raw = 2 * (given.sort() * (pl.int_range(pl.len()) + 1)).sum() / (n * total) - (n + 1) / n
    return [
        pl.len().alias("people"),
        (given > 0).sum().alias("reviewers"),
        total.alias("reviews_given"),
        pl.col("received").sum().alias("reviews_received"),
        ((given == 0) & (pl.col("received") == 0)).sum().alias("isolated"),
        pl.when(total > 0).then(given.top_k(TOP).sum() / total).alias("top_three_share"),
        pl.when(total > 0).then(raw).alias("gini"),
        pl.when((total > 0) & (n > 1)).then(raw / (1 - 1 / n)).alias("gini_corrected"),
    ]


def _pairs(eligible: pl.LazyFrame, edges: pl.LazyFrame) -> pl.LazyFrame:
    """How far the reviews that each scope received come from outside, and go both ways inside."""
    received = edges.join(eligible.rename({"person_id": "author_id"}), on="author_id").join(
        eligible.select(*SCOPE, reviewer_id="person_id", is_inside=pl.lit(value=True)),
        on=[*SCOPE, "reviewer_id"],
        how="left",
    )
    back = edges.select(author_id="reviewer_id", reviewer_id="author_id", goes_back=pl.lit(value=True))
    inside = pl.col("is_inside").fill_null(value=False)
    reviews = pl.col("reviews")
    return (
        received.join(back, on=["author_id", "reviewer_id"], how="left")
        .group_by(SCOPE)
        .agg(
            across_share=pl.when(pl.col("scope_kind").first() == "team").then(
                reviews.filter(~inside).sum() / reviews.sum()
            ),
            reciprocity=pl.col("goes_back").fill_null(value=False).filter(inside).mean(),
        )
    )
