"""Pull requests, deployments, reviews and CI of the published world: seeded, two repositories, more than a year."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np

Rows = list[dict[str, Any]]

PHASES = ("coding", "pickup", "review", "merge_wait", "deploy_wait")
HOURS = {"coding": 20, "pickup": 5, "review": 9, "merge_wait": 1.5, "deploy_wait": 26}
"""About how many hours half of the pull requests spend in each phase."""

VERBS = ("Fix", "Add", "Speed up", "Remove", "Rename", "Document", "Test", "Guard", "Retry", "Split")
THINGS = ("the harbour map", "mooring fees", "tide tables", "crew lists", "export to CSV", "login", "the price cache")
ODD_TITLE = 'Fix *bold* [link](http://x) "quoted" `code` $x 文件'
SIZES = ((10, "XS"), (50, "S"), (250, "M"), (1000, "L"))
CAUSES = ("incident", "rollback", "revert", "hotfix")
RULES = ("rollback", "revert", "hotfix", "incident_or_bug")
DEFINITIONS = {
    "leadline": ("coding", "pickup", "review", "merge_wait", "cycle"),
    "devlake": ("coding", "pickup", "review", "cycle"),
    "middleware": ("first_response", "rework", "merge", "cycle"),
    "linearb": ("coding", "pickup", "review", "deploy"),
    "swarmia": ("in_progress", "in_review", "merge", "cycle"),
    "gitlab": ("lead_time",),
}


@dataclass
class World:
    """What is made: rows of metric tables, by name."""

    now: datetime
    teams: dict[str, str]
    """The team of each person."""
    owners: dict[str, str]
    """The team of each repository."""
    random: Random = field(default_factory=lambda: Random(11))
    metrics: dict[str, Rows] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        """Add a row to a metric table."""
        self.metrics.setdefault(table, []).append(row)
        return row

    def hours(self, middle: float, spread: float = 1.1) -> float:
        """Seconds around so many hours, a few far beyond."""
        return round(self.random.lognormvariate(np.log(middle * 3600), spread))


def delivery_world(
    now: datetime, repositories: dict[str, str], *, teams: dict[str, str], owners: dict[str, str], small: str
) -> World:
    """The rows of everything delivered: `repositories` by id with the rung of each, `small` a team not to be shown."""
    world = World(now, teams, owners)
    for repo_id, rung in repositories.items():
        _deployments(world, repo_id, rung)
        _pull_requests(world, repo_id)
        _builds(world, repo_id)
    _reviews(world)
    _figures(world, list(repositories), small)
    return world


def _deployments(world: World, repo_id: str, rung: str) -> None:
    days, number = 420.0, 0
    every = 2.3 if rung == "deployment" else 13
    while days > 1.5:
        number += 1
        failed = world.random.random() < 0.16 and days < 380
        cause = world.random.choice(CAUSES)
        at = world.now - timedelta(days=days)
        recovery = world.hours(3) if failed and world.random.random() < 0.9 else None
        rework = world.random.choice(RULES) if world.random.random() < 0.08 else None
        world.add(
            "deployments", deployment_id=f"{repo_id}:{rung}:{number}", repo_id=repo_id, rung=rung, finished_at=at,
            environment="production" if rung == "deployment" else None, ref=f"v1.{number}", sha=f"{number:040x}",
            url=f"https://example.org/deployments/{number}", is_first=number == 1,
            is_rollback=rework == "rollback", failed=failed, failure_cause=cause if failed else None,
            failed_by=f"{repo_id}#{number}" if failed else None, is_rework=rework is not None, rework_rule=rework,
            recovered_at=at + timedelta(seconds=recovery) if recovery else None, recovery_seconds=recovery,
            pull_requests=world.random.randint(1, 6), direct_commits=world.random.choice([0, 0, 1]),
        )  # fmt: skip
        causes = {cause, "hotfix"} if number % 2 else {cause}
        for one in sorted(causes if failed else []):
            world.add("deployment_failures", deployment_id=f"{repo_id}:{rung}:{number}", cause=one, failed_at=at)
        if failed and cause == "incident":
            world.add(
                "incidents", incident_id=f"recorded:{repo_id}:{number}", repo_id=repo_id, opened_at=at,
                title=f"Checkout answers slowly after v1.{number}", url="https://pager.example/1", severity="sev2",
                resolved_at=at + timedelta(seconds=recovery) if recovery else None, found_by="recorded",
                restore_seconds=recovery, restore_reason=None if recovery else "not_resolved",
            )  # fmt: skip
        days -= every * world.random.uniform(0.5, 1.5)
    since = world.now - timedelta(days=89)
    ours = [row for row in world.metrics["deployments"] if row["repo_id"] == repo_id]
    recent = [row for row in ours if row["finished_at"] > since]
    for rule in (*RULES, "any"):
        hit = sum(row["is_rework"] and rule in {row["rework_rule"], "any"} for row in recent)
        world.add(
            "rework_rules", repo_id=repo_id, span="90d", rule=rule, deployments=len(recent), rework_deployments=hit,
            share=hit / len(recent),
        )  # fmt: skip


def _pull_requests(world: World, repo_id: str) -> None:
    number, deployed = 0, [row for row in world.metrics["deployments"] if row["repo_id"] == repo_id]
    for week in range(60):
        for _ in range(
            world.random.randint(3, 9) if deployed[0]["rung"] == "deployment" else world.random.randint(0, 4)
        ):
            number += 1
            opened = world.now - timedelta(weeks=week, hours=world.random.uniform(0, 160))
            _merged(world, repo_id, number, opened, deployed)
    for _ in range(17):
        number += 1
        _open(world, repo_id, number)
    world.add(
        "pull_request_flow", **_common(world, repo_id, number + 1, world.now - timedelta(days=50)), state="closed"
    )


def _common(world: World, repo_id: str, number: int, opened: datetime) -> dict[str, Any]:
    lines = int(world.random.lognormvariate(4, 1.4)) + 1
    author = world.random.choice(list(world.teams))
    title = ODD_TITLE if number % 40 == 7 else f"{world.random.choice(VERBS)} {world.random.choice(THINGS)}"
    return {
        "pr_id": f"{repo_id}#{number}", "repo_id": repo_id, "number": number, "title": title, "author_id": author,
        "url": f"https://example.org/{repo_id.partition(':')[2]}/pull/{number}", "team": world.teams[author],
        "opened_at": opened, "ready_at": opened, "size_lines": lines, "author_is_human": True, "is_draft": False,
        "size_class": next((name for limit, name in SIZES if lines <= limit), "XL"), "files": 1 + lines // 40,
    }  # fmt: skip


def _merged(world: World, repo_id: str, number: int, opened: datetime, deployed: Rows) -> None:
    row = _common(world, repo_id, number, opened)
    reviewed = world.random.random() > 0.12
    slower = {"XS": 0.4, "S": 0.7, "M": 1, "L": 1.8, "XL": 3}[row["size_class"]]
    spans: dict[str, float | None] = {phase: world.hours(HOURS[phase] * slower) for phase in PHASES}
    if not reviewed:
        spans |= {"pickup": None, "review": None, "merge_wait": None}
    merged = opened + timedelta(seconds=sum(spans[phase] or 0 for phase in ("pickup", "review", "merge_wait")))
    merged += timedelta(seconds=900 if reviewed else world.hours(2))
    if merged > world.now:
        return
    later = [one for one in deployed if one["finished_at"] > merged]
    spans["queue_wait"] = 900.0 if reviewed else None
    spans["deploy_wait"] = (later[0]["finished_at"] - merged).total_seconds() if later else None
    cycle = (merged - opened).total_seconds() + (spans["coding"] or 0)
    lead = cycle + spans["deploy_wait"] if spans["deploy_wait"] is not None else None
    by_ai = not reviewed and world.random.random() < 0.4
    rounds = world.random.choice([0, 0, 0, 1, 1, 2, 5]) if reviewed else 0
    world.add(
        "pull_request_flow",
        **row,
        **{f"{phase}_seconds": span for phase, span in spans.items()},
        **{f"{phase}_working_seconds": span and span / 3 for phase, span in spans.items() if phase[0] in "prm"},
        pickup_reason=None if reviewed else "no_review", review_reason=None if reviewed else "no_review",
        merge_wait_reason=None if reviewed else "no_approval", lead_reason=None if lead else "no_deployment",
        state="merged", merged_at=merged, closed_at=merged, deployed_at=later[0]["finished_at"] if later else None,
        first_commit_at=opened - timedelta(seconds=spans["coding"] or 0), cycle_seconds=cycle, lead_seconds=lead,
        deployment_id=later[0]["deployment_id"] if later else None, draft_seconds=world.hours(4), review_rounds=rounds,
        human_comments=rounds * 3, human_reviewers=1 if reviewed else 0, approved=reviewed,
        merged_without_review=not reviewed, reviewed_by_ai_only=by_ai, last_activity_at=merged,
    )  # fmt: skip
    if later:
        world.add("deployment_changes", deployment_id=later[0]["deployment_id"], pr_id=row["pr_id"])
    else:
        wait = (world.now - merged).total_seconds()
        world.add("waiting_changes", pr_id=row["pr_id"], repo_id=repo_id, merged_at=merged, waiting_seconds=wait)
    _defined(world, row["pr_id"], spans, cycle)


def _defined(world: World, pr_id: str, spans: dict[str, float | None], cycle: float) -> None:
    values = spans | {
        "cycle": cycle, "first_response": spans["pickup"], "rework": spans["review"] and spans["review"] / 2,
        "merge": spans["merge_wait"], "deploy": spans["deploy_wait"], "lead_time": spans["deploy_wait"],
        "in_progress": spans["coding"], "in_review": spans["review"],
    }  # fmt: skip
    for definition, phases in DEFINITIONS.items():
        for phase in phases:
            reason = None if values[phase] is not None else "no_deployment" if "dep" in phase else "no_review"
            world.add(
                "pull_request_flow_definitions",
                pr_id=pr_id, definition=definition, phase=phase, seconds=values[phase], reason=reason,
            )  # fmt: skip


def _open(world: World, repo_id: str, number: int) -> None:
    phase = ("pickup", "review", "review", "merge", "draft")[number % 5]
    age = world.hours({"pickup": 9, "review": 16, "merge": 4, "draft": 60}[phase], 1.5)
    p85 = HOURS.get(phase, 30) * 3600 * 3.0 if number % 7 else None
    opened = world.now - timedelta(seconds=age + 3600)
    row = _common(world, repo_id, number, opened)
    world.add(
        "pull_request_flow", **row | {"is_draft": phase == "draft"}, state="open", phase=phase, age_seconds=age,
        phase_since=world.now - timedelta(seconds=age), phase_p50_seconds=p85 and p85 / 4, phase_p85_seconds=p85,
        is_at_risk=None if p85 is None else age > p85, at_risk_reason=None if p85 else "too_few_items",
        last_activity_at=world.now - timedelta(seconds=age / 2), approved=phase == "merge",
        last_author_activity_at=opened + timedelta(hours=number % 2),
        last_response_at=opened + timedelta(minutes=30) if phase in {"review", "merge"} else None,
    )  # fmt: skip
    if phase != "draft":
        others = [person for person in world.teams if person != row["author_id"]]
        for rank, person in enumerate(others[:3], start=1):
            world.add("reviewer_suggestions", pr_id=row["pr_id"], rank=rank, person_id=person, score=4.0 - rank)


def _builds(world: World, repo_id: str) -> None:
    for n, name in enumerate(("test", "lint", "deploy to production", "nightly *full* run")):
        runs, failed = 400 // (n + 1), 40 // (n + 1)
        world.add(
            "ci_workflows", repo_id=repo_id, name=name, runs=runs, failed_runs=failed, failure_share=failed / runs,
            flaky_runs=25 if n == 0 else 1, flaky_share=25 / runs if n == 0 else 1 / runs, p50_seconds=300.0 * (n + 1),
            p50_seconds_before=220.0 if n == 1 else None, slowdown_share=600 / 440 - 1 if n == 1 else None,
            time_to_green_p50_seconds=5400.0, waiting_minutes_per_pr=11.5,
            last_conclusion="failure" if n == 3 else "success", failing_streak=4 if n == 3 else 0,
            url="https://example.org/runs/1" if n else "javascript:alert(1)",
            failing_since=world.now - timedelta(days=4) if n == 3 else None,
            is_flaky=n == 0, is_slow=n == 1, is_broken=n == 3,
        )  # fmt: skip


def _reviews(world: World) -> None:
    people = list(world.teams)
    for week in range(40):
        monday = (world.now - timedelta(weeks=week, days=world.now.weekday())).date()
        for author in people:
            reviewer = people[(people.index(author) + world.random.choice([1, 2, 2, 2, 4])) % len(people)]
            if reviewer != author:
                world.add(
                    "review_edges", author_id=author, reviewer_id=reviewer, week=monday,
                    repo_id=world.metrics["pull_request_flow"][0]["repo_id"], reviews=world.random.randint(1, 4),
                    comments=world.random.randint(0, 9),
                )  # fmt: skip


def _figures(world: World, repositories: list[str], small: str) -> None:
    everything = [("all", "all"), *(("repository", repo_id) for repo_id in repositories)]
    for kind, scope in [*everything, *(("team", team) for team in sorted(set(world.owners.values())))]:
        put = _Put(world, kind, scope, hidden=scope == small)
        _of_delivery(world, put)
        _of_reviews(world, put)


def _of_delivery(world: World, put: "_Put") -> None:
    def ours(table: str) -> Rows:
        names = {
            "all": dict.fromkeys(world.owners, "all"),
            "repository": {repo_id: repo_id for repo_id in world.owners},
            "team": world.owners,
        }[put.kind]
        return [row for row in world.metrics[table] if names[row["repo_id"]] == put.scope]

    changes, deployments = ours("pull_request_flow"), ours("deployments")
    put.spans(
        "change_lead_time", [(row["deployed_at"], row["lead_seconds"]) for row in changes if row.get("deployed_at")]
    )
    put.counts("deployment_frequency", [row["finished_at"] for row in deployments])
    put.shares("change_fail_rate", [(row["finished_at"], row["failed"]) for row in deployments])
    put.shares("deployment_rework_rate", [(row["finished_at"], row["is_rework"]) for row in deployments])
    recovered = [(row["finished_at"], row["recovery_seconds"]) for row in deployments if row["failed"]]
    put.spans("failed_deployment_recovery_time", recovered)
    incidents = [row for row in ours("incidents") if row["resolved_at"]]
    put.spans("time_to_restore", [(row["resolved_at"], row["restore_seconds"]) for row in incidents])


def _of_reviews(world: World, put: "_Put") -> None:
    column = {"repository": "repo_id", "team": "team"}.get(put.kind)
    ours = [row for row in world.metrics["pull_request_flow"] if column is None or row[column] == put.scope]
    merged = [row for row in ours if row.get("merged_at")]
    spans = {"pickup_time": "pickup_working_seconds", "review_time": "review_working_seconds"}
    for metric, of in {**spans, "pull_request_size": "size_lines", "review_rounds": "review_rounds"}.items():
        put.spans(metric, [(row["merged_at"], row[of]) for row in merged])
    for metric in ("merged_without_review", "reviewed_by_ai_only"):
        put.shares(metric, [(row["merged_at"], row[metric]) for row in merged])
    still_open = [row for row in ours if row["state"] == "open"]
    late = sum(bool(row["is_at_risk"]) for row in still_open)
    put.one("open_pull_requests_at_risk", "rolling_90d", world.now - timedelta(days=89), late, len(still_open))


@dataclass
class _Put:
    """Writes observations of one scope, as many as there are periods with items."""

    world: World
    kind: str
    scope: str
    hidden: bool

    def spans(self, metric: str, items: Iterable[tuple[datetime, float | None]]) -> None:
        for period, start, values in self._by_period(items):
            known = [value for value in values if value is not None]
            for name, share, needed in ((metric, 50, 5), (f"{metric}_p85", 85, 10)):
                value = float(np.percentile(known, share)) if len(known) >= needed else None
                self.one(name, period, start, value, len(known))

    def shares(self, metric: str, items: Iterable[tuple[datetime, bool]]) -> None:
        for period, start, values in self._by_period(items):
            share, n = sum(map(bool, values)) / len(values), len(values)
            self.one(metric, period, start, share, n)
            if not self.hidden:
                self.world.add(
                    "ratio_intervals", metric=metric, scope_kind=self.kind, scope=self.scope, period=period,
                    period_start=start.date(), low=share * 0.7, high=min(share * 1.4 + 0.02, 1.0),
                )  # fmt: skip

    def counts(self, metric: str, instants: Iterable[datetime]) -> None:
        weeks = {"week": 1.0, "month": 4.35, "rolling_90d": 90 / 7}
        for period, start, values in self._by_period((at, 1) for at in instants):
            self.one(metric, period, start, len(values) / weeks[period], len(values))

    def one(self, metric: str, period: str, start: datetime, value: float | None, n: int) -> None:
        known = {"value": value, "n": n, "coverage": 1.0, "reason": None if value is not None else "too_few_items"}
        self.world.add(
            "observations", metric=metric, scope_kind=self.kind, scope=self.scope, period=period,
            period_start=start.date(), unit="seconds",
            **({"reason": "group_too_small"} if self.hidden else known),
        )  # fmt: skip

    def _by_period(self, items: Iterable[tuple[datetime, Any]]) -> Iterable[tuple[str, datetime, list[Any]]]:
        now = self.world.now
        found: dict[tuple[str, date], list[Any]] = {}
        this_week, this_month = now - timedelta(days=now.weekday()), now.replace(day=1)
        for at, value in items:
            week, month = at - timedelta(days=at.weekday()), at.replace(day=1)
            if week.date() < this_week.date():
                found.setdefault(("week", week.date()), []).append(value)
            if month.date() < this_month.date():
                found.setdefault(("month", month.date()), []).append(value)
            if at >= now - timedelta(days=89):
                found.setdefault(("rolling_90d", (now - timedelta(days=89)).date()), []).append(value)
        for (period, day), values in sorted(found.items()):
            yield period, datetime.combine(day, datetime.min.time()), values
