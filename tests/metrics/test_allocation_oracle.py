"""Kinds of work, load, focus, hours and bugs agree with what plain loops over random rows say."""

import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from git_worlds import SETTINGS, Row, frame
from test_pull_request_actions import rows_of

from metrics.allocation.after_hours import after_hours_figures, work_times
from metrics.allocation.bug_figures import bug_figures, incident_rate_figures
from metrics.allocation.categories import pull_request_categories, ticket_categories
from metrics.allocation.efforts import efforts, person_days
from metrics.allocation.focus import focus, focus_figures
from metrics.allocation.investment import WEIGHTS, investment_mix
from metrics.allocation.load import MEASURES, load, team_load
from metrics.registry import Pipeline
from metrics.summary.observations import rolling_start
from warehouse.tables import CORE

BERLIN = ZoneInfo("Europe/Berlin")
AS_OF = datetime.fromisoformat("2026-03-18T15:30:00")
PEOPLE = [{"person_id": person, "kind": "human", "is_bot": False} for person in "abcdef"]
PROGRAM = {"person_id": "bot", "kind": "automation", "is_bot": True}
WHO = [*"abcdef", "bot", None]
SEEDS = range(12)


def computed(pipeline: Pipeline, settings: Mapping[str, Any] | None = None, **tables: list[Row]) -> list[Row]:
    """The rows that a pipeline makes of rows, with the settings of all tests but those that are given."""
    frames = [
        (frame(name, tables.get(name, [])) if name in CORE else rows_of(name, tables.get(name, []))).lazy()
        for name in pipeline.inputs
    ]
    offered: dict[str, Any] = {**SETTINGS, "as_of": AS_OF, **(settings or {})}
    out = pipeline(*frames, **{name: offered[name] for name in pipeline.settings})
    return pipeline.schema.validate(pipeline.schema.cast(out).collect()).rows(named=True)


def some_time(chance: random.Random, days: float = 120) -> datetime:
    """Up to so many days ago, often at the same instant as others; now and then a little later than now."""
    return AS_OF + timedelta(hours=24 - chance.randrange(0, int(days * 24), 6))


def local_day(at: datetime) -> date:
    return at.replace(tzinfo=UTC).astimezone(BERLIN).date()


def is_workday(day: date) -> bool:
    return day.weekday() < 5


# Kinds of work


def kind(type_: str | None, labels: list[str] | None) -> str:
    for name, types, wanted in SETTINGS["investment"]:
        if (type_ or "").lower() in [t.lower() for t in types]:
            return str(name)
        if {label.lower() for label in labels or []} & {label.lower() for label in wanted}:
            return str(name)
    return "unclassified"


