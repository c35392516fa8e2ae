"""Newcomers, their arrival, cohorts and the spread of knowledge agree with plain loops over random rows."""

import random
import statistics
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from git_worlds import SETTINGS, Row
from test_allocation_oracle import AS_OF, PEOPLE, PROGRAM, WHO, computed, local_day, some_time

from metrics.growth.cohorts import OnboardingCohorts, onboarding_cohorts, onboarding_figures
from metrics.growth.knowledge_spread import knowledge_spread, knowledge_spread_figures
from metrics.growth.newcomers import newcomers
from metrics.growth.onboarding import onboarding

SEEDS = range(12)
NINETY = timedelta(days=90)


def two_levels(path: str) -> str:
    return "/".join(path.split("/")[:-1][:2])


def middle(values: list[Any], needed: int = 1) -> Any:
    known = [value for value in values if value is not None]
    return pytest.approx(statistics.median(known)) if len(known) >= needed else None


@pytest.mark.parametrize("seed", SEEDS)
def test_who_came_new(seed: int) -> None:
    chance = random.Random(seed)
    commits = [
        {"repo_id": chance.choice(["r0", "r1"]), "sha": f"{n}", "authored_at": some_time(chance)} for n in range(12)
    ]
    for row in commits:
        row["committed_at"] = row["authored_at"] + timedelta(days=chance.choice([0, 0, 3, 50]))
    credits_ = [{"repo_id": row["repo_id"], "sha": row["sha"], "person_id": chance.choice("abcdef")} for row in commits]
    states = [
        {"pr_id": f"p{n}", "repo_id": "r0", "author_id": chance.choice(WHO), "opened_at": some_time(chance)}
        for n in range(5)
    ]
    remarks = [
        {"remark_id": f"v{n}", "pr_id": f"p{n % 5}", "person_id": chance.choice(WHO), "at": some_time(chance)}
        for n in range(6)
    ]
    members = [
        {"team": team, "person_id": who, "valid_from": begin, "valid_to": begin + timedelta(days=50)}
        for who in "abcdef"
        for team, begin in {(chance.choice(["x", "y"]), some_time(chance)) for _ in range(2)}
    ]

    found = computed(
        newcomers,
        commits=commits,
        commit_credits=credits_,
        pull_request_states=states,
        pull_request_remarks=remarks,
        people=[*PEOPLE, PROGRAM],
        team_members=members,
    )

    at = {row["sha"]: (row["authored_at"], row["committed_at"]) for row in commits}
    traces = [(row["person_id"], row["repo_id"], *at[row["sha"]]) for row in credits_]
    traces += [(row["author_id"], row["repo_id"], row["opened_at"], row["opened_at"]) for row in states]
    traces += [(row["person_id"], "r0", row["at"], row["at"]) for row in remarks]
    traces = [trace for trace in traces if trace[2] <= AS_OF]
    expected = {}
    for who in "abcdef":
        own = sorted((when, repo) for person, repo, when, _ in traces if person == who)
        if not own:
            continue
        when, repo = own[0]
        if when - min(seen for _, r, _, seen in traces if r == repo) > timedelta(days=30):
            mine = [row for row in members if row["person_id"] == who]
            then = sorted(row["team"] for row in mine if row["valid_from"] <= when < row["valid_to"])
            later = sorted((r["valid_from"], r["team"]) for r in mine if when < r["valid_from"] <= AS_OF)
            expected[who] = (when, repo, then[0] if then else later[0][1] if later else None)
    assert {row["person_id"]: (row["first_activity_at"], row["repo_id"], row["team"]) for row in found} == expected


