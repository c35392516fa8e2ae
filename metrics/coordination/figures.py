"""How well teams are tuned to each other: the figures by scope and period.

What rests on the work of 90 days (congruence, cohesion, autonomy, reviews) is given for the 90 days that end today.
"""

from datetime import datetime

import polars as pl

from metrics.coordination.wait_items import united
from metrics.coordination.window import NOT_COLLECTED, WINDOW, members_now
from metrics.expressions import day, now, seconds_between, total
from metrics.pull_requests.scoped import dated
from metrics.registry import pipeline
from metrics.summary.observations import SCOPE, Observations, in_periods, observe, percentile, rolling_start, share


@pipeline(Observations)
def congruence_figures(
    required_pairs: pl.LazyFrame,
    team_members: pl.LazyFrame,
    recent_work: pl.LazyFrame,
    service_files: pl.LazyFrame,
    calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of `congruence` and `weighted_congruence`.

    Of the whole, of the pairs inside each team, and of those who both changed something in a repository or service.
    """
    members = members_now(team_members, as_of)
    inside = (
        required_pairs.join(members.rename({"person_id": "person_a"}), on="person_a")
        .join(members.rename({"person_id": "person_b"}), on=["person_b", "team"])
        .with_columns(scope_kind=pl.lit("team"), scope=pl.col("team"))
    )
    whole = required_pairs.with_columns(scope_kind=pl.lit("all"), scope=pl.lit("all"))
    places = _places(recent_work, service_files)
    beside = required_pairs.join(places.rename({"person_id": "person_a"}), on="person_a").join(
        places.rename({"person_id": "person_b"}), on=["person_b", *SCOPE]
    )
    columns = [*SCOPE, "strength", "talks"]
    items = _now(pl.concat([part.select(columns) for part in (inside, whole, beside)]), as_of, zone)
    periods = calendar.filter(pl.col("period") == "rolling_90d")
    strength, known = pl.col("strength"), pl.col("talks").count() / pl.len()
    figures = [
        observe(periods, items, metric="congruence", unit="share", value=pl.col("talks").mean(), coverage=known),
        observe(
            periods,
            items,
            metric="weighted_congruence",
            unit="share",
            value=total(pl.col("talks") * strength) / strength.sum(),
            coverage=known,
        ),
    ]
    reasons = {"no_items": "no_requirement", "not_counted": NOT_COLLECTED}
    return pl.concat(figures).with_columns(reason=pl.col("reason").replace(reasons)).sort(Observations.primary_key())


def _places(recent_work: pl.LazyFrame, service_files: pl.LazyFrame) -> pl.LazyFrame:
    """Who changed something lately in which repository and service."""
    of_services = recent_work.join(service_files, on=["repo_id", "path"]).select(
        "person_id", scope_kind=pl.lit("service"), scope="service"
    )
    of_repositories = recent_work.select("person_id", scope_kind=pl.lit("repository"), scope="repo_id")
    return pl.concat([of_repositories, of_services]).unique()


@pipeline(Observations)
def team_figures(
    team_structure: pl.LazyFrame, review_networks: pl.LazyFrame, *, as_of: datetime, zone: str
) -> pl.LazyFrame:
    """Observations of `team_cohesion`, `team_autonomy`, `reviews_across_teams` and `review_concentration`."""
    teams = team_structure.with_columns(scope_kind=pl.lit("team"), scope=pl.col("team"))
    reviews = review_networks.with_columns(
        across_reason=pl.coalesce("reason", pl.when(pl.col("reviews_received") == 0).then(pl.lit("no_reviews"))),
        top_reason=pl.coalesce("reason", pl.when(pl.col("reviews_given") == 0).then(pl.lit("no_reviews"))),
    )
    figures = [
        _told(teams, "team_cohesion", "cohesion", n="active_members", reason="cohesion_reason"),
        _told(teams, "team_autonomy", "autonomy", n="files", reason="autonomy_reason"),
        _told(
            reviews.filter(pl.col("scope_kind") == "team"),
            "reviews_across_teams",
            "across_share",
            n="reviews_received",
            reason="across_reason",
        ),
        _told(reviews, "review_concentration", "top_three_share", n="reviews_given", reason="top_reason"),
    ]
    return (
        pl.concat(figures)
        .with_columns(period_start=rolling_start(as_of, zone))
        .select(Observations.column_names())
        .sort(Observations.primary_key())
    )


def _told(frame: pl.LazyFrame, metric: str, value: str, *, n: str, reason: str) -> pl.LazyFrame:
    """What a table tells of a scope, as an observation."""
    return frame.select(
        *SCOPE,
        metric=pl.lit(metric),
        period=pl.lit("rolling_90d"),
        value=pl.col(value),
        n=pl.col(n).cast(pl.Int64),
        coverage=pl.when(pl.col(value).is_not_null()).then(1.0),
        unit=pl.lit("share"),
        reason=pl.when(pl.col(value).is_null()).then(reason),
    )


@pipeline(Observations)
def cross_team_figures(
    cross_team_changes: pl.LazyFrame,
    pull_request_scopes: pl.LazyFrame,
    pull_request_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of `cross_team_change`, by the period of the merge."""
    items = dated(
        cross_team_changes.select("pr_id", "merged_at", "is_cross_team"),
        pull_request_scopes,
        "merged_at",
        as_of=as_of,
        zone=zone,
    )
    return share(pull_request_calendar, items, "cross_team_change", "is_cross_team").sort(Observations.primary_key())


@pipeline(Observations)
def hand_off_figures(
    hand_offs: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of `hand_offs`, `ping_pong` and `hand_off_wait`, by the period of the hand-off."""
    items = in_periods(
        ticket_scopes.join(hand_offs, on="ticket_id").with_columns(day=day(pl.col("handed_at"), zone)),
        as_of=as_of,
        zone=zone,
    )
    across = items.filter("is_between_teams")
    figures = [
        observe(ticket_calendar, items, metric="hand_offs", unit="count", value=pl.len(), empty=0),
        share(ticket_calendar, items, "ping_pong", "is_ping_pong"),
        percentile(ticket_calendar, across, "hand_off_wait", "wait_working_seconds"),
    ]
    return pl.concat(figures).sort(Observations.primary_key())


@pipeline(Observations)
def blocked_figures(
    team_wait_items: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    ticket_calendar: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Observations of `blocked_on_others`: of each ticket, the time counts once whoever blocks it."""
    spans = team_wait_items.filter(pl.col("kind") == "blocked").select(
        ticket_id="item_id",
        blocked_at=pl.max_horizontal("started_at", now(as_of) - WINDOW),
        unblocked_at=pl.coalesce("ended_at", now(as_of)),
        is_blocked="is_open",
    )
    seconds = seconds_between(pl.col("blocked_at"), pl.col("unblocked_at"))
    tickets = united(spans, ["ticket_id"]).group_by("ticket_id").agg(seconds=seconds.sum())
    items = _now(ticket_scopes.join(tickets, on="ticket_id"), as_of, zone)
    return observe(
        ticket_calendar.filter(pl.col("period") == "rolling_90d"),
        items,
        metric="blocked_on_others",
        unit="seconds",
        value=pl.col("seconds").sum(),
    ).sort(Observations.primary_key())


def _now(items: pl.LazyFrame, as_of: datetime, zone: str) -> pl.LazyFrame:
    return items.with_columns(period=pl.lit("rolling_90d"), period_start=rolling_start(as_of, zone))
