"""The backtest, the choice of a window and the calibration, against plain Python and against hindsight."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from git_worlds import SETTINGS
from polars.testing import assert_frame_equal
from timeline_worlds import START, computed, done_on, lively, noon

from metrics.clock import WorkingHours
from metrics.timelines.backtests import forecast_hits
from metrics.timelines.cases import forecast_cases
from metrics.timelines.choice import window_scores
from metrics.timelines.windows import kinds

DAYS = 200
Row = dict[str, Any]


def throughput(counts: list[int], team: str = "APP") -> pl.LazyFrame:
    days = [START + timedelta(days=number) for number in range(len(counts))]
    return pl.LazyFrame(
        {"team": [team] * len(counts), "day": days, "finished": counts, "created": counts},
        schema={"team": pl.String, "day": pl.Date, "finished": pl.Int64, "created": pl.Int64},
    )


def cases_of(counts: list[int], **settings: Any) -> pl.DataFrame:
    offered = {**SETTINGS, "as_of": None, **settings}
    wanted = {name: offered[name] for name in forecast_cases.settings}
    return forecast_cases(throughput(counts), **wanted).collect()


def added(first: dict[int, float], second: dict[int, float]) -> dict[int, float]:
    out: dict[int, float] = defaultdict(float)
    for total, chance in first.items():
        for more, other in second.items():
            out[total + more] += chance * other
    return out


def even(values: list[int]) -> dict[int, float]:
    out: dict[int, float] = defaultdict(float)
    for value in values:
        out[value] += 1 / len(values)
    return out


def naive_totals(counts: list[int], origin: int, sampling: str, window: int, days: int) -> list[dict[int, float]]:
    """The distribution after one, two, three … days, in plain Python; days off are drawn together."""

    def kind(number: int) -> int:
        weekday = (START + timedelta(days=number)).weekday()
        return weekday if weekday < 5 else 7

    out, total = [], {0: 1.0}
    if sampling == "days":
        for number in range(origin, origin + days):
            alike = [counts[past] for past in range(origin - window, origin) if kind(past) == kind(number)]
            total = added(total, even(alike))
            out.append(total)
        return out
    ends = range(origin, origin - window + 6, -7)
    weeks = [counts[end - 7 : end] for end in ends if end - 7 >= origin - window]
    for number in range(days):
        begun = even([sum(week[: number % 7 + 1]) for week in weeks])
        out.append(added(total, begun))
        if number % 7 == 6:
            total = out[-1]
    return out


@pytest.mark.parametrize("seed", range(3))
def test_cases_against_plain_python(seed: int) -> None:
    counts = lively(seed, 120)
    found = cases_of(counts)
    assert set(found["window_days"]) == {30, 60, 90}
    last = found["origin"].max()
    sample = found.filter(pl.col("target").is_in([7, 28, 10]), pl.col("origin").is_in([last, date(2025, 2, 24)]))
    assert sample.height > 40
    for row in sample.to_dicts():
        origin = (row["origin"] - START).days
        window = counts[origin - row["window_days"] : origin]
        assert sum(window) >= 20
        assert sum(map(bool, window)) >= 5
        ahead = naive_totals(counts, origin, row["sampling"], row["window_days"], 60)
        future = counts[origin:]
        if row["question"] == "how_many":
            totals = ahead[row["target"] - 1]
            chance = {k: sum(c for total, c in totals.items() if total >= k) for k in range(max(totals) + 1)}
            answer = max(k for k, c in chance.items() if c >= row["confidence"] - 1e-9)
            assert (row["answer"], row["stated"]) == (answer, pytest.approx(chance[answer]))
            assert row["known_on"] == row["origin"] + timedelta(days=row["target"])
            is_known = len(future) >= row["target"]
            assert row["outcome"] == (sum(future[: row["target"]]) if is_known else None)
            if is_known:
                spread = sum(abs(a - b) * p * q for a, p in totals.items() for b, q in totals.items())
                score = sum(abs(total - row["outcome"]) * p for total, p in totals.items()) - spread / 2
                assert row["crps"] == pytest.approx(score)
        else:
            by = [sum(chance for total, chance in totals.items() if total >= row["target"]) for totals in ahead]
            answer = next(day for day, chance in enumerate(by, 1) if chance >= row["confidence"] - 1e-9)
            assert (row["answer"], row["stated"]) == (answer, pytest.approx(by[answer - 1]))
            seen = (row["known_on"] - row["origin"]).days
            took = next((day for day in range(1, len(future) + 1) if sum(future[:day]) >= row["target"]), None)
            if seen <= len(future):
                assert row["outcome"] == (took if took is not None and took <= seen else None)
                happened = [float(took is not None and day >= took) for day in range(1, seen + 1)]
                assert row["crps"] == pytest.approx(
                    sum((b - h) ** 2 for b, h in zip(by, happened, strict=False)), abs=1e-4
                )
            else:
                assert row["crps"] is None


def test_when_is_judged_when_the_latest_window_has_been_wrong_or_right() -> None:
    found = cases_of(lively(1, DAYS)).filter(pl.col("question") == "when")
    latest = found.group_by("origin", "target").agg(
        seen=(pl.col("known_on") - pl.col("origin")).dt.total_days().max(),
        ways=pl.col("known_on").n_unique(),
        last=pl.col("answer").filter(pl.col("confidence") == 0.95).max(),
    )
    assert set(latest["ways"]) == {1}
    assert latest["seen"].to_list() == latest["last"].to_list()


def test_nothing_is_known_beforehand() -> None:
    """What happens later changes neither what was forecast nor which window was chosen."""
    counts = lively(3, DAYS)
    cut = START + timedelta(days=140)
    answers = ["origin", "sampling", "window_days", "question", "target", "confidence", "answer", "stated", "known_on"]
    before, after = cases_of(counts[:140]), cases_of(counts[:140] + [9] * 60)
    past = pl.col("origin") < cut
    assert before.filter(past).height > 500
    assert_frame_equal(before.filter(past).select(answers), after.filter(past).select(answers))
    choices = [window_scores(found.lazy()).collect().filter(past) for found in (before, after)]
    assert_frame_equal(*choices)


@pytest.mark.parametrize("seed", range(2))
def test_choice_against_plain_python(seed: int) -> None:
    found = cases_of(lively(seed, DAYS))
    rows = [row for row in found.to_dicts() if row["confidence"] == 0.5]
    for scored in window_scores(found.lazy()).collect().sample(30, seed=seed).to_dicts():
        known = [row for row in rows if row["crps"] is not None and row["known_on"] <= scored["origin"]]
        own = [row for row in known if all(row[name] == scored[name] for name in ("sampling", "window_days"))]
        ratios = []
        for asked in {(row["question"], row["target"]) for row in own}:
            mine = [row for row in own if (row["question"], row["target"]) == asked]
            usual = 0.0
            for row in mine:
                same = [
                    other["crps"]
                    for other in known
                    if all(other[name] == row[name] for name in ("origin", "question", "target"))
                ]
                usual += sum(same) / len(same)
            ratios.append(sum(row["crps"] for row in mine) / usual if usual else 1.0)
        assert scored["cases"] == len(own)
        expected = sum(ratios) / len(ratios) if len(own) >= 20 else None
        assert scored["score"] == (None if expected is None else pytest.approx(expected))
    of_day = window_scores(found.lazy()).collect().filter("is_usable").group_by("origin")
    for _, windows in of_day:
        (chosen,) = windows.filter("is_chosen").to_dicts()
        scores = [row["score"] for row in windows.to_dicts() if row["score"] is not None]
        if scores:
            assert chosen["score"] == pytest.approx(min(scores))
        else:
            assert chosen["sampling"] == "days"


def test_record_counts_every_promise_once() -> None:
    tables = computed(done_on(lively(2, DAYS)), START + timedelta(days=DAYS))
    cases = cases_of(lively(2, DAYS)).filter(pl.col("crps").is_not_null(), pl.col("answer") > 0)
    own = tables["forecast_backtests"].filter(pl.col("team") == "APP")
    assert own["cases"].sum() == cases.height
    for row in own.sample(40, seed=1).to_dicts():
        same = cases.filter(
            *(pl.col(name) == row[name] for name in ("sampling", "window_days", "question", "target", "confidence"))
        ).to_dicts()
        if row["question"] == "how_many":
            held = [case["outcome"] >= case["answer"] for case in same]
        else:
            held = [case["outcome"] is not None and case["outcome"] <= case["answer"] for case in same]
        errors = [(case["stated"] - hit) ** 2 for case, hit in zip(same, held, strict=True)]
        assert (row["cases"], row["hits"]) == (len(same), sum(held))
        assert row["brier"] == pytest.approx(sum(errors) / len(errors))
        assert row["crps"] == pytest.approx(sum(case["crps"] for case in same) / len(same))
        assert row["horizon_days"] == (row["target"] if row["question"] == "how_many" else None)


def test_calibration_is_that_of_the_windows_chosen_at_the_time() -> None:
    counts = lively(2, DAYS)
    cases = cases_of(counts)
    scores = window_scores(cases.lazy())
    settings = {"as_of": noon(START + timedelta(days=DAYS)), "zone": "UTC"}
    hits = forecast_hits(cases.lazy(), scores, **settings).collect().filter("is_chosen")
    found = computed(done_on(counts), START + timedelta(days=DAYS))["forecast_calibration"]
    for row in found.filter(pl.col("team") == "APP").to_dicts():
        same = hits.filter(pl.col("question") == row["question"], pl.col("confidence") == row["confidence"])
        assert (row["basis"], row["cases"], row["hits"]) == ("backtest", same.height, same["held"].sum())
        if row["cases"] >= 10:
            share = row["hits"] / row["cases"]
            assert row["sentence"] == (
                f"Our {row['confidence']:.0%} came true in {share:.0%} of {row['cases']} cases."
            ).replace("%", " %")
            assert row["low"] <= row["share"] <= row["high"]
    promised = found.filter(pl.col("team") == "APP", pl.col("question") == "how_many").sort("confidence")
    assert all(low <= high for low, high in pairwise(promised["hits"]))


def test_a_steady_team_keeps_what_it_promises() -> None:
    """Two a working day, for ever: every promise is exact and comes true."""
    counts = [2 * ((START + timedelta(days=number)).weekday() < 5) for number in range(DAYS)]
    tables = computed(done_on(counts), START + timedelta(days=DAYS))
    assert set(tables["forecast_backtests"]["brier"]) == {0.0}
    assert set(tables["forecast_calibration"]["share"]) == {1.0}
    week = tables["forecasts"].filter(
        pl.col("team") == "APP", pl.col("question") == "how_many", pl.col("target") == "7"
    )
    assert set(week["answer_items"]) == {10}


def test_too_little_is_not_forecast() -> None:
    few = [1] * 19 + [0] * 80
    tables = computed(done_on(few), START + timedelta(days=99))
    assert tables["forecast_backtests"].is_empty()
    assert set(tables["forecast_windows"]["reason"]) == {"too_little_data"}
    assert set(tables["forecasts"]["reason"]) == {"too_little_data"}
    assert tables["forecasts"].select("answer_on", "answer_items", "stated").null_count().sum_horizontal().item() == (
        3 * tables["forecasts"].height
    )


def test_a_single_burst_is_no_history() -> None:
    burst = [0] * 50 + [400] + [0] * 50
    tables = computed(done_on(burst), START + timedelta(days=101))
    assert set(tables["forecasts"]["reason"]) == {"too_little_data"}


def test_weeks_without_anything_count() -> None:
    """Zero weeks are drawn as often as they happened: a team that finished all in two of twelve weeks is slow."""
    counts = ([2] * 14 + [0] * 70) * 2
    tables = computed(done_on(counts), START + timedelta(days=len(counts)))
    weeks = tables["throughput_days"].filter(pl.col("team") == "APP")
    assert weeks.height == len(counts)
    assert weeks["finished"].sum() == sum(counts)


def test_no_tickets_no_forecast() -> None:
    assert all(table.is_empty() for table in computed([], START).values())


def test_one_team_is_the_whole() -> None:
    tables = computed(done_on(lively(5, 120)), START + timedelta(days=120))
    for name in ("forecasts", "forecast_backtests", "forecast_windows", "throughput_days"):
        of = {team: tables[name].filter(pl.col("team") == team).drop("team") for team in ("APP", "all")}
        assert_frame_equal(of["APP"], of["all"])


def test_kinds_of_days() -> None:
    hours = WorkingHours("UTC", workdays=(0, 1, 2, 3), holidays=(date(2025, 1, 1),))
    days = np.datetime64("2024-12-30") + np.arange(8)
    assert kinds(days, hours).tolist() == [0, 1, 7, 3, 7, 7, 7, 0]
