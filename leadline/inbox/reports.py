"""What can be reported of a deployment or an incident, and the checks that it passes before it is written.

A report is a mapping of texts: kind, id, reported_at, and the fields that were given. Instants are ISO 8601 in UTC.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from leadline.config.problems import nearest_to
from leadline.errors import ExitCode, LeadlineError, Problem

Kind = Literal["deployment", "incident"]
Report = dict[str, str]

STATUSES = ("queued", "pending", "waiting", "in_progress", "success", "failure", "error", "inactive")
"""Outcomes of a deployment, as platforms name them."""
FINAL = ("success", "failure", "error", "inactive")
"""Outcomes after which a deployment has ended."""

LONGEST = 1000
_AHEAD = timedelta(days=1)
_CONTROL = ("Cc", "Cs")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Refused(LeadlineError):  # noqa: N818 - named after what happened
    """A report says something that cannot be; `problems` holds every mistake."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: list[Problem]) -> None:
        many = f"{len(problems)} mistakes in the reports, nothing was recorded" + "".join(f"\n  {p}" for p in problems)
        super().__init__(many if len(problems) > 1 else f"{problems[0]}; nothing was recorded")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Field:
    """Something that a report can say."""

    name: str
    help: str
    read: Callable[[object, datetime], str]
    """The value as it is kept; raises ValueError with what was expected. The instant is that of the report."""


def _text(value: object, now: datetime) -> str:  # noqa: ARG001 - as fields are read
    if not isinstance(value, str):
        raise ValueError(f"expected a text, got {_shown(value)}")
    # Titles are written by people: what cannot be shown in a line is no reason to refuse the report.
    text = "".join(letter for letter in " ".join(value.split()) if unicodedata.category(letter) not in _CONTROL)
    if not text:
        raise ValueError("expected a text that is not empty; leave the field out where there is nothing to say")
    if len(text) > LONGEST:
        raise ValueError(f"expected one line of at most {LONGEST} characters")
    return text


def _id(value: object, now: datetime) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and not text.strip().isprintable():
        raise ValueError("expected one line of printable characters")
    return _text(text, now)


def _status(value: object, now: datetime) -> str:
    text = _text(value, now).lower()
    if text not in STATUSES:
        near = nearest_to(text, list(STATUSES))
        suggestion = f'; did you mean "{near}"?' if near else ""
        raise ValueError(f'expected one of {", ".join(STATUSES)}, got "{text}"{suggestion}')
    return text


def _sha(value: object, now: datetime) -> str:
    text = _text(value, now).lower()
    if not _SHA.fullmatch(text):
        raise ValueError(f'expected a whole commit id of 40 or 64 hexadecimal digits, got "{text}"')
    return text


def _url(value: object, now: datetime) -> str:
    text = _text(value, now)
    if not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", text):
        raise ValueError(f'expected an address that begins with http:// or https://, without credentials, got "{text}"')
    return text


def _instant(value: object, now: datetime) -> str:
    text = _text(value, now)
    if text == "now":
        return written(now)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(f'expected "now" or an instant with its zone, such as 2026-01-31T12:00:00Z, got "{text}"')
    try:
        found = found.astimezone(UTC)
    except OverflowError:
        raise ValueError(f'expected an instant of our time, got "{text}"') from None
    if found > now + _AHEAD:
        raise ValueError(f'expected an instant that is not in the future, got "{text}"')
    return written(found)


_REPOSITORY = Field("repository", "Repository: owner/name, repo_id, address, or the last part of its path.", _text)
_ID = Field("id", "Id of your own; a later report of the same id and repository adds to this one.", _id)
_URL = Field("url", "Web address to open.", _url)

FIELDS: dict[Kind, tuple[Field, ...]] = {
    "deployment": (
        _REPOSITORY,
        Field("environment", "Environment; one that is not named counts as production.", _text),
        Field("sha", "Commit that is deployed, all of its 40 digits.", _sha),
        Field("ref", "Branch or tag that is deployed.", _text),
        Field("status", f"Outcome: {', '.join(STATUSES)}.", _status),
        Field("started_at", "Start, as ISO 8601 with a zone, or now.", _instant),
        Field("finished_at", "First success, or the end of a failure; the time of the report if left out.", _instant),
        _ID,
        _URL,
    ),
    "incident": (
        _REPOSITORY,
        Field("ticket", "Ticket that stands for it, such as APP-12 or owner/name#12.", _text),
        Field("severity", "Severity, in your own words.", _text),
        Field("title", "What happened, in a line.", _text),
        Field("opened_at", "When it began; the time of the report if left out.", _instant),
        Field("resolved_at", "When it was resolved, as ISO 8601 with a zone, or now.", _instant),
        _ID,
        _URL,
    ),
}
"""What a report of each kind can say; a field has the name of its flag and of its key in JSON."""

