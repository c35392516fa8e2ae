"""What a text names that may be a ticket."""

import re
from collections.abc import Iterator

_NUMBER = re.compile(r"(?<![\w/&#-])(?:(?P<name>[\w.-]+/[\w.-]+))?#(?P<number>\d{1,9})\b")
_ADDRESS = re.compile(r"https?://[^\s/]+/(?P<name>[\w.-]+/[\w.-]+)/issues/(?P<number>\d{1,9})\b")
_KEY = re.compile(r"(?<![A-Za-z0-9_-])(?P<key>[A-Z][A-Z0-9_]{1,19}-\d{1,9})(?![A-Za-z0-9_-])")
_BRANCH_KEY = re.compile(r"(?<![A-Za-z0-9])(?P<key>[A-Za-z][A-Za-z0-9]{1,19}-\d{1,9})(?![A-Za-z0-9])")
_BRANCH_NUMBER = re.compile(r"(?:^|/)(?:(?:issue|gh|fix|feature|bug)[-_/]?)?(?P<number>\d{1,9})(?=[-_/]|$)")


def in_text(text: str | None, repository: str) -> Iterator[str]:
    """The references of a title, description or message: `owner/name#12`, with `#12` completed, and `APP-12`."""
    if not text:
        return
    for found in (*_NUMBER.finditer(text), *_ADDRESS.finditer(text)):
        yield f"{found['name'] or repository}#{found['number']}"
    for found in _KEY.finditer(text):
        yield found["key"]


def in_branch(branch: str | None, repository: str) -> Iterator[str]:
    """The references of a branch's name: `app-12-new-button` and `12-new-button`, `issue-12`, `fix/12`."""
    if not branch:
        return
    for found in _BRANCH_KEY.finditer(branch):
        yield found["key"].upper()
    for found in _BRANCH_NUMBER.finditer(branch):
        yield f"{repository}#{found['number']}"
