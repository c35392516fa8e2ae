"""Which tickets and reports are incidents, and that none counts twice."""

import pytest
from delivery_worlds import REPO, Delivery, ago

DAY = 86_400.0


@pytest.mark.parametrize(
    ("ticket", "is_one"),
    [
        ({"type": "Incident"}, True),
        ({"type": "INCIDENT"}, True),
        ({"type": "Incident report"}, False),
        ({"labels": ["bug", "Sev1"]}, True),
        ({"labels": ["sev10"]}, False),
        ({"labels": []}, False),
        ({}, False),
    ],
)
def test_tickets_are_incidents_by_type_or_label(ticket: dict[str, object], is_one: bool) -> None:
    story = Delivery()
    story.add("tickets", ticket_id=f"{REPO}#1", created_at=ago(3), **ticket)
    assert story.run()["incidents"].height == is_one


def test_an_issue_is_an_incident_of_its_repository() -> None:
    story = Delivery()
    row = {"type": "Incident", "priority": "high", "title": "Down", "url": "https://x/1"}
    story.add("tickets", ticket_id=f"{REPO}#1", created_at=ago(3), resolved_at=ago(1), **row)
    story.add("tickets", ticket_id="jira:10", created_at=ago(3), resolved_at=ago(4), **row)
    found = story.run()["incidents"].select(
        "incident_id", "repo_id", "title", "url", "severity", "restore_seconds", "restore_reason", "found_by"
    )
    assert found.rows() == [
        (f"{REPO}#1", REPO, "Down", "https://x/1", "high", 2 * DAY, None, "ticket"),
        ("jira:10", None, "Down", "https://x/1", "high", None, "clock_negative", "ticket"),
    ]


def test_a_report_that_names_its_ticket_is_one_incident_with_it() -> None:
    story = Delivery()
    story.add("tickets", ticket_id=f"{REPO}#1", created_at=ago(2), resolved_at=ago(1), title="Down", type="Incident")
    story.add("incidents", incident_id="pager:7", ticket_id=f"{REPO}#1", opened_at=ago(3), severity="sev2")
    found = story.run()["incidents"].select(
        "incident_id", "ticket_id", "repo_id", "title", "severity", "opened_at", "resolved_at", "found_by"
    )
    assert found.rows() == [("pager:7", f"{REPO}#1", REPO, "Down", "sev2", ago(3), ago(1), "recorded")]


def test_what_comes_after_now_is_not_known() -> None:
    story = Delivery()
    story.add("incidents", incident_id="a", opened_at=ago(5), resolved_at=ago(2))
    story.add("incidents", incident_id="b", opened_at=ago(3))
    found = story.run(ago(4))["incidents"].select("incident_id", "resolved_at", "restore_reason")
    assert found.rows() == [("a", None, "not_resolved")]


def test_an_incident_known_by_its_resolution_began_with_its_ticket() -> None:
    story = Delivery()
    row = {"type": "Incident", "title": "Down"}
    story.add("tickets", ticket_id="jira:1", created_at=ago(3), **row)
    story.add("incidents", incident_id="pager:7", ticket_id="jira:1", resolved_at=ago(1))
    found = story.run()["incidents"].select("incident_id", "ticket_id", "opened_at", "restore_seconds")
    assert found.rows() == [("pager:7", "jira:1", ago(3), 2 * DAY)]


def test_an_incident_that_nobody_saw_begin_is_kept_without_a_time() -> None:
    story = Delivery()
    story.deploy(story.commit("c0", 9), 8)
    story.add("incidents", incident_id="pager:7", repo_id=REPO, resolved_at=ago(1))
    tables = story.run()
    found = tables["incidents"].select("incident_id", "opened_at", "restore_seconds", "restore_reason")
    assert found.rows() == [("pager:7", None, None, "opened_unknown")]
    assert tables["deployment_failures"].is_empty()
    assert story.run(ago(2))["incidents"].is_empty()


def test_a_report_of_tomorrow_does_not_hide_the_ticket_of_today() -> None:
    story = Delivery()
    story.add("tickets", ticket_id="jira:1", created_at=ago(3), type="Incident")
    story.add("incidents", incident_id="pager:7", ticket_id="jira:1", opened_at=ago(1))
    assert story.run(ago(2))["incidents"]["incident_id"].to_list() == ["jira:1"]
