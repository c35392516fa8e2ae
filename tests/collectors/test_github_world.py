"""The world of the tests is GitHub's as far as it goes, and the collector keeps within what GitHub allows."""

import json
import os
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_introspection_type,
    is_required_argument,
    is_specified_scalar_type,
)
from memory import Memory

from collectors import github
from collectors.github import budget, queries, units
from tests.collectors.fault_server import Asked, Reply
from tests.collectors.github_world.app import App
from tests.collectors.github_world.graph import SDL
from tests.collectors.github_world.limits import MOST_NODES, MOST_OF_A_LIST, Cost, Limits, cost
from tests.collectors.github_world.server import Server, serving
from tests.collectors.github_world.world import World

PATIENT = github.Patience(longest_wait_seconds=2, first_pause_seconds=0.001, attempts=4)
SOURCE = github.GitHubSource("hub", ("acme/app",))


def world_with(pull_requests: int, name: str = "acme/app") -> World:
    world = World()
    repository = world.repository(name)
    for _ in range(pull_requests):
        world.review(world.open_pull_request(repository, "ana", commits=2), "ben", comments=1)
    return world


def collected(server: Server, *, into: Memory | None = None, patience: github.Patience = PATIENT) -> Memory:
    return collected_as(github.Credentials.of_tokens("secret-token"), server, into=into, patience=patience)


def collected_as(
    credentials: github.Credentials,
    server: Server,
    source: github.GitHubSource = SOURCE,
    *,
    into: Memory | None = None,
    patience: github.Patience = PATIENT,
) -> Memory:
    memory = into or Memory()
    client = github.Client(credentials, server.url, owners=source.owners, patience=patience)
    for page in github.collect(source, client, memory):
        memory.load(page, source.name)
    return memory


# The schema


def test_the_schema_of_the_world_is_a_part_of_the_one_that_github_has() -> None:
    file = os.environ.get("LEADLINE_GITHUB_SCHEMA")
    if not file:
        pytest.skip("LEADLINE_GITHUB_SCHEMA does not name GitHub's schema")
    whole = build_schema(Path(file).read_text(encoding="utf-8"), assume_valid=True)
    part = build_schema(SDL.read_text(encoding="utf-8"))
    mistakes = [
        mistake
        for name, kind in part.type_map.items()
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
        for mistake in differences(kind, whole.type_map.get(name), whole)
    ]
    assert mistakes == []


def differences(part: GraphQLNamedType, whole: GraphQLNamedType | None, schema: GraphQLSchema) -> list[str]:
    """What a type says that GitHub's type of this name does not."""
    if whole is None or type(part) is not type(whole):
        return [f"{part.name}: not there, or of another kind"]
    if isinstance(part, GraphQLEnumType) and isinstance(whole, GraphQLEnumType):
        return [f"{part.name}.{value}" for value in part.values if value not in whole.values]
    if isinstance(part, GraphQLUnionType) and isinstance(whole, GraphQLUnionType):
        possible = {kind.name for kind in whole.types}
        return [f"{part.name} = {kind.name}" for kind in part.types if kind.name not in possible]
    if not isinstance(part, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
        return []
    assert isinstance(whole, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType))
    found = [
        f"{part.name}.{name}: {field.type}"
        for name, field in part.fields.items()
        if name not in whole.fields or str(whole.fields[name].type) != str(field.type)
    ]
    if isinstance(part, GraphQLInputObjectType) or isinstance(whole, GraphQLInputObjectType):
        return found
    known = {kind.name for kind in whole.interfaces}
    found += [f"{part.name} implements {kind.name}" for kind in part.interfaces if kind.name not in known]
    for name, field in part.fields.items():
        theirs = whole.fields[name].args if name in whole.fields else {}
        found += [
            f"{part.name}.{name}({argument}: {given.type})"
            for argument, given in field.args.items()
            if argument not in theirs or str(theirs[argument].type) != str(given.type)
        ]
        found += [
            f"{part.name}.{name} without {argument}"
            for argument, given in theirs.items()
            if is_required_argument(given) and argument not in field.args
        ]
    return found


# Nodes and points


def test_nodes_and_points_are_counted_as_github_documents_it() -> None:
    # The example of GitHub's page on rate limits for GraphQL: 5,101 requests make 51 points.
    query = """
    query { viewer { login
      repositories(first: 100) { edges { node { id
        issues(first: 50) { totalCount edges { node { id
          labels(first: 60) { totalCount edges { node { id name } } } } } } } } nodes { id } } } }
    """
    found = cost(query, {})
    assert found.points == 51
    assert found.nodes == 100 + 100 * 50 + 100 * 50 * 60


