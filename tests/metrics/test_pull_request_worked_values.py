"""Single pull requests whose figures can be worked out by hand."""

import math
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from pull_request_worlds import PullRequestWorld

MONDAY = datetime.fromisoformat("2026-01-05T08:00:00")  # 9:00 in Berlin, when work begins
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
REPO = "hub:acme/app"


@pytest.fixture
def world() -> PullRequestWorld:
    told = PullRequestWorld(as_of=MONDAY + 60 * DAY)
    told.repository(REPO)
    return told


def only(world: PullRequestWorld, table: str = "pull_request_flow") -> dict[str, Any]:
    return world.computed()[table].row(0, named=True)


def seconds(row: dict[str, Any], *names: str) -> list[float | None]:
    return [row[f"{name}_seconds"] for name in names]


def reasons(row: dict[str, Any], *names: str) -> list[str | None]:
    return [row[f"{name}_reason"] for name in names]


def test_the_published_case_of_devlake(world: PullRequestWorld) -> None:
    # What a first deployment holds is not known to be new: there is one before.
    world.on_main(REPO, "before", MONDAY - DAY, None, "v1.0")
    pr_id = world.open(REPO, MONDAY)
    world.commit(pr_id, MONDAY - DAY)
    world.comment(pr_id, MONDAY + 5 * MINUTE, "ben")
    world.merge(pr_id, MONDAY + 60 * MINUTE, "merge")
    world.on_main(REPO, "merge", MONDAY + 60 * MINUTE, "before")
    world.on_main(REPO, "release", MONDAY + (60 + 2978) * MINUTE, "merge", "v1.1")
    found = world.computed()["pull_request_flow_definitions"].filter(pl.col("definition") == "devlake")
    minutes = {phase: math.ceil(value / 60) for phase, value in found.select("phase", "seconds").iter_rows()}
    assert minutes == {"coding": 1440, "pickup": 5, "review": 55, "deploy": 2978, "cycle": 4478}


