"""The small parts that pages are put together from."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.parts import caveats, items, kpi, network, treemap, words
from dashboards.parts.card import csv
from dashboards.parts.table import short
from dashboards.scope import Scope
from dashboards.views import ownership
from leadline.report.figures import _figure
from leadline.report.render import change as digest_change
from leadline.report.render import figure as digest_figure


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


@pytest.mark.parametrize(
    ("seconds", "said", "working"),
    [
        (None, "–", "–"),
        (0, "0 min", "0 min"),
        (20, "< 1 min", "< 1 min"),
        (5399, "90 min", "90 min"),
        (5400, "1.5 h", "1.5 h"),
        (7200, "2 h", "2 h"),
        (172_799, "48 h", "48 h"),
        (172_800, "2 days", "48 h"),
        (86_400 * 3.25, "3.2 days", "78 h"),
        (86_400 * 1200, "1,200 days", "28,800 h"),
    ],
)
def test_spans_as_people_read_them(seconds: float | None, said: str, working: str) -> None:
    assert words.span(seconds) == words.number(seconds, "seconds") == said
    assert words.span(seconds, working=True) == words.number(seconds, "working_seconds") == working


def test_unit_of_a_range_is_said_once() -> None:
    assert words.between(86_400 * 2.9, 86_400 * 4.4, "seconds") == "2.9 to 4.4 days"
    assert words.between(2400, 7200, "seconds") == "40 min to 2 h"
    assert words.between(0.02, 0.2, "share") == "2.0 to 20 %"
    assert words.between(3, 3) == "3"


def test_past_of_a_figure_ends_where_its_90_days_begin() -> None:
    starts = [date(2026, month, 1) for month in range(1, 7)]
    past = pl.DataFrame({"period_start": starts, "value": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    assert kpi.before(past, {"period_start": date(2026, 4, 3)})["value"].to_list() == [1, 2, 3]
    assert kpi.before(past, {"period_start": date(2026, 4, 1)})["value"].to_list() == [1, 2, 3]
    assert kpi.before(past, {}).is_empty()


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
    def changed(values: list[float | None], unit: str = "count") -> tuple[str, str, str] | None:
        change = kpi.changed(pl.Series(values, dtype=pl.Float64), unit)
        return (change.text, change.against, change.arrow) if change else None

    assert changed([4, 4, 4, 4, 6]) == ("+50 %", "from 4 usually", "up")
    assert changed([7, 8, 7, 8, 11]) == ("+47 %", "from 7.5 usually", "up")
    assert changed([0.5, 0.5, 0.5, 0.5, 0.4], "share") == ("−10.0 points", "from 50 % usually", "down")
    assert changed([0, 0, 0, 0, 2]) == ("+2", "from 0 usually", "up")
    assert changed([0, 0, 0, 0, 0]) == ("as usual", "0 usually", "off")
    assert changed([4, 6, 4, 6, 5.5]) == ("as usual", "4 to 6 usually", "off")
    assert changed([1, 2, 3]) is None
    assert changed([4, 4, 4, 4, None]) is None
    assert changed([9, None, *[4] * 3, *[None] * 9, 6]) is None, "what lies more than 12 periods back says nothing"


@given(st.lists(st.none() | st.integers(0, 500), min_size=1, max_size=13))
def test_change_is_that_of_the_digest(values: list[int | None]) -> None:
    first = date(2026, 1, 5)
    same = dict.fromkeys(("metric", "title", "unit", "direction", "table", "definition", "pitfalls"), "count")
    rows = pl.DataFrame(
        [
            {**same, "value": value, "n": 1, "reason": None, "period_start": first + timedelta(weeks=n)}
            for n, value in enumerate(values)
        ],
        schema_overrides={"value": pl.Float64},
    )
    digest, change = _figure(rows), kpi.changed(rows["value"], "count")
    assert (change is None) == (digest.value is None or digest.usual is None)
    if change and digest.usual is not None:
        assert (change.text == "as usual") == digest.is_usual
        if not digest.is_usual:
            assert change.against == f"from {digest_figure(digest.usual)} usually"
            told = digest_change(digest.value, digest.usual).replace(",", "")
            assert not digest.usual or change.text.replace(",", "") == (told if told[1:] != "0 %" else "0 %")


def test_colour_says_whether_a_change_is_to_the_better() -> None:
    assert kpi.color("higher", "up") == kpi.color("lower", "down") == "green"
    assert kpi.color("higher", "down") == kpi.color("lower", "up") == "red"
    assert kpi.color("neutral", "up") == kpi.color("higher", "off") == kpi.color(None, "down") == "off"


def test_differences_have_one_style() -> None:
    told = [words.change(value) for value in (3.11, -0.05, 22.0, 0.0, -0.001)]
    assert told == ["+311 %", "−5 %", "+2,200 %", "0 %", "0 %"]
    assert words.change(-0.0151, 1, "points") == "−1.5 points"


def test_figure_names_its_items() -> None:
    assert kpi.reason({"value": 0.3, "n": 1629}, "file") == "of 1,629 files"
    assert kpi.reason({"value": 4.0, "n": 4}, None) is None
    assert kpi.reason({"value": None, "reason": "group_too_small"}, "file") == "group too small"
    assert kpi.reason({}, "file") == "not computed for this scope"


def test_old_newest_commit_is_pointed_out() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None)
    assert caveats.quiet(now - timedelta(days=30), 3, now) is None
    told = "**Newest commit 774 days ago:** nobody counts as active, so risks can hardly be judged."
    assert caveats.quiet(now - timedelta(days=774), 0, now) == told
    assert "only 1 person counts as active" in (caveats.quiet(now - timedelta(days=31), 1, now) or "")


def test_concentration_names_nobody() -> None:
    parts = pl.DataFrame({"written_by": ["Active people", "Inactive people"], "people": [3, 5], "lines": [26.0, 74.0]})
    parts = parts.with_columns(share=pl.col("lines") / 100, largest_single_share=pl.Series([0.2, 0.34]))
    said = "26 % was written by the 3 of 8 people who are still active; the largest part by one person is 34 %"
    assert ownership.concentrated(parts) == said
    gone = parts.tail(1)
    assert ownership.concentrated(gone).startswith("None of the 5 people who wrote it is still active;")
    alone = gone.with_columns(people=1)
    assert ownership.concentrated(alone) == "One person wrote all of it and is no longer active"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([0, 0], "0 files of 2 changed in 12 months"),
        ([3, 0], "1 file of 2 changed in 12 months, none more than 3 times"),
        ([75, 25], "2 files of 2 changed more than 24 times in 12 months and took 100 % of all changes"),
    ],
)
def test_map_says_nothing_of_files_that_are_not_there(changes: list[int], said: str) -> None:
    assert treemap.takeaway(pl.DataFrame({"revisions_12m": changes})) == said


def test_scope_quotes_what_it_is_given() -> None:
    assert Scope("it's", "a'b").where("x") == "WHERE x AND repo_id = 'it''s' AND team = 'a''b'"
    assert Scope(project="a'b").where(repository=None) == "WHERE project = 'a''b'"
    assert Scope("r", "t", project="p").observed == ("team", "t")
    assert Scope("r", project="p").observed == ("project", "p")
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
    assert leads_to("overdue_pull_request", "pull_request", "local:app#12") == {**app, "reviews": "Open now"}
    assert leads_to("failed_deployments", "deployment", "github:77") == {"delivery": "Deployments"}
    assert leads_to("build_trouble", "workflow", "local:app:test") == {**app, "delivery": "CI"}
    assert leads_to("deployments_waiting", "repository", "local:app") == {**app, "delivery": "Waiting"}
    assert leads_to("ticket_stalled", "ticket", "jira:77") == {"flow": "Stuck"}
    assert leads_to("ticket_blocked", "ticket", "local:app#3") == {**app, "flow": "Blocked"}
    assert leads_to("unready_ticket", "ticket", "jira:77") == {"scope": "Readiness"}
    assert leads_to("scope_growing", "ticket", "jira:77") == {"scope": "Growth"}
    assert leads_to("pull_request_without_ticket", "pull_request", "local:app#12") == {**app, "scope": "Untracked"}
    assert leads_to("too_much_in_progress", "project", "APP") == {"project": "APP", "flow": "Flow"}
    assert leads_to("too_much_in_progress", "team", "Küche") == {"team": "Küche", "flow": "Flow"}
    assert leads_to("coordination_gap", "team_pair", "Billing|Küche") == {"coordination": "Gaps"}
    assert leads_to("waiting_on_team", "team_pair", "Billing>Küche") == {"coordination": "Waits"}
    assert leads_to("sprint_over_committed", "sprint", "jira:s9") == {"scope": "Sprints"}
    assert leads_to("forecast_past_due", "version", "jira:v1") == {}
    only_ai = {"reviews": "Size and depth", "unreviewed": "Reviewed only by AI"}
    assert leads_to("reviewed_only_by_ai", "repository", "local:app") == {**app, **only_ai}


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
