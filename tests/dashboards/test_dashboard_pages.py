"""Every page and view, over everything, over empty tables, and before the first run."""

from pathlib import Path

import polars as pl
import pytest
from conftest import Open, Rows
from published_world import EMPTY, HARBOUR, KITCHEN, LONG, ODD, SMALL, TEAMS, paths, publish_world
from streamlit.testing.v1 import AppTest

from dashboards.queries import attention, code
from dashboards.scope import Scope
from dashboards.views import signals

CODE_VIEWS = ("Hotspots", "Coupling", "Ownership", "Knowledge", "Leavers")
DATA_VIEWS = ("Freshness", "Quality", "Revisions", "Tables", "Metrics", "SQL")


def texts(app: AppTest) -> str:
    """Everything the page says in words."""
    parts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(str(part.value) for part in parts)


def told(app: AppTest) -> dict[str, str]:
    """What stands beside each figure."""
    return {part.label: part.proto.delta_description for part in app.metric}


def assert_fine(app: AppTest) -> None:
    """The page drew to its end."""
    assert not app.exception, app.exception[0].message
    assert not app.error, app.error[0].value


MOVES = {"today": "How things move"}
"""The tab of the front page with figures."""


def test_front_page_answers_with_actions_by_team(world: Path, open_page: Open) -> None:
    app = open_page(world)
    assert_fine(app)
    assert app.title[0].value == "What needs you today?"
    assert [part.value for part in app.subheader] == ["Küche & Co", "Platform", "No team"]
    assert "**harbour.py is known by nobody**" in texts(app)
    assert "**Next:** Pair on the next change." in texts(app)
    figures = {part.label: part.value for part in app.metric}
    assert figures == {"Open actions": "10", "New": "0", "Expected to be saved": "17.5 days", "No longer true": "4"}


def test_front_page_shows_the_actions_of_chosen_responsibilities(world: Path, open_page: Open) -> None:
    app = open_page(world, serves=["Bridging", "Mentoring"])
    assert_fine(app)
    assert [part.value for part in app.subheader] == ["Küche & Co", "Platform", "No team"]
    said = texts(app)
    assert "**Two files, two teams**" in said
    assert "src/part1 has no owner" not in said


def test_closed_actions_are_told_with_how_they_ended(world: Path, open_page: Open) -> None:
    app = open_page(world, today="Closed lately", team=TEAMS[0])
    assert_fine(app)
    shown = app.dataframe[0].value
    assert set(shown["team"]) == {TEAMS[0]}
    assert set(shown["how"]) == {"No longer true"}
    assert shown["url"].isna().all(), "no address of the web"


def test_movement_shows_figures_beside_their_past(world: Path, open_page: Open) -> None:
    app = open_page(world, **MOVES)
    assert_fine(app)
    figures = {part.label: part for part in app.metric}
    assert (figures["Truck factor"].value, figures["Files at risk"].value) == ("3", "31 %")
    assert figures["Commits per week"].delta == "as usual"
    assert told(app)["Commits per week"].endswith(" usually")


def test_text_from_the_data_is_never_markup(world: Path, open_page: Open) -> None:
    said = texts(open_page(world))
    assert r"\*bold\* \[link\](http\://x)" in said
    assert r"Known by \*\*1\*\* active person" in said


@pytest.mark.parametrize("view", CODE_VIEWS)
def test_code_page_draws_every_view(view: str, world: Path, open_page: Open) -> None:
    app = open_page(world, "code", view=view)
    assert_fine(app)
    assert app.title[0].value == "Where is code or knowledge at risk?"
    assert len(app.dataframe) > 0


@pytest.mark.parametrize("view", DATA_VIEWS)
def test_data_page_draws_every_view(view: str, world: Path, open_page: Open) -> None:
    app = open_page(world, "data", about=view)
    assert_fine(app)
    assert app.title[0].value == "How good is the data?"


@pytest.mark.parametrize(
    ("page", "parameter", "views"), [(None, "view", ("",)), ("code", "view", CODE_VIEWS), ("data", "about", DATA_VIEWS)]
)
def test_empty_tables_say_which_command_fills_them(
    page: str | None, parameter: str, views: tuple[str, ...], barren: Path, open_page: Open
) -> None:
    for view in views:
        app = open_page(barren, page, **{parameter: view})
        assert_fine(app)
        if page != "data":
            assert "`leadline " in texts(app) or "nobody is known yet" in texts(app)


def test_before_the_first_run_the_page_says_what_to_do(tmp_path: Path, open_page: Open) -> None:
    app = open_page(tmp_path)
    assert_fine(app)
    assert "`leadline run` collects, computes and publishes" in app.info[0].value
    assert not app.selectbox


def test_repository_and_team_come_from_the_address(world: Path, open_page: Open) -> None:
    app = open_page(world, repository="große-küche", team=TEAMS[1])
    assert_fine(app)
    assert app.selectbox(key="repository").value == "local:große-küche"
    assert [part.value for part in app.subheader] == ["Küche & Co"]
    assert "src/part1 has no owner" in texts(app)
    assert "Two files, two teams" not in texts(app)


