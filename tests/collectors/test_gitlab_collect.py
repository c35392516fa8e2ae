"""GitLab read over HTTP from a world in memory: whole rows, few requests, nothing lost whatever happens."""

import json
import os
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from graphql import build_client_schema, parse, validate

from collectors import gitlab
from collectors.gitlab import queries
from tests.collectors.gitlab_world.graph import MOST_COMPLEX, complexity_of
from tests.collectors.gitlab_world.server import Fault, Server, at_random, serving
from tests.collectors.gitlab_world.world import Item, World
from tests.collectors.memory import Memory
from warehouse.payloads import Archive
from warehouse.tables import CORE, Page

PATIENT = gitlab.Patience(longest_wait_seconds=2, first_pause_seconds=0.001, attempts=8)
SOURCE = gitlab.GitLabSource("lab", ("acme/app",))


def client(server: Server, token: str = "secret-token") -> gitlab.Client:  # noqa: S107 - of the server in this process
    return gitlab.Client(token, server.url, patience=PATIENT)


def collected(
    server: Server,
    memory: Memory | None = None,
    *,
    source: gitlab.GitLabSource = SOURCE,
    stop_after: int | None = None,
    keep: Callable[[Page], None] = lambda page: None,
    **options: bool,
) -> Memory:
    memory = memory or Memory()
    pages = gitlab.collect(source, client(server), memory, **options)
    for number, page in enumerate(pages):
        if number == stop_after:
            pages.close()  # type: ignore[attr-defined]
            break
        keep(page)
        memory.load(page, source.name)
    return memory


def tables(memory: Memory) -> dict[str, list[tuple[object, ...]]]:
    """Every table, with rows in an order that does not depend on the order of answers."""
    return {
        name: sorted(memory.table(name).rows(), key=repr) for name in CORE if "source" in memory.tables[name].columns
    }


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-01-01T{text}.250")


def number_of(world: World, username: str) -> str:
    return f"lab:{world.accounts[username]['number']}"


def lively(seed: int, changes: int = 60) -> tuple[World, Item, random.Random]:
    """A world in which much has happened, and the chance that made it happen."""
    world, chance = World(), random.Random(seed)
    project = world.project("acme/app")
    change(world, project, chance, changes)
    return world, project, chance


def change(world: World, project: Item, chance: random.Random, changes: int) -> None:  # noqa: C901, PLR0912 - one case a change
    people = ["ana", "ben", "cleo"]
    for _ in range(changes):
        who = chance.choice(people)
        requests = [item for item in project["mergeRequests"] if item["state"] == "opened"]
        issues = [item for item in project["issues"] if item["state"] == "opened"]
        match chance.randrange(16):
            case 0 | 1:
                title = f"Change for APP-{chance.randrange(9)}"
                world.open_merge_request(project, who, title, commits=chance.randrange(1, 5))
            case 2 | 3:
                world.open_issue(project, who)
            case 4 if requests:
                world.note(chance.choice(requests), who, line=chance.choice([None, "src/part0.py"]), after=0.3)
            case 5 if requests:
                world.merge(chance.choice(requests), who, squash=chance.random() < 0.5)
            case 6 if requests:
                world.rewrite(chance.choice(requests), who)
            case 7 if requests:
                world.close(chance.choice(requests), who)
            case 8 if requests:
                world.approve(chance.choice(requests), who)
            case 9 if issues:
                world.close(chance.choice(issues), who)
            case 10 if project["issues"]:
                world.note(chance.choice(project["issues"]), who)
            case 11 if issues:
                world.label(chance.choice(issues), who, chance.choice(["workflow::in dev", "bug"]))
            case 12:
                world.deploy(project, f"{chance.randrange(10**9):040}", chance.choice(["success", "failed"]))
            case 13 if project["pipelines"]:
                world.run_again(chance.choice(project["pipelines"]), "deploy")
            case 14:
                world.milestone(project, f"M{chance.randrange(10**6)}", "2026-03-01T00:00:00Z")
            case _:
                world.release(project, f"v{chance.randrange(10**6)}")


