"""Invented companies: teams that share people, files that keep changing together, requests, hand-offs and blocks."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from git_worlds import World, run

from metrics.catalogue import PIPELINES as ALL
from metrics.registry import Pipeline

AS_OF = datetime.fromisoformat("2026-06-30T15:00:00")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HUMANS = ("ann", "ben", "cat", "dan", "eve", "fay", "gus", "hal")
REPOSITORY = "hub:acme/app"
FILES = tuple(f"src/f{number}.py" for number in range(7))
OTHERS = ("docs/guide.md", "poetry.lock")
OWNED = {"src/f0.py": "Blue-Team", "src/f5.py": "stray", "docs/guide.md": "red"}
"""What CODEOWNERS says: of the configured team `blue team`, of one that is not configured, of what does not count."""
ALWAYS = datetime.fromisoformat("1970-01-01")
PROJECTS = {"BLU": "blue team", "RED": "red"}

_ROOMS = ("metrics.coordination", "metrics.actions.coordination", "metrics.actions.reviewer", "metrics.actions.waiting")


def _with_needs() -> list[Pipeline]:
    """What the room of coordination publishes, and what it needs."""
    own = [pipeline for pipeline in ALL if pipeline.compute.__module__.startswith(_ROOMS)]
    needed = {name for pipeline in own for name in pipeline.inputs}
    while more := {name for p in ALL if p.feeds in needed for name in p.inputs if name not in needed}:
        needed |= more
    shared = {"observations", "action_candidates"}
    return [p for p in ALL if p in own or (p.feeds in needed and p.feeds not in shared)]


PIPELINES = _with_needs()


class CoordinationWorld:
    """A world to which work and talk can be added step by step."""

    def __init__(self, as_of: datetime = AS_OF) -> None:
        self.world = World(as_of=as_of)
        self.add("repositories", repo_id=REPOSITORY, name="acme/app", default_branch="main")
        for person in HUMANS:
            self.person(person)
        self.person("robot", kind="automation")
        for path in (*FILES, *OTHERS):
            self.add("head_files", repo_id=REPOSITORY, path=path, lines=9)

    @property
    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the core tables."""
        return self.world.tables

    def computed(self, **settings: Any) -> Mapping[str, pl.DataFrame]:
        """Every table that the room publishes, or needs and publishes."""
        return run(self.world.frames(), self.world.as_of, PIPELINES, **settings)

    def add(self, table: str, **row: Any) -> None:
        """One row of a core table."""
        self.world.tables[table].append(row)

    def person(self, name: str, kind: str = "human") -> None:
        """A person, or a program, with an account at the tracker."""
        self.add("people", person_id=name, kind=kind, is_bot=kind != "human")
        self.add("identities", source="jira", identity_id=f"jira:{name}-7", account=f"{name}@", person_id=name)

    def team(self, team: str, *members: str, since: datetime = ALWAYS, until: datetime | None = None) -> None:
        """Members of a team."""
        if not any(row["team"] == team for row in self.tables["teams"]):
            self.add("teams", team=team)
        for person in members:
            self.add("team_members", team=team, person_id=person, valid_from=since, valid_to=until)

    def commit(self, at: datetime, author: str, *paths: str, others: tuple[str, ...] = (), **more: Any) -> None:
        """A commit of the default branch."""
        number = len(self.tables["commits"])
        sha = f"{number:040x}"
        dates = {"authored_at": at, "committed_at": at}
        self.add(
            "commits",
            repo_id=REPOSITORY,
            sha=sha,
            author_id=author,
            is_merge=False,
            on_default_branch=True,
            **dates,
            **more,
        )
        for path in paths:
            self.add("commit_files", repo_id=REPOSITORY, sha=sha, path=path, change="M", additions=1, deletions=0)
        for person in others:
            self.add(
                "commit_trailers", repo_id=REPOSITORY, sha=sha, trailer="Co-authored-by", value=person, person_id=person
            )

    def pull_request(self, at: datetime, author: str | None, *paths: str, **more: Any) -> str:
        """A pull request that is open; its id."""
        number = len(self.tables["pull_requests"]) + 1
        row = {
            "pr_id": f"{REPOSITORY}#{number}",
            "repo_id": REPOSITORY,
            "number": number,
            "title": f"Change {number}",
            "url": f"https://example.org/pull/{number}",
            "author_id": author,
            "state": "open",
            "is_draft": False,
            "created_at": at,
        }
        self.add("pull_requests", **(row | more))
        for path in paths:
            self.add("pull_request_files", pr_id=row["pr_id"], path=path)
        return str(row["pr_id"])

    def request(self, pr_id: str, at: datetime, person: str | None = None, team: str | None = None) -> None:
        """A request for a review."""
        number = len(self.tables["pull_request_events"])
        self.add(
            "pull_request_events",
            event_id=f"hub:e{number}",
            pr_id=pr_id,
            kind="review_requested",
            subject_id=person,
            subject_team=team,
            occurred_at=at,
        )

    def review(self, pr_id: str, at: datetime, who: str | None) -> None:
        """A review."""
        number = len(self.tables["reviews"])
        self.add(
            "reviews", review_id=f"hub:r{number}", pr_id=pr_id, reviewer_id=who, state="commented", submitted_at=at
        )

    def ticket(self, at: datetime, project: str = "BLU", **more: Any) -> str:
        """A ticket in work since a day after its creation; its id."""
        number = len(self.tables["tickets"]) + 1
        row = {
            "ticket_id": f"jira:{number}",
            "source": "jira",
            "key": f"{project}-{number}",
            "project": project,
            "title": f"Ticket {number}",
            "url": f"https://example.org/browse/{project}-{number}",
            "status": "Doing",
            "status_category": "in_progress",
            "created_at": at,
            "history_complete": True,
        }
        self.add("tickets", **(row | more))
        steps = [("Open", "todo", at, at + DAY), ("Doing", "in_progress", at + DAY, more.get("resolved_at"))]
        if end := more.get("resolved_at"):
            steps.append(("Done", "done", end, None))
        for status, category, entered, left in steps:
            self.add(
                "ticket_status_intervals",
                ticket_id=row["ticket_id"],
                status=status,
                status_category=category,
                entered_at=entered,
                left_at=left,
            )
        return str(row["ticket_id"])

    def assign(self, ticket_id: str, at: datetime, to: str | None, before: str | None = None, by: str = "ann") -> None:
        """A change of the assignee, told by the tracker's own id of a person, or by login."""
        number = len(self.tables["ticket_changes"])
        name = "{}-7" if number % 2 else "{}@"
        self.add(
            "ticket_changes",
            change_id=f"jira:c{number:04}",
            ticket_id=ticket_id,
            field="assignee",
            from_value=before and name.format(before),
            to_value=to and name.format(to),
            actor_id=by,
            changed_at=at,
        )

    def say(self, at: datetime, who: str | None, ticket_id: str | None = None, pr_id: str | None = None) -> None:
        """A comment."""
        number = len(self.tables["comments"])
        self.add("comments", comment_id=f"c{number}", ticket_id=ticket_id, pr_id=pr_id, author_id=who, created_at=at)

    def block(self, ticket_id: str, by: str) -> None:
        """One ticket blocks another."""
        key = next(row["key"] for row in self.tables["tickets"] if row["ticket_id"] == by)
        self.add("ticket_links", ticket_id=ticket_id, kind="is_blocked_by", other_key=key)


