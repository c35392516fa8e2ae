"""What can go wrong while Jira is read.

JiraError            something could not be read: what in the message, the next step in the hint
├── Unreachable      no answer: network, name, certificate, or a server error that does not end
├── Refused          the credentials were refused, or Jira wants a person to prove it is one
├── Forbidden        one thing is not there, or not for these credentials, or not asked for properly; the others are
│   └── Removed      the endpoint was taken away
├── BudgetSpent      the server wants to be left alone for longer than a run may wait
├── TooHeavy         the answer would take Jira too long: ask for less of it
└── Malformed        an answer that is not what the API promises, again and again
"""

from datetime import datetime


class JiraError(Exception):
    """Something could not be read: what in the message, the next step in the hint."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Unreachable(JiraError):  # noqa: N818 - says what happened
    """No answer: network, name, certificate, or a server error that does not end."""


class Refused(JiraError):  # noqa: N818 - says what happened
    """The credentials were refused, or Jira wants a person to prove it is one."""


class Forbidden(JiraError):  # noqa: N818 - says what happened
    """One thing is not there, or not for these credentials, or not asked for properly; the others are."""


class Removed(Forbidden):
    """The endpoint was taken away."""


class BudgetSpent(JiraError):  # noqa: N818 - says what happened
    """The server wants to be left alone, and a run may not wait for so long."""

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message, hint=f"it may be asked again at {until:%Y-%m-%d %H:%M} UTC; the next run goes on")
        self.until = until


class TooHeavy(JiraError):  # noqa: N818 - says what happened
    """The answer would take Jira too long: ask for less of it."""


class Malformed(JiraError):  # noqa: N818 - says what happened
    """An answer that is not what the API promises, again and again."""