def test_whole_rows_of_a_merge_request() -> None:
    world = World()
    project = world.project("acme/app")
    request = world.open_merge_request(project, "ana", "Fix APP-12", draft=True, description="Closes #7, #8", commits=1)
    first = request["commits"][0]
    world.system(request, "ana", "marked this merge request as **ready**")
    world.ask_review(request, "ana", "ben", "cleo")
    world.note(request, "ben", "Why?", line="src/part0.py")
    world.note(request, "ben", "And why this?", line="src/part0.py", after=0.5)
    world.note(request, "cleo", "Between us", internal=True)
    world.approve(request, "ben")
    world.merge(request, "ben", squash=True)
    request["draft"] = False
    with serving(world) as server:
        memory = collected(server)

    ana, ben, cleo = (number_of(world, name) for name in ("ana", "ben", "cleo"))
    assert memory.table("pull_requests").row(0, named=True) == {
        "pr_id": "lab:acme/app!1",
        "repo_id": "lab:acme/app",
        "number": 1,
        "title": "Fix APP-12",
        "url": request["webUrl"],
        "author_id": ana,
        "state": "merged",
        "is_draft": False,
        "base_branch": "main",
        "head_branch": "change-ana",
        "head_sha": first["sha"],
        "is_fork": False,
        "created_at": at("08:02:00"),
        "updated_at": request["updatedAt"],
        # GraphQL tells whole seconds.
        "ready_at": datetime.fromisoformat("2026-01-01T08:03:00"),
        "first_commit_at": datetime.fromisoformat("2026-01-01T08:01:00"),
        "merged_at": request["mergedAt"],
        "closed_at": request["mergedAt"],
        "merge_sha": request["mergeSha"],
        "merged_by_id": ben,
        "additions": 10,
        "deletions": 1,
        "changed_files": 1,
        "commit_count": 1,
        "labels": [],
        "milestone": None,
        "body_length": 13,
    }
    assert sorted(memory.table("pull_request_commits")["sha"]) == sorted([first["sha"], request["squashSha"]])
    events = memory.table("pull_request_events").sort("occurred_at", "event_id")
    assert events.select("kind", "actor_id", "subject_id").rows() == [
        ("ready_for_review", ana, None),
        ("review_requested", ana, ben),
        ("review_requested", ana, cleo),
        ("approved", ben, None),
        ("merged", ben, None),
    ]
    reviews = memory.table("reviews").sort("submitted_at")
    assert reviews.select("reviewer_id", "state", "comment_count").rows() == [
        (ben, "commented", 2),
        (ben, "approved", 0),
    ]
    assert memory.table("comments").select("author_id", "path", "in_review", "body_length").rows() == [
        (ben, "src/part0.py", True, 4),
        (ben, "src/part0.py", True, 13),
    ]
    assert memory.table("pull_request_mentions").select("reference", "found_in").rows() == [
        ("APP-12", "closing_reference"),
        ("APP-12", "commit"),
        ("APP-12", "title"),
        ("acme/app#7", "body"),
        ("acme/app#7", "closing_reference"),
        ("acme/app#8", "body"),
        ("acme/app#8", "closing_reference"),
    ]
    assert memory.table("account_signatures").rows() == [("lab:Ana <ana@acme.example>", ana)]
    assert memory.quality == {"private_note": 1}


