"""The page about coordination: what it says is what the tables hold, for every team, and whom it names."""

from pathlib import Path

import polars as pl
import pytest
from conftest import Open, Rows
from published_world import EMPTY, HARBOUR, KITCHEN, SMALL, TEAMS, publish_world
from teams_world import OTHERS
from test_dashboard_pages import assert_fine, texts

from dashboards.parts import team_charts, team_network
from dashboards.queries import coordination
from dashboards.scope import Scope
from dashboards.views import team_gaps, team_waits
from dashboards.views.teams import across, short_files

VIEWS = ("Gaps", "Network", "Waits", "Shared code")
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
    names = ("teams", "gaps", "networks", "review_networks", "structure", "coupling", "crossing")
    queries = [
        *(getattr(coordination, name)(scope) for name in names),
        *(coordination.waits(scope, kind) for kind in coordination.KINDS),
        *(coordination.wait_items(scope, kind) for kind in coordination.KINDS),
        coordination.wait_items(scope, "review", ("it's", "nobody's")),
    ]
    for sql in queries:
        assert rows(world, sql).columns == rows(barren, sql).columns


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("parameters", [{}, {"repository": "empty"}, {"team": TEAM}, {"team": SMALL}])
def test_every_view_is_drawn(view: str, parameters: dict[str, str], world: Path, open_page: Open) -> None:
    app = open_page(world, "coordination", coordination=view, **parameters)
    assert_fine(app)
    assert app.title[0].value == "Who should be talking, and isn't?"
    assert [part.label for part in app.metric] == [
        "Socio-technical congruence", "Cross-team changes", "Hand-off wait", "Blocked on other teams",
    ]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_empty_tables_say_what_fills_them(view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, "coordination", coordination=view)
    assert_fine(app)
    assert "`leadline run` fills this." in texts(app)


def test_figures_at_the_head_are_those_of_the_team(world: Path, open_page: Open) -> None:
    figures = {part.label: part.value for part in open_page(world, "coordination", team=TEAM).metric}
    assert figures["Socio-technical congruence"] == "46 %"
    assert figures["Hand-off wait"] == "4.5 h"
    assert figures["Blocked on other teams"] == "10.4 days"


@pytest.mark.parametrize("cells", ["Gaps", "Share that talks", "Pairs that depend"])
def test_grid_shows_each_pair_of_teams_both_ways(cells: str, world: Path, open_page: Open, rows: Rows) -> None:
    assert_fine(open_page(world, "coordination", cells=cells))
    pairs = rows(world, coordination.teams(Scope()))
    measure = next(name for name, label in team_gaps.LABELS.items() if label == cells)
    grid = team_gaps.cells(pairs, measure)
    assert grid.height == 2 * across(pairs).height + (pairs.height - across(pairs).height)
    mirrored = grid.select(row="column", column="row", text="text").sort("row", "column")
    assert mirrored.equals(grid.select("row", "column", "text").sort("row", "column"))
    inside = grid.filter(pl.col("row") == pl.col("column"))
    assert inside.height == 1 + len(OTHERS)
    assert inside["heat"].null_count() == inside.height, "a team with itself is never hot: it talks without a trace"
    hot = grid["heat"].drop_nulls()
    assert hot.is_between(0, 1).all()
    assert cells == "Share that talks" or hot.max() == 1


def test_takeaway_names_the_pair_with_most_gaps(world: Path, rows: Rows) -> None:
    between = across(rows(world, coordination.teams(Scope())))
    worst = between.sort("gaps", descending=True, nulls_last=True).row(0, named=True)
    said = team_gaps.takeaway(between)
    assert f"({worst['gaps']})" in said
    assert said.startswith(f"{between['satisfied'].sum()} of {between['required'].sum()} pairs")
    assert team_gaps.takeaway(between.clear()) == "No two people of different teams depend on each other"
    unknown = between.head(1).with_columns(
        satisfied=None, congruence=None, gaps=pl.lit(None, pl.Int64), reason=pl.lit("no_conversations")
    )
    assert team_gaps.takeaway(unknown).endswith("who talks is not known: no conversations")
    fine = between.head(1).with_columns(gaps=pl.lit(0))
    assert team_gaps.takeaway(fine).endswith("none of the others depend on each other strongly")


def test_team_has_the_pairs_that_it_is_one_of(world: Path, rows: Rows) -> None:
    everything = rows(world, coordination.teams(Scope()))
    own = rows(world, coordination.teams(Scope(team=TEAM)))
    assert own.height == everything.filter((pl.col("team_a") == TEAM) | (pl.col("team_b") == TEAM)).height > 0
    assert set(rows(world, coordination.gaps(Scope(HARBOUR)))["first"]) == {"Ana Ruiz"}
    assert rows(world, coordination.gaps(Scope(KITCHEN))).is_empty(), "no gap comes from a file of that repository"


