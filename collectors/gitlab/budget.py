"""How much may still be asked, as GitLab's answers tell, and when more may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RESERVE = 5
"""Requests that are left alone: another run, or a person, may share the token."""

PAUSE = timedelta(minutes=1)
"""How long to stay away after a limit that does not say how long: GitLab counts by the minute."""


def now() -> datetime:
    """This instant in UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Budget:
    """What is left for the token, in the window of time that GitLab counts in."""

    limit: int
    remaining: int
    resets_at: datetime
    """When it is full again (UTC)."""

    @property
    def free_at(self) -> datetime | None:
        """When something may be asked again; None where it may be now."""
        return self.resets_at if self.remaining <= min(RESERVE, self.limit - 1) and self.resets_at > now() else None


def read(headers: Mapping[str, str]) -> Budget | None:
    """The budget that the headers of an answer tell of; None where they say nothing that makes sense."""
    try:
        return Budget(
            int(float(headers["ratelimit-limit"])),
            int(float(headers["ratelimit-remaining"])),
            _instant(headers["ratelimit-reset"]),
        )
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def renewed_at(headers: Mapping[str, str]) -> datetime:
    """When an answer of status 429 allows the next question."""
    try:
        return now() + timedelta(seconds=max(float(headers["retry-after"]), 0))
    except (KeyError, ValueError, OverflowError):
        pass
    try:
        return _instant(headers["ratelimit-reset"])
    except (KeyError, ValueError, OverflowError, OSError):
        return now() + PAUSE


def told_at(headers: Mapping[str, str]) -> datetime:
    """The server's clock when it answered; ours where it does not say."""
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC).replace(tzinfo=None)
    except (KeyError, ValueError, TypeError):
        return now()


def _instant(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC).replace(tzinfo=None)
