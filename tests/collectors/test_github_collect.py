"""GitHub read over HTTP from a world in memory: whole rows, few requests, nothing lost whatever happens."""

import json
import os
import random
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from github_support import SOURCE, client, collected, tables
from graphql import build_schema, parse, validate
from memory import Memory

from collectors import github
from collectors.github import queries
from collectors.github.walk import FRESH
from tests.collectors.github_world.server import at_random, serving
from tests.collectors.github_world.world import Item, World, written
from warehouse.payloads import Archive
from warehouse.tables import Page


def lively(seed: int, changes: int = 60) -> tuple[World, Item, random.Random]:
    """A world in which much has happened, and the chance that made it happen."""
    world, chance = World(), random.Random(seed)
    repository = world.repository("acme/app")
    change(world, repository, chance, changes)
    return world, repository, chance


def change(world: World, repository: Item, chance: random.Random, changes: int) -> None:  # noqa: C901 - one case a change
    people = ["ana", "ben", "cleo"]
    for _ in range(changes):
        who = chance.choice(people)
        requests = [item for item in repository["pullRequests"] if item["state"] == "OPEN"]
        issues = [item for item in repository["issues"] if item["state"] == "OPEN"]
        match chance.randrange(12):
            case 0 | 1:
                world.open_pull_request(
                    repository, who, f"Change for APP-{chance.randrange(9)}", commits=chance.randrange(1, 5)
                )
            case 2:
                world.open_issue(repository, who)
            case 3 if requests:
                world.review(
                    chance.choice(requests), who, chance.choice(["APPROVED", "COMMENTED", "PENDING"]), comments=2
                )
            case 4 if requests:
                world.merge(chance.choice(requests), who)
            case 5 if requests:
                world.force_push(chance.choice(requests), who)
            case 6 if requests:
                world.close(chance.choice(requests), who)
            case 7 if issues:
                world.close(chance.choice(issues), who)
            case 8 if repository["issues"]:
                world.comment(chance.choice(repository["issues"]), who)
            case 9:
                world.deploy(repository, f"{chance.randrange(10**9):040}", "IN_PROGRESS", "SUCCESS")
            case 10 if issues:
                world.label(chance.choice(issues), who, "in progress")
            case _:
                world.release(repository, f"v{chance.randrange(10**6)}")


def test_whole_rows_of_a_pull_request() -> None:
    world = World()
    repository = world.repository("acme/app")
    request = world.open_pull_request(repository, "ana", "Fix APP-12", draft=True, body="Closes #7", commits=1)
    first = request["commits"][0]["commit"]
    world.event(request, "ReadyForReviewEvent", "ana")
    world.review(request, "ben", "APPROVED", comments=1)
    world.merge(request, "ben")
    with serving(world) as server:
        memory = collected(server)

    ana, ben = (f"hub:{world.accounts[login]['databaseId']}" for login in ("ana", "ben"))
    row = memory.table("pull_requests").row(0, named=True)
    assert row == {
        "pr_id": "hub:acme/app#1",
        "repo_id": "hub:acme/app",
        "number": 1,
        "title": "Fix APP-12",
        "url": request["url"],
        "author_id": ana,
        "state": "merged",
        "is_draft": True,
        "base_branch": "main",
        "head_branch": "change-ana",
        "head_sha": first["oid"],
        "is_fork": False,
        "created_at": datetime.fromisoformat("2026-01-01T08:02:00"),
        "updated_at": datetime.fromisoformat("2026-01-01T08:06:00"),
        "ready_at": datetime.fromisoformat("2026-01-01T08:03:00"),
        "first_commit_at": datetime.fromisoformat("2026-01-01T08:01:00"),
        "merged_at": datetime.fromisoformat("2026-01-01T08:05:00"),
        "closed_at": datetime.fromisoformat("2026-01-01T08:05:00"),
        "merge_sha": request["mergeCommit"]["oid"],
        "merged_by_id": ben,
        "additions": 10,
        "deletions": 1,
        "changed_files": 1,
        "commit_count": 1,
        "labels": [],
        "milestone": None,
        "body_length": 9,
    }
    assert memory.table("pull_request_mentions").rows() == [
        ("hub:acme/app#1", "APP-12", "commit"),
        ("hub:acme/app#1", "APP-12", "title"),
        ("hub:acme/app#1", "acme/app#7", "body"),
    ]
    assert memory.table("account_signatures").rows() == [("hub:Ana <ana@acme.example>", ana)]
    assert memory.table("reviews").select("reviewer_id", "state", "comment_count").rows() == [(ben, "approved", 1)]


