"""Exact and simulated forecasts against published values, a naive oracle and each other."""

from itertools import chain, islice, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.timelines.processes import Days, Process, Weeks, chance_of, finished_by, simulated, simulated_total
from metrics.timelines.promises import (
    CONFIDENCES,
    crps_of_days,
    crps_of_total,
    days_until,
    most_items,
    together,
)

PUBLISHED = np.array([2, 0, 0, 5, 1, 3, 2, 4, 0, 0, 1, 1, 2, 4, 0, 0, 0, 1, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0])
small = st.lists(st.integers(0, 3), min_size=1, max_size=4)


def alike(finished: np.ndarray, coming: int = 730) -> Days:
    """Every day drawn from all days."""
    return Days(finished, np.zeros(len(finished), dtype=np.int64), np.zeros(coming, dtype=np.int64))


def after(process: Process, days: int) -> np.ndarray:
    return next(islice(process.totals(), days - 1, None))


def test_how_many_in_ten_days_as_published() -> None:
    totals = after(alike(PUBLISHED), 10)
    assert [most_items(totals, confidence)[0] for confidence in CONFIDENCES] == [10, 8, 6, 4]


def test_when_28_items_as_published() -> None:
    finished = finished_by(alike(PUBLISHED), 28)
    found = [days_until(finished, confidence) for confidence in CONFIDENCES]
    assert [day for day, _ in found] == [27, 31, 35, 41]
    assert finished[29] == pytest.approx(0.664, abs=5e-4)
    assert chance_of(after(alike(PUBLISHED), 30), 28) == pytest.approx(finished[29])


@given(
    days=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=5),
    coming=st.lists(st.integers(0, 1), min_size=1, max_size=4),
)
def test_days_against_every_possible_future(days: list[tuple[int, int]], coming: list[int]) -> None:
    finished, kinds = map(np.array, zip(*days, strict=True))
    drawn = [[n for n, kind in days if kind == wanted] or [n for n, _ in days] for wanted in coming]
    futures = [sum(future) for future in product(*drawn)]
    totals = after(Days(finished, kinds, np.array(coming)), len(coming))
    for items in range(max(futures) + 2):
        expected = sum(future >= items for future in futures) / len(futures)
        assert chance_of(totals, items) == pytest.approx(expected)
    for confidence in CONFIDENCES:
        items, stated = most_items(totals, confidence)
        least = [k for k in range(max(futures) + 1) if sum(f >= k for f in futures) >= confidence * len(futures) - 1e-9]
        assert items == max(least)
        assert stated == pytest.approx(sum(future >= items for future in futures) / len(futures))


