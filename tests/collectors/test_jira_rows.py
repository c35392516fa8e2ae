"""What single answers of Jira mean: questions, dates, histories, links, texts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from collectors.jira import boards, issues, jql
from collectors.jira.fields import Fields
from collectors.jira.jql import Clock
from collectors.jira.people import People
from collectors.jira.server import Server, Status
from collectors.jira.values import Item, day, instant, length
from tests.collectors.memory import Memory

SERVER = Server(
    is_cloud=True,
    base_url="https://jira.example",
    statuses={"1": Status("To Do", "todo"), "3": Status("Doing", "in_progress"), "5": Status("Done", "done")},
    fields=Fields({"sprint": [("customfield_1", "Sprint")], "flagged": [("customfield_2", "Flagged")]}),
)


def ticket(*histories: tuple[str, list[Item]], status: str = "1", **fields: object) -> Item:
    told = [
        {"id": str(n), "created": f"2026-03-02T{at}:00.000+0100", "items": items}
        for n, (at, items) in enumerate(histories, 100)
    ]
    basics = {
        "summary": "A story",
        "status": {"id": status, "name": SERVER.statuses[status].name},
        "created": "2026-03-02T09:00:00.000+0100",
        "updated": "2026-03-02T19:00:00.000+0100",
        "creator": {"accountId": "5b1", "displayName": "Ana"},
    }
    return {
        "id": "7",
        "key": "APP-1",
        "fields": basics | fields,
        "changelog": {"total": len(told), "histories": list(reversed(told))},
    }


def moved(before: str, after: str, name: str = "status") -> Item:
    names = {"1": "To Do", "3": "In Progress", "5": "Done", "9": "Limbo"}
    return {
        "field": name,
        "fieldtype": "jira",
        "from": before,
        "fromString": names[before],
        "to": after,
        "toString": names[after],
    }


def rows_of(issue: Item) -> Memory:
    memory = Memory()
    memory.load(issues.page([issue], SERVER, source="jira", scope="APP", state=memory), "jira")
    return memory


def at(hour: int) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{hour:02}:00")


def statuses(memory: Memory) -> list[tuple[object, ...]]:
    return memory.table("ticket_status_intervals").select("status", "entered_at", "left_at").rows()


def test_the_first_status_is_what_the_first_change_came_from() -> None:
    memory = rows_of(ticket(("10:00", [moved("3", "5")]), ("11:00", [moved("5", "1")])))
    assert statuses(memory) == [("Doing", at(8), at(9)), ("Done", at(9), at(10)), ("To Do", at(10), None)]
    assert memory.table("tickets").select("history_complete", "resolved_at").rows() == [(True, None)]


def test_two_items_of_one_field_in_one_change_both_count() -> None:
    memory = rows_of(ticket(("10:00", [moved("1", "3"), moved("3", "5")]), status="5"))
    assert statuses(memory) == [("To Do", at(8), at(9)), ("Done", at(9), None)]
    changes = memory.table("ticket_changes").select("change_id", "from_value", "to_value")
    assert changes.rows() == [("jira:100/0", "To Do", "In Progress"), ("jira:100/1", "In Progress", "Done")]
    assert memory.table("tickets").select("history_complete", "resolved_at").rows() == [(True, at(9))]


def test_a_gap_in_the_history_is_told() -> None:
    broken = rows_of(ticket(("10:00", [moved("1", "3")]), ("11:00", [moved("5", "1")])))
    assert broken.table("tickets")["history_complete"].to_list() == [False]
    elsewhere = rows_of(ticket(("10:00", [moved("1", "3")]), status="5"))
    assert statuses(elsewhere) == [("To Do", at(8), at(9)), ("Done", at(9), None)]
    assert elsewhere.table("tickets").select("history_complete", "status").rows() == [(False, "Done")]
    assert elsewhere.quality == {"history_incomplete": 1}


def test_a_status_that_is_gone_keeps_its_name_and_has_no_category() -> None:
    memory = rows_of(ticket(("10:00", [moved("1", "9")]), ("11:00", [moved("9", "3")]), status="3"))
    rows = memory.table("ticket_status_intervals").select("status", "status_category", "status_id").rows()
    assert rows == [("To Do", "todo", "1"), ("Limbo", None, "9"), ("Doing", "in_progress", "3")]
    assert memory.quality == {"status_unknown": 1}


def test_sprints_from_the_creation_on_and_back_again() -> None:
    def put(before: str, after: str) -> Item:
        return {"field": "Sprint", "fieldtype": "custom", "fieldId": "customfield_1", "from": before, "to": after}

    steps = [("10:00", [put("4, 5", "5")]), ("11:00", [put("5", "5, 4")]), ("12:00", [put("5, 4", "4")])]
    memory = rows_of(ticket(*steps, customfield_1=[{"id": 4, "name": "S4", "state": "active"}]))
    assert memory.table("ticket_sprints").rows() == [
        ("jira:7", "jira:4", at(8), at(9)),
        ("jira:7", "jira:4", at(10), None),
        ("jira:7", "jira:5", at(8), at(11)),
    ]
    inherited = rows_of(ticket(customfield_1=[{"id": 4, "name": "S4", "state": "active"}]))
    assert inherited.table("ticket_sprints").rows() == [("jira:7", "jira:4", at(8), None)]


def test_texts_are_told_by_their_length_only() -> None:
    def written(name: str, before: str | None, after: str | None, kind: str = "jira") -> Item:
        return {"field": name, "fieldtype": kind, "fromString": before, "toString": after}

    plan = "the plan\nis secret"
    items = [
        written("description", None, plan),
        written("Comment", plan, ""),
        written("Notes", "x" * 300, plan, "custom"),
        written("Mood", "good", "bad", "custom"),
        written("RemoteIssueLink", None, "here"),
        written("Flagged", "", "Impediment", "custom"),
    ]
    document = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": plan}]}]}
    comment = {"id": "1", "body": plan, "created": "2026-03-02T09:30:00.000+0100"}
    memory = rows_of(ticket(("10:00", items), description=document, comment={"comments": [comment], "total": 1}))
    assert memory.table("ticket_changes").select("field", "from_value", "to_value").rows() == [
        ("description", None, "18"),
        ("comment", "18", None),
        ("notes", "300", "18"),
        ("mood", "good", "bad"),
        ("remote_issue_link", None, "here"),
        ("flagged", None, "Impediment"),
    ]
    assert memory.table("tickets")["body_length"].to_list() == [18]
    assert memory.table("comments")["body_length"].to_list() == [18]
    assert "secret" not in repr(memory.everything())


@pytest.mark.parametrize(
    ("name", "side", "kind"),
    [
        ("blocks", "outward", "blocks"),
        ("is blocked by", "inward", "is_blocked_by"),
        ("depends on", "outward", "is_blocked_by"),
        ("is dependent of", "inward", "blocks"),
        ("duplicates", "outward", "duplicates"),
        ("is duplicated by", "inward", "relates"),
        ("relates to", "inward", "relates"),
        ("verursacht", "outward", "relates"),
    ],
)
def test_what_links_mean(name: str, side: str, kind: str) -> None:
    link = {"type": {side: name}, f"{side}Issue": {"key": "OPS-2"}}
    assert rows_of(ticket(issuelinks=[link])).table("ticket_links").rows() == [("jira:7", kind, "OPS-2")]


def test_the_sprints_that_servers_write_as_text() -> None:
    text = (
        "com.atlassian.greenhopper.service.sprint.Sprint@1f39706[id=7,rapidViewId=8,state=CLOSED,"
        "name=Sprint 7, the best,startDate=2020-06-12T08:38:51.882+08:00,endDate=2020-06-26T08:38:00.000+08:00,"
        "completeDate=<null>,sequence=7]"
    )
    (sprint,) = boards.sprints_of([text])
    assert boards.row(sprint, source="jira") == {
        "sprint_id": "jira:7",
        "board": None,
        "name": "Sprint 7, the best",
        "state": "closed",
        "started_at": datetime.fromisoformat("2020-06-12T00:38:51.882"),
        "ends_at": datetime.fromisoformat("2020-06-26T00:38:00"),
        "completed_at": None,
    }
    assert boards.sprints_of(None) == boards.sprints_of([]) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2020-06-12T08:15:36.123+0800", "2020-06-12T00:15:36.123"),
        ("2020-06-12T08:15:36.123Z", "2020-06-12T08:15:36.123"),
        ("2020-06-12", "2020-06-12T00:00:00"),
        (1591920936123, "2020-06-12T00:15:36.123"),
        (1591920936, "2020-06-12T00:15:36"),
        ("<null>", None),
        ("", None),
        (None, None),
        ("yesterday", None),
    ],
)
def test_instants(told: str | int | None, expected: str | None) -> None:
    assert instant(told) == (datetime.fromisoformat(expected) if expected else None)


def test_days_are_not_moved_and_lengths_need_a_text() -> None:
    assert str(day("2020-07-10")) == str(day("2020-07-10T23:59:00.000-0800")) == "2020-07-10"
    assert day(None) is day("soon") is None
    assert length(None) == length(7) == 0


def test_nobody_is_made_of_accounts_that_are_gone() -> None:
    people = People("jira")
    assert people.account({"accountId": "unknown", "displayName": "Former user"}) is None
    assert people.account(None) is people.account({}) is None
    assert people.account({"key": "ana", "name": "ana.doe", "displayName": "Ana Doe", "emailAddress": "ana at acme"})
    assert people.account({"accountId": "712:x", "accountType": "app", "displayName": "Automation for Jira"})
    columns = ("identity_id", "account", "name", "email", "platform_type")
    assert [tuple(row[name] for name in columns) for row in people.rows()] == [
        ("jira:ana", "ana.doe", "Ana Doe", None, "User"),
        ("jira:712:x", "712:x", "Automation for Jira", None, "Bot"),
    ]


@pytest.mark.parametrize(
    ("asked", "plain"),
    [
        ("project = APP ORDER BY created DESC", "project = APP"),
        ("project = APP order   by\nRank", "project = APP"),
        ('summary ~ "order by phone" AND project = APP', 'summary ~ "order by phone" AND project = APP'),
        ("summary ~ 'an \\' order by' ORDER BY key", "summary ~ 'an \\' order by'"),
        ("reorder = by", "reorder = by"),
    ],
)
def test_the_order_of_a_question_is_taken_off(asked: str, plain: str) -> None:
    assert jql.without_order(asked) == plain


def test_questions() -> None:
    assert jql.of_projects(["APP"]) == 'project = "APP"'
    assert jql.of_projects(["APP", 'O"PS']) == 'project in ("APP", "O\\"PS")'
    assert jql.question("a OR b", "c") == "(a OR b) AND c ORDER BY updated ASC, key ASC"
    assert jql.question("a OR b", order="key ASC") == "a OR b ORDER BY key ASC"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Nowhere/Else", None])
def test_dates_mean_no_later_start_and_no_earlier_end_whatever_the_server_takes_them_for(zone: str | None) -> None:
    clock = Clock(zone)
    real = (
        [ZoneInfo(zone)] if zone and "Nowhere" not in zone else [ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12")]
    )
    moment = datetime.fromisoformat("2026-10-24T20:07:00")
    for _ in range(600):  # over the nights in which clocks are set back in Europe and America
        moment += timedelta(minutes=37)
        begin, (end, least) = clock.start(moment), clock.end(moment)
        for tz in real:
            for fold in (0, 1):
                read = [
                    datetime.strptime(text, '"%Y/%m/%d %H:%M"').replace(tzinfo=tz, fold=fold).astimezone(UTC)
                    for text in (begin, end)
                ]
                assert read[0].replace(tzinfo=None) <= moment
                assert read[1].replace(tzinfo=None) >= least >= moment.replace(second=0) - timedelta(minutes=1)