@pytest.mark.parametrize("seed", SEEDS)
def test_kinds_of_work(seed: int) -> None:
    chance = random.Random(seed)
    labels: list[list[str] | None] = [None, [], ["BUG"], ["enhancement", "bug"], ["else"]]
    tickets = [
        {"ticket_id": f"t{n}", "type": chance.choice(["Story", "bug", "Task", None]), "labels": chance.choice(labels)}
        for n in range(12)
    ]
    requests = [{"pr_id": f"p{n}", "labels": chance.choice(labels)} for n in range(12)]
    pairs = {(chance.choice(requests)["pr_id"], chance.choice(tickets)["ticket_id"]) for _ in range(14)}
    served = [{"pr_id": pr, "ticket_id": ticket, "found_in": "title"} for pr, ticket in pairs]

    of_tickets = computed(ticket_categories, tickets=tickets)
    of_requests = computed(
        pull_request_categories, pull_requests=requests, pull_request_tickets=served, ticket_categories=of_tickets
    )

    kinds = {row["ticket_id"]: kind(row["type"], row["labels"]) for row in tickets}  # type: ignore[arg-type]
    assert {row["ticket_id"]: row["category"] for row in of_tickets} == kinds
    for request, found in zip(sorted(requests, key=lambda row: str(row["pr_id"])), of_requests, strict=True):
        own = kind(None, request["labels"])  # type: ignore[arg-type]
        through = sorted({kinds[t] for p, t in pairs if p == request["pr_id"]} - {"unclassified"})
        expected = (own, "label") if own != "unclassified" else (through[0], "ticket") if through else (own, None)
        assert (found["category"], found["told_by"]) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_days_of_people_are_split_over_what_they_have_in_progress(seed: int) -> None:
    chance = random.Random(seed)
    tickets, spans, held = [], [], []
    for n in range(10):
        begin = some_time(chance)
        end = min(AS_OF, begin + timedelta(hours=chance.randrange(0, 500)))
        started = chance.choice([None, begin, begin, begin])
        tickets.append({"ticket_id": f"t{n}", "created_at": begin, "assignee_id": chance.choice(WHO)})
        spans.append({"ticket_id": f"t{n}", "started_at": started, "until": end})
        held += [
            {"ticket_id": f"t{n}", "held_from": begin + timedelta(hours=30 * place), "person_id": chance.choice("abc")}
            for place in range(chance.choice([0, 0, 1, 3]))
        ]
    parents = [{"ticket_id": "t0"}]

    found = computed(
        person_days,
        tickets=tickets,
        ticket_spans=spans,
        holders=held,
        parent_scope=parents,
        people=[*PEOPLE, PROGRAM],
    )

    on_hand: defaultdict[tuple[str, date], set[str]] = defaultdict(set)
    for ticket, span in zip(tickets, spans, strict=True):
        if span["started_at"] is None or ticket["ticket_id"] == "t0":
            continue
        stints = [row for row in held if row["ticket_id"] == ticket["ticket_id"]]
        if not stints and ticket["assignee_id"] not in (None, "bot"):
            stints = [{"held_from": ticket["created_at"], "person_id": ticket["assignee_id"]}]
        for place, stint in enumerate(stints):
            until = stints[place + 1]["held_from"] if place + 1 < len(stints) else AS_OF
            first, last = max(stint["held_from"], span["started_at"]), min(until, span["until"])
            if last <= first:
                continue
            day = local_day(first)
            while day <= local_day(last):
                if is_workday(day):
                    on_hand[stint["person_id"], day].add(str(ticket["ticket_id"]))
                day += timedelta(days=1)
    expected = {(ticket, who, day): 1 / len(ids) for (who, day), ids in on_hand.items() for ticket in ids}
    assert {(row["ticket_id"], row["person_id"], row["day"]): row["share"] for row in found} == pytest.approx(expected)


def test_days_are_told_from_the_beginning_of_a_month_on() -> None:
    long_ago = AS_OF - timedelta(days=1200)
    found = computed(
        person_days,
        tickets=[{"ticket_id": "t", "created_at": long_ago, "assignee_id": "a"}],
        ticket_spans=[{"ticket_id": "t", "started_at": long_ago, "until": AS_OF}],
        people=PEOPLE,
    )
    assert found[0]["day"] == date(2024, 3, 1), "a Friday: no month is told in part"


def test_days_of_people_are_not_0_where_they_are_not_told() -> None:
    months = [date(2024, 2, 1), date(2024, 3, 1)]
    done = [
        {
            "scope_kind": "all",
            "scope": "all",
            "weight": "items",
            "item_id": f"t{n}",
            "category": "bug",
            "day": month,
            "amount": 1.0,
        }
        for n, month in enumerate(months)
    ]
    calendar = [
        {
            "scope_kind": "all",
            "scope": "all",
            "period": "month",
            "period_start": month,
            "period_end": month,
            "is_suppressed": False,
        }
        for month in months
    ]

    found = computed(investment_mix, efforts=done, ticket_calendar=calendar)

    assert [(row["period_start"], row["items"], row["person_days"]) for row in found] == [
        (months[0], 1, None),
        (months[1], 1, 0.0),
    ]


TEAMS = [{"team": "crew", "parent": "all of us"}, {"team": "others", "parent": "all of us"}]
IN_TEAMS = {"a": {"crew"}, "b": {"crew", "others"}, "c": {"others"}}