@given(finished=st.lists(st.integers(0, 3), min_size=14, max_size=23), days=st.integers(1, 16))
def test_weeks_against_every_possible_future(finished: list[int], days: int) -> None:
    whole = len(finished) // 7
    weeks = [finished[len(finished) - 7 * (number + 1) :][:7] for number in range(whole)]
    futures = [sum(list(chain(*future))[:days]) for future in product(weeks, repeat=-(-days // 7))]
    totals = after(Weeks(np.array(finished), 20), days)
    for items in range(max(futures) + 2):
        assert chance_of(totals, items) == pytest.approx(sum(f >= items for f in futures) / len(futures))


@given(finished=small, items=st.integers(1, 8))
def test_when_and_how_many_are_the_same_distribution(finished: list[int], items: int) -> None:
    process = alike(np.array(finished), 20)
    by = finished_by(process, items)
    for totals, chance in zip(process.totals(), by, strict=False):
        assert chance == pytest.approx(chance_of(totals, items))
    assert (np.diff(by) >= -1e-12).all()


@pytest.mark.parametrize("process", [alike(PUBLISHED), Weeks(PUBLISHED, 730)], ids=["days", "weeks"])
def test_simulation_without_growth_agrees_with_the_exact_answer(process: Process) -> None:
    exact = finished_by(process, 28)
    found = simulated(process, 28, seed=[1])
    size = min(len(exact), len(found))
    assert np.abs(exact[:size] - found[:size]).max() < 0.02  # four standard errors of 10,000 trials


def test_simulation_is_the_same_for_the_same_seed() -> None:
    process = alike(PUBLISHED)
    first, again, other = (simulated(process, 28, growth=0.3, seed=[seed]) for seed in (5, 5, 6))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_growth_takes_longer_by_what_comes_in() -> None:
    # One a day, and one new for every second that is finished: twice the work.
    found = simulated(alike(np.array([1])), 200, growth=0.5, seed=[1])
    day, _ = days_until(found, 0.5)
    assert day == pytest.approx(400, rel=0.02)


def test_scope_that_grows_as_fast_as_it_is_done_is_never_surely_finished() -> None:
    found = simulated(alike(np.array([1]), 100), 50, growth=1.2, seed=[1])
    assert len(found) == 100
    assert days_until(found, 0.5) is None


def test_nothing_was_ever_finished() -> None:
    finished = finished_by(alike(np.zeros(30, dtype=np.int64), 50), 1)
    assert finished.tolist() == [0.0] * 50
    assert days_until(finished, 0.5) is None
    assert most_items(after(alike(np.zeros(30, dtype=np.int64), 50), 10), 0.5) == (0, 1.0)


def test_a_burst_is_drawn_as_a_burst() -> None:
    # 100 on one day of ten: 100 within a day one time in ten.
    finished = finished_by(alike(np.array([100] + [0] * 9)), 100)
    assert finished[0] == pytest.approx(0.1)
    assert finished[6] == pytest.approx(1 - 0.9**7)


def test_a_monday_is_drawn_from_mondays() -> None:
    kinds = np.arange(28) % 7
    finished = np.where(kinds == 0, 3, np.where(kinds < 5, 1, 0))
    totals = after(Days(finished, kinds, np.arange(14) % 7), 14)
    assert np.flatnonzero(totals > 0).tolist() == [14]


def test_two_teams_are_as_late_as_the_later_one() -> None:
    assert together([np.array([0.2, 0.5, 1.0]), np.array([0.5, 0.5])]).tolist() == [0.1, 0.25, 0.5]


@given(finished=small, outcome=st.integers(0, 12))
def test_crps_is_the_mean_distance_less_half_the_spread(finished: list[int], outcome: int) -> None:
    """Another way to the score: E|X − y| − E|X − X'| / 2."""
    futures = np.array([sum(future) for future in product(finished, repeat=3)])
    expected = np.abs(futures - outcome).mean() - np.abs(futures[:, None] - futures[None, :]).mean() / 2
    assert crps_of_total(after(alike(np.array(finished)), 3), outcome) == pytest.approx(expected)


def test_crps_of_days_counts_the_days_between_promise_and_outcome() -> None:
    on_the_third = np.array([0.0, 0.0, 1.0])
    assert [crps_of_days(on_the_third, outcome, 20) for outcome in (1, 3, 7)] == [2, 0, 4]
    assert crps_of_days(on_the_third, None, 5) == 3
    assert crps_of_days(on_the_third, None, 2) == 0


def test_half_the_capacity_takes_twice_as_long() -> None:
    found = simulated(alike(np.array([2])), 200, capacity=0.5, seed=[1])
    assert days_until(found, 0.5)[0] == pytest.approx(200, rel=0.03)
    more = simulated(alike(np.array([2])), 300, capacity=1.5, seed=[1])
    assert days_until(more, 0.5)[0] == pytest.approx(100, rel=0.03)


def test_another_capacity_thins_the_total() -> None:
    exact = after(alike(np.array([0, 1])), 20)
    same = simulated_total(alike(np.array([0, 1])), 20, capacity=1, seed=[1])
    half = simulated_total(alike(np.array([0, 1])), 20, capacity=0.5, seed=[1])
    assert np.abs(exact - np.pad(same, (0, len(exact) - len(same)))).max() < 0.02
    assert (half * np.arange(len(half))).sum() == pytest.approx(5, rel=0.03)