def invent(seed: int) -> CoordinationWorld:
    """A random company; much of it happens at the same hour, and some of it after the time of the report."""
    rng = random.Random(seed)
    told = CoordinationWorld(AS_OF + rng.randrange(24) * HOUR)
    as_of = told.world.as_of
    teams = ("blue team", "red", "green")
    for team in (*teams, "small"):
        told.team(team)
    told.team("small", HUMANS[0])
    for number, person in enumerate(HUMANS):
        others = [rng.choice(teams)] if rng.random() < 0.2 else []
        for team in sorted({teams[number % 3], *others}):
            since = rng.choice([ALWAYS, ALWAYS, as_of - 60 * DAY])
            until = rng.choice([None, None, None, None, as_of - 20 * DAY])
            told.team(team, person, since=since, until=until)
    for number, (path, owner) in enumerate(OWNED.items()):
        told.add("code_owners", repo_id=REPOSITORY, position=number, pattern=f"/{path}", owners=f"@acme/{owner}")
    for project, team in PROJECTS.items():
        told.add("team_scopes", team=team, kind="ticket_project", pattern=project)
    is_quiet = rng.random() < 0.5
    for _ in range(rng.choice([0, 60, 80])):
        _work(told, rng, as_of - rng.randrange(-24, 24 * 150) * HOUR, is_quiet=is_quiet)
    for _ in range(5 if is_quiet else rng.choice([0, 30])):
        _discuss(told, rng, as_of - rng.randrange(-24, 24 * 120) * HOUR)
    for _ in range(4 if is_quiet else rng.choice([0, 20])):
        _track(told, rng, as_of - rng.randrange(24, 24 * 120) * HOUR)
    return told


