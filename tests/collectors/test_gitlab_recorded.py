"""Recorded answers of gitlab.com and of a self-managed GitLab, served again: the rows hold what was recorded."""

import gzip
import json
import os
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from collectors import gitlab
from tests.collectors.gitlab_world.server import serving
from tests.collectors.gitlab_world.world import Item, World
from tests.collectors.memory import Memory

NAME = "gitlab-data/snowflake_spend"
SOURCE = gitlab.GitLabSource("lab", (NAME,))


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) if text else None


def whole(text: str | None) -> datetime | None:
    """An instant as GraphQL tells it."""
    moment = instant(text)
    return moment and moment.replace(microsecond=0)


@pytest.fixture(scope="module")
def recorded() -> dict[str, list[dict[str, Any]]]:
    folder = os.environ.get("LEADLINE_RECORDED_DATA")
    if not folder:
        pytest.skip("LEADLINE_RECORDED_DATA does not name the folder of recordings")
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(Path(folder) / "gitlab-raw.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            found[one["stream"]].append(one["payload"] | {"of": (one["input"] or {}).get("GitlabId")})
    return found


def account(user: dict[str, Any] | None) -> Item | None:
    if not user:
        return None
    return {"id": f"gid://gitlab/User/{user['id']}", "username": user["username"], "name": user["name"], "bot": False}


def note(one: dict[str, Any]) -> Item:
    return {
        "id": f"gid://gitlab/Note/{one['id']}",
        "body": one["body"],
        "system": one["system"],
        "internal": one.get("internal", one.get("confidential")),
        "createdAt": instant(one["created_at"]),
        "author": account(one["author"]),
        "position": None,
        "discussion": {"id": "gid://gitlab/Discussion/1"},
    }


def commit(one: dict[str, Any]) -> Item:
    return {
        "sha": one["id"],
        "authoredDate": instant(one["authored_date"]),
        "committedDate": instant(one["committed_date"]),
        "authorName": one["author_name"],
        "authorEmail": one["author_email"],
        "message": one["message"],
        "author": None,
    }


@pytest.fixture(scope="module")
def world(recorded: dict[str, list[dict[str, Any]]]) -> World:
    world = World(now=datetime.now(UTC).replace(tzinfo=None))
    project = world.project(NAME)
    project["number"] = 12345678
    project["id"] = "gid://gitlab/Project/12345678"
    for one in recorded["merge_requests"]:
        project["mergeRequests"].append(
            {
                "__typename": "MergeRequest",
                "id": f"gid://gitlab/MergeRequest/{one['id']}",
                "iid": str(one["iid"]),
                "updatedAt": instant(one["updated_at"]),
                "recorded": one,
                "author": account(one["author"]),
                "mergeUser": account(one["merge_user"]),
                "reviewers": [account(user) for user in one["reviewers"]],
                "assignees": [account(user) for user in one["assignees"]],
                "approvedBy": [],
                "notes": [note(found) for found in recorded["merge_request_notes"] if found["of"] == one["id"]],
                "commits": [commit(found) for found in recorded["merge_request_commits"] if found["of"] == one["id"]],
            }
        )
    for one in recorded["issues"]:
        issue = world.open_issue(project, one["author"]["username"])
        issue |= {"iid": str(one["iid"]), "updatedAt": instant(one["updated_at"]), "recorded": one}
        issue["author"] = account(one["author"])
    for one in recorded["deployments"]:
        one.setdefault("updated_at", one["created_at"])
        project["deployments"].append({"updatedAt": instant(one["updated_at"]), "recorded": one})
    project["pipelines"] += [pipeline(world, one, []) for one in recorded["pipeline_details"]]
    jobs: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in recorded["job"]:
        jobs[one["pipeline"]["id"]].append(one)
    for number, several in sorted(jobs.items()):
        project["pipelines"].append(pipeline(world, several[0]["pipeline"] | {"iid": number}, several))
    return world


def pipeline(world: World, one: dict[str, Any], jobs: list[dict[str, Any]]) -> Item:
    return {
        "__typename": "Pipeline",
        "id": f"gid://gitlab/Ci::Pipeline/{one['id']}",
        "iid": str(one["iid"]),
        "name": one.get("name"),
        "sha": one["sha"],
        "ref": one["ref"],
        "source": one.get("source"),
        "status": one["status"].upper(),
        "createdAt": instant(one["created_at"]),
        "startedAt": instant(one.get("started_at")),
        "finishedAt": instant(one.get("finished_at", one["updated_at"])),
        "updatedAt": world.now - timedelta(days=1),  # pipelines of long ago are not asked for
        "user": account(one.get("user")),
        "jobs": [
            {
                "id": f"gid://gitlab/Ci::Build/{job['id']}",
                "name": job["name"],
                "status": job["status"].upper(),
                "retried": False,
                "allowFailure": job["allow_failure"],
                "createdAt": instant(job["created_at"]),
                "startedAt": instant(job["started_at"]),
                "finishedAt": instant(job["finished_at"]),
            }
            for job in jobs
        ],
    }


@pytest.fixture(scope="module")
def memory(world: World) -> Memory:
    with serving(world) as server:
        memory = Memory()
        source = gitlab.GitLabSource("lab", (NAME,))
        for page in gitlab.collect(source, gitlab.Client("secret-token", server.url), memory):
            memory.load(page, "lab")
    return memory


def test_merge_requests(recorded: dict[str, list[dict[str, Any]]], memory: Memory) -> None:
    expected = [
        (
            f"lab:{NAME}!{one['iid']}",
            one["title"],
            f"lab:{one['author']['id']}",
            {"opened": "open"}.get(one["state"], one["state"]),
            one["draft"],
            one["source_project_id"] != one["target_project_id"],
            instant(one["created_at"]),
            instant(one["updated_at"]),
            instant(one["merged_at"]),
            instant(one["merged_at"] or one["closed_at"]),
            one["merge_commit_sha"],
            f"lab:{one['merge_user']['id']}" if one["merge_user"] else None,
            one["labels"],
            (one["milestone"] or {}).get("title"),
            len(one["description"] or ""),
        )
        for one in recorded["merge_requests"]
    ]
    told = memory.table("pull_requests").select(
        *("pr_id", "title", "author_id", "state", "is_draft", "is_fork", "created_at", "updated_at", "merged_at"),
        *("closed_at", "merge_sha", "merged_by_id", "labels", "milestone", "body_length"),
    )
    assert sorted(told.rows()) == sorted(expected)
    assert len(expected) == 18


def test_commits(recorded: dict[str, list[dict[str, Any]]], memory: Memory) -> None:
    numbers = {one["id"]: one["iid"] for one in recorded["merge_requests"]}
    expected = {
        (
            f"lab:{NAME}!{numbers[one['of']]}",
            one["id"],
            f"lab:{one['author_name']} <{one['author_email']}>",
            whole(one["authored_date"]),
            whole(one["committed_date"]),
        )
        for one in recorded["merge_request_commits"]
        if one["of"] in numbers
    }
    squashed = {one["squash_commit_sha"] for one in recorded["merge_requests"]} - {None}
    told = memory.table("pull_request_commits")
    assert set(told.filter(~pl.col("sha").is_in(squashed)).rows()) == expected
    assert squashed <= set(told["sha"])
    assert len(expected) > 20


def test_notes_are_comments_and_events(recorded: dict[str, list[dict[str, Any]]], memory: Memory) -> None:
    numbers = {one["id"]: one["iid"] for one in recorded["merge_requests"]}
    notes = [one for one in recorded["merge_request_notes"] if one["of"] in numbers]
    expected = {
        (f"lab:{one['id']}", f"lab:{NAME}!{numbers[one['of']]}", f"lab:{one['author']['id']}", whole(one["created_at"]))
        for one in notes
        if not one["system"]
    }
    told = memory.table("comments").select("comment_id", "pr_id", "author_id", "created_at").rows()
    assert set(told) == expected
    events = memory.table("pull_request_events")
    first = events.filter(pr_id=f"lab:{NAME}!1").sort("occurred_at", "event_id")
    assert first.select("kind", "occurred_at").rows() == [
        ("assigned", whole("2019-06-28T05:40:22Z")),
        ("pushed", whole("2019-06-28T05:40:58Z")),
        ("pushed", whole("2019-06-28T10:43:27Z")),
        ("pushed", whole("2019-06-28T10:49:01Z")),
        ("pushed", whole("2019-06-28T10:54:45Z")),
        ("ready_for_review", whole("2019-06-28T10:55:26Z")),
        ("assigned", whole("2019-06-28T10:56:47Z")),
        ("unassigned", whole("2019-06-28T10:56:47Z")),
        ("pushed", whole("2019-06-28T11:04:01Z")),
        ("merged", whole("2019-06-28T14:32:06Z")),
    ]
    ended = events.filter(pl.col("kind").is_in(["merged", "closed"]))
    states = Counter(one["state"] for one in recorded["merge_requests"])
    assert Counter(ended["kind"]) == {"merged": states["merged"], "closed": states["closed"]}


def test_issues(recorded: dict[str, list[dict[str, Any]]], memory: Memory) -> None:
    expected = [
        (
            f"lab:{NAME}#{one['iid']}",
            f"{NAME}#{one['iid']}",
            one["title"],
            "closed" if one["state"] == "closed" else "open",
            "done" if one["state"] == "closed" else "todo",
            f"lab:{one['author']['id']}",
            f"lab:{one['assignees'][0]['id']}" if one["assignees"] else None,
            instant(one["created_at"]),
            instant(one["closed_at"]),
            None if one["weight"] is None else float(one["weight"]),
            one["labels"],
        )
        for one in recorded["issues"]
    ]
    told = memory.table("tickets").select(
        *("ticket_id", "key", "title", "status", "status_category", "reporter_id", "assignee_id", "created_at"),
        *("resolved_at", "story_points", "labels"),
    )
    assert sorted(told.rows(), key=repr) == sorted(expected, key=repr)
    intervals = memory.table("ticket_status_intervals").sort("ticket_id", "entered_at")
    passed = intervals.group_by("ticket_id", maintain_order=True).agg("status")
    assert Counter(map(tuple, passed["status"])) == Counter(
        ("open", "closed") if one["state"] == "closed" else ("open",) for one in recorded["issues"]
    )


def test_pipelines_and_jobs(recorded: dict[str, list[dict[str, Any]]], memory: Memory) -> None:
    runs = memory.table("ci_runs")
    outcomes = {"success": "success", "failed": "failure"}
    expected = {
        (
            f"lab:{one['id']}/1",
            one["source"],
            one["sha"],
            outcomes[one["status"]],
            whole(one["started_at"]),
            whole(one["finished_at"]),
        )
        for one in recorded["pipeline_details"]
    }
    told = runs.select("run_id", "event", "sha", "conclusion", "started_at", "finished_at").rows()
    assert expected <= set(told)
    jobs = runs.filter(pl.col("parent_run_id").is_not_null())
    ran = [one for one in recorded["job"] if one["started_at"] or one["status"] == "failed"]
    assert jobs.height == len(ran) == len(recorded["job"]) - 2  # two were cancelled before they began
    ended = {**outcomes, "skipped": "skipped"}
    assert Counter(jobs["conclusion"]) == Counter(ended.get(one["status"]) for one in ran)
    # No runner took the job in a day; it was started again and succeeded.
    again = runs.filter(pl.col("run_id").str.starts_with("lab:41/"))
    assert again.select("attempt", "conclusion").rows() == [(1, "failure"), (2, "success")]


def test_deployments(recorded: dict[str, list[dict[str, Any]]], memory: Memory) -> None:
    told = memory.table("deployments")
    assert told.height == len(recorded["deployments"])
    done = {one["id"]: one for one in recorded["deployments"]}
    for row in told.rows(named=True):
        one = done[int(row["deployment_id"].partition(":")[2])]
        assert (row["environment"], row["sha"], row["ref"]) == (one["environment"]["name"], one["sha"], one["ref"])
        ended = (one.get("deployable") or {}).get("finished_at") or one["updated_at"]
        is_over = one["status"] in {"success", "failed", "canceled", "skipped"}
        assert row["finished_at"] == (instant(ended) if is_over else None)
        assert row["finished_at"] is None or row["finished_at"] - row["started_at"] >= timedelta()