def test_whole_rows_of_an_issue() -> None:
    world = World()
    project = world.project("acme/sub/app")
    parent = world.open_issue(project, "cleo", "All of it")
    iteration = {"id": 9, "title": None, "start_date": "2026-01-01", "due_date": "2026-01-14", "state": 2}
    issue = world.open_issue(
        project, "ana", weight=3, iteration=iteration | {"group_id": 4}, parent=parent, dueDate="2026-02-01"
    )
    issue["assignees"].append(world.account("ben"))
    world.label(issue, "ben", "workflow::in dev")
    world.system(issue, "ben", "marked this issue as blocked by #1")
    world.system(issue, "ben", "changed iteration to *iteration:9")
    world.note(issue, "cleo", "How is it?")
    world.unlabel(issue, "ben", "workflow::in dev")
    world.close(issue, "ben")
    with serving(world) as server:
        memory = collected(server, source=gitlab.GitLabSource("lab", ("acme/sub/app",)))

    ana, ben, cleo = (number_of(world, name) for name in ("ana", "ben", "cleo"))
    ticket = "lab:acme/sub/app#2"
    row = memory.table("tickets").filter(ticket_id=ticket).row(0, named=True)
    assert row == {
        "ticket_id": ticket,
        "key": "acme/sub/app#2",
        "project": "acme/sub/app",
        "type": "issue",
        "title": "A wish",
        "status": "closed",
        "status_category": "done",
        "priority": None,
        "reporter_id": ana,
        "assignee_id": ben,
        "created_at": at("08:02:00"),
        "updated_at": issue["updatedAt"],
        "resolved_at": issue["closedAt"],
        "resolution": "closed",
        "due_on": datetime.fromisoformat("2026-02-01").date(),
        "story_points": 3.0,
        "estimate_seconds": None,
        "spent_seconds": None,
        "parent_key": "acme/sub/app#1",
        "milestone": None,
        "labels": [],
        "components": None,
        "url": issue["webUrl"],
        "history_complete": True,
        "body_length": 0,
        "status_id": None,
    }
    intervals = memory.table("ticket_status_intervals").filter(ticket_id=ticket)
    second = datetime.fromisoformat
    assert intervals.select("entered_at", "status", "status_category", "left_at", "actor_id").rows() == [
        (at("08:02:00"), "open", "todo", second("2026-01-01T08:03:00"), ana),
        (second("2026-01-01T08:03:00"), "workflow::in dev", "in_progress", second("2026-01-01T08:07:00"), ben),
        (second("2026-01-01T08:07:00"), "open", "todo", second("2026-01-01T08:08:00"), ben),
        (second("2026-01-01T08:08:00"), "closed", "done", None, ben),
    ]
    changes = memory.table("ticket_changes").filter(ticket_id=ticket).sort("changed_at")
    assert changes.select("field", "from_value", "to_value").rows() == [
        ("labels", None, "workflow::in dev"),
        ("links", None, "#1"),
        ("iteration", None, "9"),
        ("labels", "workflow::in dev", None),
        ("status", "open", "closed"),
    ]
    assert memory.table("ticket_links").select("kind", "other_key").rows() == [
        ("is_blocked_by", "acme/sub/app#1"),
        ("parent", "acme/sub/app#1"),
    ]
    assert memory.table("sprints").select("sprint_id", "name", "state").rows() == [
        ("lab:iteration/9", "2026-01-01 to 2026-01-14", "active")
    ]
    assert memory.table("ticket_sprints").rows() == [
        (ticket, "lab:iteration/9", second("2026-01-01T08:05:00"), None),
    ]
    assert memory.table("comments").select("ticket_id", "author_id").rows() == [(ticket, cleo)]


def test_a_pipeline_has_an_attempt_for_each_time_a_job_was_started_again() -> None:
    world = World()
    project = world.project("acme/app")
    pipeline = world.run(project, ("test", "FAILED"), ("lint", "SUCCESS"), ("deploy", "MANUAL"))
    failed_at = pipeline["finishedAt"].replace(microsecond=0)
    failed = next(job for job in pipeline["jobs"] if job["name"] == "test")
    with serving(world) as server:
        memory = collected(server)
        before = memory.table("ci_runs")
        world.run_again(pipeline, "test")
        collected(server, memory)
    run = f"lab:{pipeline['number']}"
    assert before.select("run_id", "conclusion").rows() == [
        (f"{run}.lint/1", "success"),
        (f"{run}.test/1", "failure"),
        (f"{run}/1", "failure"),
    ]
    runs = memory.table("ci_runs")
    assert runs.select("run_id", "name", "attempt", "conclusion", "parent_run_id").rows() == [
        (f"{run}.lint/1", "lint", 1, "success", f"{run}/2"),
        (f"{run}.test/1", "test", 1, "failure", f"{run}/2"),
        (f"{run}.test/2", "test", 2, "success", f"{run}/2"),
        (f"{run}/1", "pipeline", 1, "failure", None),
        (f"{run}/2", "pipeline", 2, "success", None),
    ]
    first = runs.filter(run_id=f"{run}/1").row(0, named=True)
    assert first["finished_at"] == failed["finishedAt"].replace(microsecond=0)
    assert first["finished_at"] < failed_at
    assert first["url"] == f"{project['webUrl']}/-/pipelines/{pipeline['number']}"


def test_deployments_with_the_tiers_of_their_environments() -> None:
    world = World()
    project = world.project("acme/app")
    done = world.deploy(project, "a" * 40)
    world.deploy(project, "b" * 40, "failed", environment="review/1")
    with serving(world) as server:
        memory = collected(server)
    rows = memory.table("deployments").select("environment", "is_production", "status", "sha", "finished_at").rows()
    assert rows[0] == ("production", True, "success", "a" * 40, done["finishedAt"])
    assert rows[1][:3] == ("review/1", False, "failure")
    assert memory.table("deployment_statuses").filter(deployment_id=f"lab:{done['number']}")["status"].to_list() == [
        "in_progress",
        "queued",
        "success",
    ]


