"""How much may still be asked, as the answers tell, and when more may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from collectors.github.errors import GitHubError, Malformed

RESERVE = 5
"""Requests or points that are left alone: another run, or a person, may share the token."""

SECONDARY_PAUSE = timedelta(minutes=1)
"""How long to stay away after a secondary limit that does not say how long."""


def now() -> datetime:
    """This instant in UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Budget:
    """What is left of one resource (`core`, `graphql`) for one token."""

    resource: str
    limit: int
    remaining: int
    resets_at: datetime
    """When it is full again (UTC)."""

    @property
    def free_at(self) -> datetime | None:
        """When something may be asked again; None where it may be now."""
        return self.resets_at if self.remaining <= min(RESERVE, self.limit - 1) and self.resets_at > now() else None


@dataclass(frozen=True)
class Allowance:
    """What one way to ask may do, and how much is left of that."""

    name: str
    may: str | None = None
    """Its scopes or permissions; None where they are not told."""
    budgets: list[Budget] = field(default_factory=list)
    """Empty where nothing is limited."""
    problem: GitHubError | None = None
    """Why it may do nothing."""


def read(headers: Mapping[str, str], resource: str) -> Budget | None:
    """The budget that the headers of an answer tell of; None where they say nothing that makes sense."""
    try:
        return Budget(
            headers.get("x-ratelimit-resource", resource),
            int(float(headers["x-ratelimit-limit"])),
            int(float(headers["x-ratelimit-remaining"])),
            _instant(float(headers["x-ratelimit-reset"])),
        )
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def of_document(body: Any) -> list[Budget]:
    """The budgets that the answer to `/rate_limit` tells of; raises Malformed where it has another shape."""
    try:
        return [
            Budget(name, int(got["limit"]), int(got["remaining"]), _instant(float(got["reset"])))
            for name, got in sorted(body["resources"].items())
            if name in {"core", "graphql"}
        ]
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError):
        raise Malformed("/rate_limit: an answer of another shape", hint="check base_url and the proxy") from None


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long the server asks to stay away, in seconds or until an instant; None where it does not say."""
    told = headers.get("retry-after", "")
    try:
        return timedelta(seconds=max(float(told), 0))
    except (ValueError, OverflowError):
        pass
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(until.astimezone(UTC).replace(tzinfo=None) - now(), timedelta())
