"""What the notes say that GitLab itself writes under merge requests and issues: events, in English prose.

The wording is that of GitLab's `SystemNoteService`, of the versions since 11; a note of another wording is no event.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors.gitlab.parts import Node

_USERS = r"@[\w.-]+(?:(?:,| and|, and)? @[\w.-]+)*"
_ANY_USER = re.compile(r"@([A-Za-z0-9_](?:[\w.-]*[\w-])?)")
_LABELS = r"(?:~\"[^\"]+\"|~[^\s,~]+)"
_ANY_LABEL = re.compile(r"~(?:\"([^\"]+)\"|([^\s,~]+))")

_PLAIN = (
    (r"(?:un|re)?marked (?:this merge request )?as (?:a |\*\*)*(?:work in progress|draft|ready)", None),
    (r"approved this merge request", "approved"),
    (r"unapproved this merge request", "unapproved"),
    (r"requested changes", "changes_requested"),
    (r"added \d+ (?:new )?commits?\b", "pushed"),
    (r"(?:merged|accepted)$|merged manually", "merged"),
    (r"closed\b", "closed"),
    (r"reopened\b", "reopened"),
    (r"started a merge train|added this merge request to the merge train", "queued"),
    (r"(?:removed|aborted) this merge request (?:from the merge )?train", "dequeued"),
    (r"enabled (?:an )?automatic", "auto_merge_enabled"),
    (r"(?:canceled|cancelled|aborted) (?:the )?automatic", "auto_merge_disabled"),
    (r"changed title from", "renamed"),
    (r"changed target branch from", "base_changed"),
    (r"resolved all (?:threads|discussions)", "threads_resolved"),
)
_KINDS = tuple((re.compile(f"(?i)^(?:{pattern})"), kind) for pattern, kind in _PLAIN)

_SEGMENTS = (
    (re.compile(rf"(?i)requested review from ({_USERS})"), "review_requested"),
    (re.compile(rf"(?i)removed review request for ({_USERS})"), "review_request_removed"),
    (re.compile(rf"(?i)(?<!un)assigned to ({_USERS})"), "assigned"),
    (re.compile(rf"(?i)unassigned ({_USERS})"), "unassigned"),
)
_RESET = re.compile(rf"(?i)^reset approvals? from ({_USERS})")

_LABELLED = re.compile(rf"(?i)\badded ((?:{_LABELS}[\s,and]*)+)")
_UNLABELLED = re.compile(rf"(?i)\bremoved ((?:{_LABELS}[\s,and]*)+)")
_TITLE = re.compile(r"(?is)^changed title from \*\*(?P<old>.*)\*\* to \*\*(?P<new>.*)\*\*$")
_MARKUP = re.compile(r"\{[-+] ?| ?[-+]\}")
_MILESTONE = re.compile(r"(?i)^(?:changed milestone to|added milestone) (?:%\"(?P<quoted>[^\"]+)\"|(?P<plain>%?\S+))")
_WEIGHT = re.compile(r"(?i)^changed weight to \*\*(?P<new>\d+)\*\*(?: from \*\*(?P<old>\d+)\*\*)?")
_ITERATION = re.compile(r"(?i)^changed iteration to \*iteration:\"?(?P<name>[^\"\s]+(?: [^\"]+)?)\"?")
_DUE = re.compile(r"(?i)^changed due date to (?P<day>.+)$")
_OTHER = r"(?P<other>(?:[\w.-]+(?:/[\w.-]+)+)?#\d+)"
_LINK = re.compile(
    rf"(?i)^marked (?:this \w+(?: \w+)? as|as) (?P<how>blocked by|blocking|related to|is blocked by|blocks) .*?{_OTHER}"
)
_UNLINK = re.compile(rf"(?i)^removed the relation with .*?{_OTHER}")
_LINK_KINDS = {"blocked by": "is_blocked_by", "is blocked by": "is_blocked_by", "related to": "relates"}


@dataclass(frozen=True)
class Event:
    """Something that a note tells of."""

    kind: str
    whom: str | None = None
    """The user name of the account that it concerns."""


@dataclass(frozen=True)
class Change:
    """A field of an issue that a note says was changed."""

    field: str
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True)
class Link:
    """A link with another issue that a note tells of."""

    other: str
    """`#12` or `group/project#12`."""
    kind: str | None
    """`blocks`, `is_blocked_by` or `relates`; None where the link was taken away."""


def is_private(note: Node) -> bool:
    """Whether not everybody who sees the item sees the note: then it is left out."""
    return bool(note.get("internal") or note.get("confidential"))


def events(body: str) -> Iterator[Event]:
    """What a system note of a merge request tells of: several things at once, or nothing that is known."""
    text = body.strip()
    for pattern, kind in _KINDS:
        if pattern.search(text):
            yield Event(kind or _readiness(text))
            return
    if found := _RESET.search(text):
        yield from (Event("approval_reset", name) for name in _users(found[1]))
        return
    for pattern, kind in _SEGMENTS:
        for found in pattern.finditer(text):
            yield from (Event(kind, name) for name in _users(found[1]))
    if _LABELLED.match(text):
        yield Event("labeled")
    if _UNLABELLED.search(text) and "label" in text:
        yield Event("unlabeled")


def changes(body: str, labels: Mapping[str, str]) -> Iterator[Change]:  # noqa: C901, PLR0912 - one case a kind of note
    """The changes that a system note of an issue tells of; `labels` has the titles by number."""
    text = body.strip()
    lower = text.casefold()
    if re.match(r"closed\b", lower):
        yield Change("status", "open", "closed")
    elif re.match(r"reopened\b", lower):
        yield Change("status", "closed", "open")
    elif found := _TITLE.match(text):
        yield Change("title", _MARKUP.sub("", found["old"]), _MARKUP.sub("", found["new"]))
    elif found := _MILESTONE.match(text):
        yield Change("milestone", None, found["quoted"] or found["plain"])
    elif lower.startswith("removed milestone"):
        yield Change("milestone")
    elif found := _WEIGHT.match(text):
        yield Change("weight", found["old"], found["new"])
    elif lower.startswith(("removed the weight", "removed weight")):
        yield Change("weight")
    elif found := _ITERATION.match(text):
        yield Change("iteration", None, found["name"])
    elif lower.startswith("removed iteration"):
        yield Change("iteration")
    elif found := _DUE.match(text):
        yield Change("due_on", None, found["day"])
    elif lower.startswith("removed due date"):
        yield Change("due_on")
    elif lower.startswith("changed the description"):
        yield Change("description")
    elif found := _LINK.match(text):
        yield Change("links", None, found["other"])
    elif found := _UNLINK.match(text):
        yield Change("links", found["other"])
    elif found := re.match(r"(?i)mentioned in (?:merge request|issue|epic) (\S+)", text):
        yield Change("cross_reference", None, found[1])
    elif re.match(r"(?:added|removed) (?:~|\d+ deleted label)", lower):
        yield from (Change("labels", None, title) for title in _titles(_LABELLED, text, labels))
        yield from (Change("labels", title, None) for title in _titles(_UNLABELLED, text, labels))
    else:
        for pattern, kind in _SEGMENTS[2:]:
            for found in pattern.finditer(text):
                for name in _users(found[1]):
                    yield Change("assignee", None, name) if kind == "assigned" else Change("assignee", name)


def link(body: str) -> Link | None:
    """The link that a system note of an issue tells of; None where it tells of none."""
    text = body.strip()
    if found := _LINK.match(text):
        return Link(found["other"], _LINK_KINDS.get(found["how"].casefold(), "blocks"))
    found = _UNLINK.match(text)
    return Link(found["other"], None) if found else None


def _readiness(text: str) -> str:
    lower = text.casefold()
    is_ready = "ready" in lower or lower.startswith("unmarked")
    return "ready_for_review" if is_ready else "converted_to_draft"


def _users(text: str) -> list[str]:
    return _ANY_USER.findall(text)


def _titles(pattern: re.Pattern[str], text: str, labels: Mapping[str, str]) -> Iterator[str]:
    for found in pattern.finditer(text):
        for quoted, plain in _ANY_LABEL.findall(found[1]):
            yield quoted or labels.get(plain, f"~{plain}" if plain.isdecimal() else plain)