def test_a_commit_with_a_wrong_date_does_not_begin_a_history() -> None:
    begin = AS_OF - timedelta(days=200)
    days = {"old": 0, "early": 20, "late": 40}
    commits = [
        {
            "repo_id": "r",
            "sha": who,
            "authored_at": begin + timedelta(days=n),
            "committed_at": begin + timedelta(days=n),
        }
        for who, n in days.items()
    ]
    commits[0]["authored_at"] = datetime.fromisoformat("1970-01-01")
    credits_ = [{"repo_id": "r", "sha": who, "person_id": who} for who in days]
    people = [{"person_id": who, "kind": "human"} for who in days]
    found = computed(newcomers, commits=commits, commit_credits=credits_, people=people)
    assert [row["person_id"] for row in found] == ["late"]


@pytest.mark.parametrize("seed", SEEDS)
def test_how_newcomers_arrive(seed: int) -> None:
    chance = random.Random(seed)
    came = [
        {
            "person_id": who,
            "first_activity_at": some_time(chance, 300),
            "repo_id": "r0",
            "team": chance.choice(["x", None]),
        }
        for who in "abc"
    ]
    flow = []
    for n in range(80):
        opened = some_time(chance, 300)
        merged = opened + timedelta(hours=chance.randrange(0, 90)) if chance.random() < 0.7 else None
        flow.append(
            {
                "pr_id": f"p{n:03}",
                "author_id": chance.choice([*"aaabbcdef", None, "bot"]),
                "author_is_human": True,
                "team": chance.choice(["x", "y", None]),
                "state": "merged" if merged else "open",
                "opened_at": opened,
                "merged_at": merged,
                "review_rounds": chance.choice([None, 0, 1, 3]),
                "pickup_seconds": chance.choice([None, 60.0, 7200.0]),
            }
        )
    remarks = [
        {
            "remark_id": f"v{n}",
            "what": chance.choice(["review", "review", "comment"]),
            "pr_id": f"p{chance.randrange(80):03}",
            "person_id": chance.choice(WHO),
            "at": some_time(chance, 300),
            "is_human": chance.random() < 0.9,
        }
        for n in range(120)
    ]
    changes = [
        {
            "repo_id": "r0",
            "sha": f"{n}",
            "path": chance.choice(["a.py", "src/a.py", "src/in/b.py", "src/in/deep/c.py"]),
            "committed_at": some_time(chance, 300),
            "is_counted": chance.random() < 0.9,
            "is_bulk": chance.random() < 0.1,
        }
        for n in range(40)
    ]
    credits_ = [{"repo_id": "r0", "sha": row["sha"], "person_id": chance.choice("abc")} for row in changes]

    found = computed(
        onboarding,
        newcomers=came,
        pull_request_flow=flow,
        pull_request_remarks=remarks,
        file_revisions=changes,
        commit_credits=credits_,
    )

    without_code = computed(onboarding, newcomers=came, pull_request_flow=flow)
    assert {(row["folders_90d"], row["folders_reason"]) for row in without_code} == {(None, "no_code")}
    assert [row["person_id"] for row in found] == ["a", "b", "c"]
    for row, person in zip(found, came, strict=True):
        arrives(row, person, flow, remarks, list(zip(changes, credits_, strict=True)))