def test_nothing_new_costs_a_request_for_many_projects_and_one_for_their_list() -> None:
    world = World()
    for number in range(5):
        project = world.project(f"acme/app{number}")
        world.open_merge_request(project, "ana")
        world.open_issue(project, "ben")
        world.deploy(project, "a" * 40)
        world.release(project, "v1")
        world.milestone(project, "M1")
    world.tick(5)
    with serving(world) as server:
        everything = gitlab.GitLabSource("lab", ("acme/*",))
        memory = collected(server, source=everything)
        server.requests.clear()
        collected(server, memory, source=everything)
        assert server.requests == [
            "/groups/acme/projects?include_subgroups=true&with_shared=false&order_by=id&sort=asc&per_page=100&page=1",
            "graphql",
        ]
        # One project goes on for days while the others are quiet.
        for _ in range(2):
            world.tick(60 * 24)
            world.run(world.projects["acme/app3"])
            world.tick(5)
            collected(server, memory, source=everything)
            server.requests.clear()
            collected(server, memory, source=everything)
            assert len(server.requests) == 2
        named = gitlab.GitLabSource("lab", tuple(f"acme/app{number}" for number in range(5)))
        server.requests.clear()
        collected(server, memory, source=named)
        assert server.requests == ["graphql"]


def test_merge_requests_come_in_few_requests_and_long_lists_are_completed() -> None:
    world = World()
    project = world.project("acme/app")
    for _ in range(400):
        request = world.open_merge_request(project, "ana", commits=3)
        world.approve(request, "ben")
        world.note(request, "cleo", line="src/part0.py")
        world.run(project, ("test", "SUCCESS"), ("build", "SUCCESS"), sha=request["sha"])
    long = world.open_merge_request(project, "ana", commits=250)
    for _ in range(230):
        world.note(long, "cleo")
    for busy in [world.open_issue(project, "ana") for _ in range(5)]:
        for _ in range(130):
            world.note(busy, "ben")
    many = world.run(project, *((f"job {n}", "SUCCESS") for n in range(130)))
    with serving(world) as server:
        memory = collected(server)

    assert len(server.requests) <= 0.1 * 401
    assert memory.table("pull_requests").height == 401
    assert memory.table("pull_request_commits").filter(pr_id="lab:acme/app!401").height == 250
    assert memory.table("comments").filter(pr_id="lab:acme/app!401").height == 230
    on_issues = memory.table("comments").drop_nulls("ticket_id").group_by("ticket_id").len()
    assert on_issues["len"].to_list() == [130] * 5
    assert memory.table("ci_runs").filter(parent_run_id=f"lab:{many['number']}/1").height == 130


@pytest.mark.parametrize("seed", range(4))
def test_incremental_equals_full(seed: int) -> None:
    world, project, chance = lively(seed)
    with serving(world) as server:
        memory = collected(server)
        for _ in range(3):
            change(world, project, chance, 15)
            if project["mergeRequests"] and chance.random() < 0.5:
                world.delete(chance.choice(project["mergeRequests"]))
            if project["issues"] and chance.random() < 0.5:
                world.delete(chance.choice(project["issues"]))
            collected(server, memory)
        fresh = collected(server)
        again = collected(server, full=True)
    # Commits that were pushed away between two runs are known only to the one that saw them, and so are the people
    # of what was deleted meanwhile.
    known, anew = tables(memory), tables(fresh)
    assert tables(again) == anew
    assert set(anew["pull_request_commits"]) <= set(known["pull_request_commits"])
    assert set(anew["identities"]) <= set(known["identities"])
    for name in known:
        if name not in {"pull_request_commits", "pull_requests", "identities", "account_signatures"}:
            assert known[name] == anew[name], name
    kept = memory.table("pull_requests").drop("first_commit_at")
    assert kept.equals(fresh.table("pull_requests").drop("first_commit_at"))


@pytest.mark.parametrize("seed", range(4))
def test_faults_and_interruptions_leave_the_same_tables(seed: int) -> None:
    world, _, chance = lively(seed, 150)
    with serving(world) as server:
        undisturbed = collected(server)
        server.requests.clear()
        server.fault = at_random(seed, 0.3)
        memory = Memory()
        for _ in range(4):
            collected(server, memory, stop_after=chance.randrange(1, 5))
        collected(server, memory)
    assert tables(memory) == tables(undisturbed)


