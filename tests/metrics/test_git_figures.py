"""Observations, releases and leavers: periods, zones, suppression and what is left out."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from git_worlds import World, invent, run

REPO = "git:r"
AS_OF = datetime.fromisoformat("2025-03-05T12:00")
BEGIN = datetime.fromisoformat("1970-01-01")


def world_of(commits: list[tuple[str, str]], tags: Sequence[tuple[str, str]] = ()) -> World:
    """Commits of (person, instant) that each change one file, and tags of (name, instant)."""
    world = World(as_of=AS_OF)
    world.tables["repositories"] = [{"repo_id": REPO, "name": "r"}]
    world.tables["people"] = [{"person_id": "bot", "is_bot": True}]
    for number, (person, instant) in enumerate(commits):
        at, commit = datetime.fromisoformat(instant), {"repo_id": REPO, "sha": f"{number:040x}"}
        dates = {"authored_at": at, "committed_at": at}
        world.tables["commits"].append(
            {**commit, **dates, "author_id": person, "is_merge": False, "on_default_branch": True}
        )
        world.tables["commit_files"].append({**commit, "path": "a.py", "change": "M", "additions": 3, "deletions": 1})
    world.tables["head_files"] = [{"repo_id": REPO, "path": "a.py", "lines": 10}]
    world.tables["tags"] = [
        {"repo_id": REPO, "name": name, "sha": f"{number}", "tagged_at": datetime.fromisoformat(instant)}
        for number, (name, instant) in enumerate(tags)
    ]
    return world


def values(world: World, metric: str, scope: str = "all", period: str = "week") -> list[tuple[object, ...]]:
    found = world.computed()["observations"].filter(metric=metric, scope=scope, period=period)
    return found.sort("period_start").select("period_start", "value", "n", "reason").rows()


def test_weeks_begin_in_the_reporting_zone_and_quiet_ones_are_0() -> None:
    # Sunday 23:30 UTC is Monday in Berlin; the week of the run is not over and not shown.
    world = world_of([("a", "2025-02-09T23:30"), ("a", "2025-02-25T10:00"), ("b", "2025-03-04T10:00")])
    assert values(world, "commits") == [
        (date(2025, 2, 10), 1, 1, None),
        (date(2025, 2, 17), 0, 0, None),
        (date(2025, 2, 24), 1, 1, None),
    ]
    assert values(world, "time_to_revert")[1] == (date(2025, 2, 17), None, 0, "no_items")
    assert values(world, "commits", period="rolling_90d") == [(date(2024, 12, 6), 3, 3, None)]


def test_programs_do_not_count() -> None:
    world = world_of([("a", "2025-02-10T10:00"), ("bot", "2025-02-11T10:00")])
    assert values(world, "commits")[0][1] == 1
    churn = world.computed()["churn"].select("person_id", "additions").rows()
    assert churn == [("a", 3.0), ("*", 3.0)]


def test_small_teams_are_suppressed() -> None:
    world = world_of([("a", "2025-02-10T10:00"), ("b", "2025-02-11T10:00")])
    world.tables["team_members"] = [
        {"team": team, "person_id": person, "valid_from": BEGIN}
        for team, person in (("T", "a"), ("T", "b"), ("U", "a"))
    ]
    assert values(world, "commits", scope="T")[0] == (date(2025, 2, 10), 2, 2, None)
    assert values(world, "commits", scope="U")[0] == (date(2025, 2, 10), None, None, "group_too_small")


def test_weekly_counts_sum_to_the_rows() -> None:
    world = invent(5, repositories=2)
    later = world.as_of + timedelta(days=14)
    tables = run(world.frames(), later)
    human = {change.sha for change in world.changes if change.people}
    weekly = tables["observations"].filter(metric="commits", scope="all", period="week")
    assert weekly["value"].sum() == len(human)
    activity = tables["activity"]
    assert activity.filter(file_class="all")["commits"].sum() == len(world.changes)
    assert activity.filter(pl.col("file_class") != "all")["additions"].sum() == sum(
        row["additions"] for change in world.changes for row in change.rows
    )
    assert round(tables["churn"]["additions"].sum()) == activity.filter(file_class="all")["additions"].sum()


def test_releases_are_tags_of_the_pattern_without_pre_releases() -> None:
    tags = [
        ("v1.0", "2025-01-01"),
        ("v1.1rc1", "2025-01-05"),
        ("v1.1.0-beta.2", "2025-01-06"),
        ("nightly", "2025-01-07"),
        ("v1.1", "2025-01-11"),
        ("v1.2", "2025-06-01"),
    ]
    tables = world_of([("a", "2025-01-01"), ("a", "2025-02-01")], tags).computed()
    assert tables["release_gaps"].select("tag", "days_since_previous", "days_reason").rows() == [
        ("v1.0", None, "first_release"),
        ("v1.1", 10.0, None),
    ]
    rhythm = tables["release_rhythm"].select("releases", "gaps_counted", "p50_days", "last_tag", "commits_since_last")
    assert rhythm.rows() == [(2, 1, None, "v1.1", 1)]
    assert tables["deployments"].select("deployment_id", "rung", "is_first").rows() == [
        ("git:r:tag:v1.0", "tag", True),
        ("git:r:tag:v1.1", "tag", False),
    ]


def test_what_is_no_release_of_its_own() -> None:
    names = ("v1.0", "1.0.x", "v1.1-rc.2-migration", "v1.1-beta+exp.5", "v1.1-csp", "v1.1.post1", "2.0a1", "2.0.dev3")
    tags = [(name, f"2025-01-{day:02}") for day, name in enumerate(names, 1)]
    tables = world_of([("a", "2025-01-01")], tags).computed()
    assert tables["release_gaps"]["tag"].to_list() == ["v1.0", "v1.1-csp", "v1.1.post1"]


def test_gaps_that_were_shorter_are_counted() -> None:
    tags = [(f"v1.{n}", f"2024-{n:02}-01") for n in range(1, 13)]
    ((shorter, counted, overdue),) = (
        world_of([("a", "2024-01-01")], tags)
        .computed()["release_rhythm"]
        .select("gaps_shorter", "gaps_counted", "is_overdue")
        .rows()
    )
    assert (shorter, counted, overdue) == (11, 11, True)
    frames = world_of([("a", "2024-01-01")], tags).frames()
    # 30 and 30.5 days after the last release; one gap is 29 days long, four are 30 and six 31.
    for as_of, expected in (("2024-12-31T00:00", 1), ("2024-12-31T12:00", 5)):
        rhythm = run(frames, datetime.fromisoformat(as_of))["release_rhythm"]
        assert rhythm.select("gaps_shorter", "is_overdue").rows() == [(expected, False)]


def test_a_frequency_needs_a_week_of_exposure() -> None:
    world = world_of([("a", "2024-01-01")], [("v1.0", "2025-02-08T10:00"), ("v1.1", "2025-02-10T10:00")])
    weekly = values(world, "deployment_frequency", scope=REPO)
    assert weekly[0] == (date(2025, 2, 10), 1.0, 1, None)
    monthly = values(world, "deployment_frequency", scope=REPO, period="month")
    assert monthly == [(date(2025, 2, 1), pytest.approx(2 / 3), 2, None)]


def test_reverts_whose_age_is_not_known_are_not_nothing() -> None:
    world = world_of([("a", "2025-02-10T10:00")])
    world.tables["commits"][0]["reverts_sha"] = "f" * 40
    assert values(world, "reverts")[0] == (date(2025, 2, 10), 1, 1, None)
    assert values(world, "time_to_revert")[:2] == [
        (date(2025, 2, 10), None, 0, "too_few_items"),
        (date(2025, 2, 17), None, 0, "no_items"),
    ]


def test_the_absence_factor_of_few_people_is_not_shown() -> None:
    world = world_of([("a", "2025-02-10T10:00")])
    assert values(world, "contributor_absence_factor", period="rolling_90d") == [
        (date(2024, 12, 6), None, 1, "group_too_small")
    ]


def test_deployment_frequency_counts_from_the_first_deployment_on() -> None:
    world = world_of([("a", "2024-01-01")], [("v1.0", "2025-02-03T10:00"), ("v1.1", "2025-02-05T10:00")])
    weekly = values(world, "deployment_frequency", scope=REPO)
    assert weekly[0] == (date(2025, 2, 3), 2.0, 2, None)
    assert [value for _, value, _, _ in weekly[1:]] == [0.0, 0.0, 0.0]
    ((_, rolling, _, _),) = values(world, "deployment_frequency", scope=REPO, period="rolling_90d")
    assert rolling == pytest.approx(2 / (31 / 7))


def test_tags_are_no_deployments_where_the_rung_is_left_out() -> None:
    world = world_of([("a", "2025-01-01")], [("v1.0", "2025-01-01")])
    assert run(world.frames(), AS_OF, rungs=["release"])["deployments"].is_empty()


def test_leavers_agree_with_ownership_without_them() -> None:
    world = invent(11)
    tables = run(world.frames(), max(change.at for change in world.changes))
    ownership = tables["ownership"].filter("is_active")
    for person, without_author, without_knower in (
        tables["leavers"].select("person_id", "files_left_without_author", "files_left_without_knower").iter_rows()
    ):
        others = ownership.filter(pl.col("person_id") != person)
        for flag, expected in (("is_author", without_author), ("is_knower", without_knower)):
            before = ownership.filter(flag)["path"].unique()
            after = others.filter(flag)["path"].unique()
            assert before.len() - after.len() == expected
