"""What a text names that may be a ticket."""

import re
from collections.abc import Iterator

from collectors.mentions import keys

_NUMBER = re.compile(r"(?<![\w/&#-])(?:(?P<name>[\w.-]+/[\w.-]+))?#(?P<number>\d{1,9})\b")
_ADDRESS = re.compile(r"https?://[^\s/]+/(?P<name>[\w.-]+/[\w.-]+)/issues/(?P<number>\d{1,9})\b")


def in_text(text: str | None, repository: str) -> Iterator[str]:
    """The references of a title, description or message: `owner/name#12`, with `#12` completed, and `APP-12`."""
    if not text:
        return
    for found in (*_NUMBER.finditer(text), *_ADDRESS.finditer(text)):
        yield f"{found['name'] or repository}#{found['number']}"
    yield from keys(text)