def test_archived_answers_give_the_same_tables(tmp_path: Path) -> None:
    world, project, chance = lively(5, 120)
    archive, number = Archive(tmp_path), iter(range(10**6))
    now = datetime.fromisoformat("2026-05-04T12:00:00")

    def keep(page: Page) -> None:
        if page.payloads:
            archive.keep(page, source="lab", run_id=f"run{next(number):06}", now=now)

    with serving(world) as server:
        memory = collected(server, keep=keep)
        change(world, project, chance, 40)
        world.delete(project["issues"][0])
        world.delete(project["mergeRequests"][0])
        world.rename_project("acme/app", "acme/application")
        collected(server, memory, keep=keep)
    again = Memory()
    for kept in archive.pages("lab"):
        page = gitlab.page_of(SOURCE, kept.stream, kept.scope, kept.payloads, again)
        again.load(replace(page, cursor=kept.cursor, restart=kept.restart, payloads=()), "lab")
    assert tables(again) == tables(memory)


def test_what_changes_while_a_list_is_read_is_not_lost() -> None:
    world = World()
    project = world.project("acme/app")
    for _ in range(450):
        world.open_merge_request(project, "ana")
    with serving(world) as server:

        def touch(number: int) -> Fault:
            # What was read already, and what was not, moves to the end of the list while it is read.
            if number < 30:
                world.note(project["mergeRequests"][number], "ben")
                world.note(project["mergeRequests"][-number], "ben")
            return ""

        server.fault = touch
        memory = collected(server)
        assert memory.table("pull_requests").height == 450
        server.fault = lambda number: ""
        collected(server, memory)  # what changed after the end of the list was reached
    assert memory.table("comments").height == sum(len(item["notes"]) for item in project["mergeRequests"])


def test_many_changes_at_one_instant_are_read_by_number_and_again_when_the_list_goes_stale() -> None:
    world = World()
    project = world.project("acme/app")
    for _ in range(320):
        world.open_issue(project, "ana")
    instant = world.tick(60)
    for item in project["issues"][10:]:
        item["updatedAt"] = instant
    moved = project["issues"][12]
    with serving(world) as server:

        def move(number: int) -> Fault:
            by_number = [asked for asked in server.requests if "page=2" in asked]
            if by_number and not moved["notes"]:
                world.note(moved, "ben")
            return ""

        server.fault = move
        memory = collected(server)
        seconds = [asked for asked in server.requests if asked.endswith("page=2")]
    assert memory.table("tickets").height == 320
    assert memory.table("comments").height == 1
    assert len(seconds) == 2


def test_a_stale_cursor_is_given_up_for_the_start_of_the_list() -> None:
    world = World()
    project = world.project("acme/app")
    for _ in range(120):
        world.run(project)
    with serving(world) as server:
        whole = collected(server)
        memory = Memory()
        for page in gitlab.collect(SOURCE, client(server), memory):
            memory.load(page, "lab")
            if page.stream == "ci_runs":
                break
        cursor = memory.cursors["ci_runs", "lab:acme/app"]
        assert '"after"' in cursor
        memory.cursors["ci_runs", "lab:acme/app"] = cursor.replace('"after": "', '"after": "!')
        collected(server, memory)
    assert tables(memory) == tables(whole)


def test_deleted_items_renamed_projects_and_ghosts() -> None:
    world = World()
    project = world.project("acme/app")
    issue = world.open_issue(project, "ben")
    world.open_issue(project, "cleo")
    request = world.open_merge_request(project, "ana")
    gone = world.open_merge_request(project, "cleo")
    with serving(world) as server:
        memory = collected(server)
        world.delete(issue)
        world.delete(gone)
        world.rename_project("acme/app", "acme/sub/application")
        world.delete_account("ana")
        world.note(request, "ben")
        collected(server, memory)

    assert memory.table("tickets")["ticket_id"].to_list() == ["lab:acme/app#2"]
    assert memory.table("repositories").select("repo_id", "name").rows() == [("lab:acme/app", "acme/sub/application")]
    assert memory.table("pull_requests").select("pr_id", "author_id").rows() == [("lab:acme/app!3", None)]
    assert memory.quality == {"issue_gone": 1, "pull_request_gone": 1, "repository_renamed": 1, "ghost_author": 1}


def test_a_project_that_was_made_again_is_another_one_of_the_same_name() -> None:
    world = World()
    world.open_merge_request(world.project("acme/app"), "ana")
    with serving(world) as server:
        memory = collected(server)
        del world.projects["acme/app"]
        again = world.project("acme/app")
        world.open_merge_request(again, "ben", "Another")
        collected(server, memory)
        world.tick(5)
        server.requests.clear()
        collected(server, memory)
    other = f"lab:acme/app~{again['number']}"
    assert memory.table("repositories").select("repo_id", "name").rows() == [
        ("lab:acme/app", "acme/app"),
        (other, "acme/app"),
    ]
    assert memory.table("pull_requests").select("pr_id", "title").rows() == [
        ("lab:acme/app!1", "A change"),
        (f"{other}!1", "Another"),
    ]
    assert memory.quality == {"repository_unreachable": 1}


