"""What can go wrong while GitHub is read.

GitHubError          something could not be read: what in the message, the next step in the hint
├── Unreachable      no answer: network, name, certificate, or a server error that does not end
├── Refused          the credentials were refused
├── Forbidden        one resource is not there, or not for these credentials; the others are
├── BudgetSpent      nothing may be asked until an instant that is farther away than a run may wait: the rate limit is
│                    used up, or the server is down and says for how long
├── TooHeavy         the answer would take GitHub too long: ask for less of it
└── Malformed        an answer that is not what the API promises, again and again
"""

from datetime import datetime


class GitHubError(Exception):
    """Something could not be read: what in the message, the next step in the hint."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Unreachable(GitHubError):  # noqa: N818 - says what happened
    """No answer: network, name, certificate, or a server error that does not end."""


class Refused(GitHubError):  # noqa: N818 - says what happened
    """The credentials were refused."""


class Forbidden(GitHubError):  # noqa: N818 - says what happened
    """One resource is not there, or not for these credentials; the others are."""


class BudgetSpent(GitHubError):  # noqa: N818 - says what happened
    """The rate limit is used up, or the server is down until then, and a run may not wait for so long."""

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message, hint=f"run again after {until:%Y-%m-%d %H:%M} UTC to go on from there")
        self.until = until


class TooHeavy(GitHubError):  # noqa: N818 - says what happened
    """The answer would take GitHub too long: ask for less of it."""


class Malformed(GitHubError):  # noqa: N818 - says what happened
    """An answer that is not what the API promises, again and again."""
