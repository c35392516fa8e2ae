"""What can go wrong while a repository is read.

GitError                      a repository could not be read; the others are
└── RepositoryUnreachable     … because it does not exist, did not answer or refused the credentials
"""

import re

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class GitError(Exception):
    """A repository could not be read: which one and what git said in the message, the next step in the hint."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class RepositoryUnreachable(GitError):  # noqa: N818 - says what happened
    """The repository does not exist, did not answer, or refused the credentials."""


def without_credentials(text: str) -> str:
    """The text with `user:token@` taken out of every URL in it."""
    return _CREDENTIALS.sub("", text)