def test_rows_that_show_the_old_name_of_a_project_show_the_new_one() -> None:
    world = World()
    project = world.project("acme/app")
    with serving(world) as server:
        world.open_issue(project, "ana")
        world.open_merge_request(project, "ana", description="Closes #1")
        world.release(project, "v1")
        memory = collected(server)
        world.rename_project("acme/app", "acme/sub/new")
        collected(server, memory)
        url = f"{server.url}/acme/sub/new"
    assert memory.table("tickets").select("ticket_id", "key", "project", "url").rows() == [
        ("lab:acme/app#1", "acme/sub/new#1", "acme/sub/new", f"{url}/-/issues/1")
    ]
    assert memory.table("pull_requests").select("pr_id", "url").rows() == [
        ("lab:acme/app!2", f"{url}/-/merge_requests/2")
    ]
    assert set(memory.table("pull_request_mentions")["reference"]) == {"acme/sub/new#1"}


def test_projects_that_vanish_or_are_archived_meanwhile() -> None:
    world = World()
    for name in ("acme/app", "acme/gone", "acme/old"):
        world.open_issue(world.project(name), "ana")
    source = gitlab.GitLabSource("lab", ("acme/*",), archived=False)
    with serving(world) as server:
        memory = collected(server, source=source)
        world.hidden.add("acme/gone")
        world.projects["acme/old"]["archived"] = True
        collected(server, memory, source=source)
        assert memory.table("repositories")["name"].to_list() == ["acme/app", "acme/gone"]
        assert memory.table("tickets")["ticket_id"].to_list() == ["lab:acme/app#1", "lab:acme/gone#1"]
        assert memory.quality == {"repository_unreachable": 1}
        assert ("repositories", "lab:acme/gone") in memory.cursors
        world.hidden.clear()
        collected(server, memory, source=source)
    assert ("repositories", "lab:acme/gone") not in memory.cursors


def test_groups_are_expanded_with_subgroups_archived_projects_and_forks_by_option() -> None:
    world = World()
    world.project("acme/app")
    world.project("acme/sub/deep/lib")
    world.project("acme/old", archived=True)
    world.project("acme/fork", forkOf="other/fork")
    world.project("ana/notes")
    world.groups.remove("ana")
    with serving(world) as server:

        def names(*patterns: str, **options: bool) -> list[str]:
            source = gitlab.GitLabSource("lab", patterns, **options)  # type: ignore[arg-type]
            return sorted(collected(server, source=source).table("repositories")["name"])

        assert names("acme/*") == ["acme/app", "acme/old", "acme/sub/deep/lib"]
        assert names("acme/*", archived=False, forks=True) == ["acme/app", "acme/fork", "acme/sub/deep/lib"]
        assert names("acme/sub/*", "ana/*") == ["acme/sub/deep/lib", "ana/notes"]
        assert names("acme/fork", "acme/old", archived=False) == ["acme/fork", "acme/old"]


def test_bots_are_known_by_their_flag_and_by_the_names_of_tokens() -> None:
    world = World()
    project = world.project("acme/app")
    world.account("renovate", bot=True)
    for name in ("renovate", "project_12_bot_ab3", "group_9_bot", "ana"):
        world.open_issue(project, name)
        world.open_merge_request(project, name)
    with serving(world) as server:
        memory = collected(server)
    accounts = memory.table("identities").filter(pl.col("account").is_not_null())
    assert dict(accounts.select("account", "platform_type").rows()) == {
        "renovate": "Bot",
        "project_12_bot_ab3": "Bot",
        "group_9_bot": "Bot",
        "ana": "User",
    }


def test_how_a_merge_was_made_and_forks_that_are_gone() -> None:
    world = World()
    project = world.project("acme/app")
    plain, squashed, forwarded, both = (world.open_merge_request(project, "ana") for _ in range(4))
    world.merge(plain, "ben")
    world.merge(squashed, "ben", squash=True)
    world.merge(forwarded, "ben", fast_forward=True)
    world.merge(both, "ben", squash=True, fast_forward=True)
    world.open_merge_request(project, "cleo", sourceProject=None)
    with serving(world) as server:
        memory = collected(server)
    requests = memory.table("pull_requests").sort("number")
    assert requests["merge_sha"].to_list() == [
        plain["mergeSha"],
        squashed["mergeSha"],
        forwarded["sha"],
        both["squashSha"],
        None,
    ]
    assert requests["is_fork"].to_list() == [False, False, False, False, True]
    commits = memory.table("pull_request_commits").filter(pr_id="lab:acme/app!2")
    assert {squashed["sha"], squashed["squashSha"]} == set(commits["sha"])


