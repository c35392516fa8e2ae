"""Which deployments failed, were mended, and were rework: worked cases, and plain Python on random stories."""

import random
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import polars as pl
import pytest
from delivery_worlds import REPO, Delivery, ago
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = timedelta(days=1).total_seconds()


def line(*days_ago: float) -> Delivery:
    """Commits `c0`, `c1`, … in one line, each deployed as `d0`, `d1`, … so many days ago."""
    story = Delivery()
    for number, days in enumerate(days_ago):
        story.commit(f"c{number}", days + 1, parents=[f"c{number - 1}"] if number else [])
        story.deploy(f"c{number}", days, name=f"d{number}")
    return story


def failed(story: Delivery) -> dict[str, tuple[object, ...]]:
    columns = ("failure_cause", "failed_by", "recovery_seconds", "recovery_reason")
    table = story.run()["deployments"].filter("failed")
    return {row[0]: row[1:] for row in table.select("deployment_id", *columns).iter_rows()}


def rework(story: Delivery) -> dict[str, str]:
    table = story.run()["deployments"].filter("is_rework")
    return dict(table.select("deployment_id", "rework_rule").iter_rows())


def incident(story: Delivery, name: str, opened: float, resolved: float | None = None, repo_id: str = REPO) -> None:
    story.add(
        "incidents",
        incident_id=name,
        repo_id=repo_id,
        opened_at=ago(opened),
        resolved_at=None if resolved is None else ago(resolved),
    )


@pytest.mark.parametrize(
    ("opened", "expected"),
    [(30.5, set()), (30, {"git:d0"}), (23, {"git:d0"}), (22.9, set()), (10, {"git:d1"}), (9, {"git:d2"})],
)
def test_an_incident_is_laid_to_the_deployment_before_it(opened: float, expected: set[str]) -> None:
    story = line(30, 10, 9)
    incident(story, "i", opened)
    assert set(failed(story)) == expected


def test_an_incident_of_another_repository_fails_nothing_here() -> None:
    story = line(10)
    incident(story, "i", 9, repo_id="git:other")
    assert failed(story) == {}


def test_two_environments_share_an_incident_only_once() -> None:
    story = line(10)
    story.deploy("c0", 9, "prod-eu", name="eu")
    incident(story, "i", 8)
    assert set(failed(story)) == {"git:eu"}


def test_a_failure_is_over_when_its_last_incident_is() -> None:
    story = line(20)
    incident(story, "a", 19, 18)
    incident(story, "b", 18.5, 17)
    assert failed(story) == {"git:d0": ("incident", "a", 3 * DAY, None)}
    incident(story, "c", 16)
    assert failed(story) == {"git:d0": ("incident", "a", None, "not_recovered")}


def test_a_rollback_fails_what_it_takes_back_and_mends_it() -> None:
    story = line(20, 18)
    story.deploy("c0", 17, name="back")
    assert failed(story) == {"git:d1": ("rollback", "git:back", DAY, None)}
    assert rework(story) == {"git:back": "rollback"}


def test_a_rollback_after_the_horizon_is_none_of_the_deployments_fault() -> None:
    story = line(20, 18)
    story.deploy("c0", 10.9, name="back")
    assert failed(story) == {}


def test_the_same_commit_once_more_takes_nothing_back() -> None:
    story = line(20, 18)
    story.deploy("c1", 17, name="again")
    assert failed(story) == {}
    assert story.run()["deployments"].filter("is_rollback")["deployment_id"].to_list() == ["git:again"]


def test_a_hotfix_fails_what_it_follows_but_not_a_rollback() -> None:
    story = line(20, 18, 16)
    pr_id = story.merged("c2", 16, labels=["Hotfix"])
    assert failed(story) == {"git:d1": ("hotfix", pr_id, 2 * DAY, None)}
    assert rework(story) == {"git:d2": "hotfix"}
    story.deploy("c0", 17, name="back")
    assert failed(story) == {"git:d1": ("rollback", "git:back", DAY, None)}


@pytest.mark.parametrize(
    ("says", "is_one"),
    [
        ({"head_branch": "hotfix/login"}, True),
        ({"head_branch": "hf/login"}, True),
        ({"head_branch": "half/login"}, False),
        ({"title": "HOTFIX: login"}, True),
        ({"title": "Hot-fix the login"}, True),
        ({"title": "Tell what hotfixes are"}, False),
        ({"labels": ["hotfix"]}, True),
        ({"labels": None, "title": None, "head_branch": None}, False),
    ],
)
def test_a_hotfix_says_so(says: dict[str, object], is_one: bool) -> None:
    story = line(20, 18)
    story.merged("c1", 18, **says)
    assert rework(story) == ({"git:d1": "hotfix"} if is_one else {})


