"""Due dates and estimates against plain Python."""

import random
from datetime import timedelta
from statistics import median

import numpy as np
import polars as pl
import pytest
from git_worlds import Row
from scipy.stats import spearmanr
from timeline_worlds import START, computed, noon, ticket

TODAY = START + timedelta(days=200)


def world(seed: int, count: int = 60) -> tuple[list[Row], list[Row], list[Row]]:
    """Begun tickets with due dates and estimates, some finished; their statuses; changes of their due dates."""
    chance = random.Random(seed)
    tickets, steps, changes = [], [], []
    for number in range(count):
        started = START + timedelta(days=chance.randrange(150))
        done = started + timedelta(days=chance.randrange(1, 40))
        is_done = chance.random() < 0.8
        row = ticket(f"APP-{number}", START, done if is_done else None)
        row["due_on"] = chance.choice([None, started + timedelta(days=chance.randrange(40))])
        row["story_points"] = chance.choice([None, 1.0, 2.0, 3.0, 5.0, 0.0])
        row["estimate_seconds"] = chance.choice([None, 86_400, 200_000])
        tickets.append(row)
        for at, category in ((started, "in_progress"), (done, "done"))[: 1 + is_done]:
            steps.append({"ticket_id": row["ticket_id"], "entered_at": noon(at), "status_category": category})
        for place in range(chance.randrange(3)):
            at = noon(started + timedelta(days=chance.randrange(-5, 6)))
            changes.append(
                {"change_id": f"{number}.{place}", "ticket_id": row["ticket_id"], "field": "duedate", "changed_at": at}
            )
    return tickets, steps, changes


@pytest.mark.parametrize("seed", range(4))
def test_due_dates_against_plain_python(seed: int) -> None:
    tickets, steps, changes = world(seed)
    tables = computed(tickets, TODAY, ticket_status_intervals=steps, ticket_changes=changes)
    begun = {step["ticket_id"]: step["entered_at"] for step in steps if step["status_category"] == "in_progress"}
    found = {row["ticket_id"]: row for row in tables["ticket_due_dates"].to_dicts()}
    dated = [row for row in tickets if row["due_on"]]
    assert found.keys() == {row["ticket_id"] for row in dated}
    late, kept = [], 0
    for row in dated:
        done = row["resolved_at"] and row["resolved_at"].date()
        days = done and (done - row["due_on"]).days
        own = [change for change in changes if change["ticket_id"] == row["ticket_id"]]
        mine = found[row["ticket_id"]]
        assert mine["finished_on"] == done
        assert mine["is_on_time"] == (None if done is None else days <= 0)
        assert mine["slip_days"] == (days if done and days > 0 else None)
        assert mine["is_overdue"] == (done is None and row["due_on"] < TODAY)
        assert mine["moves"] == sum(change["changed_at"] > begun[row["ticket_id"]] for change in own)
        late += [days] if done and days > 0 else []
        kept += done is not None and days <= 0
    (record,) = tables["due_date_record"].filter(pl.col("team") == "APP").to_dicts()
    assert (record["finished"], record["on_time"]) == (len(late) + kept, pytest.approx(kept / (len(late) + kept)))
    assert record["low"] < record["on_time"] < record["high"]
    assert record["slip_p50_days"] == (median(late) if len(late) >= 5 else None)
    assert record["slip_p85_days"] == (pytest.approx(np.quantile(late, 0.85)) if len(late) >= 10 else None)
    assert record["overdue"] == sum(row["is_overdue"] for row in found.values())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["story_points", "time"])
def test_estimates_against_scipy(seed: int, kind: str) -> None:
    tickets, steps, _ = world(seed)
    tables = computed(tickets, TODAY, ticket_status_intervals=steps)
    begun = {step["ticket_id"]: step["entered_at"] for step in steps if step["status_category"] == "in_progress"}
    pairs = []
    for row in tickets:
        estimate = row["story_points"] if kind == "story_points" else (row["estimate_seconds"] or 0) / 86_400
        if row["resolved_at"] and estimate:
            pairs.append((estimate, (row["resolved_at"] - begun[row["ticket_id"]]).days))
    (found,) = tables["estimate_record"].filter(pl.col("team") == "all", pl.col("kind") == kind).to_dicts()
    ratios = [days / estimate for estimate, days in pairs]
    assert found["tickets"] == len(pairs) >= 10
    assert found["correlation"] == pytest.approx(spearmanr(*zip(*pairs, strict=True)).statistic)
    for name, share in (("ratio_p15", 0.15), ("ratio_p50", 0.5), ("ratio_p85", 0.85)):
        assert found[name] == pytest.approx(np.quantile(ratios, share))
    assert found["spread"] == pytest.approx(found["ratio_p85"] / found["ratio_p15"])


def test_few_due_dates_and_equal_estimates_say_nothing() -> None:
    rows = [ticket(f"APP-{n}", START, START + timedelta(days=n + 1), story_points=3.0) for n in range(12)]
    rows[0]["due_on"] = START
    steps = [
        {"ticket_id": row["ticket_id"], "entered_at": at, "status_category": category}
        for row in rows
        for at, category in ((row["created_at"], "in_progress"), (row["resolved_at"], "done"))
    ]
    tables = computed(rows, TODAY, ticket_status_intervals=steps)
    assert set(tables["due_date_record"].select("finished", "on_time", "moved", "reason").rows()) == {
        (1, None, None, "too_few_items")
    }
    assert set(tables["estimate_record"].select("correlation", "reason").rows()) == {(None, "all_equal")}
