"""What a text names that may be a ticket, and what it says that a merge closes."""

import re
from collections.abc import Iterator

from collectors.mentions import keys

_PATH = r"[\w.-]+(?:/[\w.-]+)+"
_NUMBER = re.compile(rf"(?<![\w/&#-])(?:(?P<name>{_PATH}))?#(?P<number>\d{{1,9}})\b")
_ADDRESS = re.compile(rf"https?://[^\s/]+/(?P<name>{_PATH}?)/-/(?:issues|work_items)/(?P<number>\d{{1,9}})\b")
_REFERENCE = (
    rf"(?:(?:{_PATH})?#\d{{1,9}}|https?://[^\s/]+/{_PATH}/-/(?:issues|work_items)/\d{{1,9}}|[A-Z][A-Z0-9_]+-\d{{1,9}})"
)
_CLOSING = re.compile(
    r"(?i)\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)(?::?\s+(?:issues?\s+)?)"
    rf"(?P<issues>{_REFERENCE}(?:(?:\s*,?\s*and\s+|\s*,\s*)(?:issues?\s+)?{_REFERENCE})*)"
)
"""GitLab's own default pattern (docs: "Default closing pattern"): several references after one verb count."""


def in_text(text: str | None, project: str) -> Iterator[str]:
    """The references of a title, description or message: `group/project#12`, `#12` completed, and `APP-12`."""
    if not text:
        return
    for found in (*_NUMBER.finditer(text), *_ADDRESS.finditer(text)):
        yield f"{found['name'] or project}#{found['number']}"
    yield from keys(text)


def closing(text: str | None, project: str) -> Iterator[str]:
    """The references that a description or message says are closed by it: GitLab closes them when it is merged."""
    for found in _CLOSING.finditer(text or ""):
        yield from in_text(found["issues"], project)
