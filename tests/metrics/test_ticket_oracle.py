"""The flow of tickets against plain Python on invented histories."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import oracles_tickets as oracle
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticket_worlds import STATUS_NAMES, invent

worlds = st.integers(0, 2**32 - 1)
few = settings(max_examples=5, deadline=None)
ZONE = ZoneInfo("Europe/Berlin")


def close(value: Any) -> Any:
    return pytest.approx(value) if isinstance(value, float) else value


@few
@given(worlds)
def test_every_ticket(seed: int) -> None:
    world = invent(seed)
    found = {row["ticket_id"]: row for row in world.computed(status_names=STATUS_NAMES)["ticket_flow"].to_dicts()}
    expected = oracle.flow(world)
    assert found.keys() == expected.keys()
    for ticket_id, row in found.items():
        told = {name: close(value) for name, value in expected[ticket_id].items() if name != "completions"}
        assert {name: row[name] for name in told} == told, ticket_id


@few
@given(worlds)
def test_completions_and_service_levels(seed: int) -> None:
    world = invent(seed, tickets=150)
    tables = world.computed(status_names=STATUS_NAMES)
    expected = oracle.flow(world)
    completions = {
        (ticket_id, at): (left, reopened)
        for ticket_id, row in expected.items()
        for (at, left), reopened in row["completions"]
    }
    assert {(t, at): (left, back) for t, at, left, back in tables["ticket_completions"].iter_rows()} == completions
    levels = tables["ticket_service_levels"].select("project", "type", "n", "days", "days_before")
    assert {(p, t): tuple(rest) for p, t, *rest in levels.iter_rows()} == oracle.service_days(world, expected)
    is_open = tables["ticket_flow"].filter(pl.col("age_seconds").is_not_null(), pl.col("sle_days").is_not_null())
    for row in is_open.to_dicts():
        assert row["is_beyond_sle"] == (row["age_seconds"] > row["sle_days"] * 86_400)


@few
@given(worlds)
def test_every_definition(seed: int) -> None:
    world = invent(seed)
    found = world.computed(status_names=STATUS_NAMES)["ticket_flow_definitions"]
    expected = {key: close(seconds) for key, seconds in oracle.definitions(world, oracle.flow(world)).items()}
    assert {(ticket, name): seconds for ticket, name, seconds, _ in found.iter_rows()} == expected
    assert found.filter(pl.col("seconds").is_null() != pl.col("reason").is_not_null()).is_empty()


@few
@given(worlds)
def test_the_days(seed: int) -> None:
    world = invent(seed)
    tables = world.computed(status_names=STATUS_NAMES)
    flows = oracle.flow(world)
    days = tables["ticket_days"].filter(scope_kind="all")
    assert days["arrivals"].sum() == len(flows)
    assert days["departures"].sum() == sum(row["done_at"] is not None for row in flows.values())
    for day, wip in days.select("day", "in_progress").iter_rows():
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZONE).astimezone(ZoneInfo("UTC"))
        assert wip == oracle.in_progress(flows, end.replace(tzinfo=None)), day
    cumulative = tables["cumulative_flow"].sort("project", "status_category", "day")
    steps = cumulative.select(pl.col("items").diff().over("project", "status_category")).drop_nulls()
    assert (steps["items"] >= 0).all()
    wide = cumulative.pivot("status_category", index=["project", "day"], values="items")
    assert wide.filter((pl.col("done") > pl.col("in_progress")) | (pl.col("in_progress") > pl.col("todo"))).is_empty()
    last = (
        cumulative.filter(pl.col("day") == pl.col("day").max()).group_by("status_category").agg(pl.col("items").sum())
    )
    assert dict(last.iter_rows())["todo"] == len(flows)
    corrected = dict(cumulative.group_by("status_category").agg(pl.col("corrections").sum()).iter_rows())
    assert (corrected["in_progress"], corrected["done"]) == oracle.corrections(world)


@few
@given(worlds)
def test_conservation(seed: int) -> None:
    tables = invent(seed).computed(status_names=STATUS_NAMES)
    flow = tables["ticket_flow"]
    # All of the time between start and end is active, waiting, or was taken for done.
    known = flow.filter(pl.col("cycle_seconds").is_not_null(), pl.col("flow_efficiency").is_not_null())
    assert known.filter(
        pl.col("active_seconds") + pl.col("waiting_seconds") > pl.col("cycle_seconds") + 1e-6
    ).is_empty()
    assert known.filter(pl.col("blocked_seconds") > pl.col("waiting_seconds") + 1e-6).is_empty()
    for name in ("lead", "cycle", "age"):
        wrong = pl.col(f"{name}_seconds").is_null() != pl.col(f"{name}_reason").is_not_null()
        assert flow.filter(wrong).is_empty()
    observed = tables["observations"]
    assert observed.filter(pl.col("value").is_null() != pl.col("reason").is_not_null()).is_empty()
    # Time in all statuses is the time from creation to the end, where the history is there.
    times = tables["ticket_status_times"].group_by("ticket_id").agg(pl.col("seconds").sum())
    finished = flow.filter("has_history", pl.col("state") == "done", pl.col("lead_seconds") > 0)
    together = finished.join(times, on="ticket_id")
    assert together.height == finished.height
    assert together.filter((pl.col("seconds") - pl.col("lead_seconds")).abs() > 1e-6).is_empty()
