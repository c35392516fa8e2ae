"""Who is suggested as a reviewer: worked cases, and a naive oracle on random histories."""

import math
import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import Row, frame

from leadline.engine import compute
from metrics.pull_requests.knowledge import FileTraces, OwedReviews, PersonSightings, file_traces, owed_reviews
from metrics.pull_requests.remarks import PullRequestRemarks
from metrics.pull_requests.reviewers import (
    ReviewerRanks,
    reviewer_backtest,
    reviewer_ranks,
    reviewer_suggestions,
    suggested_reviewers,
)
from metrics.pull_requests.states import PullRequestStates

REPO = "github:acme/app"
AS_OF = datetime.fromisoformat("2025-12-01T12:00:00")
FLOW: dict[str, Any] = {
    **dict.fromkeys(("pr_id", "repo_id", "author_id", "state"), pl.String),
    "is_draft": pl.Boolean,
    **dict.fromkeys(("opened_at", "merged_at"), pl.Datetime("us")),
}
"""The columns of `pull_request_flow` that the ranking reads."""


def ago(days: float) -> datetime:
    return AS_OF - timedelta(days=days)


def made(schema: Any, rows: list[Row]) -> pl.DataFrame:
    columns = schema.create_empty().schema
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def trace(person: str, days: float, path: str, origin: str, *, is_review: bool = False) -> Row:
    folder = path.rpartition("/")[0]
    return {
        "repo_id": REPO,
        "path": path,
        "folder": folder,
        "person_id": person,
        "is_review": is_review,
        "origin": origin,
        "at": ago(days),
    }


def request(number: int = 1, **more: Any) -> Row:
    pr = {"pr_id": f"{REPO}#{number}", "repo_id": REPO, "author_id": "ana", "state": "open", "is_draft": False}
    return {**pr, "opened_at": ago(2), **more}


def files(number: int, *paths: str) -> list[Row]:
    return [{"pr_id": f"{REPO}#{number}", "path": path} for path in paths]


class Past:
    """What is known, in the tables that the ranking reads."""

    def __init__(self, requests: list[Row], paths: list[Row], traces: list[Row], owed: list[Row] | None = None) -> None:
        self.requests, self.paths, self.traces, self.owed = requests, paths, traces, owed or []
        self.sightings = [{"person_id": row["person_id"], "at": row["at"]} for row in traces]
        self.answers: list[Row] = []
        self.people: list[Row] = []

    def frames(self) -> dict[str, pl.DataFrame]:
        return {
            "pull_request_flow": pl.DataFrame([{name: row.get(name) for name in FLOW} for row in self.requests], FLOW),
            "pull_request_files": frame("pull_request_files", self.paths),
            "file_traces": made(FileTraces, self.traces),
            "person_sightings": made(PersonSightings, self.sightings).unique(),
            "owed_reviews": made(OwedReviews, self.owed),
            "pull_request_remarks": made(PullRequestRemarks, self.answers),
            "people": frame("people", self.people),
        }

    def ranks(self) -> pl.DataFrame:
        frames = self.frames()
        found = reviewer_ranks(*(frames[name].lazy() for name in reviewer_ranks.inputs), as_of=AS_OF)
        return ReviewerRanks.validate(found.collect(), cast=True)

    def suggested(self) -> list[tuple[Any, ...]]:
        return self.ranks().select("person_id", "score", "reason").rows()

    def backtest(self) -> list[Row]:
        frames = self.frames()
        pipelines = [reviewer_ranks, reviewer_suggestions, suggested_reviewers, reviewer_backtest]
        return compute(pipelines, frames.__getitem__, {"as_of": AS_OF})["reviewer_backtest"].rows(named=True)


def test_changes_and_reviews_count_by_their_age_for_files_and_folders() -> None:
    traces = [
        trace("bob", 10, "src/a.py", "c1"),
        trace("bob", 20, "src/a.py", "c2"),
        trace("bob", 5, "src/a.py", "pr", is_review=True),
        trace("cy", 4, "src/b.py", "c3"),
        trace("dee", 4, "lib/c.py", "c4"),
        trace("eve", 4, "src/a.py", "c5"),
    ]
    found = Past([request()], files(1, "src/a.py"), traces).suggested()
    # bob: two changes, ten days ago, and a review five days ago, of the file and again of its folder. Eve and bob know
    # the file, so it is not thin and cy gets nothing for being new to it.
    assert found == [
        ("bob", pytest.approx(2 * (2 / 10 + 1 / 5)), "changed 1 and reviewed 1 of its 1 files; owes no review"),
        ("eve", pytest.approx(2 / 4), "changed 1 and reviewed 0 of its 1 files; owes no review"),
        ("cy", pytest.approx(1 / 4), "changed or reviewed files beside its own; owes no review"),
    ]


