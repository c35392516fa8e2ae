"""Every rule about pull requests, deployments and builds proposes where it should, and keeps quiet just below."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import Row, frame, run
from test_git_actions import OF_GIT

from metrics.actions import (
    approved_unmerged,
    build_trouble,
    deployments_waiting,
    failed_deployments,
    merged_without_review,
    overdue_pull_request,
    oversized_pull_requests,
    reviewed_only_by_ai,
)
from metrics.actions.actions import actions
from metrics.catalogue import PIPELINES, RULES
from metrics.clock import WorkingHours
from metrics.delivery.ci import troubles
from metrics.registry import Rule
from warehouse.tables import CORE

REPO = "github:acme/app"
AS_OF = datetime.fromisoformat("2025-12-03T12:00:00")  # a Wednesday, 13:00 in Berlin
DAY = 86_400.0
SCHEMAS = {pipeline.feeds: pipeline.schema for pipeline in PIPELINES}


def rows_of(table: str, rows: list[Row]) -> pl.DataFrame:
    schema = SCHEMAS[table].create_empty().schema
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema)


def proposed(rule: Rule, people: str = "self", as_of: datetime = AS_OF, **tables: list[Row]) -> list[dict[str, Any]]:
    """The actions that one rule alone makes of the rows."""
    repository = {
        "repo_id": REPO,
        "name": "acme/app",
        "default_branch": "main",
        "url": "https://github.com/acme/app",
    }
    frames = {name: rows_of(name, tables.get(name, [])) for name in rule.propose.inputs}
    core = {"repositories": frame("repositories", [repository])}
    found = run({**frames, **core}, as_of, [rule.propose, actions], people=people)
    return found["actions"].rows(named=True)


def ago(days: float) -> datetime:
    return AS_OF - timedelta(days=days)


def opened(number: int = 1, **more: Any) -> Row:
    """A pull request that has been ready for 9 days, and quiet for 3."""
    return {
        "pr_id": f"{REPO}#{number}",
        "repo_id": REPO,
        "number": number,
        "title": "Retry payments",
        "url": f"https://github.com/acme/app/pull/{number}",
        "author_id": "ana",
        "team": "Pay",
        "state": "open",
        "author_is_human": True,
        "is_draft": False,
        "approved": False,
        "size_class": "M",
        "size_lines": 120,
        "ready_at": ago(9),
        "last_author_activity_at": ago(9),
        "last_activity_at": ago(3),
        **more,
    }


def merged(number: int, took: float = 2, **more: Any) -> Row:
    """One that was merged ten days ago, so many days after it was ready."""
    return opened(
        number,
        **{
            "state": "merged",
            "merged_at": ago(10),
            "ready_at": ago(10 + took),
            "merged_without_review": False,
            "reviewed_by_ai_only": False,
            **more,
        },
    )


def many(count: int, **more: Any) -> list[Row]:
    return [merged(100 + number, **more) for number in range(count)]


def overdue(*requests: Row, people: str = "leads", **tables: Any) -> list[dict[str, Any]]:
    return proposed(overdue_pull_request.RULE, people, pull_request_flow=list(requests), **tables)


SUGGESTED: Row = {"pr_id": f"{REPO}#1", "rank": 1, "name": "Bob Builder"}


def test_an_overdue_pull_request_waits_for_a_review() -> None:
    second: Row = {"pr_id": f"{REPO}#1", "rank": 2, "name": "Cy"}
    (action,) = overdue(opened(), *many(10), suggested_reviewers=[second, SUGGESTED])
    assert action == {
        "action_id": f"overdue_pull_request:{REPO}#1",
        "rule": "overdue_pull_request",
        "responsibility": "execution",
        "team": "Pay",
        "item_kind": "pull_request",
        "item_id": f"{REPO}#1",
        "repo_id": REPO,
        "url": "https://github.com/acme/app/pull/1",
        "title": "acme/app#1 is overdue and waits for a review",
        "why": (
            '"Retry payments" has been ready for 9 days; of the 10 pull requests of its size (M) merged here in the '
            "last 90 days three in four took at most 2 days. Nothing has happened in it for 3 days, and nobody has "
            "answered it yet."
        ),
        "next_step": "Ask Bob Builder for a review: the best fit by the history of its files.",
        "actor_id": None,
        "actor_team": "Pay",
        "days_saved": 0.2,
        "basis": "half an hour of finding back into it for each day that it has been quiet, at most 5 days",
        "confidence": 0.6,
        "rank": 1,
        "first_seen_at": AS_OF,
    }


@pytest.mark.parametrize("people", ["off", "self", "leads"])
def test_a_reviewer_is_named_only_where_privacy_allows(people: str) -> None:
    (action,) = overdue(opened(), *many(10), people=people, suggested_reviewers=[SUGGESTED])
    assert ("Bob" in str(action)) is (people == "leads")
    if people != "leads":
        assert action["next_step"] == "Ask somebody who knows its files to review it."


def test_where_nobody_is_suggested_nobody_is_named() -> None:
    (action,) = overdue(opened(), *many(10), suggested_reviewers=[{**SUGGESTED, "name": None}])
    assert action["next_step"] == "Ask somebody who knows its files to review it."


def test_who_was_answered_last_has_the_next_word() -> None:
    (action,) = overdue(opened(last_response_at=ago(4)), *many(10), suggested_reviewers=[SUGGESTED])
    assert (action["actor_id"], action["actor_team"]) == ("ana", "Pay")
    assert action["title"] == "acme/app#1 is overdue and waits for its author"
    assert action["why"].endswith("Nothing has happened in it for 3 days, and the last word is a reviewer's.")
    assert action["next_step"] == "Answer what the reviewers said, or close it if it is not wanted any more."


def test_after_the_author_has_answered_a_reviewer_has_the_next_word() -> None:
    (action,) = overdue(opened(last_response_at=ago(4), last_author_activity_at=ago(3.5)), *many(10))
    assert action["actor_id"] is None
    assert action["why"].endswith("and the last word is its author's.")
    (action,) = overdue(opened(last_response_at=ago(3), last_author_activity_at=ago(3.5)), *many(10))
    assert action["actor_id"] == "ana"


def test_an_overdue_pull_request_that_is_approved_waits_for_its_author() -> None:
    (action,) = overdue(opened(approved=True), *many(10))
    assert (action["actor_id"], action["next_step"]) == ("ana", "Merge it, or write in it what it waits for.")
    assert action["why"].endswith("and it is approved.")


def test_a_gone_author_is_nobody_to_act() -> None:
    (action,) = overdue(opened(author_id=None, approved=True), *many(10))
    assert action["actor_id"] is None


@pytest.mark.parametrize(
    ("more", "fires"),
    [
        ({}, True),
        ({"ready_at": ago(2.01)}, True),
        ({"ready_at": ago(2)}, False),  # as long as three in four take is not longer
        ({"last_activity_at": ago(1)}, True),
        ({"last_activity_at": ago(0.99)}, False),
        ({"last_activity_at": ago(89)}, True),
        ({"last_activity_at": ago(90)}, False),  # given up
        ({"is_draft": True}, False),
        ({"ready_at": None}, False),
        ({"author_is_human": False}, False),
        ({"state": "closed"}, False),
    ],
)
def test_what_is_overdue(more: Row, *, fires: bool) -> None:
    assert bool(overdue(opened(**{"last_activity_at": ago(1.5), **more}), *many(10))) is fires


def test_nothing_is_overdue_before_enough_were_merged() -> None:
    assert overdue(opened(), *many(9)) == []
    assert overdue(opened(), *many(10, author_is_human=False)) == []
    assert overdue(opened(), *many(9), merged(1000, merged_at=ago(90), ready_at=ago(92))) == []


def test_where_few_of_its_size_were_merged_all_of_the_repository_count() -> None:
    (action,) = overdue(opened(size_class="XL"), *many(9, took=1), merged(1, took=8, size_class="XL"))
    assert (
        "of the 10 pull requests merged here in the last 90 days three in four took at most 24 hours" in action["why"]
    )
    of_its_size = [merged(200 + number, took=20, size_class="XL") for number in range(10)]
    assert overdue(opened(size_class="XL"), *many(30, took=1), *of_its_size) == []
    assert len(overdue(opened(size_class=None), *many(30, took=1))) == 1


def test_other_repositories_say_nothing_about_this_one() -> None:
    assert overdue(opened(), *many(10, repo_id="github:acme/lib")) == []


def unmerged(**more: Any) -> list[dict[str, Any]]:
    request = opened(**{"phase": "merge", "phase_since": ago(6), "opened_at": ago(9), **more})
    return proposed(approved_unmerged.RULE, pull_request_flow=[request])


def test_approved_but_not_merged() -> None:
    (action,) = unmerged()
    assert (action["item_kind"], action["item_id"]) == ("pull_request", f"{REPO}#1")
    assert (action["actor_id"], action["actor_team"]) == ("ana", "Pay")
    assert action["url"] == "https://github.com/acme/app/pull/1"
    assert action["title"] == "acme/app#1 is approved and not merged"
    assert action["why"] == (
        '"Retry payments" has been approved and ready to merge for 6 days, and no reviewer objects; it was opened 9 '
        "days ago."
    )
    assert action["next_step"] == "Merge it, or write in it what it waits for."
    assert (action["days_saved"], action["confidence"]) == (0.4, 0.8)


@pytest.mark.parametrize(
    ("more", "fires"),
    [
        ({"phase_since": datetime.fromisoformat("2025-12-02T11:59:00")}, True),
        ({"phase_since": datetime.fromisoformat("2025-12-02T12:00:00")}, False),  # exactly one working day
        ({"phase_since": datetime.fromisoformat("2025-11-28T16:00:00")}, True),
        ({"phase": "review"}, False),
        ({"phase": None}, False),
        ({"is_draft": True}, False),
        ({"state": "merged"}, False),
        ({"author_is_human": False}, False),
        ({"last_activity_at": ago(90)}, False),
    ],
)
def test_what_is_approved_and_not_merged(more: Row, *, fires: bool) -> None:
    assert bool(unmerged(**more)) is fires


def test_a_weekend_is_no_working_day() -> None:
    friday, monday = datetime.fromisoformat("2025-11-28T15:30:00"), datetime.fromisoformat("2025-12-01T15:00:00")
    request = opened(phase="merge", phase_since=friday, opened_at=friday, last_activity_at=friday)
    assert proposed(approved_unmerged.RULE, as_of=monday, pull_request_flow=[request]) == []
    tuesday = monday + timedelta(days=1)
    assert len(proposed(approved_unmerged.RULE, as_of=tuesday, pull_request_flow=[request])) == 1


def test_a_working_day_can_end_at_midnight() -> None:
    hours = WorkingHours("UTC", opens=time(0), closes=time.max)
    request = opened(phase="merge", phase_since=ago(1.001), opened_at=ago(9), last_activity_at=ago(1))
    requests = rows_of("pull_request_flow", [request]).lazy()
    for days, fires in ((1.0, False), (1.001, True)):
        flow = requests.with_columns(phase_since=pl.lit(ago(days), pl.Datetime("us")))
        found = approved_unmerged.RULE.propose(flow, as_of=AS_OF, working_hours=hours).collect()
        assert (found.height == 1) is fires


def unreviewed(count: int, of: int, flag: str = "merged_without_review", **more: Any) -> list[Row]:
    rows = [merged(number, **{flag: True, "size_lines": 10 * number, **more}) for number in range(1, count + 1)]
    return rows + many(of - count)


def test_merged_without_review() -> None:
    (action,) = proposed(merged_without_review.RULE, pull_request_flow=unreviewed(7, 28))
    assert (action["item_kind"], action["item_id"], action["url"]) == (
        "repository",
        REPO,
        "https://github.com/acme/app",
    )
    assert action["title"] == "25 % of what is merged into acme/app was reviewed by nobody"
    assert action["why"] == (
        "Of the 28 pull requests merged in the last 90 days no other person reviewed or commented on 7 before the "
        "merge (280 lines in all), the largest first: #7, #6, #5, #4, #3 and 2 more."
    )
    assert (action["team"], action["actor_id"], action["days_saved"]) == ("Pay", None, 0.4)
    assert "ana" not in str(action)


@pytest.mark.parametrize(("count", "of", "fires"), [(2, 20, False), (3, 20, True), (2, 10, True), (9, 9, False)])
def test_how_much_is_too_much_without_review(count: int, of: int, *, fires: bool) -> None:
    assert bool(proposed(merged_without_review.RULE, pull_request_flow=unreviewed(count, of))) is fires


@pytest.mark.parametrize("rule", [merged_without_review.RULE, reviewed_only_by_ai.RULE], ids=lambda rule: rule.name)
@pytest.mark.parametrize(
    "more",
    [
        {"merged_at": ago(90)},
        {"merged_at": AS_OF + timedelta(seconds=1)},
        {"author_is_human": False},
        {"state": "open"},
    ],
)
def test_what_is_old_yet_to_come_or_by_programs_does_not_count(rule: Rule, more: Row) -> None:
    unseen = {"merged_without_review": True, "reviewed_by_ai_only": True}
    rows = [merged(number, **{**unseen, **more}) for number in range(20)]
    assert proposed(rule, pull_request_flow=rows + many(20)) == []


def test_reviewed_only_by_ai() -> None:
    rows = unreviewed(4, 20, "reviewed_by_ai_only")
    (action,) = proposed(reviewed_only_by_ai.RULE, pull_request_flow=rows)
    assert action["title"] == "20 % of what is merged into acme/app was reviewed by an AI only"
    assert action["why"] == (
        "Of the 20 pull requests merged in the last 90 days an AI reviewed 4 on which no other person said a word, the "
        "largest first: #4, #3, #2, #1."
    )
    assert (action["item_id"], action["actor_id"]) == (REPO, None)


@pytest.mark.parametrize(("count", "of", "fires"), [(3, 16, False), (2, 10, True), (9, 9, False)])
def test_how_much_is_too_much_for_an_ai_alone(count: int, of: int, *, fires: bool) -> None:
    rows = unreviewed(count, of, "reviewed_by_ai_only")
    assert bool(proposed(reviewed_only_by_ai.RULE, pull_request_flow=rows)) is fires


def sized(large: int, others: int, took: float = 8, lines: int = 2000) -> list[Row]:
    return [merged(number, took=took, size_lines=lines + number) for number in range(1, large + 1)] + many(others)


def test_oversized_pull_requests() -> None:
    (action,) = proposed(oversized_pull_requests.RULE, pull_request_flow=sized(6, 14))
    assert action["title"] == "Large pull requests slow acme/app down"
    assert action["why"] == (
        "6 of the 20 pull requests merged in the last 90 days (30 %) have more than 1,000 lines; half of these took 8 "
        "days or more from ready to merged, half of the others 2 days or less. The largest are #6, #5, #4, #3, #2 and "
        "1 more."
    )
    # Six days more for each of six, half an hour each.
    assert (action["item_id"], action["days_saved"]) == (REPO, 2.2)


@pytest.mark.parametrize(
    ("rows", "fires"),
    [
        (sized(5, 5), True),
        (sized(4, 6), False),  # too few large ones to say how long they take
        (sized(6, 4), False),
        (sized(5, 40), False),  # few enough of them: the 85th percentile is small
        (sized(6, 14, lines=994), False),  # 1,000 lines at most
        (sized(6, 14, took=2), False),  # they take no longer
    ],
)
def test_what_is_oversized(rows: list[Row], *, fires: bool) -> None:
    assert bool(proposed(oversized_pull_requests.RULE, pull_request_flow=rows)) is fires


def waiting(*days: float, usual: Iterable[float] = (), deployed: float = 20) -> list[dict[str, Any]]:
    waits = [
        {"pr_id": f"{REPO}#{n}", "repo_id": REPO, "merged_at": ago(d), "waiting_seconds": d * DAY}
        for n, d in enumerate(days, 1)
    ]
    flow = [merged(n, merged_at=ago(d)) for n, d in enumerate(days, 1)]
    flow += [merged(100 + n, deploy_wait_seconds=d * DAY) for n, d in enumerate(usual)]
    deployment = {"deployment_id": "d", "repo_id": REPO, "finished_at": ago(deployed)}
    return proposed(deployments_waiting.RULE, waiting_changes=waits, pull_request_flow=flow, deployments=[deployment])


def test_deployments_waiting() -> None:
    (action,) = waiting(12, 5, 1, usual=[3] * 10)
    assert (action["item_kind"], action["item_id"], action["url"]) == (
        "repository",
        REPO,
        "https://github.com/acme/app",
    )
    assert action["title"] == "3 merged pull requests of acme/app wait for production"
    assert action["why"] == (
        "The oldest was merged 12 days ago, and the last deployment was 20 days ago; of those deployed that were "
        "merged in the last 90 days 85 % were in production within 3 days. Longer than that: #1, #2."
    )
    assert (action["days_saved"], action["actor_id"]) == (0.2, None)


@pytest.mark.parametrize(
    ("days", "usual", "fires"),
    [
        (3, [3] * 10, False),
        (3.1, [3] * 10, True),
        (8, [20] * 10, False),  # who deploys every month is not late after a week
        (8, [20] * 9, True),  # what is usual is not known
        (7, [], False),
        (7.1, [], True),
        (0.9, [0.01] * 10, False),  # however quick it is otherwise
        (1.1, [0.01] * 10, True),
    ],
)
def test_what_waits_too_long(days: float, usual: list[float], *, fires: bool) -> None:
    assert bool(waiting(days, usual=usual)) is fires


def test_where_deployments_are_quick_a_day_is_long() -> None:
    (action,) = waiting(2, usual=[0.01] * 10)
    assert "were in production within 14 minutes, and more than a day counts as long. Longer" in action["why"]


def test_where_the_habit_is_not_known_a_week_is_long() -> None:
    (action,) = waiting(8)
    assert action["title"] == "1 merged pull request of acme/app waits for production"
    assert "how long changes wait here is not known, so more than 7 days count as long" in action["why"]


def test_a_repository_that_has_not_deployed_for_half_a_year_is_left_alone() -> None:
    assert len(waiting(30, deployed=179)) == 1
    assert waiting(30, deployed=180) == []


def deployed(outcomes: str, days: float = 1, **more: Any) -> list[dict[str, Any]]:
    """Deployments, the newest last, one a day: `F` failed, `.` did not."""
    rows = [
        {
            "deployment_id": f"d{number}",
            "repo_id": REPO,
            "url": f"https://github.com/acme/app/deployments/{number}",
            "finished_at": ago(days + len(outcomes) - 1 - number),
            "failed": outcome == "F",
            "failure_cause": "rollback" if outcome == "F" else None,
            **more,
        }
        for number, outcome in enumerate(outcomes)
    ]
    return proposed(failed_deployments.RULE, deployments=rows, delivery_scopes=teams("Pay"))


def teams(*names: str) -> list[Row]:
    """The teams whose repository it is."""
    scopes = [("repository", REPO), *(("team", name) for name in names)]
    return [{"scope_kind": kind, "scope": scope, "repo_id": REPO, "is_own": True} for kind, scope in scopes]


def test_failed_deployments_in_a_row() -> None:
    (action,) = deployed("F...FF", days=3)
    assert (action["item_kind"], action["item_id"]) == ("deployment", "d5")
    assert (action["team"], action["actor_team"]) == ("Pay", "Pay")
    assert action["url"] == "https://github.com/acme/app/deployments/5"
    assert action["title"] == "The last 2 deployments of acme/app failed"
    assert action["why"] == (
        "3 of 6 deployments in the last 90 days needed somebody at once; the last one was 3 days ago, by a rollback."
    )
    assert action["days_saved"] == 1.5


def test_many_failed_of_the_last_five() -> None:
    (action,) = deployed("....FFF..")
    assert action["title"] == "3 of the last 5 deployments of acme/app failed"
    assert (action["item_id"], action["url"]) == ("d6", "https://github.com/acme/app/deployments/6")


@pytest.mark.parametrize(
    ("outcomes", "fires"),
    [("F", False), ("FF", True), ("FF.", False), ("FFF.", False), ("F.FF.", True), (".F.F.", False), ("FFF...", False)],
)
def test_how_many_failures_are_a_streak(outcomes: str, *, fires: bool) -> None:
    assert bool(deployed(outcomes)) is fires


def test_failures_of_the_past_or_the_future_are_none_of_today() -> None:
    assert len(deployed("FF", days=89)) == 1
    assert deployed("FF", days=90) == []
    assert deployed("FF", days=-0.5) == []


def test_a_deployment_without_an_address_leads_to_its_repository() -> None:
    (action,) = deployed("FF", url=None)
    assert action["url"] == "https://github.com/acme/app"


def build(owners: tuple[str, ...] = ("Pay",), **more: Any) -> list[dict[str, Any]]:
    """A workflow that is as it should be, but for what is given."""
    quiet = {"runs": 100, "flaky_runs": 0, "flaky_share": 0.0, "p50_seconds": 600.0, "failing_streak": 0}
    workflow = {"repo_id": REPO, "name": "Tests", **quiet, **more}
    (judged,) = rows_of("ci_workflows", [workflow]).with_columns(**troubles()).rows(named=True)
    return proposed(build_trouble.RULE, ci_workflows=[judged], delivery_scopes=teams(*owners))


SLOW: Row = {"p50_seconds": 750.0, "p50_seconds_before": 600.0, "slowdown_share": 0.25}


def test_a_flaky_build() -> None:
    (action,) = build(flaky_runs=8, flaky_share=0.08, url="https://github.com/acme/app/actions/runs/7")
    assert action["url"] == "https://github.com/acme/app/actions/runs/7"
    assert (action["item_kind"], action["item_id"]) == ("workflow", f"{REPO}:Tests")
    assert action["title"] == "Tests of acme/app cannot be believed"
    assert action["why"] == ("8 of 100 runs in the last 90 days (8 %) failed and then succeeded on the same commit.")
    # A quarter of an hour each.
    assert (action["days_saved"], action["actor_id"]) == (0.2, None)


@pytest.mark.parametrize(("owners", "team"), [((), None), (("Pay",), "Pay"), (("Pay", "Web"), None)])
def test_a_build_is_for_the_one_team_whose_repository_it_is(owners: tuple[str, ...], team: str | None) -> None:
    (action,) = build(owners, **SLOW)
    assert (action["team"], action["actor_team"]) == (team, team)


def test_a_slowing_build() -> None:
    (action,) = build(**SLOW)
    assert action["title"] == "Tests of acme/app has become slow"
    assert action["why"] == (
        "Half of the 100 runs of the last 90 days took 12 minutes or more; in the 90 days before it was 10 minutes."
    )
    # 150 seconds for each of 100 runs.
    assert action["days_saved"] == 0.5


def test_a_build_that_is_broken_and_flaky_is_one_action() -> None:
    (action,) = build(failing_streak=3, flaky_runs=5, flaky_share=0.05, **SLOW)
    assert action["title"] == "Tests of acme/app stays broken"
    assert action["why"] == (
        "The last 3 runs on the default branch failed. 5 of 100 runs in the last 90 days (5 %) failed and then "
        "succeeded on the same commit. Half of the 100 runs of the last 90 days took 12 minutes or more; in the 90 "
        "days before it was 10 minutes."
    )
    assert action["next_step"].startswith("Mend the default branch")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"flaky_runs": 4, "flaky_share": 0.4, "runs": 10},
        {"flaky_runs": 5, "flaky_share": 0.049},
        {"failing_streak": 2},
        {**SLOW, "slowdown_share": 0.249},
        {**SLOW, "runs": 19},
        {"p50_seconds": 100.0, "p50_seconds_before": 41.0, "slowdown_share": 1.4},  # not a minute more
        {"slowdown_share": None, "failing_streak": None, "flaky_share": None},
    ],
)
def test_a_build_as_it_should_be(more: Row) -> None:
    assert build(**more) == []


class Company:
    """Core rows of a repository whose pull requests take a day from opening to the merge, reviewed by bob."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {
            "repositories": [{"repo_id": REPO, "name": "acme/app", "default_branch": "main"}],
            "people": [
                {"person_id": person, "name": name, "kind": "human", "is_bot": False}
                for person, name in (("ana", "Ana Ruiz"), ("bob", "Bob Builder"))
            ],
            "pull_requests": [],
            "pull_request_commits": [],
            "pull_request_files": [],
            "reviews": [],
        }
        for number in range(10, 22):
            self.request(number, opened=20, merged=19)
            self.review(number, 19.5)

    def request(self, number: int, *, opened: float, merged: float | None = None) -> None:
        pr_id = f"{REPO}#{number}"
        request = {"pr_id": pr_id, "repo_id": REPO, "number": number, "title": "Retry payments", "author_id": "ana"}
        state = {
            "state": "open" if merged is None else "merged",
            "merged_at": merged and ago(merged),
            "is_draft": False,
        }
        dates = {"created_at": ago(opened), "closed_at": state["merged_at"], "first_commit_at": ago(opened + 1)}
        url = f"https://github.com/acme/app/pull/{number}"
        self.tables["pull_requests"].append({**request, **state, **dates, "url": url, "additions": 40, "deletions": 0})
        at = ago(opened + 0.5)
        commit = {"pr_id": pr_id, "sha": f"{number:040x}", "author_id": "ana", "authored_at": at, "committed_at": at}
        self.tables["pull_request_commits"].append(commit)
        path = {"path": "src/pay.py", "change": "M", "additions": 40, "deletions": 0}
        self.tables["pull_request_files"].append({"pr_id": pr_id, **path})

    def review(self, number: int, days: float, state: str = "approved") -> None:
        review = {"review_id": f"r{len(self.tables['reviews'])}", "pr_id": f"{REPO}#{number}", "reviewer_id": "bob"}
        self.tables["reviews"].append({**review, "state": state, "submitted_at": ago(days)})

    def computed(self, people: str = "self") -> dict[str, pl.DataFrame]:
        frames = {name: frame(name, self.tables.get(name, [])) for name in CORE}
        return run(frames, AS_OF, people=people)


