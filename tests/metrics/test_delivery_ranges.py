"""Which commits and pull requests each deployment brought, against a walk of the graph in plain Python."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from delivery_worlds import AS_OF, REPO, Delivery
from hypothesis import given, settings
from hypothesis import strategies as st

worlds = st.integers(0, 2**32 - 1)
few = settings(max_examples=10, deadline=None)


def reachable(start: str, parents: dict[str, list[str]]) -> set[str]:
    """The commit and all its ancestors."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        sha = waiting.pop()
        if sha not in found:
            found.add(sha)
            waiting += parents.get(sha, [])
    return found


def invent(seed: int) -> tuple[Delivery, list[tuple[str, str, str]], dict[str, list[str]]]:
    """A graph with merges, two roots, and deployments of any of its commits to two environments, at equal times too."""
    rng = random.Random(seed)
    story = Delivery()
    parents: dict[str, list[str]] = {}
    for number in range(rng.randrange(1, 40)):
        known = list(parents)
        chosen = rng.sample(known, min(len(known), rng.choice([1, 1, 1, 2, 2, 3])))
        if rng.random() < 0.05:
            chosen = []
        sha = story.commit(f"c{number}", days_ago=60 - number, parents=chosen)
        parents[sha] = chosen
    deployed = []
    for number in range(rng.randrange(1, 9)):
        sha, environment = rng.choice(list(parents)), rng.choice(["production", "prod-eu"])
        days_ago = rng.choice([1.0, 2.0, 3.0, 4.0, 5.0])
        deployed.append((-days_ago, story.deploy(sha, days_ago, environment, name=f"d{number}"), environment, sha))
    return story, [(key, environment, sha) for _, key, environment, sha in sorted(deployed)], parents


def ranges(deployed: Iterable[tuple[str, str, str]], parents: dict[str, list[str]]) -> dict[str, set[str]]:
    """What each deployment reaches and those before it on its environment do not."""
    seen: dict[str, set[str]] = {}
    brought = {}
    for key, environment, sha in deployed:
        reached = reachable(sha, parents)
        brought[key] = reached - seen.get(environment, set())
        seen[environment] = seen.get(environment, set()) | reached
    return brought


@few
@given(worlds)
def test_a_commit_belongs_to_the_earliest_deployment_that_reaches_it(seed: int) -> None:
    story, deployed, parents = invent(seed)
    for sha in parents:
        story.merged(sha, days_ago=50)
    tables = story.run()
    found: dict[str, set[str]] = {key: set() for key, _, _ in deployed}
    for key, pr_id in tables["deployment_changes"].iter_rows():
        found[key].add(story.commit_of(pr_id))
    assert found == ranges(deployed, parents)


@few
@given(worlds)
def test_the_first_deployment_is_that_of_the_first_range_that_contains_the_commit(seed: int) -> None:
    """The definition itself: reachable from this deployment and not from the previous one.

    The first of an environment has no previous one: it counts where no environment that was there before tells more.
    """
    story, deployed, parents = invent(seed)
    for sha in parents:
        story.merged(sha, days_ago=50)
    at = {row["deployment_id"]: row["finished_at"] for row in story.world.tables["deployments"]}
    begun: dict[str, datetime] = {}
    first_ranges: dict[tuple[str, str], tuple[str, bool]] = {}
    previous: dict[str, str] = {}
    for key, environment, sha in deployed:
        before = reachable(previous[environment], parents) if environment in previous else set()
        for change in reachable(sha, parents) - before:
            first_ranges.setdefault((change, environment), (key, environment in previous))
        begun.setdefault(environment, at[key])
        previous[environment] = sha
    order = [key for key, _, _ in deployed]
    expected = {}
    for change in {change for change, _ in first_ranges}:
        found = {env: first_ranges[change, env] for env in begun if (change, env) in first_ranges}
        measured = [begun[environment] for environment, (_, is_measured) in found.items() if is_measured]
        counting = [
            key
            for environment, (key, is_measured) in found.items()
            if is_measured or not any(older < begun[environment] for older in measured)
        ]
        expected[change] = min(counting, key=order.index)
    times = story.run()["change_lead_times"]
    first = dict(times.drop_nulls("deployment_id").select("pr_id", "deployment_id").iter_rows())
    assert {story.commit_of(pr_id): key for pr_id, key in first.items()} == expected
    assert times.height == len(parents)


