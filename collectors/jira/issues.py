"""Tickets as they are now, with everything that belongs to them, as rows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from collectors.jira import boards, history
from collectors.jira.people import People
from collectors.jira.server import Server
from collectors.jira.units import has_whole_history
from collectors.jira.values import Item, day, instant, length
from collectors.rows import Row, frames
from collectors.status_intervals import status_intervals
from warehouse.tables import Page, State

STREAM = "tickets"

REPLACED = ("ticket_changes", "ticket_status_intervals", "ticket_links", "ticket_sprints", "comments")
"""Tables whose rows are told anew with their ticket."""

_KINDS = (
    (re.compile(r"(?i)\b(blocked by|depends on|dependent on|requires|has to be done after)\b"), "is_blocked_by"),
    (re.compile(r"(?i)\b(blocks|dependent of|depended on by|required by|has to be done before)\b"), "blocks"),
    (re.compile(r"(?i)^duplicates\b"), "duplicates"),
)
"""What a link means, by the words between the two tickets."""


def page(issues: Iterable[Item], server: Server, *, source: str, scope: str, state: State) -> Page:
    """The rows of whole tickets; what was stored of them before is replaced.

    A ticket that has another key now gets it wherever others name it, too.
    """
    people = People(source)
    rows: dict[str, list[Row]] = {name: [] for name in (STREAM, *REPLACED, boards.STREAM)}
    former: dict[str, str] = {}
    incomplete = 0
    for issue in issues:
        told = _one(issue, server, people, rows)
        incomplete += not rows[STREAM][-1]["history_complete"]
        former |= {
            str(c.item["fromString"]): issue["key"] for c in told if c.field == "key" and c.item.get("fromString")
        }
    unknown = {row["status"] for row in rows["ticket_status_intervals"] if row["status_category"] is None}
    rows[boards.STREAM] = boards.with_boards(rows[boards.STREAM], source=source, state=state)
    ids = [row["ticket_id"] for row in rows[STREAM]]
    keys = {row["ticket_id"]: row["key"] for row in rows[STREAM]}
    stored = state.rows(STREAM, ["ticket_id", "key"], ticket_id=ids) if ids else pl.DataFrame()
    former |= {key: keys[ticket_id] for ticket_id, key in stored.iter_rows()}  # a whole project can get another key
    quality = {"ghost_author": people.ghosts, "history_incomplete": incomplete, "status_unknown": len(unknown)}
    made = Page(
        STREAM,
        scope,
        deletes=dict.fromkeys(REPLACED, _column("ticket_id", ids)) if ids else {},
        upserts=frames({**rows, "identities": people.rows()}),
        quality={check: count for check, count in quality.items() if count},
    )
    return _renamed(made, {old: new for old, new in former.items() if old != new}, ids, source=source, state=state)


def _one(issue: Item, server: Server, people: People, rows: dict[str, list[Row]]) -> list[history.Change]:
    """Add the rows of one ticket; returns its changes."""
    fields, ticket_id = issue["fields"], f"{people.source}:{issue['id']}"
    creator = people.author(fields.get("creator") or fields.get("reporter"))
    told = history.changes(issue, server, people)
    entered, is_whole = history.statuses(issue, told, server, creator)
    intervals = status_intervals(ticket_id, entered)
    sprints = boards.sprints_of(server.fields.value(fields, "sprint"))
    parent = _parent(fields, server)
    rows[STREAM].append(
        {
            "ticket_id": ticket_id,
            "key": issue["key"],
            "project": (fields.get("project") or {}).get("key") or issue["key"].rpartition("-")[0],
            "type": _name(fields.get("issuetype")),
            "title": fields.get("summary"),
            "status": intervals[-1]["status"],
            "status_category": intervals[-1]["status_category"],
            "status_id": intervals[-1]["status_id"],
            "priority": _name(fields.get("priority")),
            "reporter_id": people.account(fields.get("reporter")) or creator,
            "assignee_id": people.account(fields.get("assignee")),
            "created_at": instant(fields.get("created")),
            "updated_at": instant(fields.get("updated")),
            "resolved_at": instant(fields.get("resolutiondate")) or _done_at(intervals),
            "resolution": _name(fields.get("resolution")),
            "due_on": day(fields.get("duedate")),
            "story_points": _number(server.fields.value(fields, "story_points")),
            "estimate_seconds": fields.get("timeoriginalestimate"),
            "spent_seconds": fields.get("timespent"),
            "parent_key": parent,
            "milestone": _version(fields.get("fixVersions") or ()),
            "labels": list(fields.get("labels") or ()),
            "components": [component["name"] for component in fields.get("components") or ()],
            "url": f"{server.base_url}/browse/{issue['key']}",
            "history_complete": has_whole_history(issue) and is_whole,
            "body_length": length(fields.get("description")),
        }
    )
    rows["ticket_status_intervals"] += intervals
    rows["ticket_changes"] += history.rows(ticket_id, told)
    rows["ticket_sprints"] += history.sprints(ticket_id, issue, told, people.source, [s["id"] for s in sprints])
    rows[boards.STREAM] += (boards.row(sprint, source=people.source) for sprint in sprints)
    rows["ticket_links"] += _links(fields, ticket_id, parent)
    rows["comments"] += (_comment(comment, ticket_id, people) for comment in _comments(fields))
    return told


def _comments(fields: Item) -> list[Item]:
    return (fields.get("comment") or {}).get("comments") or []


def _comment(comment: Item, ticket_id: str, people: People) -> Row:
    return {
        "comment_id": f"{people.source}:{comment['id']}",
        "ticket_id": ticket_id,
        "author_id": people.account(comment.get("author")),
        "created_at": instant(comment.get("created")),
        "in_review": False,
        "body_length": length(comment.get("body")),
    }


def _links(fields: Item, ticket_id: str, parent: str | None) -> Iterator[Row]:
    if parent:
        yield {"ticket_id": ticket_id, "kind": "parent", "other_key": parent}
    for link in fields.get("issuelinks") or ():
        side = "outward" if link.get("outwardIssue") else "inward"
        other = (link.get(f"{side}Issue") or {}).get("key")
        if other:
            words = str((link.get("type") or {}).get(side) or "")
            kind = next((kind for pattern, kind in _KINDS if pattern.search(words)), "relates")
            yield {"ticket_id": ticket_id, "kind": kind, "other_key": other}


def _parent(fields: Item, server: Server) -> str | None:
    """The key of the parent: told as such, or in the field that older versions have for the epic."""
    told: Any = (fields.get("parent") or {}).get("key") or server.fields.value(fields, "epic")
    if isinstance(told, Mapping):
        told = told.get("key") or (told.get("data") or {}).get("key")
    return str(told) if told else None


def _version(versions: Iterable[Item]) -> str | None:
    """The version that it is planned for: the first one that is not out yet, else the last one."""
    listed = list(versions)
    open_ones = [version for version in listed if not version.get("released")]
    return str((open_ones or listed[-1:])[0]["name"]) if listed else None


def _done_at(intervals: list[Row]) -> datetime | None:
    """When a ticket that is done became so, where it has no resolution: since when its statuses mean done."""
    done_at = None
    for interval in intervals:
        is_done = interval["status_category"] == "done"
        done_at = (done_at or interval["entered_at"]) if is_done else None
    return done_at


def _name(value: Item | None) -> str | None:
    return value.get("name") if value else None


def _number(value: object) -> float | None:
    try:
        return None if value is None else float(str(value))
    except ValueError:
        return None


def _column(name: str, values: list[str]) -> pl.DataFrame:
    return pl.DataFrame({name: values}, schema={name: pl.String})


def _renamed(page: Page, former: dict[str, str], told: list[str], *, source: str, state: State) -> Page:
    """The page with the new keys of moved tickets where tickets that are not on it name the old ones."""
    if not former:
        return page
    old, new = list(former), list(former.values())
    children = state.rows(STREAM, ["ticket_id", "parent_key"], source=source, parent_key=old)
    children = children.filter(~pl.col("ticket_id").is_in(told)).with_columns(pl.col("parent_key").replace(old, new))
    linked = state.rows("ticket_links", ["ticket_id"], source=source, other_key=old)["ticket_id"].unique()
    linked = linked.filter(~linked.is_in(told))
    links = state.rows("ticket_links", ["ticket_id", "kind", "other_key"], ticket_id=linked.to_list())
    links = links.with_columns(pl.col("other_key").replace(old, new)).unique()
    upserts, deletes = dict(page.upserts), dict(page.deletes)
    if not links.is_empty():
        both = [upserts["ticket_links"], links] if "ticket_links" in upserts else [links]
        upserts["ticket_links"] = pl.concat(both, how="diagonal_relaxed").unique()
        deletes["ticket_links"] = pl.concat([_column("ticket_id", told), _column("ticket_id", linked.to_list())])
    updates = {STREAM: children} if not children.is_empty() else {}
    return Page(page.stream, page.scope, upserts=upserts, deletes=deletes, updates=updates, quality=page.quality)