def test_reviews_owed_count_against() -> None:
    traces = [trace("bob", 10, "src/a.py", "c1"), trace("cy", 10, "src/a.py", "c2")]
    owed = [
        {"pr_id": "other", "person_id": "bob", "requested_at": ago(3), "settled_at": None},
        {"pr_id": "another", "person_id": "bob", "requested_at": ago(3), "settled_at": AS_OF},
        {"pr_id": "settled", "person_id": "bob", "requested_at": ago(3), "settled_at": ago(1)},
        {"pr_id": f"{REPO}#1", "person_id": "cy", "requested_at": ago(3), "settled_at": None},  # this one
    ]
    found = Past([request()], files(1, "src/a.py"), traces, owed).suggested()
    assert [person for person, _, _ in found] == ["cy", "bob"]
    assert found[1][1:] == (
        pytest.approx(2 / 10 * math.exp(-1)),
        "changed 1 and reviewed 0 of its 1 files; owes 2 reviews",
    )


def test_knowledge_is_spread_where_it_is_thin() -> None:
    traces = [trace("bob", 10, "src/a.py", "c1"), trace("cy", 10, "src/b.py", "c2")]
    found = Past([request()], files(1, "src/a.py"), traces).suggested()
    # Only bob knows the file: cy, who is new to it, has what they know of the folder doubled.
    assert [(person, score) for person, score, _ in found] == [
        ("bob", pytest.approx(2 / 10)),
        ("cy", pytest.approx(1 / 10 * 2)),
    ]


def test_neither_the_author_nor_who_is_away_is_suggested() -> None:
    traces = [
        trace("ana", 1, "src/a.py", "c1"),
        trace("bob", 30, "src/a.py", "c2"),
        trace("cy", 30.01, "src/a.py", "c3"),
        trace("dee", 200, "src/a.py", "c4"),
    ]
    past = Past([request()], files(1, "src/a.py"), traces)
    assert [person for person, _, _ in past.suggested()] == ["bob"]
    past.sightings.append({"person_id": "dee", "at": ago(3)})  # seen elsewhere
    past.sightings.append({"person_id": "cy", "at": AS_OF + timedelta(hours=1)})  # not yet
    assert [person for person, _, _ in past.suggested()] == ["bob", "dee"]


@pytest.mark.parametrize(
    "more", [{"state": "closed"}, {"is_draft": True}, {"state": "merged"}, {"state": "merged", "merged_at": ago(90)}]
)
def test_only_what_is_open_is_asked_for(more: Row) -> None:
    assert Past([request(**more)], files(1, "src/a.py"), [trace("bob", 1, "src/a.py", "c1")]).suggested() == []


def test_names_are_kept_apart() -> None:
    past = Past([request()], files(1, "src/a.py"), [trace("bob", 1, "src/a.py", "c1")])
    past.people = [{"person_id": "bob", "name": "Bob Builder", "kind": "human"}]
    suggestions = reviewer_suggestions(past.ranks().lazy()).collect()
    assert "Bob Builder" not in str(suggestions.rows())
    names = suggested_reviewers(suggestions.lazy(), past.frames()["people"].lazy()).collect()
    assert names.rows() == [(f"{REPO}#1", 1, "Bob Builder")]


def merged_past(reviewer: str, count: int = 10) -> Past:
    """Pull requests opened 5 days ago of a file that bob changed before and cy after, all reviewed by one person."""
    numbers = range(1, count + 1)
    requests = [request(n, state="merged", opened_at=ago(5), merged_at=ago(2)) for n in numbers]
    paths = [row for n in numbers for row in files(n, "src/a.py")]
    traces = [
        trace("bob", 10, "src/a.py", "c1"),
        trace("dee", 12, "src/a.py", "c2"),
        trace("cy", 4, "src/a.py", "c3"),
        trace(reviewer, 3, "src/a.py", f"{REPO}#1", is_review=True),
    ]
    past = Past(requests, paths, traces)
    past.answers = [
        {"pr_id": row["pr_id"], "person_id": reviewer, "at": ago(3), "what": "review", "is_answer": True}
        for row in requests
    ]
    return past


