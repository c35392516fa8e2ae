"""What an answer says: the content, or why there is none and what to do about it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from collectors.github import budget
from collectors.github.errors import Forbidden, GitHubError, Malformed, TooHeavy, Unreachable

Raw = tuple[int, dict[str, Any], str]
"""Status, headers with lower-case names, and body."""

_HEAVY = re.compile(
    r"(?i)timed? ?out|timeout|something went wrong while executing|too complex|MAX_NODE_LIMIT|RESOURCE_LIMITS|"
    r"exceeds the .*limit of [\d,]+.* nodes|couldn't respond to your request in time"
)
_LIMITED = re.compile(r"(?i)rate limit|abuse detection|wait a few minutes|retry your request again later")
_RATE_LIMITED = re.compile(r'"type"\s*:\s*"RATE_LIMITED"')
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


@dataclass(frozen=True)
class Said:
    """An answer that was understood: its text, or a wish to be asked another way."""

    text: str
    headers: Mapping[str, Any]
    received_at: datetime
    is_refused: bool = False
    pause: timedelta | None = None
    """How long not to ask again this way."""
    is_budget: bool = False
    """Whether the pause lasts until the budget is renewed."""
    is_down: bool = False
    """Whether the pause is for whoever asks: the server is down for so long."""


@dataclass(frozen=True)
class Answer:
    """An answer of GraphQL."""

    data: dict[str, Any]
    errors: tuple[dict[str, Any], ...]
    """What could not be told, beside what could."""
    text: str
    """As it was received."""
    received_at: datetime
    access: str = ""
    """What was needed and what the token may, as far as that is told; for hints, in brackets."""


@dataclass(frozen=True)
class Document:
    """An answer of REST."""

    body: Any
    text: str
    next: str | None
    """The address of the next page."""
    received_at: datetime

    @classmethod
    def of(cls, said: Said) -> Self:
        """The document of an answer; raises Malformed for one that is no JSON."""
        following = _NEXT.search(str(said.headers.get("link", "")))
        return cls(_parsed(said.text, "REST"), said.text, following and following[1], said.received_at)


def judge(resource: str, status: int, headers: Mapping[str, Any], text: str, what: str) -> Said:
    """What to make of an answer.

    Raises TooHeavy, Unreachable, Forbidden or Malformed where there is nothing to make of it.
    """
    at = budget.now()
    if status == 401:  # noqa: PLR2004
        return Said("", headers, at, is_refused=True)
    is_budget = str(headers.get("x-ratelimit-remaining")) == "0"
    limited = (status == 403 and (is_budget or _LIMITED.search(text))) or status == 429 or "retry-after" in headers  # noqa: PLR2004
    if status >= 400 and limited and status < 500:  # noqa: PLR2004
        return _paused(headers, at, is_budget=is_budget)
    if status == 503 and (pause := budget.retry_after(headers)) is not None:  # noqa: PLR2004
        return Said("", headers, at, pause=pause, is_down=True)
    if status >= 500:  # noqa: PLR2004
        # A server that is down says 500 or 503: to ask it for less would leave out what is not too heavy at all.
        kind = TooHeavy if resource == "graphql" and status in {502, 504} else Unreachable
        raise kind(f"{what}: status {status}", hint="GitHub could not answer; the next run tries again")
    if status >= 400:  # noqa: PLR2004
        raise _forbidden(status, headers, text, what)
    if status >= 300:  # noqa: PLR2004
        raise Unreachable(f"{what}: status {status}, a redirect that is not followed", hint=_PROXY)
    if resource == "graphql" and _is_limited(text):
        return _paused(headers, at, is_budget=True)
    return Said(text, headers, at)


def _paused(headers: Mapping[str, Any], at: datetime, *, is_budget: bool) -> Said:
    """A wish not to be asked again for so long as the server says, else until the budget is renewed, else a minute."""
    asked = budget.retry_after(headers)
    pause = budget.SECONDARY_PAUSE if asked is None else asked
    return Said("", headers, at, pause=pause, is_budget=is_budget and asked is None)


def graphql_answer(said: Said) -> Answer:
    """The data and errors of an answer; raises TooHeavy or Forbidden where there is no data."""
    body = _parsed(said.text, "GraphQL")
    if not isinstance(body, dict) or not ({"data", "errors"} & body.keys()):
        raise Malformed("GraphQL: an answer without data and errors", hint=_PROXY)
    errors = tuple(error for error in body.get("errors") or () if isinstance(error, dict))
    messages = "; ".join(dict.fromkeys(str(error.get("message", ""))[:300] for error in errors))
    if any(_HEAVY.search(f"{error.get('type', '')} {error.get('message', '')}") for error in errors):
        raise TooHeavy(f"GraphQL: {messages}", hint="less is asked for at a time")
    data = body.get("data")
    if not isinstance(data, dict):
        kinds = {str(error.get("type")) for error in errors}
        if "INSUFFICIENT_SCOPES" in kinds:  # a part that must not be null took all the rest with it
            return Answer({}, errors, said.text, said.received_at, access(said.headers))
        if kinds & {"NOT_FOUND", "FORBIDDEN"}:
            hint = f"check the name and what the token may read{access(said.headers)}"
            raise Forbidden(f"GraphQL: {messages}", hint=hint)
        raise GitHubError(f"GraphQL: {messages or 'no data'}", hint="this version of GitHub may be too old or too new")
    return Answer(data, errors, said.text, said.received_at, access(said.headers))


def scopes(headers: Mapping[str, Any]) -> str | None:
    """The scopes of a classic token; None for other credentials, whose answers do not tell."""
    told = headers.get("x-oauth-scopes")
    return None if told is None else f"scopes: {told or 'none'}"


def access(headers: Mapping[str, Any]) -> str:
    """What would have been needed and what the token may, in brackets; empty where the headers say neither."""
    needed = headers.get("x-accepted-oauth-scopes") or headers.get("x-accepted-github-permissions")
    has = scopes(headers)
    told = [f"it takes one of: {needed}" if needed else None, f"the token has {has}" if has else None]
    said = "; ".join(filter(None, told))
    return f" ({said})" if said else ""


def _is_limited(text: str) -> bool:
    """Whether a GraphQL answer of status 200 says that the budget is used up."""
    return bool(_RATE_LIMITED.search(text))


def _forbidden(status: int, headers: Mapping[str, Any], text: str, what: str) -> Forbidden:
    message = _message(text)
    hint = f"check the name, and that the credentials may read it{access(headers)}"
    if "x-github-sso" in headers:
        hint = "authorise the token for the organisation's single sign-on"
    return Forbidden(f"{what}: status {status}{f', {message}' if message else ''}", hint=hint)


def _message(text: str) -> str:
    try:
        said = json.loads(text).get("message", "")
    except (ValueError, AttributeError):
        return "not JSON: a proxy may be in between" if text.lstrip().startswith("<") else ""
    return str(said)[:300]


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        is_page = text.lstrip().startswith("<")
        problem = "a web page instead of JSON" if is_page else "JSON that is cut off or broken"
        raise Malformed(f"{what}: {problem}", hint=_PROXY) from None


_PROXY = "check base_url and the proxy in between; the next run tries again"
