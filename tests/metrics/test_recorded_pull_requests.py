"""The flow of a real repository's pull requests, recorded from GitHub, against plain Python."""

import gzip
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import oracles_pull_requests as oracle
import pytest
from pull_request_worlds import PullRequestWorld

FOLDER = os.environ.get("LEADLINE_RECORDED_DATA")
RECORDING = "github-core-gui-2025-04-27.jsonl.gz"
KINDS = {"convert_to_draft": "converted_to_draft", "head_ref_force_pushed": "force_pushed"}
UNTOLD = {"number", "title", "url", "author_id"}


@pytest.fixture(scope="module")
def world() -> PullRequestWorld:
    if not FOLDER:
        pytest.skip("LEADLINE_RECORDED_DATA names no folder of recordings")
    told = PullRequestWorld(as_of=datetime.fromisoformat("2025-04-27"))
    repo_id = told.repository("github:bitcoin-core/gui")
    with gzip.open(Path(FOLDER) / RECORDING, "rt", encoding="utf-8") as lines:
        entities = [json.loads(line) for line in lines]
    for entity in entities:
        if entity["type"] == "pull":
            _tell(told, repo_id, entity)
    accounts = {
        row[column]
        for table, column in (("pull_requests", "author_id"), ("reviews", "reviewer_id"), ("comments", "author_id"))
        for row in told.world.tables[table]
    }
    for account in sorted(accounts - {None}):
        told.add("people", person_id=account, kind="automation" if account.endswith("Bot") else "human")
    return told


def _tell(told: PullRequestWorld, repo_id: str, entity: dict[str, Any]) -> None:
    pull = entity["pull"]
    merged = pull.get("merged_at") or next(
        (event["created_at"] for event in entity["events"] if event["event"] == "merged"), None
    )
    pr_id = told.open(
        repo_id,
        _at(pull["created_at"]),
        _login(pull.get("user")),
        is_draft=pull["draft"],
        additions=pull["additions"],
        deletions=pull["deletions"],
        changed_files=pull["changed_files"],
        state="merged" if merged else pull["state"],
        merged_at=_at(merged),
        closed_at=_at(pull.get("closed_at")),
    )
    for event in entity["events"]:
        kind = event["event"]
        if kind == "committed":
            told.commit(pr_id, _at(event["author"]["date"]), _at(event["committer"]["date"]))
        elif kind == "reviewed":
            told.review(pr_id, _at(event["submitted_at"]), _login(event.get("user")), event["state"].lower())
        elif kind == "commented":
            told.comment(pr_id, _at(event["created_at"]), _login(event.get("user")), in_review=False)
        else:
            told.event(pr_id, KINDS.get(kind, kind), _at(event["created_at"]), _login(event.get("actor")))
    for comment in entity["comments"]:
        told.comment(pr_id, _at(comment["created_at"]), _login(comment.get("user")), in_review=True)


def _at(text: str | None) -> Any:
    return datetime.fromisoformat(text.removesuffix("Z")) if text else None


def _login(user: dict[str, Any] | None) -> str | None:
    return user["login"] if user else None


def test_the_flow_of_real_pull_requests(world: PullRequestWorld) -> None:
    found = {row["pr_id"]: row for row in world.computed()["pull_request_flow"].iter_rows(named=True)}
    expected = oracle.flow(world.world)
    assert len(found) == len(expected) == 477
    for pr_id, row in found.items():
        for name in row.keys() - UNTOLD:
            value = expected[pr_id][name]
            assert row[name] == (pytest.approx(value) if isinstance(value, float) else value), (pr_id, name)


def test_the_network_of_real_reviews(world: PullRequestWorld) -> None:
    found = world.computed()["review_edges"]
    expected = oracle.edges(world.world, oracle.flow(world.world))
    assert {tuple(key): (reviews, comments) for *key, reviews, comments in found.iter_rows()} == expected
