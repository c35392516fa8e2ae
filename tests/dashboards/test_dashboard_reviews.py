"""The page about reviews: what it says is what the tables hold, under every definition, and whom it names."""

from pathlib import Path

import polars as pl
import pytest
from conftest import Open, Rows
from published_world import EMPTY, HARBOUR, KITCHEN, MEMBERS, SMALL, TEAMS, publish_world
from test_dashboard_pages import assert_fine, texts

from dashboards.queries import reviews, windows
from dashboards.scope import Scope
from dashboards.views import open_reviews, review_definitions, review_depth, review_teams
from dashboards.views.pull_requests import labelled

VIEWS = ("Open now", "Pickup", "Size and depth", "Definitions", "Between teams")
SCOPES = (
    Scope(),
    Scope(service="it's"),
    Scope(HARBOUR),
    Scope(EMPTY),
    Scope(team=TEAMS[0]),
    Scope(KITCHEN, TEAMS[1], None),
)


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_every_query_runs_in_every_scope(scope: Scope, world: Path, barren: Path, rows: Rows) -> None:
    queries = [
        *(getattr(reviews, name)(scope) for name in ("open_now", "usual", "times", "compared", "team_edges")),
        *(reviews.defined(scope, definition) for definition in reviews.DEFINITIONS),
        windows.small("nobody's team"),
    ]
    for sql in queries:
        assert rows(world, sql).columns == rows(barren, sql).columns


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("parameters", [{}, {"repository": "harbour"}, {"repository": "empty"}, {"team": TEAMS[0]}])
def test_every_view_is_drawn(view: str, parameters: dict[str, str], world: Path, open_page: Open) -> None:
    app = open_page(world, "reviews", reviews=view, **parameters)
    assert_fine(app)
    assert app.title[0].value == "Where does review time go?"
    assert [part.label for part in app.metric][:4] == [
        "Pickup time", "Review time", "Merged without review", "Open pull requests at risk",
    ]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_empty_tables_say_what_fills_them(view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, "reviews", reviews=view)
    assert_fine(app)
    assert "`leadline run` fills this." in texts(app)


def test_those_at_risk_are_listed_with_who_can_move_them(world: Path, open_page: Open, rows: Rows) -> None:
    app = open_page(world, "reviews")
    figure = next(part for part in app.metric if part.label == "Open pull requests at risk")
    listed = app.dataframe[0].value
    assert len(listed) == int(figure.value) > 0
    assert (listed["age_seconds"] > listed["phase_p85_seconds"]).all()
    everything = open_page(world, "reviews", which="All open").dataframe[0].value
    assert len(everything) == 34
    assert {"Waiting for review", "In review", "Waiting to merge", "Draft"} == set(everything["step"])
    found = rows(world, reviews.open_now(Scope()))
    said = {(phase, step) for phase, step in found.select("phase", "next_step").iter_rows() if phase != "review"}
    assert said == {
        ("draft", "Author: finish or close it"), ("pickup", "Team: find a reviewer"), ("merge", "Author: merge it"),
    }  # fmt: skip
    turns = {row["number"] % 2: row["next_step"] for row in found.iter_rows(named=True) if row["phase"] == "review"}
    assert turns == {0: "Author: answer the review", 1: "Reviewer: look again"}, "the last to speak waits for the other"


def test_two_reviewers_are_suggested_where_nobody_has_answered(world: Path, open_page: Open, rows: Rows) -> None:
    found = rows(world, reviews.open_now(Scope()))
    assert found["could_review"].is_not_null().eq(found["phase"] == "pickup").all()
    for author, suggested in found.drop_nulls("could_review").select("author", "could_review").iter_rows():
        assert len(suggested.split(", ")) == 2
        assert author not in suggested.split(", ")
    listed = open_page(world, "reviews", which="All open").dataframe[0].value
    assert set(found["could_review"].drop_nulls()) == set(listed["could_review"].dropna())


