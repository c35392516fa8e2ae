"""Workflows: failures, flaky runs, streaks, times to green, and what pull requests wait for."""

from typing import Any

import polars as pl
from delivery_worlds import REPO, Delivery, ago

HOUR = 3600.0


def workflow(story: Delivery, name: str = "Test") -> dict[str, Any]:
    return story.run()["ci_workflows"].row(by_predicate=pl.col("name") == name, named=True)


def runs(conclusions: str, story: Delivery | None = None, **more: Any) -> Delivery:
    """A story of runs an hour apart, the last one an hour ago: `s`uccess or `f`ailure."""
    story = story or Delivery()
    for number, letter in enumerate(conclusions):
        story.run_of(
            "Test",
            f"{letter}{number}",
            (len(conclusions) - number) / 24,
            conclusion={"s": "success", "f": "failure", "t": "timed_out", "c": "cancelled"}[letter],
            **more,
        )
    return story


def test_shares_are_of_runs_that_ended_in_success_or_failure() -> None:
    found = workflow(runs("sftcs"))
    assert (found["runs"], found["failed_runs"], found["failure_share"]) == (4, 2, 0.5)


def test_the_jobs_of_a_pipeline_are_part_of_its_run() -> None:
    story = runs("sf")
    story.run_of("deploy", "s0", 1, parent_run_id="git:s0/1")
    assert story.run()["ci_workflows"]["name"].to_list() == ["Test"]


def test_the_streak_is_that_of_the_last_runs_on_the_default_branch() -> None:
    story = runs("sfsfcf")
    story.run_of("Test", "x", 0.01, branch="feature")
    story.run_of("Test", "y", 0.01, event="pull_request")
    found = workflow(story)
    assert (found["last_conclusion"], found["failing_since"], found["failing_streak"]) == ("failure", ago(3 / 24), 2)
    found = workflow(runs("sffs"))
    assert (found["last_conclusion"], found["failing_since"], found["failing_streak"]) == ("success", None, 0)


def test_a_workflow_that_never_ran_on_the_default_branch_has_no_streak() -> None:
    found = workflow(runs("ff", branch="feature"))
    assert (found["last_conclusion"], found["failing_streak"], found["url"]) == (None, 0, None)


def test_time_to_green_is_from_the_first_failure_of_a_streak() -> None:
    # Streaks of 1, 2, 3, 1 and 1 failures.
    assert workflow(runs("fsffsfffsfsfs"))["time_to_green_p50_seconds"] == HOUR
    assert workflow(runs("ffsffsfffsfsfffs"))["time_to_green_p50_seconds"] == 2 * HOUR
    assert workflow(runs("fsfsfsfs"))["time_to_green_p50_seconds"] is None


def test_a_run_that_succeeds_when_started_again_is_flaky() -> None:
    story = Delivery()
    for name, conclusions in {"a": "fs", "b": "ff", "c": "s", "d": "cs", "e": "sf", "f": "ffs"}.items():
        for number, letter in enumerate(conclusions):
            story.run_of(
                "Test",
                name,
                5 - number,
                name=name,
                attempt=number + 1,
                conclusion={"s": "success", "f": "failure", "c": "cancelled"}[letter],
            )
    # The same commit run anew, by another event, is another run.
    story.run_of("Test", "b", 1, event="workflow_dispatch")
    found = workflow(story)
    assert (found["runs"], found["flaky_runs"], found["failed_runs"]) == (7, 2, 2)
    assert found["flaky_share"] == 2 / 7


def test_an_attempt_that_is_not_over_yet_does_not_count() -> None:
    story = Delivery()
    story.run_of("Test", "a", 3, name="a", conclusion="failure")
    story.run_of("Test", "a", 1, name="a", attempt=2)
    (before,) = story.run(ago(2))["ci_workflows"].rows(named=True)
    assert (before["failed_runs"], before["flaky_runs"]) == (1, 0)


def test_the_time_is_the_median_of_successes_and_grows_against_the_90_days_before() -> None:
    story = Delivery()
    for number in range(5):
        story.run_of("Test", f"n{number}", 1 + number, started_at=ago(1 + number + (number + 1) / 24))
        story.run_of("Test", f"o{number}", 100 + number, started_at=ago(100 + number + 2 / 24))
    story.run_of("Test", "failed", 2, started_at=ago(9), conclusion="failure")
    found = workflow(story)
    assert (found["p50_seconds"], found["p50_seconds_before"], found["slowdown_share"]) == (3 * HOUR, 2 * HOUR, 0.5)
    assert found["runs"] == 6


def test_fewer_than_five_have_no_median() -> None:
    assert workflow(runs("ssss"))["p50_seconds"] is None
    assert workflow(runs("sssss"))["p50_seconds"] == 300


def test_pull_requests_wait_for_the_runs_on_their_commits() -> None:
    story = Delivery()
    one = story.merged("m1", 1, closed_at=ago(1), head_sha="b")
    two = story.merged("m2", 1, closed_at=ago(1), head_sha="d")
    story.add("pull_request_commits", pr_id=one, sha="a")
    story.add("pull_request_commits", pr_id=one, sha="b")
    story.add("pull_request_commits", pr_id=two, sha="c")
    story.run_of("Test", "a", 3, branch="x", conclusion="failure", event="pull_request")
    story.run_of("Test", "b", 2, branch="x", name="again", conclusion="failure", event="pull_request")
    story.run_of("Test", "b", 2, branch="x", name="again", attempt=2, event="pull_request")
    story.run_of("Test", "d", 2, branch="y", event="pull_request")
    # A commit that went into the default branch as it was is run again there; nobody waits for that.
    story.run_of("Test", "b", 0.5)
    story.run_of("Test", "main", 2)
    assert workflow(story)["waiting_minutes_per_pr"] == (15 + 5) / 2


def test_a_workflow_that_rests_is_left_out_and_others_are_apart() -> None:
    story = Delivery()
    story.run_of("Old", "a", 91)
    story.run_of("Test", "a", 1)
    story.run_of("Lint", "a", 1, conclusion="failure")
    found = story.run()["ci_workflows"].select("repo_id", "name", "failed_runs").rows()
    assert found == [(REPO, "Lint", 1), (REPO, "Test", 0)]


def test_a_workflow_is_called_flaky_slow_or_broken() -> None:
    assert [workflow(runs("s" * n + "fff"))["is_broken"] for n in (0, 1)] == [True, True]
    assert not workflow(runs("sff"))["is_broken"]
    story = Delivery()
    for number in range(20):
        story.run_of("Test", f"n{number}", 1 + number, started_at=ago(1 + number + 2 / 24))
        story.run_of("Test", f"o{number}", 100 + number, started_at=ago(100 + number + 1 / 24))
    for number in range(5):
        key = f"again{number}"
        story.run_of("Test", key, 30, name=key, conclusion="failure")
        story.run_of("Test", key, 29, name=key, attempt=2, started_at=ago(29 + 2 / 24))
    found = workflow(story)
    assert (found["is_flaky"], found["is_slow"], found["is_broken"]) == (True, True, False)