def test_nothing_new_costs_one_request_for_all_repositories() -> None:
    world = World()
    for number in range(5):
        repository = world.repository(f"acme/app{number}")
        world.open_pull_request(repository, "ana")
        world.open_issue(repository, "ben")
        world.run(repository)
    source = github.GitHubSource("hub", ("acme/*",))
    with serving(world) as server:
        memory = collected(server, source=source)
        before = len(server.requests)
        collected(server, memory, source=source)
        assert len(server.requests) - before == 1


def test_pull_requests_come_in_few_requests_and_long_lists_are_completed() -> None:
    world = World()
    repository = world.repository("acme/app")
    for _ in range(100):
        world.review(world.open_pull_request(repository, "ana", commits=3), "ben", comments=3)
    long = world.open_pull_request(repository, "ana", commits=250)
    review = world.review(long, "ben", comments=120)
    for _ in range(130):
        world.comment(long, "cleo")
    with serving(world) as server:
        memory = collected(server)

    assert len(server.requests) <= 0.08 * 101 + 4
    assert memory.table("pull_request_commits").filter(pr_id="hub:acme/app#101").height == 250
    assert memory.table("pull_request_files").filter(pr_id="hub:acme/app#101").height == 250
    comments = memory.table("comments").filter(pr_id="hub:acme/app#101")
    assert (comments.filter("in_review").height, comments.height) == (len(review["comments"]), 250)


@pytest.mark.parametrize("seed", range(3))
def test_incremental_equals_full(seed: int) -> None:
    world, repository, chance = lively(seed)
    with serving(world) as server:
        memory = collected(server)
        for _ in range(3):
            change(world, repository, chance, 15)
            collected(server, memory)
        fresh = collected(server)
    # Commits that were pushed away between two runs are known only to the one that saw them.
    known, anew = tables(memory), tables(fresh)
    assert set(anew["pull_request_commits"]) <= set(known["pull_request_commits"])
    for name in known:
        if name not in {"pull_request_commits", "pull_requests", "identities", "account_signatures"}:
            assert known[name] == anew[name], name


@pytest.mark.parametrize("seed", range(3))
def test_faults_and_interruptions_leave_the_same_tables(seed: int) -> None:
    world, _, chance = lively(seed, 150)
    with serving(world) as server:
        undisturbed = collected(server)
        server.requests.clear()
        server.fault = at_random(seed, 0.3)
        memory = Memory()
        for _ in range(4):
            collected(server, memory, stop_after=chance.randrange(1, 4))
        collected(server, memory)
    assert tables(memory) == tables(undisturbed)


def test_archived_answers_give_the_same_tables(tmp_path: Path) -> None:
    world, repository, chance = lively(5, 120)
    archive, number = Archive(tmp_path), iter(range(10**6))
    now = datetime.fromisoformat("2026-05-04T12:00:00")

    def keep(page: Page) -> None:
        if page.payloads:
            archive.keep(page, source="hub", run_id=f"run{next(number):06}", now=now)

    with serving(world) as server:
        memory = collected(server, keep=keep)
        change(world, repository, chance, 40)
        if repository["issues"]:
            world.delete_issue(repository["issues"][0])
        collected(server, memory, keep=keep)
    again = Memory()
    for kept in archive.pages("hub"):
        page = github.page_of(SOURCE, kept.stream, kept.scope, kept.payloads, again)
        again.load(replace(page, cursor=kept.cursor, restart=kept.restart, payloads=()), "hub")
    assert tables(again) == tables(memory)
    assert {key: value for key, value in again.cursors.items() if key[0] != "ci_runs"} == {
        key: value for key, value in memory.cursors.items() if key[0] != "ci_runs"
    }


def test_deleted_issues_renamed_repositories_and_ghosts() -> None:
    world = World()
    repository = world.repository("acme/app")
    issue = world.open_issue(repository, "ben")
    world.open_issue(repository, "cleo")
    request = world.open_pull_request(repository, "ana")
    with serving(world) as server:
        memory = collected(server)
        world.delete_issue(issue)
        world.rename_repository("acme/app", "acme/application")
        world.delete_account("ana")
        world.comment(request, "ben")
        collected(server, memory)

    assert memory.table("tickets")["ticket_id"].to_list() == ["hub:acme/app#2"]
    assert memory.table("repositories").select("repo_id", "name").rows() == [("hub:acme/app", "acme/application")]
    assert memory.table("pull_requests").select("pr_id", "author_id").rows() == [("hub:acme/app#3", None)]
    assert memory.quality == {"issue_gone": 1, "repository_renamed": 1, "ghost_author": 1}