def test_nobody_but_the_author_of_an_open_one_and_who_could_review_it_is_named(
    world: Path, tmp_path: Path, open_page: Open
) -> None:
    named = open_page(world, "reviews").dataframe[0].value
    assert set(named["author"]) <= {"Ana Ruiz", "Bo Ström", "Çelik Ö.", "Dee", "Eve O'Hara", "山田太郎"}
    for view in VIEWS[1:]:
        for table in open_page(world, "reviews", reviews=view).dataframe:
            assert not {"author", "author_id", "reviewer_id"} & set(table.value.columns)
    publish_world(tmp_path, people="off")
    assert not {"author", "could_review"} & set(open_page(tmp_path, "reviews").dataframe[0].value.columns)


def test_team_has_the_pull_requests_of_its_members(world: Path, rows: Rows) -> None:
    for team in TEAMS:
        found = rows(world, reviews.times(Scope(team=team)))["pr_id"].to_list()
        authors = rows(world, "SELECT pr_id, author_id FROM metrics.pull_request_flow").filter(
            pl.col("pr_id").is_in(found)
        )
        assert {MEMBERS[author] for author in authors["author_id"]} == {team}
    split = [rows(world, reviews.times(Scope(team=team))).height for team in TEAMS]
    assert sum(split) == rows(world, reviews.times(Scope())).height


def test_team_too_small_for_a_figure_is_too_small_for_its_charts(world: Path, open_page: Open) -> None:
    for view, times in (("Open now", 1), ("Pickup", 2), ("Size and depth", 2), ("Definitions", 2)):
        assert (
            texts(open_page(world, "reviews", reviews=view, team=SMALL)).count("group too small. `[privacy]") == times
        )
        assert "group too small" not in texts(open_page(world, "reviews", reviews=view, team=TEAMS[0]))


@pytest.mark.parametrize(
    ("chosen", "phases"),
    [
        ("leadline", ["Coding", "Pickup", "Review", "Merge wait", "Cycle"]),
        ("DevLake", ["Coding", "Pickup", "Review", "Cycle"]),
        ("middleware", ["First response", "Rework", "Merge", "Cycle"]),
        ("LinearB", ["Coding", "Pickup", "Review", "Deploy"]),
        ("Swarmia", ["In progress", "In review", "Merge", "Cycle"]),
        ("GitLab", ["Lead time"]),
    ],
)
def test_definition_comes_from_the_address(chosen: str, phases: list[str], world: Path, open_page: Open) -> None:
    app = open_page(world, "reviews", reviews="Definitions", definition=chosen)
    assert_fine(app)
    shown = app.dataframe[0].value
    assert list(shown["name"]) == phases
    assert f"**Phases by the rules of {chosen}**" in texts(app)
    assert (shown["n"] <= shown["of_all"]).all()


def test_figures_of_a_definition_say_what_they_leave_out_and_why(world: Path, rows: Rows) -> None:
    phases = rows(world, reviews.defined(Scope(), "leadline"))
    pickup = phases.filter(pl.col("phase") == "pickup").row(0, named=True)
    missing = pickup["of_all"] - pickup["n"]
    assert pickup["why"] == f"{missing} no review"
    assert missing > 0
    recent = rows(world, reviews.times(Scope())).filter("is_recent")
    assert pickup["of_all"] == recent.height
    exact = rows(world, "SELECT pr_id, pickup_seconds FROM metrics.pull_request_flow").join(recent, on="pr_id")
    assert pickup["p50"] == pytest.approx(exact["pickup_seconds"].median())


def test_whole_stands_once_for_each_definition_that_has_one(world: Path, rows: Rows) -> None:
    whole = review_definitions.wholes(rows(world, reviews.compared(Scope())))
    assert whole["definition"].to_list() == ["leadline", "DevLake", "middleware", "Swarmia", "GitLab"]
    assert whole["name"].to_list()[-1] == "Lead time"


