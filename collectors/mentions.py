"""What the keys of a tracker and the names of branches say of tickets, on any platform."""

import re
from collections.abc import Iterator

_KEY = re.compile(r"(?<![A-Za-z0-9_-])(?P<key>[A-Z][A-Z0-9_]{1,19}-\d{1,9})(?![A-Za-z0-9_-])")
_BRANCH_KEY = re.compile(r"(?<![A-Za-z0-9])(?P<key>[A-Za-z][A-Za-z0-9]{1,19}-\d{1,9})(?![A-Za-z0-9])")
_BRANCH_NUMBER = re.compile(r"(?:^|/)(?:(?:issue|gh|fix|feature|bug)[-_/]?)?(?P<number>\d{1,9})(?=[-_/]|$)")


def keys(text: str | None) -> Iterator[str]:
    """Everything in a text that looks like the key of a ticket: `APP-12`."""
    for found in _KEY.finditer(text or ""):
        yield found["key"]


def in_branch(branch: str | None, repository: str) -> Iterator[str]:
    """The references of a branch's name: `app-12-new-button` and `12-new-button`, `issue-12`, `fix/12`."""
    if not branch:
        return
    for found in _BRANCH_KEY.finditer(branch):
        yield found["key"].upper()
    for found in _BRANCH_NUMBER.finditer(branch):
        yield f"{repository}#{found['number']}"
