"""What one team waited for another for, item by item: reviews, blocking tickets, tickets handed over.

- `review`: a pull request for which the other team, or one of its members, was asked, or which touches files that the
  configuration or CODEOWNERS gives to it. It waits from the request (or from being ready, for its files) to the first
  answer by a member of that team.
- `blocked`: a ticket in work, while a ticket of the other team that blocks it was open.
- `hand_off`: a ticket that was handed over to the other team, up to the first thing that team did in it.

Misread: a pull request that was merged without the other team's word did not wait for it to the end; it has no time
here but is listed (`is_answered`).
"""

from datetime import datetime

import polars as pl

from metrics.clock import WorkingHours, working_seconds
from metrics.code.file_teams import team_key
from metrics.coordination.window import members_at, recent
from metrics.expressions import now, seconds_between
from metrics.registry import pipeline
from metrics.tickets.teams import first_team
from warehouse.tables import Table
from warehouse.tables import columns as col

KEY = ["kind", "item_id", "waiting_team", "on_team", "started_at"]
_ITEM = [*KEY, "ended_at", "is_open", "is_answered"]
_PR = ["pr_id", "team", "on_team"]


class TeamWaitItems(Table):
    """One row per item and time that a team waited for another: ended in the last 90 days, or open."""

    kind = col.key("`review`, `blocked` or `hand_off`")
    item_id = col.key("Pull request or ticket")
    waiting_team = col.key("Team of the pull request's author or of the ticket, or the team that handed it over")
    on_team = col.key("The team waited for")
    started_at = col.key_instant("Since when")
    ended_at = col.instant("Until when; null while it waits")
    is_open = col.flag("Whether it waits now")
    is_answered = col.flag("Whether the other team ended the wait; null while it waits")
    seconds = col.real("How long, up to now where it is open; null where it ended without the other team")
    working_seconds = col.real("The part of it in working hours")
    reason = col.text("Why these are null: `not_answered`")


@pipeline(TeamWaitItems)
def team_wait_items(  # noqa: PLR0917 - one parameter a table
    pull_request_flow: pl.LazyFrame,
    pull_request_events: pl.LazyFrame,
    pull_request_files: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    file_teams: pl.LazyFrame,
    team_members: pl.LazyFrame,
    ticket_blocks: pl.LazyFrame,
    ticket_scopes: pl.LazyFrame,
    hand_offs: pl.LazyFrame,
    tickets: pl.LazyFrame,
    *,
    as_of: datetime,
    working_hours: WorkingHours,
) -> pl.LazyFrame:
    """Every wait of one team for another."""
    own_teams = members_at(
        pull_request_flow.select("pr_id", "author_id", "opened_at"), team_members, "author_id", "opened_at"
    ).select("pr_id", on_team="team")
    asked = pl.concat(
        [
            _asked(pull_request_flow, pull_request_events, team_members, own_teams, as_of),
            _touching(pull_request_flow, pull_request_files, file_teams, own_teams),
        ]
    )
    parts = [
        _reviews(pull_request_flow, asked, pull_request_remarks, team_members),
        _blocked(ticket_blocks, ticket_scopes),
        _handed(hand_offs, tickets, as_of),
    ]
    is_timed = pl.col("is_open") | pl.col("is_answered")
    until = pl.coalesce("ended_at", now(as_of))
    return (
        pl.concat([part.select(_ITEM) for part in parts])
        .filter(pl.col("started_at") <= as_of, pl.col("is_open") | recent(pl.col("ended_at"), as_of))
        .with_columns(
            seconds=pl.when(is_timed).then(seconds_between(pl.col("started_at"), until)),
            working_seconds=pl.when(is_timed).then(working_seconds(pl.col("started_at"), until, working_hours)),
            reason=pl.when(~is_timed).then(pl.lit("not_answered")),
        )
        .select(TeamWaitItems.column_names())
        .sort(KEY)
    )