def arrives(row: Row, person: Row, flow: list[Row], remarks: list[Row], changes: list[tuple[Row, Row]]) -> None:
    """One newcomer's row is what the loops say."""
    who, start = person["person_id"], person["first_activity_at"]
    own = sorted(
        (pr for pr in flow if pr["author_id"] == who and pr["opened_at"] >= start),
        key=lambda pr: (pr["opened_at"], pr["pr_id"]),
    )
    merges = sorted(pr["merged_at"] for pr in own if pr["merged_at"])
    for name, place in (("first", 1), ("third", 3), ("tenth", 10)):
        days = (merges[place - 1] - start).total_seconds() / 86400 if len(merges) >= place else None
        assert row[f"{name}_merge_days"] == (None if days is None else pytest.approx(days))
    assert (row["opened"], row["merged"]) == (len(own), len(merges))
    came_on = local_day(start)
    assert row["cohort"] == f"{came_on.year}-Q{(came_on.month + 2) // 3}"
    ten = own[:10]
    assert row["rounds_p50"] == middle([pr["review_rounds"] for pr in ten], 5)
    assert row["pickup_p50_seconds"] == middle([pr["pickup_seconds"] for pr in ten], 5)
    if ten:
        end = min(ten[-1]["opened_at"], ten[0]["opened_at"] + NINETY)
        others = [
            pr
            for pr in flow
            if pr["author_id"] != who
            and ten[0]["opened_at"] <= pr["opened_at"] <= end
            and (person["team"] is None or pr["team"] == person["team"])
        ]
        assert row["team_rounds_p50"] == middle([pr["review_rounds"] for pr in others], 5)
        assert row["team_pickup_p50_seconds"] == middle([pr["pickup_seconds"] for pr in others], 5)
    reviews = [
        remark
        for remark in remarks
        if remark["what"] == "review" and remark["is_human"] and remark["person_id"] is not None
    ]
    ids = {pr["pr_id"] for pr in ten}
    pairs = {(remark["person_id"], remark["pr_id"]) for remark in reviews if remark["pr_id"] in ids}
    by = Counter(reviewer for reviewer, _ in pairs)
    assert row["reviewers"] == (len(by) if ten else None)
    share = max(by.values()) / len({pr for _, pr in pairs}) if by else None
    assert row["top_reviewer_share"] == (None if share is None else pytest.approx(share))
    given = [remark["at"] for remark in reviews if remark["person_id"] == who]
    assert row["first_review_days"] == (pytest.approx((min(given) - start).total_seconds() / 86400) if given else None)
    folders = {
        two_levels(change["path"])
        for change, credit in changes
        if credit["person_id"] == who
        and change["is_counted"]
        and not change["is_bulk"]
        and start <= change["committed_at"] < start + NINETY
    }
    assert row["folders_90d"] == (None if start > AS_OF - NINETY else len(folders))


def test_where_no_code_is_collected_nobody_knows_the_folders() -> None:
    begin = AS_OF - timedelta(days=100)
    came = [
        {"person_id": who, "first_activity_at": begin, "repo_id": repo} for who, repo in zip("abc", "rqr", strict=True)
    ]
    change = {"repo_id": "r", "sha": "1", "path": "src/a.py", "committed_at": begin, "is_counted": True}
    found = computed(
        onboarding,
        newcomers=came,
        file_revisions=[change | {"is_bulk": False}],
        commit_credits=[{"repo_id": "r", "sha": "1", "person_id": "a"}],
    )
    assert [(row["folders_90d"], row["folders_reason"]) for row in found] == [(1, None), (None, "no_code"), (0, None)]


def test_a_cohort_is_a_quarter_of_the_reporting_zone() -> None:
    at = datetime.fromisoformat("2025-12-31T23:30:00")  # half past midnight in Berlin
    (row,) = computed(onboarding, newcomers=[{"person_id": "a", "first_activity_at": at, "repo_id": "r"}])
    assert row["cohort"] == "2026-Q1"


SCOPES = {"x": ["all", "x", "z"], "y": ["all", "y"]}
"""Where what is of a team counts; what is of none counts in `all`."""


