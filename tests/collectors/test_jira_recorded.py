"""Recorded tickets of real Jiras, collected over HTTP and compared with what the recording says.

Skipped where the environment variable LEADLINE_RECORDED_DATA does not name the folder with the recordings.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from collectors import jira
from tests.collectors.fault_server import answering
from tests.collectors.jira_world.recorded import Recorded, issues_of, moment
from tests.collectors.jira_world.world import Item
from tests.collectors.memory import Memory

FOLDER = os.environ.get("LEADLINE_RECORDED_DATA")
pytestmark = pytest.mark.skipif(not FOLDER, reason="LEADLINE_RECORDED_DATA names no folder with recordings")

CASES = [
    ("jira-aloy.jsonl.gz", ("ALOY",), False),
    ("jira-timob.jsonl.gz", ("TIMOB",), False),
    ("jira-cloud-ee.jsonl.gz", ("EE", "K5"), True),
]


@pytest.fixture(scope="module", params=CASES, ids=[case[0] for case in CASES])
def recording(request: pytest.FixtureRequest) -> tuple[list[Item], Memory, int]:
    """The tickets as recorded, the warehouse after two collections, and the requests of the first one."""
    file, keys, is_cloud = request.param
    issues = issues_of(Path(str(FOLDER)) / file)
    memory = Memory()
    server = Recorded(issues, is_cloud=is_cloud)
    with answering(rule=server) as script:
        source = jira.JiraSource("jira", script.url, keys)
        for page in jira.collect(source, jira.Client(jira.Credentials("token"), script.url), memory):
            memory.load(page, "jira")
        requests = server.asked
        for page in jira.collect(source, jira.Client(jira.Credentials("token"), script.url), memory):
            assert not page.payloads
            memory.load(page, "jira")
    return issues, memory, requests


def test_every_ticket_once_with_its_times(recording: tuple[list[Item], Memory, int]) -> None:
    issues, memory, requests = recording
    columns = ("ticket_id", "key", "created_at", "updated_at", "title", "type", "resolution", "assignee_id")
    expected = []
    for issue in issues:
        fields = issue["fields"]
        who = fields.get("assignee") or {}
        assignee = who.get("accountId") or who.get("key")
        expected.append(
            (
                f"jira:{issue['id']}",
                issue["key"],
                moment(fields["created"]),
                moment(fields["updated"]),
                fields["summary"],
                fields["issuetype"]["name"],
                (fields.get("resolution") or {}).get("name"),
                f"jira:{assignee}" if assignee else None,
            )
        )
    assert sorted(memory.table("tickets").select(columns).rows()) == sorted(expected)
    assert requests <= 0.02 * len(issues) or len(issues) < 1000


def test_when_it_was_resolved(recording: tuple[list[Item], Memory, int]) -> None:
    issues, memory, _ = recording
    resolved = {f"jira:{i['id']}": i["fields"].get("resolutiondate") for i in issues}
    told = dict(memory.table("tickets").select("ticket_id", "resolved_at").rows())
    for ticket_id, text in resolved.items():
        if text:
            assert told[ticket_id] == moment(text)


def test_every_change_and_the_sequence_of_statuses(recording: tuple[list[Item], Memory, int]) -> None:
    issues, memory, _ = recording
    items = sum(len(h["items"]) for issue in issues for h in (issue.get("changelog") or {}).get("histories", ()))
    assert memory.table("ticket_changes").height == items
    names = {issue["fields"]["status"]["id"]: issue["fields"]["status"]["name"] for issue in issues}
    rows = memory.table("ticket_status_intervals").sort("ticket_id", "entered_at").rows(named=True)
    told: dict[str, list[tuple[object, str]]] = {}
    for row in rows:
        told.setdefault(row["ticket_id"], []).append((row["entered_at"], row["status"]))
    for issue in issues:
        histories = sorted((issue.get("changelog") or {}).get("histories", ()), key=lambda h: moment(h["created"]))
        steps = [(h["created"], item) for h in histories for item in h["items"] if item["field"] == "status"]
        now = issue["fields"]["status"]
        first = (steps[0][1]["from"], steps[0][1]["fromString"]) if steps else (now["id"], now["name"])
        expected = [(moment(issue["fields"]["created"]), names.get(first[0], first[1]))]
        expected += [(moment(at), names.get(item["to"], item["toString"])) for at, item in steps]
        assert told[f"jira:{issue['id']}"] == expected
        assert expected[-1][1] == now["name"]
    assert memory.table("tickets")["history_complete"].all()


def test_comments_links_versions_and_people(recording: tuple[list[Item], Memory, int]) -> None:
    issues, memory, _ = recording
    said = Counter(f"jira:{i['id']}" for i in issues for _ in i["fields"]["comment"]["comments"])
    assert Counter(memory.table("comments")["ticket_id"]) == said
    parents = sum(bool(issue["fields"].get("parent")) for issue in issues)
    linked = {
        (issue["id"], side, link["type"]["name"], link[f"{side}Issue"]["key"])
        for issue in issues
        for link in issue["fields"].get("issuelinks") or ()
        for side in ("inward", "outward")
        if link.get(f"{side}Issue")
    }
    links = memory.table("ticket_links")
    assert links.filter(kind="parent").height == parents
    blocking = {found for found in linked if found[2] == "Blocks"}
    told = {(row["ticket_id"].removeprefix("jira:"), row["kind"], row["other_key"]) for row in links.rows(named=True)}
    for identifier, side, _, key in blocking:
        assert (identifier, "blocks" if side == "outward" else "is_blocked_by", key) in told
    assert {(found[0], found[3]) for found in linked} == {
        (identifier, key) for identifier, kind, key in told if kind != "parent"
    }
    versions = {version["id"] for issue in issues for version in issue["fields"].get("fixVersions") or ()}
    assert memory.table("milestones").height == len(versions)
    people = {
        who.get("accountId") or who.get("key")
        for issue in issues
        for who in (issue["fields"].get(role) for role in ("creator", "reporter", "assignee"))
        if who
    }
    assert {f"jira:{person}" for person in people} <= set(memory.table("identities")["identity_id"])


def test_sprints_of_the_tickets(recording: tuple[list[Item], Memory, int]) -> None:
    issues, memory, _ = recording
    present = {
        (f"jira:{issue['id']}", f"jira:{sprint['id']}")
        for issue in issues
        for sprint in issue["fields"].get("customfield_10020") or ()
    }
    rows = memory.table("ticket_sprints").rows(named=True)
    assert {(row["ticket_id"], row["sprint_id"]) for row in rows if row["removed_at"] is None} == present
