"""The world as Jira's REST shows it."""

from datetime import UTC, datetime
from typing import Any

from tests.collectors.jira_world.world import CRITERIA, EPIC, FLAG, POINTS, SPRINT, Item, World


def user(world: World, login: str | None) -> Item | None:
    return world.user(login) if login else None


def document(world: World, text: str) -> Any:
    """A text as this kind of Jira tells it: Cloud as a tree of nodes."""
    if not world.is_cloud:
        return text
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def sprint(world: World, told: Item) -> Item:
    dates = {name: f"{at:%Y-%m-%dT%H:%M:%S}.000Z" for name, at in told.items() if isinstance(at, datetime)}
    return {**told, **dates}


def sprint_in_field(world: World, told: Item) -> Any:
    shown = sprint(world, told)
    if world.is_cloud:
        return shown
    dates = {name: shown.get(name, "<null>") for name in ("startDate", "endDate", "completeDate")}
    parts = {
        "id": shown["id"],
        "rapidViewId": shown["boardId"],
        "state": shown["state"].upper(),
        "name": shown["name"],
        "goal": "be quick, and be=good",
        **dates,
        "sequence": shown["id"],
    }
    listed = ",".join(f"{name}={value}" for name, value in parts.items())
    return f"com.atlassian.greenhopper.service.sprint.Sprint@1f39706[{listed}]"


def history(world: World, told: Item, *, as_number: bool = False) -> Item:
    created = told["created"]
    shown: Item = {"id": told["id"], "items": told["items"]}
    milliseconds = int(created.replace(tzinfo=UTC).timestamp() * 1000)
    shown["created"] = milliseconds if as_number else world.written(created)
    if told["author"]:
        shown["author"] = user(world, told["author"])
    return shown


def comment(world: World, told: Item) -> Item:
    return {
        "id": told["id"],
        "author": user(world, told["author"]),
        "body": document(world, told["body"]),
        "created": world.written(told["created"]),
    }


def status(world: World, identifier: str) -> Item:
    return world.statuses.get(identifier) or {"id": identifier, "name": "Gone", "statusCategory": {"key": "undefined"}}


def issue(
    world: World,
    told: Item,
    fields: list[str],
    *,
    changelog: int | None,
    comments: int,
    may_see: Any = lambda other: True,
) -> Item:
    """A ticket with the fields that are asked for, the newest `changelog` changes and the first `comments` comments."""
    links = []
    for number, link in enumerate(told["links"]):
        other = world.issues[link["other"]]
        if may_see(other):
            kind = {"name": link["words"][0], "outward": link["words"][0], "inward": link["words"][1]}
            links.append({"id": str(number), "type": kind, f"{link['side']}Issue": {"key": other["key"]}})
    parent = world.issues.get(told["parent"] or "")
    listed = [comment(world, said) for said in told["comments"]]
    everything: Item = {
        "summary": told["summary"],
        "status": status(world, told["status"]),
        "issuetype": {"id": "1", "name": told["type"]},
        "project": {"id": world.projects[told["project"]]["id"], "key": told["project"]},
        "priority": {"name": "Medium"},
        "creator": user(world, told["creator"]),
        "reporter": user(world, told["reporter"]),
        "assignee": user(world, told["assignee"]),
        "created": world.written(told["created"]),
        "updated": world.written(told["updated"]),
        "resolution": {"name": "Done"} if told["resolved"] else None,
        "resolutiondate": world.written(told["resolved"]) if told["resolved"] else None,
        "duedate": told["due"],
        "labels": told["labels"],
        "components": [{"name": name} for name in told["components"]],
        "fixVersions": [
            {key: value for key, value in version.items() if key != "project"}
            for version in world.projects[told["project"]]["versions"]
            if version["id"] in told["versions"]
        ],
        "issuelinks": links,
        "timeoriginalestimate": told["estimate"],
        "timespent": told["spent"],
        "description": document(world, told["description"]),
        "comment": {
            "comments": listed[:comments],
            "total": len(listed),
            "maxResults": max(min(comments, len(listed)), 0) if comments >= len(listed) else comments,
            "startAt": 0,
        },
        SPRINT: [sprint_in_field(world, world.sprints[n]) for n in told["sprints"] if n in world.sprints] or None,
        POINTS: told["points"],
        FLAG: [{"value": "Impediment"}] if told["flagged"] else None,
        CRITERIA: None,
        "customfield_10099": "good",
    }
    if world.is_cloud:
        everything |= {"parent": {"id": parent["id"], "key": parent["key"]} if parent else None, EPIC: None}
    else:
        everything |= {EPIC: parent["key"] if parent else None}
    shown: Item = {"id": told["id"], "key": told["key"], "self": f"{world.site}/rest/api/2/issue/{told['id']}"}
    shown["fields"] = {name: everything[name] for name in fields if name in everything}
    if changelog is not None:
        newest = sorted(told["histories"], key=lambda h: (h["created"], int(h["id"])), reverse=True)
        shown["changelog"] = {
            "startAt": 0,
            "maxResults": min(changelog, len(newest)),
            "total": len(newest),
            "histories": [history(world, told) for told in newest[:changelog]],
        }
    return shown