def _asked(
    flow: pl.LazyFrame, events: pl.LazyFrame, team_members: pl.LazyFrame, own_teams: pl.LazyFrame, as_of: datetime
) -> pl.LazyFrame:
    """Every request for a review by another team or by a member of one, `at` the time; of several teams the first."""
    requests = (
        events.filter(pl.col("kind") == "review_requested", pl.col("occurred_at") <= as_of)
        .select("event_id", "pr_id", "subject_team", person_id="subject_id", at="occurred_at")
        .join(flow.filter(pl.col("team").is_not_null()).select("pr_id", "team"), on="pr_id")
    )
    of_person = (
        members_at(
            requests.drop_nulls("person_id").select("event_id", "person_id", "at"), team_members, "person_id", "at"
        )
        .group_by("event_id")
        .agg(on_teams=pl.col("team").unique().sort())
    )
    slug = team_key(pl.col("subject_team").str.extract(r"([^/]+)$"))
    named = team_members.select(named="team", key=team_key(pl.col("team"))).unique().unique("key", keep="any")
    of_team = requests.drop_nulls("subject_team").select("event_id", key=slug).join(named, on="key")
    found = (
        pl.concat(
            [
                of_person.explode("on_teams").select("event_id", on_team="on_teams", is_person=pl.lit(value=True)),
                of_team.select("event_id", on_team="named", is_person=pl.lit(value=False)),
            ]
        )
        .join(requests.select("event_id", "pr_id", "team", "at"), on="event_id")
        .with_columns(pl.col("on_team").cast(pl.String))
    )
    # Who is in a team of the author's is asked as a colleague, whatever other teams they are in.
    own = found.join(own_teams, on=["pr_id", "on_team"], how="semi").select("event_id").unique()
    return (
        found.join(own, on="event_id", how="anti")
        .group_by("event_id", "pr_id", "team", "at")
        .agg(pl.col("on_team").min())
    ).select(*_PR, "at")


def _touching(
    flow: pl.LazyFrame, files: pl.LazyFrame, file_teams: pl.LazyFrame, own_teams: pl.LazyFrame
) -> pl.LazyFrame:
    """Every other team that owns a file of a pull request, `at` the time it became ready."""
    return (
        files.select("pr_id", "path")
        .unique()
        .join(flow.filter(pl.col("team").is_not_null()).select("pr_id", "repo_id", "team", at="ready_at"), on="pr_id")
        .drop_nulls("at")
        .join(file_teams.drop_nulls("team").rename({"team": "on_team"}), on=["repo_id", "path"])
        .join(own_teams, on=["pr_id", "on_team"], how="anti")
        .select(*_PR, "at")
        .unique()
    )


def _reviews(
    flow: pl.LazyFrame, asked: pl.LazyFrame, remarks: pl.LazyFrame, team_members: pl.LazyFrame
) -> pl.LazyFrame:
    """The pull requests by humans that need another team, from the first need on."""
    known = flow.filter(pl.col("author_is_human").fill_null(value=False)).select(
        "pr_id", "state", "ready_at", "merged_at", "closed_at"
    )
    needs = (
        asked.group_by(_PR)
        .agg(pl.col("at").min())
        .join(known, on="pr_id")
        .drop_nulls("ready_at")
        # A request for a draft is due from the time on at which it is ready.
        .with_columns(started_at=pl.max_horizontal("at", "ready_at"))
    )
    answers = remarks.filter("is_answer").select("pr_id", "person_id", "at")
    by_team = (
        members_at(
            answers.join(asked.select("pr_id").unique(), on="pr_id", how="semi"), team_members, "person_id", "at"
        )
        .group_by("pr_id", on_team="team")
        .agg(answered_at=pl.col("at").min())
    )
    ended = pl.coalesce("merged_at", "closed_at")
    answered = pl.max_horizontal(pl.col("answered_at"), pl.when(pl.col("answered_at").is_not_null()).then("started_at"))
    return (
        needs.join(by_team, on=["pr_id", "on_team"], how="left")
        # What has ended nobody knows when cannot be timed.
        .filter(pl.when(pl.col("state") == "open").then(pl.lit(value=True)).otherwise(pl.col("started_at") <= ended))
        .with_columns(ended_at=pl.coalesce(answered, ended))
        .select(
            "started_at",
            "ended_at",
            kind=pl.lit("review"),
            item_id="pr_id",
            waiting_team="team",
            on_team="on_team",
            is_open=pl.col("ended_at").is_null(),
            is_answered=pl.when(pl.col("ended_at").is_not_null()).then(pl.col("answered_at").is_not_null()),
        )
    )


