"""Sprints, parents and changed requirements that can be worked out by hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from ticket_worlds import DAY, HOUR, TicketWorld

NOW = datetime.fromisoformat("2026-06-03T12:00:00")


def ago(days: float) -> datetime:
    return NOW - days * DAY


@pytest.fixture
def world() -> TicketWorld:
    made = TicketWorld(as_of=NOW)
    for number, (start, end) in enumerate([(30, 16), (16, 2)]):
        made.add(
            "sprints",
            sprint_id=f"jira:{number}",
            board="Pay",
            name=f"S{number}",
            state="closed",
            started_at=ago(start),
            ends_at=ago(end),
            completed_at=ago(end),
        )
    made.add("sprints", sprint_id="jira:2", name="S2", board="Pay", state="active", started_at=ago(2), ends_at=ago(-12))
    return made


def put(world: TicketWorld, ticket_id: str, sprint: int, added: float, removed: float | None = None) -> None:
    world.add(
        "ticket_sprints",
        ticket_id=ticket_id,
        sprint_id=f"jira:{sprint}",
        added_at=ago(added),
        removed_at=None if removed is None else ago(removed),
    )


def observed(world: TicketWorld, metric: str, **settings: Any) -> tuple[Any, ...]:
    found = world.computed(**settings)["observations"].filter(metric=metric, scope="all", period="rolling_90d")
    return found.select("value", "n", "reason").row(0)


def test_a_sprint_that_was_planned_and_went_otherwise(world: TicketWorld) -> None:
    kept = world.ticket("AA-1", (ago(40), "Backlog"), (ago(25), "Doing"), (ago(20), "Done"), (ago(10), "Doing"))
    over = world.ticket("AA-2", (ago(40), "Backlog"), (ago(25), "Doing"))
    sudden = world.ticket("AA-3", (ago(26), "Doing"), (ago(24), "Done"))
    dropped = world.ticket("AA-4", (ago(40), "Backlog"))
    old = world.ticket("AA-5", (ago(50), "Doing"), (ago(45), "Done"))
    put(world, kept, 0, 32)
    put(world, over, 0, 29.5, 16)
    put(world, over, 1, 16, 2)
    put(world, over, 2, 2)
    put(world, sudden, 0, 26)
    put(world, dropped, 0, 32, 20)
    put(world, old, 0, 32)
    sprint, after, running = world.computed()["sprint_scope"].to_dicts()
    # AA-1 was reopened later, and was finished all the same; AA-5 had been finished before, and is not carried over.
    counts = ("planned", "added", "removed", "completed", "planned_completed", "carried_over", "carried_twice")
    assert [sprint[name] for name in counts] == [4, 1, 1, 2, 1, 1, 0]
    assert (sprint["planning_accuracy"], sprint["unplanned_share"]) == (1 / 4, 1 / 2)
    assert (after["carried_over"], after["carried_twice"], after["unplanned_reason"]) == (1, 1, "nothing_completed")
    assert (running["planned"], running["carried_over"], running["accuracy_reason"]) == (1, None, "not_over")
    changes = world.computed()["scope_changes"].select("ticket_id", "kind", "to_value").rows()
    assert changes == [(sudden, "added_to_sprint", "S0"), (dropped, "removed_from_sprint", "S0")]
    assert observed(world, "planning_accuracy") == (1 / 5, 5, None)
    assert observed(world, "unplanned_share") == (1 / 2, 2, None)
    assert observed(world, "carried_over_share") == (2 / 5, 5, None)


def test_a_sprint_that_nobody_started_or_whose_end_nobody_knows_is_not_told(world: TicketWorld) -> None:
    world.add("sprints", sprint_id="jira:3", name="S3", state="future", started_at=ago(1), ends_at=ago(-13))
    world.add("sprints", sprint_id="jira:4", name="S4", state="closed", started_at=ago(90))
    put(world, world.ticket("AA-1", (ago(95), "Doing")), 4, 90)
    tables = world.computed()
    assert tables["sprint_scope"]["name"].to_list() == ["S0", "S1", "S2"]
    assert tables["sprint_tickets"].is_empty()


@pytest.mark.parametrize("state", ["future", "active", "closed"])
def test_a_sprint_that_ends_by_itself_goes_by_its_dates(world: TicketWorld, state: str) -> None:
    # Its state is that of the last time that a ticket in it changed.
    dates = {"started_at": ago(20), "ends_at": ago(6), "completed_at": ago(6)}
    world.add("sprints", sprint_id="jira:3", name="S3", state=state, **dates)
    world.add("sprints", sprint_id="jira:4", name="S4", state=state, started_at=ago(6), completed_at=ago(-8))
    *_, over, running = world.computed()["sprint_scope"].to_dicts()
    assert (over["name"], over["is_over"], over["ended_at"]) == ("S3", True, ago(6))
    assert (running["name"], running["is_over"], running["ended_at"]) == ("S4", False, NOW)


def test_a_day_of_grace(world: TicketWorld) -> None:
    for number, hours in enumerate([24, 25]):
        put(world, world.ticket(f"AA-{number}", (ago(40), "Backlog")), 0, 30 - hours / 24)
    found = world.computed()["sprint_tickets"].select("is_planned", "is_added").rows()
    assert found == [(True, False), (False, True)]


def test_points_are_those_of_the_time(world: TicketWorld) -> None:
    ticket = world.ticket("AA-1", (ago(40), "Backlog"), (ago(20), "Done"), story_points=8.0)
    put(world, ticket, 0, 32)
    world.change(ticket, "Story Points", ago(35), None, "3")
    world.change(ticket, "Story Points", ago(25), "3", "5")
    world.change(ticket, "Story Points", ago(10), "5", "8")
    row = world.computed()["sprint_tickets"].row(0, named=True)
    assert (row["points_at_start"], row["points_at_end"], row["is_reestimated"]) == (3.0, 5.0, True)
    sprint = world.computed()["sprint_scope"].row(0, named=True)
    assert (sprint["planned_points"], sprint["completed_points"], sprint["added_points"]) == (3.0, 5.0, None)


def test_a_parent_that_grew_after_work_on_it_had_begun(world: TicketWorld) -> None:
    parent = world.ticket("AA-1", (ago(60), "Backlog"), (ago(30), "Doing"), type="Epic")
    ages = [50, 40, 30, 20, 10]
    for number, days in enumerate(ages):
        world.ticket(f"AA-{number + 10}", (ago(days), "Backlog"), parent_key="AA-1")
    world.ticket("AA-90", (ago(45), "Doing"), (ago(5), "Done"), parent_key="AA-1")
    world.ticket("AA-91", (ago(45), "Doing"), parent_key="AA-1", source="other")
    row = world.computed()["parent_scope"].row(0, named=True)
    assert (row["ticket_id"], row["children"], row["children_done"]) == (parent, 6, 1)
    assert (row["children_at_start"], row["children_added"], row["growth"]) == (4, 2, 0.5)
    assert (row["created_30d"], row["added_30d"], row["finished_30d"]) == (2, 2, 1)
    added = world.computed()["scope_changes"].filter(kind="child_added")
    assert added.select("ticket_id", "to_value").rows() == [(parent, "AA-13"), (parent, "AA-14")]
    assert added["after_start_seconds"].to_list() == [10 * 86_400, 20 * 86_400]


def test_a_parent_that_was_cut_into_parts_before_work_on_it_began_did_not_grow(world: TicketWorld) -> None:
    world.ticket("AA-1", (ago(60), "Backlog"), (ago(15), "Doing"), type="Epic")
    for number, days in enumerate([40, 20, 16, 15, 14]):
        world.ticket(f"AA-{number + 10}", (ago(days), "Backlog"), parent_key="AA-1")
    row = world.computed()["parent_scope"].row(0, named=True)
    assert (row["children_at_start"], row["created_30d"], row["added_30d"]) == (4, 4, 1)


def test_what_a_ticket_lacked_when_it_was_started(world: TicketWorld) -> None:
    late = world.ticket("AA-1", (ago(9), "Backlog"), (ago(8), "Doing"), assignee_id="ann", story_points=3.0)
    world.change(late, "assignee", ago(7), None, "ann")
    world.change(late, "Story Points", ago(8.5), "5", "3")
    world.change(late, "description", ago(7.5), "120", "300")
    world.change(late, "Acceptance Criteria", ago(8), None, "40")  # with the start, not after it
    ready = world.ticket("AA-2", (ago(9), "Backlog"), (ago(8), "Doing"), assignee_id="ann")
    needs = ("assignee", "estimate")
    rows = {r["ticket_id"]: r for r in world.computed(readiness_needs=needs)["ticket_requirements"].to_dicts()}
    assert (rows[late]["missing"], rows[late]["is_ready"], rows[late]["has_description"]) == (["assignee"], False, True)
    assert (rows[ready]["missing"], rows[ready]["has_description"]) == (["estimate"], None)
    assert rows[late]["requirement_changes"] == 1
    assert observed(world, "unready_starts", readiness_needs=needs) == (1.0, 2, None)
    assert observed(world, "unready_starts", readiness_needs=("description",)) == (0.0, 1, None)
    assert observed(world, "unready_starts", readiness_needs=()) == (0.0, 2, None)


def test_one_of_several_who_are_assigned_can_go(world: TicketWorld) -> None:
    begun = world.ticket("AA-1", (ago(9), "Backlog"), (ago(2), "Doing"), assignee_id="ben")
    to_do = world.ticket("AA-2", (ago(9), "Backlog"), assignee_id="ben")
    for ticket in (begun, to_do):
        world.change(ticket, "assignee", ago(8), None, "ann")
        # Trackers in which several can be assigned tell first who came.
        world.change(ticket, "assignee", ago(7), None, "ben")
        world.change(ticket, "assignee", ago(7), "ann", None)
    lonely = world.ticket("AA-3", (ago(9), "Backlog"), (ago(2), "Doing"), assignee_id="ann")
    world.change(lonely, "assignee", ago(7), "ann", None)
    found = dict(world.computed()["ticket_requirements"].select("ticket_id", "has_assignee").iter_rows())
    assert found == {begun: True, to_do: True, lonely: False}


def test_tickets_whose_requirements_changed_beside_the_others(world: TicketWorld) -> None:
    for number in range(12):
        changed = number < 6
        ticket = world.ticket(
            f"AA-{number}",
            (ago(60), "Doing"),
            *([(ago(59), "Backlog"), (ago(58), "Doing")] if changed else []),
            (ago(52 if changed else 55), "Done"),
        )
        if changed:
            world.change(ticket, "Acceptance Criteria", ago(57), "1", "2")
        world.change(ticket, "description", ago(50), "1", "2")  # after the end
    found = world.computed()["requirement_rework"].select(
        "requirements", "n", "returned_share", "reopened_share", "cycle_p50_seconds"
    )
    assert found.rows() == [("changed", 6, 1.0, 0.0, 6 * 86_400), ("unchanged", 6, 0.0, 0.0, 5 * 86_400)]
    assert observed(world, "changed_requirements") == (1 / 2, 12, None)


def merged(world: TicketWorld, number: int, *, served: bool, author: str | None = "ann") -> None:
    pr_id = f"hub:acme/app#{number}"
    at = ago(5) + number * HOUR
    world.add(
        "pull_requests",
        pr_id=pr_id,
        repo_id="hub:acme/app",
        number=number,
        author_id=author,
        state="merged",
        is_draft=False,
        created_at=at - timedelta(hours=2),
        merged_at=at,
        closed_at=at,
    )
    if served:
        world.add("pull_request_tickets", pr_id=pr_id, ticket_id="jira:AA-1", found_in="title")


def test_untracked_work(world: TicketWorld) -> None:
    world.add("repositories", repo_id="hub:acme/app", name="acme/app", default_branch="main")
    for number, (served, author) in enumerate([(True, "ann"), (False, "ann"), (False, "stale-bot"), (False, "ben")]):
        merged(world, number, served=served, author=author)
    # Where no ticket is known nobody can tell.
    assert world.computed()["untracked_work"].is_empty()
    assert "untracked_work" not in set(world.computed()["observations"]["metric"])
    world.ticket("AA-1", (ago(9), "Doing"))
    assert world.computed()["untracked_work"]["number"].to_list() == [1, 3]
    assert observed(world, "untracked_work") == (pytest.approx(2 / 3), 3, None)
