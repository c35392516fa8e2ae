"""The values that others published or that can be counted by hand."""

from datetime import datetime, timedelta

import polars as pl
import pytest
from coordination_worlds import AS_OF, DAY, HOUR, CoordinationWorld
from git_worlds import frame

from metrics.coordination.communication import communication_networks
from metrics.coordination.congruence import coordination
from metrics.coordination.conversations import Conversations
from metrics.coordination.gaps import GapFiles, GapPairs
from metrics.coordination.needs import CoordinationRequirements
from metrics.coordination.overlap import PersonOffsets, overlap_hours
from metrics.coordination.pairs import required_pairs
from metrics.coordination.review_networks import _figures

NOON = datetime.fromisoformat("2026-06-01T10:00:00")


def judged(needs: list[str], talks: list[str]) -> pl.LazyFrame:
    """The required pairs, each pair as two letters; all requirements are alike."""
    rows = {name: [pair[place] for pair in needs] for place, name in enumerate(("person_a", "person_b"))}
    required = CoordinationRequirements.cast(pl.LazyFrame({**rows, "strength": [2.0] * len(needs)}))
    comments = frame("comments", [{"created_at": NOON}]).lazy()
    reviews, commits, trailers = (frame(name, []).lazy() for name in ("reviews", "commits", "commit_trailers"))
    return required_pairs(required, conversations(talks), reviews, comments, commits, trailers, as_of=AS_OF)


def conversations(talks: list[str]) -> pl.LazyFrame:
    rows = {name: [pair[place] for pair in talks] for place, name in enumerate(("person_a", "person_b"))}
    return Conversations.cast(pl.LazyFrame({**rows, "places": [1] * len(talks)}))


def members(**teams: str) -> pl.LazyFrame:
    """Teams as strings of one-letter people."""
    rows = [
        {"team": team, "person_id": person, "valid_from": datetime.fromisoformat("2020-01-01")}
        for team, people in teams.items()
        for person in people
    ]
    return frame("team_members", rows).lazy()


def test_five_of_ten_required_pairs() -> None:
    needs = ["ab", "ac", "ad", "ae", "bc", "bd", "be", "cd", "ce", "de"]
    pairs = judged(needs, needs[:5])
    nothing = (GapPairs.create_empty().lazy(), GapFiles.create_empty().lazy(), PersonOffsets.create_empty().lazy())
    found = coordination(pairs, *nothing, members(all="abcde"), as_of=AS_OF, zone="UTC", minimum_group=4).collect()
    assert found.select("required", "satisfied", "congruence", "gaps").rows() == [(10, 5, 0.5, 5)]


def test_missing_links_and_silos_of_kaiaulu() -> None:
    pairs = judged(["ab", "ac", "bc", "cd", "de"], ["ab", "cx"])
    missing = pairs.filter(~pl.col("talks")).select("person_a", "person_b").collect().rows()
    assert missing == [("a", "c"), ("b", "c"), ("c", "d"), ("d", "e")]
    assert pairs.select(pl.col("talks").mean()).collect().item() == pytest.approx(0.2)
    network = communication_networks(
        pairs, conversations(["ab", "cx"]), members(), as_of=AS_OF, minimum_group=4
    ).collect()
    assert network.select("scope", "people", "required", "missing", "silos").rows() == [("all", 6, 5, 4, 2)]


def test_a_broker_is_the_only_one_who_talks_to_the_other_team() -> None:
    teams = members(left="abc", right="xyz")
    talks = ["ab", "ax", "ay", "xy"]
    network = communication_networks(judged(["ab"], talks), conversations(talks), teams, as_of=AS_OF, minimum_group=3)
    assert network.select("scope", "brokers", "broker_ids").collect().rows() == [
        ("all", 1, ["a"]),
        ("left", 1, ["a"]),
        ("right", 0, []),
    ]
    hidden = communication_networks(judged(["ab"], talks), conversations(talks), teams, as_of=AS_OF, minimum_group=4)
    rows = hidden.filter(pl.col("scope_kind") == "team").select("brokers", "broker_ids", "reason").collect().rows()
    assert rows == [(None, None, "group_too_small")] * 2


@pytest.mark.parametrize(
    ("given", "raw", "corrected"), [([0, 0, 0, 4], 0.75, 1.0), ([2, 2, 2, 2], 0.0, 0.0), ([0, 0], None, None)]
)
def test_gini(given: list[int], raw: float | None, corrected: float | None) -> None:
    told = pl.LazyFrame({"scope": ["t"] * len(given), "given": given, "received": [0] * len(given)})
    row = told.group_by("scope").agg(_figures()).collect().row(0, named=True)
    assert row["gini"] == (raw if raw is None else pytest.approx(raw))
    assert row["gini_corrected"] == (corrected if corrected is None else pytest.approx(corrected))