def _blocked(blocks: pl.LazyFrame, ticket_scopes: pl.LazyFrame) -> pl.LazyFrame:
    """The times that tickets were blocked by those of another team; times that overlap are one."""
    teams = first_team(ticket_scopes)
    spans = (
        blocks.filter(pl.col("cause") == "link")
        .select("ticket_id", "by", "blocked_at", "unblocked_at", "is_blocked")
        .join(teams.rename({"team": "waiting_team"}), on="ticket_id")
        .join(teams.rename({"ticket_id": "by", "team": "on_team"}), on="by")
        .filter(pl.col("waiting_team") != pl.col("on_team"))
    )
    item = ["ticket_id", "waiting_team", "on_team"]
    return united(spans, item).select(
        kind=pl.lit("blocked"),
        item_id="ticket_id",
        waiting_team="waiting_team",
        on_team="on_team",
        started_at="blocked_at",
        ended_at=pl.when(~pl.col("is_blocked")).then("unblocked_at"),
        is_open="is_blocked",
        is_answered=pl.when(~pl.col("is_blocked")).then(pl.lit(value=True)),
    )


def united(spans: pl.LazyFrame, item: list[str]) -> pl.LazyFrame:
    """The union of the spans of each item: `blocked_at`, `unblocked_at`, and whether it goes on (`is_blocked`)."""
    latest = pl.col("unblocked_at").cum_max().shift(1).over(item, order_by=["blocked_at", "unblocked_at"])
    begins = latest.is_null() | (pl.col("blocked_at") > latest)
    return (
        spans.sort(*item, "blocked_at", "unblocked_at")
        .with_columns(begins=begins)
        .with_columns(number=pl.col("begins").cast(pl.Int64).cum_sum())
        .group_by(*item, "number")
        .agg(pl.col("blocked_at").min(), pl.col("unblocked_at").max(), pl.col("is_blocked").any())
        .drop("number")
    )


def _handed(hand_offs: pl.LazyFrame, tickets: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """The tickets that went to another team; one that is resolved before anybody acted waits no more."""
    over = tickets.select("ticket_id", resolved_at=pl.when(pl.col("resolved_at") <= as_of).then("resolved_at"))
    later = pl.col("handed_at").shift(-1).over("ticket_id", order_by="handed_at")
    acted = pl.col("acted_at")
    return (
        hand_offs.with_columns(later=later)
        .filter("is_between_teams")
        .join(over, on="ticket_id", how="left")
        # Handed on, or resolved by others, before the team did anything: it was not waited for to the end.
        .with_columns(
            left_at=pl.min_horizontal(
                "later", pl.when(pl.col("resolved_at") >= pl.col("handed_at")).then("resolved_at")
            )
        )
        .with_columns(is_answered=(acted.is_not_null() & (pl.col("left_at").is_null() | (acted <= pl.col("left_at")))))
        .with_columns(ended_at=pl.when("is_answered").then(acted).otherwise("left_at"))
        .select(
            "ended_at",
            kind=pl.lit("hand_off"),
            item_id="ticket_id",
            waiting_team="from_team",
            on_team="to_team",
            started_at="handed_at",
            is_open=pl.col("ended_at").is_null(),
            is_answered=pl.when(pl.col("ended_at").is_not_null()).then("is_answered"),
        )
    )
