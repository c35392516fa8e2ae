"""Curves of survival against scipy's, and what they say of open tickets against plain Python."""

import random
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from git_worlds import Row
from scipy.stats import CensoredData, ecdf
from timeline_worlds import START, computed, noon, ticket

TODAY = START + timedelta(days=300)


def world(seed: int, count: int = 120) -> tuple[list[Row], list[Row]]:
    """Tickets of two types, some begun, some open, with whole days of age; and their statuses."""
    chance = random.Random(seed)
    tickets, steps = [], []
    for number in range(count):
        created = START + timedelta(days=chance.randrange(250))
        started = created + timedelta(days=chance.randrange(5))
        done = started + timedelta(days=chance.choice([0, 1, 2, 3, 5, 8, 13, 40]))
        is_done = chance.random() < 0.8
        key = f"APP-{number}"
        tickets.append(ticket(key, created, done if is_done else None, type=chance.choice(["Bug", "Story"])))
        if chance.random() < 0.7:
            steps.append({"ticket_id": f"jira:{key}", "entered_at": noon(created), "status_category": "todo"})
            # A moment later where it was begun on the day that it was created.
            at = noon(started) + timedelta(seconds=1)
            steps.append({"ticket_id": f"jira:{key}", "entered_at": at, "status_category": "in_progress"})
            if is_done:
                # Of what begins and ends at the same moment, the end is what is known.
                steps = [
                    step for step in steps if step["ticket_id"] != f"jira:{key}" or step["entered_at"] < noon(done)
                ]
                steps.append({"ticket_id": f"jira:{key}", "entered_at": noon(done), "status_category": "done"})
    return tickets, steps


def lives(tickets: list[Row], steps: list[Row]) -> list[tuple[str, str, str, float, bool]]:
    begun = {step["ticket_id"]: step["entered_at"] for step in steps if step["status_category"] == "in_progress"}
    found = []
    for row in tickets:
        end: datetime = row["resolved_at"] or noon(TODAY)
        for since, at in (("created", row["created_at"]), ("started", begun.get(row["ticket_id"]))):
            age = (end - at).total_seconds() / 86_400 if at else -1
            if age >= 0:
                found.append((row["ticket_id"], row["type"], since, age, row["resolved_at"] is None))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_curves_are_those_of_scipy(seed: int) -> None:
    tickets, steps = world(seed)
    tables = computed(tickets, TODAY, ticket_status_intervals=steps)
    known = lives(tickets, steps)
    curves = tables["ticket_survival"].group_by("type", "since")
    seen = set()
    for (kind, since), curve in curves:
        seen.add((kind, since))
        same = [life for life in known if life[2] == since and kind in ("all", life[1])]
        ages, is_open = np.array([life[3] for life in same]), np.array([life[4] for life in same])
        expected = ecdf(CensoredData.right_censored(ages, is_open)).sf
        for row in curve.to_dicts():
            # The last digit of an age is not the same in both.
            assert row["surviving"] == pytest.approx(float(expected.evaluate(row["age_days"] + 1e-6)))
            assert row["at_risk"] == sum(ages >= row["age_days"] - 1e-6)
    assert seen == {(kind, since) for kind in ("Bug", "Story", "all") for since in ("created", "started")}


@pytest.mark.parametrize("seed", range(4))
def test_open_tickets_against_plain_python(seed: int) -> None:
    tickets, steps = world(seed)
    tables = computed(tickets, TODAY, ticket_status_intervals=steps)
    known = lives(tickets, steps)
    curves = tables["ticket_survival"].to_dicts()
    found = tables["open_ticket_forecasts"].to_dicts()
    assert {row["ticket_id"] for row in found} == {row["ticket_id"] for row in tickets if row["resolved_at"] is None}
    for row in found:
        own = {life[2]: life for life in known if life[0] == row["ticket_id"]}
        life = own.get("started", own["created"])
        assert (row["since"], row["age_days"]) == (life[2], pytest.approx(life[3]))
        finished = [one for one in known if one[1:3] == life[1:3] and not one[4]]
        compared = row["type"] if len(finished) >= 20 else "all"
        assert row["compared_with"] == compared
        curve = [one for one in curves if one["type"] == compared and one["since"] == row["since"]]
        at_age = min((one["surviving"] for one in curve if one["age_days"] <= row["age_days"]), default=1.0)
        if row["n"] < 20:
            assert (row["reason"], row["p50_days"], row["p85_days"]) == ("too_few_items", None, None)
            continue
        assert row["open_at_age"] == pytest.approx(at_age)
        for name, share in (("p50_days", 0.5), ("p85_days", 0.85)):
            later = [one["age_days"] for one in curve if one["surviving"] <= at_age * (1 - share) + 1e-9]
            expected = min(later) - row["age_days"] if later else None
            assert row[name] == (None if expected is None else pytest.approx(expected))


def test_an_old_ticket_is_compared_with_those_that_grew_as_old() -> None:
    """Two of three take a day, one takes 100: what is 10 days old takes 90 more."""
    rows = [ticket(f"APP-{n}", START, START + timedelta(days=[1, 1, 100][n % 3])) for n in range(42)]
    today = START + timedelta(days=200)
    old = ticket("APP-old", today - timedelta(days=10), None)
    new = ticket("APP-new", today, None)
    found = computed([*rows, old, new], today)["open_ticket_forecasts"]
    assert found.select("ticket_id", "p50_days", "p85_days", "open_at_age").rows() == [
        ("jira:APP-new", pytest.approx(1.0), pytest.approx(100.0), pytest.approx(1.0)),
        ("jira:APP-old", pytest.approx(90.0), pytest.approx(90.0), pytest.approx(15 / 43)),
    ]


def test_older_than_any_that_was_finished_says_nothing() -> None:
    rows = [ticket(f"APP-{n}", START, START + timedelta(days=3)) for n in range(30)]
    found = computed([*rows, ticket("APP-old", START, None)], TODAY)["open_ticket_forecasts"]
    assert found.select("p50_days", "p85_days", "reason").rows() == [(None, None, "curve_too_short")]


def test_few_of_a_type_are_compared_with_all() -> None:
    rows = [ticket(f"APP-{n}", START, START + timedelta(days=3), type="Bug" if n else "Spike") for n in range(30)]
    found = computed([*rows, ticket("APP-s", TODAY, None, type="Spike")], TODAY)["open_ticket_forecasts"]
    assert found.select("type", "compared_with", "n", "p50_days").rows() == [("Spike", "all", 30, 3.0)]
    assert found.filter(pl.col("reason").is_not_null()).is_empty()
