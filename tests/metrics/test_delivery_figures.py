"""The figures of delivery by scope and period, what is suppressed, and the intervals of small shares."""

from datetime import date

import polars as pl
import pytest
from delivery_worlds import BEGIN, REPO, Delivery, ago
from hypothesis import given
from hypothesis import strategies as st

from leadline.config.checks import may_be
from metrics.catalogue import METRICS
from metrics.delivery.intervals import RATIOS, ratio_intervals

DAY = 86_400.0
OTHER = "git:acme/web"


def busy() -> Delivery:
    """Two repositories: twelve deployments of a change each in the last 60 days, the other one two."""
    story = Delivery()
    previous: list[str] = []
    for number in range(12):
        days_ago = 60 - 5 * number
        sha = story.commit(f"c{number}", days_ago, parents=previous)
        story.merged(sha, days_ago - 1, first_commit_days_ago=days_ago)
        story.deploy(sha, days_ago - 2 - number / 10, name=f"d{number}")
        previous = [sha]
    story.add("incidents", incident_id="i", repo_id=REPO, opened_at=ago(22.5), resolved_at=ago(21.5))
    for number in range(2):
        story.commit(f"w{number}", 9, repo_id=OTHER, parents=[f"w{number - 1}"] if number else [])
        story.deploy(f"w{number}", 8 - number, repo_id=OTHER, name=f"w{number}")
    for number in range(6):
        story.run_of("Test", f"c{number}", 3 + number, conclusion="failure" if number < 2 else "success")
    return story


def rolling(story: Delivery, metric: str, scope: str = "all") -> tuple[object, ...]:
    found = story.run()["observations"].filter(metric=metric, scope=scope, period="rolling_90d")
    return found.select("value", "n", "coverage", "reason").row(0)


def test_lead_times_leave_out_the_first_deployment_and_count_it() -> None:
    story = busy()
    # The changes after the first took 2.1, 2.2 … 3.1 days.
    value, *rest = rolling(story, "change_lead_time", REPO)
    assert value == pytest.approx(2.6 * DAY)
    assert rest == [11, 11 / 12, None]
    assert rolling(story, "change_lead_time_p85", REPO)[0] == pytest.approx((2.1 + 0.85) * DAY)
    assert rolling(story, "merge_to_production", REPO)[0] == pytest.approx(1.6 * DAY)


def test_few_items_are_no_percentile() -> None:
    story = Delivery()
    for number in range(10):
        sha = story.commit(f"c{number}", 20 - number, parents=[f"c{number - 1}"] if number else [])
        story.merged(sha, 20 - number)
        story.deploy(sha, 20 - number, name=f"d{number}")
    assert rolling(story, "change_lead_time")[1:] == (9, 0.9, None)
    assert rolling(story, "change_lead_time_p85") == (None, 9, 0.9, "too_few_items")


def test_rates_are_of_deployments() -> None:
    story = busy()
    assert rolling(story, "change_fail_rate", REPO) == (1 / 12, 12, 1.0, None)
    assert rolling(story, "change_fail_rate") == (1 / 14, 14, 1.0, None)
    assert rolling(story, "deployment_rework_rate", OTHER) == (0.0, 2, 1.0, None)


def test_a_failed_deployment_counts_when_it_was_deployed_and_coverage_tells_what_is_mended() -> None:
    story = Delivery()
    for number in range(6):
        story.deploy(None, 60 - 8 * number, name=f"d{number}")
        over = None if number == 5 else ago(58 - 8 * number)
        story.add(
            "incidents",
            incident_id=f"i{number}",
            repo_id=REPO,
            opened_at=ago(59 - 8 * number),
            resolved_at=over,
        )
    assert rolling(story, "failed_deployment_recovery_time") == (2 * DAY, 5, 5 / 6, None)
    assert rolling(story, "time_to_restore") == (DAY, 5, 1.0, None)
    weekly = story.run()["observations"].filter(metric="change_fail_rate", scope="all", period="week")
    assert weekly.filter(pl.col("value") == 1).height == 6
    assert weekly.filter(pl.col("value").is_null())["reason"].unique().to_list() == ["no_items"]


def test_runs_count_by_how_they_ended() -> None:
    story = busy()
    assert rolling(story, "ci_failure_share") == (2 / 6, 6, 1.0, None)
    assert rolling(story, "ci_flaky_share", REPO) == (0.0, 6, 1.0, None)
    assert rolling(story, "ci_duration") == (None, 4, 1.0, "too_few_items")


def test_a_team_has_the_repositories_of_its_patterns_once() -> None:
    story = busy()
    for team, pattern in [("both", "acme/*"), ("both", "acme/app"), ("web", "acme/web"), ("small", "acme/web")]:
        story.add("team_scopes", team=team, kind="repository", pattern=pattern)
    for team, person in [("both", "a"), ("both", "b"), ("web", "a"), ("web", "b"), ("small", "a")]:
        story.add("team_members", team=team, person_id=person, valid_from=BEGIN)
    assert rolling(story, "change_fail_rate", "both") == (1 / 14, 14, 1.0, None)
    assert rolling(story, "change_fail_rate", "web") == (0.0, 2, 1.0, None)
    assert rolling(story, "change_fail_rate", "small") == (None, None, None, "group_too_small")