def scopes_of(*people: str | None) -> list[tuple[str, str]]:
    """The whole, and the teams of people with the one above them."""
    teams = {team for who in people for team in IN_TEAMS.get(who or "", ())}
    return [("all", "all"), *(("team", team) for team in sorted(teams | ({"all of us"} if teams else set())))]


@pytest.mark.parametrize("seed", SEEDS)
def test_effort_counts_in_the_teams_of_whoever_made_it(seed: int) -> None:  # noqa: C901 - a loop for each kind of it
    chance = random.Random(seed)
    kinds = ["feature", "bug"]
    begin = AS_OF - timedelta(days=400)
    members = [
        {"team": team, "person_id": who, "valid_from": begin} for who, teams in IN_TEAMS.items() for team in teams
    ]
    tickets = {f"t{n}": chance.choice(kinds) for n in range(8)}
    ticket_scopes = {ticket: scopes_of(chance.choice("abcd")) for ticket in tickets}
    done = {ticket: chance.choice([None, some_time(chance)]) for ticket in tickets}
    worked = {
        (chance.choice(list(tickets)), chance.choice("abcd"), local_day(some_time(chance))): chance.choice([0.5, 1.0])
        for _ in range(20)
    }
    requests = {f"p{n}": (chance.choice("abcd"), some_time(chance), chance.choice(kinds)) for n in range(10)}
    remarks = [
        {
            "remark_id": f"r{n}",
            "what": chance.choice(["review", "comment"]),
            "pr_id": chance.choice(list(requests)),
            "person_id": chance.choice(["a", "b", "c", "d", None]),
            "at": some_time(chance),
            "is_human": chance.random() < 0.8,
        }
        for n in range(25)
    ]
    by = {f"s{n}": chance.sample("abcd", chance.choice([1, 2])) for n in range(12)}
    days = {sha: local_day(AS_OF - timedelta(days=chance.randrange(100))) for sha in by}
    brought = {sha: chance.choice([None, *requests]) for sha in by}
    squashed = {sha: chance.random() < 0.3 for sha in by}

    found = computed(
        efforts,
        ticket_spans=[{"ticket_id": ticket, "done_at": at} for ticket, at in done.items()],
        ticket_scopes=[
            {"scope_kind": kind_, "scope": scope, "ticket_id": ticket, "is_own": True}
            for ticket, scopes in ticket_scopes.items()
            for kind_, scope in [*scopes, ("project", "SHOP")]
        ],
        ticket_categories=[{"ticket_id": ticket, "category": category} for ticket, category in tickets.items()],
        person_days=[
            {"ticket_id": ticket, "person_id": who, "day": day, "share": share}
            for (ticket, who, day), share in worked.items()
        ],
        pull_request_states=[
            {"pr_id": pr, "repo_id": "r", "author_id": who, "opened_at": at} for pr, (who, at, _) in requests.items()
        ],
        pull_request_scopes=[
            {"scope_kind": kind_, "scope": scope, "pr_id": pr}
            for pr, (who, _, _) in requests.items()
            for kind_, scope in [*scopes_of(who), ("repository", "r")]
        ],
        pull_request_categories=[{"pr_id": pr, "category": category} for pr, (_, _, category) in requests.items()],
        pull_request_commits=[
            {"pr_id": pr, "repo_id": "r", "sha": sha} for sha, pr in brought.items() if pr and not squashed[sha]
        ],
        merged_commits=[{"pr_id": pr, "repo_id": "r", "sha": sha} for sha, pr in brought.items() if pr],
        pull_request_remarks=remarks,
        credit_scopes=[
            {"scope_kind": kind_, "scope": scope, "repo_id": "r", "sha": sha, "person_id": who, "day": days[sha]}
            for sha, people in by.items()
            for who in people
            for kind_, scope in [*scopes_of(who), ("repository", "r")]
        ],
        team_members=members,
        teams=TEAMS,
    )

    expected: Counter[tuple[str, str, str, str, date]] = Counter()
    for ticket, at in done.items():
        for scope in ticket_scopes[ticket] if at and at <= AS_OF else []:
            expected[*scope, "items", tickets[ticket], local_day(at)] += 1  # type: ignore[arg-type]
    for (ticket, _, day), share in worked.items():
        for scope in ticket_scopes[ticket]:
            expected[*scope, "person_days", tickets[ticket], day] += share  # type: ignore[assignment]
    for who, at, category in requests.values():
        for scope in scopes_of(who) if at <= AS_OF else []:
            expected[*scope, "activity", category, local_day(at)] += 1
    for row in remarks:
        is_counted = row["is_human"] and row["what"] == "review" and row["at"] <= AS_OF
        for scope in scopes_of(row["person_id"]) if is_counted else []:
            expected[*scope, "activity", requests[row["pr_id"]][2], local_day(row["at"])] += 1
    for sha, people in by.items():
        category = requests[brought[sha]][2] if brought[sha] else "unclassified"
        for scope in scopes_of(*people):
            expected[*scope, "activity", category, days[sha]] += 1
    sums: Counter[tuple[str, str, str, str, date]] = Counter()
    for row in found:
        sums[row["scope_kind"], row["scope"], row["weight"], row["category"], row["day"]] += row["amount"]
    assert sums == expected


