"""The small parts that pages are put together from."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from dashboards.parts import items, kpi, network, treemap, words
from dashboards.parts.card import csv
from dashboards.parts.table import short
from dashboards.scope import Scope


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "count", "–"),
        (0.0, "count", "0"),
        (1234.0, "count", "1,234"),
        (3.46, "days", "3.5 days"),
        (0.231, "per week", "0.23 per week"),
        (0.0, "share", "0 %"),
        (0.042, "share", "4.2 %"),
        (0.998, "share", "100 %"),
    ],
)
def test_numbers_as_people_read_them(value: float | None, unit: str, said: str) -> None:
    assert words.number(value, unit).replace("\N{NO-BREAK SPACE}", " ") == said


def test_times_as_people_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_DASHBOARDS_ZONE", "Europe/Berlin")
    now = datetime.now(UTC).replace(tzinfo=None)
    assert words.instant(datetime(2026, 7, 1, 22, 30, tzinfo=UTC).replace(tzinfo=None)) == "2 Jul 2026, 00:30 CEST"
    assert words.day(date(2026, 7, 1)) == "1 Jul 2026"
    assert words.ago(now) == "just now"
    assert words.ago(now - timedelta(hours=1, minutes=2)) == "1 hour ago"
    assert words.ago(now - timedelta(days=800)) == "2 years ago"
    assert words.ago(None) == words.MISSING


def test_change_is_against_the_median_of_the_periods_before() -> None:
    assert kpi.changed([4, 4, 4, 4, 6], "count") == kpi.Change("+50 %", "from 4 usually")
    assert kpi.changed([0.5, 0.5, 0.5, 0.5, 0.4], "share") == kpi.Change("-10.0 points", "from 50 % usually")
    assert kpi.changed([0, 0, 0, 0, 2], "count") == kpi.Change("+2.0", "from 0 usually")
    assert kpi.changed([1, 2, 3], "count") is None


def test_scope_quotes_what_it_is_given() -> None:
    assert Scope("it's", "a'b").where("x") == "WHERE x AND repo_id = 'it''s' AND team = 'a''b'"
    assert Scope().where() == ""


def test_action_leads_to_the_page_that_shows_its_item() -> None:
    repositories = {"local:app": "app", "local:app:x": "app:x"}

    def leads_to(rule: str, kind: str, item_id: str) -> dict[str, str]:
        return dict(items.place({"rule": rule, "item_kind": kind, "item_id": item_id}, repositories).parameters)

    app = {"repository": "app"}
    assert leads_to("r", "file", "local:app:src/a.py") == {**app, "view": "Ownership", "path": "src/a.py"}
    assert leads_to("r", "file", "local:app:x:a.py")["path"] == "a.py"
    assert leads_to("r", "file_pair", "local:app:a.py|b.py") == {**app, "view": "Coupling", "path": "a.py"}
    assert leads_to("key_person", "folder", "local:app:src") == {**app, "view": "Leavers"}
    assert leads_to("r", "repository", "local:app") == app
    assert "'local:app'" in leads_to("release_overdue", "repository", "local:app")["sql"]
    assert leads_to("r", "repository", "gone") == {}


def test_map_draws_the_largest_files_and_sums_up_the_rest() -> None:
    count = treemap.FILES + 10
    files = pl.DataFrame(
        {
            "repo_id": ["r"] * count,
            "folder": ["src/{a}"] * count,
            "path": [f"src/{{a}}/{n}.py" for n in range(count)],
            "lines": range(1, count + 1),
            "revisions_12m": [n % 40 for n in range(count)],
        }
    )
    option = treemap.option(files, repositories={}, height=500)
    leaves = option["series"][0]["data"][0]["children"][0]["children"]
    assert len(leaves) == treemap.FILES + 1
    assert sum(leaf["value"] for leaf in leaves) == sum(range(1, count + 1))
    assert any(leaf["name"] == "10 smaller files" for leaf in leaves)
    assert not any("{" in leaf["tooltip"]["formatter"] for leaf in leaves)


def test_circle_has_a_node_for_each_file_and_an_arc_for_each_pair() -> None:
    pairs = pl.DataFrame(
        {"path_a": ["x/a.py", "x/a.py"], "path_b": ["y/b.py", "c.py"], "folder_a": ["x", "x"], "folder_b": ["y", ""]}
        | {"degree": [90.0, 31.0], "shared": [9, 5], "crosses_folder": [True, True]}
    )
    series = network.option(pairs)["series"][0]
    assert [node["id"] for node in series["data"]] == ["c.py", "x/a.py", "y/b.py"]
    assert [(link["source"], link["target"]) for link in series["links"]] == [("x/a.py", "y/b.py"), ("x/a.py", "c.py")]
    assert network.takeaway(pairs).endswith("the strongest is x/a.py with y/b.py at 90 %")


def test_long_paths_keep_their_end() -> None:
    paths = pl.DataFrame({"path": ["a.py", "folder/naïve/文件.py"]})
    assert paths.select(short("path", 10))["path"].to_list() == ["a.py", "…ïve/文件.py"]


def test_lists_are_joined_in_a_csv() -> None:
    assert csv(pl.DataFrame({"a": [["x", "y"], None]})) == b'a\n"x, y"\n\n'