def test_approvals_that_were_taken_back_or_reset_are_dismissed() -> None:
    world = World()
    project = world.project("acme/app")
    request = world.open_merge_request(project, "ana")
    world.approve(request, "ben")
    world.unapprove(request, "ben")
    world.approve(request, "ben")
    world.approve(request, "cleo")
    world.system(request, "ana", "reset approvals from @cleo by pushing to the branch")
    request["approvedBy"].remove(world.account("cleo"))
    world.approve(request, "dora")
    request["approvedBy"].remove(world.account("dora"))  # an older version, which writes no note of it
    with serving(world) as server:
        memory = collected(server)
    ben, cleo, dora = (number_of(world, name) for name in ("ben", "cleo", "dora"))
    assert memory.table("reviews").sort("submitted_at").select("reviewer_id", "state").rows() == [
        (ben, "dismissed"),
        (ben, "approved"),
        (cleo, "dismissed"),
        (dora, "dismissed"),
    ]


def test_merge_trains_are_queues() -> None:
    world = World()
    request = world.open_merge_request(world.project("acme/app"), "ana")
    world.system(request, "ben", "started a merge train")
    world.system(request, "ben", "removed this merge request from the merge train because the pipeline failed")
    world.system(request, "ben", "added this merge request to the merge train at position 2")
    with serving(world) as server:
        memory = collected(server)
    kinds = memory.table("pull_request_events").sort("occurred_at")["kind"].to_list()
    assert kinds == ["queued", "dequeued", "queued"]


def test_an_unreadable_project_does_not_stop_the_others() -> None:
    world = World()
    world.open_merge_request(world.project("acme/app"), "ana")
    world.project("acme/hidden")
    memory = Memory()
    with serving(world) as server:
        collected(server, memory, source=gitlab.GitLabSource("lab", ("acme/hidden", "acme/app")))
        world.hidden.add("acme/hidden")
        source = gitlab.GitLabSource("lab", ("acme/gone", "acme/hidden", "acme/app"))
        with pytest.raises(ExceptionGroup) as caught:
            collected(server, memory, source=source)
    assert sorted(str(error).split()[1] for error in caught.value.exceptions) == ["acme/gone", "acme/hidden"]
    assert memory.table("pull_requests").height == 1
    assert memory.table("repositories").height == 2


def test_a_project_that_is_no_longer_named_leaves_with_all_that_belongs_to_it() -> None:
    world = World()
    for name in ("acme/app", "acme/app-two"):
        project = world.project(name)
        world.approve(world.open_merge_request(project, "ana"), "ben")
        world.note(world.open_issue(project, "ana"), "ben")
        world.deploy(project, "a" * 40)
        world.milestone(project, "M1")
    with serving(world) as server:
        memory = collected(server, source=gitlab.GitLabSource("lab", ("acme/*",)))
        collected(server, memory)
    left = {name: repr(rows) for name, rows in tables(memory).items()}
    assert not [name for name, rows in left.items() if "acme/app-two" in rows]
    assert memory.table("deployments").height == 1
    assert memory.table("deployment_statuses").height == 3
    assert "acme/app!1" in left["pull_requests"]


def test_heavy_pages_are_asked_for_in_halves() -> None:
    world = World()
    project = world.project("acme/app")
    for _ in range(30):
        world.open_merge_request(project, "ana")
        world.open_issue(project, "ana")
        world.run(project)
    with serving(world, heaviest=4) as server:
        memory = collected(server)
    assert (memory.table("pull_requests").height, memory.table("tickets").height) == (30, 30)
    assert memory.table("ci_runs").filter(pl.col("parent_run_id").is_null()).height == 30
    assert memory.table("pull_request_commits").height == 30


def test_an_older_gitlab_tells_issues_without_their_history() -> None:
    world = World(is_old=True)
    project = world.project("acme/app")
    world.close(world.open_issue(project, "ana"), "ben")
    world.open_merge_request(project, "ana")
    with serving(world) as server:
        memory = collected(server)
    assert memory.table("tickets").select("status", "history_complete").rows() == [("closed", False)]
    assert memory.table("pull_requests").height == 1
    assert memory.quality == {"ticket_history_unreadable": 1}


