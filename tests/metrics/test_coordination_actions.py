"""When the rules about teams propose something, what they say, and when they are silent."""

import re
from datetime import datetime
from typing import Any

import pytest
from coordination_worlds import AS_OF, DAY, HOUR, PIPELINES, REPOSITORY, CoordinationWorld
from git_worlds import run

from metrics.actions.actions import actions

TUESDAY = datetime.fromisoformat("2026-06-23T07:00:00")


def proposed(told: CoordinationWorld, rule: str, **settings: Any) -> list[dict[str, Any]]:
    pipelines = [*PIPELINES, actions]
    found = run(told.world.frames(), told.world.as_of, pipelines, **settings)["actions"].to_dicts()
    return [row for row in found if row["rule"] == rule]


def strangers(people: int = 2) -> CoordinationWorld:
    """Two teams of so many, everybody of whom changed the same file; only eve, in no team, ever says something."""
    told = CoordinationWorld()
    told.team("Payments", *("ann", "ben", "cat")[:people])
    told.team("Search", *("dan", "fay", "gus")[:people])
    for person in [*("ann", "ben", "cat")[:people], *("dan", "fay", "gus")[:people]]:
        for _ in range(2):
            told.commit(AS_OF - DAY, person, "src/f0.py")
    told.say(AS_OF - DAY, "eve", told.ticket(AS_OF - 2 * DAY))
    return told


def test_a_gap_between_teams() -> None:
    (row,) = proposed(strangers(), "coordination_gap")
    assert row["title"] == "Payments and Search change the same code and hardly talk"
    assert row["why"] == (
        "In the last 90 days 4 pairs of people, one of each team, changed the same files or files that keep changing "
        "together; none of them left a trace of talking in a review, a ticket or a joint commit. 4 pairs who did not "
        "need each other most, above all because of src/f0.py."
    )
    assert row["next_step"] == (
        "Let somebody of the other team review the next change of src/f0.py, and settle which team it belongs to."
    )
    assert (row["team"], row["actor_team"], row["item_id"], row["days_saved"]) == (
        "Payments",
        "Payments",
        "Payments|Search",
        1.0,
    )


def test_teams_that_talk_have_no_gap() -> None:
    told = strangers()
    pr_id = told.pull_request(AS_OF - 3 * DAY, "ann")
    for person in ("ben", "dan", "fay"):
        told.review(pr_id, AS_OF - 2 * DAY, person)
    assert proposed(told, "coordination_gap") == []


def test_one_change_of_each_is_no_reason_to_meet() -> None:
    told = strangers()
    del told.tables["commit_files"][::2]
    assert proposed(told, "coordination_gap") == []


def test_one_stranger_is_no_gap_and_small_teams_are_left_alone() -> None:
    assert proposed(strangers(1), "coordination_gap", minimum_group=1) == []
    assert proposed(strangers(), "coordination_gap", minimum_group=3) == []


def asked(owed: int, others: int = 0) -> CoordinationWorld:
    """Open pull requests that wait for cat, others for dan; cat and dan reviewed something lately."""
    told = CoordinationWorld()
    told.team("Payments", "ann", "ben")
    for number in range(owed + others):
        at = TUESDAY - number * DAY
        told.request(told.pull_request(at, "ann"), at, person="cat" if number < owed else ("dan", "fay")[number % 2])
    seen = told.pull_request(TUESDAY - 9 * DAY, "ben")
    for person in ("cat", "dan"):
        told.review(seen, TUESDAY - 8 * DAY, person)
    return told


def test_a_reviewer_with_too_much() -> None:
    (row,) = proposed(asked(5, others=5), "reviewer_overloaded")
    assert row["title"] == "One person owes 5 open reviews in acme/app"
    assert row["why"] == (
        "Of 10 reviews that people were asked for in open pull requests in the last 90 days, 5 wait for the same "
        "person, the oldest for 11 days: #5, #4, #3, #2, #1. 2 people reviewed here in that time."
    )
    assert (row["item_id"], row["team"], row["actor_id"], row["days_saved"]) == (REPOSITORY, "Payments", None, 0.8)
    assert "cat" not in re.findall(r"\w+", row["title"] + row["why"] + row["next_step"])


@pytest.mark.parametrize(("owed", "others", "smallest"), [(4, 0, 2), (5, 6, 2), (6, 0, 3)])
def test_no_reviewer_is_singled_out_without_need(owed: int, others: int, smallest: int) -> None:
    assert proposed(asked(owed, others), "reviewer_overloaded", minimum_group=smallest) == []


def test_answered_requests_are_not_owed() -> None:
    told = asked(5)
    told.review(f"{REPOSITORY}#1", TUESDAY + HOUR, "cat")
    assert proposed(told, "reviewer_overloaded") == []


def late(reviews: int = 1, since: datetime = TUESDAY) -> CoordinationWorld:
    """Pull requests of Payments that wait for Search, and a ticket that was handed over."""
    told = CoordinationWorld()
    told.team("Payments", "ann", "ben")
    told.team("Search", "cat", "dan")
    for number in range(reviews):
        told.request(told.pull_request(since - DAY, "ann"), since + number * HOUR, person="cat")
    return told


def test_waiting_for_another_team() -> None:
    told = late(3)
    ticket = told.ticket(TUESDAY - 5 * DAY)
    told.assign(ticket, TUESDAY - DAY, "cat", before="ann", by="ann")
    (row,) = proposed(told, "waiting_on_team")
    assert row["title"] == "Payments waits for Search with 3 pull requests and 1 ticket"
    assert row["why"] == (
        "3 pull requests and 1 ticket have waited for Search for more than two working days, the longest for 8 days: "
        "BLU-1, acme/app#1, acme/app#2 and 1 more."
    )
    assert row["next_step"] == ("Ask Search for a day on which it takes BLU-1 up; plan without what it cannot promise.")
    assert (row["team"], row["actor_team"], row["item_id"], row["url"], row["days_saved"]) == (
        "Payments",
        "Search",
        "Payments>Search",
        "https://example.org/browse/BLU-1",
        2.0,
    )


def test_one_pull_request_is_named() -> None:
    (row,) = proposed(late(), "waiting_on_team")
    assert row["title"] == "Payments waits for Search with 1 pull request"
    assert row["why"].startswith("1 pull request has waited for Search")
    assert row["url"] == "https://example.org/pull/1"


def test_short_and_forgotten_waits_are_no_news() -> None:
    assert proposed(late(since=AS_OF - DAY), "waiting_on_team") == []
    assert proposed(late(since=AS_OF - 91 * DAY), "waiting_on_team") == []
    assert proposed(late(), "waiting_on_team", minimum_group=3) == []
