"""Every table of the room of coordination against plain Python, on invented companies."""

from typing import Any

import polars as pl
import pytest
from coordination_worlds import CoordinationWorld, invent
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles_coordination import Oracle
from oracles_pull_requests import worked
from polars.testing import assert_frame_equal

SEEDS = st.integers(0, 10**6)
Told = tuple[CoordinationWorld, dict[str, pl.DataFrame], Oracle]


def asked(seed: int) -> Told:
    told = invent(seed)
    smallest = 2 + seed % 2
    tables = told.computed(minimum_group=smallest)
    rows = {name: tables[name].to_dicts() for name in ("pull_request_flow", "ticket_blocks", "ticket_flow")}
    return told, tables, Oracle(told.world, smallest, rows)


def keyed(frame: pl.DataFrame, *key: str) -> dict[Any, dict[str, Any]]:
    rows = {}
    for row in frame.iter_rows(named=True):
        names = tuple(row.pop(name) for name in key)
        rows[names if len(key) > 1 else names[0]] = row
    return rows


def same(found: dict[Any, dict[str, Any]], expected: dict[Any, dict[str, Any]]) -> None:
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        for name, value in row.items():
            wanted = pytest.approx(value) if isinstance(value, float) else value
            assert found[key][name] == wanted, (key, name)


many = settings(max_examples=4, deadline=None)


@many
@given(SEEDS)
def test_congruence_and_gaps(seed: int) -> None:
    _, tables, oracle = asked(seed)
    same(keyed(tables["coordination"].drop("window_end"), "team_a", "team_b"), oracle.coordination())
    gaps = keyed(tables["coordination_gaps"], "person_a", "person_b")
    found = {
        pair: (row["team_a"], row["team_b"], pytest.approx(row["strength"]), row["paths"]) for pair, row in gaps.items()
    }
    assert found == oracle.gap_rows()


@many
@given(SEEDS)
def test_networks(seed: int) -> None:
    told, tables, oracle = asked(seed)
    scope = pl.when(pl.col("scope_kind") == "all").then(pl.lit("*")).otherwise("scope").alias("scope")
    same(keyed(tables["communication_networks"].with_columns(scope), "scope"), oracle.communication())
    active = _active(told)
    same(keyed(tables["review_networks"].with_columns(scope), "scope"), oracle.review_networks(active))


def _active(told: CoordinationWorld) -> set[str]:
    """Whoever committed, reviewed or commented in the last 90 days, the first instant of them included."""
    tables, as_of = told.tables, told.world.as_of
    seen = [
        *((row["author_id"], row["authored_at"]) for row in tables["commits"]),
        *((row["reviewer_id"], row["submitted_at"]) for row in tables["reviews"]),
        *((row["author_id"], row["created_at"]) for row in tables["comments"]),
    ]
    dates = {row["sha"]: row["authored_at"] for row in tables["commits"]}
    seen += [(row["person_id"], dates[row["sha"]]) for row in tables["commit_trailers"]]
    last: dict[str, Any] = {}
    for person, at in seen:
        if person and at <= as_of:
            last[person] = max(at, last.get(person, at))
    return {person for person, at in last.items() if (as_of - at).days < 90 or (as_of - at).total_seconds() == 7776000}


@many
@given(SEEDS)
def test_structure_of_teams(seed: int) -> None:
    _, tables, oracle = asked(seed)
    same(keyed(tables["team_structure"], "team"), oracle.structure())
    found = {pair: row["coupling"] for pair, row in keyed(tables["team_coupling"], "team_a", "team_b").items()}
    assert found == pytest.approx(oracle.coupling())
    same(keyed(tables["cross_team_changes"], "pr_id"), oracle.cross_team())


@many
@given(SEEDS)
def test_hand_offs_and_waits(seed: int) -> None:
    told, tables, oracle = asked(seed)
    same(keyed(tables["hand_offs"], "ticket_id", "handed_at"), oracle.hand_offs())
    items = tables["team_wait_items"].to_dicts()
    names = ("kind", "item_id", "waiting_team", "on_team", "started_at", "ended_at", "is_answered")
    assert {tuple(row[name] for name in names) for row in items} == oracle.waits()
    assert len(items) == len(oracle.waits())
    for row in items:
        until = row["ended_at"] or told.world.as_of
        is_timed = row["is_open"] or row["is_answered"]
        assert row["is_open"] == (row["ended_at"] is None)
        assert row["seconds"] == ((until - row["started_at"]).total_seconds() if is_timed else None)
        assert row["working_seconds"] == (worked(row["started_at"], until) if is_timed else None)


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    told = invent(seed)
    frames = told.world.frames()
    shuffled = CoordinationWorld(told.world.as_of)
    shuffled.world.tables = {
        name: frame.sample(fraction=1, shuffle=True, seed=seed).to_dicts() for name, frame in frames.items()
    }
    expected, actual = told.computed(), shuffled.computed()
    for name in expected:
        assert_frame_equal(actual[name], expected[name], abs_tol=1e-9)