def _work(told: CoordinationWorld, rng: random.Random, at: datetime, *, is_quiet: bool) -> None:
    first = rng.randrange(len(FILES))
    paths = {FILES[first]}
    if rng.random() < 0.7:  # neighbours change together
        paths.add(FILES[first ^ 1 if (first ^ 1) < len(FILES) else first])
    if rng.random() < 0.2:
        paths.add(rng.choice([*FILES, *OTHERS]))
    if rng.random() < 0.05:
        paths |= {f"bulk/{number}.py" for number in range(31)}
    others = tuple(rng.sample([*HUMANS, "robot"], 0 if is_quiet else rng.choice([0, 0, 0, 1])))
    offset = rng.choice([None, 0, 60, 60, 540, -420])
    told.commit(at, rng.choice([*HUMANS, "robot"]), *sorted(paths), others=others, author_offset_minutes=offset)


def _discuss(told: CoordinationWorld, rng: random.Random, at: datetime) -> None:
    def later() -> datetime:
        return at + rng.randrange(1, 24 * 20) * HOUR

    paths = rng.sample([*FILES, *OTHERS], rng.choice([0, 1, 2, 3]))
    pr_id = told.pull_request(at, rng.choice([*HUMANS, *HUMANS, "robot", None]), *paths)
    for _ in range(rng.choice([0, 1, 1, 2])):
        told.request(pr_id, later(), person=rng.choice([*HUMANS, "robot"]))
    if rng.random() < 0.4:
        told.request(pr_id, later(), team=rng.choice(["acme/red", "acme/blue-team", "acme/unknown"]))
    for _ in range(rng.choice([0, 0, 1, 3])):
        told.review(pr_id, later(), rng.choice([*HUMANS, "robot", None]))
    if rng.random() < 0.3:
        told.say(later(), rng.choice(HUMANS), pr_id=pr_id)
    fate = rng.choice(["open", "closed", "merged", "merged"])
    if fate != "open":
        end = later()
        row = told.tables["pull_requests"][-1]
        row.update(state=fate, closed_at=end, merged_at=end if fate == "merged" else None)
    elif rng.random() < 0.2:
        told.tables["pull_requests"][-1]["is_draft"] = True


def _track(told: CoordinationWorld, rng: random.Random, at: datetime) -> None:
    known = [row["ticket_id"] for row in told.tables["tickets"]]
    over = {"status": "Done", "status_category": "done", "resolved_at": at + rng.randrange(2, 40) * DAY}
    reporter = rng.choice([*HUMANS, "robot", None])
    ticket_id = told.ticket(
        at, rng.choice([*PROJECTS, "OPS"]), reporter_id=reporter, **(over if rng.random() < 0.6 else {})
    )
    holder: str | None = rng.choice([None, *HUMANS])
    when = at
    for number in range(rng.choice([0, 2, 4, 6])):
        when += rng.choice([timedelta(minutes=5), timedelta(minutes=10), HOUR, 30 * HOUR])
        to = rng.choice([None, *HUMANS[:4], "robot"])
        # The first change may tell who had it before; the later ones need not.
        told.assign(ticket_id, when, to, holder if number == 0 or rng.random() < 0.5 else None, rng.choice(HUMANS))
        holder = to
    for _ in range(rng.choice([0, 1, 3])):
        told.say(at + rng.randrange(1, 24 * 20) * HOUR, rng.choice([*HUMANS, "robot", None]), ticket_id=ticket_id)
    for other in rng.sample(known, min(len(known), rng.choice([0, 1, 2]))):
        told.block(ticket_id, other)