def test_reviews_between_teams_are_counted_once_and_small_teams_together(world: Path, rows: Rows) -> None:
    everything = rows(world, "SELECT sum(reviews) AS n FROM metrics.review_edges")["n"][0]
    edges = rows(world, reviews.team_edges(Scope()))
    assert edges["reviews"].sum() == everything
    assert set(edges["author_team"]) == {TEAMS[0], reviews.TOO_SMALL}
    assert edges.columns == ["author_team", "reviewer_team", "reviews", "comments"]
    of_one = rows(world, reviews.team_edges(Scope(team=TEAMS[0])))
    assert all(TEAMS[0] in pair for pair in of_one.select("author_team", "reviewer_team").iter_rows())
    frame = pl.DataFrame(
        [("A", "A", 3), ("A", "B", 1)], schema=["author_team", "reviewer_team", "reviews"], orient="row"
    )
    assert review_teams.across(frame) == "25 % of 4 reviews cross from one team to another"


def test_sizes_and_rounds_are_told_in_a_sentence() -> None:
    merged = pl.DataFrame(
        [("XS", 3600.0, 0)] * 5 + [("L", 86400.0 * 3, 1)] * 5 + [("M", 60.0, 9)] * 2 + [(None, 60.0, None)],
        schema=["size_class", "open_seconds", "review_rounds"],
        orient="row",
    )
    medians = review_depth.by_size(merged)
    assert medians.rows() == [("XS", 3600.0, 5), ("M", None, 2), ("L", 259200.0, 5)]
    assert (
        review_depth.sizes(medians)
        == "Half of the smallest merged within 60 min (XS), of the largest within 3 days (L)"
    )
    assert review_depth.sizes(medians.clear()) == "Too few of any size for a median"
    rounds = review_depth.by_rounds(merged)
    assert rounds.select("name", "changes", "told").rows() == [
        ("0", 5, "60 min"), ("1", 5, "3 days"), ("4 or more", 2, "–"),
    ]  # fmt: skip
    assert review_depth.at_once(rounds) == "42 % of 12 pull requests never went back"


def test_risk_is_told_with_the_phase_where_most_of_it_is() -> None:
    frame = pl.DataFrame(
        {"is_at_risk": [True, True, False, None], "step": ["In review", "In review", "Draft", "Draft"]}
    )
    assert open_reviews.at_risk(frame) == (
        "2 of 4 open pull requests have been in the same phase for unusually long, most of them in review (2); 1 "
        "cannot be compared: too few of their like have merged"
    )
    none = frame.with_columns(is_at_risk=pl.lit(value=False))
    assert open_reviews.at_risk(none) == "0 of 4 open pull requests have been in the same phase for unusually long"


def test_label_is_as_short_as_it_can_be() -> None:
    frame = pl.DataFrame({"repo_id": ["g:a/x", "g:b/y"], "number": [1, 2]})
    names = {"g:a/x": "a/x", "g:b/y": "b/y"}
    assert labelled(frame, names)["label"].to_list() == ["x#1", "y#2"]
    assert labelled(frame, {**names, "g:c/x": "c/x"})["label"].to_list() == ["a/x#1", "b/y#2"]
    assert labelled(frame.head(1), names)["label"].to_list() == ["#1"]
    assert labelled(frame, names)["repository"].to_list() == ["a/x", "b/y"]


def test_what_no_person_reviewed_is_listed(world: Path, open_page: Open, rows: Rows) -> None:
    recent = rows(world, reviews.times(Scope())).filter("is_recent")
    for choice, column in (
        ("Without a person's review", "merged_without_review"),
        ("Reviewed only by AI", "reviewed_by_ai_only"),
    ):
        app = open_page(world, "reviews", reviews="Size and depth", unreviewed=choice)
        count = recent[column].sum()
        assert f"**{choice}, last 90 days: {count} of {recent.height}**" in texts(app)
        assert len(app.dataframe[0].value) == count > 0
