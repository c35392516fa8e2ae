"""Which tags of a repository are releases, where they are not written as the default expects."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from leadline.config.model import Deployments

_VERSION = re.compile(r"(?P<prefix>.*?)v?\d+(?P<separator>[._])\d+")
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")


@dataclass(frozen=True)
class ReleaseTags:
    """A regular expression for the tags of a repository, and how many of them it matches."""

    pattern: str
    matches: int
    tags: int


def guess(tags: Sequence[str]) -> ReleaseTags | None:
    """The expression for the commonest way in which the tags write versions, such as `sympy-1.14` or `rel/3_1`.

    None where the default does as well, or where no way is that of two tags or more, and of half of them.
    """
    ways = Counter((found["prefix"], found["separator"]) for tag in tags if (found := _VERSION.match(tag)))
    if not ways:
        return None
    (prefix, separator), _ = min(ways.items(), key=lambda way: (-way[1], way[0]))
    version = rf"v?\d+{_literal(separator)}\d+"
    patterns = [f"^{_literal(prefix)}{version}", f"^(?:{_literal(prefix)})?{version}"]
    pattern = max(patterns, key=lambda pattern: _count(pattern, tags))
    matches = _count(pattern, tags)
    enough = matches > 1 and 2 * matches >= len(tags) and matches > _count(Deployments().tag, tags)
    return ReleaseTags(pattern, matches, len(tags)) if enough else None


def _literal(text: str) -> str:
    """The text as a regular expression that means it, readable where it can be."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _count(pattern: str, tags: Sequence[str]) -> int:
    return sum(re.search(pattern, tag) is not None for tag in tags)