@pytest.mark.parametrize("seed", SEEDS)
def test_cohorts(seed: int) -> None:
    chance = random.Random(seed)
    begin = datetime.fromisoformat("2025-11-03T10:00:00")
    rows = [
        {
            "person_id": f"n{n}",
            "team": chance.choice(["x", "y", None]),
            "cohort": chance.choice(["2025-Q4", "2026-Q1"]),
            "first_activity_at": begin,
            "first_merge_days": chance.choice([None, 1.0, 4.0, 30.0]),
            "reviewers": chance.choice([None, 1, 2]),
            "first_review_days": chance.choice([None, 3.0]),
        }
        for n in range(14)
    ]
    flow = [
        {
            "pr_id": f"p{n:03}",
            "author_id": chance.choice([*(f"n{n}" for n in range(14)), "old", "older", None]),
            "author_is_human": chance.random() < 0.9,
            "team": chance.choice(["x", "y", None]),
            "opened_at": begin + timedelta(days=chance.randrange(-20, 120)),
            "review_rounds": chance.choice([None, 0, 1, 3]),
            "pickup_seconds": chance.choice([None, 60.0, 7200.0]),
            "pickup_working_seconds": chance.choice([None, 50.0, 3600.0]),
        }
        for n in range(150)
    ]
    found = computed(onboarding_cohorts, onboarding=rows, pull_request_flow=flow, teams=[{"team": "x", "parent": "z"}])

    groups: defaultdict[tuple[str, Any], list[Row]] = defaultdict(list)
    for row in rows:
        for scope in SCOPES.get(row["team"] or "", ["all"]):
            groups[scope, row["cohort"]].append(row)
    assert {(row["scope"], row["cohort"]) for row in found} == set(groups)
    for row in found:
        group = groups[row["scope"], row["cohort"]]
        if len(group) < SETTINGS["minimum_group"]:
            assert row["reason"] == "group_too_small"
            assert {
                value for name, value in row.items() if name not in {*OnboardingCohorts.primary_key(), "reason"}
            } == {None}
            continue
        days = [member["first_merge_days"] for member in group]
        assert (row["people"], row["reached_first"]) == (len(group), sum(day is not None for day in days))
        assert row["first_merge_days_p50"] == middle(days, 5)
        assert row["reviewers_p50"] == middle([member["reviewers"] for member in group], 5)
        assert row["gave_review"] == sum(member["first_review_days"] is not None for member in group)
        assert row["reason"] == ("too_few_people" if len(group) < 5 else None)
        answers(row, {member["person_id"] for member in group}, flow, begin)


def answers(row: Row, group: set[str], flow: list[Row], begin: datetime) -> None:
    """What the first ten of a cohort, and those of others in its scope, met with is what the loops say."""
    firsts, ends = [], []
    for who in group:
        own = [pr for pr in flow if pr["author_id"] == who and pr["opened_at"] >= begin]
        ten = sorted(own, key=lambda pr: (pr["opened_at"], pr["pr_id"]))[:10]
        firsts += ten
        ends += [min(ten[-1]["opened_at"], ten[0]["opened_at"] + NINETY)] if ten else []
    others = [
        pr
        for pr in flow
        if pr["author_is_human"]
        and pr["author_id"] not in group
        and row["scope"] in SCOPES.get(pr["team"] or "", ["all"])
        and firsts
        and min(first["opened_at"] for first in firsts) <= pr["opened_at"] <= max(ends)
    ]
    assert row["pull_requests"] == len(firsts)
    assert row["answered"] == sum(pr["pickup_seconds"] is not None for pr in firsts)
    assert row["reviewed"] == sum(pr["review_rounds"] is not None for pr in firsts)
    for name, column in (
        ("pickup_p50_seconds", "pickup_seconds"),
        ("pickup_working_p50_seconds", "pickup_working_seconds"),
        ("rounds_p50", "review_rounds"),
    ):
        assert row[name] == pooled(firsts, column)
        assert row[f"team_{name}"] == pooled(others, column)


def pooled(requests: list[Row], column: str) -> Any:
    known = [pr for pr in requests if pr[column] is not None]
    is_enough = len({pr["author_id"] for pr in known}) >= SETTINGS["minimum_group"]
    return middle([pr[column] for pr in known], 5) if is_enough else None


