"""Every rule about tickets proposes where it should, and keeps quiet just below."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from git_worlds import Row, frame, run
from test_pull_request_actions import merged as merged_request
from test_pull_request_actions import opened, rows_of

from metrics.actions import (
    forecast_past_due,
    knowledge_risk_in_planned_work,
    newcomer_without_mentor,
    pull_request_without_ticket,
    scope_growing,
    sprint_over_committed,
    ticket_beyond_sle,
    ticket_blocked,
    ticket_stalled,
    too_much_in_progress,
    unready_ticket,
)
from metrics.actions.actions import actions
from metrics.catalogue import RULES
from metrics.registry import Rule
from warehouse.tables import CORE

AS_OF = datetime.fromisoformat("2025-12-03T12:00:00")  # a Wednesday, 13:00 in Berlin
DAY = 86_400.0
OF_TICKETS = {
    "ticket_beyond_sle",
    "ticket_stalled",
    "ticket_blocked",
    "too_much_in_progress",
    "unready_ticket",
    "scope_growing",
    "pull_request_without_ticket",
    "sprint_over_committed",
    "forecast_past_due",
    "newcomer_without_mentor",
    "knowledge_risk_in_planned_work",
}
"""The rules that are tried here."""


def ago(days: float) -> datetime:
    return AS_OF - timedelta(days=days)


def proposed(rule: Rule, **tables: list[Row]) -> list[dict[str, Any]]:
    """The actions that one rule alone makes of the rows."""
    frames = {
        name: frame(name, tables.get(name, [])) if name in CORE else rows_of(name, tables.get(name, []))
        for name in rule.propose.inputs
    }
    repositories = frame("repositories", [])
    found = run({**frames, "repositories": repositories}, AS_OF, [rule.propose, actions])
    return found["actions"].rows(named=True)


def begun(number: int = 1, **more: Any) -> Row:
    """A ticket that has been in progress for 20 days."""
    return {
        "ticket_id": f"jira:{number}",
        "source": "jira",
        "key": f"APP-{number}",
        "project": "APP",
        "type": "Story",
        "team": "Pay",
        "title": "Retry payments",
        "url": f"https://jira.example/APP-{number}",
        "assignee_id": "ana",
        "state": "in_progress",
        "status": "In Review",
        "status_seconds": 4 * DAY,
        "started_at": ago(20),
        "age_seconds": 20 * DAY,
        "last_activity_at": ago(3),
        "sle_days": 12,
        "is_beyond_sle": False,
        "is_stalled": False,
        "is_blocked": False,
        "open_pull_requests": 0,
        **more,
    }


def test_a_ticket_beyond_its_service_level() -> None:
    (action,) = proposed(ticket_beyond_sle.RULE, ticket_flow=[begun(is_beyond_sle=True), begun(2)])
    assert action["action_id"] == "ticket_beyond_sle:jira:1"
    assert action["title"] == "APP-1 takes longer than expected"
    assert action["why"] == (
        '"Retry payments" has been in progress for 20 days; 85 of 100 tickets finished here in the last 90 days took '
        'at most 12 days. It has been in "In Review" for 4 days.'
    )
    assert (action["url"], action["team"], action["actor_id"]) == ("https://jira.example/APP-1", "Pay", "ana")
    assert action["days_saved"] == pytest.approx(0.8)
    forgotten = begun(is_beyond_sle=True, last_activity_at=ago(90))
    assert proposed(ticket_beyond_sle.RULE, ticket_flow=[forgotten]) == []


def test_a_stalled_ticket_that_is_not_blocked() -> None:
    rows = [
        begun(is_stalled=True, last_activity_at=ago(9), open_pull_requests=1),
        begun(2),
        begun(3, is_stalled=True, is_blocked=True),
    ]
    (action,) = proposed(ticket_stalled.RULE, ticket_flow=rows)
    assert action["title"] == "APP-1 is in progress and nothing happens"
    assert action["why"] == (
        '"Retry payments" has been "In Review", and for 9 days nobody changed it, commented on it, or did anything in '
        "a pull request for it, though one is open."
    )


def test_what_nobody_has_touched_for_long_is_no_work_in_progress() -> None:
    lately, long_ago = {"last_activity_at": ago(89)}, {"last_activity_at": ago(90)}
    stalled = [begun(1, is_stalled=True, **lately), begun(2, is_stalled=True, **long_ago)]
    assert [a["item_id"] for a in proposed(ticket_stalled.RULE, ticket_flow=stalled)] == ["jira:1"]
    flagged = [begun(n, is_blocked=True, blocked_since=ago(95), **at) for n, at in ((1, lately), (2, long_ago))]
    causes = [blocked("flag"), blocked("flag", ticket=2)]
    found = proposed(ticket_blocked.RULE, ticket_flow=flagged, ticket_blocks=causes)
    assert [action["item_id"] for action in found] == ["jira:1"]


def blocked(cause: str, by: str = "", ticket: int = 1, **more: Any) -> Row:
    row = {"ticket_id": f"jira:{ticket}", "cause": cause, "by": by, "blocked_at": ago(6), "is_blocked": True}
    return {**row, **more}


def test_a_blocked_ticket_and_who_can_free_it() -> None:
    rows = [begun(is_blocked=True, blocked_since=ago(6)), begun(2), begun(3)]
    causes = [
        blocked("flag"),
        blocked("link", by="jira:3"),
        blocked("link", by="jira:2"),
        blocked("status", is_blocked=False),
    ]
    (action,) = proposed(ticket_blocked.RULE, ticket_flow=rows, ticket_blocks=causes)
    assert action["why"] == (
        '"Retry payments" has not been able to go on for 6 days: it is flagged and waiting for APP-2, APP-3.'
    )
    assert action["next_step"].startswith("Agree with those who have APP-2, APP-3 on a day")
    (flagged,) = proposed(ticket_blocked.RULE, ticket_flow=rows, ticket_blocks=causes[:1])
    assert flagged["next_step"].startswith("Find out who can clear it")


def test_what_has_been_blocked_over_a_weekend_is_left_alone() -> None:
    # From Saturday to Monday noon: half a working day.
    since, monday = datetime.fromisoformat("2025-11-29T12:00:00"), datetime.fromisoformat("2025-12-01T12:00:00")
    tables = {
        "ticket_flow": rows_of("ticket_flow", [begun(is_blocked=True, blocked_since=since)]),
        "ticket_blocks": rows_of("ticket_blocks", [blocked("flag")]),
        "repositories": frame("repositories", []),
    }
    assert run(tables, monday, [ticket_blocked.RULE.propose, actions])["actions"].is_empty()
    friday = datetime.fromisoformat("2025-12-05T12:00:00")
    assert run(tables, friday, [ticket_blocked.RULE.propose, actions])["actions"].height == 1


def finished(number: int, days: float, **more: Any) -> Row:
    return begun(number, state="done", done_at=ago(days), age_seconds=None, **more)


def test_more_begun_than_finished() -> None:
    in_progress = [begun(number, age_seconds=number * DAY) for number in range(1, 7)]
    done = [finished(number, 3) for number in range(10, 14)] + [finished(14, 28)]
    (action,) = proposed(too_much_in_progress.RULE, ticket_flow=in_progress + done)
    assert (action["item_kind"], action["item_id"], action["actor_team"]) == ("team", "Pay", "Pay")
    assert action["why"] == (
        "6 tickets are in progress, and 4 were finished in the last four weeks: at that pace it takes 6 weeks to "
        "finish what is begun. The oldest: APP-6, APP-5, APP-4, APP-3, APP-2."
    )
    assert action["days_saved"] == 1.0
    enough = [finished(15, 27), finished(16, 1)]
    assert proposed(too_much_in_progress.RULE, ticket_flow=in_progress + done + enough) == []
    assert proposed(too_much_in_progress.RULE, ticket_flow=in_progress[:4] + done[:3]) == []
    # What has parts is counted by them.
    whole = [{"ticket_id": "jira:6"}, {"ticket_id": "jira:5"}]
    assert proposed(too_much_in_progress.RULE, ticket_flow=in_progress + done, parent_scope=whole) == []
    teamless = [{**row, "team": None} for row in in_progress + done]
    (action,) = proposed(too_much_in_progress.RULE, ticket_flow=teamless)
    assert (action["item_kind"], action["item_id"], action["team"]) == ("project", "jira:APP", None)
    # A team can be called as a project is, and a project as one of another source.
    namesakes = [{**row, "team": "APP"} for row in in_progress + done] + [{**row, "source": "old"} for row in teamless]
    found = proposed(too_much_in_progress.RULE, ticket_flow=teamless + namesakes)
    assert {action["action_id"].partition(":")[2] for action in found} == {"APP", "jira:APP", "old:APP"}


def sprint(name: str, start: float | None, **more: Any) -> Row:
    return {
        "sprint_id": f"jira:{name}",
        "board": "Pay",
        "name": name,
        "state": "active",
        "started_at": None if start is None else ago(start),
        "ends_at": ago((start or 0) - 14),
        **more,
    }


def test_an_unready_ticket_in_a_sprint_that_runs_or_comes_next() -> None:
    rows = [begun(number, state="todo", status="Selected") for number in range(1, 7)]
    lacking = [
        {
            "ticket_id": f"jira:{number}",
            "is_ready": number == 3,
            "missing": [] if number == 3 else ["assignee", "estimate"],
        }
        for number in range(1, 7)
    ]
    sprints = [
        sprint("S1", 30, state="closed"),
        sprint("S2", 3),
        sprint("S3", None, state="future", ends_at=ago(-25)),
        sprint("S4", None, state="future", ends_at=ago(-39)),
    ]
    members = [
        {"ticket_id": f"jira:{ticket}", "sprint_id": f"jira:{name}", "added_at": ago(5), "removed_at": gone}
        for ticket, name, gone in [
            (1, "S2", None),
            (2, "S3", None),
            (3, "S2", None),
            (4, "S4", None),
            (5, "S1", None),
            (6, "S2", ago(1)),
        ]
    ]
    found = proposed(
        unready_ticket.RULE, ticket_flow=rows, ticket_requirements=lacking, ticket_sprints=members, sprints=sprints
    )
    assert [action["item_id"] for action in found] == ["jira:1", "jira:2"]
    assert found[0]["why"] == ('"Retry payments" is in S2 and still "Selected", and lacks an assignee and an estimate.')
    begun_already = [{**row, "state": "in_progress"} for row in rows]
    assert (
        proposed(
            unready_ticket.RULE,
            ticket_flow=begun_already,
            ticket_requirements=lacking,
            ticket_sprints=members,
            sprints=sprints,
        )
        == []
    )


def test_all_sprints_that_run_and_the_next_one_are_near() -> None:
    # Two teams share a board; those to come have no dates, and were made in the order of their numbers.
    sprints = [
        sprint("9", 10),
        sprint("10", 3),
        *(sprint(n, None, state="future", ends_at=None) for n in ("100", "99")),
    ]
    names = [row["name"] for row in sprints]
    rows = [begun(number, state="todo") for number in range(4)]
    lacking = [{"ticket_id": row["ticket_id"], "is_ready": False, "missing": ["parent"]} for row in rows]
    members = [
        {"ticket_id": f"jira:{number}", "sprint_id": f"jira:{name}", "added_at": ago(5), "removed_at": None}
        for number, name in enumerate(names)
    ]
    found = proposed(
        unready_ticket.RULE, ticket_flow=rows, ticket_requirements=lacking, ticket_sprints=members, sprints=sprints
    )
    assert [names[int(action["item_id"][-1])] for action in found] == ["9", "10", "99"]
    # One that ends by itself runs, though it was to come when it was last heard of.
    by_itself = [{**row, "state": "future", "completed_at": ago(-3)} for row in sprints[:2]] + sprints[2:]
    again = proposed(
        unready_ticket.RULE, ticket_flow=rows, ticket_requirements=lacking, ticket_sprints=members, sprints=by_itself
    )
    assert [action["item_id"] for action in again] == [action["item_id"] for action in found]


def parent(**more: Any) -> Row:
    row = begun(children=12, children_done=4, children_at_start=8, children_added=4, growth=0.5)
    return {**row, "created_30d": 6, "added_30d": 4, "finished_30d": 2, **more}


def test_scope_that_grows_faster_than_it_is_finished() -> None:
    (action,) = proposed(scope_growing.RULE, parent_scope=[parent()])
    assert action["title"] == "APP-1 grows faster than it is finished"
    assert action["why"] == (
        '"Retry payments" got 4 new parts in the last 30 days and finished 2; 8 of 12 are left, 4 more than when work '
        "on it began with 8."
    )
    assert action["days_saved"] == 1.0
    for quiet in ({"finished_30d": 4}, {"added_30d": 2, "finished_30d": 0}, {"children": 4}, {"state": "done"}):
        assert proposed(scope_growing.RULE, parent_scope=[parent(**quiet)]) == []


def test_a_pull_request_without_a_ticket_where_others_have_one() -> None:
    flow = [opened(1), opened(2), *(merged_request(number) for number in range(10, 20))]
    served = [
        {"pr_id": f"github:acme/app#{number}", "ticket_id": "jira:1", "found_in": "title"}
        for number in [2, *range(10, 18)]
    ]
    (action,) = proposed(pull_request_without_ticket.RULE, pull_request_flow=flow, pull_request_tickets=served)
    assert (action["item_id"], action["actor_id"]) == ("github:acme/app#1", "ana")
    assert action["why"] == (
        '"Retry payments" names no ticket in its branch, title, text or commits; 80 % of the 10 pull requests merged '
        "here in the last 90 days did."
    )
    fewer = proposed(pull_request_without_ticket.RULE, pull_request_flow=flow, pull_request_tickets=served[:-1])
    assert fewer == []
    too_few = [*flow[:2], *flow[3:]]
    assert proposed(pull_request_without_ticket.RULE, pull_request_flow=too_few, pull_request_tickets=served) == []


def numbered(number: int, *, ended: float | None, state: str = "closed", begun: float = 14) -> Row:
    return {
        "sprint_id": f"jira:s{number}",
        "board": "Web",
        "name": f"Sprint {number}",
        "state": state,
        "started_at": ago(begun),
        "ends_at": ago(ended or 0),
        "completed_at": None if ended is None else ago(ended),
    }


def test_a_sprint_that_holds_more_than_its_board_finishes() -> None:
    sprints = [
        *(numbered(n, ended=60 - 14 * n, begun=74 - 14 * n) for n in range(4)),
        numbered(9, ended=None, state="active", begun=2),
    ]
    scope = [
        {
            "sprint_id": f"jira:s{n}",
            "board": "Web",
            "is_over": True,
            "ended_at": ago(60 - 14 * n),
            "planned": 7,
            "added": 0,
            "completed": n_done,
        }
        for n, n_done in enumerate((3, 5, 5, 6))
    ]
    empty = scope[0] | {"sprint_id": "jira:s4", "planned": 0, "completed": 0}
    running = {"sprint_id": "jira:s9", "board": "Web", "is_over": False, "ended_at": AS_OF, "completed": 1}
    flow = [begun(n, state="todo" if n % 2 else "in_progress") for n in range(7)] + [begun(7, state="done")]
    held = [{"ticket_id": f"jira:{n}", "sprint_id": "jira:s9", "added_at": ago(2)} for n in range(8)]

    def found(held: list[Row], ended: list[Row]) -> list[dict[str, Any]]:
        return proposed(
            sprint_over_committed.RULE,
            sprints=sprints,
            ticket_sprints=held,
            sprint_scope=[*ended, running],
            ticket_flow=flow,
        )

    (action,) = found(held, scope)
    assert (action["item_kind"], action["item_id"], action["team"]) == ("sprint", "jira:s9", "Pay")
    assert action["title"] == "Sprint 9 holds more than a sprint of its board finishes"
    assert action["why"] == (
        "It holds 8 tickets, 1 of them finished. In the last 4 sprints this board finished never more than 6."
    )
    (action,) = found(held, [*scope, scope[1] | {"sprint_id": "jira:s5"}, empty])
    assert action["why"].endswith(
        "In the last 5 sprints this board finished 5 tickets in the middle, and never more than 6."
    )
    (action,) = found(held, [scope[1] | {"sprint_id": f"jira:t{n}", "completed": 5 if n else 9} for n in range(10)])
    assert action["why"].endswith(
        "In the last 10 sprints this board finished 5 tickets in the middle, and in one of seven more than 5."
    )
    assert action["next_step"].startswith("Agree now on what to take out: 2 tickets would leave")
    assert action["days_saved"] == pytest.approx(1.0)
    # 4 open ones and the finished one are what a good sprint holds; two sprints are no habit.
    assert found(held[:4], scope) == []
    assert found(held, scope[:2]) == []
    assert found(held, [*scope[:2], empty]) == []
    gone = [row | {"removed_at": ago(1)} for row in held]
    assert found(gone, scope) == []


def promise(mode: str = "growing", due: float = -10, chance: float = 0.2, **more: Any) -> list[Row]:
    """What is promised of one milestone with even odds and with 85 %."""
    shared = {
        "team": "all",
        "question": "version",
        "target": "jira:spring",
        "scope_mode": mode,
        "title": "Spring",
        "due_on": ago(due).date(),
        "due_probability": chance,
        "remaining_items": 7,
        **more,
    }
    return [
        shared | {"made_at": AS_OF, "confidence": confidence, "answer_on": ago(-days).date()}
        for confidence, days in ((0.5, 22), (0.85, 40))
    ]


def test_a_forecast_past_the_due_date() -> None:
    target = {"question": "version", "target": "jira:spring", "team": "Pay"}
    targets = [target, target | {"team": "all"}]
    teams = [{"team": "Pay"}, {"team": "Ops"}]

    def found(forecasts: list[Row], more: Sequence[Row] = ()) -> list[dict[str, Any]]:
        milestones = [{"milestone_id": "jira:spring", "title": "Spring"}]
        return proposed(
            forecast_past_due.RULE,
            new_forecasts=forecasts,
            forecast_targets=[*targets, *more],
            milestones=milestones,
            teams=teams,
        )

    (action,) = found([*promise("fixed", chance=0.45), *promise()])
    assert (action["item_kind"], action["item_id"], action["team"]) == ("version", "jira:spring", "Pay")
    assert action["title"] == "Spring will hardly be finished by 13 December 2025"
    assert action["why"] == (
        "7 tickets are open; the chance of finishing by the due date is 20 %. With even odds it is finished by 25 "
        "December 2025, 12 days late, with 85 % by 12 January 2026."
    )
    assert (action["days_saved"], action["confidence"]) == (pytest.approx(3.0), pytest.approx(0.64))
    # Several teams have a part in it: it is nobody's alone. A project that stands for a team is none.
    assert [row["team"] for row in found(promise(), [target | {"team": "Ops"}])] == [None]
    assert [row["team"] for row in found(promise(), [target | {"team": "APP"}])] == ["Pay"]
    assert found(promise(chance=0.5)) == []
    assert found(promise(due=31)) == []
    assert found(promise(team="Pay")) == []
    assert found(promise(due_on=None)) == []
    assert found(promise(due=3))[0]["title"] == "Spring is past its due date, 30 November 2025"
    never = [row | {"answer_on": None} for row in promise(chance=0.0)]
    assert "With even odds it is finished not within two years" in found(never)[0]["why"]


def test_newcomers_whose_pull_requests_nobody_answers() -> None:
    new = {"person_id": "ned", "team": "Pay", "first_activity_at": ago(30)}
    slow = new | {"pickup_p50_seconds": 4 * DAY, "team_pickup_p50_seconds": 0.5 * DAY}
    crew = [{"team": "Pay", "person_id": who, "valid_from": ago(400)} for who in ("ned", "ana", "ben")]

    def asked(number: int, **more: Any) -> Row:
        ready = ago(9 - number)
        return opened(number, author_id="ned", opened_at=ready, **{"ready_at": ready, **more})

    def found(
        people: Sequence[Row], requests: Sequence[Row], others: Sequence[str] = ("ana",), members: Sequence[Row] = crew
    ) -> list[Row]:
        by_others = [opened(20 + n, author_id=who, opened_at=ago(9)) for n, who in enumerate(others)]
        return proposed(
            newcomer_without_mentor.RULE,
            onboarding=list(people),
            pull_request_flow=[*requests, *by_others],
            team_members=list(members),
        )

    late = [asked(n) for n in range(4)]
    answered = [asked(n, first_response_at=ago(9 - n)) for n in range(4)]
    (action,) = found([new], [answered[0], *late[1:]])
    assert (action["item_kind"], action["item_id"], action["team"]) == ("repository", "github:acme/app", "Pay")
    assert action["actor_id"] is None
    assert action["title"] == "Newcomers to acme/app are left alone"
    assert action["why"] == (
        "Of 4 pull requests by people who came in the last 90 days, 3 had no answer within a working day (#1, #2, #3)."
    )
    assert (action["days_saved"], action["responsibility"]) == (pytest.approx(1.5), "mentoring")
    (action,) = found([slow], answered)
    assert action["why"] == (
        "Of 4 pull requests by people who came in the last 90 days, 0 had no answer within a working day; they wait "
        "more than twice as long as those of others, of which half are answered within 12 hours."
    )
    # Two of them are told of together, and who is not left alone is not in it.
    twins = [new, new | {"person_id": "nell"}, new | {"person_id": "nan"}]
    of_nell = [request | {"pr_id": f"x{n}", "number": 10 + n, "author_id": "nell"} for n, request in enumerate(late)]
    of_nan = [request | {"pr_id": f"y{n}", "author_id": "nan"} for n, request in enumerate(answered)]
    (action,) = found(twins, [*late, *of_nell, *of_nan])
    assert action["why"].startswith("Of 8 pull requests by people who came in the last 90 days, 8 had no answer within")

    assert found([new], [*answered[:3], late[3]]) == []
    assert found([new], late[:2]) == []
    assert found([new | {"first_activity_at": ago(91)}], late) == []
    # Who takes part can be counted on the fingers: it would be plain who is meant. Of a small team nothing is said.
    assert found([new], late, others=()) == []
    assert [row["team"] for row in found([new], late, members=crew[:1])] == [None]


def test_what_counts_as_not_answered() -> None:
    new = {"person_id": "ned", "first_activity_at": ago(30)}
    monday = AS_OF - timedelta(days=2)
    friday = AS_OF - timedelta(days=5)
    cases = {
        "open since Friday, two working days and more": ({"ready_at": friday}, True),
        "open since yesterday, at the same time of day": ({"ready_at": AS_OF - timedelta(days=1)}, False),
        "answered on Monday before the same time of day": (
            {"ready_at": friday, "first_response_at": monday - timedelta(hours=1)},
            False,
        ),
        "answered two days late": ({"ready_at": friday, "first_response_at": AS_OF}, True),
        "a draft": ({"ready_at": friday, "is_draft": True}, False),
        "taken back within the hour": (
            {"ready_at": friday, "state": "closed", "closed_at": friday + timedelta(hours=1)},
            False,
        ),
        "merged within the hour by nobody else": (
            {"ready_at": friday, "state": "merged", "merged_at": friday + timedelta(hours=1)},
            True,
        ),
    }
    for case, (more, is_bare) in cases.items():
        flow = [opened(n, author_id="ned", opened_at=friday, **more) for n in range(3)]
        found = proposed(
            newcomer_without_mentor.RULE,
            onboarding=[new],
            pull_request_flow=[*flow, opened(20, author_id="ana", opened_at=ago(9))],
        )
        assert bool(found) == is_bare, case


def test_planned_work_in_code_that_hardly_anybody_knows() -> None:
    flow = [
        begun(1, parent_key="APP-9"),
        begun(2, state="todo", parent_key="APP-9"),
        begun(3, state="todo", parent_key="APP-9"),
        *(begun(n, state="done", parent_key="APP-9") for n in (5, 6)),
    ]
    requests = [{"pr_id": f"p{n}", "repo_id": "r"} for n in (1, 5, 6)]
    served = [{"pr_id": f"p{n}", "ticket_id": f"jira:{n}", "found_in": "title"} for n in (1, 5, 6)]
    touched = [("p1", "pay/own.py"), ("p5", "pay/common.py"), ("p6", "pay/common.py"), ("p5", "pay/once.py")]
    files = [
        {"repo_id": "r", "path": path, "is_at_risk": True, "lines": 2400, "knowers": knowers}
        for path, knowers in (("pay/own.py", 1), ("pay/common.py", 0), ("pay/once.py", 0))
    ]
    found = proposed(
        knowledge_risk_in_planned_work.RULE,
        ticket_flow=flow,
        sprints=[numbered(9, ended=None, state="active", begun=2)],
        ticket_sprints=[{"ticket_id": "jira:2", "sprint_id": "jira:s9", "added_at": ago(2)}],
        pull_request_tickets=served,
        pull_request_files=[{"pr_id": pr, "path": path} for pr, path in touched],
        pull_request_flow=requests,
        files=files,
    )
    # The third one is in no sprint, and what one sibling alone touched says nothing.
    assert [action["item_id"] for action in found] == ["jira:1", "jira:2"]
    assert found[0]["why"] == (
        '"Retry payments" is in progress and leads, by its pull requests or those of its siblings, to 2 files that '
        "fewer than two active people know, 1 of them nobody: pay/common.py, pay/own.py."
    )
    assert found[1]["why"].startswith('"Retry payments" is planned for a sprint and leads')
    assert [action["days_saved"] for action in found] == [2.0, 1.0]


def test_every_rule_about_tickets_is_tried_here() -> None:
    about_tickets = {"ticket_flow", "parent_scope", "pull_request_tickets", "new_forecasts", "onboarding"}
    assert {rule.name for rule in RULES if not about_tickets.isdisjoint(rule.propose.inputs)} == OF_TICKETS