@pytest.mark.parametrize(("a", "b", "hours"), [(60, 60, 8), (60, -300, 2), (330, 0, 2.5), (540, -480, 0)])
def test_hours_in_common(a: int, b: int, hours: float) -> None:
    told = pl.DataFrame({"a": [a], "b": [b]}).select(overlap_hours(pl.col("a"), pl.col("b")))
    assert told.item() == hours


@pytest.mark.parametrize(("utc", "hours"), [(4, 2.0), (5, 0.0)])
def test_utc_needs_more_than_four_commits_in_five(utc: int, hours: float) -> None:
    """Ann writes 4 (5) commits under +0000 and one (none) at home in +0100; Ben is in -0500."""
    told = CoordinationWorld()
    told.team("red", "ann", "ben")
    for number in range(5):
        told.commit(AS_OF - DAY * (number + 1), "ann", "src/f0.py", author_offset_minutes=0 if number < utc else 60)
    told.commit(AS_OF - DAY, "ben", "src/f0.py", author_offset_minutes=-300 if utc == 4 else -480)
    row = told.computed()["coordination"].row(0, named=True)
    assert (row["required"], row["overlap_hours"], row["overlap_coverage"]) == (1, hours, 1.0)
    assert row["pairs_apart"] == (hours < 2)
    assert (row["congruence"], row["gaps"], row["reason"]) == (None, None, "no_conversations")


@pytest.mark.parametrize(("commits", "congruence"), [(9, 1.0), (19, None)])
def test_commits_that_name_their_reviewers_tell_who_talks(commits: int, congruence: float | None) -> None:
    """Of 10 (20) commits the last one says that Ben reviewed it; a reviewer named long ago tells nothing."""
    told = CoordinationWorld()
    told.team("red", "ann", "ben")
    for days in (*range(2, commits + 1), 99, 98):
        told.commit(AS_OF - DAY * days, "ann", "src/f0.py")
    told.commit(AS_OF - DAY, "ben", "src/f0.py")
    told.commit(AS_OF - DAY, "ann", "src/f0.py")
    for sha in (told.tables["commits"][-1]["sha"], told.tables["commits"][-3]["sha"]):
        trailer = {"trailer": "Reviewed-by", "value": "Ben", "person_id": "ben"}
        told.add("commit_trailers", repo_id="hub:acme/app", sha=sha, **trailer)
    row = told.computed()["coordination"].row(0, named=True)
    assert (row["required"], row["congruence"]) == (1, congruence)
    assert row["reason"] == (None if congruence else "no_conversations")


def test_a_ticket_goes_to_another_team_and_back() -> None:
    told = CoordinationWorld()
    told.team("red", "ann", "ben")
    told.team("green", "cat", "dan")
    ticket = told.ticket(NOON - 5 * DAY)
    slip = timedelta(minutes=9)
    told.assign(ticket, NOON, "cat", before="ann", by="ann")
    told.say(NOON + HOUR, "ann", ticket)
    told.say(NOON + 3 * HOUR, "dan", ticket)  # a colleague of the new assignee
    told.assign(ticket, NOON + 4 * HOUR, "ben", before="cat", by="cat")
    told.assign(ticket, NOON + 4 * HOUR + slip, "ann", before="ben", by="cat")
    rows = told.computed()["hand_offs"].to_dicts()
    names = ("from_person_id", "to_person_id", "from_team", "to_team", "is_ping_pong", "wait_seconds", "wait_reason")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("ann", "cat", "red", "green", False, 3 * 3600, None),
        ("cat", "ann", "green", "red", True, None, "no_action"),
    ]
    waits = told.computed()["team_wait_items"]
    assert waits.select("kind", "waiting_team", "is_open").rows() == [
        ("hand_off", "green", True),
        ("hand_off", "red", False),
    ]


def waiting(reviews: int) -> CoordinationWorld:
    """Pull requests of red, merged after 40 hours, for which green was asked and answered after 10, 20, … hours."""
    told = CoordinationWorld()
    told.team("red", "ann", "ben")
    told.team("green", "cat", "dan")
    for number in range(reviews):
        opened = NOON + number * DAY
        merged = opened + 40 * HOUR
        pr_id = told.pull_request(
            opened, "ann", state="merged", merged_at=merged, closed_at=merged, first_commit_at=opened
        )
        told.request(pr_id, opened, person="cat")
        told.review(pr_id, opened + (number + 1) * HOUR, "dan")
    return told