def test_a_long_history_takes_no_longer_than_its_merges_are_nested() -> None:
    """Ten thousand commits in one line, every tenth a merge of a branch that left five commits before."""
    story = Delivery()
    previous: list[str] = []
    line = []
    for number in range(10_000):
        side = []
        if number % 10 == 9:
            side = [story.commit(f"b{number}", days_ago=30, parents=[line[-5]])]
        sha = story.commit(f"c{number}", days_ago=30, parents=[*previous, *side])
        previous = [sha]
        line.append(sha)
    early = story.deploy(line[4_999], 20, name="early")
    late = story.deploy(line[-1], 10, name="late")
    commits = story.run()["direct_commit_changes"]
    assert dict(commits.group_by("deployment_id").len().iter_rows()) == {early: 4_500 + 500, late: 4_500 + 500}


def test_another_repository_is_another_history() -> None:
    story = Delivery()
    sha = story.commit("c0", days_ago=9)
    other = story.commit("c0", days_ago=9, repo_id="git:other")
    assert sha == other
    story.merged(sha, 8)
    story.deploy(other, 5, repo_id="git:other")
    tables = story.run(rungs=["deployment"])
    assert tables["deployment_changes"].is_empty()
    assert tables["deployments"]["repo_id"].to_list() == ["git:other"]


def test_changes_of_the_first_deployment_are_not_measured() -> None:
    story = Delivery()
    shas = [story.commit("c0", 20)]
    shas.append(story.commit("c1", 15, parents=shas[-1:]))
    shas.append(story.commit("c2", 10, parents=shas[-1:]))
    for number, sha in enumerate(shas):
        story.merged(sha, 20 - 5 * number, first_commit_days_ago=21 - 5 * number)
    story.deploy(shas[0], 14, name="first")
    story.deploy(shas[1], 12, name="second")
    tables = story.run()
    day = timedelta(days=1).total_seconds()
    assert tables["change_lead_times"].select(
        "lead_seconds", "lead_reason", "production_seconds", "production_reason"
    ).rows() == [
        (None, "first_deployment", None, "first_deployment"),
        (4 * day, None, 3 * day, None),
        (None, "no_deployment", None, "no_deployment"),
    ]
    assert tables["deployments"].select("is_first", "pull_requests").rows() == [(True, None), (False, 1)]
    assert tables["waiting_changes"].select("pr_id", "waiting_seconds").rows() == [(f"{REPO}#3", 10 * day)]


def test_a_deployment_of_an_unknown_commit_is_no_predecessor() -> None:
    """What an unknown commit held nobody knows: the changes of the next one must not look a year old."""
    story = Delivery()
    old = story.commit("c0", 300)
    new = story.commit("c1", 5, parents=[old])
    story.merged(old, 300)
    story.merged(new, 5)
    story.deploy("gone", 200, name="a")
    story.deploy(old, 4, name="b")
    story.deploy(new, 3, name="c")
    tables = story.run()
    assert tables["change_lead_times"]["production_reason"].to_list() == ["first_deployment", None]
    assert tables["deployments"].select("is_first", "has_predecessor", "pull_requests").rows() == [
        (True, False, None),
        (False, False, None),
        (False, True, 1),
    ]


def test_a_merge_that_is_not_in_the_repository_is_named_so() -> None:
    story = Delivery()
    sha = story.commit("c0", 9)
    story.deploy(sha, 8)
    story.merged("elsewhere", 7)
    times = story.run()["change_lead_times"]
    assert times.select("deployment_id", "lead_reason").rows() == [(None, "merge_commit_unknown")]


def test_pushes_without_a_pull_request_are_told_apart_and_count_once() -> None:
    story = Delivery()
    first = story.commit("c0", 20)
    story.deploy(first, 19, "production", name="a")
    story.deploy(first, 19, "prod-eu", name="b")
    pushed = story.commit("c1", 10, parents=[first])
    story.merged(story.commit("c2", 9, parents=[pushed]), 9)
    story.deploy("c2", 8, "production", name="c")
    story.deploy("c2", 7, "prod-eu", name="d")
    tables = story.run()
    direct = tables["direct_commit_changes"].select("sha", "deployment_id", "lead_seconds", "lead_reason").rows()
    assert direct == [("c0", "git:a", None, "first_deployment"), ("c1", "git:c", 2 * 86_400.0, None)]
    assert tables["deployment_changes"].rows() == [("git:c", f"{REPO}#1"), ("git:d", f"{REPO}#1")]
    assert tables["change_lead_times"]["deployment_id"].to_list() == ["git:c"]


def test_nothing_after_now_is_known() -> None:
    story = Delivery()
    first = story.commit("c0", 20)
    second = story.commit("c1", 10, parents=[first])
    story.merged(second, 9)
    story.deploy(first, 15)
    story.deploy(second, 8)
    earlier = story.run(AS_OF - timedelta(days=9))
    assert earlier["deployments"].height == 1
    assert earlier["waiting_changes"].select("waiting_seconds").rows() == [(0.0,)]
    assert story.run(AS_OF - timedelta(days=10))["change_lead_times"].is_empty()
    assert story.run(datetime.fromisoformat("2020-01-01"))["deployments"].is_empty()


