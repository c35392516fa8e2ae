"""Readiness, changes, sprints and parents against plain Python on invented histories."""

import oracles_scope as oracle
import oracles_tickets
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticket_worlds import STATUS_NAMES, invent

worlds = st.integers(0, 2**32 - 1)
few = settings(max_examples=5, deadline=None)
NEEDS = ("assignee", "description")


@few
@given(worlds)
def test_requirements(seed: int) -> None:
    world = invent(seed)
    tables = world.computed(status_names=STATUS_NAMES, readiness_needs=NEEDS)
    expected = oracle.requirements(world, oracles_tickets.flow(world))
    found = {row["ticket_id"]: row for row in tables["ticket_requirements"].to_dicts()}
    assert found.keys() == expected.keys()
    for ticket_id, row in found.items():
        assert {name: row[name] for name in expected[ticket_id]} == expected[ticket_id], ticket_id
        had = {need: expected[ticket_id][f"has_{need}"] for need in NEEDS}
        assert row["missing"] == sorted(need for need, has in had.items() if has is False)
        assert row["is_ready"] == (False if row["missing"] else None if None in had.values() else True)
    changed = tables["scope_changes"].filter(pl.col("kind").is_in(["description", "acceptance_criteria", "estimate"]))
    assert changed.height == sum(row["requirement_changes"] or 0 for row in expected.values())
    assert changed.filter(pl.col("kind") != "estimate", pl.col("to_value").is_not_null()).is_empty()


@few
@given(worlds)
def test_sprints(seed: int) -> None:
    world = invent(seed)
    tables = world.computed(status_names=STATUS_NAMES)
    expected = oracle.sprint_tickets(world, oracles_tickets.flow(world))
    found = {(row["sprint_id"], row["ticket_id"]): row for row in tables["sprint_tickets"].to_dicts()}
    assert found.keys() == expected.keys()
    for key, row in found.items():
        assert {name: row[name] for name in expected[key]} == expected[key], key
    sprints = {row["sprint_id"]: row for row in tables["sprint_scope"].to_dicts()}
    assert sprints.keys() == {row["sprint_id"] for row in oracle.ended(world)}
    for sprint_id, row in sprints.items():
        mine = [member for (name, _), member in expected.items() if name == sprint_id]
        planned = [member for member in mine if member["is_planned"]]
        completed = [member for member in mine if member["is_completed"]]
        assert row["planned"] == len(planned)
        assert row["added"] == len(mine) - len(planned)
        assert row["completed"] == len(completed)
        assert row["carried_over"] == (sum(m["is_carried_over"] for m in mine) if row["is_over"] else None)
        kept = sum(member["is_completed"] for member in planned)
        assert row["planning_accuracy"] == (kept / len(planned) if planned and row["is_over"] else None)
        sudden = sum(member["is_added"] or member["is_incident"] for member in completed)
        share = sudden / len(completed) if completed and row["is_over"] else None
        assert row["unplanned_share"] == pytest.approx(share)
        assert (row["unplanned_share"] is None) == (row["unplanned_reason"] is not None)


@few
@given(worlds)
def test_parents(seed: int) -> None:
    world = invent(seed)
    tables = world.computed(status_names=STATUS_NAMES)
    columns = ["ticket_id", "children", "children_done", "children_at_start", "children_added"]
    found = {key: tuple(rest) for key, *rest in tables["parent_scope"].select(columns).iter_rows()}
    assert found == oracle.parents(world, oracles_tickets.flow(world))
    wrong = pl.col("growth").is_null() != pl.col("growth_reason").is_not_null()
    assert tables["parent_scope"].filter(wrong).is_empty()
