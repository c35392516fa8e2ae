"""What only the parts together can get wrong: names used twice, references to what is not there.

These checks read the raw values and skip what is not as expected, so that they still speak when a section has mistakes.
"""

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leadline import inbox
from leadline.config.origins import Key
from leadline.config.problems import nearest_to
from leadline.config.types import is_remote

Finding = tuple[Key, str, str | None]
"""The key, what is wrong with it, and the nearest known word."""
Data = Mapping[str, Any]


def findings(data: Data, root: Path) -> Iterator[Finding]:
    """Every mistake that concerns more than one value; `root` is where relative paths start."""
    for table in ("source", "team", "service"):
        yield from _used_twice(data, table)
    yield from _reserved(data)
    yield from _parents(data)
    yield from _unknown_repositories(data, root)
    yield from _together_and_apart(data)


def _texts(data: object, *pattern: str | int | None, key: Key = ()) -> Iterator[tuple[Key, str]]:
    """The texts at a way through the data, with their keys; None stands for every element of an array."""
    if not pattern:
        if isinstance(data, str):
            yield key, data
    elif pattern[0] is None:
        if isinstance(data, list | tuple):
            for position, element in enumerate(data):
                yield from _texts(element, *pattern[1:], key=(*key, position))
    elif isinstance(data, Mapping) and pattern[0] in data:
        yield from _texts(data[pattern[0]], *pattern[1:], key=(*key, pattern[0]))


def _used_twice(data: Data, table: str) -> Iterator[Finding]:
    first: dict[str, Key] = {}
    for key, name in _texts(data, table, None, "name"):
        if name.casefold() in first:
            yield key, f'"{name}" is the name of another {table} already', None
        first.setdefault(name.casefold(), key)


def _reserved(data: Data) -> Iterator[Finding]:
    for key, name in _texts(data, "source", None, "name"):
        if name.casefold() == inbox.SOURCE:
            yield key, f'"{name}" is what `leadline record` calls its own source; choose another name', None


def _parents(data: Data) -> Iterator[Finding]:
    names = {key[1]: name for key, name in _texts(data, "team", None, "name")}
    parent_of: dict[str, str] = {}
    for key, parent in _texts(data, "team", None, "parent"):
        if parent not in names.values():
            yield key, f'no team is named "{parent}"', nearest_to(parent, list(names.values()))
        elif key[1] in names:
            parent_of[names[key[1]]] = parent
    told: set[str] = set()
    for key, _ in _texts(data, "team", None, "parent"):
        circle = _circle(names.get(key[1], ""), parent_of)
        if circle and told.isdisjoint(circle):
            told.update(circle)
            yield key, f"a team cannot be part of itself: {' → '.join(circle)}", None


def _circle(team: str, parent_of: Mapping[str, str]) -> list[str]:
    """The way from a team over its parents back to itself; empty where there is none."""
    way = [team]
    while (parent := parent_of.get(way[-1])) is not None:
        way.append(parent)
        if parent == team:
            return way
        if parent in way[:-1]:
            return []
    return []


def _unknown_repositories(data: Data, root: Path) -> Iterator[Finding]:
    trackers = {key[:2] for key, kind in _texts(data, "source", None, "kind") if kind == "jira"}
    written = [
        text
        for field in ("repositories", "projects")
        for key, text in _texts(data, "source", None, field, None)
        if key[:2] not in trackers
    ]
    if not written:
        return
    known = [_parts(text if is_remote(text) else os.path.abspath(root / text)) for text in written]  # noqa: PTH100
    used = [
        *_texts(data, "service", None, "repository"),
        *_texts(data, "team", None, "repositories", None),
        *((key, text.partition(":")[0]) for key, text in _texts(data, "team", None, "paths", None) if ":" in text),
    ]
    for key, repository in used:
        if not any(may_be(repository, parts) for parts in known):
            yield (
                key,
                f'no source has a repository "{repository}"',
                nearest_to(repository, sorted(map(_short, written))),
            )


def may_be(used: str, parts: list[str]) -> bool:
    """Whether a repository of a source can be the one that is meant: either side may be a glob.

    What is used names all parts or the last ones, as `metrics.code.globs.repository_regex` reads it.
    """
    endings = ["/".join(parts[start:]) for start in range(len(parts))]
    return any(fnmatch.fnmatchcase(used, ending) or fnmatch.fnmatchcase(ending, used) for ending in endings)


def _parts(repository: str) -> list[str]:
    """The parts of a repository's path or address, without `.git`."""
    text = re.sub(r"(?:/?\.git)?/*$", "", repository)
    return [part for part in re.split(r"[/:\\]", text) if part]


def _short(repository: str) -> str:
    """How a repository of a source is usually called: `owner/name` as written, or the last part of a path."""
    return repository if repository.count("/") == 1 else "".join(_parts(repository)[-1:])


def _together_and_apart(data: Data) -> Iterator[Finding]:
    merged = [set(group) for group in _groups(data, "merge")]
    for position, group in enumerate(_groups(data, "not_same")):
        if any(len(set(group) & other) > 1 for other in merged):
            yield ("identities", "not_same", position), "these identities are merged by identities.merge too", None


def _groups(data: Data, field: str) -> list[list[str]]:
    found: dict[str | int, list[str]] = {}
    for key, text in _texts(data, "identities", field, None, None):
        found.setdefault(key[2], []).append(text)
    return list(found.values())
