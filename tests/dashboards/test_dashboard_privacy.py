"""What pages, their downloads and typed queries give away about people, by what `[privacy]` says and who signed in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import streamlit as st
from conftest import Open, Rows
from published_world import PEOPLE, SMALL, TEAMS, publish_world
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node
from test_dashboard_pages import CODE_VIEWS, DATA_VIEWS, assert_fine, texts

NAMES = tuple(name for name in PEOPLE if name != "Dee")  # which stands in ordinary words
VIEWS = {
    "code": ("view", CODE_VIEWS),
    "data": ("about", DATA_VIEWS),
    "delivery": ("delivery", ("Lead time", "Deployments", "Waiting", "CI")),
    "flow": ("flow", ("Stuck", "Cycle time", "Flow", "Time in status", "Blocked")),
    "scope": ("scope", ("Sprints", "Growth", "Requirements", "Readiness", "Untracked")),
    "people": ("people_view", ("Load", "Focus and hours", "Newcomers", "Knowledge")),
    "investment": ("investment", ("Mix", "By month", "Bugs")),
    "reviews": ("reviews", ("Open now", "Pickup", "Size and depth", "Definitions", "Between teams")),
}
SignIn = Callable[..., None]


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The world as published with `off` and with `self`."""
    directories = {people: tmp_path_factory.mktemp(people) for people in ("off", "self")}
    for people, directory in directories.items():
        publish_world(directory, people=people)  # type: ignore[arg-type]
    return directories


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What every button to download would give, as pages are drawn."""
    saved: list[bytes] = []
    draw = st.download_button

    def download_button(label: str, data: Any, *arguments: Any, **settings: Any) -> bool:
        given = data()
        saved.append(pl.read_parquet(given).write_csv().encode() if given.startswith(b"PAR1") else given)
        return draw(label, data, *arguments, **settings)

    monkeypatch.setattr(st, "download_button", download_button)
    return saved


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Be signed in as Streamlit shows it: what the provider said of whom."""

    def sign_in_(**claims: object) -> None:
        monkeypatch.setattr(st, "user", {"is_logged_in": True, **claims})

    return sign_in_


def sent(app: AppTest) -> str:
    """All that goes to the browser: words, tables, charts with their data."""
    return "\n".join(part.SerializeToString().decode("utf-8", "replace") for part in _parts(app._tree))


def _parts(block: Node) -> Iterator[Any]:
    if (proto := getattr(block, "proto", None)) is not None and hasattr(proto, "SerializeToString"):
        yield proto
    if isinstance(block, Block):
        for child in block.children.values():
            yield from _parts(child)


def everywhere(open_page: Open, directory: Path) -> str:
    """All that every view of every page sends."""
    found = [sent(open_page(directory))]
    for page, (parameter, views) in VIEWS.items():
        for view in views:
            app = open_page(directory, page, **{parameter: view})
            assert_fine(app)
            found.append(sent(app))
    return "\n".join(found)


@pytest.mark.parametrize("people", ["off", "self"])
def test_no_page_and_no_download_names_anybody(
    people: str, hidden: dict[str, Path], open_page: Open, downloads: list[bytes]
) -> None:
    found = everywhere(open_page, hidden[people])
    given = b"\n".join(downloads).decode()
    assert len(downloads) > 20
    for name in (*NAMES, "@acme.example"):
        assert name not in found
        assert name not in given


def test_leads_see_names(world: Path, open_page: Open, downloads: list[bytes]) -> None:
    found = sent(open_page(world, "code", view="Ownership", path="src"))
    assert "Bo Ström" in found  # so the test above looks where names would be
    assert "Bo Ström" in b"".join(downloads).decode()


