"""The page about delivery: what it says is what the tables hold, and it says it for every scope."""

import re
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from conftest import Open, Rows
from published_world import EMPTY, HARBOUR, KITCHEN, SMALL, TEAMS, publish_world
from test_dashboard_pages import assert_fine, texts, told

from dashboards.parts import charts, delivery_charts, time_charts
from dashboards.queries import delivery
from dashboards.queries.windows import recent
from dashboards.scope import Scope
from dashboards.views import builds, deployments, lead_time, undeployed
from metrics.delivery import ci

VIEWS = ("Lead time", "Deployments", "Waiting", "CI")
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
        *(getattr(delivery, name)(scope) for name in ("changes", "phases", "deployments", "found_by", "waiting")),
        *(getattr(delivery, name)(scope) for name in ("usual_wait", "rework", "fail_rate", "incidents", "builds")),
        delivery.trend("change_lead_time", scope),
    ]
    for sql in queries:
        found, nothing = rows(world, sql), rows(barren, sql)
        assert found.columns == nothing.columns
        assert nothing.drop_nulls(nothing.columns[0]).height == 0 or "count" in sql


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("parameters", [{}, {"repository": "harbour"}, {"repository": "empty"}, {"team": TEAMS[0]}])
def test_every_view_is_drawn(view: str, parameters: dict[str, str], world: Path, open_page: Open) -> None:
    app = open_page(world, "delivery", delivery=view, **parameters)
    assert_fine(app)
    assert app.title[0].value == "Are we delivering, how fast, how safely?"
    assert len(app.metric) >= 4


@pytest.mark.parametrize("view", VIEWS)
def test_empty_tables_say_what_fills_them(view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, "delivery", delivery=view)
    assert_fine(app)
    assert "`leadline run`" in texts(app) or "`leadline record deployment`" in texts(app)


def test_page_says_how_deployments_are_found(world: Path, open_page: Open) -> None:
    said = texts(open_page(world, "delivery"))
    assert (
        "How deployments are found: reported deployments in 1 repository, tags in 1 repository, none known in "
        "1 repository. Figures: the last 90 days; lines: by month." in said
    )
    assert "How deployments are found: tags in 1 repository." in texts(open_page(world, "delivery", team=TEAMS[1]))


def test_figures_are_spans_in_words_with_their_own_past(world: Path, open_page: Open) -> None:
    app = open_page(world, "delivery")
    figures = {part.label: part for part in app.metric}
    assert list(figures) == [
        "Change lead time", "Deployment frequency", "Change fail rate", "Recovery from failures",
    ]  # fmt: skip
    assert figures["Change lead time"].value.endswith(" days")
    assert figures["Deployment frequency"].value.endswith(" per week")
    assert told(app)["Change lead time"].endswith(" days usually")
    assert "changes" in figures["Change lead time"].proto.help


def test_changes_behind_the_figure_are_as_many_as_it_was_taken_from(world: Path, rows: Rows) -> None:
    found = rows(world, delivery.changes(Scope())).filter("is_recent")
    figure = rows(world, delivery.phases(Scope()))
    assert found.height > 50
    assert set(figure["changes"]) == {found.height}
    assert found["lead_seconds"].null_count() == 0


def test_parts_of_lead_time_add_up_to_all_of_it(world: Path, rows: Rows) -> None:
    parts = rows(world, delivery.phases(Scope()))
    assert parts["phase"].to_list() == [*delivery.PHASES, delivery.UNKNOWN]
    assert parts["share"].sum() == pytest.approx(1)
    changes = rows(world, delivery.changes(Scope())).filter("is_recent")
    waited, took = (charts.total(changes, column) for column in ("deploy_wait_seconds", "lead_seconds"))
    assert parts["share"][5] == pytest.approx(waited / took)
    assert parts["p50"][0] == pytest.approx(changes["coding_seconds"].median())
    assert parts["n"][1] == changes["pickup_seconds"].count() < changes.height
    largest = parts.head(6).sort("share").row(-1, named=True)
    assert lead_time.largest(parts).startswith(f"{largest['phase']} takes the largest part")


