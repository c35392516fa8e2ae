"""A small, deterministic published file: three repositories (one empty), two teams, odd names, unknown line counts."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from delivery_world import World, delivery_world
from people_world import KINDS, people_metrics
from people_world import METRICS as PEOPLE_METRICS
from teams_world import team_metrics, team_tickets
from ticket_world import link_pull_requests, published, ticket_core

from metrics.actions.action_history import ActionHistory
from metrics.actions.actions import Actions
from metrics.allocation.categories import TicketCategories
from metrics.allocation.investment import Investment
from metrics.allocation.load import Load, TeamLoad
from metrics.code.change_coupling import ChangeCoupling
from metrics.code.files import Files
from metrics.code.folders import Folders
from metrics.code.hotspots import Hotspots
from metrics.code.leavers import Leavers
from metrics.code.memberships import TeamMembers
from metrics.code.ownership import Ownership
from metrics.code.services import ServiceFiles, ServiceRepositories
from metrics.code.truck_factor import TruckFactor
from metrics.coordination import catalogue as coordination_catalogue
from metrics.coordination.communication import CommunicationNetworks
from metrics.coordination.congruence import Coordination
from metrics.coordination.cross_team import CrossTeamChanges
from metrics.coordination.gaps import CoordinationGaps
from metrics.coordination.review_networks import ReviewNetworks
from metrics.coordination.structure import TeamCoupling, TeamStructure
from metrics.coordination.wait_items import TeamWaitItems
from metrics.coordination.waits import TeamWaits
from metrics.delivery.changes import DeploymentChanges, WaitingChanges
from metrics.delivery.ci import CiWorkflows
from metrics.delivery.deployments import Deployments
from metrics.delivery.failures import DeploymentFailures
from metrics.delivery.incidents import Incidents
from metrics.delivery.intervals import RatioIntervals
from metrics.delivery.rework import ReworkRules
from metrics.delivery.scopes import DeliveryScopes
from metrics.growth.cohorts import OnboardingCohorts
from metrics.growth.knowledge_spread import KnowledgeSpread
from metrics.growth.onboarding import Onboarding
from metrics.history.activity import Activity, Churn
from metrics.history.contributors import Contributors
from metrics.history.releases import ReleaseGaps, ReleaseRhythm
from metrics.history.reverts import Reverts
from metrics.pull_requests.definitions import PullRequestFlowDefinitions
from metrics.pull_requests.edges import ReviewEdges
from metrics.pull_requests.flow import PullRequestFlow
from metrics.pull_requests.reviewers import ReviewerSuggestions
from metrics.scope import figures as scope_figures
from metrics.scope.changes import ScopeChanges
from metrics.scope.parents import ParentScope
from metrics.scope.requirements import TicketRequirements
from metrics.scope.rework import RequirementRework
from metrics.scope.sprints import SprintScope, SprintTickets
from metrics.scope.untracked import UntrackedWork
from metrics.summary.observations import Observations
from metrics.summary.revisions import Revisions
from metrics.tickets import figures, standing_figures
from metrics.tickets.behaviour import ProcessBehaviour
from metrics.tickets.blocks import TicketBlocks
from metrics.tickets.completions import TicketCompletions
from metrics.tickets.days import CumulativeFlow, TicketDays
from metrics.tickets.definitions import TicketFlowDefinitions
from metrics.tickets.flow import TicketFlow
from metrics.tickets.levels import TicketServiceLevels
from metrics.tickets.places import TicketStatuses, TicketStatusTimes
from metrics.tickets.self_check import TicketSelfCheck
from metrics.timelines.calibration import ForecastCalibration
from metrics.timelines.choice import ForecastWindows
from metrics.timelines.due_dates import DueDateRecord, TicketDueDates
from metrics.timelines.estimates import EstimateRecord
from metrics.timelines.forecasts import Forecasts
from metrics.timelines.outcomes import ForecastMoves, ForecastOutcomes
from metrics.timelines.survival import OpenTicketForecasts
from metrics.timelines.targets import ForecastItems, ForecastTargets
from metrics.timelines.throughput import ThroughputDays
from warehouse.publish import People, publish
from warehouse.store import Warehouse
from warehouse.tables import CORE, Page, SourceTable, Table, by_name
from warehouse.tables.meta import MetricCatalogue, RuleCatalogue

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC).replace(tzinfo=None)
HARBOUR, KITCHEN, EMPTY = "local:harbour", "local:große-küche", "local:empty"
LONG = "src/a/very/long/path/that/goes/on/and/on/and/on/until/nobody/can/read/it/any/more/module_with_a_long_name.py"
ODD = 'src/naïve "quoted" $x *bold* [link](http://x) 文件.py'
PEOPLE = ("Ana Ruiz", "Bo Ström", "Çelik Ö.", "Dee", "Eve O'Hara", "山田太郎", "Fay_G", "*Gil*")
TEAMS = ("Platform", "Küche & Co")
SMALL = TEAMS[1]
TRACKED, OPERATED = "APP", "*OPS*"
"""Projects of tickets; a third one has the issues of the repository `harbour`."""
MEMBERS = {f"p{n}": TEAMS[n % 2] for n in range(len(PEOPLE) - 2)}
"""The team of each person that has one."""

SCHEMAS = by_name(
    Files, Folders, Hotspots, ChangeCoupling, Leavers, Ownership, TruckFactor, Activity, Churn, Contributors,
    ReleaseGaps, ReleaseRhythm, Reverts, Observations, Actions, PullRequestFlow, PullRequestFlowDefinitions,
    ReviewEdges, Deployments, DeploymentChanges, DeploymentFailures, WaitingChanges, Incidents, ReworkRules,
    RatioIntervals, CiWorkflows, ReviewerSuggestions, DeliveryScopes, TicketFlow, TicketFlowDefinitions,
    TicketBlocks, TicketStatuses,
    TicketStatusTimes, TicketServiceLevels, TicketCompletions, TicketDays, CumulativeFlow, ProcessBehaviour,
    TicketSelfCheck, TicketRequirements, SprintTickets, SprintScope, ParentScope, ScopeChanges, RequirementRework,
    UntrackedWork,
    Coordination, CoordinationGaps, CommunicationNetworks, ReviewNetworks, TeamWaits, TeamWaitItems, TeamStructure,
    TeamCoupling, CrossTeamChanges, Forecasts, ForecastMoves, ForecastOutcomes, ForecastTargets, ForecastItems,
    ForecastCalibration, ForecastWindows, ThroughputDays, DueDateRecord, TicketDueDates, EstimateRecord,
    OpenTicketForecasts, TicketCategories, Investment, Load, TeamLoad, Onboarding, OnboardingCohorts, KnowledgeSpread,
    TeamMembers, Revisions, ActionHistory, ServiceRepositories, ServiceFiles,
)  # fmt: skip

TICKET_METRICS = (*figures.METRICS, *standing_figures.METRICS, *scope_figures.METRICS)

Rows = list[dict[str, Any]]


def publish_world(
    directory: Path,
    *,
    title: str | None = "harbour.py is known by nobody",
    people: People = "leads",
    quiet_days: int = 1,
    failed: str | None = None,
    without: str | None = None,
    kinds: Sequence[str] = KINDS,
) -> Path:
    """Publish the world as a new generation.

    `title` is that of its first action (None: there is no action), its newest commit was made `quiet_days` ago,
    `failed` is what went wrong in its source `mirror`, `without` a repository that has been taken out, and `kinds` are
    the kinds of work.
    """
    rungs = {HARBOUR: "deployment", KITCHEN: "tag"}
    owners = dict(zip(rungs, TEAMS, strict=True))
    delivered = delivery_world(NOW, rungs, teams=MEMBERS, owners=owners, small=SMALL)
    tracked = ticket_core(NOW, list(MEMBERS), tracked=TRACKED, small=OPERATED, plain="harbour")
    link_pull_requests(tracked, delivered.metrics["pull_request_flow"], HARBOUR, TRACKED)
    with Warehouse.open(directory) as warehouse:
        run_id = warehouse.start_run()
        for page in [*_pages(quiet_days), *([_farewell(without)] if without else [])]:
            warehouse.load(page, source="local", run_id=run_id, now=NOW)
        if failed:
            warehouse.fail_source(run_id, source="mirror", stream="collect", error=failed)
        for table, rows in _people().items():
            warehouse.replace(table, filled(CORE[table], rows))
        quality = [
            {"check": "authored_at_beyond_range", "severity": "warning", "count": 3, "hint": "look at the dates"},
            {"check": "people_suspected", "severity": "info", "count": 12, "affected_metric": "truck_factor"},
        ]
        warehouse.replace("meta.data_quality", pl.DataFrame(quality))
        warehouse.finish_run(run_id, "partial" if failed else "ok", f"mirror: {failed}" if failed else None)
        metrics = _metrics(title, delivered)
        for table, rows in published(tracked, metrics, _people(), NOW, small=SMALL).items():
            metrics[table] += rows
        ids = [row["ticket_id"] for row in metrics["ticket_flow"]]
        invented = people_metrics(NOW, list(MEMBERS), ids, repository=HARBOUR, team=TEAMS[0], small=SMALL, kinds=kinds)
        for table, rows in invented.items():
            metrics[table] += rows
        metrics["action_history"] = [
            {"action_id": f"h{n}", "rule": "release_overdue", "team": TEAMS[n % 2], "title": f"Closed *{n}*"}
            | {"how": ("no_longer_true", "outranked")[n % 2], "days_saved": 1.5, "first_seen_at": NOW}
            | {"closed_at": datetime.now(UTC).replace(tzinfo=None) - timedelta(days=n), "url": "javascript:alert(1)"}
            for n in range(12)
        ]
        metrics["service_repositories"] += [
            {"service": "moorings", "repo_id": HARBOUR, "is_whole": True},
            {"service": "it's", "repo_id": KITCHEN, "is_whole": False},
        ]
        metrics["revisions"] = _revisions()
        metrics["team_members"] = _people()["team_members"]
        frames = {name: filled(SCHEMAS[name], rows) for name, rows in metrics.items()}
        return publish(warehouse, run_id, frames, SCHEMAS, catalogues=_catalogues(), people=people)


def publish_nothing_found(directory: Path) -> Path:
    """Publish a file in which every table is there and empty, as after a run over an empty repository."""
    with Warehouse.open(directory) as warehouse:
        run_id = warehouse.start_run()
        warehouse.finish_run(run_id, "ok")
        return publish(warehouse, run_id, {}, SCHEMAS)


def filled(table: type[Table], rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame of the table; columns that a row leaves out are null."""
    stamped = SourceTable.columns() if issubclass(table, SourceTable) else {}
    schema = {name: column.dtype for name, column in table.columns().items() if name not in stamped}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _pages(quiet_days: int) -> list[Page]:
    today = datetime.now(UTC).replace(tzinfo=None)
    commits = [
        {"repo_id": HARBOUR, "sha": f"{days:040}", "committed_at": today - timedelta(days=days), "is_merge": False}
        for days in (quiet_days, 900)
    ]
    commits.append(commits[0] | {"sha": "f" * 40, "committed_at": today + timedelta(days=3000)})
    repositories = [
        {"repo_id": repo_id, "name": repo_id.partition(":")[2], "url": f"/srv/git/{repo_id}", "default_branch": "main"}
        for repo_id in (HARBOUR, KITCHEN, EMPTY)
    ]
    upserts = {
        "repositories": filled(CORE["repositories"], repositories),
        "commits": filled(CORE["commits"], commits),
        "tickets": filled(CORE["tickets"], team_tickets(NOW)),
    }
    return [
        Page(stream="commits", scope=HARBOUR, upserts=upserts, cursor="abc", requests=4),
        Page(stream="line_counts", scope=KITCHEN, cursor="def", requests=1),
    ]


