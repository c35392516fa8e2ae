"""What an answer says: the content, or why there is none and what to do about it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collectors.gitlab import budget
from collectors.gitlab.errors import Forbidden, GitLabError, Malformed, Refused, Stale, TooHeavy, Unknown, Unreachable

_HEAVY = re.compile(r"(?i)timed? ?out|complexity|too complex|smaller set of records|Gitaly.*deadline")
_STALE = re.compile(r"(?i)valid cursor|cursor is invalid|invalid cursor")
_UNKNOWN = re.compile(r"(?i)doesn't exist on type|doesn't accept argument|isn't a defined input type|No such type")


@dataclass(frozen=True)
class Raw:
    """An answer as it came: headers with lower-case names."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Answer:
    """An answer that was understood."""

    body: Any
    """What REST tells, or the data of GraphQL."""
    text: str
    """As it was received."""
    received_at: datetime
    told_at: datetime
    """The server's clock."""
    headers: Mapping[str, str]

    @property
    def total(self) -> int | None:
        """How many elements the whole list has; None where GitLab does not count them."""
        told = self.headers.get("x-total", "")
        return int(told) if told.isdecimal() else None

    def has_more(self, size: int) -> bool:
        """Whether a page of a list, asked for with so many elements, is followed by another."""
        following = self.headers.get("x-next-page")
        return bool(self.body) and (len(self.body) >= size if following is None else bool(following.strip()))


class Limited(Exception):  # noqa: N818 - says what happened
    """The server does not want to be asked before an instant."""

    def __init__(self, until: datetime) -> None:
        super().__init__(str(until))
        self.until = until


def judged(raw: Raw, what: str, *, graphql: bool, of: type = object) -> Answer:
    """What an answer says; `of` is what REST promises: a list, or a dict.

    Raises Limited, or one of the errors of `collectors.gitlab.errors`, where it says nothing of what was asked.
    """
    if raw.status == 401:  # noqa: PLR2004
        raise Refused(f"{what}: GitLab refuses the token", hint=_REFUSED_HINT)
    if raw.status == 429:  # noqa: PLR2004
        raise Limited(budget.renewed_at(raw.headers))
    if raw.status >= 500:  # noqa: PLR2004
        # A server that is down says 500 or 503: to ask it for less would leave out what is not too heavy at all.
        kind = TooHeavy if graphql and (raw.status in {502, 504} or _HEAVY.search(raw.text)) else Unreachable
        raise kind(f"{what}: status {raw.status}", hint="GitLab could not answer; the next run tries again")
    if raw.status >= 400:  # noqa: PLR2004
        raise _forbidden(raw, what)
    if raw.status >= 300:  # noqa: PLR2004
        raise Unreachable(f"{what}: status {raw.status}, a redirect that is not followed", hint=_PROXY)
    body = _parsed(raw.text, what)
    if graphql:
        body = _data(body)
    elif not isinstance(body, of):
        raise Malformed(f"{what}: an answer of another shape", hint=_PROXY)
    return Answer(body, raw.text, budget.now(), budget.told_at(raw.headers), raw.headers)


def _data(body: Any) -> dict[str, Any]:
    """The data of a GraphQL answer; raises TooHeavy, Unknown or Forbidden where something is missing in it."""
    if not isinstance(body, dict) or not ({"data", "errors"} & body.keys()):
        raise Malformed("GraphQL: an answer without data and errors", hint=_PROXY)
    errors = [error for error in body.get("errors") or () if isinstance(error, dict)]
    messages = "; ".join(dict.fromkeys(str(error.get("message", ""))[:300] for error in errors))
    if _HEAVY.search(messages):
        raise TooHeavy(f"GraphQL: {messages}", hint="less is asked for at a time")
    if _STALE.search(messages):
        raise Stale(f"GraphQL: {messages}", hint="the next run tries again")
    if _UNKNOWN.search(messages):
        hint = "this version of GitLab may be too old; docs/gitlab.md says what is needed"
        raise Unknown(f"GraphQL: {messages}", hint=hint)
    data = body.get("data")
    if errors and re.search(r"(?i)permission|don't have|not authorized|insufficient", messages):
        raise Forbidden(f"GraphQL: {messages}", hint="check what the token may read")
    if errors or not isinstance(data, dict):
        # Half an answer would be taken for the whole: with less asked for at a time, what fails is found.
        raise TooHeavy(f"GraphQL: {messages or 'no data'}", hint="the next run tries again")
    return data


def _forbidden(raw: Raw, what: str) -> GitLabError:
    message = _message(raw.text)
    if "insufficient_scope" in raw.text:
        return Refused(
            f"{what}: the token lacks a scope (insufficient_scope)", hint="give the token the scope read_api"
        )
    return Forbidden(
        f"{what}: status {raw.status}{f', {message}' if message else ''}",
        hint="check the name, and that the token may read it (role Reporter or higher, scope read_api)",
    )


def _message(text: str) -> str:
    try:
        said = json.loads(text)
        found = said.get("message") or said.get("error_description") or said.get("error") or ""
    except (ValueError, AttributeError):
        return "not JSON: a proxy may be in between" if text.lstrip().startswith("<") else ""
    return str(found)[:300]


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        is_page = text.lstrip().startswith("<")
        problem = "a web page instead of JSON" if is_page else "JSON that is cut off or broken"
        raise Malformed(f"{what}: {problem}", hint=_PROXY) from None


_PROXY = "check base_url and the proxy in between; the next run tries again"
_REFUSED_HINT = "check that the token is valid, has not expired, and has the scope read_api"