def reverting(story: Delivery, sha: str, original: str, days_ago: float, parent: str) -> None:
    story.commit(sha, days_ago, parents=[parent], reverts_sha=original, subject=f'Revert "{original}"')


def test_a_revert_fails_the_deployment_that_brought_the_change() -> None:
    shas = [f"{number:040x}" for number in range(4)]
    story = Delivery()
    for number in range(3):
        story.commit(shas[number], 20 - number, parents=shas[number - 1 : number] if number else [])
        story.deploy(shas[number], 19.5 - number, name=f"d{number}")
    reverting(story, shas[3], shas[2], 16, shas[2])
    assert failed(story) == {"git:d2": ("revert", shas[3], None, "not_recovered")}
    story.deploy(shas[3], 15.5, name="d3")
    assert failed(story) == {"git:d2": ("revert", shas[3], 2 * DAY, None)}
    assert rework(story) == {"git:d3": "revert"}


def test_what_never_was_in_production_is_reverted_in_silence() -> None:
    shas = [f"{number:040x}" for number in range(3)]
    story = Delivery()
    story.commit(shas[0], 20)
    story.deploy(shas[0], 19)
    story.commit(shas[1], 18, parents=shas[:1])
    reverting(story, shas[2], shas[1], 17, shas[1])
    story.deploy(shas[2], 16)
    assert failed(story) == {}
    assert rework(story) == {}


def test_the_platforms_button_reverts_without_gits_sentence() -> None:
    story = line(20, 18, 17)
    story.merged("c0", 20.5)
    story.merged("c1", 18.5)
    story.merged("c2", 17.5, head_branch="revert-2-branch-2")
    assert failed(story) == {"git:d1": ("revert", "c2", DAY, None)}
    assert rework(story) == {"git:d2": "revert"}


def test_every_cause_is_kept_and_a_deployment_fails_once() -> None:
    story = line(20, 18)
    incident(story, "i", 17.5, 17.4)
    story.deploy("c0", 17, name="back")
    causes = story.run()["deployment_failures"].select("deployment_id", "cause").rows()
    assert causes == [("git:d1", "incident"), ("git:d1", "rollback")]
    (row,) = failed(story).values()
    assert row[:2] == ("incident", "i")
    assert row[2] == pytest.approx(0.6 * DAY)


@pytest.mark.parametrize(
    ("ticket", "link", "is_rework"),
    [
        ({"type": "bug"}, "closing_reference", True),
        ({"type": "INCIDENT"}, "closing_reference", True),
        ({"labels": ["Sev1"]}, "branch", True),
        ({"type": "Story"}, "closing_reference", False),
        ({"type": "Bug"}, "body", False),
        ({"type": "Bug", "created_at": ago(21)}, "closing_reference", False),
        ({"type": "Bug", "created_at": ago(17)}, "closing_reference", False),
    ],
)
def test_closing_a_bug_opened_since_the_last_deployment_is_rework(
    ticket: dict[str, object],
    link: str,
    is_rework: bool,
) -> None:
    story = line(20, 18)
    pr_id = story.merged("c1", 18)
    story.add("tickets", ticket_id="t", **{"created_at": ago(19), **ticket})
    story.add("pull_request_tickets", pr_id=pr_id, ticket_id="t", found_in=link)
    assert rework(story) == ({"git:d1": "incident_or_bug"} if is_rework else {})


def test_the_share_of_every_rule_is_told_for_two_spans() -> None:
    story = line(120, 118, 20, 18)
    story.deploy("c2", 17, name="back")
    story.merged("c1", 118, title="hotfix")
    found = story.run()["rework_rules"].filter(pl.col("rework_deployments") > 0)
    assert found.select("span", "rule", "deployments", "rework_deployments", "share").rows() == [
        ("6mo", "any", 5, 2, 0.4),
        ("6mo", "hotfix", 5, 1, 0.2),
        ("6mo", "rollback", 5, 1, 0.2),
        ("90d", "any", 3, 1, 1 / 3),
        ("90d", "rollback", 3, 1, 1 / 3),
    ]


@dataclass
class Told:
    """A random story of one line of commits, and what its inventor knows."""

    story: Delivery
    shas: list[str]
    deployed: list[tuple[float, str, str, str]]
    """Day, id, commit and environment, in order."""
    incidents: list[float]
    hotfixes: set[str]