@pytest.mark.parametrize("reviews", [4, 5, 10])
def test_what_waiting_for_a_team_costs(reviews: int) -> None:
    row = waiting(reviews).computed()["team_waits"].row(0, named=True)
    assert (row["waiting_team"], row["on_team"], row["kind"], row["n"]) == ("red", "green", "review", reviews)
    assert row["p50_seconds"] == (None if reviews < 5 else (reviews + 1) / 2 * 3600)
    if reviews < 10:
        assert (row["p85_seconds"], row["reason"]) == (None, "too_few_items")
        assert (row["cost_seconds"], row["cost_reason"]) == (None, "too_few_items")
    else:
        p85 = 8 + 0.65  # the place 0.85 · 9 of 1 … 10
        assert row["p85_seconds"] == pytest.approx(p85 * 3600)
        # All took 40 hours; without the waits they take 30 … 39, of which the 85th percentile is 37.65.
        assert row["cost_seconds"] == pytest.approx((40 - 37.65) * 3600)


@pytest.mark.parametrize(("answered", "hours"), [(12, 2), (5, 0), (None, None)])
def test_a_draft_waits_from_the_time_on_at_which_it_is_ready(answered: int | None, hours: int | None) -> None:
    """Asked for after one hour, ready after ten, merged after twenty."""
    told = CoordinationWorld()
    told.team("red", "ann", "ben")
    told.team("green", "cat", "dan")
    end = NOON + 20 * HOUR
    pr_id = told.pull_request(NOON, "ann", state="merged", merged_at=end, closed_at=end)
    told.request(pr_id, NOON + HOUR, team="acme/green")
    ready = {"event_id": "hub:ready", "kind": "ready_for_review", "actor_id": "ann"}
    told.add("pull_request_events", pr_id=pr_id, occurred_at=NOON + 10 * HOUR, **ready)
    if answered:
        told.review(pr_id, NOON + answered * HOUR, "dan")
    (row,) = told.computed()["team_wait_items"].to_dicts()
    assert row["started_at"] == NOON + 10 * HOUR
    assert row["seconds"] == (None if hours is None else hours * 3600)
    assert (row["is_open"], row["is_answered"]) == (False, answered is not None)
    assert row["reason"] == (None if answered else "not_answered")


def test_small_teams_wait_in_silence() -> None:
    row = waiting(10).computed(minimum_group=3)["team_waits"].row(0, named=True)
    figures = ("n", "open_items", "p50_seconds", "p85_working_seconds", "cost_seconds")
    assert {row[name] for name in figures} == {None}
    assert row["reason"] == row["cost_reason"] == "group_too_small"


def test_overlapping_blocks_count_once() -> None:
    """Blocked by two tickets of the other team, of which one is open for ten days and one for five of them."""
    told = CoordinationWorld()
    told.team("red", "ann", "ben")
    told.team("green", "cat", "dan")
    told.add("team_scopes", team="red", kind="ticket_project", pattern="RED")
    told.add("team_scopes", team="green", kind="ticket_project", pattern="GRN")
    begin = AS_OF - 30 * DAY
    blocked = told.ticket(begin - 2 * DAY, "RED")
    for days in (10, 5):
        end = begin + days * DAY
        by = told.ticket(begin, "GRN", resolved_at=end, status="Done", status_category="done")
        told.block(blocked, by)
    tables = told.computed()
    items = tables["team_wait_items"].select("kind", "item_id", "waiting_team", "on_team", "seconds").rows()
    assert items == [("blocked", blocked, "red", "green", 10 * 86_400.0)]
    figures = tables["observations"].filter(pl.col("metric") == "blocked_on_others", pl.col("scope") == "red")
    assert figures["value"].to_list() == [10 * 86_400.0]


def test_work_outside_the_window_needs_nobody() -> None:
    told = CoordinationWorld()
    told.team("red", "ann", "ben")
    for at, person in ((AS_OF - 90 * DAY, "ann"), (AS_OF - 89 * DAY, "ben")):
        told.commit(at, person, "src/f0.py")
    row = told.computed()["coordination"].row(0, named=True)
    assert (row["required"], row["congruence"], row["reason"]) == (0, None, "no_requirement")


def test_coupled_files_bind_people_who_share_none() -> None:
    told = CoordinationWorld()
    told.team("red", "ann", "cat")
    told.team("green", "ben", "dan")
    for number in range(5):
        told.commit(AS_OF - (200 + number) * DAY, "eve", "src/f0.py", "src/f1.py")
    told.commit(AS_OF - DAY, "ann", "src/f0.py")
    told.commit(AS_OF - DAY, "ben", "src/f1.py")
    told.say(AS_OF - DAY, "eve", told.ticket(AS_OF - 2 * DAY))
    tables = told.computed()
    assert tables["coordination_gaps"].rows() == [
        ("ann", "ben", "red", "green", 5.0, ["hub:acme/app:src/f0.py", "hub:acme/app:src/f1.py"])
    ]
    across = tables["coordination"].filter(pl.col("team_a") != pl.col("team_b")).row(0, named=True)
    assert (across["required"], across["satisfied"], across["gaps"], across["congruence"]) == (1, 0, 1, 0.0)