def test_the_last_90_days_begin_at_midnight_of_the_reporting_zone(
    world: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = {}
    for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
        monkeypatch.setenv("LEADLINE_DASHBOARDS_ZONE", zone)
        begins[zone] = rows(world, f"SELECT {recent()} AS begins").item()
    midnight = begins["UTC"]
    assert (midnight.hour, midnight.minute) == (0, 0)
    # In August, when New York is four hours behind.
    assert begins["America/New_York"] == midnight + timedelta(hours=4)
    assert begins["Asia/Tokyo"] == midnight - timedelta(hours=9)


def test_time_in_the_merge_queue_is_a_part(world: Path, rows: Rows) -> None:
    parts = rows(world, delivery.phases(Scope()))
    assert parts.filter(pl.col("phase") == "Merge queue")["share"].item() > 0


def test_of_very_many_changes_a_sample_is_drawn(world: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = rows(world, delivery.changes(Scope(weeks=None)))
    monkeypatch.setattr("dashboards.queries.windows.DOTS", 30)
    monkeypatch.setattr("dashboards.parts.time_charts.DOTS", 30)
    few = rows(world, delivery.changes(Scope(weeks=None)))
    before = few.filter(~pl.col("is_recent"))
    assert before.height == 30 < everything.filter(~pl.col("is_recent")).height
    assert few.filter("is_recent").equals(everything.filter("is_recent"))
    assert before.equals(rows(world, delivery.changes(Scope(weeks=None))).filter(~pl.col("is_recent")))
    assert time_charts.drawable(everything).height == 30
    told = time_charts.what_is_drawn(everything, "change")
    assert told == "The dots are 30 of the changes, drawn by lot"
    deployed = rows(world, delivery.deployments(Scope(weeks=None)))
    assert deployed.filter(~pl.col("failed")).height == 30
    assert deployed.filter("failed").height > 30


def test_few_items_have_no_percentile(world: Path, rows: Rows) -> None:
    usual = rows(world, delivery.usual_wait(Scope(EMPTY)))
    assert usual.rows() == [(None, None, 0)]
    for p50, p85, n in rows(world, delivery.phases(Scope(KITCHEN))).select("p50", "p85", "n").head(6).iter_rows():
        assert (p50 is None) == (n < 5)
        assert (p85 is None) == (n < 10)


def test_team_has_the_deployments_of_its_repositories(world: Path, rows: Rows) -> None:
    for team, repo_id in zip(TEAMS, (HARBOUR, KITCHEN), strict=True):
        scope = Scope(team=team)
        for sql in (
            delivery.deployments(scope),
            delivery.changes(scope),
            delivery.waiting(scope),
            delivery.builds(scope),
        ):
            assert set(rows(world, sql)["repo_id"]) == {repo_id}


def test_team_too_small_for_a_figure_is_too_small_for_its_charts(world: Path, open_page: Open) -> None:
    said = texts(open_page(world, "delivery", team=SMALL))
    assert said.count("Not shown: group too small.") == 3
    assert "Deploy wait takes" not in said
    assert "Not shown" not in texts(open_page(world, "delivery", team=TEAMS[0]))


def test_each_cause_of_a_failure_is_told_and_its_share_has_an_interval(world: Path, rows: Rows) -> None:
    found = deployments.told(rows(world, delivery.deployments(Scope())), {HARBOUR: "harbour"})
    failed = found.filter("failed")
    assert failed["cause"].null_count() == 0
    assert "A hotfix followed, It was rolled back" in set(failed["cause"])
    assert found.filter(~pl.col("failed"))["cause"].null_count() == found.height - failed.height
    assert set(failed["outcome"]) == {delivery_charts.FAILED}
    assert found["deployment_id"].is_unique().all()
    rate = pl.DataFrame([(0.25, 8, 0.07, 0.59)], schema=["value", "n", "low", "high"], orient="row")
    assert deployments.how_many_failed(rate) == (
        "2 of 8 deployments in the last 90 days failed: 25 % (95 % interval: 7.0 % to 59 %)"
    )
    assert deployments.how_many_failed(rate.clear()) == "How many of the last 90 days failed is not known"


def test_rework_is_told_by_rule(world: Path, rows: Rows) -> None:
    everything = rows(world, "SELECT * FROM metrics.rework_rules WHERE rule <> 'any' AND rework_deployments > 0")
    found = rows(world, delivery.rework(Scope()))
    assert found["deployments"].sum() == everything["rework_deployments"].sum() > 0
    assert found["rule"].is_unique().all()
    assert set(found["rule"]) <= set(deployments.REWORK)


def test_what_waits_is_listed_with_a_link_the_longest_first(world: Path, open_page: Open) -> None:
    app = open_page(world, "delivery", delivery="Waiting")
    waiting = app.dataframe[0].value
    assert list(waiting["waiting_seconds"]) == sorted(waiting["waiting_seconds"], reverse=True)
    assert all(url.startswith("https://example.org/") for url in waiting["url"])
    frame = pl.DataFrame({"waiting_seconds": [864000.0, 3600.0]})
    assert undeployed.longest(frame, None) == "2 changes wait, the longest for 10 days"
    assert undeployed.longest(frame, 86400.0).endswith(
        "; 1 longer than 85 % of the changes deployed in the last 90 days (24 h)"
    )
    assert undeployed.longest(frame, 1e7).endswith(
        "; none longer than 85 % of the changes deployed in the last 90 days (116 days)"
    )


def test_nothing_waits_where_everything_is_deployed(world: Path, open_page: Open) -> None:
    assert "`leadline record deployment`" in texts(open_page(world, "delivery", delivery="Waiting", repository="empty"))


def test_workflows_in_trouble_come_first_and_text_is_no_markup(world: Path, open_page: Open, rows: Rows) -> None:
    app = open_page(world, "delivery", delivery="CI", repository="harbour")
    shown = app.dataframe[0].value
    assert list(shown["trouble"]) == ["Fails", "Flaky", "Slower", ""]
    assert "Of 4 workflows, 1 fails now, 1 is flaky, 1 became slower." in texts(app)
    assert (
        builds.in_trouble(builds.judged(rows(world, delivery.builds(Scope(EMPTY)))))
        == "Of 0 workflows, none is in trouble"
    )


def test_address_that_is_none_is_not_linked(tmp_path: Path, open_page: Open) -> None:
    publish_world(tmp_path)
    app = open_page(tmp_path, "delivery", delivery="CI")
    links = app.dataframe[0].value["url"]
    assert set(links.dropna()) == {"https://example.org/runs/1"}
    assert links.isna().any(), "javascript: is no web address"


def test_weeks_are_drawn_where_most_have_a_median() -> None:
    weeks = [("week", n, float(n) if n < 4 else None) for n in range(5)]
    schema = ["period", "period_start", "p50"]
    many = pl.DataFrame([*weeks, ("month", 0, 9.0)], schema=schema, orient="row")
    assert lead_time.by_week_or_month(many)[0] == "week"
    few = many.with_columns(p50=pl.when(pl.col("period") == "month").then("p50"))
    name, periods = lead_time.by_week_or_month(few)
    assert (name, periods["p50"].to_list()) == ("month", [9.0])


def test_spread_counts_every_item_once() -> None:
    items = pl.DataFrame({"s": [0.0, 3600.0, 3601.0, 86400.0, 1e9, None]})
    bars = time_charts.spread_rows(items, span="s")
    assert bars["items"].sum() == 5
    assert bars["items"].to_list() == [2, 1, 1, 0, 0, 0, 0, 1]
    assert bars["by_then"].to_list()[-1] == "100 %"
    assert time_charts.spread_rows(items.clear(), span="s", working=True)["items"].sum() == 0


def test_the_page_says_when_a_workflow_is_in_trouble_as_the_table_does() -> None:
    said = re.findall(r"[0-9]+", builds.NOTE.replace("a minute", "60"))
    limits = (ci.MIN_STREAK, 100 * ci.MIN_FLAKY_SHARE, ci.MIN_FLAKY, ci.MIN_RUNS, 100 * ci.MIN_SLOWDOWN)
    assert [int(number) for number in said] == [90, *limits, ci.MIN_ADDED_SECONDS, 90]