def test_people_are_named_only_where_the_file_names_them(world: Path, tmp_path: Path, open_page: Open) -> None:
    gaps = open_page(world, "coordination").dataframe[-1].value
    assert set(gaps["first"]) == {"Ana Ruiz"}
    assert len(gaps) == 4
    lacks = open_page(world, "coordination", coordination="Network").dataframe[0].value
    assert set(lacks["names"].dropna()) == {"Bo Ström"}
    publish_world(tmp_path, people="off")
    app = open_page(tmp_path, "coordination")
    assert not {"first", "second"} & set(app.dataframe[-1].value.columns)
    assert "Ana Ruiz" not in texts(app)
    network = open_page(tmp_path, "coordination", coordination="Network").dataframe[0].value
    assert "names" not in network.columns
    assert network["brokers"].sum() == 2


def test_files_are_said_with_their_repository_where_there_are_several() -> None:
    frame = pl.DataFrame({"paths": [["local:app:src/a.py", "local:app:lib:b.py"], ["local:lib:b.py"], None]})
    several = {"local:app": "acme/app", "local:lib": "acme/lib"}
    assert short_files("paths", several, frame).to_list() == ["app: src/a.py, app: lib:b.py", "lib: b.py", None]
    alone = short_files("paths", {"local:app": "acme/app"}, frame).to_list()
    assert alone == ["src/a.py, lib:b.py", "local:lib:b.py", None]


def test_network_has_a_dot_a_team_and_a_line_a_dependency(world: Path, rows: Rows) -> None:
    pairs = rows(world, coordination.teams(Scope()))
    series = team_network.option(pairs)["series"][0]
    assert {one["id"] for one in series["data"]} == {*OTHERS, *TEAMS}
    assert len(series["links"]) == across(pairs).filter(pl.col("required") > 0).height
    silent = [one for one in series["links"] if one["lineStyle"]["type"] == "dashed"]
    assert len(silent) == across(pairs).filter(pl.col("congruence") == 0).height > 0
    assert all("{" not in one["tooltip"]["formatter"] for one in series["data"]), "braces are placeholders"


def test_waits_lead_to_the_items_behind_a_cell(world: Path, open_page: Open, rows: Rows) -> None:
    shown = rows(world, coordination.waits(Scope(), "blocked")).filter(pl.col("reason").ne_missing("group_too_small"))
    everything = open_page(world, "coordination", coordination="Waits", waits_for="Blocking tickets")
    listed = everything.dataframe[-1].value
    assert len(listed) == int(shown["n"].sum()) + int(shown["open_items"].sum())
    assert set(listed["label"]) == {f"TIDE-{n}" for n in range(1, 8)}
    assert listed["is_open"].is_monotonic_decreasing, "what waits now stands first"
    one = open_page(
        world, "coordination", coordination="Waits", waits_for="Blocking tickets", waits=f"Billing → {TEAM}"
    )
    behind = one.dataframe[-1].value
    assert len(behind) == 14 + 2
    assert set(behind["waiting_team"]) == {"Billing"}
    assert set(behind["on_team"]) == {TEAM}


def test_nothing_is_said_of_waits_for_a_team_that_is_too_small(world: Path, open_page: Open, rows: Rows) -> None:
    for kind in coordination.KINDS:
        items = rows(world, coordination.wait_items(Scope(), kind))
        assert SMALL not in {*items["waiting_team"], *items["on_team"]}
    app = open_page(world, "coordination", coordination="Waits", team=SMALL)
    assert "group too small" in texts(app)
    assert not app.dataframe


def test_cell_says_how_many_where_too_few_waits_ended(world: Path, rows: Rows) -> None:
    waits = rows(world, coordination.waits(Scope(), "review")).filter(pl.col("on_team") != SMALL)
    said = {(row["row"], row["column"]): row["text"] for row in team_waits.cells(waits).iter_rows(named=True)}
    assert said[TEAM, "Billing"] == "3 ended"
    assert said["Data {x}", "*Ops*"] == "2 open"
    median = waits.filter(pl.col("waiting_team") == "*Ops*")["p50_seconds"]
    assert said["*Ops*", TEAM] == team_charts.spans(pl.DataFrame({"p": median}), "p")[0]
    assert team_waits.takeaway(waits).startswith(r"\*Ops\* waits longest, for Platform: half of 25 times")
    few = waits.filter(pl.col("p50_seconds").is_null())
    assert team_waits.takeaway(few).endswith("too few waits have ended for a figure")


def test_changes_across_teams_are_listed_with_whose_files_they_touch(world: Path, open_page: Open, rows: Rows) -> None:
    listed = open_page(world, "coordination", coordination="Shared code").dataframe[-1].value
    assert len(listed) > 0
    assert all(len(teams) > 1 for teams in listed["owning_teams"])
    assert rows(world, coordination.crossing(Scope(team="*Ops*"))).is_empty()
    assert rows(world, coordination.crossing(Scope(team="Billing"))).height == len(listed)