def tell(seed: int) -> Told:
    rng = random.Random(seed)
    story, shas, deployed = Delivery(), [], []
    for number in range(rng.randrange(2, 12)):
        shas.append(story.commit(f"c{number}", 40 - number, parents=shas[-1:]))
    for number, days in enumerate(rng.sample(range(2, 60), rng.randrange(1, 12))):
        sha, environment = rng.choice(shas), rng.choice(["production", "prod-eu"])
        deployed.append((-days / 2, story.deploy(sha, days / 2, environment, name=f"d{number}"), sha, environment))
    incidents = [-rng.randrange(120) / 4 for _ in range(rng.randrange(5))]
    for number, day in enumerate(incidents):
        incident(story, f"i{number}", -day)
    hotfixes = {sha for sha in shas if rng.random() < 0.2}
    for sha in shas:
        story.merged(sha, 41, title="hotfix" if sha in hotfixes else "Change")
    return Told(story, shas, sorted(deployed), incidents, hotfixes)


def by_incident(told: Told) -> set[tuple[str, str]]:
    found = set()
    for opened in told.incidents:
        before = [row for row in told.deployed if row[0] <= opened]
        if before and opened - before[-1][0] <= 7:
            found.add((before[-1][1], "incident"))
    return found


def by_next(told: Told, environment: str) -> set[tuple[str, str]]:
    on_line = [row for row in told.deployed if row[3] == environment]
    found = set()
    for number, ((day, key, sha, _), (next_day, _, next_sha, _)) in enumerate(pairwise(on_line)):
        earlier = {row[2] for row in on_line[:number]}
        reached = max(told.shas.index(row[2]) for row in on_line[: number + 1])
        brought = set(told.shas[reached + 1 : told.shas.index(next_sha) + 1])
        if next_day - day <= 7 and next_sha != sha and next_sha in earlier:
            found.add((key, "rollback"))
        if next_day - day <= 7 and sha not in earlier and brought & told.hotfixes:
            found.add((key, "hotfix"))
    return found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_failures_of_random_stories_are_those_that_plain_python_finds(seed: int) -> None:
    told = tell(seed)
    expected = by_incident(told) | by_next(told, "production") | by_next(told, "prod-eu")
    tables = told.story.run()
    assert set(tables["deployment_failures"].select("deployment_id", "cause").iter_rows()) == expected
    assert set(tables["deployments"].filter("failed")["deployment_id"]) == {key for key, _ in expected}


def test_a_hotfix_of_long_ago_fails_nothing_where_what_was_deployed_is_not_known() -> None:
    story = Delivery()
    story.merged(story.commit("c0", 40), 40, title="hotfix")
    story.deploy(None, 20, name="d1")
    story.deploy(story.commit("c1", 19, ["c0"]), 18, name="d2")
    assert failed(story) == {}


def test_what_is_rolled_back_is_mended_before_its_ticket_is_closed() -> None:
    story = line(20, 18)
    incident(story, "i", 17.5, 12)
    story.deploy("c0", 17, name="back")
    assert failed(story) == {"git:d1": ("incident", "i", DAY, None)}


@pytest.mark.parametrize("button", [True, False])
def test_a_revert_of_a_revert_takes_nothing_back(button: bool) -> None:
    shas = [f"{number:040x}" for number in range(4)]
    story = Delivery()
    for number in range(4):
        reverts = {"reverts_sha": shas[number - 1]} if number > 1 and not button else {}
        story.commit(shas[number], 20 - number, parents=shas[number - 1 : number] if number else [], **reverts)
        branch = f"revert-{number}-change" if number > 1 and button else "change"
        story.merged(shas[number], 20 - number, head_branch=branch)
        story.deploy(shas[number], 19.5 - number, name=f"d{number}")
    assert failed(story) == {"git:d1": ("revert", shas[2], DAY, None)}
    assert rework(story) == {"git:d2": "revert"}


def test_a_ticket_that_a_report_makes_an_incident_is_one() -> None:
    story = line(20, 18)
    pr_id = story.merged("c1", 18)
    story.add("tickets", ticket_id="t", type="Story", created_at=ago(100))
    story.add("incidents", incident_id="i", ticket_id="t", opened_at=ago(19))
    story.add("pull_request_tickets", pr_id=pr_id, ticket_id="t", found_in="closing_reference")
    assert rework(story) == {"git:d1": "incident_or_bug"}