def periods(day: date, rolling: date) -> list[tuple[str, date]]:
    found = [("month", day.replace(day=1))]
    return [*found, ("rolling_90d", rolling)] if day >= rolling else found


@pytest.mark.parametrize("seed", SEEDS)
def test_three_weights_side_by_side(seed: int) -> None:
    chance = random.Random(seed)
    rolling = pl.select(rolling_start(AS_OF, "Europe/Berlin")).item()
    scopes = [("all", "all"), ("team", "crew"), ("team", "small")]
    done = [
        {
            "scope_kind": scope_kind,
            "scope": scope,
            "weight": chance.choice(WEIGHTS[: chance.choice([1, 3, 3])]),
            "item_id": f"i{n}",
            "category": chance.choice(["feature", "bug", "unclassified"]),
            "day": local_day(some_time(chance)),
            "amount": chance.choice([0.25, 0.5, 1.0]),
        }
        for n in range(60)
        for scope_kind, scope in [chance.choice(scopes)]
    ]
    starts = {period for row in done for period in periods(row["day"], rolling)}
    calendar = [
        {
            "scope_kind": scope_kind,
            "scope": scope,
            "period": name,
            "period_start": start,
            "period_end": start,
            "is_suppressed": scope == "small",
        }
        for scope_kind, scope in scopes
        for name, start in starts
    ]

    found = computed(investment_mix, efforts=done, ticket_calendar=calendar, pull_request_calendar=calendar[:2])

    sums: defaultdict[tuple[str, str, date], Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in done:
        if row["scope"] != "small" and row["day"] <= local_day(AS_OF):
            for name, start in periods(row["day"], rolling):
                sums[row["scope"], name, start][row["category"], row["weight"]] += row["amount"]
    assert {(row["scope"], row["period"], row["period_start"]) for row in found} == set(sums)
    for row in found:
        mine = sums[row["scope"], row["period"], row["period_start"]]
        shares = []
        for weight in WEIGHTS:
            total = sum(amount for (_, w), amount in mine.items() if w == weight)
            share = mine[row["category"], weight] / total if total else None
            assert row[f"{weight}_share"] == (None if share is None else pytest.approx(share))
            shares += [] if share is None else [share]
        assert row["person_days"] == pytest.approx(mine[row["category"], "person_days"])
        spread = max(shares) - min(shares) if len(shares) > 1 else None
        assert row["spread"] == (None if spread is None else pytest.approx(spread))
        assert row["is_uncertain"] == (None if spread is None else round(spread, 9) > 0.15)


# Load


@pytest.mark.parametrize("seed", SEEDS)
def test_load_of_people_and_teams(seed: int) -> None:
    chance = random.Random(seed)
    flow = [
        {
            "ticket_id": f"t{n}",
            "state": chance.choice(["todo", "in_progress", "done"]),
            "assignee_id": chance.choice(WHO),
        }
        for n in range(20)
    ]
    parents = [{"ticket_id": "t0"}]
    requests = [
        {"pr_id": f"p{n}", "state": chance.choice(["open", "merged"]), "author_id": chance.choice(WHO)}
        for n in range(15)
    ]
    owed = [
        {
            "pr_id": chance.choice(requests)["pr_id"],
            "person_id": chance.choice("abcd"),
            "requested_at": AS_OF - timedelta(hours=n),
            "settled_at": chance.choice([None, AS_OF]),
        }
        for n in range(15)
    ]
    remarks = [
        {
            "remark_id": f"r{n}",
            "what": chance.choice(["review", "comment"]),
            "person_id": chance.choice(WHO),
            "at": some_time(chance),
            "is_human": chance.random() < 0.8,
        }
        for n in range(40)
    ]
    active = [{"person_id": person, "is_active": chance.random() < 0.5} for person in "abcdef"]
    crew = chance.sample("abcdef", 3)
    members = [{"team": "crew", "person_id": who, "valid_from": datetime(1970, 1, 1)} for who in crew]  # noqa: DTZ001

    found = computed(
        load,
        ticket_flow=flow,
        parent_scope=parents,
        pull_request_flow=requests,
        owed_reviews=owed,
        pull_request_remarks=remarks,
        active_people=active,
        people=[*PEOPLE, PROGRAM],
    )
    spread = computed(team_load, load=found, team_members=members, teams=[{"team": "crew", "parent": "all of us"}])

    are_open = {row["pr_id"] for row in requests if row["state"] == "open"}
    waiting = {
        (row["pr_id"], row["person_id"]) for row in owed if row["settled_at"] is None and row["pr_id"] in are_open
    }
    counts = {
        "tickets_in_progress": Counter(
            row["assignee_id"] for row in flow if row["state"] == "in_progress" and row["ticket_id"] != "t0"
        ),
        "open_pull_requests": Counter(row["author_id"] for row in requests if row["state"] == "open"),
        "owed_reviews": Counter(who for _, who in waiting),
        "reviews_given": Counter(
            row["person_id"]
            for row in remarks
            if row["is_human"] and row["what"] == "review" and AS_OF - timedelta(days=90) < row["at"] <= AS_OF
        ),
    }
    everybody = {row["person_id"] for row in active if row["is_active"]}.union(*counts.values()) - {"bot", None}
    assert found == [{"person_id": who, **{name: counts[name][who] for name in MEASURES}} for who in sorted(everybody)]
    for row in spread:
        group = everybody if row["scope_kind"] == "all" else everybody & set(crew)
        values = sorted(counts[row["measure"]][who] for who in group)
        total = sum(values)
        if len(values) < SETTINGS["minimum_group"]:
            assert row["reason"] == "group_too_small"
            assert row["total"] is row["people"] is row["most"] is None
            continue
        assert (row["people"], row["with_none"], row["total"], row["most"]) == (
            len(values),
            values.count(0),
            total,
            values[-1],
        )
        assert row["median"] == (statistics.median(values) if len(values) >= 5 else None)
        assert row["p85"] is None
        assert row["reason"] == "too_few_people"
        assert row["top_share"] == (pytest.approx(values[-1] / total) if total else None)
    assert {row["scope"] for row in spread} <= {"all", "crew", "all of us"}


# Focus


@pytest.mark.parametrize("seed", SEEDS)
def test_what_people_touch_in_a_week(seed: int) -> None:
    chance = random.Random(seed)
    tickets, repositories = [f"t{n}" for n in range(5)], ["r0", "r1", "r2"]
    changes = [
        {
            "change_id": f"c{n}",
            "ticket_id": chance.choice(tickets),
            "actor_id": chance.choice(WHO),
            "changed_at": some_time(chance, 30),
        }
        for n in range(20)
    ]
    said = [
        {
            "comment_id": f"s{n}",
            "ticket_id": chance.choice([None, *tickets]),
            "author_id": chance.choice(WHO),
            "created_at": some_time(chance, 30),
        }
        for n in range(20)
    ]
    requests = [
        {
            "pr_id": f"p{n}",
            "repo_id": chance.choice(repositories),
            "author_id": chance.choice(WHO),
            "opened_at": some_time(chance, 30),
        }
        for n in range(10)
    ]
    pairs = {(f"p{chance.randrange(10)}", chance.choice(tickets)) for _ in range(8)}
    remarks = [
        {
            "remark_id": f"r{n}",
            "what": chance.choice(["review", "comment"]),
            "pr_id": f"p{chance.randrange(10)}",
            "person_id": chance.choice(WHO),
            "at": some_time(chance, 30),
        }
        for n in range(20)
    ]
    commits = [
        {
            "scope_kind": kind_,
            "scope": "x",
            "repo_id": chance.choice(repositories),
            "sha": f"{n}",
            "person_id": chance.choice("abc"),
            "day": local_day(some_time(chance, 30)),
        }
        for n in range(10)
        for kind_ in ("all", "team")
    ]

    found = computed(
        focus,
        ticket_changes=changes,
        comments=said,
        pull_request_states=requests,
        pull_request_tickets=[{"pr_id": pr, "ticket_id": ticket, "found_in": "title"} for pr, ticket in pairs],
        pull_request_remarks=remarks,
        credit_scopes=commits,
        people=[*PEOPLE, PROGRAM],
    )

    of = {row["pr_id"]: row for row in requests}
    done: list[tuple[Any, Any, Any]] = [(row["actor_id"], row["changed_at"], row["ticket_id"]) for row in changes]
    done += [(row["author_id"], row["created_at"], row["ticket_id"]) for row in said]
    done += [(row["author_id"], row["opened_at"], row["repo_id"]) for row in requests]
    done += [(of[pr]["author_id"], of[pr]["opened_at"], ticket) for pr, ticket in pairs]
    done += [(r["person_id"], r["at"], of[r["pr_id"]]["repo_id"]) for r in remarks if r["what"] == "review"]
    days = [(who, local_day(at), what) for who, at, what in done if at <= AS_OF]
    days += [(row["person_id"], row["day"], row["repo_id"]) for row in commits if row["scope_kind"] == "all"]
    touched: defaultdict[tuple[str, date], set[str]] = defaultdict(set)
    for who, day, what in days:
        if who not in (None, "bot") and what is not None:
            touched[who, day - timedelta(days=day.weekday())].add(what)
    assert {(row["person_id"], row["week"]): (row["tickets"], row["repositories"]) for row in found} == {
        key: (len(what & set(tickets)), len(what & set(repositories))) for key, what in touched.items()
    }


# Hours


@pytest.mark.parametrize("seed", SEEDS)
def test_outside_working_hours_by_ones_own_clock(seed: int) -> None:
    chance = random.Random(seed)
    offsets = [None, 0, 60, -480, 330]
    commits = [
        {
            "repo_id": "r",
            "sha": f"{n}",
            "author_id": chance.choice(WHO),
            "authored_at": some_time(chance) + timedelta(minutes=chance.choice([0, 30])),
            "author_offset_minutes": chance.choice(offsets),
        }
        for n in range(40)
    ]
    main = [{"repo_id": "r", "sha": row["sha"], "is_merge": chance.random() < 0.1} for row in commits[:-3]]
    remarks = [
        {
            "remark_id": f"v{n}",
            "what": chance.choice(["review", "inline"]),
            "person_id": chance.choice(WHO),
            "at": some_time(chance),
            "is_human": chance.random() < 0.9,
        }
        for n in range(20)
    ]
    own = {"a": 60, "b": -480}

    found = computed(
        work_times,
        commits=commits,
        main_commits=main,
        pull_request_remarks=remarks,
        person_offsets=[{"person_id": who, "offset_minutes": offset} for who, offset in own.items()],
        people=[*PEOPLE, PROGRAM],
    )

    merges = {row["sha"] for row in main if row["is_merge"]} | {row["sha"] for row in commits[-3:]}
    done = [
        (f"r@{row['sha']}", row["author_id"], row["authored_at"], row["author_offset_minutes"])
        for row in commits
        if row["sha"] not in merges
    ] + [
        (row["remark_id"], row["person_id"], row["at"], own.get(row["person_id"]))
        for row in remarks
        if row["is_human"] and row["what"] == "review"
    ]
    expected = {}
    for item, who, at, offset in done:
        if who in (None, "bot") or at > AS_OF:
            continue
        local = None if offset is None else at + timedelta(minutes=offset)
        expected[item] = (
            None if local is None else not (is_workday(local.date()) and time(9) <= local.time() < time(17, 30))
        )
    assert {row["item_id"]: row["is_after_hours"] for row in found} == expected


# Focus and hours as figures

ROLLING = pl.select(rolling_start(AS_OF, "Europe/Berlin")).item()
CREW = [{"team": "crew", "person_id": who, "valid_from": AS_OF - timedelta(days=700)} for who in "ab"]


def figures(pipeline: Pipeline, **tables: list[Row]) -> dict[tuple[str, str], tuple[Any, Any, Any]]:
    """Value, n and reason by metric and scope, of the last 90 days, where two people are enough."""
    calendar = [
        {
            "scope_kind": scope_kind,
            "scope": scope,
            "period": "rolling_90d",
            "period_start": ROLLING,
            "period_end": ROLLING,
            "is_suppressed": False,
        }
        for scope_kind, scope in (("all", "all"), ("team", "crew"))
    ]
    found = computed(pipeline, calendar=calendar, team_members=CREW, teams=[{"team": "crew"}], **tables)
    return {(row["metric"], row["scope"]): (row["value"], row["n"], row["reason"]) for row in found}


def test_focus_is_of_whole_weeks_and_of_more_than_one_person() -> None:
    monday = date(2026, 3, 9)
    weeks = [monday - timedelta(weeks=n) for n in range(6)]
    touched = [{"person_id": "a", "week": week, "tickets": 3, "repositories": 0} for week in weeks]
    others = [{"person_id": "f", "week": week, "tickets": 1, "repositories": 2} for week in weeks]
    goes_on = [{"person_id": who, "week": date(2026, 3, 16), "tickets": 90, "repositories": 90} for who in "abcdef"]

    found = figures(focus_figures, focus=[*touched, *others, *goes_on])

    assert found == {
        ("tickets_touched", "all"): (2.0, 12, None),
        ("tickets_touched", "crew"): (None, None, "too_few_people"),
        ("repositories_touched", "all"): (None, None, "too_few_people"),
        ("repositories_touched", "crew"): (None, 0, "no_items"),
    }
    both = figures(focus_figures, focus=[*touched, {**touched[0], "person_id": "b", "tickets": 5}])
    assert both["tickets_touched", "crew"] == (3.0, 7, None)


def test_hours_of_one_person_are_not_told() -> None:
    def times(*people: str) -> list[Row]:
        return [
            {"item_id": f"{who}{n}", "person_id": who, "at": AS_OF - timedelta(days=n), "is_after_hours": n < 2}
            for who in people
            for n in range(4)
        ]

    unknown = [{"item_id": "u", "person_id": "b", "at": AS_OF, "is_after_hours": None}]

    assert figures(after_hours_figures, work_times=times("a", "f") + unknown) == {
        ("after_hours", "all"): (0.5, 8, None),
        ("after_hours", "crew"): (None, None, "too_few_people"),
    }
    assert figures(after_hours_figures, work_times=times("a", "b"))["after_hours", "crew"] == (0.5, 8, None)


# Bugs and incidents


@pytest.mark.parametrize("seed", SEEDS)
def test_bugs_come_go_and_stay(seed: int) -> None:
    chance = random.Random(seed)
    rolling = pl.select(rolling_start(AS_OF, "Europe/Berlin")).item()
    tickets, spans = [], []
    for n in range(40):
        created = some_time(chance)
        done = chance.choice([None, created + timedelta(days=chance.randrange(0, 40))])
        done = done if done and done <= AS_OF else None
        tickets.append(
            {
                "ticket_id": f"t{n}",
                "type": chance.choice(["Bug", "Task"]),
                "labels": chance.choice([[], [], ["enhancement"]]),  # which is a feature, whatever its type
                "created_at": created,
            }
        )
        spans.append({"ticket_id": f"t{n}", "state": "done" if done else "todo", "done_at": done})
    scopes = [{"scope_kind": "all", "scope": "all", "ticket_id": f"t{n}", "is_own": True} for n in range(40)]
    months = [date(2026, 1, 1), date(2026, 2, 1)]
    calendar = [
        {
            "scope_kind": "all",
            "scope": scope,
            "period": name,
            "period_start": start,
            "period_end": start,
            "is_suppressed": False,
        }
        for scope in ("all", "bugless")
        for name, start in [*(("month", month) for month in months), ("rolling_90d", rolling)]
    ]

    found = computed(
        bug_figures,
        tickets=tickets,
        ticket_categories=computed(ticket_categories, tickets=tickets),
        ticket_spans=spans,
        ticket_scopes=scopes,
        ticket_calendar=calendar,
    )

    bugs = [
        (ticket["created_at"], span["done_at"])
        for ticket, span in zip(tickets, spans, strict=True)
        if kind(ticket["type"], ticket["labels"]) == "bug" and ticket["created_at"] <= AS_OF
    ]

    def within(instants: list[datetime | None], name: str, start: date) -> int:
        return sum((name, start) in periods(local_day(at), rolling) for at in instants if at)

    ages = [(AS_OF - created).total_seconds() for created, done in bugs if done is None]
    expected = {
        (metric, name, start): within([bug[place] for bug in bugs], name, start)
        for place, metric in enumerate(("bugs_reported", "bugs_finished"))
        for name, start in [*(("month", month) for month in months), ("rolling_90d", rolling)]
    }
    expected["open_bugs", "rolling_90d", rolling] = len(ages)
    expected["bug_age", "rolling_90d", rolling] = statistics.median(ages) if len(ages) >= 5 else None  # type: ignore[assignment]
    assert {(row["metric"], row["period"], row["period_start"]): row["value"] for row in found} == pytest.approx(
        expected
    )
    assert {row["scope"] for row in found} == {"all"}


def test_incidents_for_each_deployment() -> None:
    rolling = pl.select(rolling_start(AS_OF, "Europe/Berlin")).item()
    calendar = [
        {
            "scope_kind": kind_,
            "scope": scope,
            "period": "rolling_90d",
            "period_start": rolling,
            "period_end": rolling,
            "is_suppressed": False,
        }
        for kind_, scope in (("all", "all"), ("repository", "r0"), ("repository", "r1"))
    ]
    begin = AS_OF - timedelta(days=3)
    tables: dict[str, list[Row]] = {
        "incidents": [{"incident_id": "i", "repo_id": "r0", "opened_at": begin}],
        "delivery_scopes": [{"scope_kind": "repository", "scope": repo, "repo_id": repo} for repo in ("r0", "r1")],
        "delivery_calendar": calendar,
        "production_deployments": [{"deployment_id": f"d{n}", "repo_id": "r0", "finished_at": begin} for n in range(4)],
    }
    incidents = rows_of("incidents", tables.pop("incidents"))
    frames = [rows_of(name, tables[name]).lazy() for name in incident_rate_figures.inputs[1:]]
    settings = {"as_of": AS_OF, "zone": "Europe/Berlin"}

    found = incident_rate_figures(incidents.lazy(), *frames, **settings).collect().rows(named=True)
    none = incident_rate_figures(incidents.head(0).lazy(), *frames, **settings).collect()

    assert [(row["scope"], row["value"], row["n"], row["reason"]) for row in found] == [
        ("all", 0.25, 4, None),
        ("r0", 0.25, 4, None),
        ("r1", None, 0, "no_items"),
    ]
    assert none.is_empty()
