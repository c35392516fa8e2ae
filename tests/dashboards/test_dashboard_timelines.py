"""The page about timelines: what it says is what was forecast, as a range, and never the fixed scope first."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from conftest import Open, Rows
from published_world import NOW, SMALL, TEAMS
from teams_world import EPIC, FAR, UNKNOWN, VERSION, promised
from test_dashboard_pages import assert_fine, texts

from dashboards.queries import timelines
from dashboards.scope import Scope
from dashboards.views import due_dates, forecast_figures, forecast_next, forecast_record, forecast_targets, forecasts

VIEWS = ("Targets", "What comes next", "Record", "Due dates")
TEAM = TEAMS[0]
WHOLE = timelines.WHOLE


@pytest.mark.parametrize("who", [WHOLE, TEAM, "it's nobody's"])
def test_every_query_runs_for_everybody(who: str, world: Path, barren: Path, rows: Rows) -> None:
    names = ("targets", "following", "calibration", "windows", "outcomes", "due_dates", "overdue", "estimates")
    queries = [
        *(getattr(timelines, name)(who) for name in names),
        *(getattr(timelines, name)(who, "version", VERSION) for name in ("promises", "burn_up", "moves")),
        timelines.finished(who, Scope()),
        timelines.PROJECTS,
    ]
    for sql in queries:
        assert rows(world, sql).columns == rows(barren, sql).columns


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("parameters", [{}, {"repository": "harbour"}, {"team": TEAM}, {"team": SMALL}])
def test_every_view_is_drawn(view: str, parameters: dict[str, str], world: Path, open_page: Open) -> None:
    app = open_page(world, "timelines", timelines=view, **parameters)
    assert_fine(app)
    assert app.title[0].value == "When will it be done?"
    assert ("does not narrow this page" in texts(app)) is ("repository" in parameters)


@pytest.mark.parametrize("view", VIEWS)
def test_empty_tables_say_what_fills_them(view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, "timelines", timelines=view)
    assert_fine(app)
    assert "`leadline run` fills this." in texts(app)
    assert {part.value for part in app.metric} == {"–"}


def test_figures_at_the_head_are_the_promises(world: Path, open_page: Open) -> None:
    figures = {part.label: (part.value, part.proto.delta_description) for part in open_page(world, "timelines").metric}
    assert figures == {
        "Finished in 28 days, 85 % sure": ("≥ 20", "≥ 28 every second time"),
        "Next 20 done, 85 % sure": ("22 Dec 2026", "by 13 Dec 2026 every second time"),
        "Promises of 85 % that held": ("73 %", "of 800 cases of the past"),
        "Due dates kept": ("55 %", "of 80 tickets of a year"),
    }


def test_target_is_shown_as_a_range_from_growing_to_shared(world: Path, open_page: Open, rows: Rows) -> None:
    found = forecast_targets.ranged(rows(world, timelines.targets(WHOLE)))
    by_target = {row["target"]: row for row in found.iter_rows(named=True)}
    assert list(by_target) == [UNKNOWN, FAR, VERSION, EPIC], "the earliest due date first"
    growing, shared = (promised(NOW, mode, 0.85) for mode in ("growing", "shared"))
    assert by_target[VERSION]["sure"] == forecasts.between(growing, shared) == "17 Jan – 21 Mar 2027"
    assert by_target[VERSION]["chance"] == "41 to 88 %"
    assert by_target[VERSION]["moved"] == "+12", "four weeks by three days each, in both modes"
    assert by_target[EPIC]["chance"] == "–"
    assert by_target[FAR]["sure"] == "beyond two years"
    assert by_target[UNKNOWN]["sure"] == "growth not known yet"
    listed = open_page(world, "timelines").dataframe[0].value
    assert list(listed["sure"]) == found["sure"].to_list()
    assert not {name for name in listed.columns if "fixed" in name}


def test_fixed_scope_is_shown_only_where_it_is_asked_for(world: Path, open_page: Open, rows: Rows) -> None:
    promises = rows(world, timelines.promises(WHOLE, "version", VERSION))
    assert promises["made_at"].unique().to_list() == [NOW], "the newest forecast only"
    assert forecasts.named(promises, fixed=False)["name"].unique(maintain_order=True).to_list() == ["Growing", "Shared"]
    assert set(forecasts.named(promises, fixed=True)["name"]) == {"Growing", "Shared", "Fixed"}
    assert_fine(open_page(world, "timelines", fixed="true"))


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("Release 6.1 *beta*", "85 % by 17 Jan – 21 Mar 2027; the due date is met with 41 to 88 %"),
        ("Some day", "85 % are not known, beyond two years"),
        ("Sprint 12", "85 % are not known, growth not known yet"),
    ],
)
def test_target_from_near_says_what_is_to_be_expected(target: str, said: str, world: Path, open_page: Open) -> None:
    app = open_page(world, "timelines", target=target)
    assert_fine(app)
    assert said in texts(app)
    assert "*beta*" not in texts(app).replace(r"\*", ""), "a title is never markup"


def test_burn_up_adds_up_and_ends_at_what_is_known_today(world: Path, rows: Rows) -> None:
    steps = rows(world, timelines.burn_up(WHOLE, "version", VERSION))
    assert steps["day"].is_sorted()
    assert steps.tail(1).select("scope", "done").row(0) == (60, 36)
    assert (steps["scope"] >= steps["done"]).all()
    assert steps["scope"].is_sorted()
    assert rows(world, timelines.burn_up(TEAMS[1], "version", VERSION)).is_empty()
    carried = forecast_targets.until(steps, NOW.date())
    assert carried.row(-1) == (NOW.date(), 60, 36)
    assert forecast_targets.until(carried, NOW.date()).equals(carried)


def test_fan_opens_today_and_closes_when_all_is_sure() -> None:
    today = date(2026, 11, 23)
    steps = pl.DataFrame({"day": [today], "scope": [60], "done": [36]})
    known = pl.DataFrame(
        {
            "name": ["Growing"] * 2,
            "answer_on": [today + timedelta(days=10), today + timedelta(days=40)],
            "confidence": [0.5, 0.95],
            "growth": [0.25, 0.25],
        }
    )
    fan = forecast_targets.fan(known, steps, today)
    assert fan.select("day", "low", "high").rows() == [
        (today, 36.0, 36.0),
        (today + timedelta(days=10), 44.0, 68.0),
        (today + timedelta(days=40), 68.0, 68.0),
    ], "24 open tickets become 32, as one comes in for every four; a quarter of the way is gone after 10 of 40 days"
    assert forecast_targets.fan(known.clear(), steps, today).is_empty()
    endless = forecast_targets.fan(known.with_columns(growth=pl.lit(1.5)), steps, today)
    assert endless["high"].max() == 36 + 24 / (1 - forecast_targets.MOST_GROWTH)


def test_ranges_of_days_say_the_year_once() -> None:
    assert forecasts.between(date(2027, 3, 3), date(2027, 5, 20)) == "3 Mar – 20 May 2027"
    assert forecasts.between(date(2027, 5, 20), date(2026, 12, 3)) == "3 Dec 2026 – 20 May 2027"
    assert forecasts.between(date(2027, 3, 3), None) == "3 Mar 2027"
    assert forecasts.between(None, None) == "–"


def test_targets_that_share_a_title_are_told_apart() -> None:
    frame = pl.DataFrame(
        {"title": ["A", "B", "B", "B"], "target": ["1", "2", "3", "4"], "kind": ["Epic", "Epic", "Sprint", "Sprint"]}
    )
    assert forecast_targets.labelled(frame) == ["A", "B (epic)", "B (sprint), 3", "B (sprint), 4"]


def test_takeaway_counts_what_is_more_likely_missed_than_kept(world: Path, rows: Rows) -> None:
    targets = rows(world, timelines.targets(WHOLE)).filter(pl.col("target") == VERSION)
    said = forecast_targets.takeaway(targets)
    assert said.startswith("Of 1 due date whose chance is known, none is more likely missed than kept")
    assert said.endswith("turns to it alone, 1 of 1 if other work goes on as before")
    late = targets.with_columns(growing_due=pl.lit(0.3), shared_due=pl.lit(0.1))
    assert "known, 1 is more likely missed" in forecast_targets.takeaway(late)
    assert forecast_targets.takeaway(targets.with_columns(due_on=None)).endswith("whose chance is known")
    unknown = targets.with_columns(shared_due=pl.lit(None, pl.Float64))
    assert forecast_targets.takeaway(unknown).endswith("even if the team turns to it alone")
    assert forecast_targets.chance(unknown.row(0, named=True)) == "at most 88 %", "other work makes it later"
    past = targets.with_columns(is_past=pl.lit(value=True))
    assert forecast_targets.takeaway(past).endswith("whose chance is known; 1 due date has passed already")
    row = forecast_targets.ranged(past).row(0, named=True)
    assert row["chance"] == "passed"
    assert forecast_targets.summary(row).endswith("2027; the due date has passed")


def test_what_comes_next_is_what_was_promised(world: Path, open_page: Open, rows: Rows) -> None:
    app = open_page(world, "timelines", timelines="What comes next", team=TEAM)
    how_many, when = (part.value for part in app.dataframe[:2])
    assert how_many[["items_50", "items_70", "items_85", "items_95"]].to_numpy().tolist()[2] == [28, 24, 20, 14]
    assert list(when["asked"]) == ["10 tickets", "20 tickets", "40 tickets"]
    following = rows(world, timelines.following(TEAM))
    assert (
        forecast_next.expected(following) == "In 28 days at least 20 tickets with 85 %, at least 28 every second time"
    )
    assert forecast_next.expected(following.clear()).endswith("is not known")
    weeks = rows(world, timelines.finished(TEAM, Scope(weeks=None)))
    assert all(week.weekday() == 0 for week in weeks["week"])
    assert (weeks["created"] == 7).all(), "whole weeks only"
    assert rows(world, timelines.finished(TEAM, Scope(weeks=13))).height <= 13


def test_nothing_is_forecast_for_a_team_that_is_too_small(world: Path, open_page: Open) -> None:
    for view in VIEWS:
        app = open_page(world, "timelines", timelines=view, team=SMALL)
        assert "group too small. `[privacy]" in texts(app)
        assert not app.dataframe


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.6, 0.8, "too bold"), (0.9, 0.99, "too careful"), (0.8, 0.9, "about right")],
)
def test_record_says_whether_promises_are_too_bold(low: float, high: float, verdict: str) -> None:
    one = {"confidence": [0.85], "cases": [100], "hits": [75], "low": [low], "high": [high]}
    said = forecast_record.verdict(pl.DataFrame(one))
    assert said.startswith("What is called 85 % came true in 75 % of 100 cases: ")
    assert verdict in said
    assert forecast_record.verdict(pl.DataFrame(one).clear()) == "No promise with 85 % has a record yet"


def test_record_is_that_of_the_backtest_or_of_what_was_published(world: Path, open_page: Open, rows: Rows) -> None:
    backtest = open_page(world, "timelines", timelines="Record")
    assert "Our 85 % came true in 75 % of 400 cases." in set(backtest.dataframe[0].value["said"])
    assert any("6 of 8 held" in str(part.value) for part in backtest.markdown)
    published = open_page(world, "timelines", timelines="Record", basis="Published forecasts")
    assert set(published.dataframe[0].value["said"]) == {"Too few cases to say."}
    assert "Fewer than 10 promises have an outcome" in texts(published)
    named = pl.DataFrame({"question": ["milestone", "when"], "scope_mode": ["shared", "fixed"]})
    assert forecast_record.told(named)["name"].to_list() == ["Milestone, shared", "When"]


def test_overdue_tickets_are_listed_with_what_they_still_need(world: Path, open_page: Open, rows: Rows) -> None:
    listed = open_page(world, "timelines", timelines="Due dates").dataframe[-1].value
    assert list(listed["label"]) == [f"TIDE-{n}" for n in range(8, 0, -1)]
    assert rows(world, timelines.overdue(WHOLE))["late_days"].to_list() == list(range(8, 0, -1))
    record = rows(world, timelines.due_dates(WHOLE))
    assert due_dates.kept(record) == "55 % of 80 due dates were kept (44 to 65 % may be the truth)"
    unknown = record.with_columns(on_time=pl.lit(None, pl.Float64))
    assert due_dates.kept(unknown).endswith("too few to say how far dates are kept")


def test_figures_say_why_there_is_no_promise() -> None:
    assert forecast_figures.how_many({"items_85": None, "reason": "too_little_data"})[1:3] == (
        "–", "too few finished lately",
    )  # fmt: skip
    assert forecast_figures.when({"on_85": None, "reason": "beyond_two_years"})[2] == "beyond two years"


def test_projects_stand_for_teams_where_none_is_configured(world: Path, rows: Rows) -> None:
    assert rows(world, timelines.PROJECTS).is_empty(), "the only forecasts are of all together and of a team"