def test_repository_without_a_file_is_an_empty_page_not_a_broken_one(world: Path, open_page: Open) -> None:
    for page, view in ((None, ""), *(("code", view) for view in CODE_VIEWS)):
        app = open_page(world, page, repository="empty", view=view)
        assert_fine(app)
        assert app.selectbox(key="repository").value == EMPTY


def test_what_the_address_asks_for_and_nobody_offers_is_left_out(world: Path, open_page: Open) -> None:
    app = open_page(world, "code", repository="gone", team="nobody", view="No view", period="never")
    assert_fine(app)
    assert app.selectbox(key="repository").value is None


@pytest.mark.parametrize("path", [LONG, ODD, "src", "src/part1/", "harbour.py", "no such file", "'; DROP TABLE x --"])
def test_ownership_of_any_path(path: str, world: Path, open_page: Open) -> None:
    app = open_page(world, "code", view="Ownership", path=path)
    assert_fine(app)
    exists = path in {LONG, ODD, "src", "src/part1/", "harbour.py"}
    assert ("**Active people who know " in texts(app)) is exists


def test_search_narrows_the_dictionary(world: Path, open_page: Open) -> None:
    app = open_page(world, "data", about="Tables", word="truck factor")
    assert_fine(app)
    found = app.dataframe[1].value
    assert 0 < len(found) < 20
    assert "metrics.truck_factor" in set(found["table"])


def test_leavers_are_chosen_by_name_and_counted_at_once(world: Path, open_page: Open) -> None:
    app = open_page(world, "code", view="Leavers", people=["Eve O'Hara", "Bo Ström"])
    assert_fine(app)
    assert app.multiselect(key="people").value == ["p4", "p1"]
    figures = {part.label: part.value for part in app.metric}
    assert figures["Left without an author"].endswith("files")
    assert app.multiselect(key="people").options == sorted(app.multiselect(key="people").options, key=str.lower)


def test_nobody_is_named_where_privacy_is_off(tmp_path: Path, open_page: Open) -> None:
    publish_world(tmp_path, people="off")
    for view in ("Ownership", "Leavers"):
        app = open_page(tmp_path, "code", view=view, path="src")
        assert_fine(app)
        assert '`"off"`' in texts(app)
        assert not app.table
        assert not app.multiselect
    assert told(open_page(tmp_path, repository="harbour", **MOVES))["Truck factor"] == ""


def test_filters_of_coupling_reach_the_query(world: Path, open_page: Open) -> None:
    everything = open_page(world, "code", view="Coupling", repository="harbour").dataframe[-1].value
    across = open_page(world, "code", view="Coupling", repository="harbour", across_teams="true").dataframe[-1].value
    assert 0 < len(across) < len(everything)
    assert across["crosses_team"].all()
    assert HARBOUR not in across.to_string()


def test_new_generation_shows_without_a_restart(tmp_path: Path, open_page: Open) -> None:
    publish_world(tmp_path, title="Before")
    app = open_page(tmp_path)
    assert "**Before**" in texts(app)
    publish_world(tmp_path, title="After")
    app.run()
    assert_fine(app)
    assert "**After**" in texts(app)
    assert "**Before**" not in texts(app)


def test_those_who_know_a_folder_are_listed_by_name(world: Path, open_page: Open) -> None:
    app = open_page(world, "code", view="Ownership", path="src")
    people = app.table[0].value
    assert list(people.columns) == ["Name", "Files known here", "Last change"]
    assert list(people["Name"]) == sorted(people["Name"], key=lambda name: name.lstrip("\\").lower())
    assert r"\*Gil\*" in set(people["Name"])
    assert not set(people["Name"]) & {"Ana Ruiz", "Fay_G"}, "they are no longer active"


def test_file_that_nobody_active_knows_says_so(world: Path, open_page: Open) -> None:
    said = {path: texts(open_page(world, "code", view="Ownership", path=path)) for path in paths(HARBOUR)[:12]}
    nobody = [path for path, text in said.items() if "Nobody who was active in the last 90 days knows it" in text]
    assert nobody
    assert len(nobody) < len(said)


def test_list_beside_a_file_is_called_what_it_is(world: Path, open_page: Open) -> None:
    app = open_page(world, "code", view="Ownership", path="src/part0/module_0.py")
    assert "**Beside it, in src/part0, those at risk first**" in texts(app)
    assert all(path.startswith("src/part0/") for path in app.dataframe[-1].value["path"])
    assert "**Files in src, those at risk first**" in texts(open_page(world, "code", view="Ownership", path="src"))


def test_figures_of_a_team_are_those_of_its_members_or_of_its_code(world: Path, open_page: Open) -> None:
    app = open_page(world, team=TEAMS[0], **MOVES)
    assert "Commits and authors of a team are those of its members" in texts(app)
    assert "truck factor of a team are those of the code that it owns" in texts(app)
    assert "**Commits per week by its members**" in texts(app)
    of_its_code = open_page(world, "code", team=TEAMS[0])
    assert "its members" not in texts(of_its_code)
    assert "those of the code that it owns" in texts(of_its_code)
    assert app.metric[0].value != "–"
    assert "Not shown" not in texts(app)