@pytest.mark.parametrize("people", ["off", "self"])
def test_what_is_hidden_is_said_to_be(people: str, hidden: dict[str, Path], open_page: Open) -> None:
    for page, parameters in [
        ("code", {"view": "Leavers"}),
        ("data", {"about": "SQL"}),
        ("code", {"view": "Ownership", "path": "src"}),
        *([("reviews", {"reviews": "Between teams"})] if people == "off" else []),
    ]:
        assert f'`[privacy] people` is `"{people}"`.' in texts(open_page(hidden[people], page, **parameters))


def test_teams_still_see_their_sums_with_self(hidden: dict[str, Path], world: Path, rows: Rows) -> None:
    sql = "SELECT count(DISTINCT person_id) AS people, sum(lines) AS lines FROM metrics.ownership"
    assert rows(hidden["self"], sql).rows() == rows(world, sql).rows()
    assert rows(hidden["off"], sql).rows() == [(0, None)]


ABOUT = "SELECT person_id, count(*) AS files FROM metrics.ownership GROUP BY ALL"


def test_typed_query_tells_nobody_about_anybody(
    hidden: dict[str, Path], open_page: Open, downloads: list[bytes]
) -> None:
    for directory in hidden.values():
        for sql in (ABOUT, "SELECT * FROM people", "SELECT * FROM team_members", "FROM metrics.reviewer_suggestions"):
            app = open_page(directory, "data", about="SQL", sql=sql)
            assert_fine(app)
            assert app.dataframe[0].value.empty
    assert downloads


def test_who_signed_in_is_told_about_themselves_only(
    hidden: dict[str, Path], open_page: Open, sign_in: SignIn, downloads: list[bytes]
) -> None:
    sign_in(email="P1@ACME.example", email_verified=True)
    shown = open_page(hidden["self"], "data", about="SQL", sql=ABOUT).dataframe[0].value
    assert list(shown["person_id"]) == ["p1"]
    assert list(open_page(hidden["self"], "data", about="SQL", sql="FROM people").dataframe[0].value["name"]) == [
        "Bo Ström"
    ]
    found = everywhere(open_page, hidden["self"]) + b"\n".join(downloads).decode()
    for name in NAMES:
        assert (name in found) is (name == "Bo Ström")
    assert open_page(hidden["off"], "data", about="SQL", sql=ABOUT).dataframe[0].value.empty


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@acme.example"},
        {"email": "p1@acme.example", "email_verified": False},
        {"email": "p1@acme.example", "is_logged_in": False},
        {"email": None},
        {"name": "Bo Ström"},
    ],
)
def test_whom_nobody_vouches_for_is_nobody(
    claims: dict[str, object], hidden: dict[str, Path], open_page: Open, sign_in: SignIn
) -> None:
    sign_in(**claims)
    assert open_page(hidden["self"], "data", about="SQL", sql=ABOUT).dataframe[0].value.empty


def test_readers_can_sign_in_only_where_the_server_is_set_up_for_it(hidden: dict[str, Path], open_page: Open) -> None:
    app = open_page(hidden["self"])
    assert not {"Sign in", "Sign out"} & {button.label for button in app.button}
    for claims, label in (
        ({"is_logged_in": False}, "Sign in"),
        ({"is_logged_in": True, "email": "p1@acme.example"}, "Sign out"),
    ):
        app.user = claims
        app.run()
        assert_fine(app)
        assert {"Sign in", "Sign out"} & {button.label for button in app.button} == {label}


def test_typed_query_does_not_tell_a_small_team_apart(hidden: dict[str, Path], open_page: Open, rows: Rows) -> None:
    sql = "SELECT team, median(cycle_seconds) AS p50 FROM metrics.pull_request_flow GROUP BY ALL"
    assert {SMALL, TEAMS[0]} <= set(rows(hidden["self"], sql)["team"])  # as pages read it, that leave the small one out
    for directory in hidden.values():
        teams = set(open_page(directory, "data", about="SQL", sql=sql).dataframe[0].value["team"].dropna())
        assert TEAMS[0] in teams
        assert SMALL not in teams