def test_every_query_keeps_far_within_the_limits() -> None:
    world = world_with(5)
    repository = world.repositories["acme/app"]
    for number in range(4):
        world.deploy(repository, f"{number:040}", "SUCCESS")
        world.release(repository, f"v{number}")
        world.milestone(repository, f"v{number}")
        world.open_issue(repository, "ana")
    for request in repository["pullRequests"]:  # long lists, which are completed
        for _ in range(130):
            world.comment(request, "cleo")
    found: dict[str, Cost] = {}

    def counted(asked: Asked) -> None:
        if asked.method == "POST":
            body = json.loads(asked.body)
            found[body["query"]] = cost(body["query"], body["variables"])

    with serving(world) as server:
        server.rule = counted
        collected(server)
    sent = len(found)
    pages = {name: found[query] for name, query in queries.LISTINGS.items() if query in found}
    for query, variables in (
        (queries.OWNED, {"owner": "", "first": 50, "after": None}),
        queries.pulse([f"acme/app{number}" for number in range(20)]),
        queries.completion([("PullRequest", "i", "reviews", "c")] * units.MOST_COMPLETED),  # the most expensive
    ):
        found[query] = cost(query, variables)

    assert sent == 7  # the pulse, five lists, and what they left out
    assert max(one.nodes for one in found.values()) < MOST_NODES / 5
    assert max(one.longest for one in found.values()) <= MOST_OF_A_LIST
    assert [one.unbounded for one in found.values() if one.unbounded] == []
    # A page of 25 pull requests costs ten points: 5,000 points an hour read 12,500 of them.
    assert pages["pull_requests"].points <= 10


def test_issues_come_in_few_requests() -> None:
    world = World()
    repository = world.repository("acme/app")
    for _ in range(200):
        issue = world.open_issue(repository, "ana")
        world.label(issue, "ben", "in progress")
        for _ in range(6):
            world.comment(issue, "ben")
        world.close(issue, "ana")
    with serving(world) as server:
        memory = collected(server)
        # Two of them are for the repository and its workflow runs.
        assert len(server.requests) - 2 <= 0.03 * 200
    assert memory.table("tickets").height == 200
    assert memory.table("comments").height == 1200


def test_a_page_of_too_many_nodes_is_asked_for_in_halves() -> None:
    with serving(world_with(30)) as server:
        server.rule = Limits(server, most_nodes=6_000)
        memory = collected(server)
    assert memory.table("pull_requests").height == 30
    assert memory.table("reviews").height == 30


def test_a_budget_of_points_ends_the_run_before_it_is_used_up() -> None:
    with serving(world_with(200), budget=70) as server:
        server.rule = Limits(server)
        memory = Memory()
        with pytest.raises(github.BudgetSpent):
            collected(server, into=memory)
        some = memory.table("pull_requests").height
        assert 0 < some < 200
        # It stops near the end: a page costs ten points, and at most the last one was refused.
        assert abs(server.budget - server.points - len(server.requests)) <= budget.RESERVE + 10
        server.points, server.budget = 0, 5000
        server.requests.clear()
        collected(server, into=memory)
    assert memory.table("pull_requests").height == 200


# Slow answers


def test_pages_that_take_too_long_are_asked_for_in_halves() -> None:
    late: list[str] = []

    def slow(asked: Asked) -> Reply | None:
        if '"first": 25' in asked.body or '"first": 12' in asked.body:
            late.append(asked.body)
            return Reply(500, {"message": "nobody waits for this"}, delay_seconds=3)
        return None

    with serving(world_with(20)) as server:
        server.rule = slow
        hasty = github.Patience(timeout_seconds=2, attempts=1)
        memory = collected(server, patience=hasty)
    assert memory.table("pull_requests").height == 20
    assert len(late) == 2


def test_an_answer_that_does_not_come_is_asked_for_again() -> None:
    delays = iter([3.0])

    def slow_once(asked: Asked) -> Reply | None:
        delay = next(delays, 0.0) if '"first": 25' in asked.body else 0.0
        return Reply(500, {}, delay_seconds=delay) if delay else None

    with serving(world_with(3)) as server:
        server.rule = slow_once
        hasty = github.Patience(timeout_seconds=2, attempts=3, first_pause_seconds=0.001)
        assert collected(server, patience=hasty).table("pull_requests").height == 3
    assert next(delays, None) is None


# An App


def test_an_app_reads_every_owner_with_the_token_of_its_installation() -> None:
    world = world_with(3)
    for owner in ("umbrella", "initech"):
        repository = world.repository(f"{owner}/site")
        world.open_pull_request(repository, "cleo")
        world.open_issue(repository, "ana")
    source = github.GitHubSource("hub", ("acme/app", "umbrella/*"))
    with serving(world, tokens=set()) as server:
        server.rule = app = App(server, {"acme": 71, "Umbrella": 72})
        memory = collected_as(github.Credentials.of_app("12", app.pem), server, source)
    assert sorted(set(app.given)) == ["Umbrella", "acme"]
    assert memory.table("repositories")["repo_id"].to_list() == ["hub:acme/app", "hub:umbrella/site"]
    assert memory.table("pull_requests").height == 4
    assert memory.table("tickets").height == 1


def test_the_token_of_an_installation_that_ends_midway_is_renewed() -> None:
    with serving(world_with(120), tokens=set(), latency_seconds=0.4) as server:
        # PyGithub takes another token twenty seconds before the old one ends: after one or two seconds here.
        server.rule = app = App(server, {"acme": 71}, lifetime_seconds=22)
        memory = collected_as(github.Credentials.of_app("12", app.pem), server)
    assert memory.table("pull_requests").height == 120
    assert len(app.given) > 1


def test_an_app_with_the_key_of_another_is_refused() -> None:
    with serving(world_with(1), tokens=set()) as server:
        server.rule = App(server, {"acme": 71})
        stranger = App(server, {})
        with pytest.raises(github.Refused) as told:
            collected_as(github.Credentials.of_app("12", stranger.pem), server)
    assert "key is refused" in str(told.value)