@pytest.mark.parametrize(
    ("reviewer", "top_1", "others", "mean"), [("bob", 1.0, 1.0, 1.0), ("dee", 0.0, 1.0, 0.5), ("cy", 0.0, 0.0, 0.0)]
)
def test_the_backtest_knows_only_what_was_known_then(reviewer: str, top_1: float, others: float, mean: float) -> None:
    assert merged_past(reviewer).backtest() == [
        {
            "repo_id": REPO,
            "pull_requests": 10,
            "top_1": top_1,
            "top_3": others,
            "top_5": others,
            "mean_reciprocal_rank": mean,
            "reason": None,
        }
    ]


def test_a_backtest_of_few_says_nothing() -> None:
    (row,) = merged_past("bob", 9).backtest()
    assert (row["pull_requests"], row["top_1"], row["mean_reciprocal_rank"], row["reason"]) == (
        9,
        None,
        None,
        "too_few_items",
    )


def test_comments_and_programs_are_no_reviews_in_the_backtest() -> None:
    past = merged_past("bob")
    past.answers = [{**row, "what": "comment"} for row in past.answers]
    assert past.backtest() == []


def test_traces_leave_out_programs_bulk_changes_and_bulk_reviews() -> None:
    revision = {"repo_id": REPO, "sha": "c1", "path": "src/a.py", "committed_at": ago(3), "is_counted": True}
    revisions = [
        {**revision, "is_bulk": False},
        {**revision, "sha": "c2", "is_bulk": True},
        {**revision, "sha": "c3", "is_bulk": False, "is_counted": False},
    ]
    credits_ = [{"repo_id": REPO, "sha": sha, "person_id": "bob"} for sha in ("c1", "c2", "c3")]
    answers = [
        {
            "pr_id": f"{REPO}#{number}",
            "person_id": person,
            "at": ago(days),
            "is_answer": human,
        }
        for number, person, days, human in [
            (1, "cy", 2, True),
            (1, "cy", 1, True),
            (1, "ai", 2, False),
            (2, "cy", 2, True),
        ]
    ]
    requests = [request(1), request(2)]
    paths = files(1, "src/a.py") + files(2, *(f"f{n}.py" for n in range(31)))
    found = file_traces(
        pl.LazyFrame(revisions),
        pl.LazyFrame(credits_),
        made(PullRequestStates, requests).lazy(),
        frame("pull_request_files", paths).lazy(),
        made(PullRequestRemarks, answers).lazy(),
        frame("people", [{"person_id": "ai", "kind": "ai_reviewer"}]).lazy(),
    ).collect()
    assert sorted(found.rows()) == sorted(
        tuple(row[name] for name in found.columns)
        for row in (
            trace("bob", 3, "src/a.py", "c1"),
            trace("cy", 2, "src/a.py", f"{REPO}#1", is_review=True),
        )
    )


def test_a_review_is_owed_until_it_is_given_let_off_or_the_request_ends() -> None:
    requests = [request(number) for number in (1, 2, 3)] + [request(4, state="merged", closed_at=ago(1))]
    events: list[Row] = [
        {"event_id": f"{number}{kind}{days}", "pr_id": f"{REPO}#{number}", "kind": kind, "subject_id": "bob"}
        | {"occurred_at": ago(days)}
        for number, kind, days in [
            (1, "review_requested", 5),
            (2, "review_requested", 5),
            (2, "review_request_removed", 3),
            (3, "review_requested", 5),
            (4, "review_requested", 5),
            (1, "review_requested", -1),
        ]
    ]
    events.append({**events[0], "event_id": "team", "subject_id": None})
    answers = [
        {"pr_id": f"{REPO}#3", "person_id": person, "at": ago(days), "is_answer": True}
        for person, days in [("bob", 6), ("cy", 4), ("bob", 2)]
    ]
    found = owed_reviews(
        made(PullRequestStates, requests).lazy(),
        frame("pull_request_events", events).lazy(),
        made(PullRequestRemarks, answers).lazy(),
        as_of=AS_OF,
    ).collect()
    assert found.rows() == [
        (f"{REPO}#1", "bob", ago(5), None),
        (f"{REPO}#2", "bob", ago(5), ago(3)),
        (f"{REPO}#3", "bob", ago(5), ago(2)),
        (f"{REPO}#4", "bob", ago(5), ago(1)),
    ]


