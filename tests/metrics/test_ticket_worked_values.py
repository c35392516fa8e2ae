"""Single tickets whose figures can be worked out by hand."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from ticket_worlds import DAY, TicketWorld

from metrics.tickets.behaviour import process_behaviour
from metrics.tickets.statuses import StageNames, StatusNames

NOW = datetime.fromisoformat("2026-06-03T12:00:00")  # a Wednesday
HOURS = 3600.0


def ago(days: float) -> datetime:
    return NOW - days * DAY


def flow(world: TicketWorld, ticket_id: str, **settings: Any) -> dict[str, Any]:
    return world.computed(**settings)["ticket_flow"].filter(ticket_id=ticket_id).row(0, named=True)


@pytest.fixture
def world() -> TicketWorld:
    return TicketWorld(as_of=NOW)


def test_a_way_back_to_the_backlog_begins_the_work_anew(world: TicketWorld) -> None:
    steps = [(ago(20), "Backlog"), (ago(18), "Doing"), (ago(15), "Selected"), (ago(9), "Doing"), (ago(6), "Done")]
    row = flow(world, world.ticket("AA-1", *steps))
    assert (row["started_at"], row["first_started_at"], row["done_at"]) == (ago(9), ago(18), ago(6))
    assert (row["cycle_seconds"], row["elapsed_days"], row["lead_seconds"]) == (3 * 86_400, 3, 14 * 86_400)
    assert (row["returned"], row["reopened"]) == (True, None)


def test_a_way_back_to_the_backlog_can_be_waiting_instead(world: TicketWorld) -> None:
    steps = [(ago(18), "Doing"), (ago(15), "Selected"), (ago(9), "Doing"), (ago(6), "Done")]
    row = flow(world, world.ticket("AA-1", *steps), status_names={"jira": StatusNames(reset_on_backlog=False)})
    assert (row["started_at"], row["cycle_seconds"], row["returned"]) == (ago(18), 12 * 86_400, True)
    assert (row["active_seconds"], row["waiting_seconds"]) == (6 * 86_400, 6 * 86_400)
    put_back = flow(world, world.ticket("AA-2", *steps[:2]), status_names={"jira": StatusNames(reset_on_backlog=False)})
    assert (put_back["state"], put_back["age_seconds"]) == ("in_progress", 18 * 86_400)


def test_from_review_back_to_work_does_not(world: TicketWorld) -> None:
    steps = [(ago(9), "Doing"), (ago(8), "In Review"), (ago(7), "Doing"), (ago(6), "Done")]
    row = flow(world, world.ticket("AA-1", *steps))
    assert (row["started_at"], row["returned"]) == (ago(9), False)
    assert (row["active_seconds"], row["waiting_seconds"]) == (2 * 86_400, 86_400)
    assert row["flow_efficiency"] == pytest.approx(2 / 3)


def test_a_reopened_ticket_ends_the_last_time_and_was_not_worked_on_in_between(world: TicketWorld) -> None:
    steps = [(ago(90), "Doing"), (ago(80), "Done"), (ago(70), "Doing"), (ago(69), "Done"), (ago(60), "Won't Do")]
    tables_of = world.ticket("AA-1", *steps)
    row = flow(world, tables_of)
    assert (row["done_at"], row["reopened"]) == (ago(69), True)
    assert (row["cycle_seconds"], row["active_seconds"]) == (21 * 86_400, 11 * 86_400)
    completions = world.computed()["ticket_completions"].rows()
    assert completions == [(tables_of, ago(80), ago(70), True), (tables_of, ago(69), None, False)]


def test_thirty_days_decide_whether_it_was_reopened(world: TicketWorld) -> None:
    soon = world.ticket("AA-1", (ago(90), "Doing"), (ago(80), "Done"), (ago(50), "Doing"))
    late = world.ticket("AA-2", (ago(90), "Doing"), (ago(80), "Done"), (ago(50) + timedelta(seconds=1), "Doing"))
    fresh = world.ticket("AA-3", (ago(90), "Doing"), (ago(29), "Done"))
    found = dict(world.computed()["ticket_completions"].select("ticket_id", "reopened").iter_rows())
    assert found == {soon: True, late: False, fresh: None}


def test_what_was_closed_at_once_was_never_started(world: TicketWorld) -> None:
    row = flow(world, world.ticket("AA-1", (ago(9), "Backlog"), (ago(2), "Done")))
    assert (row["cycle_seconds"], row["cycle_reason"], row["lead_seconds"]) == (None, "not_started", 7 * 86_400)
    assert (row["flow_reason"], row["returned"]) == ("not_started", None)


def test_a_history_with_a_hole_has_no_cycle_time_but_an_age(world: TicketWorld) -> None:
    done = world.ticket("AA-1", (ago(9), "Doing"), (ago(2), "Done"), history_complete=False)
    begun = world.ticket("AA-2", (ago(9), "Doing"), history_complete=False)
    assert flow(world, done)["cycle_reason"] == "history_incomplete"
    assert (flow(world, begun)["age_seconds"], flow(world, begun)["age_reason"]) == (9 * 86_400, None)


def test_the_configuration_says_where_work_begins_and_ends(world: TicketWorld) -> None:
    steps = [(ago(9), "Analysis"), (ago(8), "Doing"), (ago(7), "Done"), (ago(6), "Limbo")]
    story, bug = world.ticket("AA-1", *steps), world.ticket("AA-2", *steps, type="bug")
    names = {"jira": StatusNames(start=("doing",), done=("LIMBO",), types={"Bug": StageNames(start=("Analysis",))})}
    assert flow(world, story, status_names=names)["cycle_seconds"] == 2 * 86_400
    assert flow(world, bug, status_names=names)["cycle_seconds"] == 3 * 86_400
    # To leave Done for Limbo is to take the ticket up again, unless the configuration says that it is the end.
    assert flow(world, story)["state"] == "in_progress"


def test_a_flag_that_nobody_clears_blocks_until_the_end(world: TicketWorld) -> None:
    done = world.ticket("AA-1", (ago(9), "Backlog"), (ago(8), "Doing"), (ago(4), "Done"))
    open_ = world.ticket("AA-2", (ago(9), "Backlog"), (ago(8), "Doing"))
    for ticket_id in (done, open_):
        world.change(ticket_id, "Flagged", ago(8.5), "", "Impediment")
        world.change(ticket_id, "Flagged", ago(7), "Impediment", "")
        world.change(ticket_id, "Flagged", ago(5), "", "Impediment")
    first, second = flow(world, done), flow(world, open_)
    assert (first["blocked_seconds"], first["is_blocked"]) == (2 * 86_400, False)
    assert (second["blocked_seconds"], second["is_blocked"], second["blocked_since"]) == (6 * 86_400, True, ago(5))
    assert (second["active_seconds"], second["waiting_seconds"]) == (2 * 86_400, 6 * 86_400)


def test_several_reasons_at_once_count_once(world: TicketWorld) -> None:
    ticket = world.ticket("AA-1", (ago(10), "Doing"), (ago(6), "On Hold"), (ago(4), "Doing"))
    world.ticket("AA-2", (ago(30), "Backlog"), (ago(3), "Done"))
    world.link(ticket, "is_blocked_by", "AA-2")
    world.change(ticket, "Link", ago(7), None, "This issue is blocked by AA-2")
    world.change(ticket, "Flagged", ago(5), "", "Impediment")
    row = flow(world, ticket)
    # The link from day 7 to day 3, the status from 6 to 4, the flag from 5 on.
    assert (row["blocked_seconds"], row["blocked_since"]) == (7 * 86_400, ago(5))
    causes = world.computed()["ticket_blocks"].select("cause", "by", "seconds", "is_blocked").rows()
    assert causes == [
        ("flag", "", 5 * 86_400, True),
        ("link", "jira:AA-2", 4 * 86_400, False),
        ("status", "", 2 * 86_400, False),
    ]


def test_a_ticket_blocks_only_while_it_is_open(world: TicketWorld) -> None:
    ticket = world.ticket("AA-1", (ago(20), "Doing"))
    world.ticket("AA-2", (ago(30), "Backlog"), (ago(18), "Done"), (ago(5), "Backlog"), (ago(3), "Done"))
    world.ticket("team-7/app#2", (ago(19), "Backlog"))
    world.ticket("AA-4", (ago(30), "Backlog"), (ago(19), "Done"), resolved_at=None)
    intervals = world.tables["ticket_status_intervals"]
    intervals[:] = [row for row in intervals if row["ticket_id"] != "jira:AA-4"]  # over, and nobody knows since when
    for key in ("AA-2", "AA-4", "team-7/app#2"):
        world.link(ticket, "is_blocked_by", key)
    world.change(ticket, "links", ago(1), None, "team-7/app#2")
    causes = world.computed()["ticket_blocks"].select("by", "blocked_at", "unblocked_at", "is_blocked").rows()
    assert causes == [
        ("jira:AA-2", ago(20), ago(18), False),
        ("jira:AA-2", ago(5), ago(3), False),
        ("jira:team-7/app#2", ago(1), NOW, True),
    ]


def test_a_link_within_a_project_can_be_told_by_its_number(world: TicketWorld) -> None:
    ticket = world.ticket("acme/app#1", (ago(20), "Doing"), project="acme/app")
    world.ticket("acme/app#2", (ago(30), "Backlog"), project="acme/app")
    world.link(ticket, "is_blocked_by", "acme/app#2")
    world.change(ticket, "links", ago(4), None, "#2")
    assert flow(world, ticket)["blocked_since"] == ago(4)


def test_five_working_days_of_silence_are_a_stall(world: TicketWorld) -> None:
    # Nine hours of every day are worked: a week ago is five working days, half an hour less is not.
    since = {"AA-1": ago(7), "AA-2": ago(7) + timedelta(minutes=30), "AA-3": ago(20)}
    tickets = {key: world.ticket(key, (at, "Doing")) for key, at in since.items()}
    world.change(tickets["AA-1"], "labels", ago(1), None, "stale", who="stale-bot")
    world.change(tickets["AA-3"], "labels", ago(1), None, "urgent")
    # Nor is what moves the board and not the work.
    world.change(tickets["AA-1"], "Rank", ago(1), "", "Ranked higher")
    world.change(tickets["AA-1"], "workflow", ago(1), "1", "2")
    # A status that a program sets is no sign of life, either.
    world.ticket("AA-4", (ago(20), "Doing"), (ago(1), "In Review"))
    world.ticket("AA-5", (ago(20), "Doing"), (ago(1), "In Review"))
    for row, who in zip(world.tables["ticket_status_intervals"][-3::2], ("stale-bot", "ann"), strict=True):
        row["actor_id"] = who
    found = dict(world.computed()["ticket_flow"].select("key", "is_stalled").iter_rows())
    assert found == {"AA-1": True, "AA-2": False, "AA-3": False, "AA-4": True, "AA-5": False}


def test_what_happens_in_its_pull_request_is_a_sign_of_life(world: TicketWorld) -> None:
    ticket = world.ticket("AA-1", (ago(20), "Doing"))
    pull_request = {"pr_id": "hub:acme/app#1", "repo_id": "hub:acme/app", "number": 1, "author_id": "ann"}
    world.add("repositories", repo_id="hub:acme/app", name="acme/app", default_branch="main")
    world.add("pull_requests", **pull_request, state="open", is_draft=False, created_at=ago(3))
    world.add("pull_request_tickets", pr_id="hub:acme/app#1", ticket_id=ticket, found_in="title")
    row = flow(world, ticket)
    assert (row["is_stalled"], row["last_activity_at"], row["pull_requests"]) == (False, ago(3), 1)
    assert (row["open_pull_requests"], world.computed()["untracked_work"].height) == (1, 0)


def test_what_happens_to_its_parts_is_a_sign_of_life(world: TicketWorld) -> None:
    epic = world.ticket("AA-1", (ago(60), "Doing"), type="Epic")
    world.ticket("AA-2", (ago(50), "Doing"), parent_key="AA-1")
    world.ticket("AA-3", (ago(40), "Doing"), (ago(2), "Done"), parent_key="AA-2")
    world.ticket("AA-4", (ago(1), "Doing"), parent_key="AA-2", source="other")
    row = flow(world, epic)
    assert (row["is_stalled"], row["last_activity_at"]) == (False, ago(2))


def finished(world: TicketWorld, count: int, days_ago: float, **more: Any) -> None:
    """So many tickets, the n-th of which took n days, the last half day of them in review."""
    start = len(world.tables["tickets"])
    for number in range(1, count + 1):
        end = days_ago
        world.ticket(
            f"AA-{start + number}",
            (ago(end + number + 1), "Backlog"),
            (ago(end + number), "Doing"),
            (ago(end + 0.5), "In Review"),
            (ago(end), "Done"),
            **more,
        )


def test_service_levels_paces_and_what_is_beyond_them(world: TicketWorld) -> None:
    finished(world, 20, 10)
    finished(world, 10, 100)
    old = world.ticket("AA-900", (ago(18), "Doing"))
    young = world.ticket("AA-901", (ago(17), "Doing"))
    tables = world.computed()
    levels = {row["type"]: row for row in tables["ticket_service_levels"].to_dicts()}
    # 85 of 100 of 20 are 17; 9 of 10 tickets took at most 9 days.
    told = ("n", "days", "days_before", "kept", "kept_share")
    assert [levels["Story"][name] for name in told] == [20, 17, 9, 9, 9 / 20]
    assert levels["all"] | {"type": "Story"} == levels["Story"]
    assert (flow(world, old)["is_beyond_sle"], flow(world, young)["is_beyond_sle"]) == (True, False)
    statuses = {row["status"]: row for row in tables["ticket_statuses"].to_dicts()}
    assert [statuses[name]["position"] for name in ("Backlog", "Doing", "In Review")] == [1, 2, 3]
    # Left at an age of 0.5 to 19.5, and 0.5 to 9.5 days.
    doing = statuses["Doing"]
    assert (doing["pace_n"], doing["open_tickets"], doing["pace_p50_seconds"]) == (30, 2, 7.5 * 86_400)
    assert statuses["In Review"]["p50_seconds"] == 86_400 / 2
    assert (statuses["In Review"]["is_waiting"], doing["is_waiting"]) == (True, False)
    kept = tables["observations"].filter(metric="ticket_sle_kept", scope_kind="all").row(0, named=True)
    assert (kept["value"], kept["n"]) == (9 / 20, 20)


def test_a_type_with_few_tickets_goes_by_the_level_of_its_project(world: TicketWorld) -> None:
    finished(world, 20, 10)
    finished(world, 9, 10, type="Bug")
    bug = world.ticket("AA-900", (ago(30), "Doing"), type="Bug")
    levels = {row["type"]: row for row in world.computed()["ticket_service_levels"].to_dicts()}
    assert (levels["Bug"]["days"], levels["Bug"]["days_reason"]) == (None, "too_few_items")
    assert flow(world, bug)["sle_days"] == levels["all"]["days"] == 16


def test_a_parent_is_not_measured_by_the_level_of_its_parts(world: TicketWorld) -> None:
    finished(world, 20, 10)
    epic = world.ticket("AA-900", (ago(90), "Doing"), type="Epic")
    world.ticket("AA-901", (ago(30), "Backlog"), parent_key="AA-900")
    assert (flow(world, epic)["sle_days"], flow(world, epic)["is_beyond_sle"]) == (None, None)
    finished(world, 10, 10, type="Epic")
    assert flow(world, epic)["is_beyond_sle"]


def test_a_ticket_belongs_to_the_teams_of_its_project_and_else_of_its_assignee(world: TicketWorld) -> None:
    early = datetime.fromisoformat("1970-01-01")
    for team, project in (("blue", "AA"), ("red", "AA"), ("red", "BB")):
        world.add("team_scopes", team=team, kind="ticket_project", pattern=project)
    world.add("team_scopes", team="green", kind="repository", pattern="acme/*")
    for team, person in (("blue", "ann"), ("red", "ben"), ("green", "cat"), ("red", "dan"), ("blue", "dan")):
        world.add("team_members", team=team, person_id=person, valid_from=early)
    cases = {
        "AA-1": ("ann", ["blue"]),
        "AA-2": ("cat", ["blue", "red"]),
        "AA-3": ("dan", ["blue", "red"]),
        "BB-1": ("ann", ["red"]),
        "XX-1": ("cat", ["green"]),
        "XX-2": (None, []),
    }
    for key, (assignee, _) in cases.items():
        world.ticket(key, (ago(3), "Backlog"), assignee_id=assignee)
    world.ticket("acme/app#1", (ago(3), "Backlog"), project="acme/app")
    tables = world.computed(minimum_group=1)
    created = tables["observations"].filter(metric="tickets_created", scope_kind="team", period="rolling_90d")
    assert dict(created.select("scope", "value").iter_rows()) == {"blue": 3, "red": 3, "green": 2}
    teams = dict(tables["ticket_flow"].select("key", "team").iter_rows())
    assert teams == {key: (names or [None])[0] for key, (_, names) in cases.items()} | {"acme/app#1": "green"}
    assert {kind for (kind,) in tables["ticket_days"].select("scope_kind").iter_rows()} == {"all", "project", "team"}
    too_small = world.computed(minimum_group=3)
    assert too_small["ticket_days"].filter(scope_kind="team").is_empty()
    suppressed = too_small["observations"].filter(scope_kind="team")
    assert set(suppressed["reason"]) == {"group_too_small"}


def test_a_repository_is_called_as_everywhere_else(world: TicketWorld) -> None:
    # By its whole name or its last parts; stars cross slashes.
    for team, pattern in (("blue", "app"), ("red", "acme/*"), ("green", "deep/lib")):
        world.add("team_scopes", team=team, kind="repository", pattern=pattern)
    for key in ("acme/app#1", "acme/deep/lib#1", "other/happ#1"):
        world.ticket(key, (ago(3), "Backlog"), project=key.partition("#")[0])
    created = world.computed(minimum_group=0)["observations"].filter(
        metric="tickets_created", scope_kind="team", period="rolling_90d"
    )
    assert dict(created.select("scope", "value").iter_rows()) == {"blue": 1, "green": 1, "red": 2}


def test_the_cumulative_flow_marks_the_days_that_were_rewritten(world: TicketWorld) -> None:
    world.ticket("AA-1", (ago(5), "Backlog"), (ago(4), "Doing"), (ago(2), "Backlog"), (ago(1), "Doing"))
    world.ticket("AA-2", (ago(5), "Doing"), (ago(3), "Done"), (ago(2), "Doing"))
    flow_ = world.computed()["cumulative_flow"]

    def series(category: str, column: str) -> list[int]:
        return flow_.filter(status_category=category)[column].to_list()

    assert series("todo", "items") == [2] * 6
    assert (series("in_progress", "items"), series("in_progress", "corrections")) == (
        [1] * 4 + [2] * 2,
        [0, 0, 0, 1, 0, 0],
    )
    assert (series("done", "items"), series("done", "corrections")) == ([0] * 6, [0, 0, 0, 1, 0, 0])


def test_littles_law_holds_in_a_steady_flow_and_not_where_work_is_forgotten(world: TicketWorld) -> None:
    # One a day is begun and takes three days.
    for number in range(150):
        world.ticket(f"AA-{number}", (ago(number + 4), "Doing"), (ago(number + 1), "Done"))
    steady = world.computed()["ticket_self_check"].filter(scope_kind="all").row(0, named=True)
    assert (steady["expected"], steady["is_large"]) == (pytest.approx(3, rel=0.05), False)
    assert steady["residual"] == pytest.approx(0, abs=0.05)
    for number in range(900, 905):
        world.ticket(f"AA-{number}", (ago(120), "Doing"))
    forgotten = world.computed()["ticket_self_check"].filter(scope_kind="all").row(0, named=True)
    assert (forgotten["in_progress"], forgotten["is_large"]) == (pytest.approx(8, rel=0.05), True)


def charts(values: list[float | None]) -> list[dict[str, Any]]:
    start = datetime.fromisoformat("2026-01-05").date()
    observed = pl.LazyFrame(
        {
            "metric": "tickets_finished",
            "scope_kind": "all",
            "scope": "all",
            "period": "week",
            "period_start": [start + timedelta(weeks=week) for week in range(len(values))],
            "value": values,
        },
        schema_overrides={"value": pl.Float64},
    )
    return process_behaviour(observed).collect().to_dicts()


def test_limits_are_the_mean_and_266_times_the_moving_range() -> None:
    # Mean 12; the moving ranges are 2, 4, 2, 2, 4, 2, 2, 2, 4.
    values = [11.0, 13, 9, 11, 13, 17, 15, 13, 11, 7]
    rows = charts(values)
    mean, spread = sum(values) / 10, 2.66 * (2 + 4 + 2 + 2 + 4 + 2 + 2 + 2 + 4) / 9
    for row in rows:
        assert (row["mean"], row["lower"], row["upper"]) == pytest.approx((mean, mean - spread, mean + spread))
    assert [row["signal"] for row in rows] == [None] * 10


def test_signals() -> None:
    beyond = charts([5.0, 5, 6, 5, 5, 6, 5, 5, 30, 5])
    assert [(row["signal"], row["side"]) for row in beyond][8] == ("beyond_limit", "above")
    # Eight weeks above the mean, after eight below.
    shifted = charts([float(4 + week % 2) for week in range(8)] + [float(6 + week % 2) for week in range(8)])
    assert shifted[7]["signal"] is not None
    assert shifted[15]["signal"] is not None
    assert (shifted[7]["side"], shifted[15]["side"]) == ("below", "above")
    assert {row["reason"] for row in charts([1.0] * 7)} == {"too_few_weeks"}
    assert {row["upper"] for row in charts([1.0] * 7)} == {None}
    # Of what mostly does not happen, every time would be a signal.
    assert {row["reason"] for row in charts([0.0, 0, 1, 0, 0, 1, 0, 0, 1])} == {"mostly_none"}
    assert {row["reason"] for row in charts([0.0, 2, 1, 0, 0, 1, 0, 3])} == {None}
    # Weeks without a value are no weeks of the chart.
    assert len(charts([1.0, None, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0])) == 8


def test_eight_on_one_side_needs_eight() -> None:
    # Small steps near the mean, in which nothing else is out of the ordinary.
    low = [9.0, 9.9] * 4
    high = [10.1, 11.0] * 4
    signals = [row["signal"] for row in charts([*low, *high])]
    assert signals[:7] == [None] * 7
    assert signals[7] == "eight_on_one_side"
    assert signals[14] is None
    assert signals[15] == "eight_on_one_side"