def waits(story: Delivery) -> tuple[list[str], list[str | None]]:
    """The commits that wait for production, and why each pull request is not measured, in order."""
    tables = story.run(rungs=["deployment"])
    waiting = [story.commit_of(pr_id) for pr_id in tables["waiting_changes"]["pr_id"]]
    return waiting, tables["change_lead_times"].sort("merged_at")["production_reason"].to_list()


@pytest.mark.parametrize("sha", [None, "gone"])
def test_nothing_waits_where_no_deployment_says_what_it_held(sha: str | None) -> None:
    story = Delivery()
    for number in range(3):
        story.merged(story.commit(f"c{number}", 9 - number, [f"c{number - 1}"] if number else []), 9 - number)
    story.deploy(sha, 8)
    assert waits(story) == ([], ["deployment_commit_unknown"] * 3)


def test_only_what_was_merged_after_an_unknown_deployment_can_wait() -> None:
    story = Delivery()
    for number in range(4):
        story.merged(story.commit(f"c{number}", 20 - number, [f"c{number - 1}"] if number else []), 20 - number)
    story.deploy("c0", 19.5)
    story.deploy("c1", 18.5)
    story.deploy(None, 17.5)
    assert waits(story) == (["c3"], ["first_deployment", None, "deployment_commit_unknown", "no_deployment"])
    # The next known one does not hold it: so it is not there, whatever was in between.
    story.deploy("c1", 16.5)
    assert waits(story) == (["c2", "c3"], ["first_deployment", None, "no_deployment", "no_deployment"])


def test_a_new_environment_does_not_hide_what_an_older_one_measures() -> None:
    story = Delivery()
    story.commit("c0", 30)
    for number in range(1, 4):
        sha = story.commit(f"c{number}", 30 - number, parents=[f"c{number - 1}"])
        story.merged(sha, 30 - number)
    story.deploy("c0", 29.5)
    story.deploy("c1", 28.5)
    new = story.deploy("c3", 26, "prod-eu")
    times = story.run()["change_lead_times"].sort("merged_at")
    assert times["production_reason"].to_list() == [None, "first_deployment", "first_deployment"]
    old = story.deploy("c2", 25.5)
    times = story.run()["change_lead_times"].sort("merged_at")
    assert times["production_reason"].to_list() == [None, None, "first_deployment"]
    assert times["deployment_id"].to_list()[1:] == [old, new]


def test_what_the_first_deployment_of_all_held_is_not_measured_by_a_later_environment() -> None:
    story = Delivery()
    story.commit("c0", 300)
    story.merged(story.commit("c1", 299, ["c0"]), 299)
    story.deploy("c1", 200)
    story.deploy("c0", 10, "prod-eu")
    story.deploy("c1", 9, "prod-eu")
    assert story.run()["change_lead_times"]["production_reason"].to_list() == ["first_deployment"]


@pytest.mark.parametrize(
    ("merge_sha", "head_sha", "own", "reason"),
    [
        (None, "c1", [], None),  # a fast-forward makes no commit of its own
        ("gone", "c1", [], None),
        (None, None, ["x", "c1"], None),
        (None, "old", ["old"], None),  # copied by a rebase
        (None, "x", ["x", "old"], "merge_commit_unknown"),  # only an earlier one is there
        (None, "c0", [], "first_deployment"),
        (None, "side", [], "merge_commit_unknown"),
    ],
)
def test_a_pull_request_is_found_by_its_own_commits_where_its_merge_is_not(
    merge_sha: str | None, head_sha: str | None, own: list[str], reason: str | None
) -> None:
    story = Delivery()
    story.deploy(story.commit("c0", 20), 19)
    story.commit("side", 12, ["c0"], on_default_branch=False)
    story.deploy(story.commit("c1", 10, ["c0"]), 8)
    pr_id = story.merged(merge_sha, 9, head_sha=head_sha)
    written = {"x": AS_OF - timedelta(days=11), "old": AS_OF - timedelta(days=10), "c1": AS_OF - timedelta(days=10)}
    for place, sha in enumerate(sorted(own, key=lambda sha: sha == own[-1])):
        applied = AS_OF - timedelta(days=10, hours=-place)
        row = {"author_id": "ann", "authored_at": written[sha], "committed_at": applied}
        story.add("pull_request_commits", pr_id=pr_id, sha=sha, **row)
    tables = story.run()
    assert tables["change_lead_times"]["production_reason"].to_list() == [reason]
    pushed = tables["direct_commit_changes"]["sha"].to_list()
    assert ("c1" in pushed) == (reason is not None)