def _farewell(repo_id: str) -> Page:
    """The page with which a repository leaves."""
    return Page(
        stream="commits",
        scope=repo_id,
        deletes={"repositories": pl.DataFrame({"repo_id": [repo_id]})},
        restart=("commits", "line_counts"),
    )


def _revisions() -> Rows:
    """A figure that changed twice, for two reasons, and one that lost its value."""
    key = {"metric": "commits", "scope_kind": "all", "scope": "all", "period": "week"}
    week = (NOW - timedelta(days=14)).date()
    return [
        key
        | {"period_start": week, "before": 5.0 + n, "after": 6.0 + n, "why": why, "evidence": "9 of commits"}
        | {"revised_at": NOW - timedelta(days=n), "published_at": NOW - timedelta(days=n + 1)}
        for n, why in enumerate(("late_data", "changed_configuration"))
    ] + [
        key
        | {"metric": "ticket_cycle_time", "period": "month", "period_start": week, "before": 90_000.0, "after": None}
        | {"reason_after": "too_few_items", "why": "reopened_item", "evidence": "1 ticket", "revised_at": NOW}
    ]


def _people() -> dict[str, Rows]:
    people = [
        {"person_id": f"p{n}", "name": name, "email": f"p{n}@acme.example", "kind": "human", "is_bot": False}
        for n, name in enumerate(PEOPLE)
    ]
    members = [
        {"team": team, "person_id": person_id, "valid_from": NOW - timedelta(days=9999)}
        for person_id, team in MEMBERS.items()
    ]
    scopes = [
        {"team": team, "kind": "repository", "pattern": pattern}
        for team, pattern in zip(TEAMS, ("harbour", "*küche"), strict=True)
    ]
    scopes += [
        {"team": team, "kind": "ticket_project", "pattern": project}
        for team, project in zip(TEAMS, (TRACKED, OPERATED), strict=True)
    ]
    teams = [{"team": team} for team in TEAMS]
    return {"people": people, "teams": teams, "team_members": members, "team_scopes": scopes}