def test_deployments_that_are_not_for_the_token_are_counted_once() -> None:
    world = World()
    project = world.project("acme/app")
    world.deploy(project, "a" * 40)
    with serving(world, no_deployments=True) as server:
        memory = collected(server)
        world.run(project)
        collected(server, memory)
    assert memory.table("deployments").is_empty()
    assert memory.table("ci_runs").height > 0
    assert memory.quality == {"deployments_unreadable": 1}


def test_what_was_last_changed_before_since_is_left_out() -> None:
    world = World()
    project = world.project("acme/app")
    world.open_merge_request(project, "ana")
    world.tick(60 * 24 * 10)
    world.open_merge_request(project, "ben")
    source = replace(SOURCE, since=(world.now - timedelta(days=5)).date())
    with serving(world) as server:
        memory = collected(server, source=source)
    assert memory.table("pull_requests")["number"].to_list() == [2]


def test_a_used_up_budget_ends_the_run_and_the_next_one_goes_on() -> None:
    world, _, _ = lively(9, 600)
    with serving(world, budget=10) as server:
        memory = Memory()
        with pytest.raises(gitlab.BudgetSpent) as caught:
            collected(server, memory)
        server.requests.clear()
        server.budget = 2000
        collected(server, memory)
        assert tables(memory) == tables(collected(server))
    assert caught.value.until > datetime(2026, 1, 1)  # noqa: DTZ001


def test_a_wait_that_is_short_is_waited_for_and_told() -> None:
    world = World()
    world.open_merge_request(world.project("acme/app"), "ana")
    told: list[gitlab.Waiting] = []
    with serving(world) as server:
        server.fault = lambda number: "limited" if number == 2 else ""
        server.budget = 8
        server.resets_in_seconds = 2
        asking = gitlab.Client("secret-token", server.url, patience=PATIENT, on_wait=told.append)
        memory = Memory()
        for page in gitlab.collect(SOURCE, asking, memory):
            memory.load(page, "lab")
            server.requests.clear()
    assert memory.table("pull_requests").height == 1
    assert all(0 < waiting.seconds <= 2 for waiting in told)
    assert told


def test_refused_tokens_are_told_without_the_token() -> None:
    with serving(World()) as server, pytest.raises(gitlab.Refused) as caught:
        list(gitlab.collect(SOURCE, client(server, "wrong-token"), Memory()))
    assert "wrong-token" not in str(caught.value) + caught.value.hint


def _all_queries() -> dict[str, str]:
    lists = (("MergeRequest", "notes"), ("MergeRequest", "commits"), ("WorkItem", "discussions"), ("Pipeline", "jobs"))
    most = queries.MOST_COMPLETED
    return {
        "pulse": queries.PULSE,
        "merge requests": queries.MERGE_REQUESTS,
        "issues": queries.ISSUES,
        "labels": queries.LABELS,
        "pipelines": queries.PIPELINES,
        "releases": queries.RELEASES,
        "milestones": queries.MILESTONES,
        **{f"numbers of {stream}": query for stream, query in queries.NUMBERS.items()},
        **{f"more {field}": queries.completion([(kind, "1", field, "c")] * most, "p")[0] for kind, field in lists},
    }


@pytest.mark.parametrize("name", _all_queries())
def test_no_query_is_too_complex_for_gitlab(name: str) -> None:
    assert complexity_of(parse(_all_queries()[name]), {"first": 100 if name == "pipelines" else 50}) < MOST_COMPLEX


def test_every_query_is_one_that_gitlab_accepts() -> None:
    file = os.environ.get("LEADLINE_GITLAB_SCHEMA")
    if not file:
        pytest.skip("LEADLINE_GITLAB_SCHEMA does not name the answer to an introspection of GitLab's schema")
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    schema = build_client_schema(told.get("data", told))
    mistakes = {error.message for query in _all_queries().values() for error in validate(schema, parse(query))}
    # The schema at hand may be older than what is asked for.
    newer = r"'(internal|committedDate|name|source|workItems|widgets|WorkItemWidget\w+)'"
    assert [mistake for mistake in mistakes if not re.search(newer, mistake)] == []


def test_a_token_without_the_scope_is_told_which_one_it_needs() -> None:
    with serving(World(), scopes=("read_repository",)) as server, pytest.raises(gitlab.Refused) as caught:
        list(gitlab.collect(SOURCE, client(server), Memory()))
    assert "insufficient_scope" in str(caught.value)
    assert "read_api" in caught.value.hint