def test_the_phases_follow_each_other(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.commit(pr_id, MONDAY - 3 * HOUR)
    world.review(pr_id, MONDAY + 2 * HOUR, "ben", "changes_requested")
    world.commit(pr_id, MONDAY + 3 * HOUR)
    world.review(pr_id, MONDAY + 4 * HOUR, "ben", "approved")
    world.event(pr_id, "queued", MONDAY + 5 * HOUR)
    world.event(pr_id, "dequeued", MONDAY + 29 * HOUR)
    world.merge(pr_id, MONDAY + 29 * HOUR)
    row = only(world)
    phases = seconds(row, "coding", "pickup", "review", "merge_wait", "queue_wait")
    assert phases == [hours * 3600 for hours in (3, 2, 2, 1, 24)]
    assert row["cycle_seconds"] == sum(phase for phase in phases if phase)
    # Of the 29 hours after the opening, 8.5 lie in Monday's working hours and 5 in Tuesday's.
    assert row["cycle_working_seconds"] == 13.5 * 3600
    assert (row["review_rounds"], row["rework_seconds"]) == (1, 2 * 3600)


def test_an_answer_to_a_draft_makes_nobody_wait(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.review(pr_id, MONDAY + HOUR, "ben", "approved")
    world.event(pr_id, "ready_for_review", MONDAY + 5 * HOUR)
    world.merge(pr_id, MONDAY + 6 * HOUR)
    row = only(world)
    assert row["ready_at"] == row["first_response_at"] == MONDAY + 5 * HOUR
    assert row["first_answer_at"] == MONDAY + HOUR
    assert seconds(row, "draft", "pickup", "review", "merge_wait") == [5 * 3600, 0, 0, 3600]


def test_ready_is_the_last_change_before_the_first_answer(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    turns = ("ready_for_review", "converted_to_draft", "ready_for_review", "converted_to_draft", "ready_for_review")
    for hour, kind in enumerate(turns, start=1):
        world.event(pr_id, kind, MONDAY + hour * HOUR)
    world.comment(pr_id, MONDAY + 3.5 * HOUR, "ben")
    row = only(world)
    assert row["ready_at"] == MONDAY + 3 * HOUR
    assert seconds(row, "draft", "pickup") == [3 * 3600, 1800]


def test_an_answer_at_the_moment_of_becoming_a_draft_is_one_to_a_draft(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.event(pr_id, "converted_to_draft", MONDAY + HOUR)
    world.review(pr_id, MONDAY + HOUR, "ben")
    world.event(pr_id, "ready_for_review", MONDAY + 3 * HOUR)
    row = only(world)
    assert (row["ready_at"], row["pickup_seconds"]) == (MONDAY + 3 * HOUR, 0)


@pytest.mark.parametrize(("minutes", "queue_wait"), [(0, 3600), (1, 3600), (2, None)])
def test_who_left_the_queue_before_the_merge_was_not_merged_by_it(
    world: PullRequestWorld, minutes: int, queue_wait: int | None
) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.review(pr_id, MONDAY + HOUR, "ben", "approved")
    world.event(pr_id, "queued", MONDAY + 2 * HOUR)
    world.event(pr_id, "dequeued", MONDAY + 3 * HOUR - minutes * MINUTE)
    world.merge(pr_id, MONDAY + 3 * HOUR)
    row = only(world)
    assert (row["queue_wait_seconds"], row["queue_wait_reason"]) == (queue_wait, None if queue_wait else "not_queued")
    assert row["merge_wait_seconds"] == (3600 if queue_wait else 7200)


def test_nobody_but_another_human_answers(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY, "ann")
    world.review(pr_id, MONDAY + HOUR, "rabbit", "approved")
    world.comment(pr_id, MONDAY + 2 * HOUR, "renovate")
    world.review(pr_id, MONDAY + 3 * HOUR, "ann")
    world.merge(pr_id, MONDAY + 5 * HOUR)
    world.comment(pr_id, MONDAY + 6 * HOUR, "ben")
    row = only(world)
    assert reasons(row, "pickup", "review", "merge_wait") == ["no_review", "no_review", "no_approval"]
    assert (row["reviewed_by_ai_only"], row["merged_without_review"], row["approved"]) == (True, True, False)
    assert (row["human_reviewers"], row["responders"], row["review_rounds"]) == (0, 0, None)


def test_an_account_that_is_gone_answers_as_a_human(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY, "ann")
    world.comment(pr_id, MONDAY + HOUR, None)
    world.review(pr_id, MONDAY + 4 * HOUR, None, "approved")
    world.merge(pr_id, MONDAY + 5 * HOUR)
    row = only(world)
    assert seconds(row, "pickup", "review", "merge_wait") == [3600, 3 * 3600, 3600]
    assert (row["merged_without_review"], row["human_reviewers"], row["responders"]) == (False, 1, 1)
    assert world.computed()["review_edges"].is_empty()


@pytest.mark.parametrize(("state", "pickup", "reason"), [("commented", None, "no_review"), ("approved", 7200, None)])
def test_where_author_and_reviewer_are_gone_only_a_verdict_is_somebody_elses(
    world: PullRequestWorld, state: str, pickup: int | None, reason: str | None
) -> None:
    pr_id = world.open(REPO, MONDAY, None)
    world.comment(pr_id, MONDAY + HOUR, None)
    world.review(pr_id, MONDAY + 2 * HOUR, None, state)
    world.merge(pr_id, MONDAY + 3 * HOUR)
    row = only(world)
    assert (row["pickup_seconds"], row["pickup_reason"]) == (pickup, reason)
    assert row["last_author_activity_at"] == MONDAY + (1 if state == "approved" else 2) * HOUR


def test_how_long_a_human_took_after_the_ai(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.review(pr_id, MONDAY + HOUR, "rabbit")
    assert reasons(only(world), "human_after_ai") == ["not_finished"]
    world.review(pr_id, MONDAY + 25 * HOUR, "ben", "approved")
    row = only(world)
    # From 10:00 to 10:00 of the next day, of which 7.5 and 1 hours are worked.
    assert (row["human_after_ai_seconds"], row["human_after_ai_working_seconds"]) == (86_400, 8.5 * 3600)
    world.comment(pr_id, MONDAY + HOUR / 2, "cat")
    assert reasons(only(world), "human_after_ai") == ["human_first"]


def test_the_time_spent_on_an_abandoned_one_begins_with_its_first_commit(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    assert reasons(only(world), "abandoned") == ["not_finished"]
    world.commit(pr_id, MONDAY - 3 * HOUR)
    world.change(pr_id, state="closed", closed_at=MONDAY + 2 * HOUR)
    assert seconds(only(world), "abandoned") == [5 * 3600]
    world.merge(pr_id, MONDAY + 2 * HOUR)
    assert reasons(only(world), "abandoned") == ["not_abandoned"]


@pytest.mark.parametrize("verdict", ["changes_requested", "dismissed"])
def test_an_approval_that_its_reviewer_took_back_does_not_stand(world: PullRequestWorld, verdict: str) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.review(pr_id, MONDAY + HOUR, "ben", "approved")
    world.review(pr_id, MONDAY + 2 * HOUR, "ben", verdict)
    row = only(world)
    assert (row["first_approval_at"], row["last_approval_at"], row["approved"]) == (None, None, False)
    world.commit(pr_id, MONDAY + 3 * HOUR)
    world.review(pr_id, MONDAY + 4 * HOUR, "cat", "approved")
    row = only(world)
    assert row["first_approval_at"] == row["last_approval_at"] == MONDAY + 4 * HOUR
    assert (row["review_rounds"], row["rework_seconds"]) == (1, 2 * 3600)


@pytest.mark.parametrize("state", ["merged", "closed"])
def test_one_that_ended_nobody_knows_when_is_not_open(world: PullRequestWorld, state: str) -> None:
    pr_id = world.open(REPO, MONDAY, state=state)
    world.commit(pr_id, MONDAY)
    row = only(world)
    assert (row["state"], row["closed_at"], row["phase"]) == (state, None, None)
    assert row["cycle_reason"] == {"merged": "merge_time_unknown", "closed": "not_merged"}[state]
    world.change(pr_id, closed_at=MONDAY + HOUR)
    row = only(world)
    assert (row["closed_at"], row["cycle_seconds"]) == (MONDAY + HOUR, 3600 if state == "merged" else None)


def test_a_comment_inside_a_review_answers_when_the_review_is_submitted(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.comment(pr_id, MONDAY + HOUR, "ben", in_review=True)
    world.review(pr_id, MONDAY + 4 * HOUR, "ben")
    row = only(world)
    assert row["first_response_at"] == MONDAY + 4 * HOUR
    assert (row["human_comments"], row["review_comments"]) == (1, 1)


def test_one_that_was_reopened_keeps_its_opening_and_has_its_last_end(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.commit(pr_id, MONDAY)
    world.event(pr_id, "closed", MONDAY + HOUR)
    world.event(pr_id, "reopened", MONDAY + 2 * HOUR)
    world.merge(pr_id, MONDAY + 3 * HOUR)
    row = only(world)
    assert (row["opened_at"], row["closed_at"], row["state"]) == (MONDAY, MONDAY + 3 * HOUR, "merged")
    assert row["cycle_seconds"] == 3 * 3600


def test_one_closed_without_a_merge_has_no_cycle(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.review(pr_id, MONDAY + HOUR, "ben", "approved")
    world.change(pr_id, state="closed", closed_at=MONDAY + 2 * HOUR)
    row = only(world)
    ends = ("review", "merge_wait", "queue_wait", "deploy_wait", "cycle", "lead")
    assert seconds(row, *ends) == [None] * len(ends)
    assert reasons(row, *ends) == ["not_merged"] * len(ends)
    assert row["pickup_seconds"] == 3600


def test_a_first_commit_after_ready_is_a_fault_of_the_clocks(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.commit(pr_id, MONDAY + HOUR)
    row = only(world)
    assert (row["coding_seconds"], row["coding_reason"]) == (None, "clock_negative")


def test_the_author_is_in_the_teams_of_the_day_of_the_opening(world: PullRequestWorld) -> None:
    for team, since, until in (("b", -9, None), ("a", -9, 90), ("gone", -9, 0), ("to come", 1, None)):
        end = None if until is None else MONDAY + until * DAY
        world.add("team_members", team=team, person_id="ann", valid_from=MONDAY + since * DAY, valid_to=end)
    world.open(REPO, MONDAY, "ann")
    tables = world.computed(minimum_group=1)
    assert tables["pull_request_flow"]["team"].to_list() == ["a"]
    opened = tables["observations"].filter(
        pl.col("metric") == "opened_pull_requests", pl.col("period") == "rolling_90d"
    )
    counted = {(kind, scope): n for kind, scope, n in opened.select("scope_kind", "scope", "value").iter_rows()}
    assert counted == {("all", "all"): 1, ("repository", REPO): 1, ("team", "a"): 1, ("team", "b"): 1}


@pytest.mark.parametrize(
    ("lines", "size_class"),
    [(10, "XS"), (11, "S"), (50, "S"), (51, "M"), (250, "M"), (251, "L"), (1000, "L"), (1001, "XL")],
)
def test_the_classes_of_size(world: PullRequestWorld, lines: int, size_class: str) -> None:
    pr_id = world.open(REPO, MONDAY, additions=9999, deletions=0, changed_files=2)
    world.add("pull_request_files", pr_id=pr_id, path="src/a.py", additions=lines - 1, deletions=1)
    world.add("pull_request_files", pr_id=pr_id, path="web/package-lock.json", additions=9000, deletions=0)
    row = only(world)
    assert (row["size_lines"], row["size_class"], row["files"]) == (lines, size_class, 2)


def test_what_gitattributes_marks_as_generated_is_no_work(world: PullRequestWorld) -> None:
    world.add("head_files", repo_id=REPO, path="api/client.py", lines=1, is_generated=True)
    pr_id = world.open(REPO, MONDAY, additions=70, deletions=0, changed_files=2)
    world.add("pull_request_files", pr_id=pr_id, path="api/client.py", additions=50, deletions=0)
    world.add("pull_request_files", pr_id=pr_id, path="api/server.py", additions=20, deletions=0)
    assert only(world)["size_lines"] == 20


def test_where_files_are_missing_the_total_of_the_platform_stands_in(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY, additions=70, deletions=5, changed_files=2)
    world.add("pull_request_files", pr_id=pr_id, path="src/a.py", additions=50, deletions=0)
    assert only(world)["size_lines"] == 75


def merged_after(world: PullRequestWorld, hours: float, **more: Any) -> None:
    """A pull request that waited so long for its first answer, which approved it."""
    pr_id = world.open(REPO, MONDAY, additions=5, deletions=0, **more)
    world.review(pr_id, MONDAY + hours * HOUR, "ben", "approved")
    world.merge(pr_id, MONDAY + hours * HOUR)


@pytest.mark.parametrize(("merged", "p50", "p85"), [(4, None, None), (5, 3.0, None), (9, 5.0, None), (10, 5.5, 8.65)])
def test_an_open_one_is_compared_with_enough_merged_ones(
    world: PullRequestWorld, merged: int, p50: float | None, p85: float | None
) -> None:
    for hours in range(1, merged + 1):
        merged_after(world, hours)
    world.open(REPO, world.as_of - 9 * HOUR, additions=9999, deletions=0)
    row = world.computed()["pull_request_flow"].filter(pl.col("state") == "open").row(0, named=True)
    told = [None if pace is None else pace * 3600 for pace in (p50, p85)]
    assert [row["phase_p50_seconds"], row["phase_p85_seconds"]] == [pace and pytest.approx(pace) for pace in told]
    assert (row["phase"], row["age_seconds"]) == ("pickup", 9 * 3600)
    assert row["is_at_risk"] is (True if p85 else None)
    assert row["at_risk_reason"] == (None if p85 else "too_few_items")


def test_its_own_size_class_comes_first_and_only_what_is_recent_counts(world: PullRequestWorld) -> None:
    for hours in range(1, 11):
        merged_after(world, hours)
        pr_id = world.open(REPO, MONDAY, additions=100, deletions=0)
        world.review(pr_id, MONDAY + 100 * HOUR, "ben")
        world.merge(pr_id, MONDAY + 100 * HOUR)
        old = world.open(REPO, MONDAY - 300 * DAY, additions=5, deletions=0)
        world.review(old, MONDAY - 200 * DAY, "ben")
        world.merge(old, MONDAY - 200 * DAY)
    ages = {8: False, 9: True}
    for hours in ages:
        world.open(REPO, world.as_of - hours * HOUR, additions=5, deletions=0)
    is_open = world.computed()["pull_request_flow"].filter(pl.col("state") == "open")
    assert dict(is_open.select(pl.col("age_seconds") / 3600, "is_at_risk").iter_rows()) == ages


def test_nine_of_its_size_class_are_too_few_and_the_repository_stands_in(world: PullRequestWorld) -> None:
    for hours in range(1, 10):
        merged_after(world, hours)
    for _ in range(3):
        pr_id = world.open(REPO, MONDAY, additions=100, deletions=0)
        world.review(pr_id, MONDAY + 100 * HOUR, "ben")
        world.merge(pr_id, MONDAY + 100 * HOUR)
    world.open(REPO, world.as_of - 9 * HOUR, additions=5, deletions=0)
    row = world.computed()["pull_request_flow"].filter(pl.col("state") == "open").row(0, named=True)
    assert (row["phase_p50_seconds"], row["phase_p85_seconds"]) == (6.5 * 3600, pytest.approx(100 * 3600))


def test_a_request_for_changes_sends_an_approved_one_back_to_review(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.review(pr_id, MONDAY + HOUR, "ben", "approved")
    row = only(world)
    assert (row["phase"], row["phase_since"]) == ("merge", MONDAY + HOUR)
    world.review(pr_id, MONDAY + 2 * HOUR, "cat", "changes_requested")
    row = only(world)
    assert (row["phase"], row["phase_since"]) == ("review", MONDAY + HOUR)


@pytest.mark.parametrize(("state", "phase"), [("approved", "merge"), ("commented", "review")])
def test_time_as_a_draft_is_no_part_of_the_phase_after_it(world: PullRequestWorld, state: str, phase: str) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.review(pr_id, MONDAY + HOUR, "ben", state)
    world.event(pr_id, "converted_to_draft", MONDAY + 2 * HOUR)
    world.event(pr_id, "ready_for_review", MONDAY + 15 * DAY)
    row = only(world)
    assert (row["phase"], row["phase_since"]) == (phase, MONDAY + 15 * DAY)
    world.review(pr_id, MONDAY + 16 * DAY, "cat", state)
    assert only(world)["phase_since"] == MONDAY + (16 if phase == "merge" else 15) * DAY


def test_programs_are_listed_and_counted_nowhere(world: PullRequestWorld) -> None:
    for author in ("renovate", "devin"):
        world.merge(world.open(REPO, MONDAY, author), MONDAY + HOUR)
    tables = world.computed()
    assert tables["pull_request_flow"]["author_is_human"].to_list() == [False, False]
    assert tables["observations"].is_empty()


def test_what_an_account_that_is_gone_opened_counts_for_no_team(world: PullRequestWorld) -> None:
    world.add("team_members", team="a", person_id="ann", valid_from=MONDAY - DAY, valid_to=None)
    world.merge(world.open(REPO, MONDAY, None), MONDAY + HOUR)
    tables = world.computed(minimum_group=1)
    assert tables["pull_request_flow"].select("author_is_human", "team").row(0) == (True, None)
    counted = tables["observations"].filter(pl.col("metric") == "merged_pull_requests", pl.col("value") > 0)
    assert set(counted.select("scope_kind", "scope").iter_rows()) == {("all", "all"), ("repository", REPO)}


def test_what_happens_after_the_report_is_not_known_yet(world: PullRequestWorld) -> None:
    pr_id = world.open(REPO, MONDAY)
    world.commit(pr_id, MONDAY)
    world.open(REPO, world.as_of + HOUR)
    world.review(pr_id, world.as_of + HOUR, "ben", "approved")
    world.merge(pr_id, world.as_of + 2 * HOUR)
    row = only(world)
    assert world.computed()["pull_request_flow"].height == 1
    assert (row["state"], row["phase"], row["merged_at"], row["closed_at"]) == ("open", "pickup", None, None)
    assert (row["approved"], row["merged_without_review"], row["cycle_reason"]) == (False, None, "not_finished")


@pytest.mark.parametrize(
    ("verdicts", "stands"),
    [
        ([(1, "ben", "approved")], False),
        ([(1, "ben", "approved"), (2, "ben", "changes_requested")], True),
        ([(1, "cat", "changes_requested"), (2, "ben", "approved")], True),  # cat has not taken it back
        ([(1, "ben", "changes_requested"), (2, "ben", "approved")], False),
        ([(1, "cat", "changes_requested"), (2, "ben", "approved"), (3, "cat", "dismissed")], False),
        ([(1, "ben", "approved"), (2, "ben", "commented")], False),
        ([(1, "ben", "approved"), (2, "rabbit", "changes_requested")], False),
    ],
)
def test_an_objection_stands_until_its_reviewer_takes_it_back(
    world: PullRequestWorld, verdicts: list[tuple[int, str, str]], *, stands: bool
) -> None:
    pr_id = world.open(REPO, MONDAY)
    for hours, who, state in verdicts:
        world.review(pr_id, MONDAY + hours * HOUR, who, state)
    row = only(world)
    assert (row["objected"], row["approved"]) == (stands, not stands)
    assert row["phase"] == ("review" if stands else "merge")