def test_an_unreadable_repository_does_not_stop_the_others() -> None:
    world = World()
    world.open_pull_request(world.repository("acme/app"), "ana")
    source = github.GitHubSource("hub", ("acme/gone", "acme/app"))
    memory = Memory()
    with serving(world) as server, pytest.raises(ExceptionGroup) as caught:
        collected(server, memory, source=source)
    assert "acme/gone" in str(caught.value.exceptions[0])
    assert memory.table("pull_requests").height == 1


def test_a_repository_that_is_no_longer_named_leaves_with_all_that_belongs_to_it() -> None:
    world = World()
    for name in ("acme/app", "acme/other"):
        repository = world.repository(name)
        world.review(world.open_pull_request(repository, "ana"), "ben")
        world.comment(world.open_issue(repository, "ana"), "ben")
        world.deploy(repository, "a" * 40, "SUCCESS")
    with serving(world) as server:
        memory = collected(server, source=github.GitHubSource("hub", ("acme/*",)))
        collected(server, memory)
    left = {name: repr(rows) for name, rows in tables(memory).items()}
    assert not [name for name, rows in left.items() if "acme/other" in rows]
    assert memory.table("deployment_statuses").height == 1
    assert "acme/app#1" in left["pull_requests"]


def test_heavy_pages_are_asked_for_in_halves() -> None:
    world = World()
    repository = world.repository("acme/app")
    for _ in range(30):
        world.open_pull_request(repository, "ana")
    with serving(world, heaviest=4) as server:
        assert collected(server).table("pull_requests").height == 30


def test_a_used_up_budget_ends_the_run_and_the_next_one_goes_on() -> None:
    world, _, _ = lively(9, 200)
    with serving(world, budget=8) as server:
        memory = Memory()
        with pytest.raises(github.BudgetSpent) as caught:
            collected(server, memory, workers=1)
        assert memory.table("pull_requests").height
        server.requests.clear()
        server.budget = 5000
        collected(server, memory)
        assert tables(memory) == tables(collected(server))
    assert caught.value.until > datetime(2026, 1, 1)  # noqa: DTZ001


def test_refused_credentials_are_told_without_the_token() -> None:
    with serving(World()) as server, pytest.raises(github.Refused) as caught:
        list(github.collect(SOURCE, client(server, tokens="wrong-token"), Memory()))
    assert "wrong-token" not in str(caught.value) + caught.value.hint


def test_another_token_takes_over_from_an_expired_one() -> None:
    world = World()
    world.open_pull_request(world.repository("acme/app"), "ana")
    with serving(world) as server:
        memory = Memory()
        for page in github.collect(SOURCE, client(server, tokens="expired secret-token"), memory):
            memory.load(page, "hub")
    assert memory.table("pull_requests").height == 1


def test_a_token_without_project_scope_reads_the_rest() -> None:
    world = World(beyond_scope={"projectItems"})
    world.put_on_board(world.open_issue(world.repository("acme/app"), "ana"), "Doing")
    with serving(world) as server:
        memory = collected(server)
    assert memory.table("tickets").select("status", "history_complete").rows() == [("open", True)]
    assert memory.quality == {"project_status_unreadable": 1}


def test_a_list_beyond_the_scopes_is_told_with_what_it_takes_and_the_others_are_read() -> None:
    world = World(beyond_scope={"reviews"})
    repository = world.repository("acme/app")
    world.open_pull_request(repository, "ana")
    world.open_issue(repository, "ana")
    memory = Memory()
    with serving(world) as server, pytest.raises(ExceptionGroup) as caught:
        collected(server, memory)
    (lacking,) = caught.value.exceptions
    assert "acme/app: pull_requests: " in str(lacking)
    assert "requires one of the following scopes: ['read:org']" in str(lacking)
    assert memory.table("tickets").height == 1


class OneThread(Memory):
    """Answers its own thread only."""

    def __init__(self) -> None:
        super().__init__()
        self.owner = threading.current_thread()

    def cursor(self, stream: str, scope: str) -> str | None:
        assert threading.current_thread() is self.owner
        return super().cursor(stream, scope)

    def rows(self, table: str, columns: Sequence[str], **equal: str | Collection[str]) -> pl.DataFrame:
        assert threading.current_thread() is self.owner
        return super().rows(table, columns, **equal)


