"""The pages about people and about effort: what they say is what the tables hold, and whom they name."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import Open, Rows
from people_world import MEASURES
from published_world import EMPTY, HARBOUR, KITCHEN, PEOPLE, SMALL, TEAMS, publish_world
from test_dashboard_pages import assert_fine, texts

from dashboards.queries import investment as effort
from dashboards.queries import people
from dashboards.scope import Scope
from dashboards.views import bugs, investment, load, newcomers

VIEWS = {
    "people": ("people_view", ("Load", "Focus and hours", "Newcomers", "Knowledge")),
    "investment": ("investment", ("Mix", "By month", "Bugs")),
}
PAGES = [(page, tab, view) for page, (tab, views) in VIEWS.items() for view in views]
TITLES = {"people": "Who is overloaded, who is growing?", "investment": "Where does the effort go?"}
SCOPES = (
    Scope(),
    Scope(service="it's"),
    Scope(HARBOUR),
    Scope(EMPTY),
    Scope(team=TEAMS[0]),
    Scope(KITCHEN, TEAMS[1], None),
)
TEAM = TEAMS[0]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_every_query_runs_in_every_scope(scope: Scope, world: Path, barren: Path, rows: Rows) -> None:
    queries = [
        *(getattr(effort, name)(scope) for name in ("mix", "months", "bugs", "open_bugs")),
        *(effort.tickets(scope, kind) for kind in (None, "it's")),
        *(getattr(people, name)(scope) for name in ("spread", "load", "cohorts", "newcomers", "spreading")),
        *(people.trend(metric, scope) for metric in ("after_hours", "it's")),
        *(people.arrivals(scope, merge, 3) for merge in newcomers.MERGES),
    ]
    for sql in queries:
        assert rows(world, sql).columns == rows(barren, sql).columns


@pytest.mark.parametrize(("page", "tab", "view"), PAGES)
@pytest.mark.parametrize("parameters", [{}, {"repository": "empty", "team": TEAM}, {"team": SMALL}])
def test_every_view_is_drawn(
    page: str, tab: str, view: str, parameters: dict[str, str], request: pytest.FixtureRequest
) -> None:
    open_page: Open = request.getfixturevalue("open_page")
    app = open_page(request.getfixturevalue("world"), page, **{tab: view}, **parameters)
    assert_fine(app)
    assert app.title[0].value == TITLES[page]
    assert len(app.metric) == 4


@pytest.mark.parametrize(("page", "tab", "view"), PAGES)
def test_empty_tables_are_said(page: str, tab: str, view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, page, **{tab: view})
    assert_fine(app)
    assert ":material/info:" in texts(app)


def test_kinds_of_work_are_told_with_what_is_uncertain(world: Path, open_page: Open, rows: Rows) -> None:
    found = investment.named(rows(world, effort.mix(Scope(team=TEAM))))
    assert set(found["name"]) == {"Feature", "Bug", "Keep the lights on", "Unclassified"}
    said = investment.takeaway(found)
    shares = found.select(pl.max_horizontal("items_share", "person_days_share", "activity_share").alias("high"), "name")
    assert said.startswith(f"Most goes to {shares.sort('high')['name'][-1].lower()}: ")
    uncertain = found.filter(pl.col("is_uncertain"))["name"].str.to_lowercase().to_list()
    assert said.endswith(", ".join(uncertain))
    assert said in texts(open_page(world, "investment", team=TEAM)).replace("\n", " ")
    shown = open_page(world, "investment", kind="Bug").dataframe[0].value
    assert set(shown["name"]) == {"Bug"}


def test_bugs_are_summed_up() -> None:
    known = pl.DataFrame({"metric": ["bugs_reported", "bugs_finished"], "period_start": [1, 1], "value": [5.0, 3.0]})
    assert bugs.takeaway(known) == "In 1 month 2 more came than went: 5 reported, 3 finished"
    assert bugs.takeaway(known.with_columns(value=2.0)) == "As many were finished as reported in 1 month: 2"


def test_load_is_a_spread_and_people_stand_by_name(world: Path, open_page: Open, rows: Rows) -> None:
    app = open_page(world, "people", measure="Reviews owed")
    assert f"Least evenly in {TEAM}: one person has 25 % of 32 (12 people)." in texts(app)
    listed = app.dataframe[0].value["name"].to_list()
    assert listed == sorted(listed, key=str.lower), "by name: nobody is ranked"
    assert rows(world, people.spread(Scope(team=TEAM)))["measure"].to_list() == sorted(MEASURES)
    none = pl.DataFrame(
        {"scope": ["Everybody"], "top_share": [None], "total": [0]}, schema_overrides={"top_share": float}
    )
    assert load.takeaway(none, "Reviews owed") == "Reviews owed: none anywhere"
    few = none.with_columns(top_share=pl.lit(1.0), total=2, people=3)
    assert load.takeaway(few, "Reviews owed") == "Reviews owed: fewer than one a person, which says nothing of a spread"


def test_newcomers_arrive_by_quarter(world: Path, open_page: Open) -> None:
    app = open_page(world, "people", people_view="Newcomers", merge="Tenth")
    assert_fine(app)
    assert "1 quarter not shown: group too small." in texts(app)
    found = pl.DataFrame({"cohort": ["2026-Q1"] * 2, "days": [3.0, 9.0], "share": [0.25, 0.5], "people": [4, 4]})
    assert newcomers.takeaway(found) == "2026-Q1: 50 % of 4 newcomers got there, half of them within 9 days"
    assert newcomers.takeaway(found.head(1)).endswith("not yet half of them")


def test_people_are_named_only_where_the_file_names_them(tmp_path: Path, open_page: Open) -> None:
    publish_world(tmp_path, people="off")
    for page, tab, view in PAGES:
        app = open_page(tmp_path, page, **{tab: view})
        assert_fine(app)
        shown = texts(app) + " ".join(frame.value.to_string() for frame in app.dataframe)
        assert not [name for name in PEOPLE if name in shown]


def test_rows_about_people_without_a_name_are_left_out(tmp_path: Path, open_page: Open) -> None:
    publish_world(tmp_path, people="self")
    for view in ("Load", "Newcomers"):
        app = open_page(tmp_path, "people", people_view=view)
        assert_fine(app)
        assert "Of single people everybody sees only themselves, once signed in" in texts(app)
        assert not [frame for frame in app.dataframe if "name" in frame.value.columns]


def test_lists_of_a_team_hold_those_of_the_teams_inside_it_as_its_figures_do() -> None:
    with duckdb.connect() as tables:
        tables.execute("""
            CREATE SCHEMA metrics; CREATE SCHEMA meta;
            CREATE TABLE meta.generation AS SELECT TIMESTAMP '2026-03-18' AS known_at;
            CREATE TABLE teams(team VARCHAR, parent VARCHAR);
            INSERT INTO teams VALUES ('crew', 'ship'), ('ship', 'fleet'), ('fleet', 'ship'), ('shore', NULL);
            CREATE TABLE people(person_id VARCHAR, name VARCHAR);
            INSERT INTO people VALUES ('a', 'Ann'), ('b', 'Bo'), ('c', 'Cy'), ('d', 'Di'), ('e', NULL);
            CREATE TABLE metrics.team_members(team VARCHAR, person_id VARCHAR, valid_from DATE, valid_to DATE);
            INSERT INTO metrics.team_members VALUES
                ('crew', 'a', '2020-01-01', NULL), ('ship', 'a', '2020-01-01', NULL),
                ('crew', 'b', '2020-01-01', '2026-01-01'), ('ship', 'c', '2020-01-01', '2027-01-01'),
                ('shore', 'd', '2020-01-01', NULL), ('crew', 'e', '2020-01-01', NULL);
            CREATE TABLE metrics.load AS SELECT person_id, 1 AS tickets_in_progress, 0 AS open_pull_requests,
                0 AS owed_reviews, 0 AS reviews_given FROM people;
        """)

        def named(team: str | None) -> list[str]:
            return [name for name, *_ in tables.sql(people.load(Scope(team=team))).fetchall()]

        assert named("crew") == ["Ann"]
        assert named("ship") == ["Ann", "Cy"]
        assert named(None) == ["Ann", "Bo", "Cy", "Di"]


def test_where_no_rule_matches_the_page_says_so(tmp_path: Path, open_page: Open, rows: Rows) -> None:
    publish_world(tmp_path, kinds=("unclassified",))
    app = open_page(tmp_path, "investment")
    assert_fine(app)
    assert investment.NO_RULE in texts(app)