def oracle(past: Past, asked: Row, at: datetime) -> list[tuple[str, float]]:
    """The ranking in plain Python."""
    paths = {row["path"] for row in past.paths if row["pr_id"] == asked["pr_id"]}
    before = [row for row in past.traces if row["at"] < at]
    seen: dict[str, datetime] = {}
    for row in past.sightings:
        if row["at"] <= at:
            seen[row["person_id"]] = max(seen.get(row["person_id"], row["at"]), row["at"])
    knowers: defaultdict[str, set[str]] = defaultdict(set)
    for row in before:
        if row["path"] in paths and seen[row["person_id"]] >= at - timedelta(days=90):
            knowers[row["path"]].add(row["person_id"])
    ranked = []
    for person in {row["person_id"] for row in before} - {asked["author_id"]}:
        points = points_of(person, paths, before, at)
        if points and seen[person] >= at - timedelta(days=30):
            thin = sum(len(knowers[path]) < 2 and person not in knowers[path] for path in paths)
            owed = owed_by(person, asked["pr_id"], past.owed, at)
            ranked.append((person, points * math.exp(-0.5 * owed) * (1 + thin / len(paths))))
    return sorted(ranked, key=lambda pair: (-float(f"{pair[1]:.11e}"), pair[0]))


def points_of(person: str, paths: set[str], before: list[Row], at: datetime) -> float:
    places = {("path", path) for path in paths} | {("folder", path.rpartition("/")[0]) for path in paths}
    points = 0.0
    for kind, place in places:
        for is_review in (True, False):
            own = [
                row for row in before if (row["person_id"], row[kind], row["is_review"]) == (person, place, is_review)
            ]
            if own:
                days = (at - max(row["at"] for row in own)) / timedelta(days=1)
                points += len({row["origin"] for row in own}) / max(days, 1)
    return points


def owed_by(person: str, pr_id: str, owed: list[Row], at: datetime) -> int:
    others = [row for row in owed if row["person_id"] == person and row["pr_id"] != pr_id and row["requested_at"] < at]
    return len({row["pr_id"] for row in others if row["settled_at"] is None or row["settled_at"] >= at})


@pytest.mark.parametrize("seed", range(8))
def test_the_ranking_agrees_with_an_oracle(seed: int) -> None:
    rng = random.Random(seed)
    everybody, everything = (
        list("abcdefg"),
        [f"{folder}/{name}" for folder in ("src", "src/x", "lib") for name in "123"],
    )
    requests = []
    for number in range(1, 13):
        opened, author = rng.uniform(1, 80), rng.choice([*everybody, None])
        state = rng.choice(["open", "merged"])
        merged = ago(opened - 1) if state == "merged" else None
        requests.append(request(number, author_id=author, state=state, opened_at=ago(opened), merged_at=merged))
    paths = [row for n in range(1, 13) for row in files(n, *rng.sample(everything, rng.randint(1, 5)))]
    traces = [
        trace(
            rng.choice(everybody),
            float(rng.randrange(150)),
            rng.choice(everything),
            f"o{n}",
            is_review=rng.random() < 0.4,
        )
        for n in range(90)
    ]
    owed = []
    for number in range(60):
        since = rng.uniform(0, 90)
        settled = rng.choice([None, ago(rng.uniform(0, since))])
        # Some of the same person and pull request, and some of these at the same time.
        key: Row = {"pr_id": f"{REPO}#{number % 7}", "person_id": rng.choice(everybody)}
        owed.append({**key, "requested_at": ago(since), "settled_at": settled})
    past = Past(requests, paths, traces, owed)
    ranks = past.ranks()
    for row in requests:
        at = AS_OF if row["state"] == "open" else row["opened_at"]
        found = ranks.filter(pl.col("pr_id") == row["pr_id"]).sort("rank").select("person_id", "score").rows()
        expected = oracle(past, row, at)
        assert [person for person, _ in found] == [person for person, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected])
    assert ranks.height > 20