def test_a_median_of_fewer_people_than_may_be_told_is_not() -> None:
    begin = datetime.fromisoformat("2025-11-03T10:00:00")
    rows = [
        {
            "person_id": f"n{n}",
            "cohort": "2025-Q4",
            "first_activity_at": begin,
            "first_merge_days": None if n > 5 else 4.0,
        }
        for n in range(9)
    ]
    flow = [
        {"pr_id": f"p{n}", "author_id": f"n{n % 6}", "author_is_human": True, "opened_at": begin, "pickup_seconds": 9.0}
        for n in range(12)
    ]
    tables = {"onboarding": rows, "pull_request_flow": flow}
    (told,) = computed(onboarding_cohorts, settings={"minimum_group": 6}, **tables)
    assert (told["first_merge_days_p50"], told["pickup_p50_seconds"]) == (4.0, 9.0)
    (told,) = computed(onboarding_cohorts, settings={"minimum_group": 7}, **tables)
    assert (told["people"], told["reached_first"], told["answered"]) == (9, 6, 12)
    assert (told["first_merge_days_p50"], told["pickup_p50_seconds"]) == (None, None)


def test_merges_are_observed_in_the_month_in_which_they_were_reached() -> None:
    begin = datetime.fromisoformat("2025-11-03T10:00:00")
    rows = [
        {"person_id": f"n{n}", "team": "x", "first_activity_at": begin, "first_merge_days": float(days)}
        for n, days in enumerate([1, 2, 3, 4, 9, 40, 60])
    ]
    month = {"period": "month", "period_end": begin.date(), "is_suppressed": False}
    calendar = [
        month | {"scope_kind": kind, "scope": scope, "period_start": begin.date().replace(month=number, day=1)}
        for kind, scope in (("all", "all"), ("team", "x"), ("repository", "r0"))
        for number in (11, 12)
    ]
    found = computed(onboarding_figures, onboarding=rows, pull_request_calendar=calendar)
    told = {(row["metric"], row["scope"], row["period_start"].month): (row["value"], row["n"]) for row in found}
    assert told["days_to_first_merge", "all", 11] == told["days_to_first_merge", "x", 11] == (3.0, 5)
    # One on the 13th of December, the other one in January: too few people to say even how many.
    assert told["days_to_first_merge", "all", 12] == (None, None)
    assert told["days_to_tenth_merge", "all", 11] == (None, 0)
    assert {row["scope"] for row in found} == {"all", "x"}


@pytest.mark.parametrize("seed", SEEDS)
def test_first_changes_in_folders(seed: int) -> None:
    chance = random.Random(seed)
    changes = [
        {
            "repo_id": "r0",
            "sha": f"{n}",
            "path": chance.choice(["a.py", "src/a.py", "src/in/b.py", "src/in/deep/c.py"]),
            "committed_at": some_time(chance),
            "is_counted": chance.random() < 0.9,
            "is_bulk": chance.random() < 0.1,
        }
        for n in range(30)
    ]
    credits_ = [{"repo_id": "r0", "sha": row["sha"], "person_id": chance.choice("abc")} for row in changes]
    spread = computed(knowledge_spread, file_revisions=changes, commit_credits=credits_)

    first: dict[tuple[str, str], datetime] = {}
    for change, credit in zip(changes, credits_, strict=True):
        if change["is_counted"] and not change["is_bulk"] and change["committed_at"] <= AS_OF:
            key = (credit["person_id"], two_levels(change["path"]))
            first[key] = min(first.get(key, AS_OF), change["committed_at"])
    assert {(row["person_id"], row["folder"]): row["first_at"] for row in spread} == first

    months = [local_day(AS_OF).replace(month=month, day=1) for month in (1, 2)]
    begin = datetime.fromisoformat("2026-01-01")
    members = [{"team": "x", "person_id": "a", "valid_from": begin}]
    calendar = [
        {
            "scope_kind": kind,
            "scope": scope,
            "period": "month",
            "period_start": month,
            "period_end": month,
            "is_suppressed": False,
        }
        for kind, scope in (("all", "all"), ("team", "x"))
        for month in months
    ]
    found = computed(knowledge_spread_figures, knowledge_spread=spread, team_members=members, calendar=calendar)
    for row in found:
        of = [
            key
            for key, at in first.items()
            if local_day(at).replace(day=1) == row["period_start"]
            and (row["scope"] == "all" or (key[0] == "a" and at >= begin))
        ]
        assert row["value"] == len(of)
    assert len(found) == 4
