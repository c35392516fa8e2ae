"""The flow of pull requests against plain Python on invented worlds."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import oracles_pull_requests as oracle
import polars as pl
import pytest
from git_worlds import run
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from pull_request_worlds import PIPELINES, invent

from metrics.pull_requests.definitions import PHASES

worlds = st.integers(0, 2**32 - 1)
few = settings(max_examples=5, deadline=None)
Rows = list[oracle.Row]
UNTOLD = {"number", "title", "url", "author_id"}


def close(value: Any) -> Any:
    return pytest.approx(value) if isinstance(value, float) else value


@few
@given(worlds)
def test_every_column_of_the_flow(seed: int) -> None:
    world = invent(seed)
    found = {row["pr_id"]: row for row in world.computed()["pull_request_flow"].iter_rows(named=True)}
    expected = oracle.flow(world.world)
    assert found.keys() == expected.keys()
    for pr_id, row in found.items():
        told = {name: close(expected[pr_id][name]) for name in row.keys() - UNTOLD}
        assert {name: value for name, value in row.items() if name not in UNTOLD} == told


@few
@given(worlds)
def test_every_definition(seed: int) -> None:
    world = invent(seed, pull_requests=30)
    found = world.computed()["pull_request_flow_definitions"]
    expected = {
        (pr_id, *key): close(seconds)
        for pr_id, row in oracle.flow(world.world).items()
        for key, seconds in oracle.definitions(row).items()
    }
    assert {(pr, name, phase): seconds for pr, name, phase, seconds, _ in found.iter_rows()} == expected
    assert found.filter(pl.col("seconds").is_null() != pl.col("reason").is_not_null()).is_empty()
    phases = {(name, phase) for name, phases in PHASES.items() for phase in phases}
    assert set(found.select("definition", "phase").unique().iter_rows()) == phases


@few
@given(worlds)
def test_the_network_of_reviews(seed: int) -> None:
    world = invent(seed)
    found = world.computed()["review_edges"]
    expected = oracle.edges(world.world, oracle.flow(world.world))
    assert {tuple(key): (reviews, comments) for *key, reviews, comments in found.iter_rows()} == expected


def percentile(column: str, share: int, needed: int) -> Callable[[Rows], float | None]:
    def of(rows: Rows) -> float | None:
        values = [row[column] for row in rows if row[column] is not None]
        return float(np.percentile(values, share)) if len(values) >= needed else None

    return of


def share(holds: Callable[[oracle.Row], bool]) -> Callable[[Rows], float | None]:
    return lambda rows: sum(map(holds, rows)) / len(rows) if rows else None


def count(rows: Rows) -> float:
    return len(rows)


def depth(rows: Rows) -> float | None:
    sized = [row for row in rows if row["size_lines"]]
    return sum(r["review_comments"] for r in sized) * 100 / sum(r["size_lines"] for r in sized) if sized else None


def accepted(rows: Rows) -> float | None:
    declined = [row for row in rows if row["state"] == "closed"]
    return (len(rows) - len(declined)) / len(declined) if declined else None


FIGURES: dict[str, tuple[str, Callable[[Rows], float | None]]] = {
    "merged_pull_requests": ("merged_at", count),
    "opened_pull_requests": ("opened_at", count),
    "pull_request_cycle_time": ("merged_at", percentile("cycle_seconds", 50, 5)),
    "pull_request_cycle_time_p85": ("merged_at", percentile("cycle_seconds", 85, 10)),
    "coding_time": ("merged_at", percentile("coding_seconds", 50, 5)),
    "pull_request_size": ("merged_at", percentile("size_lines", 50, 5)),
    "abandoned_rate": ("closed_at", share(lambda row: row["state"] == "closed")),
    "abandoned_time": ("closed_at", percentile("abandoned_seconds", 50, 5)),
    "human_response_after_ai": ("merged_at", percentile("human_after_ai_working_seconds", 50, 5)),
    "pickup_time": ("merged_at", percentile("pickup_working_seconds", 50, 5)),
    "pickup_time_p85": ("merged_at", percentile("pickup_working_seconds", 85, 10)),
    "review_time": ("merged_at", percentile("review_working_seconds", 50, 5)),
    "merge_wait": ("merged_at", percentile("merge_wait_working_seconds", 50, 5)),
    "review_rounds": ("merged_at", percentile("review_rounds", 50, 5)),
    "merged_without_review": ("merged_at", share(lambda row: row["merged_without_review"])),
    "reviewed_by_ai_only": ("merged_at", share(lambda row: row["reviewed_by_ai_only"])),
    "review_depth": ("merged_at", depth),
    "change_request_acceptance_ratio": ("closed_at", accepted),
    "change_request_duration": ("merged_at", percentile("duration", 50, 5)),
    "time_to_first_response": ("first_answer_at", percentile("response", 50, 5)),
}
"""What happened to the pull requests of a period, and how they become a figure."""


def scopes_of(row: oracle.Row) -> set[tuple[str, str]]:
    if not row["author_is_human"]:
        return set()
    return {("all", "all"), ("repository", row["repo_id"]), *(("team", team) for team in row["teams"])}


def end_of(period: str, start: date) -> date:
    days = {"week": 7, "rolling_90d": 90}
    return start + timedelta(days=days[period]) if period in days else (start + timedelta(days=31)).replace(day=1)


@few
@given(worlds)
def test_every_figure_of_every_period(seed: int) -> None:
    world = invent(seed)
    rows = list(oracle.flow(world.world).values())
    for row in rows:
        for name, end in (("duration", "merged_at"), ("response", "first_answer_at")):
            seconds = (row[end] - row["opened_at"]).total_seconds() if row[end] else None
            row[name] = seconds if seconds is not None and seconds >= 0 else None
    found = world.computed()["observations"].filter(pl.col("reason").ne_missing("group_too_small"))
    seen = set()
    for told in found.iter_rows(named=True):
        start = told["period_start"]
        end = end_of(told["period"], start)
        mine = [row for row in rows if (told["scope_kind"], told["scope"]) in scopes_of(row)]

        def within(at: str, items: Rows = mine, first: date = start, last: date = end) -> Rows:
            return [row for row in items if row[at] and first <= oracle.local_day(row[at]) < last]

        metric = told["metric"]
        seen.add(metric)
        if metric == "change_request_closure_ratio":
            opened = within("opened_at")
            expected = len(within("closed_at")) / len(opened) if opened else None
        elif metric == "open_pull_requests_at_risk":
            is_open = [row for row in mine if row["state"] == "open"]
            known = [row["is_at_risk"] for row in is_open if row["is_at_risk"] is not None]
            expected = sum(known) if known or not is_open else None
        else:
            at, figure = FIGURES[metric]
            expected = figure(within(at))
        assert told["value"] == (None if expected is None else pytest.approx(expected)), told
        assert (told["value"] is None) == (told["reason"] is not None), told
    assert seen == FIGURES.keys() | {"change_request_closure_ratio", "open_pull_requests_at_risk"}


@few
@given(worlds)
def test_merges_of_the_weeks_add_up_and_small_teams_are_not_shown(seed: int) -> None:
    world = invent(seed)
    observed = world.computed(minimum_group=3)["observations"].filter(pl.col("metric") == "merged_pull_requests")
    repositories = observed.filter(pl.col("scope_kind") == "repository").group_by("period", "period_start")
    whole = observed.filter(pl.col("scope_kind") == "all")
    together = repositories.agg(pl.col("value").sum()).sort("period", "period_start")
    assert_frame_equal(together, whole.select("period", "period_start", "value").sort("period", "period_start"))
    small = observed.filter(pl.col("scope") == "small")
    assert set(small["reason"]) <= {"group_too_small"}
    assert small["value"].null_count() == small.height


@pytest.mark.parametrize("seed", range(2))
def test_rows_keep_their_contract_in_any_order(seed: int) -> None:
    world = invent(seed)
    expected = world.computed()
    frames = world.frames().items()
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in frames}
    actual = run(shuffled, world.as_of, PIPELINES)
    for pipeline in PIPELINES:
        if pipeline.is_published:
            pipeline.schema.validate(expected[pipeline.feeds])
            assert_frame_equal(actual[pipeline.feeds], expected[pipeline.feeds], abs_tol=1e-9)


def test_a_repository_on_its_own_gives_its_part_of_the_whole() -> None:
    world = invent(3)
    whole = world.computed()
    for repo_id in ("hub:acme/r0", "hub:acme/r1"):
        part = invent(3)
        for name, rows in part.world.tables.items():
            of_it = [row for row in rows if row.get("repo_id", repo_id) == repo_id]
            part.world.tables[name] = [row for row in of_it if row.get("pr_id", repo_id).startswith(repo_id)]
        alone = part.computed()
        for table in ("pull_request_flow", "review_edges"):
            mine = whole[table].filter(pl.col("repo_id") == repo_id)
            assert_frame_equal(alone[table], mine)
        definitions = whole["pull_request_flow_definitions"].filter(pl.col("pr_id").str.starts_with(repo_id))
        assert_frame_equal(alone["pull_request_flow_definitions"], definitions)