@pytest.mark.parametrize(("people", "whom"), [("leads", "Ask Bob Builder for a review"), ("self", "Ask somebody")])
def test_from_what_is_collected_to_the_list_of_actions(people: str, whom: str) -> None:
    company = Company()
    company.request(1, opened=8)  # nobody has answered
    company.request(2, opened=9)
    company.review(2, 6)  # approved
    company.request(3, opened=7)
    company.review(3, 6, "changes_requested")
    found = {row["item_id"]: row for row in company.computed(people)["actions"].rows(named=True)}
    assert {item: (row["rule"], row["actor_id"]) for item, row in found.items()} == {
        f"{REPO}#1": ("overdue_pull_request", None),
        f"{REPO}#2": ("approved_unmerged", "ana"),
        f"{REPO}#3": ("overdue_pull_request", "ana"),
    }
    assert found[f"{REPO}#1"]["next_step"].startswith(whom)
    assert found[f"{REPO}#1"]["url"] == "https://github.com/acme/app/pull/1"
    told = str([(row["title"], row["why"], row["next_step"]) for row in found.values()])
    assert ("Bob" in told, "Ana" in told) == (people == "leads", False)


def test_the_suggestions_of_the_past_are_tested() -> None:
    (row,) = Company().computed()["reviewer_backtest"].rows(named=True)
    # Nobody had left a trace yet when the twelve were opened.
    assert (row["pull_requests"], row["top_1"], row["mean_reciprocal_rank"]) == (12, 0.0, 0.0)


def test_every_rule_is_tried_here_or_beside_the_others() -> None:
    modules = (
        approved_unmerged,
        build_trouble,
        deployments_waiting,
        failed_deployments,
        merged_without_review,
        overdue_pull_request,
        oversized_pull_requests,
        reviewed_only_by_ai,
    )
    elsewhere = {"ticket_flow", "parent_scope", "pull_request_tickets", "coordination", "team_waits", "owed_reviews"}
    elsewhere |= {"new_forecasts", "onboarding"}
    others = {rule.name for rule in RULES if elsewhere.isdisjoint(rule.propose.inputs)}
    assert others == OF_GIT | {module.NAME for module in modules}
