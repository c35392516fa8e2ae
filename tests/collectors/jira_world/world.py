"""What there is in a Jira, and what can happen to it; every change moves the clock and is written down as Jira does."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Item = dict[str, Any]

SPRINT, POINTS, EPIC, FLAG, CRITERIA = (f"customfield_1000{n}" for n in range(1, 6))

FIELDS: list[Item] = [
    {"id": "summary", "name": "Summary", "custom": False, "schema": {"type": "string", "system": "summary"}},
    *(
        {
            "id": identifier,
            "name": name,
            "custom": True,
            "clauseNames": [name],
            "schema": {"type": "any", "custom": kind},
        }
        for identifier, name, kind in (
            (SPRINT, "Sprint", "com.pyxis.greenhopper.jira:gh-sprint"),
            (POINTS, "Story Points", "com.atlassian.jira.plugin.system.customfieldtypes:float"),
            (EPIC, "Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link"),
            (FLAG, "Flagged", "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes"),
            (CRITERIA, "Acceptance Criteria", "com.atlassian.jira.plugin.system.customfieldtypes:textarea"),
            ("customfield_10099", "Mood", "com.atlassian.jira.plugin.system.customfieldtypes:textfield"),
        )
    ),
]


@dataclass
class World:
    """A Jira."""

    is_cloud: bool = True
    zone: str = "Europe/Berlin"
    """Of the account that asks."""
    now: datetime = datetime(2026, 3, 2, 8, 0)  # noqa: DTZ001 - UTC, as everything here
    users: dict[str, Item] = field(default_factory=dict)
    statuses: dict[str, Item] = field(default_factory=dict)
    fields: list[Item] = field(default_factory=lambda: [dict(known) for known in FIELDS])
    projects: dict[str, Item] = field(default_factory=dict)
    former_keys: dict[str, str] = field(default_factory=dict)
    boards: list[Item] = field(default_factory=list)
    sprints: dict[int, Item] = field(default_factory=dict)
    issues: dict[str, Item] = field(default_factory=dict)
    """By id."""
    site: str = "https://jira.example"
    _numbers: Any = field(default_factory=lambda: itertools.count(10_000))

    def __post_init__(self) -> None:
        for identifier, name, key in (
            ("1", "To Do", "new"),
            ("3", "In Progress", "indeterminate"),
            ("4", "In Review", "indeterminate"),
            ("5", "Done", "done"),
        ):
            self.statuses[identifier] = {"id": identifier, "name": name, "statusCategory": {"key": key, "name": key}}

    def tick(self, minutes: float = 3) -> datetime:
        """Let time pass; returns the new instant."""
        self.now += timedelta(minutes=minutes)
        return self.now

    def number(self) -> int:
        """A number that nothing else has."""
        return next(self._numbers)  # type: ignore[no-any-return]

    def written(self, instant: datetime) -> str:
        """An instant as Jira writes it for the account that asks: with an offset without a colon."""
        local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone))
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03}{local:%z}"

    # -- people

    def user(self, login: str, **more: Any) -> Item:
        """The account of this login, made at its first mention."""
        if login not in self.users:
            number = self.number()
            name = {"displayName": f"{login.title()} {login.title()}son", "active": True, "timeZone": self.zone}
            if self.is_cloud:
                made = {"accountId": f"5b{number:022}", "accountType": "atlassian", **name}
            else:
                made = {"key": f"JIRAUSER{number}", "name": login, "emailAddress": f"{login}@acme.example", **name}
            self.users[login] = made | more
        return self.users[login]

    def forget(self, login: str) -> None:
        """Make somebody anonymous, as the law asks for."""
        user = self.users[login]
        if self.is_cloud:
            user |= {"displayName": "Former user", "active": False}
        else:
            user |= {"displayName": "user-4f2a1", "name": user["key"].lower(), "emailAddress": "", "active": False}

    def native(self, login: str) -> str:
        """The id by which changes name an account."""
        user = self.user(login)
        return str(user.get("accountId") or user["key"])

    # -- projects, versions, boards

    def project(self, key: str) -> Item:
        """A new project."""
        self.projects[key] = {
            "id": str(self.number()),
            "key": key,
            "name": f"Project {key}",
            "archived": False,
            "hidden": False,
            "versions": [],
            "numbers": itertools.count(1),
        }
        return self.projects[key]

    def rename_project(self, key: str, new: str) -> None:
        """Give a project another key; the old one goes on leading to it."""
        project = self.projects.pop(key)
        project["key"] = new
        self.projects[new] = project
        self.former_keys[key] = new
        for issue in self.issues.values():
            if issue["project"] == key:
                issue |= {"project": new, "key": issue["key"].replace(f"{key}-", f"{new}-")}

    def version(self, project: str, name: str, **more: Any) -> Item:
        """A new version."""
        made = {"id": str(self.number()), "name": name, "archived": False, "released": False, **more}
        self.projects[project]["versions"].append(made)
        return made

    def board(self, project: str, name: str, kind: str = "scrum", *, has_sprints: bool = True) -> Item:
        """A new board."""
        made = {"id": self.number(), "name": name, "type": kind, "project": project, "has_sprints": has_sprints}
        self.boards.append(made)
        return made

    def sprint(self, board: Item, name: str, state: str = "future") -> Item:
        """A new sprint."""
        made: Item = {"id": self.number(), "name": name, "state": state, "boardId": board["id"]}
        self.sprints[made["id"]] = made
        if state != "future":
            made |= {"startDate": self.now, "endDate": self.now + timedelta(days=14)}
        return made

    def close_sprint(self, sprint: Item) -> None:
        """End a sprint; its tickets do not change by it."""
        sprint |= {"state": "closed", "completeDate": self.tick()}

    # -- tickets

    def open_issue(self, project: str, login: str = "ana", kind: str = "Story", **more: Any) -> Item:
        """A new ticket."""
        at = self.tick()
        identifier = str(self.number())
        issue: Item = {
            "id": identifier,
            "key": f"{project}-{next(self.projects[project]['numbers'])}",
            "project": project,
            "type": kind,
            "summary": f"A {kind.lower()}",
            "description": "As a user I want it",
            "status": "1",
            "creator": login,
            "reporter": login,
            "assignee": None,
            "created": at,
            "updated": at,
            "resolved": None,
            "due": None,
            "points": None,
            "estimate": None,
            "spent": None,
            "sprints": [],
            "parent": None,
            "versions": [],
            "labels": [],
            "components": [],
            "links": [],
            "comments": [],
            "histories": [],
            "flagged": False,
            "hidden": False,
            **more,
        }
        self.user(login)
        self.issues[identifier] = issue
        return issue

    def change(self, issue: Item, login: str | None, *items: Item, minutes: float = 3) -> Item:
        """Something that happens to a ticket: one history, with all that changed at once."""
        at = self.tick(minutes)
        history = {"id": str(self.number()), "author": login, "created": at, "items": list(items)}
        issue["histories"].append(history)
        issue["updated"] = at
        return history

    def move(self, issue: Item, status: str, login: str = "ana", *more: Item, minutes: float = 3) -> None:
        """Give a ticket another status."""
        before, issue["status"] = issue["status"], status
        items = [self.item("status", before, self.statuses[before]["name"], status, self.statuses[status]["name"])]
        is_done = self.statuses[status]["statusCategory"]["key"] == "done"
        if is_done and not issue["resolved"]:
            items.append(self.item("resolution", None, None, "10000", "Done"))
        self.change(issue, login, *items, *more, minutes=minutes)
        issue["resolved"] = (issue["resolved"] or self.now) if is_done else None

    def item(
        self, name: str, before: str | None, before_text: str | None, after: str | None, after_text: str | None
    ) -> Item:
        """A field that changed, as Jira writes it."""
        custom = next((known["id"] for known in self.fields if known["custom"] and known["name"] == name), None)
        told: Item = {"field": name, "fieldtype": "custom" if custom else "jira", "from": before, "to": after}
        if self.is_cloud:
            told["fieldId"] = custom or name
        return told | {"fromString": before_text, "toString": after_text}

    def assign(self, issue: Item, login: str | None, by: str = "ana") -> None:
        """Give a ticket to somebody."""
        before, issue["assignee"] = issue["assignee"], login
        ids = [who and self.native(who) for who in (before, login)]
        names = [who and self.user(who)["displayName"] for who in (before, login)]
        self.change(issue, by, self.item("assignee", ids[0], names[0], ids[1], names[1]))

    def plan(self, issue: Item, *sprints: Item, by: str = "ana") -> None:
        """Put a ticket into these sprints and no others."""
        before, issue["sprints"] = issue["sprints"], [sprint["id"] for sprint in sprints]
        ids = [", ".join(map(str, listed)) for listed in (before, issue["sprints"])]
        names = [", ".join(self.sprints[n]["name"] for n in listed) for listed in (before, issue["sprints"])]
        self.change(issue, by, self.item("Sprint", ids[0], names[0], ids[1], names[1]))

    def flag(self, issue: Item, by: str = "ana") -> None:
        """Put up the flag, or take it down."""
        before = "Impediment" if issue["flagged"] else ""
        issue["flagged"] = not issue["flagged"]
        after = "Impediment" if issue["flagged"] else ""
        self.change(issue, by, self.item("Flagged", "", before, "", after))

    def estimate(self, issue: Item, points: float, by: str = "ana") -> None:
        """Give a ticket story points."""
        before, issue["points"] = issue["points"], points
        self.change(issue, by, self.item("Story Points", None, before and str(before), None, str(points)))

    def describe(self, issue: Item, text: str, by: str = "ana") -> None:
        """Write another description."""
        before, issue["description"] = issue["description"], text
        self.change(issue, by, self.item("description", None, before, None, text))

    def comment(self, issue: Item, login: str = "ben", text: str = "Why?") -> None:
        """Say something about a ticket."""
        self.user(login)
        issue["comments"].append({"id": str(self.number()), "author": login, "body": text, "created": self.tick()})
        issue["updated"] = self.now

    def link(self, issue: Item, other: Item, words: tuple[str, str] = ("blocks", "is blocked by")) -> None:
        """Say that one ticket blocks another, which both of them tell."""
        for one, two, side in ((issue, other, "outward"), (other, issue, "inward")):
            one["links"].append({"words": words, "side": side, "other": two["id"]})
            self.change(one, "ana", self.item("Link", None, None, two["key"], f"This issue {words[0]} {two['key']}"))

    def adopt(self, issue: Item, parent: Item, by: str = "ana") -> None:
        """Give a ticket a parent."""
        issue["parent"] = parent["id"]
        self.change(issue, by, self.item("IssueParentAssociation", None, None, parent["id"], parent["key"]))

    def relocate(self, issue: Item, project: str, by: str = "ana") -> None:
        """Move a ticket to another project: its key changes, its id stays."""
        before = issue["key"], self.projects[issue["project"]]
        issue |= {"project": project, "key": f"{project}-{next(self.projects[project]['numbers'])}"}
        after = self.projects[project]
        self.change(
            issue,
            by,
            self.item("project", before[1]["id"], before[1]["name"], after["id"], after["name"]),
            self.item("Key", None, before[0], None, issue["key"]),
        )

    def delete(self, issue: Item) -> None:
        """Delete a ticket; the others forget it without being changed by that."""
        del self.issues[issue["id"]]
        for other in self.issues.values():
            other["links"] = [link for link in other["links"] if link["other"] != issue["id"]]
            other["parent"] = None if other["parent"] == issue["id"] else other["parent"]