def test_answers_become_rows_where_pages_are_loaded() -> None:
    world, repository, chance = lively(2, 120)
    with serving(world) as server:
        memory = collected(server, OneThread())
        change(world, repository, chance, 40)
        world.delete_issue(repository["issues"][0])
        collected(server, memory)
        assert tables(memory)["tickets"] == tables(collected(server))["tickets"]
    assert memory.quality["issue_gone"] == 1


def test_attempts_of_runs_and_more_than_a_thousand_of_them() -> None:
    lately = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=20)
    world = World(now=lately)
    repository = world.repository("acme/app")
    for _ in range(1100):
        world.run(repository)
    flaky = world.run(repository, "failure")
    world.run_again(flaky)
    with serving(world) as server:
        memory = collected(server)
    runs = memory.table("ci_runs")
    assert runs.height == 1102
    assert runs.filter(pl.col("run_id").str.contains(f":{flaky['id']}/"))["conclusion"].to_list() == [
        "failure",
        "success",
    ]


def _all_queries() -> dict[str, str]:
    parts: Sequence[tuple[str, str, str, str]] = [(kind, "i", name, "c") for kind, name in queries.NESTED]
    return {
        **queries.LISTINGS,
        "owned": queries.OWNED,
        "pulse": queries.pulse(["a/b", "c/d"])[0],
        "completion": queries.completion(parts)[0],
    }


def test_every_query_is_one_that_github_accepts() -> None:
    file = os.environ.get("LEADLINE_GITHUB_SCHEMA")
    if not file:
        pytest.skip("LEADLINE_GITHUB_SCHEMA does not name GitHub's schema")
    schema = build_schema(Path(file).read_text(encoding="utf-8"), assume_valid=True)
    mistakes = {
        name: [error.message for error in validate(schema, parse(query))] for name, query in _all_queries().items()
    }
    assert {name: found for name, found in mistakes.items() if found} == {}


def test_cursors_are_json() -> None:
    world, _, _ = lively(1)
    with serving(world) as server:
        memory = collected(server)
    assert all(json.loads(cursor) for cursor in memory.cursors.values())


def test_a_change_in_the_second_of_the_newest_one_is_read_by_the_next_run() -> None:
    world = World(now=datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=5))
    repository = world.repository("acme/app")
    issue, request = world.open_issue(repository, "ana"), world.open_pull_request(repository, "ana")
    world.milestone(repository, "Soon")
    for item in (issue, request, *repository["milestones"]):
        item["updatedAt"] = written(datetime.now(UTC))
    with serving(world) as server:
        memory = collected(server)
        issue["title"] = request["title"] = repository["milestones"][0]["title"] = "Changed at once"
        collected(server, memory)
    for table in ("tickets", "pull_requests", "milestones"):
        assert memory.table(table)["title"].to_list() == ["Changed at once"], table


def test_a_fresh_change_is_looked_at_once_more_and_then_costs_nothing() -> None:
    world = World()
    request = world.open_pull_request(world.repository("acme/app"), "ana")
    soon = timedelta(seconds=3)
    request["updatedAt"] = written(datetime.now(UTC) - FRESH + soon)
    with serving(world) as server:
        memory = collected(server)
        time.sleep(soon.total_seconds())
        for requests in (2, 1, 1):
            before = len(server.requests)
            collected(server, memory)
            assert len(server.requests) - before == requests


def test_a_release_of_an_old_commit_is_found_by_the_number_of_releases() -> None:
    world = World()
    repository = world.repository("acme/app")
    for number in range(3):
        world.release(repository, f"v{number}")
    with serving(world) as server:
        memory = collected(server)
        world.release(repository, "v0.1", createdAt="2024-01-01T08:00:00Z")
        collected(server, memory)
        before = len(server.requests)
        collected(server, memory)
        assert len(server.requests) - before == 1
    assert sorted(memory.table("releases")["tag"]) == ["v0", "v0.1", "v1", "v2"]


def test_runs_of_a_repository_that_is_renamed_while_it_is_read() -> None:
    world = World(now=datetime.now(UTC).replace(tzinfo=None) - timedelta(days=20))
    repository = world.repository("acme/app")
    for _ in range(1100):
        world.run(repository)

    def renaming(number: int) -> str:
        if number == 2:
            world.rename_repository("acme/app", "acme/depot")
        return ""

    with serving(world, fault=renaming) as server:
        memory = collected(server)
    assert memory.table("ci_runs").height == 1100
    assert len(server.requests) < 30
