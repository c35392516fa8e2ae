"""Teams of the published world: who depends on whom and talks, waits between teams, and forecasts, all invented."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

Rows = list[dict[str, Any]]

OTHERS = ("Billing", "Data {x}", "*Ops*", "Pilots of the Outer Harbour")
"""Teams beside those that the configuration of the world names; two have names that are no plain text."""

PROJECT = "TIDE"
VERSION, EPIC, FAR, UNKNOWN = "jira:v1", "jira:t3", "jira:v2", "jira:s1"
"""What is forecast: with a due date, without one, beyond two years, and with a growth that is not known."""

MODES = ("fixed", "growing", "shared")
CONFIDENCES = (0.5, 0.7, 0.85, 0.95)
DAYS = {"fixed": (20, 24, 29, 36), "growing": (34, 42, 55, 78), "shared": (70, 90, 118, 170)}
"""How many days of a mode are promised with each confidence."""


def team_tickets(now: datetime) -> Rows:
    """Tickets that teams wait for or that are past their due date."""
    return [
        {"ticket_id": f"jira:t{n}", "key": f"{PROJECT}-{n}", "project": PROJECT, "type": "Story"}
        | {"title": f"Tide table no. {n} *bold* [x](http://x)", "url": f"https://jira.example.org/browse/{PROJECT}-{n}"}
        | {"status": "In progress", "status_category": "in_progress", "created_at": now - timedelta(days=90 - n)}
        | {"due_on": (now - timedelta(days=n)).date(), "history_complete": True}
        for n in range(1, 9)
    ]


def team_metrics(now: datetime, files: Sequence[str], pull_requests: Rows, *, team: str, small: str) -> dict[str, Rows]:
    """Tables of coordination and timelines; `small` is a team with too few members to be reported on."""
    random = Random(11)
    tables = _pairs(now, random, files, [*sorted([team, *OTHERS])], small)
    tables |= _waits(now, random, pull_requests, team, small)
    tables |= _structure(now, files, pull_requests, team, small)
    tables |= _forecasts(now, random, team)
    tables |= _record(now, team)
    return tables


def _pairs(now: datetime, random: Random, files: Sequence[str], teams: list[str], small: str) -> dict[str, Rows]:
    coordination: Rows = []
    for n, (a, b) in enumerate([*combinations(teams, 2), *((one, one) for one in teams)]):
        if n % 5 == 4 and a != b:
            continue  # not every team depends on every other
        required = random.randint(4, 40)
        satisfied = 0 if n == 0 else round(required * random.random())
        coordination.append(
            {"team_a": a, "team_b": b, "window_end": now.date(), "people_a": 5 + len(a) % 4, "people_b": 5 + len(b) % 4}
            | {"required": required, "satisfied": satisfied, "congruence": satisfied / required}
            | {"weighted_congruence": min(1.0, satisfied / required * 1.2), "gaps": (required - satisfied) // 3}
            | {"paths": list(files[n : n + 3]), "overlap_hours": 6.5, "overlap_coverage": 0.8, "pairs_apart": n % 3}
        )
    coordination.append({"team_a": small, "team_b": teams[-1], "window_end": now.date(), "reason": "group_too_small"})
    gaps = [
        {"person_a": "p0", "person_b": f"p{n}", "team_a": teams[n % 3], "team_b": teams[3 + n % 2]}
        | {"strength": 30.0 - n, "paths": list(files[n : n + 3])}
        for n in range(2, 6)
    ]
    networks = [
        {
            "scope_kind": "team",
            "scope": one,
            "people": 7,
            "required": 30,
            "missing": 12 + n,
            "silos": n,
            "brokers": n % 2,
        }
        | {"broker_ids": ["p1"] if n % 2 else []}
        for n, one in enumerate(teams)
    ]
    reviews = [
        {
            "scope_kind": "team",
            "scope": one,
            "people": 7,
            "reviewers": 5,
            "reviews_given": 60,
            "reviews_received": 55 + n,
        }
        | {"across_share": 0.1 * n, "reciprocity": 0.5, "top_three_share": 0.8, "gini": 0.4, "isolated": n}
        for n, one in enumerate(teams)
    ]
    hidden = {"scope_kind": "team", "scope": small, "reason": "group_too_small"}
    return {
        "coordination": coordination,
        "coordination_gaps": gaps,
        "communication_networks": [*networks, hidden],
        "review_networks": [*reviews, hidden],
    }


def _waits(now: datetime, random: Random, pull_requests: Rows, team: str, small: str) -> dict[str, Rows]:
    waits: Rows = []
    items: Rows = []
    pairs = [(team, "Billing"), ("Billing", team), ("*Ops*", team), ("Data {x}", "*Ops*"), (team, small)]
    for kind in ("review", "blocked", "hand_off"):
        for n, (waiting, on) in enumerate(pairs):
            key = {"waiting_team": waiting, "on_team": on, "kind": kind}
            if on == small:
                waits.append(key | {"reason": "group_too_small", "cost_reason": "group_too_small"})
                items.append(_wait(now, key, "jira:t8", 9, 1.0, ended=True))
                continue
            ended = [random.lognormvariate(11 + n / 3, 0.8) for _ in range((3, 14, 25, 0)[n])]
            still = n % 2 + 1
            known = sorted(ended)
            waits.append(
                key
                | {"n": len(known), "not_answered": 1, "open_items": still}
                | {"p50_seconds": known[len(known) // 2] if len(known) >= 5 else None}
                | {"p85_seconds": known[len(known) * 85 // 100] if len(known) >= 10 else None}
                | {"p50_working_seconds": known[len(known) // 2] / 3 if len(known) >= 5 else None}
                | {"reason": None if len(known) >= 10 else "too_few_items" if known else "no_items"}
                | {"cost_seconds": 86400.0 * (5 - n) if len(known) >= 10 else None}
                | {"cost_reason": None if len(known) >= 10 else "too_few_items"}
            )
            for m, seconds in enumerate([*ended, *(4e5 for _ in range(still))]):
                item = pull_requests[m]["pr_id"] if kind == "review" else f"jira:t{m % 7 + 1}"
                items.append(_wait(now, key, item, m, seconds, ended=m < len(ended)))
    return {"team_waits": waits, "team_wait_items": items}


def _wait(now: datetime, key: dict[str, Any], item: str, m: int, seconds: float, *, ended: bool) -> dict[str, Any]:
    started = now - timedelta(seconds=seconds, hours=m if ended else 0)
    ended_at = started + timedelta(seconds=seconds) if ended else None
    times = {"started_at": started, "ended_at": ended_at, "seconds": seconds, "working_seconds": seconds / 3}
    return key | {"item_id": item} | times | {"is_open": not ended, "is_answered": True if ended else None}


def _structure(now: datetime, files: Sequence[str], pull_requests: Rows, team: str, small: str) -> dict[str, Rows]:
    random, shown = Random(12), [team, *OTHERS]
    structure = [
        {"team": one, "members": 7, "active_members": 6, "files": 40 + n, "changes": 300.0, "cohesion": random.random()}
        | {"autonomy": random.random()}
        for n, one in enumerate(shown)
    ]
    structure.append({"team": small, "cohesion_reason": "group_too_small", "autonomy_reason": "group_too_small"})
    coupling = [
        {"team_a": min(a, b), "team_b": max(a, b), "coupling": random.random(), "shared_files": 12}
        | {"paths": list(files[:4])}
        for a, b in combinations(shown, 2)
    ]
    merged = sorted((row for row in pull_requests if row.get("merged_at")), key=lambda row: row["merged_at"])
    crossing = [
        {"pr_id": row["pr_id"], "repo_id": row["repo_id"], "team": team, "merged_at": row["merged_at"], "files": 9}
        | {"owning_teams": sorted([team, *OTHERS[: n % 3]]), "is_cross_team": n % 3 > 0, "is_told": True}
        for n, row in enumerate(merged[-60:])
    ]
    observed = {"congruence": (0.46, 120), "cross_team_change": (2 / 3, 60), "hand_off_wait": (16200.0, 42)}
    begin = (now - timedelta(days=89)).date()
    figures = [
        {"metric": metric, "scope_kind": kind, "scope": scope, "period": "rolling_90d", "period_start": begin}
        | {"value": value, "n": n, "coverage": 1.0, "unit": "share"}
        for metric, (value, n) in {**observed, "blocked_on_others": (900_000.0, 7)}.items()
        for kind, scope in (("all", "all"), ("team", team))
    ]
    return {
        "team_structure": structure,
        "team_coupling": coupling,
        "cross_team_changes": crossing,
        "observations": figures,
    }


def _forecasts(now: datetime, random: Random, team: str) -> dict[str, Rows]:
    tables: dict[str, Rows] = {name: [] for name in (
        "forecasts", "forecast_moves", "forecast_targets", "forecast_items", "throughput_days", "forecast_outcomes",
    )}  # fmt: skip
    named = [
        ("version", VERSION, "Release 6.1 *beta*", now.date() + timedelta(days=60)),
        ("epic", EPIC, "Tide tables", None),
        ("version", FAR, "Some day", now.date() + timedelta(days=30)),
        ("sprint", UNKNOWN, "Sprint 12", now.date() + timedelta(days=5)),
    ]
    for who in ("all", team):
        for question, target, title, due in named:
            base = {"team": who, "question": question, "target": target, "title": title, "due_on": due}
            growth, share = (None, None) if target == UNKNOWN else (0.3, 0.4)
            tables["forecast_targets"].append(
                base | {"is_open": True, "items": 60, "remaining_items": 24, "growth": growth, "share": share}
                | {"is_suppressed": False}
            )  # fmt: skip
            for weeks in range(10):
                _promise(tables, now - timedelta(weeks=weeks), base, weeks)
        _plain(tables, now, who, random)
    for question, target, *_ in named:
        for n in range(60):
            done = now - timedelta(days=80 - n) if n < 36 else None
            tables["forecast_items"].append(
                {"question": question, "target": target, "ticket_id": f"jira:{target}-{n}", "team": team}
                | {"added_at": now - timedelta(days=120 - n), "done_at": done, "is_open": done is None}
            )
    return tables


def _promise(tables: dict[str, Rows], made_at: datetime, base: dict[str, Any], weeks: int) -> None:
    """The promises about one target on one day: they moved by three days a week."""
    for mode in MODES:
        why = None
        if base["target"] == FAR and mode != "fixed":
            why = "beyond_two_years"
        elif base["target"] == UNKNOWN and mode != "fixed":
            why = "growth_not_measured"
        answers = {
            confidence: None if why else made_at.date() + timedelta(days=days + 4 * weeks)
            for confidence, days in zip(CONFIDENCES, DAYS[mode], strict=True)
        }
        chance = {"fixed": 0.95, "growing": 0.88, "shared": 0.41}[mode] if base["due_on"] and not why else None
        known = base | {
            "made_at": made_at,
            "scope_mode": mode,
            "remaining_items": 24 + weeks,
            "due_probability": chance,
        }
        for confidence, answer in answers.items():
            tables["forecasts"].append(
                known
                | {"confidence": confidence, "answer_on": answer, "stated": None if why else confidence, "reason": why}
                | {"growth": None if why or mode == "fixed" else 0.3, "share": 0.4 if mode == "shared" else None}
                | {"method": "simulation", "sampling": "weeks", "window_days": 90}
            )
        tables["forecast_moves"].append(
            known | {"p50_on": answers[0.5], "p85_on": answers[0.85], "moved_days": 3, "is_last_of_week": True}
        )


def _plain(tables: dict[str, Rows], now: datetime, who: str, random: Random) -> None:
    """What comes next, whatever it is, and what was finished before."""
    for confidence, less in zip(CONFIDENCES, (1.0, 0.85, 0.7, 0.5), strict=True):
        common = {"made_at": now, "team": who, "scope_mode": "fixed", "confidence": confidence, "stated": confidence}
        common |= {"method": "exact", "sampling": "weeks", "window_days": 90}
        for days in (7, 14, 28, 56):
            answer = {"question": "how_many", "target": str(days), "answer_items": round(days * less)}
            tables["forecasts"].append(common | answer)
        for items in (10, 20, 40):
            day = now.date() + timedelta(days=round(items / less))
            tables["forecasts"].append(common | {"question": "when", "target": str(items), "answer_on": day})
    for n in range(400):
        day = now.date() - timedelta(days=n + 1)
        finished = random.choice([0, 1, 2, 3]) if day.weekday() < 5 else 0
        tables["throughput_days"].append({"team": who, "day": day, "finished": finished, "created": 1})
    for n in range(8):
        made = now - timedelta(weeks=n + 9)
        promised = made.date() + timedelta(days=20)
        tables["forecast_outcomes"].append(
            {"made_at": made, "team": who, "question": "when", "target": "20", "scope_mode": "fixed"}
            | {"confidence": 0.85, "answer_on": promised, "outcome_on": promised + timedelta(days=n - 5)}
            | {"held": n <= 5, "late_days": n - 5}
        )


def _record(now: datetime, team: str) -> dict[str, Rows]:
    kept = {0.5: 0.48, 0.7: 0.63, 0.85: 0.75, 0.95: 0.86}
    calibration, windows, due, estimates = [], [], [], []
    for who in ("all", team):
        for question, less in (("how_many", 0.0), ("when", 0.04)):
            calibration += [
                {
                    "team": who,
                    "basis": "backtest",
                    "question": question,
                    "scope_mode": "fixed",
                    "confidence": confidence,
                }
                | {"cases": 400, "hits": round(400 * (share - less)), "share": share - less}
                | {"low": share - less - 0.05, "high": share - less + 0.04}
                | {"sentence": f"Our {100 * confidence:.0f} % came true in {100 * (share - less):.0f} % of 400 cases."}
                for confidence, share in kept.items()
            ]
        calibration.append(
            {"team": who, "basis": "stored", "question": "when", "scope_mode": "fixed", "confidence": 0.85}
            | {"cases": 8, "hits": 6, "reason": "too_few_cases"}
        )
        windows += [
            {"team": who, "sampling": sampling, "window_days": days, "cases": 90, "score": 0.9 + n / 20 + m / 50}
            | {"is_usable": True, "is_chosen": n == m == 0, "reason": None}
            for n, sampling in enumerate(("weeks", "days"))
            for m, days in enumerate((90, 180, 60))
        ]
        windows.append(
            {"team": who, "sampling": "days", "window_days": 30, "is_usable": False, "is_chosen": False}
            | {"reason": "too_little_data"}
        )
        due.append(
            {"team": who, "finished": 80, "on_time": 0.55, "low": 0.44, "high": 0.65, "slip_p50_days": 6.0}
            | {"slip_p85_days": 21.0, "moved": 0.3, "overdue": 8}
        )
        estimates.append(
            {"team": who, "kind": "story_points", "tickets": 120, "correlation": 0.31, "ratio_p15": 0.4}
            | {"ratio_p50": 1.6, "ratio_p85": 6.1, "spread": 15.25}
        )
    dates = [
        {"ticket_id": f"jira:t{n}", "team": team, "due_on": (now - timedelta(days=n)).date(), "is_overdue": True}
        | {"moves": n % 3}
        for n in range(1, 9)
    ]
    expected = [
        {"ticket_id": f"jira:t{n}", "team": team, "type": "Story", "since": "started", "age_days": 80.0 + n}
        | {"compared_with": "all", "n": 200, "open_at_age": 0.1, "p50_days": 12.0, "p85_days": None}
        | {"reason": "curve_too_short"}
        for n in range(1, 9)
    ]
    return {
        "forecast_calibration": calibration,
        "forecast_windows": windows,
        "due_date_record": due,
        "estimate_record": estimates,
        "ticket_due_dates": dates,
        "open_ticket_forecasts": expected,
    }


def promised(now: datetime, mode: str, confidence: float) -> date:
    """The day that is promised about the version in the newest forecast."""
    return now.date() + timedelta(days=DAYS[mode][CONFIDENCES.index(confidence)])
