"""What can go wrong while GitLab is read.

GitLabError          something could not be read: what in the message, the next step in the hint
├── Unreachable      no answer: network, name, certificate, or a server error that does not end
├── Refused          the token was refused, or lacks the scope for all that is asked
├── Forbidden        one resource is not there, or not for this token; the others are
├── BudgetSpent      the rate limit is used up until an instant that is farther away than a run may wait
├── TooHeavy         the answer would take GitLab too long, or a part of it fails: ask for less of it
├── Stale            the place in a list that was remembered is none any more: read it from its start
├── Unknown          the server does not know what is asked for: it is older, or newer
└── Malformed        an answer that is not what the API promises, again and again
"""

from datetime import datetime


class GitLabError(Exception):
    """Something could not be read: what in the message, the next step in the hint."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Unreachable(GitLabError):  # noqa: N818 - says what happened
    """No answer: network, name, certificate, or a server error that does not end."""


class Refused(GitLabError):  # noqa: N818 - says what happened
    """The token was refused, or lacks the scope for all that is asked."""


class Forbidden(GitLabError):  # noqa: N818 - says what happened
    """One resource is not there, or not for this token; the others are."""


class BudgetSpent(GitLabError):  # noqa: N818 - says what happened
    """The rate limit is used up, and a run may not wait for so long."""

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message, hint=f"the budget is renewed at {until:%Y-%m-%d %H:%M} UTC; the next run goes on")
        self.until = until


class TooHeavy(GitLabError):  # noqa: N818 - says what happened
    """The answer would take GitLab too long, or a part of it fails: ask for less of it."""


class Stale(GitLabError):  # noqa: N818 - says what happened
    """The place in a list that was remembered is none any more: read it from its start."""


class Unknown(GitLabError):  # noqa: N818 - says what happened
    """The server does not know what is asked for: it is older, or newer."""


class Malformed(GitLabError):  # noqa: N818 - says what happened
    """An answer that is not what the API promises, again and again."""