def paths(repo_id: str) -> list[str]:
    """The files of a repository of the world."""
    if repo_id == EMPTY:
        return []
    count = 60 if repo_id == HARBOUR else 12
    plain = [f"{('src', 'tests', 'tools')[n % 3]}/part{n % 5}/module_{n}.py" for n in range(count)]
    return ["harbour.py", LONG, ODD, *plain] if repo_id == HARBOUR else plain


def _metrics(title: str | None, delivered: World) -> dict[str, Rows]:
    random_ = random.Random(7)
    tables: dict[str, Rows] = {name: [] for name in SCHEMAS}
    for repo_id in (HARBOUR, KITCHEN):
        for n, path in enumerate(paths(repo_id)):
            _file(tables, random_, repo_id, n, path)
        _repository(tables, random_, repo_id)
    _summary(tables, random_)
    tables["hotspots"].sort(key=lambda row: (row["repo_id"], -row["score"]))
    tables["actions"] = _actions(title) if title else []
    for table, rows in delivered.metrics.items():
        tables[table] += rows
    files = [f"{HARBOUR}:{path}" for path in paths(HARBOUR)]
    changes = delivered.metrics["pull_request_flow"]
    for table, rows in team_metrics(NOW, files, changes, team=TEAMS[0], small=SMALL).items():
        tables[table] += rows
    owners = zip((HARBOUR, KITCHEN), TEAMS, strict=True)
    tables["delivery_scopes"] = [{"scope_kind": "team", "scope": team, "repo_id": repo_id} for repo_id, team in owners]
    return tables