_SPANS: dict[Kind, tuple[str, str]] = {
    "deployment": ("started_at", "finished_at"),
    "incident": ("opened_at", "resolved_at"),
}
_TOLD_APART_BY: dict[Kind, tuple[str, ...]] = {
    "deployment": ("repository", "environment", "sha", "finished_at"),
    "incident": ("repository", "ticket", "title", "opened_at"),
}


def written(instant: datetime) -> str:
    """Return an instant as reports hold it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def of_flags(kind: Kind, values: Mapping[str, object], now: datetime) -> Report:
    """Return the report that the flags of a command make; raises Refused, naming the flags that are wrong."""
    report, mistakes = _checked(kind, values, now)
    if mistakes:
        raise Refused([Problem(f"--{name.replace('_', '-')}" if name else kind, "", text) for name, text in mistakes])
    return report


def of_lines(kind: Kind, lines: Iterable[bytes], now: datetime) -> list[Report]:
    """Return the reports of NDJSON, one object a line, empty lines left out; raises Refused with every mistake."""
    reports, problems = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        values, mistakes = _object(line)
        report: Report = {}
        if not mistakes:
            report, mistakes = _checked(kind, values, now)
        reports.append(report)
        problems += [Problem(f"line {number}", name, text) for name, text in mistakes]
    if not (reports or problems):
        problems = [Problem("standard input", "", "expected one JSON object a line, got nothing")]
    if problems:
        raise Refused(problems)
    return reports


Mistakes = list[tuple[str, str]]
"""Name of the field, empty for the report as a whole, and what is wrong."""


def _object(line: bytes) -> tuple[dict[str, object], Mistakes]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}, [("", "expected a JSON object, got something that is not JSON in UTF-8")]
    return (found, []) if isinstance(found, dict) else ({}, [("", f"expected a JSON object, got {_shown(found)}")])


def _checked(kind: Kind, values: Mapping[str, object], now: datetime) -> tuple[Report, Mistakes]:
    """The report, and what is wrong with it: a null says no more than a field that is left out."""
    fields = {field.name: field for field in FIELDS[kind]}
    said: Report = {}
    mistakes: Mistakes = []
    for name, value in values.items():
        if name not in fields:
            near = nearest_to(name, list(fields))
            suggestion = f'; did you mean "{near}"?' if near else f"; expected one of {', '.join(fields)}"
            mistakes.append((name, f"no such field of a {kind}{suggestion}"))
        elif value is not None:
            try:
                said[name] = fields[name].read(value, now)
            except ValueError as error:
                mistakes.append((name, str(error)))
    mistakes = mistakes or _contradictions(kind, said)
    return ({} if mistakes else _complete(kind, said, now)), mistakes


def _contradictions(kind: Kind, said: Report) -> Mistakes:
    begin, end = _SPANS[kind]
    if said.get(end, "9") < said.get(begin, ""):
        return [(end, f"expected an instant that is not before {begin} ({said[begin]}), got {said[end]}")]
    if "id" in said:
        return []
    if kind == "deployment" and "repository" not in said:
        return [("repository", "expected the repository that is deployed, or the id of an earlier report")]
    if kind == "incident" and end in said and said.keys().isdisjoint((begin, "ticket")):
        return [(begin, f"expected when it began, as {end} is given, or the id of an earlier report, or its ticket")]
    if kind == "incident" and said.keys().isdisjoint(("repository", "ticket", "title")):
        return [("", "expected an id, or at least one of repository, ticket and title")]
    return []


def _complete(kind: Kind, said: Report, now: datetime) -> Report:
    """The report with kind, time and an id: without one of its own, it is made from what tells it from others."""
    at = written(now)
    if "id" not in said:
        begin, end = _SPANS[kind]
        if kind == "incident" and end in said:
            pass  # when it began, its ticket says
        elif kind == "incident" or said.get("status", "success") not in FINAL:
            said.setdefault(begin, min(at, said.get(end, at)))
        else:  # nobody can add to it later, so it has ended
            said.setdefault(end, at)
        apart = [said.get(name, "") for name in _TOLD_APART_BY[kind]]
        if kind == "deployment" and end not in said:
            apart.append(said[begin])
        said["id"] = hashlib.sha256("\n".join(apart).encode()).hexdigest()[:16]
    return {"kind": kind, "reported_at": at, **said}


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - enough to find it


def reread(line: bytes) -> Report:
    """Return a report as it was written; raises ValueError for a line that no report can have."""
    found = json.loads(line)
    if not isinstance(found, dict) or found.get("kind") not in FIELDS:
        raise ValueError("not a report")
    kind: Kind = found["kind"]
    now = datetime.fromisoformat(_text(found.get("reported_at"), datetime.now(UTC)))
    if now.tzinfo is None:
        raise ValueError("not a report")
    report, mistakes = _checked(kind, {k: v for k, v in found.items() if k not in ("kind", "reported_at")}, now)
    if mistakes or report.keys() != found.keys():
        raise ValueError(mistakes[0][1] if mistakes else "not a report")
    return report