def test_incidents_of_no_repository_count_in_the_whole_alone() -> None:
    story = Delivery()
    for number in range(5):
        story.add("incidents", incident_id=f"i{number}", opened_at=ago(9), resolved_at=ago(8))
    assert rolling(story, "time_to_restore") == (DAY, 5, 1.0, None)
    assert set(story.run()["observations"].filter(metric="time_to_restore")["scope"]) == {"all"}


def test_days_between_deployments_are_those_of_one_environment() -> None:
    story = Delivery()
    for number in range(6):
        story.deploy(None, 20 - 2 * number, "production")
        story.deploy(None, 20 - 2 * number - 0.1, "prod-eu")
    value, n, *_ = rolling(story, "days_between_deployments")
    assert (round(float(str(value)), 6), n) == (2.0, 10)


def test_weekly_deployments_sum_to_the_rows() -> None:
    tables = busy().run()
    weekly = tables["observations"].filter(metric="change_fail_rate", scope="all", period="week")
    after = weekly["period_start"].max()
    assert isinstance(after, date)
    counted = tables["deployments"].filter(pl.col("finished_at").dt.date().dt.truncate("1w") <= after)
    assert weekly["n"].sum() == counted.height


def test_every_null_has_a_reason() -> None:
    observed = busy().run()["observations"]
    assert observed.filter(pl.col("value").is_null() != pl.col("reason").is_not_null()).is_empty()
    assert set(observed["metric"]) <= {metric.name for metric in METRICS}


@pytest.mark.parametrize(
    ("failed", "n", "low", "high"),
    # Published values: Newcombe 1998, Statistics in Medicine 17, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_are_wilsons(failed: int, n: int, low: float, high: float) -> None:
    assert intervals(failed, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500), st.data())
def test_intervals_hold_their_share(n: int, data: st.DataObject) -> None:
    failed = data.draw(st.integers(0, n))
    low, high = intervals(failed, n)
    assert 0 <= low <= failed / n + 1e-12
    assert failed / n - 1e-12 <= high <= 1


def test_none_and_all_are_exact_bounds() -> None:
    assert intervals(0, 7)[0] == 0
    assert intervals(7, 7)[1] == 1


def intervals(failed: int, n: int) -> tuple[float, float]:
    observed = pl.LazyFrame(
        {
            "metric": [RATIOS[0], "deployment_frequency"],
            "scope_kind": "all",
            "scope": "all",
            "period": "week",
            "period_start": date(2025, 1, 6),
            "value": failed / n,
            "n": n,
        }
    )
    ((low, high),) = ratio_intervals(observed).collect().select("low", "high").rows()
    return low, high


def test_a_share_without_a_value_has_no_interval() -> None:
    tables = busy().run()
    valued = tables["observations"].filter(pl.col("metric").is_in(RATIOS), pl.col("value").is_not_null())
    key = ["metric", "scope_kind", "scope", "period", "period_start"]
    assert tables["ratio_intervals"].select(key).rows() == valued.sort(key).select(key).rows()
    assert valued.height


def test_days_between_deployments_are_those_of_one_workflow() -> None:
    story = Delivery()
    for number in range(6):
        story.run_of("Deploy app", f"c{number}", 20 - 2 * number)
        story.run_of("Deploy site", f"c{number}", 20 - 2 * number - 0.1)
    value, n, *_ = rolling(story, "days_between_deployments")
    assert (round(float(str(value)), 6), n) == (2.0, 10)


@pytest.mark.parametrize(
    ("pattern", "has"),
    [
        ("app", ["git:acme/app"]),
        ("acme/app", ["git:acme/app"]),
        ("acme/*", ["git:acme/app", "git:acme/tools/lib"]),
        ("cme/app", []),
        ("acme/ap", []),
        ("l?b", ["git:acme/tools/lib"]),
        ("tools/*", ["git:acme/tools/lib"]),
        ("tools", []),
        ("mirrors/site", ["local:site"]),
        ("s.te", []),
    ],
)
def test_a_team_has_the_repositories_that_its_configuration_may_name(pattern: str, has: list[str]) -> None:
    story = Delivery()
    story.deploy("c", 1, repo_id="git:acme/tools/lib")
    story.add("repositories", repo_id="local:site", name="site", url="/srv/mirrors/site.git")
    story.add("team_scopes", team="T", kind="repository", pattern=pattern)
    scopes = story.run()["delivery_scopes"].filter(scope_kind="team")
    assert scopes.select("scope", "repo_id").rows() == [("T", repo_id) for repo_id in has]
    parts = {"git:acme/app": "acme/app", "git:acme/tools/lib": "acme/tools/lib", "local:site": "srv/mirrors/site"}
    assert [repo_id for repo_id, text in parts.items() if may_be(pattern, text.split("/"))] == has