def _file(tables: dict[str, Rows], random_: random.Random, repo_id: str, n: int, path: str) -> None:
    key = {"repo_id": repo_id, "path": path}
    folder = "/".join(path.split("/")[:-1][:2])
    lines = None if n % 17 == 3 else random_.randint(5, 3000)
    revisions, before = random_.randint(1, 90), random_.choice([0, 4, 20, 60])
    knowers = random_.choice([0, 1, 1, 2, 3, 5])
    tables["files"].append(
        key
        | {"file_class": "source", "is_counted": True, "folder": folder, "team": TEAMS[n % 2] if n % 3 else None}
        | {"revisions": revisions + before, "revisions_90d": revisions // 4, "revisions_12m": revisions, "lines": lines}
        | {"authors": 4, "active_authors": min(knowers, 4), "fragmentation": 0.4, "age_months": n % 9}
        | {"last_changed_at": NOW - timedelta(days=n), "main_author_id": "p0", "main_share": 0.6, "knowers": knowers}
        | {"is_at_risk": knowers < 2 and revisions > 4, "lost_share": None if lines is None else (n % 10) / 10}
    )
    if lines is not None:
        tables["hotspots"].append(
            key
            | {"folder": folder, "team": TEAMS[n % 2], "revisions": revisions, "lines": lines}
            | {"file_class": "test" if path.startswith("tests/") else "source"}
            | {"score": revisions * lines / 270_000, "rank": n + 1, "is_hotspot": revisions * lines > 120_000}
            | {"revisions_before": before, "trend": revisions / before - 1 if before else None, "authors": 3}
            | {"trend_reason": None if before else "no_earlier_revisions"}
        )
    holders = random_.sample(range(len(PEOPLE)), 3)
    for place, person in enumerate(holders):
        share = (0.7, 0.27, 0.03)[place]
        tables["ownership"].append(
            key
            | {"person_id": f"p{person}", "revisions": 9 - 3 * place, "credit": 1.0, "additions": 100 * share}
            | {"share": share, "lines": None if lines is None else lines * share, "doa": 4.0 - place}
            | {"is_author": place == 0, "is_minor": place == 2, "is_main": place == 0, "is_knower": place < 2}
            | {"is_active": person % 3 != 0, "first_at": NOW - timedelta(days=900), "last_at": NOW - timedelta(days=n)}
        )


def _repository(tables: dict[str, Rows], random_: random.Random, repo_id: str) -> None:
    found = paths(repo_id)
    folders = sorted({"/".join(path.split("/")[:-1][:level]) for path in found for level in (0, 1, 2)})
    for folder in folders:
        level = len(folder.split("/")) if folder else 0
        inside = [path for path in found if not folder or path.startswith(f"{folder}/")]
        factor = random_.randint(1, 4) if len(inside) >= 10 else None
        tables["folders"].append(
            {"repo_id": repo_id, "folder": folder, "level": level, "team": TEAMS[0] if level == 2 else None}
            | {"files": len(inside), "lines": 400 * len(inside), "revisions_90d": 30, "revisions_12m": 200}
            | {"authors": 6, "active_authors": 4, "active_file_authors": 3, "files_at_risk": len(inside) // 3}
            | {"lost_share": random_.random(), "truck_factor": factor, "last_changed_at": NOW}
        )
    tables["truck_factor"].append(
        {"repo_id": repo_id, "scope_kind": "repository", "scope": repo_id, "truck_factor": 3, "files": len(found)}
        | {"authored_files": len(found), "authors": 8, "active_authors": 5, "person_ids": ["p1", "p2", "p3"]}
    )
    for a, b in zip(found, found[3:], strict=False):
        first, second = sorted((a, b))
        tables["change_coupling"].append(
            {"repo_id": repo_id, "path_a": first, "path_b": second, "shared": 6 + len(a) % 9, "revisions_a": 14}
            | {"revisions_b": 12, "average_revisions": 13.0, "degree": float(30 + len(a + b) % 60), "shared_12m": 4}
            | {
                "class_a": "source",
                "class_b": "test" if second.startswith("tests/") else "source",
                "confidence_ab": 0.5,
                "confidence_ba": 0.6,
                "last_shared_at": NOW,
                "folder_a": first.rpartition("/")[0],
            }
            | {"folder_b": second.rpartition("/")[0], "team_a": TEAMS[0], "team_b": TEAMS[len(a) % 2]}
            | {"crosses_folder": bool(len(b) % 2), "crosses_team": bool(len(a) % 2)}
        )
    for n in range(len(PEOPLE)):
        tables["contributors"].append({"repo_id": repo_id, "person_id": f"p{n}", "commits": 9, "is_active": n % 3 != 0})
        if n % 3:
            tables["leavers"].append(
                {"repo_id": repo_id, "person_id": f"p{n}", "files": 9, "lines": 900.0, "lines_share": 0.1}
                | {"files_left_without_author": n, "lines_left_without_author": 100 * n, "folders": ["src/part1"]}
                | {"files_left_without_knower": n, "active_files_left_without_knower": 1}
            )
    for week in range(90):
        counts = {"commits": random_.randint(0, 30), "authors": random_.randint(0, 8), "revisions": 40}
        tables["activity"].append(
            {"repo_id": repo_id, "week": (NOW - timedelta(weeks=week, days=NOW.weekday())).date(), "file_class": "all"}
            | counts
            | {"additions": None if week > 60 else random_.randint(0, 4000), "deletions": 100}
        )
    tables["release_rhythm"].append(
        {"repo_id": repo_id, "releases": 14, "gaps_counted": 12, "p50_days": 41.0, "p85_days": 70.0}
        | {"last_tag": "v1.14", "last_released_at": NOW - timedelta(days=99), "days_since_last": 99.0}
        | {"commits_since_last": 321, "is_overdue": repo_id == HARBOUR}
    )


def _summary(tables: dict[str, Rows], random_: random.Random) -> None:
    scopes = [("all", "all"), *(("team", team) for team in TEAMS), ("repository", HARBOUR), ("repository", KITCHEN)]
    for kind, scope in scopes:
        for metric, unit, level in (("commits", "count", 40), ("active_authors", "people", 9)):
            for week in range(30):
                day = (NOW - timedelta(weeks=week + 1, days=NOW.weekday())).date()
                value = float(random_.randint(level // 2, level))
                known: dict[str, Any] = (
                    {"value": value, "n": 40, "coverage": 1.0} if scope != SMALL else {"reason": "group_too_small"}
                )
                tables["observations"].append(
                    {"metric": metric, "scope_kind": kind, "scope": scope, "period": "week", "period_start": day}
                    | known
                    | {"unit": unit}
                )
        rolling = [("files_at_risk", "share", 0.31), ("knowledge_loss", "share", 0.4), ("hotspots", "count", 12.0)]
        if kind == "repository":
            rolling.append(("truck_factor", "people", 3.0))
        for metric, unit, value in rolling:
            tables["observations"].append(
                {"metric": metric, "scope_kind": kind, "scope": scope, "period": "rolling_90d"}
                | {"period_start": (NOW - timedelta(days=90)).date(), "n": 70, "coverage": 0.9, "unit": unit}
                | ({"value": value} if kind != "team" else {"reason": "too_few_items"})
            )


def _actions(title: str) -> Rows:
    common: dict[str, Any] = {
        "why": "Known by **1** active person; 14 changes in 90 days.",
        "next_step": "Pair on the next change.",
    }
    common |= {"days_saved": 2.5, "basis": "half a day a file", "confidence": 0.7, "first_seen_at": NOW}
    items = [
        ("files_at_risk", "mentoring", TEAMS[0], "file", f"{HARBOUR}:harbour.py", title),
        ("hotspot_rising", "problem_solving", TEAMS[0], "file", f"{HARBOUR}:{ODD}", f"{ODD} changes more and more"),
        ("coupling_across", "bridging", TEAMS[1], "file_pair", f"{HARBOUR}:{LONG}|harbour.py", "Two files, two teams"),
        ("no_active_owner", "allocation", TEAMS[1], "folder", f"{KITCHEN}:src/part1", "src/part1 has no owner"),
        ("release_overdue", "execution", None, "repository", HARBOUR, "The release is overdue"),
        ("overdue_pull_request", "execution", None, "pull_request", f"{HARBOUR}#390", "A pull request waits"),
        ("failed_deployments", "execution", None, "deployment", f"{HARBOUR}:deployment:1", "Two deployments failed"),
        ("build_trouble", "problem_solving", None, "workflow", f"{KITCHEN}:test", "The workflow test is flaky"),
        ("deployments_waiting", "project_management", None, "repository", KITCHEN, "Changes wait to be deployed"),
        ("reviewed_only_by_ai", "mentoring", None, "repository", KITCHEN, "Only AI reviews here"),
    ]
    return [
        common
        | {"action_id": f"a{n}", "rule": rule, "responsibility": serves, "team": team, "item_kind": kind}
        | {"item_id": item, "title": text, "rank": n + 1, "url": "https://example.org/x" if n == 0 else None}
        for n, (rule, serves, team, kind, item, text) in enumerate(items)
    ]


def _catalogues() -> dict[str, pl.DataFrame]:
    metrics = {
        "commits": ("Commits", "count", "neutral"),
        "active_authors": ("Active people", "people", "neutral"),
        "truck_factor": ("Truck factor", "people", "higher"),
        "files_at_risk": ("Files at risk", "share", "lower"),
        "change_lead_time": ("Change lead time", "seconds", "lower"),
        "deployment_frequency": ("Deployment frequency", "per week", "higher"),
        "change_fail_rate": ("Change fail rate", "share", "lower"),
        "failed_deployment_recovery_time": ("Failed deployment recovery time", "seconds", "lower"),
        "deployment_rework_rate": ("Deployment rework rate", "share", "lower"),
        "time_to_restore": ("Time to restore", "seconds", "lower"),
        "pickup_time": ("Pickup time", "seconds", "lower"),
        "review_time": ("Review time", "seconds", "lower"),
        "merged_without_review": ("Merged without review", "share", "lower"),
        "open_pull_requests_at_risk": ("Open pull requests at risk", "count", "lower"),
        "pull_request_size": ("Pull request size", "lines", "lower"),
        "review_depth": ("Review depth", "per 100 lines", "higher"),
        "review_rounds": ("Review rounds", "rounds", "lower"),
        "reviewed_by_ai_only": ("Reviewed only by AI", "share", "lower"),
        **{one.name: (one.title, one.unit, one.direction) for one in TICKET_METRICS},
        **{one.name: (one.title, one.unit, one.direction) for one in coordination_catalogue.METRICS},
        **{one.name: (one.title, one.unit, one.direction) for one in PEOPLE_METRICS},
    }
    rule = {"name": "release_overdue", "title": "Release rhythm broken", "responsibility": "execution"}
    rules = filled(RuleCatalogue, [rule | {"definition": "The gap is longer than usual."}])
    described = filled(
        MetricCatalogue,
        [
            {"name": name, "title": title, "unit": unit, "direction": direction, "responsibility": "strategy"}
            | {"definition": f"What {title.lower()} means.", "pitfalls": "Read it with care.", "exclusions": "None."}
            | {"source": "A book", "table": "files", "inputs": ["commits"]}
            for name, (title, unit, direction) in metrics.items()
        ],
    )
    return {"metric_catalogue": described, "rule_catalogue": rules}
