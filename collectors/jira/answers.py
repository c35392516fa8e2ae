"""What an answer says: the content, or why there is none and what to do about it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.jira.errors import Forbidden, JiraError, Malformed, Refused, Removed, TooHeavy, Unreachable

PAUSE = timedelta(seconds=30)
"""How long to stay away after a limit that does not say how long."""

_LONGEST = timedelta(days=1)
"""No server means more."""

_PROXY = "check base_url and the proxy in between; the next run tries again"
_LOGIN_URL = re.compile(r"login-url=(\S+)")


def now() -> datetime:
    """This instant in UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Document:
    """An answer that was understood."""

    body: Any
    text: str
    """As it was received."""
    received_at: datetime


@dataclass(frozen=True)
class Pause:
    """A wish to be left alone for a while."""

    time: timedelta


def judge(status: int, headers: Mapping[str, str], text: str, what: str, *, is_heavy: bool) -> Document | Pause:
    """What to make of an answer; header names are in lower case.

    `is_heavy` tells that less could be asked for. Raises the errors of `collectors.jira.errors` where there is nothing
    to make of it.
    """
    _check_login(status, headers, text)
    if status == 429 or (status == 503 and "retry-after" in headers):  # noqa: PLR2004
        return Pause(_retry_after(headers))
    if status >= 500:  # noqa: PLR2004
        kind = TooHeavy if is_heavy and status in {502, 504} else Unreachable
        raise kind(f"{what}: status {status}", hint="Jira could not answer; the next run tries again")
    if status >= 400:  # noqa: PLR2004
        raise _refusal(status, text, what)
    if status >= 300:  # noqa: PLR2004
        raise Unreachable(
            f"{what}: status {status}, a redirect that is not followed",
            hint="set base_url to the address that Jira itself has; a log-in page in front of it lets no program in",
        )
    return Document(_parsed(text, what), text, now())


def _check_login(status: int, headers: Mapping[str, str], text: str) -> None:
    """Raise Refused where the credentials were: Jira says so in headers too, and answers as to nobody in particular."""
    reason = headers.get("x-seraph-loginreason", "").upper()
    denied = headers.get("x-authentication-denied-reason", "")
    if "CAPTCHA" in denied.upper() or "AUTHENTICATION_DENIED" in reason:
        address = _LOGIN_URL.search(denied)
        where = f" at {address[1]}" if address else ""
        raise Refused(
            "Jira asks for a CAPTCHA after too many failed log-ins",
            hint=f"log in once in the browser with that account{where}, then run again",
        )
    if status == 401 or "AUTHENTICATED_FAILED" in reason:  # noqa: PLR2004
        said = _messages(text)
        raise Refused(f"Jira refuses the credentials{f': {said}' if said else ''}", hint=_REFUSED_HINT)
    if status == 403 and "AUTHORISATION_FAILED" in reason:  # noqa: PLR2004
        raise Refused("Jira knows the account but does not let it in", hint="give it access to Jira (a licence)")


_REFUSED_HINT = (
    "Cloud takes the account's e-mail (user_env) with an API token, Data Center a personal access token without "
    "user_env, or user and password; check that the token has not expired"
)


def _refusal(status: int, text: str, what: str) -> JiraError:
    said = _messages(text)
    message = f"{what}: status {status}{f', {said}' if said else ''}"
    if status == 400:  # noqa: PLR2004
        return Forbidden(message, hint="check projects or jql, and that the account may see what they name")
    if status == 410:  # noqa: PLR2004
        return Removed(message, hint="the server has removed this endpoint: update leadline, or check base_url")
    if status in {408, 413, 414}:
        return TooHeavy(message, hint="less is asked for at a time")
    return Forbidden(message, hint="check the name, and that the account may see it (Browse Projects)")


def _messages(text: str) -> str:
    """What the body of an error says, in a line."""
    try:
        said = json.loads(text)
    except ValueError:
        return "a web page: a proxy or log-in may be in between" if text.lstrip().startswith("<") else ""
    if not isinstance(said, dict):
        return ""
    messages, errors = said.get("errorMessages"), said.get("errors")
    found = [
        *(messages if isinstance(messages, list) else ()),
        *(errors.values() if isinstance(errors, dict) else ()),
        said.get("message") or said.get("errorMessage") or "",
    ]
    return "; ".join(str(part)[:300] for part in found if part)


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    try:
        return min(timedelta(seconds=max(float(headers["retry-after"]), 0)), _LONGEST)
    except (KeyError, ValueError, OverflowError):
        return PAUSE


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        is_page = text.lstrip().startswith("<")
        problem = "a web page instead of JSON" if is_page else "JSON that is cut off or broken"
        raise Malformed(f"{what}: {problem}", hint=_PROXY) from None
