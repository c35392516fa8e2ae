"""The page about scope: what it says of sprints, growth, requirements and untracked work is what the tables hold."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from conftest import Open, Rows
from published_world import HARBOUR, KITCHEN, MEMBERS, OPERATED, SMALL, TEAMS, TRACKED
from test_dashboard_pages import assert_fine, texts

from dashboards.parts import scope_charts
from dashboards.queries import requirements
from dashboards.scope import Scope
from dashboards.views import growth, readiness
from dashboards.views import requirements as requirements_view
from dashboards.views import sprints as sprints_view

VIEWS = ("Sprints", "Growth", "Requirements", "Readiness", "Untracked")
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
    names = ("sprints", "parents", "changes", "rework", "lacking", "unready")
    queries = [
        *(getattr(requirements, name)(scope) for name in names),
        requirements.sprint_tickets(scope, "jira:s1"),
        requirements.trend("unready_starts", scope),
        requirements.untracked(Scope(HARBOUR, scope.team)),
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
    app = open_page(world, "scope", scope=view, **parameters)
    assert_fine(app)
    assert app.title[0].value == "What changed after we started?"
    assert [part.label for part in app.metric][:4] == [
        "Planning accuracy", "Unplanned work", "Requirements changed", "Started before ready",
    ]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_empty_tables_say_what_fills_them(view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, "scope", scope=view)
    assert_fine(app)
    assert "`leadline run` fills this." in texts(app)


def test_sprints_are_those_of_the_table(world: Path, open_page: Open, rows: Rows) -> None:
    """What is counted from the tickets, so that a team or a project has it too, equals the published sums."""
    columns = [
        "sprint_id", "planned", "added", "removed", "completed", "planned_completed", "reestimated", "carried_over",
        "carried_twice", "planned_points", "added_points", "completed_points", "planning_accuracy", "unplanned_share",
    ]  # fmt: skip
    counted = rows(world, requirements.sprints(Scope(weeks=None))).select(columns).sort("sprint_id")
    published = rows(world, "SELECT * FROM metrics.sprint_scope ORDER BY sprint_id").select(columns)
    assert counted.height == 18
    assert counted.rows() == [
        tuple(pytest.approx(value) if isinstance(value, float) else value for value in row) for row in published.rows()
    ]
    parts = rows(world, requirements.sprints(Scope(weeks=None)))
    whole = pl.sum_horizontal("planned_completed", "planned_left", "added_completed", "added_left", "removed")
    assert parts.select(is_all=whole == pl.col("planned") + pl.col("added"))["is_all"].all()
    assert list(open_page(world, "scope").dataframe[0].value["name"])[:2] == ["Sprint 18", "Sprint 17"]


def test_tickets_of_a_sprint_tell_how_they_came_and_went(world: Path, open_page: Open, rows: Rows) -> None:
    app = open_page(world, "scope", sprint="Sprint 17")
    assert "**Sprint 17: tickets that came later first**" in texts(app)
    shown = app.dataframe[1].value
    sums = rows(world, "SELECT * FROM metrics.sprint_scope WHERE name = 'Sprint 17'").row(0, named=True)
    assert (shown["came"] == "Planned").sum() == sums["planned"]
    assert (shown["came"] == "Added later").sum() == sums["added"]
    assert (shown["outcome"] == "Finished").sum() == sums["completed"]
    assert (shown["outcome"] == "Taken out").sum() == sums["removed"]
    assert (shown["outcome"] == "Carried over").sum() == sums["carried_over"]


def test_parents_that_grew_most_come_first(world: Path, open_page: Open) -> None:
    shown = open_page(world, "scope", scope="Growth").dataframe[0].value
    grown = shown["growth"].dropna().to_list()
    assert grown == sorted(grown, reverse=True)
    assert grown[0] > 0
    faster = shown["created_30d"] > shown["finished_30d"]
    assert list(shown["ahead"]) == list(faster & (shown["state"] != "Done"))


def test_changes_of_the_last_days_are_counted_by_kind(world: Path, open_page: Open, rows: Rows) -> None:
    found = rows(world, requirements.changes(Scope()))
    app = open_page(world, "scope", scope="Requirements")
    assert len(app.dataframe[-1].value) == found.height > 0
    counted = requirements_view.kinds(found.with_columns(name=pl.col("kind").replace(requirements.KINDS)))
    assert counted["items"].sum() == found.height
    assert f"Most often: {counted['name'][0].lower()} ({counted['items'][0]} of {found.height} changes)" in texts(app)


def test_unready_tickets_lack_what_the_list_says(world: Path, open_page: Open, rows: Rows) -> None:
    shown = open_page(world, "scope", scope="Readiness").dataframe[0].value
    tickets = rows(world, "SELECT key AS label, assignee_id, story_points FROM metrics.ticket_flow")
    lacking = {
        label: ", ".join(
            name for name, value in (("Somebody assigned", assignee), ("Estimate", points)) if value is None
        )
        for label, assignee, points in tickets.iter_rows()
    }
    assert len(shown) > 0
    assert {label: lacking[label] for label in shown["label"]} == dict(
        zip(shown["label"], shown["missing"], strict=True)
    )
    planned = shown["sprint"].notna()
    assert list(planned) == sorted(planned, reverse=True), "those of the running sprint come first"


def test_what_tickets_lacked_is_counted_once_for_each_need(world: Path, rows: Rows) -> None:
    lacking = rows(world, requirements.lacking(Scope()))
    assert set(lacking["need"]) == {"assignee", "estimate"}
    assert lacking["of_all"].n_unique() == 1
    rate = rows(world, requirements.trend("unready_starts", Scope()))
    assert set(rate["period"]) == {"week", "month"}
    whole = rows(world, "SELECT n FROM metrics.observations WHERE metric = 'unready_starts' AND scope = 'all' "
        "AND period = 'rolling_90d'")  # fmt: skip
    assert whole["n"][0] == lacking["of_all"][0]


def test_untracked_work_is_that_of_the_chosen_repository_and_team(world: Path, open_page: Open, rows: Rows) -> None:
    everything = rows(world, requirements.untracked(Scope()))
    split = [rows(world, requirements.untracked(Scope(repository))) for repository in (HARBOUR, KITCHEN)]
    assert everything.height == sum(part.height for part in split) > 0
    assert split[0].filter(pl.col("number") % 3 != 0).height < split[0].height, "two of three serve a ticket"
    of_team = rows(world, requirements.untracked(Scope(team=TEAMS[0])))
    authors = rows(world, "SELECT pr_id, author_id FROM metrics.pull_request_flow").join(of_team, on="pr_id")
    assert {MEMBERS[author] for author in authors["author_id"]} == {TEAMS[0]}
    app = open_page(world, "scope", scope="Untracked", project=TRACKED)
    assert len(app.dataframe[0].value) == everything.height
    figures = {part.label: part.value for part in app.metric}
    assert figures["Untracked work"].endswith(" %")


def test_team_too_small_for_a_figure_is_too_small_for_its_charts(world: Path, open_page: Open) -> None:
    hidden = {"Sprints": 1, "Growth": 1, "Requirements": 3, "Readiness": 2, "Untracked": 1}
    for view, times in hidden.items():
        said = texts(open_page(world, "scope", scope=view, team=SMALL))
        assert said.count("group too small. `[privacy]") == times, view
        assert "group too small" not in texts(open_page(world, "scope", scope=view, team=TEAMS[0]))


def test_sentences() -> None:
    sprints = pl.DataFrame(
        [(True, 10, 8, 3), (True, 10, 4, 0), (False, 99, 0, 7)],
        schema=["is_over", "planned", "planned_completed", "added"],
        orient="row",
    )
    assert sprints_view.accuracy(sprints) == (
        "In 2 sprints that are over, 60 % of 20 planned tickets were finished; 3 tickets came in after the first day"
    )
    assert sprints_view.accuracy(sprints.tail(1)) == "No sprint is over yet"
    rework = pl.DataFrame(
        [("APP", "changed", 9, 3 * 86400.0), ("APP", "unchanged", 30, 86400.0), ("OPS", "changed", 99, 5.0)],
        schema=["project", "requirements", "n", "cycle_p50_seconds"],
        orient="row",
    )
    assert requirements_view.dearer(rework) == "APP: half of the changed ones took at most 3 days, of the others 24 h"
    assert requirements_view.dearer(rework.head(1)).startswith("Too few tickets of both kinds")
    parents = pl.DataFrame({"children_added": [0, 3], "ahead": [False, True]})
    assert growth.grown(parents) == (
        "1 of 2 parents got children after work had begun; 1 grows faster than what is finished"
    )
    unready = pl.DataFrame({"sprint": ["Sprint 3", None]})
    assert readiness.waiting(unready) == "2 tickets still to be done are not ready, 1 of them in a running sprint"


def test_names_of_sprints_never_end_the_expression_of_an_axis() -> None:
    named = pl.DataFrame(
        [("s1", "It's \\ over", datetime.fromisoformat("2026-11-01"), 0.5, 1, 2, 3, 4, 5)],
        schema=[
            "sprint_id", "name", "started_at", "planning_accuracy", "planned_completed", "added_completed",
            "planned_left", "added_left", "removed",
        ],
        orient="row",
    )  # fmt: skip
    chart = scope_charts.sprints(named).to_dict()
    assert chart["encoding"]["x"]["axis"]["labelExpr"] == "{'s1': 'It\\'s \\\\ over'}[datum.value]"
