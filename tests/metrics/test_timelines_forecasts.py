"""Forecasts of what has a name, of several teams, with a growing scope; what was written down, and what came of it."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import Row
from polars.testing import assert_frame_equal
from timeline_worlds import START, computed, done_on, lively, noon, ticket

from metrics.clock import WorkingHours

DAYS = 120
TODAY = START + timedelta(days=DAYS)


def version(title: str, due: date | None = None, *, state: str = "open", project: str = "APP", **more: Any) -> Row:
    return {
        "milestone_id": f"jira:{title}",
        "source": "jira",
        "project": project,
        "title": title,
        "state": state,
        "due_on": due,
        **more,
    }


def open_items(count: int, milestone: str | None = None, *, project: str = "APP", **more: Any) -> list[Row]:
    return [
        ticket(f"{project}-open-{milestone}-{number}", START, None, project, milestone=milestone, **more)
        for number in range(count)
    ]


def promised(table: pl.DataFrame, question: str, team: str = "all", mode: str = "fixed") -> list[Row]:
    return table.filter(pl.col("question") == question, pl.col("team") == team, pl.col("scope_mode") == mode).to_dicts()


def steady(project: str = "APP", a_day: int = 1, days: int = DAYS, **more: Any) -> list[Row]:
    return done_on([a_day] * days, project=project, **more)


def test_a_version_is_finished_when_its_tickets_are() -> None:
    """One a day, each day: ten tickets take ten days, today included."""
    rows = steady() + open_items(10, "1.0")
    tables = computed(rows, TODAY, milestones=[version("1.0", TODAY + timedelta(days=9))], working_hours=every_day())
    found = promised(tables["forecasts"], "version", team="APP")
    assert {row["answer_on"] for row in found} == {TODAY + timedelta(days=9)}
    assert {(row["target"], row["title"], row["remaining_items"]) for row in found} == {("jira:1.0", "1.0", 10)}
    assert {(row["due_probability"], row["method"], row["reason"]) for row in found} == {(0.95, "exact", None)}


@pytest.mark.parametrize(("late", "probability"), [(9, 0.95), (8, 0.0), (-1, 0.0), (1000, 0.95)])
def test_the_probability_of_a_due_date_is_never_above_95(late: int, probability: float) -> None:
    rows = steady() + open_items(10, "1.0")
    due = version("1.0", TODAY + timedelta(days=late))
    tables = computed(rows, TODAY, milestones=[due], working_hours=every_day())
    assert {row["due_probability"] for row in promised(tables["forecasts"], "version")} == {probability}


def test_several_teams_are_as_late_as_the_latest_and_later_when_both_may_be() -> None:
    rows = done_on(lively(1, DAYS)) + done_on(lively(2, DAYS), project="OPS")
    rows += open_items(12, "1.0") + open_items(12, "1.0", project="OPS")
    # One epic over both projects.
    epic = ticket("APP-epic", START, None)
    rows = [row | {"parent_key": "APP-epic"} if row["key"].count("open") else row for row in rows] + [epic]
    tables = computed(rows, TODAY)
    parts = {team: promised(tables["forecasts"], "epic", team) for team in ("APP", "OPS", "all")}
    for app, ops, both in zip(*parts.values(), strict=True):
        assert both["answer_on"] >= max(app["answer_on"], ops["answer_on"])
        assert both["remaining_items"] == 24
        assert both["window_days"] is None
    assert any(
        both["answer_on"] > max(app["answer_on"], ops["answer_on"])
        for app, ops, both in zip(*parts.values(), strict=True)
    )


def test_a_version_that_was_released_does_not_wait_for_stragglers() -> None:
    released = noon(START + timedelta(days=60))
    shipped = version("1.0", state="closed", closed_at=released)
    late = ticket("APP-late", START, START + timedelta(days=100), milestone="1.0")
    for row in (late, ticket("APP-open", START, None, milestone="1.0")):
        (target,) = (
            computed([*steady(), row], TODAY, milestones=[shipped])["forecast_targets"]
            .filter(pl.col("team") == "all")
            .to_dicts()
        )
        assert (target["is_open"], target["finished_on"]) == (False, released.date())
    early = ticket("APP-early", START, START + timedelta(days=9), milestone="1.0")
    (target,) = (
        computed([*steady(), early], TODAY, milestones=[shipped])["forecast_targets"]
        .filter(pl.col("team") == "all")
        .to_dicts()
    )
    assert target["finished_on"] == START + timedelta(days=9)
    # As of a day before the release it was open.
    before = computed([*steady(days=50), late], START + timedelta(days=50), milestones=[shipped])
    assert set(before["forecast_targets"]["is_open"]) == {True}


def test_growth_is_what_came_in_after_the_first_was_finished() -> None:
    first = START + timedelta(days=50)
    done = [ticket(f"APP-v{number}", START, first + timedelta(days=number), milestone="1.0") for number in range(6)]
    late = [ticket(f"APP-l{number}", first + timedelta(days=3), None, milestone="1.0") for number in range(3)]
    # Put in when it was finished already: neither came in nor was done in it.
    tidied = ticket("APP-t", START, first, milestone="1.0")
    change = {"change_id": "c", "ticket_id": "jira:APP-t", "field": "Fix Version", "to_value": "1.0"}
    change["changed_at"] = noon(first + timedelta(days=20))
    rows = steady() + done + late + [tidied]
    tables = computed(rows, TODAY, milestones=[version("1.0")], ticket_changes=[change], working_hours=every_day())
    (target,) = tables["forecast_targets"].filter(pl.col("team") == "all").to_dicts()
    assert (target["items"], target["remaining_items"], target["growth"]) == (10, 3, 3 / 6)
    fixed, growing = (promised(tables["forecasts"], "version", mode=mode) for mode in ("fixed", "growing"))
    assert {row["method"] for row in growing} == {"simulation"}
    assert all(late["answer_on"] >= row["answer_on"] for row, late in zip(fixed, growing, strict=True))
    assert growing[-1]["answer_on"] > fixed[-1]["answer_on"]


def test_growth_that_nobody_measured_is_not_zero() -> None:
    tables = computed(steady() + open_items(3, "1.0"), TODAY, milestones=[version("1.0")])
    found = promised(tables["forecasts"], "version", mode="growing")
    assert {(row["answer_on"], row["reason"]) for row in found} == {(None, "growth_not_measured")}
    assert {row["reason"] for row in promised(tables["forecasts"], "version")} == {None}


def test_a_team_that_does_other_work_too_gives_it_the_share_that_it_gave() -> None:
    """One a day, every tenth of which was of the version: five to go take about 50 days."""
    rows = steady()
    in_version = [
        {**row, "milestone": "1.0", "created_at": noon(START)} if number % 10 == 5 else row
        for number, row in enumerate(rows)
    ]
    tables = computed(in_version + open_items(5, "1.0"), TODAY, milestones=[version("1.0")], working_hours=every_day())
    (target,) = tables["forecast_targets"].filter(pl.col("team") == "APP").to_dicts()
    # Of the last 90 days, the one that is 90 days ago to the minute is not.
    assert (target["share"], target["growth"]) == (9 / 89, 0)
    fixed, shared = (promised(tables["forecasts"], "version", "APP", mode) for mode in ("fixed", "shared"))
    assert {row["answer_on"] for row in fixed} == {TODAY + timedelta(days=4)}
    assert (shared[0]["answer_on"] - TODAY).days == pytest.approx(46, abs=2)  # the median of the fifth of one in ten
    assert {(row["method"], row["share"]) for row in shared} == {("simulation", 9 / 89)}


def test_a_share_that_nobody_measured_is_not_the_whole() -> None:
    done = [ticket(f"APP-v{n}", START, START + timedelta(days=n), milestone="1.0") for n in range(1, 8)]
    tables = computed(steady() + done + open_items(3, "1.0"), TODAY, milestones=[version("1.0")])
    found = promised(tables["forecasts"], "version", mode="shared")
    assert {(row["answer_on"], row["reason"]) for row in found} == {(None, "share_not_measured")}


def test_more_than_two_years_is_not_promised() -> None:
    rows = steady() + open_items(800, "1.0")
    tables = computed(rows, TODAY, milestones=[version("1.0")], working_hours=every_day())
    assert {(row["answer_on"], row["reason"]) for row in promised(tables["forecasts"], "version")} == {
        (None, "beyond_two_years")
    }


def test_small_teams_are_not_forecast_but_count_in_the_whole() -> None:
    rows = steady() + steady("OPS") + open_items(5, "1.0")
    team = {"team_scopes": [{"team": "Tiny", "kind": "ticket_project", "pattern": "APP"}]}
    team["team_members"] = [{"team": "Tiny", "person_id": "p", "valid_from": noon(START)}]
    tables = computed(rows, TODAY, milestones=[version("1.0")], minimum_group=2, **team)
    assert set(tables["throughput_days"]["team"]) == {"OPS", "all"}
    assert tables["throughput_days"].filter(pl.col("team") == "all")["finished"].sum() == 2 * DAYS
    assert {row["reason"] for row in promised(tables["forecasts"], "version")} == {"group_too_small"}
    assert "Tiny" not in tables["forecasts"]["team"]


def test_a_ticket_is_for_one_team() -> None:
    """The owner of its project before the teams of its assignee; the first by name of several."""
    rows = [ticket("APP-1", START, START, assignee_id="p"), ticket("LIB-1", START, START, "LIB", assignee_id="p")]
    rows.append(ticket("X-1", START, START, "X"))
    members = [{"team": team, "person_id": "p", "valid_from": noon(START)} for team in ("Beta", "Alpha")]
    scopes = [{"team": "Gamma", "kind": "ticket_project", "pattern": "APP"}]
    people = [{"team": "Gamma", "person_id": "q", "valid_from": noon(START)}]
    tables = computed(
        rows, START + timedelta(days=1), team_members=members + people, team_scopes=scopes, minimum_group=1
    )
    counts = tables["throughput_days"].select("team", "finished").rows()
    assert sorted(counts) == [("Alpha", 1), ("Gamma", 1), ("X", 1), ("all", 3)]


def test_done_is_resolved_or_the_last_entry_into_a_status_of_being_over() -> None:
    def step(day: int, category: str) -> Row:
        at = START + timedelta(days=day)
        return {"ticket_id": "jira:APP-1", "entered_at": noon(at), "status_category": category}

    row = ticket("APP-1", START, None) | {"status_category": "done"}
    steps = [step(0, "todo"), step(1, "in_progress"), step(2, "done"), step(4, "in_progress"), step(6, "done")]
    steps.append(step(8, "done"))
    tables = computed([row], START + timedelta(days=10), ticket_status_intervals=steps)
    done = tables["throughput_days"].filter(pl.col("finished") > 0, pl.col("team") == "APP")
    assert done["day"].to_list() == [START + timedelta(days=6)]
    # On the fifth day it was taken up again.
    before = computed(
        [row | {"status_category": "in_progress"}], START + timedelta(days=5), ticket_status_intervals=steps
    )
    assert before["throughput_days"]["finished"].sum() == 0


def test_sprints_and_milestones_of_platforms() -> None:
    today = noon(TODAY)
    sprint = {"sprint_id": "jira:1", "name": "S1", "state": "active", "started_at": today, "ends_at": today}
    rows = steady() + open_items(2)
    placed = [
        {"ticket_id": row["ticket_id"], "sprint_id": "jira:1", "added_at": noon(START), "removed_at": removed}
        for row, removed in zip(rows[-2:], (None, noon(START)), strict=True)
    ]
    issue = ticket("9", START, None, "acme/app", ticket_id="gh:acme/app#9", milestone="M", source="gh")
    milestone = {"milestone_id": "gh:m", "repo_id": "gh:acme/app", "title": "M", "state": "open"}
    other = milestone | {"milestone_id": "gh:o", "repo_id": "gh:acme/lib"}
    tables = computed([*rows, issue], TODAY, sprints=[sprint], ticket_sprints=placed, milestones=[milestone, other])
    found = tables["forecast_targets"].filter(pl.col("team") == "all")
    assert found.select("question", "target", "items", "is_open").rows() == [
        ("milestone", "gh:m", 1, True),
        ("sprint", "jira:1", 1, True),
    ]
    assert {row["reason"] for row in promised(tables["forecasts"], "milestone")} == {"too_little_data"}


def test_what_was_promised_is_never_computed_again() -> None:
    rows = steady() + open_items(10, "1.0")
    milestones = [version("1.0", TODAY + timedelta(days=20))]
    first = computed(rows, TODAY, milestones=milestones)["forecasts"]
    more = rows + open_items(5, "1.0", type="Bug")
    same_day = computed(more, TODAY, previous=first, milestones=milestones)["forecasts"]
    assert_frame_equal(same_day, first)
    next_day = computed(more, TODAY + timedelta(days=1), previous=first, milestones=milestones)["forecasts"]
    kept = next_day.filter(pl.col("made_at") == noon(TODAY))
    assert_frame_equal(kept, first)
    assert next_day.height == 2 * first.height
    # What is new on a day that has its forecasts is written down all the same.
    named = computed(rows + open_items(3, "2.0"), TODAY, previous=first, milestones=[*milestones, version("2.0")])
    assert named["forecasts"].height == first.height + 2 * 3 * 4


def test_moves_follow_the_85_percent_and_the_due_date() -> None:
    rows = steady() + open_items(10, "1.0")
    due = TODAY + timedelta(days=20)
    first = computed(rows, TODAY, milestones=[version("1.0", due)], working_hours=every_day())["forecasts"]
    rows += [{**row, "ticket_id": row["ticket_id"] + "+"} for row in open_items(6, "1.0")]
    later = TODAY + timedelta(days=2)
    moved = due + timedelta(days=7)
    tables = computed(rows, later, previous=first, milestones=[version("1.0", moved)], working_hours=every_day())
    found = tables["forecast_moves"].filter(pl.col("team") == "all", pl.col("scope_mode") == "fixed").to_dicts()
    assert [row["made_at"] for row in found] == [noon(TODAY), noon(later)]
    assert [row["remaining_items"] for row in found] == [10, 16]
    assert found[0]["p85_on"] == TODAY + timedelta(days=9)
    assert found[0]["moved_days"] is None
    assert found[1]["moved_days"] == (found[1]["p85_on"] - found[0]["p85_on"]).days > 0
    assert found[1]["due_moved_days"] == 7
    assert [row["is_last_of_week"] for row in found] == [False, True]


def test_outcomes_of_what_was_written_down() -> None:
    """A steady one a day; then it stops."""
    first = computed(steady() + open_items(3, "1.0"), TODAY, milestones=[version("1.0")], working_hours=every_day())
    forecasts = first["forecasts"]
    assert first["forecast_outcomes"]["held"].null_count() == first["forecast_outcomes"].height
    # Five more on the next five days, then none; the version's third ticket is late.
    ended = [
        ticket(f"APP-open-1.0-{number}", START, TODAY + timedelta(days=[0, 1, 6][number]), milestone="1.0")
        for number in range(3)
    ]
    more = [ticket(f"APP-m{number}", START, TODAY + timedelta(days=2 + number)) for number in range(3)]
    later = TODAY + timedelta(days=15)
    tables = computed(
        steady() + ended + more, later, previous=forecasts, milestones=[version("1.0")], working_hours=every_day()
    )
    made = tables["forecast_outcomes"].filter(pl.col("made_at") == noon(TODAY), pl.col("team") == "APP")
    found = {(row["question"], row["target"]): row for row in made.filter(pl.col("confidence") == 0.85).to_dicts()}
    week, fortnight = found["how_many", "7"], found["how_many", "14"]
    assert (week["answer_items"], week["outcome_items"], week["held"]) == (7, 6, False)
    assert (fortnight["answer_items"], fortnight["outcome_items"], fortnight["held"]) == (14, 6, False)
    assert (found["how_many", "28"]["outcome_items"], found["how_many", "28"]["held"]) == (None, None)
    ten = found["when", "10"]
    assert (ten["answer_on"], ten["outcome_on"], ten["held"]) == (TODAY + timedelta(days=9), None, False)
    assert (found["when", "20"]["held"], found["when", "20"]["outcome_on"]) == (None, None)
    one = found["version", "jira:1.0"]
    assert (one["answer_on"], one["outcome_on"]) == (TODAY + timedelta(days=2), TODAY + timedelta(days=6))
    assert (one["held"], one["late_days"]) == (False, 4)


def test_a_kept_promise_of_tickets_counts_from_the_day_it_was_made() -> None:
    first = computed(steady(), TODAY, working_hours=every_day())["forecasts"]
    later = TODAY + timedelta(days=30)
    rows = steady(days=DAYS + 30)
    tables = computed(rows, later, previous=first, working_hours=every_day())
    made = tables["forecast_outcomes"].filter(pl.col("made_at") == noon(TODAY), pl.col("team") == "APP")
    ten = made.filter(pl.col("question") == "when", pl.col("target") == "10")
    assert set(ten["outcome_on"]) == {TODAY + timedelta(days=9)}
    assert set(ten["held"]) == {True}
    assert set(ten["late_days"]) == {0}
    known = made.filter(pl.col("question") == "how_many", pl.col("target") == "28")
    assert set(known["outcome_items"]) == {28}
    stored = tables["forecast_calibration"].filter(pl.col("basis") == "stored", pl.col("team") == "APP")
    assert set(stored["cases"]) == {2, 3}
    assert set(stored["reason"]) == {"too_few_cases"}


def every_day() -> WorkingHours:
    return WorkingHours("Europe/Berlin", workdays=tuple(range(7)))
