"""Repositories of GitHub that change their name, take another's, vanish, or are left out by option."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from github_support import client, collected, tables
from memory import Memory
from polars.testing import assert_frame_equal

from collectors import github
from leadline.config import GitHubSource
from leadline.sources.github import replayed
from tests.collectors.github_world.server import Server, serving
from tests.collectors.github_world.world import World
from warehouse.store import Warehouse

ALL = github.GitHubSource("hub", ("acme/*",))
NOW = datetime.fromisoformat("2026-05-04T12:00:00")


def test_a_repository_that_takes_a_given_up_name_is_another_one() -> None:
    world = World()
    first = world.repository("acme/app")
    world.open_pull_request(first, "ana", "Of the first")
    with serving(world) as server:
        memory = collected(server, source=ALL)
        world.rename_repository("acme/app", "acme/old")
        second = world.repository("acme/app")
        world.open_pull_request(second, "ben", "Of the second")
        collected(server, memory, source=ALL)
        collected(server, memory, source=ALL)
    other = f"hub:acme/app~{second['id']}"
    assert memory.table("repositories").select("repo_id", "name", "platform_id").rows() == [
        ("hub:acme/app", "acme/old", first["id"]),
        (other, "acme/app", second["id"]),
    ]
    assert memory.table("pull_requests").select("pr_id", "title").rows() == [
        ("hub:acme/app#1", "Of the first"),
        (f"{other}#1", "Of the second"),
    ]


def test_rows_show_the_new_name_of_a_renamed_repository() -> None:
    world = World()
    with serving(world) as server:
        repository, other = world.repository("acme/app"), world.repository("acme/other")
        wish = world.open_issue(repository, "ana")
        world.open_issue(repository, "ana", parent=wish)
        world.open_issue(other, "ana", parent=wish)
        world.milestone(repository, "Soon")
        world.open_pull_request(repository, "ben", body="Closes #1")
        world.open_pull_request(other, "ben", body="See Acme/App#1 and acme/application#1")
        world.release(repository, "v1")
        memory = collected(server, source=ALL)
        world.rename_repository("acme/app", "acme/depot")
        collected(server, memory, source=ALL)
        there = f"{server.url}/acme/depot"
    tickets = memory.table("tickets")
    assert tickets.select("ticket_id", "key", "project", "parent_key").rows() == [
        ("hub:acme/app#1", "acme/depot#1", "acme/depot", None),
        ("hub:acme/app#2", "acme/depot#2", "acme/depot", "acme/depot#1"),
        ("hub:acme/other#1", "acme/other#1", "acme/other", "acme/depot#1"),
    ]
    assert tickets["url"].to_list()[:2] == [f"{there}/issues/1", f"{there}/issues/2"]
    assert memory.table("ticket_links")["other_key"].to_list() == ["acme/depot#1", "acme/depot#1"]
    assert memory.table("milestones")["project"].to_list() == ["acme/depot"]
    assert memory.table("pull_requests")["url"].to_list()[0] == f"{there}/pull/3"
    assert memory.table("releases")["url"].to_list() == [f"{there}/releases/tag/v1"]
    assert memory.table("pull_request_mentions").rows() == [
        ("hub:acme/app#3", "acme/depot#1", "body"),
        ("hub:acme/other#2", "acme/application#1", "body"),
        ("hub:acme/other#2", "acme/depot#1", "body"),
    ]


def test_references_keep_a_name_that_another_repository_has() -> None:
    world = World()
    repository = world.repository("acme/app")
    world.open_issue(repository, "ana")
    with serving(world) as server:
        memory = collected(server)
        world.rename_repository("acme/app", "acme/old")
        second = world.repository("acme/app")
        world.open_issue(second, "ana")
        world.open_pull_request(second, "ana", body="Closes #1")
        collected(server, memory)  # whoever asks for acme/app is told of the second one
        assert memory.quality == {"repository_unreachable": 1}
        collected(server, memory, source=ALL)
    assert memory.table("tickets")["key"].to_list() == ["acme/old#1", "acme/app#1"]
    assert memory.table("pull_request_mentions")["reference"].to_list() == ["acme/app#1"]


def test_a_repository_that_vanishes_from_a_glob_is_counted_once_and_until_it_is_back() -> None:
    world = World()
    for name in ("acme/app", "acme/other"):
        world.open_pull_request(world.repository(name), "ana")
    with serving(world) as server:
        memory = collected(server, source=ALL)
        assert memory.quality == {}
        before = tables(memory)
        world.forbidden.add("acme/other")
        for _ in range(3):
            collected(server, memory, source=ALL)
            assert memory.repairs == {("repositories", "hub:acme/other", "repository_unreachable"): 1}
        assert tables(memory) == before
        world.forbidden.clear()
        collected(server, memory, source=ALL)
    assert memory.quality == {}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["acme/app", "acme/archived"]),
        ({"archived": False}, ["acme/app"]),
        ({"forks": True}, ["acme/app", "acme/archived", "acme/fork"]),
    ],
)
def test_a_glob_includes_archived_repositories_and_forks_by_option(options: dict[str, bool], names: list[str]) -> None:
    world = World()
    world.repository("acme/app")
    world.repository("acme/archived", isArchived=True)
    world.repository("acme/fork", isFork=True)
    with serving(world) as server:
        memory = collected(server, source=replace(ALL, **options))
        assert memory.table("repositories")["name"].to_list() == names
        named = collected(server, source=github.GitHubSource("hub", ("acme/archived", "acme/fork"), archived=False))
    assert named.table("repositories")["name"].to_list() == ["acme/archived", "acme/fork"]


def test_a_repository_that_is_archived_later_leaves_where_the_option_leaves_it_out() -> None:
    world = World()
    repository, other = world.repository("acme/app"), world.repository("acme/other")
    world.open_pull_request(repository, "ana")
    world.open_pull_request(other, "ana")
    source = replace(ALL, archived=False)
    with serving(world) as server:
        memory = collected(server, source=source)
        other["isArchived"] = True
        collected(server, memory, source=source)
        assert tables(memory) == tables(collected(server, source=source)) | {"identities": tables(memory)["identities"]}
        kept = collected(server, source=ALL)
    assert kept.table("repositories")["archived"].to_list() == [False, True]


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path) as opened:
        yield opened


def loaded(warehouse: Warehouse, server: Server, *patterns: str) -> None:
    """What a run does with the pages, archive included."""
    run_id, source = warehouse.start_run(), github.GitHubSource("hub", patterns, archived=False)
    for page in github.collect(source, client(server), warehouse.state("hub")):
        warehouse.load(page, source="hub", run_id=run_id, now=NOW)


def rebuilt(warehouse: Warehouse, *patterns: str) -> Memory:
    """What the archive gives."""
    configured = GitHubSource(kind="github", name="hub", token_env="T", repositories=patterns, archived=False)  # noqa: S106
    memory = Memory()
    for page, _ in replayed(configured, memory, warehouse.archive):
        memory.load(page, "hub")
    return memory


def test_a_rebuild_does_not_bring_back_a_repository_that_has_left(warehouse: Warehouse) -> None:
    world = World()
    for name in ("acme/app", "acme/closed", "acme/last", "first/app"):
        world.open_pull_request(world.repository(name), "ana")
    for owner in ("second", "third"):
        world.account(owner, "Organization")
    every = ("acme/*", "first/*", "second/*", "third/*")
    some = ("acme/a*", "acme/c*", "second/*")
    with serving(world) as server:
        loaded(warehouse, server, *every)
        world.rename_repository("first/app", "second/app")
        loaded(warehouse, server, *every)
        world.rename_repository("second/app", "third/app")
        world.repositories["acme/closed"]["isArchived"] = True
        loaded(warehouse, server, *every)
        loaded(warehouse, server, *some)
    assert warehouse.read("repositories")["repo_id"].to_list() == ["hub:acme/app"]
    again = rebuilt(warehouse, *some)
    assert again.table("repositories")["repo_id"].to_list() == ["hub:acme/app"]
    assert again.table("pull_requests")["pr_id"].to_list() == ["hub:acme/app#1"]


def test_a_rebuild_knows_a_renamed_repository_under_the_name_that_the_configuration_has_now(
    warehouse: Warehouse,
) -> None:
    world = World()
    repository = world.repository("acme/app")
    world.open_pull_request(repository, "ana", body="Closes #2")
    world.open_issue(repository, "ana")
    with serving(world) as server:
        loaded(warehouse, server, "acme/app")
        world.rename_repository("acme/app", "acme/depot")
        loaded(warehouse, server, "acme/app")
        world.open_issue(repository, "ana")
        loaded(warehouse, server, "acme/depot")
    again = rebuilt(warehouse, "acme/depot")
    assert again.table("repositories").select("repo_id", "name").rows() == [("hub:acme/app", "acme/depot")]
    for table in ("pull_requests", "pull_request_mentions", "tickets"):
        stored = warehouse.read(table).drop("source", "collected_at")
        assert_frame_equal(again.table(table), stored, check_row_order=False)
    assert again.table("tickets")["key"].to_list() == ["acme/depot#2", "acme/depot#3"]
