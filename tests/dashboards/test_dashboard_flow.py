"""The page about the flow of tickets: what it says is what the tables hold, and who can move what is stuck."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from conftest import Open, Rows
from published_world import OPERATED, SMALL, TEAMS, TRACKED, publish_world
from test_dashboard_pages import assert_fine, texts

from dashboards.queries import tickets
from dashboards.scope import Scope
from dashboards.views import stuck_tickets, ticket_flow, ticket_times

VIEWS = ("Stuck", "Cycle time", "Flow", "Time in status", "Blocked")
SCOPES = (
    Scope(),
    Scope(service="it's"),
    Scope(project=TRACKED),
    Scope(project="nobody's project"),
    Scope(team=TEAMS[0]),
    Scope(None, TEAMS[1], None, OPERATED),
)


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_every_query_runs_in_every_scope(scope: Scope, world: Path, barren: Path, rows: Rows) -> None:
    names = (
        "in_progress", "levels", "finished", "compared", "days", "corrections", "weeks", "self_check", "blocks",
    )  # fmt: skip
    queries = [
        *(getattr(tickets, name)(scope) for name in names),
        *(tickets.behaviour(scope, metric) for metric, _ in tickets.WATCHED.values()),
        tickets.statuses(scope.project or "it's"),
        tickets.PROJECTS,
    ]
    for sql in queries:
        assert rows(world, sql).columns == rows(barren, sql).columns


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "parameters",
    [{}, {"project": TRACKED}, {"project": "harbour"}, {"repository": "empty"}, {"team": TEAMS[0]}],
    ids=str,
)
def test_every_view_is_drawn(view: str, parameters: dict[str, str], world: Path, open_page: Open) -> None:
    app = open_page(world, "flow", flow=view, **parameters)
    assert_fine(app)
    assert app.title[0].value == "What is stuck, and what is slow?"
    assert [part.label for part in app.metric][:4] == [
        "Cycle time", "Work in progress", "Beyond the service level", "Stalled",
    ]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_empty_tables_say_what_fills_them(view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, "flow", flow=view)
    assert_fine(app)
    assert "`leadline run` fills this." in texts(app)


def test_stuck_tickets_are_listed_with_who_can_move_them(world: Path, open_page: Open, rows: Rows) -> None:
    found = stuck_tickets.standing(rows(world, tickets.in_progress(Scope())))
    held = found.filter(
        pl.any_horizontal(pl.col("is_blocked", "is_beyond_sle", "is_behind_pace", "is_stalled").fill_null(value=False))
    )
    app = open_page(world, "flow")
    assert set(app.dataframe[0].value["label"]) == set(held["label"])
    everything = open_page(world, "flow", tickets="All in progress").dataframe[0].value
    assert len(everything) == found.height > held.height > 0
    figures = {part.label: part.value for part in app.metric}
    assert figures["Work in progress"] == str(found.height)
    assert figures["Stalled"] == str(found["is_stalled"].sum())
    assert figures["Beyond the service level"] == str(found["is_beyond_sle"].sum())


def test_next_step_falls_to_whoever_holds_the_ticket(world: Path, rows: Rows) -> None:
    found = rows(world, tickets.in_progress(Scope()))
    steps = dict(found.select("label", "next_step").iter_rows())
    waiting = rows(world, tickets.blocks(Scope())).filter("is_blocked", pl.col("cause") == "link")
    assert waiting.height > 0
    for label, by in waiting.select("label", "by_key").iter_rows():
        assert steps[label] == f"Owner of {by}: agree a day"
    for row in found.iter_rows(named=True):
        if row["is_blocked"]:
            assert row["next_step"].startswith(("Owner of ", "Team: clear"))
        elif row["open_pull_requests"]:
            assert row["next_step"] == "Reviewers: its pull request"
        elif row["assignee"] is None:
            assert row["next_step"] == "Team: decide who takes it"
        elif row["step"] in {"In review", "Ready to test"}:
            assert row["next_step"] == "Team: pull it on"
        else:
            assert row["next_step"].startswith("Assignee: ")


def test_nobody_is_named_where_privacy_is_off(tmp_path: Path, world: Path, open_page: Open) -> None:
    for view in ("Stuck", "Blocked"):
        assert "assignee" in open_page(world, "flow", flow=view).dataframe[0].value.columns
    publish_world(tmp_path, people="off")
    for view in VIEWS:
        for table in open_page(tmp_path, "flow", flow=view).dataframe:
            assert not {"assignee", "by_assignee", "assignee_id"} & set(table.value.columns)


def test_team_too_small_for_a_figure_is_too_small_for_its_charts(world: Path, open_page: Open) -> None:
    hidden = {"Stuck": 1, "Cycle time": 4, "Flow": 4, "Time in status": 1}
    for view, times in hidden.items():
        said = texts(open_page(world, "flow", flow=view, team=SMALL))
        assert said.count("group too small. `[privacy]") == times, view
        assert "group too small" not in texts(open_page(world, "flow", flow=view, team=TEAMS[0]))


def test_cumulative_flow_is_that_of_the_projects_together(world: Path, rows: Rows) -> None:
    """What is drawn from the days of a scope, so that teams have it too, equals the table by project."""
    summed = rows(world, "SELECT day, status_category, items FROM metrics.cumulative_flow WHERE project = 'APP'")
    wide = summed.pivot("status_category", index="day", values="items").sort("day")
    drawn = rows(world, tickets.days(Scope(project=TRACKED, weeks=None)))
    assert drawn["day"].to_list() == wide["day"].to_list()
    assert drawn["finished"].to_list() == wide["done"].to_list()
    assert drawn["begun"].to_list() == wide["in_progress"].to_list()
    assert drawn["created"].to_list() == wide["todo"].to_list()


def test_period_of_cumulative_flow_begins_with_what_was_there_before(world: Path, rows: Rows) -> None:
    everything, short = (rows(world, tickets.days(Scope(weeks=weeks))) for weeks in (None, 13))
    assert 0 < short.height < everything.height
    assert short.rows() == everything.tail(short.height).rows()


def test_chosen_repository_is_the_project_of_its_issues_or_narrows_nothing(world: Path, open_page: Open) -> None:
    of_issues = open_page(world, "flow", flow="Cycle time", repository="harbour")
    assert "harbour: 85 of 100" not in texts(of_issues)
    assert set(of_issues.dataframe[-1].value["label"].str.partition("#")[0]) == {"harbour"}
    other = open_page(world, "flow", repository="große-küche")
    assert "the chosen repository does not narrow this page" in texts(other)
    assert other.metric[1].value == open_page(world, "flow").metric[1].value


def test_lead_time_stands_in_where_no_start_is_known(world: Path, open_page: Open) -> None:
    """Issues that are only open or closed have no cycle time."""
    said = texts(open_page(world, "flow", flow="Cycle time", project="harbour"))
    assert "**Lead time by month**" in said or "**Lead time by week**" in said
    assert "**Cycle time by month**" in texts(open_page(world, "flow", flow="Cycle time", project=TRACKED))
    assert "with a known lead time" in texts(open_page(world, "flow", flow="Cycle time", measure="Lead time"))


def test_few_known_starts_give_way_to_lead_time() -> None:
    few = pl.DataFrame({"cycle_seconds": [1.0] * 4 + [None] * 9, "lead_seconds": [2.0] * 13})
    assert ticket_times.starts_unknown(few)
    assert not ticket_times.starts_unknown(few.head(4))
    enough = pl.DataFrame({"cycle_seconds": [1.0] * 5 + [None] * 9, "lead_seconds": [2.0] * 14})
    assert not ticket_times.starts_unknown(enough)
    assert ticket_times.without(few.with_columns(cycle_reason=pl.lit("not_started")), "Cycle time") == (
        "4 tickets with a known cycle time; left out: 9 not started"
    )


def test_standing_is_the_first_thing_that_is_the_matter() -> None:
    frame = pl.DataFrame(
        [
            (True, True, True, True),
            (False, True, True, False),
            (False, False, True, True),
            (False, False, False, True),
            (False, None, None, False),
            (False, None, False, False),
        ],
        schema=["is_blocked", "is_beyond_sle", "is_behind_pace", "is_stalled"],
        orient="row",
    )
    told = stuck_tickets.standing(frame)
    assert told.select("standing", "why", "troubles").rows() == [
        ("Blocked", "blocked, beyond level, quiet", 3),
        ("Older than 85 %", "beyond level", 1),
        ("Older than 85 %", "late here, quiet", 2),
        ("Nothing happens", "quiet", 1),
        ("Too little to compare", "", 0),
        ("As usual", "", 0),
    ]
    assert stuck_tickets.stuck(told) == (
        "4 of 6 tickets in progress are stuck: 1 blocked, 2 beyond the service level, 3 late for their status, 3 "
        "without any sign of life for 5 working days"
    )
    assert stuck_tickets.stuck(told.tail(1)) == "0 of 1 ticket in progress are stuck"


def test_self_check_is_told_with_what_to_look_for() -> None:
    check = {"in_progress": 12.0, "per_day": 1.5, "days": 4.0, "expected": 6.0, "residual": 1.0, "is_large": True}
    said = (
        "In the last 90 days 12.0 tickets were in progress on average; by what was finished (1.50 a day) and how long "
        "that took (4.0 days on average) it should have been 6.0."
    )
    assert ticket_flow.agreement(check) == (
        f":material/warning: {said} More lies in progress than is finished: look for tickets that were begun and "
        "forgotten."
    )
    assert "closed without having been started" in ticket_flow.agreement({**check, "residual": -0.8})
    assert ticket_flow.agreement({**check, "is_large": False}).endswith("They agree.")


def test_signals_and_service_levels_are_told_in_a_sentence() -> None:
    weeks = pl.DataFrame(
        {"week": [date(2026, 11, 2), date(2026, 11, 9)], "signal": [None, "beyond_limit"], "side": [None, "above"]}
    )
    assert ticket_flow.signals(weeks) == (
        "1 of 2 weeks is out of the ordinary, the last that of 9 Nov 2026 (above the mean: beyond limit)"
    )
    assert ticket_flow.signals(weeks.head(1)) == "None of 1 week is out of the ordinary: ups and downs are noise"
    levels = pl.DataFrame(
        [("APP", "all", 80, 9, 6, 0.7125), ("APP", "Bug", 99, 3, 3, 0.9), ("OPS", "all", 4, None, None, None)],
        schema=["project", "type", "n", "days", "days_before", "kept_share"],
        orient="row",
    )
    assert ticket_times.expected(levels) == (
        "APP: 85 of 100 tickets take at most 9 days; 71 % were finished within the 6 days that the 90 days before "
        "promised"
    )
    assert ticket_times.expected(levels.tail(1)).startswith("Fewer than 10 tickets were finished")


def test_time_in_status_is_that_of_the_table(world: Path, open_page: Open, rows: Rows) -> None:
    app = open_page(world, "flow", flow="Time in status", project=TRACKED)
    shown = app.dataframe[0].value
    assert list(shown["step"]) == ["Backlog", "Selected", "In progress", "In review", "Ready to test", "Done"]
    assert list(shown["kind"]) == [
        "Before the start", "Before the start", "Worked on", "Waiting", "Waiting", "Taken for done",
    ]  # fmt: skip
    statuses = rows(world, "SELECT sum(share) AS share FROM metrics.ticket_statuses WHERE project = 'APP'")
    assert statuses["share"][0] == pytest.approx(1)
    assert shown["share"].sum() == pytest.approx(100)


def test_name_of_a_project_is_never_markup(world: Path, open_page: Open) -> None:
    for view in VIEWS:
        said = texts(open_page(world, "flow", flow=view, project=OPERATED))
        assert "*OPS*" not in said.replace(chr(92) + "*OPS" + chr(92) + "*", "")
        assert (chr(92) + "*OPS" in said) is (view in {"Stuck", "Cycle time", "Time in status"})


def test_what_blocks_is_listed_with_its_status(world: Path, open_page: Open) -> None:
    shown = open_page(world, "flow", flow="Blocked").dataframe[0].value
    linked = shown[shown["name"] == "Waiting for another ticket"]
    assert len(linked) > 0
    assert set(linked["by_status"]) <= {"Backlog", "Selected"}
    assert list(shown["standing"]) == sorted(shown["standing"], reverse=True), "those that last come first"
