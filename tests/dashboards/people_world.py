"""People and effort of the published world: kinds of work, load, newcomers, the spread of knowledge, all invented."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from metrics.allocation import after_hours, bug_figures, focus
from metrics.growth import cohorts, knowledge_spread

Rows = list[dict[str, Any]]

METRICS = (
    *focus.METRICS,
    *after_hours.METRICS,
    *bug_figures.METRICS,
    *cohorts.METRICS,
    *knowledge_spread.METRICS,
)
KINDS = ("feature", "bug", "keep_the_lights_on", "unclassified")
MEASURES = ("tickets_in_progress", "open_pull_requests", "owed_reviews", "reviews_given")
QUARTERS = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
NEW = 6
"""How many came in each quarter but the last, in which nearly nobody did."""


def people_metrics(
    now: datetime,
    people: Sequence[str],
    tickets: Sequence[str],
    *,
    repository: str,
    team: str,
    small: str,
    kinds: Sequence[str] = KINDS,
) -> dict[str, Rows]:
    """Tables of allocation and growth; `small` is a team with too few members to be reported on."""
    random = Random(21)
    tables = {
        "investment": _investment(now, random, team, kinds),
        "observations": _observations(now, random, team, small),
    }
    tables |= _load(random, people, team, small)
    tables |= _growth(now, random, people, team, small)
    tables["ticket_categories"] = [
        {"ticket_id": ticket, "category": KINDS[n % len(KINDS)]} for n, ticket in enumerate(sorted(tickets))
    ]
    tables["knowledge_spread"] = [
        {"person_id": person, "repo_id": repository, "folder": folder, "first_at": now - timedelta(days=9 * n + m)}
        for n, person in enumerate(people)
        for m, folder in enumerate(("", "src", "src/*part*"))
    ]
    return tables


def _starts(now: datetime) -> list[tuple[str, datetime]]:
    month = now.replace(day=1)
    months = []
    for _ in range(14):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(("month", month))
    return [*months, ("rolling_90d", now - timedelta(days=89))]


def _investment(now: datetime, random: Random, team: str, kinds: Sequence[str]) -> Rows:
    rows: Rows = []
    for scope_kind, scope in (("all", "all"), ("team", team)):
        for period, start in _starts(now):
            weights = {w: [random.randint(1, 30) for _ in kinds] for w in ("items", "person_days", "activity")}
            shares = {w: [value / sum(values) for value in values] for w, values in weights.items()}
            for n, kind in enumerate(kinds):
                spread = max(s[n] for s in shares.values()) - min(s[n] for s in shares.values())
                rows.append(
                    {"scope_kind": scope_kind, "scope": scope, "period": period, "period_start": start.date()}
                    | {"category": kind, "spread": spread, "is_uncertain": spread > 0.15}
                    | {w: values[n] for w, values in weights.items()}
                    | {f"{w}_share": values[n] for w, values in shares.items()}
                )
    return rows


def _observations(now: datetime, random: Random, team: str, small: str) -> Rows:
    rows: Rows = []
    for metric in METRICS:
        for scope_kind, scope in (("all", "all"), ("team", team), ("team", small)):
            for period, start in _starts(now):
                share = random.random() / 3 if metric.unit == "share" else float(random.randint(1, 30))
                value = share * 86_400 if metric.unit == "seconds" else share
                hidden = {"value": None, "n": None, "reason": "group_too_small"}
                rows.append(
                    {"metric": metric.name, "scope_kind": scope_kind, "scope": scope, "period": period}
                    | {"period_start": start.date(), "value": value, "n": 40, "coverage": 1.0, "unit": metric.unit}
                    | (hidden if scope == small else {})
                )
    return rows


def _load(random: Random, people: Sequence[str], team: str, small: str) -> dict[str, Rows]:
    spread = [
        {"scope_kind": kind, "scope": scope, "measure": measure, "people": 12, "with_none": n, "total": 30 + n}
        | {"median": 2.0 + n, "p85": 4.0 + n, "most": 7 + n, "top_share": 0.25, "reason": None}
        for kind, scope in (("all", "all"), ("team", team))
        for n, measure in enumerate(MEASURES)
    ]
    spread += [
        {"scope_kind": "team", "scope": small, "measure": measure, "reason": "group_too_small"} for measure in MEASURES
    ]
    held = [{"person_id": person, **{m: random.randint(0, 8) for m in MEASURES}} for person in people]
    return {"team_load": spread, "load": held}


def _growth(now: datetime, random: Random, people: Sequence[str], team: str, small: str) -> dict[str, Rows]:
    came: Rows = []
    for n, person in enumerate(people):
        days = [random.uniform(1, 20), random.uniform(20, 60), random.uniform(60, 200)]
        came.append(
            {"person_id": person, "team": team if n % 2 else None, "cohort": QUARTERS[n // NEW % len(QUARTERS)]}
            | {"first_activity_at": now - timedelta(days=300 - 20 * n), "opened": 12, "merged": 11}
            | {"first_merge_days": days[0], "third_merge_days": days[1], "tenth_merge_days": days[2] if n % 3 else None}
            | {"pickup_p50_seconds": 90_000.0, "team_pickup_p50_seconds": 40_000.0, "reviewers": 2}
            | {"top_reviewer_share": 0.75, "folders_90d": 5}
        )
    quarters: Rows = [
        {"scope_kind": kind, "scope": scope, "cohort": cohort, "people": NEW, "reached_first": 6, "reached_third": 5}
        | {"reached_tenth": 3, "first_merge_days_p50": 4.5 + n, "pickup_p50_seconds": 90_000.0, "reviewers_p50": 2.0}
        | {"team_pickup_p50_seconds": 40_000.0, "top_reviewer_share_p50": 0.7, "folders_90d_p50": 5.0}
        for kind, scope in (("all", "all"), ("team", team))
        for n, cohort in enumerate(QUARTERS)
    ]
    hidden = {"scope_kind": "all", "scope": "all", "cohort": "2026-Q4", "reason": "group_too_small"}
    of_small = {"scope_kind": "team", "scope": small, "cohort": QUARTERS[0], "reason": "group_too_small"}
    return {"onboarding": came, "onboarding_cohorts": [*quarters, hidden, of_small]}