def test_team_too_small_for_a_figure_is_too_small_for_its_chart(world: Path, open_page: Open) -> None:
    app = open_page(world, team=SMALL, **MOVES)
    assert {part.label: part.value for part in app.metric}["Commits per week"] == "–"
    assert told(app)["Commits per week"] == "group too small"
    assert "Not shown: group too small." in texts(app)


def test_truck_factor_says_who_is_still_there(world: Path, open_page: Open) -> None:
    assert told(open_page(world, **MOVES))["Truck factor"] == "2 repositories, 2 of 3 active"
    for page in (None, "code"):
        app = open_page(world, page, repository="harbour", **MOVES)
        assert told(app)["Truck factor"] == "of whom 2 are still active"
    assert told(open_page(world, **MOVES))["Files at risk"] == "of 70 files"


def test_hotspots_are_code_that_changes_most(world: Path, open_page: Open) -> None:
    plain = open_page(world, "code", repository="harbour").dataframe[-1].value
    assert list(plain["revisions"]) == sorted(plain["revisions"], reverse=True)
    assert not any(path.startswith("tests/") for path in plain["path"])
    assert "score" not in plain.columns
    with_tests = open_page(world, "code", repository="harbour", with_tests="true").dataframe[-1].value
    assert any(path.startswith("tests/") for path in with_tests["path"])


def test_fresh_world_has_no_warning_and_a_quiet_one_has(tmp_path: Path, world: Path, open_page: Open) -> None:
    assert not open_page(world).warning
    publish_world(tmp_path, quiet_days=774)
    for page in (None, "code"):
        warning = open_page(tmp_path, page).warning
        assert [part.value.partition(":")[0] for part in warning] == ["**Newest commit 774 days ago"]


def test_source_that_failed_is_told_until_it_is_read(tmp_path: Path, open_page: Open) -> None:
    publish_world(tmp_path, failed="host mirror.example did not answer; twice")
    app = open_page(tmp_path)
    assert "**mirror could not be read in the last run**, nothing of it is known" in app.warning[0].value
    assert "host mirror.example did not answer; twice" in app.warning[0].value
    publish_world(tmp_path)
    app.run()
    assert not app.warning


def test_without_actions_the_page_says_what_was_checked(tmp_path: Path, open_page: Open) -> None:
    publish_world(tmp_path, title=None)
    app = open_page(tmp_path)
    assert_fine(app)
    assert "**No rule found anything to act on**" in texts(app)
    assert "1 rule checked, last run just now" in texts(app)
    assert "`leadline run`" not in texts(app)


def test_rule_explains_days_and_certainty(world: Path, open_page: Open) -> None:
    said = texts(open_page(world))
    assert "saves about 2.5 working days · the rule is 70 % sure" in said
    assert "**About 2.5 working days saved**: half a day a file." in said
    assert "how likely it is that the rule is right" in said


def test_repository_that_left_is_neither_counted_nor_listed(tmp_path: Path, open_page: Open) -> None:
    publish_world(tmp_path)
    app = open_page(tmp_path)
    assert "Acme · 3 repositories" in texts(app)
    publish_world(tmp_path, without=KITCHEN)
    app.run()
    assert "Acme · 2 repositories" in texts(app)
    fresh = open_page(tmp_path, "data", about="Freshness")
    assert set(fresh.dataframe[-1].value["scope"]) == {HARBOUR}
    assert list(fresh.dataframe[0].value["scopes"]) == [1]


def test_a_service_narrows_figures_and_lists(world: Path, barren: Path, open_page: Open, rows: Rows) -> None:
    app = open_page(world, "code", service="moorings")
    assert_fine(app)
    assert [part.label for part in app.sidebar.selectbox] == ["Repository", "Service", "Team", "Period of trends"]
    shown = rows(world, code.hotspots(Scope(service="moorings")))
    assert set(shown["repo_id"]) == {HARBOUR}
    assert Scope(service="moorings").observed == ("service", "moorings")
    none = open_page(barren, "code")
    assert "Service" not in [part.label for part in none.sidebar.selectbox]


def test_weekly_figures_are_told_as_signal_or_noise(world: Path, barren: Path, open_page: Open, rows: Rows) -> None:
    app = open_page(world, **MOVES)
    assert_fine(app)
    known = rows(world, attention.signals(Scope())).drop_nulls("mean")
    assert known.height >= 3
    assert f"{signals.takeaway(known)}." in texts(app)
    loud = known.head(2).with_columns(signal=pl.Series(["beyond_limit", None]))
    assert signals.takeaway(loud) == "1 of 2 weekly figures is out of the ordinary; what the other 1 do is noise"
    quiet = known.head(2).with_columns(signal=pl.lit(None, pl.String))
    assert signals.takeaway(quiet) == "All 2 weekly figures are within their limits: ups and downs are noise"
    assert signals.NONE in texts(open_page(barren, **MOVES))
    assert_fine(open_page(world, team=SMALL, **MOVES))
