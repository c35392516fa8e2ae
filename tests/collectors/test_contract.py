"""What every collector of a platform promises, whatever the platform: one suite over all of them.

A collector takes part with an entry in `PLATFORMS`: a world in which things happen, a server of it, and its package.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import test_github_collect as of_github
import test_gitlab_collect as of_gitlab
import test_jira_collect as of_jira
from memory import Memory

from collectors import github, gitlab, jira
from tests.collectors.github_world import server as github_server
from tests.collectors.github_world.world import World as GitHubWorld
from tests.collectors.gitlab_world import server as gitlab_server
from tests.collectors.gitlab_world.world import World as GitLabWorld
from tests.collectors.jira_world import server as jira_server
from tests.collectors.jira_world.world import World as JiraWorld
from warehouse.payloads import Archive
from warehouse.tables import CORE, Page

TOKEN = "secret-token"  # noqa: S105 - of the servers in this process


@dataclass(frozen=True)
class Platform:
    """A collector, and how to make a world for it."""

    name: str
    package: Any
    source: Any
    empty: Callable[[], Any]
    """A world with a repository in which nothing happened."""
    lively: Callable[[int, int], tuple[Any, Any, random.Random]]
    change: Callable[[Any, Any, random.Random, int], None]
    serving: Callable[..., AbstractContextManager[Any]]
    client: Callable[[Any], Any]
    error: type[Exception]
    """What the errors of the package have in common."""
    costs: int = 2
    """Requests of a run with nothing new, at most."""

    def pages(self, server: Any, memory: Memory, **options: bool) -> Iterator[Page]:
        """The pages of a run, with each loaded before the next is taken."""
        for page in self.package.collect(self.source, self.client(server), memory, **options):
            memory.load(page, self.source.name)
            yield page

    def collected(self, server: Any, memory: Memory | None = None, **options: bool) -> Memory:
        """What a whole run leaves."""
        memory = memory or Memory()
        for _ in self.pages(server, memory, **options):
            pass
        return memory


def _empty_github() -> GitHubWorld:
    world = GitHubWorld()
    world.repository("acme/app", isEmpty=True)
    return world


def _empty_gitlab() -> GitLabWorld:
    world = GitLabWorld()
    world.project("acme/app")
    return world


def _empty_jira(*, is_cloud: bool) -> JiraWorld:
    world = JiraWorld(is_cloud=is_cloud)
    for key in ("APP", "OPS"):
        world.project(key)
    return world


def _lively_jira(seed: int, changes: int, *, is_cloud: bool) -> tuple[JiraWorld, None, random.Random]:
    world, chance = of_jira.lively(seed, changes, is_cloud=is_cloud)
    return world, None, chance


PLATFORMS = (
    Platform(
        "github",
        github,
        of_github.SOURCE,
        _empty_github,
        of_github.lively,
        of_github.change,
        github_server.serving,
        of_github.client,
        github.GitHubError,
    ),
    Platform(
        "gitlab",
        gitlab,
        of_gitlab.SOURCE,
        _empty_gitlab,
        of_gitlab.lively,
        of_gitlab.change,
        gitlab_server.serving,
        of_gitlab.client,
        gitlab.GitLabError,
    ),
    Platform(
        "jira cloud",
        jira,
        jira.JiraSource("jira", "http://127.0.0.1", ("APP", "OPS")),
        lambda: _empty_jira(is_cloud=True),
        lambda seed, changes: _lively_jira(seed, changes, is_cloud=True),
        lambda world, _, chance, changes: of_jira.change(world, chance, changes),
        jira_server.serving,
        of_jira.client,
        jira.JiraError,
        costs=8,
    ),
    Platform(
        "jira server",
        jira,
        jira.JiraSource("jira", "http://127.0.0.1", ("APP", "OPS")),
        lambda: _empty_jira(is_cloud=False),
        lambda seed, changes: _lively_jira(seed, changes, is_cloud=False),
        lambda world, _, chance, changes: of_jira.change(world, chance, changes),
        jira_server.serving,
        of_jira.client,
        jira.JiraError,
        costs=8,
    ),
)


@pytest.fixture(params=PLATFORMS, ids=lambda platform: platform.name)
def platform(request: pytest.FixtureRequest) -> Platform:
    found: Platform = request.param
    return found


def tables(memory: Memory) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: sorted(memory.table(name).rows(), key=repr) for name in CORE if "source" in memory.tables[name].columns
    }


def filled(memory: Memory) -> set[str]:
    return {name for name, rows in tables(memory).items() if rows}


def test_a_place_where_nothing_happened_is_known_and_no_more(platform: Platform) -> None:
    with platform.serving(platform.empty()) as server:
        memory = platform.collected(server)
        asked = len(server.requests)
        platform.collected(server, memory)
    assert filled(memory) <= {"repositories"}
    assert len(server.requests) <= asked + platform.costs


def test_a_page_that_is_loaded_twice_changes_nothing(platform: Platform) -> None:
    world, _, _ = platform.lively(1, 80)
    once, twice = Memory(), Memory()
    with platform.serving(world) as server:
        for page in platform.pages(server, once):
            twice.load(page, platform.source.name)
            twice.load(page, platform.source.name)
    assert tables(twice) == tables(once)
    assert len(filled(once)) > 8


def test_a_run_that_reads_everything_again_changes_nothing(platform: Platform) -> None:
    world, _, _ = platform.lively(2, 80)
    with platform.serving(world) as server:
        memory = platform.collected(server)
        before = tables(memory)
        platform.collected(server, memory, full=True)
    assert tables(memory) == before


def test_a_run_that_ends_after_any_page_is_completed_by_the_next(platform: Platform) -> None:
    world, _, _ = platform.lively(3, 80)
    with platform.serving(world) as server:
        memory = Memory()
        number = sum(1 for _ in platform.pages(server, memory))
        whole = tables(memory)
        for last in range(number):
            broken = Memory()
            pages = platform.pages(server, broken)
            for _ in range(last + 1):
                next(pages)
            pages.close()  # type: ignore[attr-defined]
            assert tables(platform.collected(server, broken)) == whole


@pytest.mark.parametrize("fault", ["html", "truncated", "502"])
def test_answers_that_are_none_are_said_and_leave_what_was_read(platform: Platform, fault: str) -> None:
    world, place, chance = platform.lively(4, 60)
    with platform.serving(world) as server:
        memory = platform.collected(server)
        before = tables(memory)
        platform.change(world, place, chance, 30)
        first = len(server.requests) + 1
        server.fault = lambda number: fault if number > first else ""
        with pytest.raises((ExceptionGroup, platform.error)) as caught:
            platform.collected(server, memory)
        errors = getattr(caught.value, "exceptions", (caught.value,))
        assert all(error.hint for error in errors)
        assert tables(memory).keys() == before.keys()
        server.fault = lambda number: ""
        again = platform.collected(server, memory)
        fresh = platform.collected(server)
    for name in ("tickets", "comments", "reviews", "deployments", "ci_runs", "pull_request_events"):
        assert tables(again)[name] == tables(fresh)[name], name


def test_a_used_up_budget_ends_the_run_with_the_instant_to_go_on(platform: Platform) -> None:
    world, _, _ = platform.lively(5, 400)
    with platform.serving(world, budget=9) as server:
        memory = Memory()
        with pytest.raises(platform.package.BudgetSpent) as caught:
            platform.collected(server, memory)
        assert f"{caught.value.until:%H:%M}" in caught.value.hint
        server.requests.clear()
        server.budget = 5000
        assert tables(platform.collected(server, memory)) == tables(platform.collected(server))


def test_a_token_that_is_revoked_meanwhile_ends_the_run_and_is_told_to_nobody(platform: Platform) -> None:
    world, _, _ = platform.lively(6, 200)
    with platform.serving(world, tokens={TOKEN}) as server:
        memory = Memory()

        def revoked(number: int) -> str:
            if number == 3:
                server.tokens.discard(TOKEN)
            return ""

        server.fault = revoked
        with pytest.raises(platform.package.Refused) as caught:
            platform.collected(server, memory)
        assert TOKEN not in str(caught.value) + caught.value.hint
        server.fault = lambda number: ""
        server.tokens.add(TOKEN)
        assert tables(platform.collected(server, memory)) == tables(platform.collected(server))


def test_rows_can_be_made_again_from_what_is_kept_and_hold_no_token(platform: Platform, tmp_path: Path) -> None:
    world, place, chance = platform.lively(7, 80)
    archive, kept = Archive(tmp_path), 0
    memory, name = Memory(), platform.source.name
    with platform.serving(world) as server:
        for _ in range(2):
            for page in platform.pages(server, memory):
                # Repositories that are told as before are not kept again.
                assert page.payloads or not page.upserts or page.stream == "repositories"
                assert all(TOKEN not in said.request + said.body for said in page.payloads)
                if page.payloads:
                    kept += 1
                    archive.keep(page, source=name, run_id=f"run{kept:06}", now=world.now)
            platform.change(world, place, chance, 40)
    again = Memory()
    for told in archive.pages(name):
        page = platform.package.page_of(platform.source, told.stream, told.scope, told.payloads, again)
        again.load(replace(page, cursor=told.cursor, restart=told.restart, payloads=()), name)
    assert tables(again) == tables(memory)
