"""As much of JQL as is asked here: clauses joined by AND, an order by updated or key."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.collectors.jira_world.world import Item, World


class Refused(Exception):  # noqa: N818 - says what happened
    """What Jira says to a question that it does not understand."""


def found(world: World, jql: str, fold: int) -> list[Item]:
    """The tickets that a question asks for, in its order; `fold` is how an hour that is shown twice is read."""
    where, _, order = jql.partition(" ORDER BY ")
    tests = [clause for clause in _clauses(where) if clause]
    issues = [
        issue
        for issue in world.issues.values()
        if not issue["hidden"]
        and not world.projects[issue["project"]]["hidden"]
        and not world.projects[issue["project"]]["archived"]
        and all(_meets(world, issue, clause, fold) for clause in tests)
    ]
    if not order:
        raise Refused("no order")
    keys = [part.strip().split() for part in order.split(",")]
    for name, direction in reversed(keys):
        if direction != "ASC":
            raise Refused(f"order {direction} is not known here")
        issues.sort(key=lambda issue: place(issue, name))
    return issues


def place(issue: Item, name: str) -> tuple[object, ...]:
    """Where a ticket stands in an order; Jira's index knows milliseconds."""
    if name == "key":
        project, _, number = issue["key"].rpartition("-")
        return (project, int(number))
    return (issue["updated"].replace(microsecond=issue["updated"].microsecond // 1000 * 1000),)


def _clauses(where: str) -> list[str]:
    parts, depth, quote, begin = [], 0, "", 0
    for position, letter in enumerate(where):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif where.startswith(" AND ", position) and depth == 0:
            parts.append(where[begin:position])
            begin = position + 5
    parts = [*parts, where[begin:]]
    inner = []
    for part in (part.strip() for part in parts):
        inner += _clauses(part[1:-1]) if part.startswith("(") and part.endswith(")") else [part]
    return inner


def _meets(world: World, issue: Item, clause: str, fold: int) -> bool:
    if match := re.fullmatch(r'updated (>=|<) "(\d{4}/\d\d/\d\d \d\d:\d\d)"', clause):
        local = datetime.strptime(match[2], "%Y/%m/%d %H:%M").replace(tzinfo=ZoneInfo(world.zone), fold=fold)
        moment = local.astimezone(UTC).replace(tzinfo=None)
        return issue["updated"] >= moment if match[1] == ">=" else issue["updated"] < moment
    if match := re.fullmatch(r"project (?:=|in) \(?(.*?)\)?", clause):
        keys = {part.strip().strip('"') for part in match[1].split(",")}
        for key in keys:
            project = world.projects.get(world.former_keys.get(key, key))
            if project is None or project["hidden"]:
                raise Refused(f"The value '{key}' does not exist for the field 'project'.")
        return issue["project"] in {world.former_keys.get(key, key) for key in keys}
    if match := re.fullmatch(r"type = (\w+)", clause):
        return bool(issue["type"] == match[1])
    raise Refused(f"Error in the JQL Query: '{clause}' is not understood.")
