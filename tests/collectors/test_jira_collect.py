"""Jira read over HTTP from a world in memory: whole rows, few requests, nothing lost whatever happens."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from collectors import jira
from tests.collectors.jira_world.server import TOKEN, USER, Server, at_random, serving
from tests.collectors.jira_world.world import POINTS, Item, World
from tests.collectors.memory import Memory
from warehouse.payloads import Archive
from warehouse.tables import CORE, Page

PATIENT = jira.Patience(longest_wait_seconds=2, first_pause_seconds=0.001, attempts=10)
BOTH = pytest.mark.parametrize("is_cloud", [True, False], ids=["cloud", "server"])


def client(server: Server, *, patience: jira.Patience = PATIENT) -> jira.Client:
    user = USER if server.world.is_cloud else None
    return jira.Client(jira.Credentials(TOKEN, user), server.url, patience=patience)


def source_of(server: Server, *keys: str, **more: Any) -> jira.JiraSource:
    return jira.JiraSource("jira", server.url, keys or (() if "jql" in more else ("APP", "OPS")), **more)


def collected(
    server: Server,
    memory: Memory | None = None,
    *,
    source: jira.JiraSource | None = None,
    stop_after: int | None = None,
    keep: Callable[[Page], None] = lambda page: None,
    full: bool = False,
) -> Memory:
    memory = memory or Memory()
    source = source or source_of(server)
    pages = jira.collect(source, client(server), memory, full=full)
    for number, page in enumerate(pages):
        if number == stop_after:
            pages.close()  # type: ignore[attr-defined]
            break
        keep(page)
        memory.load(page, source.name)
    return memory


def tables(memory: Memory) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: sorted(memory.table(name).rows(), key=repr) for name in CORE if "source" in memory.tables[name].columns
    }


def no_longer_looked(memory: Memory) -> None:
    """Let a week pass since boards and what is gone were last looked for."""
    for key in [("sweep", "all"), ("sprints", "all")]:
        memory.cursors.pop(key, None)


def lively(seed: int, changes: int = 120, *, is_cloud: bool = True) -> tuple[World, random.Random]:
    """A world in which much has happened, and the chance that made it happen."""
    world, chance = World(is_cloud=is_cloud, zone="Asia/Kolkata"), random.Random(seed)
    for key in ("APP", "OPS"):
        world.project(key)
        world.version(key, "1.0", releaseDate="2026-05-01")
        world.sprint(world.board(key, f"Board of {key}"), "Sprint 1", "active")
    change(world, chance, changes)
    return world, chance


def change(world: World, chance: random.Random, changes: int) -> None:  # noqa: C901, PLR0912 - one case a change
    people = ["ana", "ben", "cleo"]
    for _ in range(changes):
        who, issues = chance.choice(people), list(world.issues.values())
        if len(issues) < 3:
            world.open_issue(chance.choice(["APP", "OPS"]), who)
            continue
        one, two = chance.sample(issues, 2)
        match chance.randrange(18):
            case 0 | 1 | 2:
                world.open_issue(chance.choice(["APP", "OPS"]), who, chance.choice(["Story", "Bug"]), due="2026-04-01")
            case 3 | 4 | 5 | 6:
                world.move(one, chance.choice(list(world.statuses)), who)
            case 7:
                world.assign(one, chance.choice([*people, None]), who)
            case 8:
                world.plan(one, *chance.sample(list(world.sprints.values()), chance.randrange(2)), by=who)
            case 9:
                world.flag(one, who)
            case 10:
                world.estimate(one, chance.choice([1, 2, 3, 5, 8]), who)
            case 11:
                world.describe(one, "x" * chance.randrange(400), who)
            case 12:
                for _ in range(chance.choice([1, 1, 30])):
                    world.comment(one, who)
            case 13:
                world.link(one, two)
            case 14:
                world.adopt(one, two, who)
            case 15:
                world.relocate(one, "OPS" if one["project"] == "APP" else "APP", who)
            case 16:
                for _ in range(chance.choice([1, 45])):
                    world.flag(one, who)
            case _:
                board = chance.choice(world.boards)
                active = [s for s in world.sprints.values() if s["boardId"] == board["id"] and s["state"] == "active"]
                if active:
                    world.close_sprint(active[0])
                world.sprint(board, f"Sprint {world.number()}", "active")


@BOTH
def test_whole_rows_of_a_ticket(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    version = world.version("APP", "1.0", releaseDate="2026-05-01")
    sprint = world.sprint(world.board("APP", "Team board"), "Sprint 1", "active")
    epic = world.open_issue("APP", "ana", "Epic")
    issue = world.open_issue(
        "APP", "ana", due="2026-04-01", labels=["ui"], components=["web"], spent=5400, estimate=7200
    )
    issue["versions"] = [version["id"]]
    world.plan(issue, sprint)
    world.adopt(issue, epic)
    world.link(issue, epic)
    world.estimate(issue, 5)
    world.assign(issue, "ben")
    world.move(issue, "3", "ben")
    world.comment(issue, "cleo", "Why?")
    world.move(issue, "5", "ben")
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))

    ana, ben, cleo = (f"jira:{world.native(login)}" for login in ("ana", "ben", "cleo"))
    ticket_id = f"jira:{issue['id']}"
    row = memory.table("tickets").row(by_predicate=pl.col("ticket_id") == ticket_id, named=True)
    assert row == {
        "ticket_id": ticket_id,
        "key": "APP-2",
        "project": "APP",
        "type": "Story",
        "title": "A story",
        "status": "Done",
        "status_category": "done",
        "status_id": "5",
        "priority": "Medium",
        "reporter_id": ana,
        "assignee_id": ben,
        "created_at": datetime.fromisoformat("2026-03-02T08:06:00"),
        "updated_at": datetime.fromisoformat("2026-03-02T08:33:00"),
        "resolved_at": datetime.fromisoformat("2026-03-02T08:33:00"),
        "resolution": "Done",
        "due_on": date(2026, 4, 1),
        "story_points": 5.0,
        "estimate_seconds": 7200,
        "spent_seconds": 5400,
        "parent_key": "APP-1",
        "milestone": "1.0",
        "labels": ["ui"],
        "components": ["web"],
        "url": f"{server.url}/browse/APP-2",
        "history_complete": True,
        "body_length": 19,
    }
    intervals = memory.table("ticket_status_intervals").filter(ticket_id=ticket_id)
    assert intervals.select("status", "status_category", "entered_at", "left_at", "actor_id").rows() == [
        ("To Do", "todo", at("08:06"), at("08:27"), ana),
        ("In Progress", "in_progress", at("08:27"), at("08:33"), ben),
        ("Done", "done", at("08:33"), None, ben),
    ]
    changed = memory.table("ticket_changes").filter(ticket_id=ticket_id).sort("changed_at", "change_id")
    assert changed.select("field", "from_value", "to_value", "actor_id").rows() == [
        ("sprint", None, str(sprint["id"]), ana),
        ("parent", None, "APP-1", ana),
        ("links", None, "APP-1", ana),
        ("story_points", None, "5", ana),
        ("assignee", None, ben.removeprefix("jira:"), ana),
        ("status", "To Do", "In Progress", ben),
        ("status", "In Progress", "Done", ben),
        ("resolution", None, "Done", ben),
    ]
    assert memory.table("ticket_links").rows() == [
        (f"jira:{epic['id']}", "is_blocked_by", "APP-2"),
        (ticket_id, "blocks", "APP-1"),
        (ticket_id, "parent", "APP-1"),
    ]
    assert memory.table("ticket_sprints").rows() == [(ticket_id, f"jira:{sprint['id']}", at("08:09"), None)]
    assert memory.table("sprints").rows() == [
        (f"jira:{sprint['id']}", "Team board", "Sprint 1", "active", at("08:00"), at("08:00", day=16), None)
    ]
    assert memory.table("milestones").select("project", "title", "state", "due_on", "closed_at").rows() == [
        ("APP", "1.0", "open", date(2026, 5, 1), None)
    ]
    comments = memory.table("comments").select("ticket_id", "author_id", "created_at", "body_length")
    assert comments.rows() == [(ticket_id, cleo, at("08:30"), 4)]
    login = world.native("ana") if is_cloud else "ana"
    email = None if is_cloud else "ana@acme.example"
    person = memory.table("identities").row(by_predicate=pl.col("identity_id") == ana, named=True)
    assert [person[name] for name in ("account", "name", "email", "platform_type")] == [
        login,
        "Ana Anason",
        email,
        "User",
    ]


def at(time: str, day: int = 2) -> datetime:
    return datetime.fromisoformat(f"2026-03-{day:02}T{time}")


@BOTH
def test_a_thousand_tickets_cost_twenty_requests_and_one_for_each_page_of_a_long_history(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    world.board("APP", "Team board")
    for _ in range(1000):
        world.move(world.open_issue("APP"), "3")
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))
        assert memory.table("tickets").height == 1000
        assert len(server.requests) <= 0.02 * 1000
        longest = list(world.issues.values())[:3]
        for issue in longest:
            for _ in range(60):
                world.flag(issue)
        before = len(server.requests)
        collected(server, memory, source=source_of(server, "APP"))
        histories = [request for request in server.requests[before:] if "changelog" in request]
        assert len(histories) == (1 if is_cloud else 0)
    assert memory.table("ticket_changes").height == 1000 + 3 * 60
    assert memory.table("tickets")["history_complete"].all()


@BOTH
def test_nothing_new_stores_nothing_and_asks_little(is_cloud: bool) -> None:
    world, _ = lively(1, is_cloud=is_cloud)
    with serving(world) as server:
        memory = collected(server)
        before, asked = tables(memory), len(server.requests)
        pages: list[Page] = []
        collected(server, memory, keep=pages.append)
        # The server, then project, search and board of each; sprints that go on are told with their board.
        assert len(server.requests) - asked <= 4 + 2 * 3
        assert not any(page.payloads or page.upserts or page.deletes for page in pages if page.stream != "server")
    assert tables(memory) == before


@pytest.mark.parametrize("has_bulk", [True, False])
def test_histories_and_comments_that_are_cut_off_are_completed(has_bulk: bool) -> None:
    world = World()
    world.project("APP")
    issues = [world.open_issue("APP") for _ in range(3)]
    for issue in issues:
        world.move(issue, "3", "ben")
        for _ in range(250):
            world.flag(issue)
        for _ in range(130):
            world.comment(issue)
        world.move(issue, "5", "ben")
    with serving(world, has_bulk=has_bulk, has_changelog=not has_bulk) as server:
        memory = collected(server, source=source_of(server, "APP"))
        extra = [request for request in server.requests if "changelog" in request]
    assert len(extra) == (1 if has_bulk else 1 + 3 * 3)
    assert memory.table("ticket_changes").height == 3 * (250 + 3)
    assert memory.table("comments").height == 3 * 130
    assert memory.table("tickets")["history_complete"].to_list() == [True] * 3
    assert memory.table("ticket_status_intervals")["status"].to_list() == ["To Do", "In Progress", "Done"] * 3
    assert "history_incomplete" not in memory.quality


def test_a_history_that_cannot_be_completed_is_marked() -> None:
    world = World()
    world.project("APP")
    issue = world.open_issue("APP")
    world.move(issue, "3")
    for _ in range(60):
        world.flag(issue)
    with serving(world, has_bulk=False, has_changelog=False) as server:
        memory = collected(server, source=source_of(server, "APP"))
    assert memory.table("tickets")["history_complete"].to_list() == [False]
    assert memory.quality == {"history_incomplete": 1}


def test_a_server_without_a_list_of_changes_tells_them_with_the_ticket() -> None:
    world = World(is_cloud=False)
    world.project("APP")
    issue = world.open_issue("APP")
    for _ in range(120):
        world.flag(issue)
    with serving(world, changes_told=100) as server:
        memory = collected(server, source=source_of(server, "APP"))
        assert [r for r in server.requests if "/issue/" in r] == [
            f"GET /rest/api/2/issue/{issue['id']}/changelog",
            f"GET /rest/api/2/issue/{issue['id']}",
        ]
    assert memory.table("ticket_changes").height == 120
    assert memory.table("tickets")["history_complete"].to_list() == [True]


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_incremental_equals_full(seed: int, is_cloud: bool) -> None:
    world, chance = lively(seed, is_cloud=is_cloud)
    with serving(world) as server:
        memory, deleted = collected(server), 0
        for _ in range(4):
            change(world, chance, 25)
            if len(world.issues) > 5:
                gone = chance.choice(list(world.issues.values()))
                deleted += f"jira:{gone['id']}" in memory.table("tickets")["ticket_id"]
                world.delete(gone)
            collected(server, memory)
        no_longer_looked(memory)
        collected(server, memory)
        fresh = collected(server)
    known, anew = tables(memory), tables(fresh)
    for name in known:
        if name != "identities":  # who is named nowhere any more stays known
            assert known[name] == anew[name], name
    assert memory.quality["issue_gone"] == deleted > 1


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_faults_and_interruptions_leave_the_same_tables(seed: int, is_cloud: bool) -> None:
    world, chance = lively(seed, 200, is_cloud=is_cloud)
    with serving(world, most=7) as server:
        undisturbed = collected(server)
        server.requests.clear()
        server.fault = at_random(seed, 0.3)
        memory = Memory()
        for _ in range(5):
            collected(server, memory, stop_after=chance.randrange(1, 5))
        collected(server, memory)
    assert tables(memory) == tables(undisturbed)


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_tickets_that_change_while_they_are_read_lose_nothing(seed: int, is_cloud: bool) -> None:
    world, chance = lively(seed, 150, is_cloud=is_cloud)
    for issue in world.issues.values():  # as after a change of many at once: all in one minute
        issue["updated"] = world.now
    world.tick(60)

    def meddle(number: int) -> None:
        if number % 2 == 0 and number < 60:
            world.comment(chance.choice(list(world.issues.values())))

    with serving(world, most=6) as server:
        server.between = meddle
        memory = collected(server)
        server.between = lambda number: None
        collected(server, memory)
        fresh = collected(server)
    assert tables(memory) == tables(fresh)
    assert memory.table("tickets").height == len(world.issues)


@BOTH
def test_archived_answers_give_the_same_tables(tmp_path: Path, is_cloud: bool) -> None:
    world, chance = lively(5, 150, is_cloud=is_cloud)
    archive, number = Archive(tmp_path), iter(range(10**6))
    now = datetime.fromisoformat("2026-05-04T12:00:00")

    def keep(page: Page) -> None:
        if page.payloads:
            archive.keep(page, source="jira", run_id=f"run{next(number):06}", now=now)

    with serving(world, most=20) as server:
        memory = collected(server, keep=keep)
        for _ in range(3):
            change(world, chance, 40)
            world.delete(chance.choice(list(world.issues.values())))
            world.statuses["3"]["name"] = f"Doing {chance.randrange(100)}"
            no_longer_looked(memory)
            collected(server, memory, keep=keep)
        source = source_of(server)
    again = Memory()
    for kept in archive.pages("jira"):
        page = jira.page_of(source, kept.stream, kept.scope, kept.payloads, again)
        again.load(replace(page, cursor=kept.cursor, restart=kept.restart, payloads=()), "jira")
    assert tables(again) == tables(memory)


@BOTH
@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_the_clock_shows_twice_loses_nothing(is_cloud: bool, fold: int) -> None:
    # In Berlin it is 02:30 at 00:30 and at 01:30 UTC on 25 October 2026.
    world = World(is_cloud=is_cloud, now=datetime.fromisoformat("2026-10-24T23:30:00"))
    world.project("APP")
    with serving(world, fold=fold, most=5) as server:
        memory = Memory()
        for _ in range(12):
            for _ in range(4):
                world.open_issue("APP")
            collected(server, memory, source=source_of(server, "APP"))
        assert memory.table("tickets").height == 48
        assert collected(server, source=source_of(server, "APP")).table("tickets").height == 48


@BOTH
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "Nowhere/Unknown"])
def test_dates_are_asked_for_by_the_clock_of_the_account(zone: str, is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud, zone=zone if "Nowhere" not in zone else "Pacific/Apia")
    world.project("APP")
    with serving(world, most=5) as server:
        memory = Memory()
        for _ in range(6):
            for _ in range(3):
                world.open_issue("APP")
            shown = world.zone
            if "Nowhere" in zone:
                server.told_zone = zone
            collected(server, memory, source=source_of(server, "APP"))
            assert world.zone == shown
    assert memory.table("tickets").height == 18
    if zone == "Asia/Kolkata":  # 08:45 UTC less the overlap
        assert 'updated >= "2026/03/02 14:10"' in server.questions[-1]


@BOTH
def test_more_tickets_in_a_minute_than_a_page_holds(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    issues = [world.open_issue("APP") for _ in range(60)]
    for number, issue in enumerate(issues[:45]):
        issue["updated"] = world.now + timedelta(milliseconds=number)
    world.tick(10)
    world.move(issues[-1], "3")
    with serving(world, most=10) as server:
        memory = collected(server, source=source_of(server, "APP"))
        assert memory.table("tickets").height == 60
        assert len(set(server.requests)) < 10
        assert len([r for r in server.requests if "search" in r]) <= 10


@BOTH
def test_a_crowded_minute_that_goes_on_losing_tickets_is_read_to_its_end(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    issues = [world.open_issue("APP") for _ in range(60)]
    world.tick(10)
    for issue in issues:
        issue["updated"] = world.now
    world.tick(10)
    leaving = iter(issues[:30])
    with serving(world, most=5) as server:

        def leave(number: int) -> None:
            if number > 6 and (issue := next(leaving, None)):
                world.comment(issue)

        server.between = leave
        memory = collected(server, source=source_of(server, "APP"))
        assert memory.table("tickets").height == 60
        server.between = lambda number: None
        collected(server, memory, source=source_of(server, "APP"))  # what changed after the end was reached
    assert memory.table("comments").height == sum(len(issue["comments"]) for issue in issues) > 10


@BOTH
def test_a_ticket_of_the_future_does_not_hide_what_changes_before_it(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    issues = [world.open_issue("APP") for _ in range(3)]
    issues[1]["updated"] = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=30)  # imported, or by a wrong clock
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))
        for _ in range(2):
            world.now = datetime.now(UTC).replace(tzinfo=None)
            world.comment(issues[0])
            collected(server, memory, source=source_of(server, "APP"))
    assert memory.table("tickets").height == 3
    assert memory.table("comments").height == 2


@BOTH
def test_moved_tickets_keep_their_rows_under_the_new_key(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    for key in ("APP", "OPS"):
        world.project(key)
    moved, child, linked = (world.open_issue("APP") for _ in range(3))
    world.adopt(child, moved)
    world.link(linked, moved)
    with serving(world) as server:
        memory = collected(server)
        world.relocate(moved, "OPS")
        collected(server, memory)
    ids = [f"jira:{issue['id']}" for issue in (moved, child, linked)]
    rows = {row["ticket_id"]: row for row in memory.table("tickets").rows(named=True)}
    assert [(rows[i]["key"], rows[i]["project"], rows[i]["parent_key"]) for i in ids] == [
        ("OPS-1", "OPS", None),
        ("APP-2", "APP", "OPS-1"),
        ("APP-3", "APP", None),
    ]
    assert (ids[2], "blocks", "OPS-1") in memory.table("ticket_links").rows()
    assert "APP-1" not in repr(memory.table("ticket_links").rows())
    changed = memory.table("ticket_changes").filter(ticket_id=ids[0], field="key")
    assert changed.select("from_value", "to_value").rows() == [("APP-1", "OPS-1")]
    assert memory.quality == {}


@BOTH
def test_tickets_that_are_gone_or_hidden_leave_and_are_counted(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    issues = [world.open_issue("APP") for _ in range(30)]
    world.adopt(issues[1], issues[0])
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))
        world.delete(issues[0])
        issues[2]["hidden"] = True
        collected(server, memory, source=source_of(server, "APP"))
        assert memory.table("tickets").height == 30
        asked = len(server.requests)
        collected(server, memory, source=source_of(server, "APP"), full=True)
        assert len([r for r in server.requests[asked:] if "search" in r]) == 2
    left = memory.table("tickets")
    assert left.height == 28
    assert left.filter(ticket_id=f"jira:{issues[1]['id']}")["parent_key"].to_list() == [None]
    assert memory.table("ticket_links").height == 0
    assert memory.quality == {"issue_gone": 2}


@BOTH
def test_what_is_shown_to_nobody_any_more_is_not_taken_for_deleted(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    for key in ("APP", "OPS"):
        world.project(key)
    for _ in range(12):
        world.open_issue("APP")
        world.open_issue("OPS")
    with serving(world) as server:
        memory = collected(server)
        world.projects["APP"]["archived"] = True
        world.projects["OPS"]["hidden"] = True
        with pytest.raises(ExceptionGroup) as caught:
            collected(server, memory, full=True)
        assert "project OPS is not there, or not for this account" in str(caught.value.exceptions[0])
        assert memory.table("tickets").height == 24

        world.projects["OPS"]["hidden"] = False
        for issue in world.issues.values():
            issue["hidden"] = issue["project"] == "OPS"
        with pytest.raises(ExceptionGroup) as caught:
            collected(server, memory, full=True)
        assert "none of 12 known tickets of OPS is shown any more" in str(caught.value.exceptions[0])
    assert memory.table("tickets").height == 24


@BOTH
def test_a_project_whose_tickets_are_all_hidden_stays_while_others_lose_what_is_gone(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    for key in ("APP", "OPS"):
        world.project(key)
    for _ in range(12):
        lost = world.open_issue("APP")
        world.open_issue("OPS")
    with serving(world) as server:
        memory = collected(server)
        world.delete(lost)
        for issue in world.issues.values():
            issue["hidden"] = issue["project"] == "OPS"
        no_longer_looked(memory)
        for _ in range(2):
            with pytest.raises(ExceptionGroup, match="1 parts") as caught:
                collected(server, memory)
            assert "none of 12 known tickets of OPS is shown any more" in str(caught.value.exceptions[0])
            assert memory.table("tickets")["project"].value_counts().sort("project").rows() == [
                ("APP", 11),
                ("OPS", 12),
            ]
            assert memory.quality["issue_gone"] == 1


@BOTH
def test_statuses_that_are_renamed_or_deleted_are_known_by_their_id(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    issue = world.open_issue("APP")
    world.move(issue, "4")
    world.move(issue, "3")
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))
        world.statuses["3"] = {"id": "3", "name": "Doing", "statusCategory": {"key": "indeterminate"}}
        del world.statuses["4"]
        collected(server, memory, source=source_of(server, "APP"))
        assert intervals(memory) == [("To Do", "todo"), ("In Review", "in_progress"), ("Doing", "in_progress")]
        assert memory.table("tickets").select("status", "status_category").rows() == [("Doing", "in_progress")]
        fresh = collected(server, source=source_of(server, "APP"))
    assert intervals(fresh) == [("To Do", "todo"), ("In Review", None), ("Doing", "in_progress")]
    assert fresh.quality == {"status_unknown": 1}


def intervals(memory: Memory) -> list[tuple[object, ...]]:
    return memory.table("ticket_status_intervals").select("status", "status_category").rows()


@BOTH
def test_sprints_that_end_without_a_change_of_a_ticket(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    board = world.board("APP", "Team board")
    first, second, third = (world.sprint(board, f"Sprint {n}", "active" if n == 1 else "future") for n in (1, 2, 3))
    issue = world.open_issue("APP")
    world.plan(issue, first)
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))
        world.close_sprint(first)
        second |= {"state": "active", "name": "Sprint two"}
        del world.sprints[third["id"]]
        collected(server, memory, source=source_of(server, "APP"))
        world.plan(issue, first, second)
        collected(server, memory, source=source_of(server, "APP"))
    assert memory.table("sprints").select("name", "state", "board").rows() == [
        ("Sprint 1", "closed", "Team board"),
        ("Sprint two", "active", "Team board"),
    ]
    assert memory.table("ticket_sprints").select("sprint_id", "removed_at").rows() == [
        (f"jira:{first['id']}", None),
        (f"jira:{second['id']}", None),
    ]


def test_boards_of_team_managed_projects_and_boards_without_sprints() -> None:
    world = World()
    world.project("APP")
    world.sprint(world.board("APP", "Team-managed", "simple"), "Sprint 1", "active")
    world.board("APP", "Only a list", "simple", has_sprints=False)
    world.board("APP", "Kanban", "kanban", has_sprints=False)
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))
        asked = len(server.requests)
        collected(server, memory, source=source_of(server, "APP"))
        assert len([request for request in server.requests[asked:] if "agile" in request]) == 1
    assert memory.table("sprints").select("name", "board").rows() == [("Sprint 1", "Team-managed")]


def test_a_server_without_boards_tells_the_sprints_of_its_tickets() -> None:
    world = World(is_cloud=False)
    world.project("APP")
    sprint = world.sprint({"id": 7}, "Sprint 1", "active")
    world.plan(world.open_issue("APP"), sprint)
    with serving(world, has_boards=False) as server:
        memory = collected(server, source=source_of(server, "APP"))
        collected(server, memory, source=source_of(server, "APP"))
    assert memory.table("sprints").select("name", "state", "board").rows() == [("Sprint 1", "active", None)]


@BOTH
def test_versions_that_come_out_or_go(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    one, two = world.version("APP", "1.0"), world.version("APP", "2.0", releaseDate="2026-06-01")
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))
        one |= {"released": True, "releaseDate": "2026-04-02"}
        world.projects["APP"]["versions"].remove(two)
        collected(server, memory, source=source_of(server, "APP"))
    rows = memory.table("milestones").select("title", "state", "due_on", "closed_at").rows()
    assert rows == [("1.0", "closed", date(2026, 4, 2), datetime.fromisoformat("2026-04-02"))]


@BOTH
def test_people_who_are_gone_are_nobody_in_particular(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    world.open_issue("APP", "ana")
    world.comment(world.open_issue("APP", "ben"), "ana")
    world.move(world.open_issue("APP", "ben"), "3", None)  # type: ignore[arg-type] - as after an import
    for login in ("ana", "ben"):
        world.forget(login)
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP"))
    people = memory.table("identities")
    assert people["identity_id"].to_list() == [f"jira:{world.native(login)}" for login in ("ana", "ben")]
    assert people["name"].to_list() == people["email"].to_list() == [None, None]
    assert memory.table("ticket_changes")["actor_id"].to_list() == [None]


@BOTH
def test_a_question_of_its_own_and_another_one_later(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    world.version("APP", "1.0")
    for kind in ("Bug", "Story", "Bug"):
        world.open_issue("APP", kind=kind)
    with serving(world) as server:
        memory = collected(server, source=source_of(server, jql='type = Bug ORDER BY "created" DESC'))
        assert memory.table("tickets")["type"].to_list() == ["Bug", "Bug"]
        assert memory.table("milestones")["title"].to_list() == ["1.0"]
        collected(server, memory, source=source_of(server, jql="type = Story"))
        assert memory.table("tickets")["type"].to_list() == ["Story"]
        assert memory.quality == {"issue_gone": 2}
        with pytest.raises(ExceptionGroup) as caught:
            collected(server, memory, source=source_of(server, jql="kind is odd"))
    assert "'kind is odd' is not understood" in str(caught.value.exceptions[0])
    assert memory.table("tickets").height == 1


@BOTH
def test_projects_in_place_of_a_question_and_back(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    for key in ("APP", "OPS"):
        world.project(key)
        for kind in ("Bug", "Story"):
            world.open_issue(key, kind=kind)
    with serving(world) as server:
        memory = Memory()
        for _ in range(2):
            collected(server, memory, source=source_of(server, jql="type = Bug"))
            assert memory.table("tickets")["key"].sort().to_list() == ["APP-1", "OPS-1"]
            collected(server, memory, source=source_of(server, "APP"))
            assert memory.table("tickets")["key"].sort().to_list() == ["APP-1", "APP-2"]


@BOTH
def test_a_project_that_is_no_longer_named_leaves_and_a_renamed_one_stays(is_cloud: bool) -> None:
    world, _ = lively(3, is_cloud=is_cloud)
    with serving(world) as server:
        memory = collected(server)
        world.rename_project("APP", "NEW")
        collected(server, memory)
        assert set(memory.table("tickets")["project"]) == {"NEW", "OPS"}
        assert "APP-" not in repr(memory.table("ticket_links").rows() + memory.table("tickets").rows())
        pages: list[Page] = []
        collected(server, memory, source=source_of(server, "APP"), keep=pages.append)
    assert [page.scope for page in pages if page.is_farewell] == ["OPS"]
    assert set(memory.table("tickets")["project"]) == {"NEW"}
    assert set(memory.table("milestones")["project"]) == {"NEW"}
    ids = set(memory.table("tickets")["ticket_id"])
    for table in ("ticket_changes", "ticket_status_intervals", "ticket_links", "ticket_sprints", "comments"):
        assert set(memory.table(table)["ticket_id"]) <= ids


@BOTH
def test_heavy_pages_are_asked_for_in_halves(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    for _ in range(30):
        world.move(world.open_issue("APP"), "3")
    with serving(world, heaviest=4) as server:
        memory = collected(server, source=source_of(server, "APP"))
        assert memory.table("tickets").height == 30
        assert memory.table("ticket_changes").height == 30


@BOTH
def test_a_ticket_that_is_too_heavy_is_read_apart_or_counted(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    issues = [world.open_issue("APP") for _ in range(12)]
    for issue in issues:
        world.move(issue, "3")
    with serving(world, has_bulk=False, has_changelog=True) as server:
        server.heavy = {issues[4]["id"]: "history", issues[7]["id"]: "fields"}
        memory = collected(server, source=source_of(server, "APP"))
    left = [f"jira:{issue['id']}" for issue in issues if issue is not issues[7]]
    assert sorted(memory.table("tickets")["ticket_id"]) == sorted(left)
    assert sorted(memory.table("ticket_changes")["ticket_id"]) == sorted(left)
    assert memory.table("tickets")["history_complete"].all()
    assert memory.quality == {"issue_too_heavy": 1}


@BOTH
def test_only_what_changed_since(is_cloud: bool) -> None:
    world = World(is_cloud=is_cloud)
    world.project("APP")
    world.open_issue("APP")
    world.tick(60 * 24 * 30)
    world.open_issue("APP")
    with serving(world) as server:
        memory = collected(server, source=source_of(server, "APP", since=date(2026, 3, 15)))
    assert memory.table("tickets")["key"].to_list() == ["APP-2"]


def test_fields_are_found_by_what_they_are_or_named_and_others_begin_the_reading_anew() -> None:
    world = World()
    world.project("APP")
    issue: Item = world.open_issue("APP")
    world.estimate(issue, 5)
    with serving(world) as server:
        world.fields[2] |= {"name": "Größe", "schema": {"custom": "com.pyxis.greenhopper.jira:jsw-story-points"}}
        memory = collected(server, source=source_of(server, "APP"))
        assert memory.table("tickets")["story_points"].to_list() == [5]
        world.fields[2] |= {"name": "Größe", "schema": {"custom": "com.example:size"}}
        memory = collected(server, source=source_of(server, "APP"))
        assert memory.table("tickets")["story_points"].to_list() == [None]
        for named in ("Größe", POINTS):
            again = collected(server, memory, source=source_of(server, "APP", fields={"story_points": named}))
            assert again.table("tickets")["story_points"].to_list() == [5]
        with pytest.raises(ExceptionGroup) as caught:
            collected(server, memory, source=source_of(server, "APP", fields={"story_points": "Size"}))
    assert 'there is no custom field "Size"' in str(caught.value.exceptions[0])
